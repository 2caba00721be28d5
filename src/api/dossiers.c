/* A citizen's dossiers: submit, list, read, withdraw, answer a supplement request. */
#include "api/cursor.h"
#include "api/application.h"
#include "api/dossier_view.h"
#include "api/resources.h"

enum {
  LISTED_MAX = 50,
  KEY_BYTES_MIN = 16,
  KEY_BYTES_MAX = 64,
  PURPOSE_BYTES_MAX = 600,
  ANSWER_BYTES_MAX = 6000,
  REASON_BYTES_MAX = 1500
};

static struct dossier_act own_act(const struct api_call *call) {
  return (struct dossier_act){
      .code = http_param(call->http, "code"), .actor_id = call->session.person_id, .level = call->session.level,
      .acting_for_id = call->session.acting_for_id};
}

/* Under which mandate the caller does that with the dossier; of kind SELF: with their own, or under none. */
static result find_standing(struct api_call *call, struct db_tx *tx, const struct dossier *dossier, enum access_act power,
                            struct mandate *ret_mandate) {
  const struct dossier_standing standing = {.actor_id = call->session.person_id,
                                            .acting_for_id = call->session.acting_for_id,
                                            .person_id = dossier->person_id,
                                            .procedure = dossier->procedure,
                                            .applicant_id = dossier->applicant_id,
                                            .power = power};
  return dossier_standing_find(call->env, tx, &standing, call->arena, ret_mandate);
}

/* Own dossiers and those of whom the caller acts for; anybody else's does not exist. */
result api_dossier_load_own(struct api_call *call, enum access_act power, struct slice code,
                            struct dossier *ret_dossier) {
  struct dossier dossier;
  struct mandate mandate;
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(call->env->db, &tx));
    TRY(dossier_load(tx, call->arena, code, &dossier));
    result found = find_standing(call, tx, &dossier, power, &mandate);
    if (is_code(found, MANDATE_SELF_ONLY)) {
      FAIL(DOSSIER_UNKNOWN, "not of the person the session acts for");
    }
    TRY(found);
  }
  const struct access_case subject = {.code = dossier.code,
                                      .agency = dossier.agency_code,
                                      .province = dossier.province,
                                      .people = &dossier.person_id,
                                      .people_count = 1,
                                      .applicant_id = dossier.applicant_id};
  const struct access_request request = {.act = power,
                                         .actor_id = call->session.person_id,
                                         .level = call->session.level,
                                         .subject_id = dossier.person_id,
                                         .represents = mandate.kind != MANDATE_SELF,
                                         .dossier = &subject};
  result allowed = access_require(call->env, &request);
  if (is_code(allowed, ACCESS_OTHER_PERSON)) {
    FAIL(DOSSIER_UNKNOWN, "another person's dossier");
  }
  TRY(allowed);
  TRY(api_read_record(call, &(const struct api_read){"dossier.read", &dossier.person_id, 1, dossier.code, &mandate}));
  *ret_dossier = dossier;
  return OK;
}

static result send_dossier(struct api_call *call, const struct dossier *dossier) {
  struct dossier_view view;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(api_dossier_view_load(call, tx, dossier, &view));
  (void)api_begin(call);
  TRY(api_dossier_view_put(call, &view));
  api_send(call, 200);
  return OK;
}

/* After an act: as it is now. */
static result send_now(struct api_call *call) {
  struct dossier dossier;
  TRY(api_dossier_load_own(call, ACCESS_DOSSIER_VIEW_OWN, http_param(call->http, "code"), &dossier));
  return send_dossier(call, &dossier);
}

/* A child grows up, a guardian is dismissed, a mandate ends: what they made for that person is no longer theirs to see. */
static result keep_own(struct api_call *call, struct db_tx *tx, struct dossier *dossiers, size_t *count) {
  size_t kept = 0;
  for (size_t i = 0; i < *count; i++) {
    struct mandate mandate;
    result found = find_standing(call, tx, &dossiers[i], ACCESS_DOSSIER_VIEW_OWN, &mandate);
    if (is_code(found, MANDATE_SELF_ONLY)) {
      continue;
    }
    TRY(found);
    if (dossiers[i].person_id == call->session.person_id || mandate.kind != MANDATE_SELF) {
      dossiers[kept++] = dossiers[i];
    }
  }
  *count = kept;
  return OK;
}

