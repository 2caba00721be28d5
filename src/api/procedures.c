/* GET /api/procedures, the form with what the registers know, and the preview of a submission. */
#include "api/form_view.h"
#include "api/resources.h"
#include "codec/hex.h"

#define LLTP "lltp"

enum { COPIES_MAX = 100 };

/* Since when a channel is open where the person lives; INT32_MAX: not at all. */
static result channel_start(struct api_call *call, struct db_tx *tx, int64_t person_id, int32_t *ret_start) {
  struct slice province;
  *ret_start = INT32_MAX;
  result found = register_residence_province(tx, call->arena, person_id, api_today(call), &province);
  if (is_code(found, REGISTER_RESIDENCE_UNKNOWN)) {
    struct register_residence temporary;
    found = register_residence_find(
        tx, call->arena, &(struct register_residence_key){person_id, REGISTER_TEMPORARY, api_today(call)}, &temporary);
    if (is_code(found, REGISTER_RESIDENCE_UNKNOWN)) {
      return OK;
    }
    province = temporary.province;
  }
  TRY(found);
  const struct procedure_channel_place place = {S(LLTP), PROCEDURE_VNEID, province};
  return procedure_channel_start(call->api->options.works.procedures, tx, &place, ret_start);
}

static void put_channel(struct api_call *call, int32_t start) {
  struct jout *out = &call->out;
  bool is_open = start <= api_today(call);
  jout_put_object(out, "channel");
  jout_put_bool(out, "open", is_open);
  if (is_open) {
    jout_put_null(out, "opens_on");
    api_put_text(out, "reason", S("Kênh trực tuyến đã mở tại nơi cư trú"),
                 S("The online channel is open where you live"));
  } else if (start == INT32_MAX) {
    jout_put_null(out, "opens_on");
    api_put_text(out, "reason", S("Chưa có nơi cư trú trong cơ sở dữ liệu"), S("No residence is registered"));
  } else {
    struct slice day = clock_date_write_vi(call->arena, start);
    jout_put_date(out, "opens_on", start);
    api_put_text(out, "reason",
                 arena_printf(call->arena, "Kênh trực tuyến tại nơi cư trú mở từ ngày %.*s", SLICE_ARG(day)),
                 arena_printf(call->arena, "The online channel opens where you live on %.*s", SLICE_ARG(day)));
  }
  jout_object_end(out);
}

/* Procedures a citizen starts themself. */
static result put_procedure(struct api_call *call, int32_t start) {
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
    put_channel(call, start);
    jout_object_end(out);
  }
  return OK;
}

result api_procedures_list(struct api_call *call) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  int32_t start = 0;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(channel_start(call, tx, call->session.person_id, &start));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_list(out, "items");
  TRY(put_procedure(call, start));
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

static result put_form(struct api_call *call, struct db_tx *tx, const struct api_subjects *subjects,
                       const struct api_subject *subject) {
  int32_t start = 0;
  TRY(channel_start(call, tx, subject->person_id, &start));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_name(out, "procedure");
  TRY(put_procedure(call, start));
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
  put_channel(call, start);
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}

result api_lltp_form(struct api_call *call) {
  struct url_form query;
  struct api_subjects subjects;
  struct slice ref = S("self");
  TRY(api_query(call, &query));
  (void)url_form_find(&query, "subject", &ref);
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(api_subjects_load(call, tx, &subjects));
  const struct api_subject *subject = api_subjects_find(call, &subjects, ref);
  if (subject == NULL) {
    FAIL(REGISTER_PERSON_UNKNOWN, "not among the caller's subjects");
  }
  TRY(api_read_record(call, &(const struct api_read){.kind = "form.read", .people = &subject->person_id, .count = 1}));
  return put_form(call, tx, &subjects, subject);
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

/* Themself, or a child or ward of theirs. */
static result find_person(struct api_call *call, const struct jin *root, struct slice ref, int64_t *ret_person_id) {
  if (slice_is(ref, "self")) {
    *ret_person_id = call->session.person_id;
    return OK;
  }
  struct api_subjects subjects;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(api_subjects_load(call, tx, &subjects));
  const struct api_subject *subject = api_subjects_find(call, &subjects, ref);
  if (subject == NULL) {
    return jin_refuse_field(root, "subject", "is not somebody the caller acts for");
  }
  *ret_person_id = subject->person_id;
  return OK;
}

result api_lltp_application(struct api_call *call, const struct jin *root, struct dossier_application *application) {
  struct slice ref;
  int64_t certificate = 0;
  TRY(jin_text(root, "subject", 32, &ref));
  TRY(jin_int(root, "certificate", 1, 2, &certificate));
  TRY(jin_int(root, "copies", 1, COPIES_MAX, &application->copies));
  TRY(find_person(call, root, ref, &application->person_id));
  application->applicant_id = call->session.person_id;
  application->procedure = S(LLTP);
  application->channel = PROCEDURE_VNEID;
  application->certificate = (int32_t)certificate;
  application->level = call->session.level;
  return OK;
}

result api_lltp_preview(struct api_call *call) {
  const struct jin *root = NULL;
  struct dossier_application application = {.form = S("{}")};
  struct dossier_preview preview;
  int32_t start = 0;
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"subject", "certificate", "copies", NULL}));
  TRY(api_lltp_application(call, root, &application));
  TRY(dossier_preview(call->env, &call->api->options.works, call->arena, &application, &preview));
  TRY(api_read_record(call, &(const struct api_read){.kind = "fee.read", .people = &application.person_id, .count = 1}));
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(channel_start(call, tx, application.person_id, &start));
  struct jout *out = api_begin(call);
  jout_object(out);
  put_outcome(call, &preview.outcome);
  TRY(api_put_agency(call, tx, "agency", preview.agency_code));
  put_channel(call, start);
  put_refusal(call, &preview);
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}
