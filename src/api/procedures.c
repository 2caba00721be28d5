/* GET /api/procedures, the form with what the registers know, and the preview of a submission. */
#include "api/application.h"
#include "api/form_view.h"
#include "api/resources.h"
#include "codec/hex.h"

#define LLTP "lltp"

enum { COPIES_MAX = 100 };

const char *const api_own_channels[] = {"vneid", "online", NULL};

/* ---- channels ---- */

static const struct {
  enum procedure_channel channel;
  bool is_own; /* the citizen sends it themself */
  struct api_word word;
} channels[] = {
    {PROCEDURE_VNEID, true, {"vneid", "Ứng dụng VNeID", "The VNeID app"}},
    {PROCEDURE_ONLINE, true, {"online", "Cổng dịch vụ công trực tuyến", "The online public service portal"}},
    {PROCEDURE_COUNTER, false, {"counter", "Trực tiếp tại Bộ phận Một cửa", "At the one-stop desk"}},
    {PROCEDURE_POST, false, {"post", "Qua bưu chính", "By post"}},
};
enum { CHANNELS = sizeof channels / sizeof *channels };

/* Where the person lives, permanently or else for now; empty: nowhere in the country. */
static result find_province(struct api_call *call, struct db_tx *tx, int64_t person_id, struct slice *ret_province) {
  result found = register_residence_province(tx, call->arena, person_id, api_today(call), ret_province);
  if (!is_code(found, REGISTER_RESIDENCE_UNKNOWN)) {
    return found;
  }
  struct register_residence temporary;
  found = register_residence_find(
      tx, call->arena, &(struct register_residence_key){person_id, REGISTER_TEMPORARY, api_today(call)}, &temporary);
  *ret_province = is_ok(found) ? temporary.province : S("");
  return is_code(found, REGISTER_RESIDENCE_UNKNOWN) ? OK : found;
}

/* Since when a channel is open there; INT32_MAX: not at all. */
static result channel_start(struct api_call *call, struct db_tx *tx, const struct procedure_channel_place *place, int32_t *ret_start) {
  *ret_start = INT32_MAX;
  return slice_empty(place->province) ? OK : procedure_channel_start(call->api->options.works.procedures, tx, place, ret_start);
}

static void put_channel_state(struct api_call *call, const struct api_word *word, int32_t start) {
  struct jout *out = &call->out;
  bool is_open = start <= api_today(call);
  jout_put_bool(out, "open", is_open);
  if (is_open) {
    jout_put_null(out, "opens_on");
    api_put_text(out, "reason", arena_printf(call->arena, "%s: đang mở tại nơi cư trú", word->vi),
                 arena_printf(call->arena, "%s: open where you live", word->en));
  } else if (start == INT32_MAX) {
    jout_put_null(out, "opens_on");
    api_put_text(out, "reason", S("Chưa có nơi cư trú trong cơ sở dữ liệu"), S("No residence is registered"));
  } else {
    struct slice day = clock_date_write_vi(call->arena, start);
    jout_put_date(out, "opens_on", start);
    api_put_text(out, "reason", arena_printf(call->arena, "%s: mở tại nơi cư trú từ ngày %.*s", word->vi, SLICE_ARG(day)),
                 arena_printf(call->arena, "%s: opens where you live on %.*s", word->en, SLICE_ARG(day)));
  }
}

/* "channel": the one asked about; "channels": each of the four, so that whoever finds one closed sees which is open. */
static result put_channels(struct api_call *call, struct db_tx *tx, int64_t person_id, enum procedure_channel asked) {
  struct jout *out = &call->out;
  struct procedure_channel_place place = {.procedure = S(LLTP)};
  int32_t starts[CHANNELS];
  TRY(find_province(call, tx, person_id, &place.province));
  for (size_t i = 0; i < CHANNELS; i++) {
    place.channel = channels[i].channel;
    TRY(channel_start(call, tx, &place, &starts[i]));
    if (channels[i].channel == asked) {
      jout_put_object(out, "channel");
      put_channel_state(call, &channels[i].word, starts[i]);
      jout_object_end(out);
    }
  }
  jout_put_list(out, "channels");
  for (size_t i = 0; i < CHANNELS; i++) {
    jout_object(out);
    jout_put_str(out, "code", channels[i].word.code);
    api_put_text(out, "name", slice_str(channels[i].word.vi), slice_str(channels[i].word.en));
    jout_put_bool(out, "own", channels[i].is_own);
    put_channel_state(call, &channels[i].word, starts[i]);
    jout_object_end(out);
  }
  jout_list_end(out);
  return OK;
}

/* "Cổng dịch vụ công trực tuyến; ...": those open today where that person lives, for whoever asked for another. */
static result open_channels(struct api_call *call, int64_t person_id, struct slice *ret_names) {
  struct procedure_channel_place place = {.procedure = S(LLTP)};
  struct slice names = S("");
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(find_province(call, tx, person_id, &place.province));
  for (size_t i = 0; i < CHANNELS; i++) {
    int32_t start = 0;
    place.channel = channels[i].channel;
    TRY(channel_start(call, tx, &place, &start));
    if (start <= api_today(call)) {
      names = arena_printf(call->arena, "%.*s%s%s", SLICE_ARG(names), names.len > 0 ? "; " : "",
                           api_words(call, channels[i].word.vi, channels[i].word.en));
    }
  }
  *ret_names = names;
  return OK;
}