result api_dossiers_list(struct api_call *call) {
  struct dossier *dossiers = NULL;
  size_t count = 0;
  struct api_cursor cursor;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(api_cursor_read(call, 2, LISTED_MAX, &cursor));
  TRY(db_read_begin(call->env->db, &tx));
  const struct dossier_list_question question = {.person_id = api_principal(call),
                                                 .before_ms = cursor.keys[0],
                                                 .before_id = cursor.keys[1],
                                                 .limit = cursor.limit + 1};
  TRY(dossier_list(tx, call->arena, &question, &dossiers, &count));
  bool has_more = count > cursor.limit;
  count -= has_more;
  const int64_t last[] = {has_more ? dossiers[count - 1].submitted_at_ms : 0, has_more ? dossiers[count - 1].dossier_id : 0};
  TRY(keep_own(call, tx, dossiers, &count));
  int64_t *people = ARENA_ARRAY(call->arena, int64_t, count + 1);
  for (size_t i = 0; i < count; i++) {
    people[i] = dossiers[i].person_id;
  }
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_list(out, "items");
  for (size_t i = 0; i < count; i++) {
    struct dossier_view view;
    TRY(api_dossier_view_load(call, tx, &dossiers[i], &view));
    api_dossier_view_put_summary(call, &view);
  }
  jout_list_end(out);
  api_cursor_put(call, has_more ? last : NULL, 2);
  jout_object_end(out);
  db_read_end(&tx);
  TRY(api_read_record(call, &(const struct api_read){.kind = "dossier.read", .people = people, .count = count,
                                                     .mandate = call->mandate.kind != MANDATE_SELF ? &call->mandate : NULL}));
  api_send(call, 200);
  return OK;
}

result api_dossier_read(struct api_call *call) {
  struct dossier dossier;
  TRY(api_dossier_load_own(call, ACCESS_DOSSIER_VIEW_OWN, http_param(call->http, "code"), &dossier));
  const struct account_event event = {.person_id = call->session.person_id,
                                      .session_id = call->session.session_id,
                                      .kind = S("dossier_viewed"),
                                      .detail = dossier.code};
  TRY(account_history_record(call->env, &event));
  return send_dossier(call, &dossier);
}

/* ---- submit ---- */

result api_idempotency_key(struct api_call *call, struct slice *ret_key) {
  struct slice key = http_header(&call->http->request, "Idempotency-Key");
  bool is_right = key.len >= KEY_BYTES_MIN && key.len <= KEY_BYTES_MAX;
  for (size_t i = 0; i < key.len && is_right; i++) {
    uint8_t c = key.ptr[i];
    is_right = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-';
  }
  if (!is_right) {
    FAIL(API_KEY, "an idempotency key of %zu bytes", key.len);
  }
  *ret_key = key;
  return OK;
}

static void put_value(struct jout *out, const struct jin *value);

static void put_members(struct jout *out, const struct jin *value) {
  for (size_t i = 0; i < value->count; i++) {
    if (value->type == JIN_OBJECT) {
      jout_name_slice(out, value->items[i].name);
    }
    put_value(out, &value->items[i]);
  }
}

/* What was read, written again: only texts, numbers, lists and objects can be in a form. */
static void put_value(struct jout *out, const struct jin *value) {
  switch (value->type) {
    case JIN_TEXT:
      jout_text(out, value->text);
      break;
    case JIN_INT:
      jout_int(out, value->number);
      break;
    case JIN_BOOL:
      jout_bool(out, value->boolean);
      break;
    case JIN_LIST:
      jout_list(out);
      put_members(out, value);
      jout_list_end(out);
      break;
    case JIN_OBJECT:
      jout_object(out);
      put_members(out, value);
      jout_object_end(out);
      break;
    default:
      jout_null(out);
  }
}

/* The form as the dossier keeps it: the citizen's answers, and the request with its purpose. */
static struct slice form_json(struct api_call *call, const struct jin *answers, struct slice purpose) {
  struct buf text;
  struct jout out;
  buf_init(&text, call->arena, 1024);
  jout_init(&out, &text);
  jout_object(&out);
  put_members(&out, answers);
  jout_put_object(&out, "request");
  jout_put_text(&out, "purpose", purpose);
  jout_object_end(&out);
  jout_object_end(&out);
  return buf_slice(&text);
}

