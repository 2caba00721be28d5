/* Level-2 enrolment at the desk: POST /api/desk/enrolments, and .../{code}/approve, /reject, /code. */
#include "api/desk.h"
#include "api/resources.h"
#include "organisation/organisation.h"

enum {
  PIN_DIGITS = 12,
  MOBILE_BYTES_MAX = 16,
  EMAIL_BYTES_MAX = 120,
  DOCUMENTS_BYTES_MAX = 1500,
  PURPOSE_BYTES_MAX = 1200,
  OBJECTIONS_MAX = 7,
  FIELD_BYTES_MAX = 16,
  REASON_BYTES_MAX = 1200
};

/* ---- an enrolment as it is ---- */

static const char *state_of(const struct dossier *d, const struct account *account) {
  if (api_dossier_view_is_closed(d)) {
    return "rejected";
  }
  if (d->finished_at_ms == 0) {
    return "collected";
  }
  return account->activated_at_ms != 0 ? "activated" : "approved";
}

void api_enrolment_put_objections(struct jout *out, const struct account_rejection *rejection) {
  jout_put_list(out, "objections");
  for (size_t i = 0; i < rejection->count; i++) {
    jout_object(out);
    jout_put_text(out, "field", rejection->objections[i].field);
    jout_put_text(out, "reason", rejection->objections[i].reason);
    jout_object_end(out);
  }
  jout_list_end(out);
}

static void put_instant_or_null(struct jout *out, const char *name, int64_t at_ms) {
  if (at_ms == 0) {
    jout_put_null(out, name);
  } else {
    jout_put_instant(out, name, at_ms);
  }
}

static result put_guardian(struct api_call *call, struct db_tx *tx, int64_t guardian_id) {
  struct jout *out = &call->out;
  if (guardian_id == 0) {
    jout_put_null(out, "guardian");
    return OK;
  }
  struct register_person guardian;
  TRY(register_person_load(tx, call->arena, guardian_id, &guardian));
  jout_put_object(out, "guardian");
  jout_put_text(out, "name", guardian.name);
  jout_put_text(out, "pin_masked", api_pin_masked(call->arena, guardian.pin));
  jout_object_end(out);
  return OK;
}

/* What only the form holds. */
static result put_form(struct api_call *call, const struct dossier *d) {
  struct jin_doc doc;
  const struct jin *form = NULL;
  struct slice documents = S("");
  bool card_shown = false;
  jin_doc_init(&doc, call->arena, JIN_LIMITS_DEFAULT);
  TRY(jin_parse(&doc, d->form, &form));
  TRY(jin_text_optional(form, "documents", DOCUMENTS_BYTES_MAX, &documents));
  TRY(jin_bool(form, "card_shown", &card_shown));
  jout_put_text_or_null(&call->out, "documents", documents);
  jout_put_bool(&call->out, "card_presented", card_shown);
  return OK;
}

/* What the machine found, where one looked (level 1). */
static result put_findings(struct api_call *call, const struct dossier *d) {
  struct jin_doc doc;
  const struct jin *form = NULL;
  const struct jin *opinion = NULL;
  struct jout *out = &call->out;
  struct slice verdict;
  struct slice engine = S("");
  bool differs = false;
  bool own_phone = false;
  bool is_demonstration = false;
  jin_doc_init(&doc, call->arena, JIN_LIMITS_DEFAULT);
  TRY(jin_parse(&doc, d->form, &form));
  if (!jin_has(form, "opinion")) {
    jout_put_null(out, "findings");
    return OK;
  }
  TRY(jin_object(form, "opinion", &opinion));
  TRY(jin_text(opinion, "verdict", FIELD_BYTES_MAX, &verdict));
  TRY(jin_text_optional(opinion, "engine", REASON_BYTES_MAX, &engine));
  TRY(jin_bool(opinion, "demonstration", &is_demonstration));
  TRY(jin_bool(form, "identity_differs", &differs));
  TRY(jin_bool(form, "phone_in_own_name", &own_phone));
  jout_put_object(out, "findings");
  jout_put_text(out, "face", verdict);
  jout_put_text(out, "engine", engine);
  jout_put_bool(out, "demonstration", is_demonstration);
  jout_put_bool(out, "name_differs", differs);
  jout_put_bool(out, "phone_in_own_name", own_phone);
  jout_object_end(out);
  return OK;
}

