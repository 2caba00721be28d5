#include "api/people.h"

#include "ledger/ledger.h"

enum {
  API_SUBJECTS_MAX = 64,  /* relatives and principals of one person: beyond it, a defect of the data */
  API_SUBJECTS_FIRST = 4, /* room for nearly everybody: the room for all would cost each request 30 KB of clean memory */
};

/* Each once: a relative may also have given a mandate. */
static void subject_add(struct arena *arena, struct api_subjects *subjects, const struct api_subject *subject) {
  for (size_t i = 0; i < subjects->count; i++) {
    if (subjects->items[i].person_id == subject->person_id) {
      return;
    }
  }
  bool is_full = subjects->count >= API_SUBJECTS_FIRST && (subjects->count & (subjects->count - 1)) == 0;
  if (is_full || subjects->items == NULL) {
    struct api_subject *grown = ARENA_ARRAY(arena, struct api_subject, is_full ? 2 * subjects->count : API_SUBJECTS_FIRST);
    memcpy(grown, subjects->items != NULL ? subjects->items : grown, subjects->count * sizeof *grown);
    subjects->items = grown;
  }
  subjects->items[subjects->count++] = *subject;
}

int32_t api_today(const struct api_call *call) { return clock_date_of(clock_now_ms(call->env->clock)); }

void api_put_birth(struct jout *out, const char *name, struct register_birth birth) {
  jout_put_date(out, name, register_birth_date(birth));
}

struct api_applicant api_applicant_self(const struct api_call *call, const char *scope) {
  return (struct api_applicant){.person_id = call->session.person_id, .scope = scope};
}

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

static const char *relation_of(const struct mandate *mandate) {
  return mandate->kind == MANDATE_PARENT ? "child" : mandate->kind == MANDATE_GUARDIAN ? "ward" : "principal";
}

/* A mandate for that person in that scope; of kind SELF when there is none. */
static result find_mandate(struct api_call *call, struct db_tx *tx, const struct api_applicant *applicant, struct api_subject *subject) {
  const struct mandate_question question = {.actor_id = applicant->person_id,
                                            .principal_id = subject->person_id,
                                            .scope = slice_str(applicant->scope),
                                            .is_at_counter = applicant->is_at_desk};
  result found = mandate_check(call->env, tx, &question, call->arena, &subject->mandate);
  if (is_code(found, MANDATE_NONE) || is_code(found, MANDATE_SCOPE)) {
    subject->mandate = (struct mandate){.kind = MANDATE_SELF};
    return OK;
  }
  return found;
}

/* Children and wards; at the desk the rest of the family too. */
static result add_kin(struct api_call *call, struct db_tx *tx, const struct api_applicant *applicant, struct api_subjects *subjects) {
  struct register_relation_list relations;
  int32_t today = api_today(call);
  TRY(applicant->is_at_desk ? register_relations_load(tx, call->arena, applicant->person_id, today, &relations)
                            : register_dependants_load(tx, call->arena, applicant->person_id, today, &relations));
  for (size_t i = 0; i < relations.count && subjects->count < API_SUBJECTS_MAX; i++) {
    struct api_subject subject = {.person_id = relations.items[i].related_person_id, .relation = relation_word(applicant, relations.items[i].kind)};
    bool has_grown = !applicant->is_at_desk && relations.items[i].kind == REGISTER_CHILD && mandate_child_until(relations.items[i].birth) < today;
    if (subject.relation != NULL && subject.person_id != 0 && !has_grown) {
      subject_add(call->arena, subjects, &subject);
    }
  }
  return OK;
}

/* Whoever gave the one at the counter a mandate, themselves or before a notary. */
static result add_principals(struct api_call *call, struct db_tx *tx, const struct api_applicant *applicant, struct api_subjects *subjects) {
  struct mandate_list list;
  TRY(mandate_list_for(call->env, tx, applicant->person_id, call->arena, &list));
  for (size_t i = 0; i < list.count && subjects->count < API_SUBJECTS_MAX; i++) {
    if (list.items[i].mandate_id != 0 && list.items[i].principal_id != 0) {
      subject_add(call->arena, subjects, &(const struct api_subject){.person_id = list.items[i].principal_id, .relation = "principal"});
    }
  }
  return OK;
}

