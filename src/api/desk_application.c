/* Assisted submission: the one-stop desk writes down an application for somebody who stands at the counter or wrote by post:
 * GET /api/desk/procedures/lltp/form, POST /api/desk/procedures/lltp/preview, POST /api/desk/dossiers.
 * The applicant needs no account; the officer states a purpose, which the applicant sees, and is recorded as the helper. */
#include "api/application.h"
#include "api/desk.h"
#include "api/resources.h"

enum { PIN_DIGITS = 12, PURPOSE_BYTES_MAX = 1200 };

static const char *const desk_channels[] = {"counter", "post", NULL};

/* Who is helped, found by number: the role and the purpose are asked before the number. */
static result find_applicant(struct api_call *call, struct slice pin, struct slice purpose, struct api_applicant *ret_applicant) {
  const struct api_desk_search search = {ACCESS_DOSSIER_ASSIST, pin, purpose};
  TRY(api_desk_check_purpose(purpose));
  *ret_applicant = (struct api_applicant){.is_at_desk = true, .scope = API_LLTP_SCOPE};
  return api_desk_person_find(call, &search, &ret_applicant->person_id);
}

static void assist_with(const struct api_call *call, struct slice purpose, struct dossier_application *application) {
  application->helper = &call->post;
  application->helper_id = call->session.person_id;
  application->purpose = purpose;
}

/* The applicant, and whom it is about if that is somebody else, both see it. */
static result record_read(struct api_call *call, const struct dossier_application *a, const char *kind) {
  const int64_t people[] = {a->applicant_id, a->person_id};
  const struct api_desk_read read = {kind, a->purpose, people, a->applicant_id == a->person_id ? 1 : 2};
  return api_desk_read_record(call, &read);
}

/* For whom the applicant may apply is shown by name: a look at their family, which each of them sees. */
static result record_family(struct api_call *call, const struct api_subjects *subjects, struct slice purpose) {
  int64_t *people = ARENA_ARRAY(call->arena, int64_t, subjects->count);
  for (size_t i = 0; i < subjects->count; i++) {
    people[i] = subjects->items[i].person_id;
  }
  const struct api_desk_read read = {"register.family.read", purpose, people, subjects->count};
  return subjects->count > 1 ? api_desk_read_record(call, &read) : OK;
}

result api_desk_lltp_form(struct api_call *call) {
  struct url_form query;
  struct api_applicant applicant;
  struct api_subjects subjects;
  struct slice ref = S("self");
  TRY(api_query(call, &query));
  (void)url_form_find(&query, "subject", &ref);
  struct slice purpose = url_form_get(&query, "purpose");
  TRY(find_applicant(call, url_form_get(&query, "applicant_pin"), purpose, &applicant));
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(api_subjects_load(call, tx, &applicant, &subjects));
  const struct api_subject *subject = api_subjects_find(call, &subjects, ref);
  if (subject == NULL) {
    FAIL(REGISTER_PERSON_UNKNOWN, "nobody the applicant acts for");
  }
  struct dossier_application application = {.applicant_id = applicant.person_id,
                                            .person_id = subject->person_id,
                                            .procedure = S("lltp"),
                                            .channel = PROCEDURE_COUNTER,
                                            .level = call->session.level};
  assist_with(call, purpose, &application);
  db_read_end(&tx);
  TRY(dossier_assist(call->env, &call->api->options.works, call->arena, &application)); /* looks for itself */
  TRY(db_read_begin(call->env->db, &tx));
  TRY(api_application_put_form(call, tx, &subjects, subject));
  db_read_end(&tx);
  TRY(record_read(call, &application, "form.read"));
  TRY(record_family(call, &subjects, purpose)); /* durable from here on: now it may be shown */
  api_send(call, 200);
  return OK;
}

/* What both bodies begin with. */
static result read_application(struct api_call *call, const struct jin *root, struct dossier_application *application) {
  struct slice pin;
  struct slice purpose;
  struct api_subject subject;
  struct api_application_reader reader = {.channels = desk_channels, .application = application, .subject = &subject};
  TRY(jin_text(root, "applicant_pin", PIN_DIGITS, &pin));
  TRY(jin_text(root, "look_up_purpose", PURPOSE_BYTES_MAX, &purpose));
  TRY(find_applicant(call, pin, purpose, &reader.applicant));
  TRY(api_application_read(call, root, &reader));
  assist_with(call, purpose, application);
  return OK;
}

result api_desk_lltp_preview(struct api_call *call) {
  static const char *const fields[] = {"applicant_pin", "look_up_purpose", "subject", "certificate", "copies", "channel", NULL};
  const struct jin *root = NULL;
  struct dossier_application application = {.form = S("{}")};
  struct dossier_preview preview;
  TRY(api_body(call, &root));
  TRY(jin_fields(root, fields));
  TRY(read_application(call, root, &application));
  TRY(dossier_preview(call->env, &call->api->options.works, call->arena, &application, &preview));
  TRY(record_read(call, &application, "fee.read"));
  return api_application_send_preview(call, &application, &preview);
}

result api_desk_submit(struct api_call *call) {
  static const char *const fields[] = {"applicant_pin", "look_up_purpose", "procedure",       "subject", "channel", "certificate",
                                       "copies",        "purpose",         "ban_information", "answers", "consent", "payable_shown",
                                       NULL};
  struct dossier_application application = {0};
  const struct jin *root = NULL;
  struct dossier dossier;
  int64_t payable_shown = 0;
  TRY(api_idempotency_key(call, &application.form_key));
  TRY(api_body(call, &root));
  TRY(jin_fields(root, fields));
  TRY(read_application(call, root, &application));
  TRY(api_application_read_form(call, root, &application, &payable_shown));
  application.payable_shown = &payable_shown;
  TRY(api_application_submit(call, &application, &dossier));
  api_application_send_receipt(call, &dossier, "/api/desk/dossiers");
  return OK;
}
