#include "api/people.h"

#include "ledger/ledger.h"

int32_t api_today(const struct api_call *call) { return clock_date_of(clock_now_ms(call->env->clock)); }

void api_put_birth(struct jout *out, const char *name, struct register_birth birth) {
  jout_put_date(out, name, register_birth_date(birth));
}

static result add(struct api_call *call, struct db_tx *tx, struct api_subjects *subjects, const struct api_subject *whom) {
  struct api_subject *subject = &subjects->items[subjects->count];
  *subject = *whom;
  TRY(register_person_load(tx, call->arena, whom->person_id, &subject->person));
  subjects->count++;
  return OK;
}

struct api_applicant api_applicant_self(const struct api_call *call) { return (struct api_applicant){.person_id = call->session.person_id}; }

/* What that relative is to the applicant; NULL: nobody they could act for. */
static const char *relation_word(const struct api_applicant *applicant, enum register_relation_kind kind) {
  switch (kind) {
    case REGISTER_CHILD:
      return "child";
    case REGISTER_WARD:
      return "ward";
    case REGISTER_SPOUSE:
      return applicant->is_at_desk ? "spouse" : NULL;
    case REGISTER_FATHER:
    case REGISTER_MOTHER:
      return applicant->is_at_desk ? "parent" : NULL;
    default:
      return NULL;
  }
}

result api_subjects_load(struct api_call *call, struct db_tx *tx, const struct api_applicant *applicant, struct api_subjects *ret_subjects) {
  int64_t self = applicant->person_id;
  struct register_relation_list relations;
  TRY(register_relations_load(tx, call->arena, self, api_today(call), &relations));
  struct api_subjects subjects = {.items = ARENA_ARRAY(call->arena, struct api_subject, relations.count + 1)};
  TRY(add(call, tx, &subjects, &(const struct api_subject){.person_id = self, .relation = "self"}));
  for (size_t i = 0; i < relations.count; i++) {
    const struct register_relation *relation = &relations.items[i];
    const char *word = relation_word(applicant, relation->kind);
    bool may = applicant->is_at_desk;
    if (word == NULL || relation->related_person_id == 0) {
      continue;
    }
    if (!may) {
      TRY(register_represents(tx, self, relation->related_person_id, api_today(call), &may));
    }
    if (may) {
      TRY(add(call, tx, &subjects, &(const struct api_subject){.person_id = relation->related_person_id, .relation = word}));
    }
  }
  *ret_subjects = subjects;
  return OK;
}

result api_read_record(struct api_call *call, const struct api_read *read) {
  int64_t *subjects = ARENA_ARRAY(call->arena, int64_t, read->count + 1);
  size_t count = 0;
  for (size_t i = 0; i < read->count; i++) {
    if (read->people[i] != call->session.person_id) { /* the holder's own reads go to the session history */
      subjects[count++] = read->people[i];
    }
  }
  if (count == 0) {
    return OK;
  }
  const struct ledger_entry entry = {
      .kind = read->kind,
      .actor_person_id = call->session.person_id,
      .actor_role = S("representative"),
      .on_behalf_of = count == 1 ? subjects[0] : 0,
      .subjects = subjects,
      .subject_count = count,
      .legal_basis = S("Cha, mẹ hoặc người giám hộ thực hiện thay"),
      .detail = read->dossier_code.len > 0 ? arena_printf(call->arena, "{\"dossier\":\"%.*s\"}", SLICE_ARG(read->dossier_code)) : S("{}"),
  };
  return ledger_record_read(call->env, &entry);
}

static struct slice ref_of(const struct api_call *call, const struct api_subject *subject) {
  return strcmp(subject->relation, "self") == 0 ? S("self") : arena_printf(call->arena, "%lld", (long long)subject->person_id);
}

const struct api_subject *api_subjects_find(const struct api_call *call, const struct api_subjects *subjects, struct slice ref) {
  for (size_t i = 0; i < subjects->count; i++) {
    if (slice_eq(ref_of(call, &subjects->items[i]), ref)) {
      return &subjects->items[i];
    }
  }
  return NULL;
}

void api_put_subject(struct api_call *call, const char *name, const struct api_subject *subject) {
  struct jout *out = &call->out;
  if (name != NULL) {
    jout_name(out, name);
  }
  jout_object(out);
  jout_put_text(out, "ref", ref_of(call, subject));
  jout_put_str(out, "relation", subject->relation);
  jout_put_text(out, "name", subject->person.name);
  api_put_birth(out, "birth_date", subject->person.birth);
  jout_object_end(out);
}