/* An organisation's: who applied, for what. */
static result put_organisation(struct api_call *call, struct db_tx *tx, const struct dossier *d) {
  struct jout *out = &call->out;
  struct organisation organisation;
  struct organisation_account account;
  struct register_person p;
  int64_t organisation_id = 0;
  TRY(dossier_organisation_id(d, call->arena, &organisation_id));
  TRY(organisation_load(tx, call->arena, organisation_id, &organisation));
  TRY(organisation_account_load(tx, call->arena, organisation_id, &account));
  TRY(register_person_load(tx, call->arena, d->applicant_id, &p));
  jout_object(out);
  jout_put_text(out, "code", d->code);
  jout_put_str(out, "kind", "organisation");
  jout_put_text(out, "state", organisation_state_name(account.state));
  jout_put_text(out, "name", organisation.name);
  jout_put_text(out, "organisation_code", organisation.code);
  jout_put_text(out, "tax_code", organisation.tax_code);
  jout_put_text(out, "head_office", organisation.head_office);
  jout_put_date(out, "founded_on", organisation.founded_on);
  jout_put_bool(out, "in_database", organisation.is_in_database);
  jout_put_text(out, "representative", p.name);
  jout_object_end(out);
  return OK;
}

static result put_person(struct api_call *call, struct db_tx *tx, const struct dossier *d);

result api_enrolment_put(struct api_call *call, struct db_tx *tx, const struct dossier *d) {
  return slice_is(d->procedure, "enrolment_organisation") ? put_organisation(call, tx, d) : put_person(call, tx, d);
}

static result put_person(struct api_call *call, struct db_tx *tx, const struct dossier *d) {
  struct register_person p;
  struct account account;
  struct account_enrolled enrolled;
  const struct account_enrolment key = {.person_id = d->person_id, .dossier_code = d->code};
  TRY(register_person_load(tx, call->arena, d->person_id, &p));
  TRY(account_load(tx, d->person_id, &account));
  TRY(account_enrolled_load(tx, call->arena, &key, &enrolled));
  struct jout *out = &call->out;
  jout_object(out);
  jout_put_text(out, "code", d->code);
  jout_put_str(out, "kind", slice_is(d->procedure, "enrolment_level1") ? "level_1" : "level_2");
  jout_put_str(out, "state", state_of(d, &account));
  jout_put_text(out, "name", p.name);
  jout_put_text(out, "pin_masked", api_pin_masked(call->arena, p.pin));
  jout_put_text(out, "phone", enrolled.phone);
  jout_put_text_or_null(out, "email", enrolled.email);
  TRY(put_form(call, d));
  TRY(put_findings(call, d));
  jout_put_bool(out, "face_checked", enrolled.face_matched);
  jout_put_bool(out, "fingerprints_checked", enrolled.fingerprints_matched);
  TRY(put_guardian(call, tx, enrolled.guardian_id));
  jout_put_instant(out, "collected_at", d->submitted_at_ms);
  jout_put_date(out, "due_date", d->due_date);
  put_instant_or_null(out, "approved_at", d->finished_at_ms);
  put_instant_or_null(out, "rejected_at", d->closed_at_ms);
  api_enrolment_put_objections(out, &enrolled.rejection);
  jout_object_end(out);
  return OK;
}

static result send_enrolment(struct api_call *call, struct slice code, int status) {
  struct dossier d;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(dossier_load(tx, call->arena, code, &d));
  (void)api_begin(call);
  TRY(api_enrolment_put(call, tx, &d));
  api_send(call, status);
  return OK;
}

/* ---- collecting ---- */

struct collected {
  struct slice pin;
  struct slice guardian_pin; /* empty: nobody came along */
  struct slice purpose;
  struct dossier_enrolment enrolment;
};

static result read_collected(struct api_call *call, struct collected *collected) {
  static const char *const fields[] = {"pin",          "guardian_pin",         "phone",   "email", "documents", "card_presented",
                                       "face_checked", "fingerprints_checked", "purpose", NULL};
  const struct jin *root = NULL;
  struct dossier_enrolment *e = &collected->enrolment;
  TRY(api_body(call, &root));
  TRY(jin_fields(root, fields));
  TRY(jin_text(root, "pin", PIN_DIGITS, &collected->pin));
  TRY(jin_text_optional(root, "guardian_pin", PIN_DIGITS, &collected->guardian_pin));
  TRY(jin_text(root, "phone", MOBILE_BYTES_MAX, &e->mobile));
  TRY(jin_text_optional(root, "email", EMAIL_BYTES_MAX, &e->email));
  TRY(jin_text_optional(root, "documents", DOCUMENTS_BYTES_MAX, &e->documents));
  TRY(jin_bool(root, "card_presented", &e->card_shown));
  TRY(jin_bool(root, "face_checked", &e->face_matches));
  TRY(jin_bool(root, "fingerprints_checked", &e->fingerprints_match));
  return jin_text(root, "purpose", PURPOSE_BYTES_MAX, &collected->purpose);
}

