/* dossier/replay.c: an old decision once more, from what was kept with it: what the rule was told, and the rule's text by its hash. */
#include "codec/jin.h"
#include "dossier/gather.h"

enum {
  FACTS_MAX = 16,
  FACT_NAME_BYTES_MAX = 64,
  CATEGORIES_MAX = 32,
  CATEGORY_BYTES_MAX = 64,
  LEVEL_MAX = 2,
  PROVINCE_BYTES_MAX = 2
};

static const char *const channels[] = {"vneid", "online", "counter", "post", NULL}; /* enum procedure_channel - 1 */
static const char *const relations[] = {"self",        "parent",     "guardian", "spouse",
                                        "adult_child", "authorised", NULL}; /* enum procedure_relation */

static result read_facts(const struct jin *object, struct arena *arena, struct procedure_input *input) {
  struct procedure_fact *facts = ARENA_ARRAY(arena, struct procedure_fact, object->count + 1);
  if (object->count > FACTS_MAX) {
    return jin_refuse(object, "has more facts than a rule asks");
  }
  for (size_t i = 0; i < object->count; i++) {
    facts[i].name = arena_cstr(arena, object->items[i].name);
    TRY(jin_as_int(&object->items[i], INT64_MIN, INT64_MAX, &facts[i].value));
  }
  input->facts = facts;
  input->fact_count = object->count;
  return OK;
}

static result read_categories(const struct jin *list, uint32_t *ret_bits) {
  uint32_t bits = 0;
  for (size_t i = 0; i < list->count; i++) {
    struct slice name;
    uint32_t bit = 0;
    TRY(jin_as_text(&list->items[i], CATEGORY_BYTES_MAX, &name));
    if (!procedure_category_parse(name, &bit)) {
      return jin_refuse(&list->items[i], "is not a known category");
    }
    bits |= bit;
  }
  *ret_bits = bits;
  return OK;
}

static result read_applicant(const struct jin *root, struct procedure_applicant *a) {
  const struct jin *list = NULL;
  int64_t level = 0;
  TRY(jin_date(root, "birth_date", &a->birth_date));
  TRY(jin_bool(root, "citizen", &a->citizen));
  TRY(jin_bool(root, "digital_citizen", &a->digital_citizen));
  TRY(jin_int(root, "level", 0, LEVEL_MAX, &level));
  TRY(jin_text_optional(root, "permanent_province", PROVINCE_BYTES_MAX, &a->permanent_province));
  TRY(jin_list(root, "categories", CATEGORIES_MAX, &list));
  a->level = (uint8_t)level;
  return read_categories(list, &a->categories);
}

static result read_input(const struct jin *root, struct arena *arena, struct procedure_input *ret_input) {
  struct procedure_input input = {0};
  const struct jin *facts = NULL;
  size_t channel = 0;
  size_t relation = 0;
  TRY(jin_instant(root, "submitted_at", &input.submitted_at_ms));
  TRY(jin_word(root, "channel", channels, &channel));
  TRY(jin_word(root, "relation", relations, &relation));
  TRY(jin_object(root, "facts", &facts));
  TRY(read_facts(facts, arena, &input));
  TRY(read_applicant(root, &input.applicant));
  input.channel = (enum procedure_channel)(channel + 1);
  input.relation = (enum procedure_relation)relation;
  *ret_input = input;
  return OK;
}

result dossier_kept_read(const struct dossier *dossier, struct arena *arena, struct dossier_kept *ret_kept) {
  struct jin_doc *doc = ARENA_NEW(arena, struct jin_doc);
  jin_doc_init(doc, arena, JIN_LIMITS_DEFAULT);
  TRY(jin_parse(doc, dossier->outcome, &ret_kept->root));
  const struct jin *input = jin_find(ret_kept->root, "input");
  if (input == NULL) {
    FAIL(DOSSIER_NO_OUTCOME, "what the rule was told is not kept with this dossier");
  }
  TRY(read_input(input, arena, &ret_kept->input));
  ret_kept->input.rule_hash = dossier->rule_hash;
  return OK;
}

/* ---- what was answered then, beside what is answered now ---- */

static bool is_same_amount(const struct jin *then, const char *name, const struct procedure_amount *now) {
  const struct jin *object = jin_find(then, name);
  int64_t value = 0;
  struct slice clause = {0};
  return object != NULL && is_ok(jin_int(object, "value", 0, INT64_MAX, &value)) && value == now->value &&
         is_ok(jin_text_optional(object, "clause", SIZE_MAX, &clause)) && slice_eq(clause, now->because.clause);
}

static bool is_same(const struct jin *then, const struct procedure_outcome *now) {
  const struct jin *due = jin_find(then, "due_date");
  const struct jin *authority = jin_find(then, "authority");
  int32_t date = 0;
  struct slice name = {0};
  return is_same_amount(then, "fee", &now->fee) && is_same_amount(then, "support", &now->support) &&
         is_same_amount(then, "payable", &now->payable) && due != NULL && is_ok(jin_date(due, "value", &date)) &&
         date == now->due.due && authority != NULL && is_ok(jin_text(authority, "value", CATEGORY_BYTES_MAX, &name)) &&
         slice_eq(name, procedure_authority_name(now->authority));
}

result dossier_replay(struct env *env, const struct dossier_works *works, struct arena *arena,
                      const struct dossier *dossier, struct dossier_replayed *ret_replayed) {
  struct dossier_replayed replayed = {0};
  struct dossier_kept kept;
  TRY(dossier_kept_read(dossier, arena, &kept));
  TRY(procedure_replay(env, works->procedures, &kept.input, arena, &replayed.outcome));
  replayed.input = kept.input;
  replayed.same = is_same(kept.root, &replayed.outcome);
  *ret_replayed = replayed;
  return OK;
}
