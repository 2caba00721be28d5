/* A citizen enrols whom they stand for: a child or ward at level 1 (POST /api/enrolments), an organisation they represent
 * (POST /api/organisations/{code}/enrolment, /consent). GET /api/enrolments says whom, and how far they are. */
#include "api/desk.h"
#include "api/people.h"
#include "api/resources.h"
#include "codec/multipart.h"
#include "organisation/organisation.h"

static result require(struct api_call *call, enum access_act act, int64_t subject_id, bool represents) {
  const struct access_request request = {
      .act = act, .actor_id = call->session.person_id, .level = call->session.level, .subject_id = subject_id, .represents = represents};
  return access_require(call->env, &request);
}

/* By the register, not by a mandate: enrolling is not delegated [Decree 69/2024 Art 7]. */
static bool is_dependant(const struct api_subject *subject) { return strcmp(subject->relation, "child") == 0 || strcmp(subject->relation, "ward") == 0; }

/* ---- the list ---- */

/* How far the newest application is, and field by field what it was rejected for: whoever stands for the person mends it. */
static result put_last(struct api_call *call, struct db_tx *tx, int64_t person_id) {
  struct jout *out = &call->out;
  struct account_enrolled last;
  struct dossier d;
  const struct account_enrolment newest = {.person_id = person_id, .dossier_code = S("")};
  result found = account_enrolled_load(tx, call->arena, &newest, &last);
  if (is_code(found, ACCOUNT_UNKNOWN)) {
    jout_put_null(out, "last");
    return OK;
  }
  TRY(found);
  result loaded = dossier_load(tx, call->arena, last.dossier_code, &d);
  if (is_code(loaded, DOSSIER_UNKNOWN)) { /* enrolled before there were dossiers here */
    jout_put_null(out, "last");
    return OK;
  }
  TRY(loaded);
  jout_put_object(out, "last");
  jout_put_text(out, "dossier", d.code);
  jout_put_date(out, "due_date", d.due_date);
  api_enrolment_put_objections(out, &last.rejection);
  jout_object_end(out);
  return OK;
}

static result put_dependant(struct api_call *call, struct db_tx *tx, const struct api_subject *subject) {
  struct jout *out = &call->out;
  struct account account;
  bool needs_guardian = false;
  TRY(account_load(tx, subject->person_id, &account));
  result eligible = account_eligible(tx, subject->person_id, 1, api_today(call), &needs_guardian);
  bool is_open = account.state == ACCOUNT_NONE || account.state == ACCOUNT_REJECTED;
  jout_object(out);
  api_put_subject(call, "person", subject);
  jout_put_text(out, "pin_masked", api_pin_masked(call->arena, subject->person.pin));
  jout_put_text(out, "state", account_state_name(account.state));
  jout_put_int(out, "level", account.level);
  jout_put_bool(out, "may_apply", is_ok(eligible) && needs_guardian && is_open);
  if (is_ok(eligible)) {
    jout_put_null(out, "reason");
  } else {
    api_put_text(out, "reason", account_sentence(eligible.code, false), account_sentence(eligible.code, true));
  }
  TRY(put_last(call, tx, subject->person_id));
  jout_object_end(out);
  return OK;
}

static result put_consents(struct api_call *call, struct db_tx *tx, int64_t organisation_id) {
  struct jout *out = &call->out;
  struct organisation_consent *consents = NULL;
  size_t count = 0;
  TRY(organisation_consents_load(tx, call->arena, organisation_id, &consents, &count));
  jout_put_list(out, "consents");
  for (size_t i = 0; i < count; i++) {
    struct register_person person;
    TRY(register_person_load(tx, call->arena, consents[i].person_id, &person));
    jout_object(out);
    jout_put_text(out, "name", person.name);
    jout_put_bool(out, "is_me", consents[i].person_id == call->session.person_id);
    jout_put_str(out, "answer", consents[i].answered_at_ms == 0 ? "waiting" : consents[i].consents ? "yes" : "no");
    jout_object_end(out);
  }
  jout_list_end(out);
  return OK;
}

static result put_organisation(struct api_call *call, struct db_tx *tx, int64_t organisation_id) {
  struct jout *out = &call->out;
  struct organisation organisation;
  struct organisation_account account;
  TRY(organisation_load(tx, call->arena, organisation_id, &organisation));
  TRY(organisation_account_load(tx, call->arena, organisation_id, &account));
  jout_object(out);
  jout_put_text(out, "code", organisation.code);
  jout_put_text(out, "name", organisation.name);
  jout_put_str(out, "status", organisation_status_name(organisation.status));
  jout_put_bool(out, "in_database", organisation.is_in_database);
  jout_put_text(out, "state", organisation_state_name(account.state));
  jout_put_text_or_null(out, "dossier", account.dossier_code);
  TRY(put_consents(call, tx, organisation_id));
  jout_object_end(out);
  return OK;
}

static result send_list(struct api_call *call, int status) {
  struct api_subjects subjects;
  struct organisation_representative_list offices;
  const struct api_applicant self = api_applicant_self(call, "");
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(api_subjects_load(call, tx, &self, &subjects));
  TRY(organisation_represented_load(tx, call->arena, call->session.person_id, api_today(call), &offices));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_list(out, "dependants");
  for (size_t i = 1; i < subjects.count; i++) {
    TRY(is_dependant(&subjects.items[i]) ? put_dependant(call, tx, &subjects.items[i]) : OK);
  }
  jout_list_end(out);
  jout_put_list(out, "organisations");
  for (size_t i = 0; i < offices.count; i++) {
    TRY(put_organisation(call, tx, offices.items[i].organisation_id));
  }
  jout_list_end(out);
  jout_object_end(out);
  api_send(call, status);
  return OK;
}