/* Whether somebody is parent or guardian is the register's to say: a read of both, recorded before the answer depends on it. */
static result find_guardian(struct api_call *call, struct collected *collected) {
  const struct api_desk_search search = {ACCESS_ENROL_COLLECT, collected->guardian_pin, collected->purpose};
  if (collected->guardian_pin.len == 0) {
    return OK;
  }
  TRY(api_desk_person_find(call, &search, &collected->enrolment.guardian_id));
  const int64_t people[] = {collected->enrolment.person_id, collected->enrolment.guardian_id};
  return api_desk_read_record(call, &(const struct api_desk_read){"register.family.read", collected->purpose, people, 2});
}

result api_desk_enrol(struct api_call *call) {
  struct collected collected = {0};
  struct dossier dossier;
  TRY(api_idempotency_key(call, &collected.enrolment.form_key));
  TRY(read_collected(call, &collected));
  TRY(api_desk_check_purpose(collected.purpose));
  const struct api_desk_search search = {ACCESS_ENROL_COLLECT, collected.pin, collected.purpose};
  TRY(api_desk_person_find(call, &search, &collected.enrolment.person_id));
  TRY(find_guardian(call, &collected));
  const struct dossier_act act = api_desk_act(call, collected.purpose);
  collected.enrolment.act = &act;
  TRY(dossier_enrol_collect(call->env, &call->api->options.works, call->arena, &collected.enrolment, &dossier));
  http_response_header(call->http, "Location",
                       arena_printf(call->arena, "/api/desk/dossiers/%.*s", SLICE_ARG(dossier.code)));
  return send_enrolment(call, dossier.code, 201);
}

/* ---- deciding ---- */

/* Whether the officer has compared the portrait by eye. */
static result read_approval(struct api_call *call, bool *ret_face_checked) {
  const struct jin *root = NULL;
  bool is_checked = false;
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"face_checked", NULL}));
  TRY(jin_bool_optional(root, "face_checked", &is_checked));
  *ret_face_checked = is_checked;
  return OK;
}

static result read_empty(struct api_call *call) {
  const struct jin *root = NULL;
  TRY(api_body(call, &root));
  return jin_fields(root, (const char *const[]){NULL});
}

static result same_officer(result decided) {
  if (is_code(decided, ACCESS_SAME_PERSON)) {
    FAIL(ACCOUNT_SAME_OFFICER, "who collected does not decide");
  }
  return decided;
}

result api_desk_enrolment_approve(struct api_call *call) {
  const struct dossier_act act = api_desk_act(call, S(""));
  bool face_checked = false;
  TRY(read_approval(call, &face_checked));
  TRY(same_officer(dossier_enrol_approve(call->env, call->arena, &act, face_checked)));
  return send_enrolment(call, act.code, 200);
}

static result read_objections(struct api_call *call, struct account_objection *objections, size_t *ret_count) {
  const struct jin *root = NULL;
  const struct jin *list = NULL;
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"objections", NULL}));
  TRY(jin_list(root, "objections", OBJECTIONS_MAX, &list));
  for (size_t i = 0; i < list->count; i++) {
    const struct jin *one = NULL;
    TRY(jin_as_object(&list->items[i], &one));
    TRY(jin_fields(one, (const char *const[]){"field", "reason", NULL}));
    TRY(jin_text(one, "field", FIELD_BYTES_MAX, &objections[i].field));
    TRY(jin_text(one, "reason", REASON_BYTES_MAX, &objections[i].reason));
  }
  *ret_count = list->count;
  return OK;
}

result api_desk_enrolment_reject(struct api_call *call) {
  struct account_objection objections[OBJECTIONS_MAX];
  struct account_rejection rejection = {.objections = objections};
  const struct dossier_act act = api_desk_act(call, S(""));
  TRY(read_objections(call, objections, &rejection.count));
  TRY(same_officer(dossier_enrol_reject(call->env, call->arena, &act, &rejection)));
  return send_enrolment(call, act.code, 200);
}

result api_desk_enrolment_code(struct api_call *call) {
  const struct dossier_act act = api_desk_act(call, S(""));
  TRY(read_empty(call));
  TRY(dossier_enrol_code(call->env, call->arena, &act));
  return send_enrolment(call, act.code, 200);
}