/* ---- procedures a citizen starts themself, and the form ---- */

static result put_procedure(struct api_call *call, struct db_tx *tx, int64_t person_id) {
  struct procedure_summaries list;
  TRY(procedure_list(call->api->options.works.procedures, api_today(call), call->arena, &list));
  struct jout *out = &call->out;
  for (size_t i = 0; i < list.count; i++) {
    const struct procedure_summary *item = &list.items[i];
    if (!slice_is(item->name, LLTP)) {
      continue;
    }
    jout_object(out);
    jout_put_text(out, "code", item->name);
    jout_put_text(out, "national_code", item->national_code);
    api_put_text(out, "name", item->name_vi, item->name_en);
    TRY(put_channels(call, tx, person_id, PROCEDURE_VNEID));
    jout_object_end(out);
  }
  return OK;
}

result api_procedures_list(struct api_call *call) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_list(out, "items");
  TRY(put_procedure(call, tx, call->session.person_id));
  jout_list_end(out);
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}

static const struct api_word purposes[] = {
    {"work", "Bổ sung hồ sơ xin việc", "To apply for work"},
    {"study", "Du học", "To study abroad"},
    {"visa", "Xin thị thực, định cư", "For a visa or settlement"},
    {"licence", "Xin giấy phép hành nghề", "For a professional licence"},
    {"other", "Mục đích khác", "Another purpose"},
    {0},
};

result api_application_put_form(struct api_call *call, struct db_tx *tx, const struct api_subjects *subjects,
                                const struct api_subject *subject) {
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_name(out, "procedure");
  TRY(put_procedure(call, tx, subject->person_id));
  api_put_subject(call, "subject", subject);
  jout_put_list(out, "subjects");
  for (size_t i = 0; i < subjects->count; i++) {
    api_put_subject(call, NULL, &subjects->items[i]);
  }
  jout_list_end(out);
  TRY(api_form_view_put(call, tx, &(const struct form_view){.procedure = S(LLTP), .person = &subject->person}));
  jout_put_int(out, "copies_max", COPIES_MAX);
  jout_put_list(out, "purposes");
  for (const struct api_word *purpose = purposes; purpose->code != NULL; purpose++) {
    jout_object(out);
    jout_put_str(out, "code", purpose->code);
    api_put_text(out, "name", slice_str(purpose->vi), slice_str(purpose->en));
    jout_object_end(out);
  }
  jout_list_end(out);
  TRY(put_channels(call, tx, subject->person_id, PROCEDURE_VNEID));
  jout_object_end(out);
  return OK;
}

result api_lltp_form(struct api_call *call) {
  struct url_form query;
  struct api_subjects subjects;
  struct slice ref = S("");
  TRY(api_query(call, &query));
  bool is_named = url_form_find(&query, "subject", &ref);
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  const struct api_applicant self = api_applicant_self(call, API_LLTP_SCOPE);
  TRY(api_subjects_load(call, tx, &self, &subjects));
  const struct api_subject *subject = is_named ? api_subjects_find(call, &subjects, ref) : &subjects.items[0];
  if (subject == NULL) {
    FAIL(REGISTER_PERSON_UNKNOWN, "not among the caller's subjects");
  }
  TRY(api_application_put_form(call, tx, &subjects, subject));
  db_read_end(&tx);
  TRY(api_read_record(call, &(const struct api_read){.kind = "form.read", .people = &subject->person_id, .count = 1, .mandate = &subject->mandate}));
  api_send(call, 200);
  return OK;
}

/* ---- preview ---- */

static void put_amount(struct api_call *call, const char *name, const struct procedure_amount *amount,
                       struct slice rule_hash) {
  struct jout *out = &call->out;
  jout_put_object(out, name);
  jout_put_int(out, "value", amount->value);
  jout_put_text(out, "clause", amount->because.clause);
  api_put_text(out, "reason", amount->because.vi, amount->because.en);
  jout_put_text(out, "rule_hash", rule_hash);
  jout_object_end(out);
}

static void put_outcome(struct api_call *call, const struct procedure_outcome *outcome) {
  struct jout *out = &call->out;
  struct slice rule_hash = hex_write(call->arena, slice_of(outcome->rule_hash, sizeof outcome->rule_hash));
  put_amount(call, "fee", &outcome->fee, rule_hash);
  put_amount(call, "support", &outcome->support, rule_hash);
  put_amount(call, "payable", &outcome->payable, rule_hash);
  jout_put_object(out, "due_date");
  jout_put_date(out, "value", outcome->due.due);
  jout_put_text(out, "clause", outcome->due_because.clause);
  if (outcome->limit.unit == CALENDAR_WORKING_DAYS) {
    jout_put_int(out, "working_days", outcome->limit.count);
  }
  jout_put_text(out, "rule_hash", rule_hash);
  jout_object_end(out);
  jout_put_object(out, "authority");
  jout_put_text(out, "value", procedure_authority_name(outcome->authority));
  jout_put_text(out, "clause", outcome->authority_because.clause);
  jout_put_text(out, "rule_hash", rule_hash);
  jout_object_end(out);
}