result api_candidates_load(struct api_call *call, struct db_tx *tx, const struct api_applicant *applicant, struct api_subjects *ret_candidates) {
  struct api_subjects candidates = {0};
  struct api_subject first = {.person_id = applicant->person_id, .relation = "self", .is_certain = true};
  bool is_for_another = !applicant->is_at_desk && account_session_is_for_another(&call->session);
  if (is_for_another) {
    TRY(api_mandate_require(call, tx, applicant->scope, &first.mandate));
    first.person_id = first.mandate.principal_id;
    first.relation = relation_of(&first.mandate);
  }
  subject_add(call->arena, &candidates, &first);
  if (!is_for_another) {
    TRY(add_kin(call, tx, applicant, &candidates));
  }
  if (applicant->is_at_desk) {
    TRY(add_principals(call, tx, applicant, &candidates));
  }
  *ret_candidates = candidates;
  return OK;
}

/* A delegate acts for the one who gave it only when the session says so, even if they are kin; at the desk the rule decides about kin, and a principal is
 * one by the mandate alone. */
result api_candidate_confirm(struct api_call *call, struct db_tx *tx, const struct api_applicant *applicant, struct api_subject *candidate,
                             bool *ret_is_subject) {
  bool is_subject = candidate->is_certain;
  if (!is_subject) {
    TRY(find_mandate(call, tx, applicant, candidate));
    bool is_carer = candidate->mandate.kind == MANDATE_PARENT || candidate->mandate.kind == MANDATE_GUARDIAN;
    bool is_principal = strcmp(candidate->relation, "principal") == 0;
    is_subject = !applicant->is_at_desk ? is_carer : !is_principal || candidate->mandate.kind != MANDATE_SELF;
  }
  TRY(is_subject ? register_person_load(tx, call->arena, candidate->person_id, &candidate->person) : OK);
  *ret_is_subject = is_subject;
  return OK;
}

result api_subjects_load(struct api_call *call, struct db_tx *tx, const struct api_applicant *applicant, struct api_subjects *ret_subjects) {
  struct api_subjects subjects;
  size_t count = 0;
  TRY(api_candidates_load(call, tx, applicant, &subjects));
  for (size_t i = 0; i < subjects.count; i++) {
    bool is_subject = false;
    TRY(api_candidate_confirm(call, tx, applicant, &subjects.items[i], &is_subject));
    subjects.items[count] = subjects.items[i];
    count += is_subject;
  }
  subjects.count = count;
  *ret_subjects = subjects;
  return OK;
}

/* Why somebody may read another's data, as that person reads it. */
static struct slice basis_of(enum mandate_kind kind) {
  switch (kind) {
    case MANDATE_PARENT:
      return S("Cha, mẹ thực hiện thay con chưa thành niên");
    case MANDATE_GUARDIAN:
      return S("Người giám hộ thực hiện thay");
    case MANDATE_DELEGATE:
      return S("Thực hiện theo ủy quyền của chính người này");
    case MANDATE_NOTARISED:
      return S("Thực hiện theo văn bản ủy quyền có công chứng");
    default:
      return S("Cha, mẹ hoặc người giám hộ thực hiện thay");
  }
}

static struct slice read_detail(struct api_call *call, const struct api_read *read) {
  struct buf text;
  struct jout out;
  buf_init(&text, call->arena, 128);
  jout_init(&out, &text);
  jout_object(&out);
  if (read->dossier_code.len > 0) {
    jout_put_text(&out, "dossier", read->dossier_code);
  }
  if (read->mandate != NULL) {
    mandate_detail_put(&out, read->mandate);
  }
  jout_object_end(&out);
  return buf_slice(&text);
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
  struct ledger_entry entry = {
      .kind = read->kind,
      .actor_person_id = call->session.person_id,
      .actor_role = S("representative"),
      .on_behalf_of = count == 1 ? subjects[0] : 0,
      .subjects = subjects,
      .subject_count = count,
      .legal_basis = basis_of(read->mandate != NULL ? read->mandate->kind : MANDATE_SELF),
      .detail = read_detail(call, read),
  };
  if (read->mandate != NULL) {
    mandate_ledger_fill(read->mandate, &entry);
  }
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