result api_application_read_form(struct api_call *call, const struct jin *root, struct dossier_application *application,
                                 int64_t *ret_payable_shown) {
  const struct jin *answers = NULL;
  struct slice purpose;
  size_t procedure = 0;
  bool has_consent = false;
  TRY(jin_word(root, "procedure", (const char *const[]){"lltp", NULL}, &procedure));
  TRY(jin_text(root, "purpose", PURPOSE_BYTES_MAX, &purpose));
  TRY(jin_bool(root, "ban_information", &application->ban_information));
  TRY(jin_object(root, "answers", &answers));
  TRY(jin_bool(root, "consent", &has_consent));
  TRY(jin_int(root, "payable_shown", 0, INT32_MAX, ret_payable_shown));
  if (!has_consent) {
    return jin_refuse_field(root, "consent", "is needed");
  }
  if (jin_find(answers, "request") != NULL) {
    return jin_refuse_field(answers, "request", "is made of the fields of the submission");
  }
  application->form = form_json(call, answers, purpose);
  return OK;
}

void api_application_send_receipt(struct api_call *call, const struct dossier *d, const char *folder) {
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_text(out, "code", d->code);
  api_dossier_view_put_procedure(call, d);
  api_dossier_view_put_status(call, d->status);
  jout_put_instant(out, "submitted_at", d->submitted_at_ms);
  api_dossier_view_put_due(call, d);
  api_put_word(call, "desk", api_desks, api_dossier_view_desk(d));
  jout_put_int(out, "fee", d->fee);
  jout_put_int(out, "support", d->support);
  jout_put_int(out, "payable", d->payable);
  jout_put_list(out, "may");
  if (d->status == DOSSIER_NEW && d->complete_at_ms == 0) {
    jout_text(out, S("pay")); /* the fee alone keeps its clock from running */
  }
  jout_list_end(out);
  jout_object_end(out);
  http_response_header(call->http, "Location", arena_printf(call->arena, "%s/%.*s", folder, SLICE_ARG(d->code)));
  api_send(call, 201);
}

result api_dossier_submit(struct api_call *call) {
  static const char *const fields[] = {"procedure",       "subject", "channel", "certificate",   "copies", "purpose",
                                       "ban_information", "answers", "consent", "payable_shown", NULL};
  struct dossier_application application = {0};
  struct api_subject subject;
  const struct api_application_reader reader = {api_applicant_self(call, API_LLTP_SCOPE), api_own_channels, &application, &subject};
  const struct jin *root = NULL;
  struct dossier dossier;
  int64_t payable_shown = 0;
  TRY(api_idempotency_key(call, &application.form_key));
  TRY(api_capability_check(call, ACCOUNT_CAPABILITY_SUBMIT));
  TRY(api_body(call, &root));
  TRY(jin_fields(root, fields));
  TRY(api_application_read(call, root, &reader));
  TRY(api_application_read_form(call, root, &application, &payable_shown));
  application.payable_shown = &payable_shown;
  TRY(api_application_submit(call, &application, &dossier));
  api_application_send_receipt(call, &dossier, "/api/dossiers");
  return OK;
}

/* ---- acts ---- */

result api_dossier_withdraw(struct api_call *call) {
  const struct jin *root = NULL;
  struct slice reason = S("");
  struct dossier_act act = own_act(call);
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"reason", NULL}));
  TRY(jin_text_optional(root, "reason", REASON_BYTES_MAX, &reason));
  TRY(dossier_withdraw(call->env, &call->api->options.works, call->arena, &act, reason));
  return send_now(call);
}

result api_dossier_supplement(struct api_call *call) {
  const struct jin *root = NULL;
  struct slice answer;
  struct dossier_act act = own_act(call);
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"answer", NULL}));
  TRY(jin_text(root, "answer", ANSWER_BYTES_MAX, &answer));
  TRY(dossier_supplement_answer(call->env, call->arena, &act, answer));
  return send_now(call);
}