/* Children and wards are read of here: one entry before anything is shown. */
static result record_read(struct api_call *call) {
  struct api_subjects subjects;
  const struct api_applicant self = api_applicant_self(call, "");
  int64_t *people = NULL;
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(call->env->db, &tx));
    TRY(api_subjects_load(call, tx, &self, &subjects));
  }
  people = ARENA_ARRAY(call->arena, int64_t, subjects.count + 1);
  struct api_read read = {.kind = "register.family.read", .people = people};
  for (size_t i = 0; i < subjects.count; i++) {
    if (is_dependant(&subjects.items[i])) {
      people[read.count++] = subjects.items[i].person_id;
    }
  }
  return read.count > 0 ? api_read_record(call, &read) : OK;
}

result api_enrolments_list(struct api_call *call) {
  TRY(record_read(call));
  return send_list(call, 200);
}

/* ---- a child or ward ---- */

static result find_dependant(struct api_call *call, struct slice ref, int64_t *ret_person_id, struct account_address *ret_address) {
  struct api_subjects subjects;
  const struct api_applicant self = api_applicant_self(call, "");
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(api_subjects_load(call, tx, &self, &subjects));
  const struct api_subject *subject = api_subjects_find(call, &subjects, ref);
  if (subject == NULL || !is_dependant(subject)) {
    FAIL(ACCOUNT_NOT_GUARDIAN, "neither their child nor their ward");
  }
  *ret_person_id = subject->person_id;
  return account_address_load(tx, call->session.person_id, call->arena, ret_address);
}

static result send_applied(struct api_call *call, const struct dossier_enrol_answer *answer) {
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_text(out, "dossier", answer->dossier.code);
  jout_put_bool(out, "approved", answer->is_approved);
  jout_put_date(out, "due_date", answer->dossier.due_date);
  jout_object_end(out);
  http_response_header(call->http, "Location", arena_printf(call->arena, "/api/dossiers/%.*s", SLICE_ARG(answer->dossier.code)));
  api_send(call, 201);
  return OK;
}

result api_enrolment_apply(struct api_call *call) {
  struct multipart_form form;
  struct account_address address = {0};
  struct dossier_enrol_answer answer;
  struct dossier_enrol_application application = {.guardian_id = call->session.person_id, .source = "register"};
  TRY(multipart_parse(http_header(&call->http->request, "Content-Type"), call->http->request.body, &form));
  TRY(find_dependant(call, multipart_text(&form, "person"), &application.person_id, &address));
  TRY(require(call, ACCESS_ENROL_APPLY, application.person_id, true));
  application.mobile = address.phone;
  application.email = address.email;
  application.portrait = multipart_file(&form, "portrait");
  TRY(dossier_enrol_apply(call->env, &call->api->options.works, call->arena, &application, &answer));
  return send_applied(call, &answer);
}

/* ---- an organisation ---- */

static result find_organisation(struct api_call *call, int64_t *ret_organisation_id) {
  bool represents = false;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(organisation_find(tx, http_param(call->http, "code"), ret_organisation_id));
  TRY(organisation_is_representative(tx, *ret_organisation_id, call->session.person_id, api_today(call), &represents));
  if (!represents) { /* whether there is such an organisation is public; what it does here is not */
    FAIL(ORGANISATION_NOT_REPRESENTATIVE, "not a legal representative today");
  }
  return OK;
}

static result send_dossier(struct api_call *call, const struct dossier *d, int status) {
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_text(out, "dossier", d->code);
  if (d->due_date == 0) {
    jout_put_null(out, "due_date");
  } else {
    jout_put_date(out, "due_date", d->due_date);
  }
  jout_put_bool(out, "waits_for_consent", d->complete_at_ms == 0);
  jout_object_end(out);
  api_send(call, status);
  return OK;
}

result api_organisation_enrol(struct api_call *call) {
  const struct jin *root = NULL;
  struct dossier d;
  struct dossier_enrol_organisation application = {.representative_id = call->session.person_id};
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){NULL}));
  TRY(api_idempotency_key(call, &application.form_key));
  TRY(require(call, ACCESS_ORGANISATION_ENROL, call->session.person_id, false));
  TRY(find_organisation(call, &application.organisation_id));
  TRY(dossier_enrol_organisation_apply(call->env, &call->api->options.works, call->arena, &application, &d));
  return send_dossier(call, &d, 201);
}

result api_organisation_consent(struct api_call *call) {
  const struct jin *root = NULL;
  struct dossier d;
  struct dossier_enrol_consent consent = {.representative_id = call->session.person_id};
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"consents", NULL}));
  TRY(jin_bool(root, "consents", &consent.consents));
  TRY(require(call, ACCESS_ORGANISATION_ENROL, call->session.person_id, false));
  TRY(find_organisation(call, &consent.organisation_id));
  TRY(dossier_enrol_organisation_consent(call->env, call->arena, &consent, &d));
  return send_dossier(call, &d, 200);
}
