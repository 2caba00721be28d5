/* JSON in and out for `danh procedure eval`, the examples and the API's preview. */
#include "codec/hex.h"
#include "codec/jin.h"
#include "codec/jout.h"
#include "procedure/engine.h"
#include "register/register.h"

enum {
  CATEGORIES_MAX = 32, /* more than there are */
  PROVINCE_BYTES = 2,
  LEVEL_MAX = 2,
  CIVIL_2025_06_30 = 20269, /* the last day of the 63 provinces: their codes hold those of the 34 too */
};

static const char *const channels[] = {"vneid", "online", "counter", "post", NULL}; /* enum procedure_channel - 1 */

static result parse_categories(const struct jin *object, uint32_t *ret_bits) {
  const struct jin *list = NULL;
  uint32_t bits = 0;
  TRY(jin_list(object, "categories", CATEGORIES_MAX, &list));
  for (size_t i = 0; i < list->count; i++) {
    struct slice name = {0};
    uint32_t bit = 0;
    TRY(jin_as_text(&list->items[i], sizeof "difficult_commune_minority", &name));
    if (!procedure_category_parse(name, &bit)) {
      return jin_refuse(&list->items[i], "is not a known category");
    }
    bits |= bit;
  }
  *ret_bits = bits;
  return OK;
}

static result parse_applicant(const struct jin *root, int64_t submitted_at_ms,
                              struct procedure_applicant *ret_applicant) {
  static const char *const known[] = {"birth_date", "citizen",         "level", "permanent_province",
                                      "categories", "digital_citizen", NULL};
  const struct jin *object = NULL;
  struct procedure_applicant applicant = {0};
  int64_t level = 0;
  TRY(jin_object(root, "applicant", &object));
  TRY(jin_fields(object, known));
  TRY(jin_date(object, "birth_date", &applicant.birth_date));
  TRY(jin_bool(object, "citizen", &applicant.citizen));
  TRY(jin_int(object, "level", 0, LEVEL_MAX, &level));
  TRY(jin_text(object, "permanent_province", PROVINCE_BYTES, &applicant.permanent_province));
  TRY(parse_categories(object, &applicant.categories));
  TRY(jin_bool(object, "digital_citizen", &applicant.digital_citizen));
  applicant.level = (uint8_t)level;
  if (!register_province_find(applicant.permanent_province, CIVIL_2025_06_30)) {
    return jin_refuse_field(object, "permanent_province", "is not the two-digit code of a province");
  }
  if (applicant.birth_date > clock_date_of(submitted_at_ms)) {
    return jin_refuse_field(object, "birth_date", "is after the submission");
  }
  *ret_applicant = applicant;
  return OK;
}

static result parse_facts(const struct jin *root, const struct procedure_declaration *declaration, struct arena *arena,
                          struct procedure_input *input) {
  struct procedure_fact *facts = ARENA_ARRAY(arena, struct procedure_fact, declaration->fact_count + 1);
  for (size_t i = 0; i < declaration->fact_count; i++) {
    const struct procedure_fact_type *type = &declaration->facts[i];
    facts[i].name = arena_cstr(arena, type->name);
    if (type->is_boolean) {
      bool value = false;
      TRY(jin_bool(root, facts[i].name, &value));
      facts[i].value = value;
    } else {
      TRY(jin_int(root, facts[i].name, type->min, type->max, &facts[i].value));
    }
  }
  input->facts = facts;
  input->fact_count = declaration->fact_count;
  return OK;
}

static result parse_root(const struct jin *root, const struct procedure_declaration *declaration, struct arena *arena,
                         struct procedure_input *ret_input) {
  const char **known = ARENA_ARRAY(arena, const char *, declaration->fact_count + 4);
  struct procedure_input input = {0};
  size_t channel = 0;
  known[0] = "submitted_at";
  known[1] = "channel";
  known[2] = "applicant";
  for (size_t i = 0; i < declaration->fact_count; i++) {
    known[3 + i] = arena_cstr(arena, declaration->facts[i].name);
  }
  TRY(jin_fields(root, known));
  TRY(jin_instant(root, "submitted_at", &input.submitted_at_ms));
  TRY(jin_word(root, "channel", channels, &channel));
  input.channel = (enum procedure_channel)(channel + 1);
  if (!declaration->channels[input.channel].declared) {
    return jin_refuse_field(root, "channel", "is not open for this procedure");
  }
  TRY(parse_facts(root, declaration, arena, &input));
  TRY(parse_applicant(root, input.submitted_at_ms, &input.applicant));
  *ret_input = input;
  return OK;
}

result procedure_input_parse(struct procedure_engine *engine, const struct procedure_document *document,
                             struct arena *arena, struct procedure_input_fault *fault,
                             struct procedure_input *ret_input) {
  const struct procedure_loaded *loaded = NULL;
  TRY(procedure_engine_find(engine, document->procedure, &loaded));
  struct jin_doc doc;
  const struct jin *root = NULL;
  jin_doc_init(&doc, arena, JIN_LIMITS_DEFAULT);
  result r = jin_parse(&doc, document->json, &root);
  if (is_ok(r)) {
    r = parse_root(root, &loaded->rule->declaration, arena, ret_input);
  }
  if (!is_ok(r)) {
    *fault = (struct procedure_input_fault){doc.fault.path, slice_str(doc.fault.reason)};
  }
  return r;
}

static void put_answer_end(struct jout *out, const struct procedure_reason *because, struct slice hash) {
  jout_put_text(out, "clause", because->clause);
  jout_put_text(out, "rule_hash", hash);
  jout_object_end(out);
}

static void put_amount(struct jout *out, const char *name, const struct procedure_amount *amount, struct slice hash) {
  jout_put_object(out, name);
  jout_put_int(out, "value", amount->value);
  put_answer_end(out, &amount->because, hash);
}

struct slice procedure_outcome_write(struct arena *arena, const struct procedure_outcome *outcome) {
  struct slice hash = hex_write(arena, slice_of(outcome->rule_hash, RULE_HASH_BYTES));
  struct buf buf;
  struct jout out;
  buf_init(&buf, arena, 2048);
  jout_init(&out, &buf);
  jout_object(&out);
  put_amount(&out, "fee", &outcome->fee, hash);
  put_amount(&out, "support", &outcome->support, hash);
  put_amount(&out, "payable", &outcome->payable, hash);
  jout_put_object(&out, "due_date");
  jout_put_date(&out, "value", outcome->due.due);
  put_answer_end(&out, &outcome->due_because, hash);
  jout_put_object(&out, "authority");
  jout_put_text(&out, "value", procedure_authority_name(outcome->authority));
  put_answer_end(&out, &outcome->authority_because, hash);
  jout_object_end(&out);
  return buf_slice(&buf);
}