static void put_refusal(struct api_call *call, const struct dossier_preview *preview) {
  if (preview->refusal == 0) {
    jout_put_null(&call->out, "refusal");
  } else if (preview->refusal == DOSSIER_APPLICANT) {
    api_put_text(&call->out, "refusal", preview->admission.because.vi, preview->admission.because.en);
  } else {
    api_put_text(&call->out, "refusal", api_error_sentence(preview->refusal, API_VIETNAMESE),
                 api_error_sentence(preview->refusal, API_ENGLISH));
  }
}

/* The applicant, or somebody they may act for. */
static result find_person(struct api_call *call, const struct jin *root, const struct api_application_reader *reader, struct api_subject *ret_subject) {
  struct slice ref;
  struct api_subjects subjects;
  TRY(jin_text(root, "subject", 32, &ref));
  if (slice_is(ref, "self") && (reader->applicant.is_at_desk || !account_session_is_for_another(&call->session))) {
    *ret_subject = (struct api_subject){.person_id = reader->applicant.person_id, .relation = "self"};
    return OK;
  }
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(api_subjects_load(call, tx, &reader->applicant, &subjects));
  const struct api_subject *subject = api_subjects_find(call, &subjects, ref);
  if (subject == NULL) {
    return jin_refuse_field(root, "subject", "is not somebody the applicant acts for");
  }
  *ret_subject = *subject;
  return OK;
}

result api_application_read(struct api_call *call, const struct jin *root, const struct api_application_reader *reader) {
  struct dossier_application *application = reader->application;
  int64_t certificate = 0;
  size_t channel = 0;
  TRY(jin_int(root, "certificate", 1, 2, &certificate));
  TRY(jin_int(root, "copies", 1, COPIES_MAX, &application->copies));
  if (jin_find(root, "channel") != NULL) {
    TRY(jin_word(root, "channel", reader->channels, &channel));
  }
  TRY(find_person(call, root, reader, reader->subject));
  application->person_id = reader->subject->person_id;
  (void)procedure_channel_parse(slice_str(reader->channels[channel]), &application->channel); /* each of them is one */
  application->applicant_id = reader->applicant.person_id;
  application->procedure = S(LLTP);
  application->certificate = (int32_t)certificate;
  application->level = call->session.level;
  application->acting_for_id = reader->applicant.is_at_desk ? 0 : call->session.acting_for_id;
  return OK;
}

result api_application_send_preview(struct api_call *call, const struct dossier_application *application,
                                    const struct dossier_preview *preview) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  struct jout *out = api_begin(call);
  jout_object(out);
  put_outcome(call, &preview->outcome);
  TRY(api_put_agency(call, tx, "agency", preview->agency_code));
  TRY(put_channels(call, tx, application->person_id, application->channel));
  put_refusal(call, preview);
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}

result api_lltp_preview(struct api_call *call) {
  const struct jin *root = NULL;
  struct dossier_application application = {.form = S("{}")};
  struct api_subject subject;
  const struct api_application_reader reader = {api_applicant_self(call, API_LLTP_SCOPE), api_own_channels, &application, &subject};
  struct dossier_preview preview;
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"subject", "certificate", "copies", "channel", NULL}));
  TRY(api_application_read(call, root, &reader));
  TRY(dossier_preview(call->env, &call->api->options.works, call->arena, &application, &preview));
  TRY(api_read_record(call, &(const struct api_read){.kind = "fee.read", .people = &subject.person_id, .count = 1, .mandate = &subject.mandate}));
  return api_application_send_preview(call, &application, &preview);
}

/* ---- submitting ---- */

result api_application_submit(struct api_call *call, struct dossier_application *application, struct dossier *ret_dossier) {
  struct dossier_form_fault fault = {0};
  application->form_fault = &fault;
  result submitted = dossier_submit(call->env, &call->api->options.works, call->arena, application, ret_dossier);
  if (fault.code != 0) { /* the form is the submission's member "answers" */
    call->doc.fault = (struct jin_fault){fault.code, arena_printf(call->arena, "/answers%.*s", SLICE_ARG(fault.path)), fault.reason};
  }
  if (is_code(submitted, DOSSIER_CHANNEL_CLOSED)) {
    struct slice names;
    TRY(open_channels(call, application->person_id, &names));
    call->detail = arena_printf(call->arena, "%s: %.*s", api_words(call, "Kênh đang mở", "Open today"), SLICE_ARG(names));
    FAIL(DOSSIER_CHANNEL_CLOSED, "closed; others are open");
  }
  return submitted;
}
