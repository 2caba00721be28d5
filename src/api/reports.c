/* Statistics, the savings calculator and the refunds due: GET /api/reports/... */
#include "api/cursor.h"
#include "api/resources.h"
#include "base/number.h"
#include "report/report.h"

enum { REFUNDS_MAX = 100 };

static struct access_request asked_for(const struct api_call *call, enum access_act act) {
  return (struct access_request){
      .act = act, .actor_id = call->session.person_id, .level = call->session.level, .post = &call->post};
}

result api_report_lltp(struct api_call *call) {
  const struct access_request request = asked_for(call, ACCESS_REPORT_VIEW);
  struct report_question question = {.as_of = clock_date_of(clock_now_ms(call->env->clock)),
                                     .province = call->post.province};
  struct report_lltp report;
  struct url_form query;
  struct slice as_of = {0};
  TRY(access_require(call->env, &request));
  TRY(api_query(call, &query));
  if (url_form_find(&query, "as_of", &as_of)) {
    TRY(clock_date_parse(as_of, &question.as_of));
  }
  TRY(report_lltp(call->env, call->arena, &question, &report));
  http_reply(call->http, 200, "application/json; charset=utf-8", report_lltp_json(call->arena, &report));
  return OK;
}

/* Of the whole country: enrolment is at any desk, whatever the residence. */
result api_report_eid(struct api_call *call) {
  const struct access_request request = asked_for(call, ACCESS_REPORT_VIEW);
  struct report_eid report;
  TRY(access_require(call->env, &request));
  TRY(report_eid(call->env, &report));
  http_reply(call->http, 200, "application/json; charset=utf-8", report_eid_json(call->arena, &report));
  return OK;
}

/* ---- savings ---- */

/* A parameter left out keeps its published value. */
static result read_parameter(const struct url_form *query, const char *name, int64_t *number) {
  struct slice text = {0};
  return url_form_find(query, name, &text) ? number_parse(text, number) : OK;
}

static void put_savings(struct api_call *call, const struct report_savings *savings) {
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_int(out, "extra_copy_fee", savings->extra_copy_fee);
  jout_put_int(out, "travel", savings->travel);
  jout_put_int(out, "waiting", savings->waiting);
  jout_put_int(out, "lost_wage", savings->lost_wage);
  jout_put_int(out, "per_certificate", savings->per_certificate);
  jout_put_int(out, "certificates", savings->certificates);
  jout_put_int(out, "total", savings->total);
  api_put_text(out, "unit", S("đồng"), S("VND"));
  api_put_text(out, "period", S("một năm"), S("one year"));
  jout_put_date(out, "as_of", clock_date_of(clock_now_ms(call->env->clock)));
  jout_object_end(out);
  api_send(call, 200);
}

result api_report_savings(struct api_call *call) {
  const struct access_request request = asked_for(call, ACCESS_REPORT_VIEW);
  struct report_savings savings = REPORT_SAVINGS_PUBLISHED;
  struct url_form query;
  TRY(access_require(call->env, &request));
  TRY(api_query(call, &query));
  TRY(read_parameter(&query, "extra_copy_fee", &savings.extra_copy_fee));
  TRY(read_parameter(&query, "travel", &savings.travel));
  TRY(read_parameter(&query, "waiting", &savings.waiting));
  TRY(read_parameter(&query, "lost_wage", &savings.lost_wage));
  TRY(read_parameter(&query, "certificates", &savings.certificates));
  TRY(report_savings(&savings));
  put_savings(call, &savings);
  return OK;
}

/* ---- refunds ---- */

static void put_refund(struct jout *out, const struct payment_refund *refund) {
  jout_object(out);
  jout_put_text_or_null(out, "dossier_code", refund->dossier_code);
  jout_put_text(out, "transaction_id", refund->transaction_id);
  jout_put_int(out, "amount", refund->amount);
  jout_put_text(out, "reason", refund->reason);
  jout_put_instant(out, "since", refund->created_at_ms);
  jout_object_end(out);
}

/* One entry a page, a row a person. */
static result record_read(struct api_call *call, const struct payment_refund *refunds, size_t count) {
  int64_t *people = ARENA_ARRAY(call->arena, int64_t, count + 1);
  size_t known = 0;
  for (size_t i = 0; i < count; i++) {
    people[known] = refunds[i].person_id;
    known += people[known] != 0;
  }
  const struct ledger_entry entry = {
      .kind = "refund.read",
      .actor_person_id = call->session.person_id,
      .actor_role = api_role(call),
      .subjects = people,
      .subject_count = known,
      .legal_basis = S("Theo dõi việc hoàn trả phí đã thu thừa"),
      .detail = S("{}"),
  };
  return known == 0 ? OK : ledger_record_read(call->env, &entry);
}

/* One more than the page holds, if there is one. */
static result load_page(struct api_call *call, const struct api_cursor *cursor, struct report_refunds *ret_refunds) {
  const struct report_refunds_question question = {.province = call->post.province,
                                                   .before_ms = cursor->keys[0],
                                                   .before_id = cursor->keys[1],
                                                   .limit = cursor->limit + 1};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  return report_refunds(tx, call->arena, &question, ret_refunds);
}

/* A supervisor sees the refunds of their province. */
result api_report_refunds(struct api_call *call) {
  struct access_request request = asked_for(call, ACCESS_REFUND_VIEW);
  const struct access_case province = {.province = slice_empty(call->post.province) ? S("all") : call->post.province};
  struct report_refunds refunds;
  struct api_cursor cursor;
  request.dossier = &province;
  TRY(access_require(call->env, &request));
  TRY(api_cursor_read(call, 2, REFUNDS_MAX, &cursor));
  TRY(load_page(call, &cursor, &refunds));
  bool has_more = refunds.count > cursor.limit;
  size_t count = refunds.count - has_more;
  TRY(record_read(call, refunds.items, count)); /* durable from here on: now it may be shown */
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_date(out, "as_of", clock_date_of(clock_now_ms(call->env->clock)));
  jout_put_int(out, "total", refunds.total);
  jout_put_list(out, "items");
  for (size_t i = 0; i < count; i++) {
    put_refund(out, &refunds.items[i]);
  }
  jout_list_end(out);
  const struct payment_refund *last = has_more ? &refunds.items[count - 1] : NULL;
  api_cursor_put(call, last ? (const int64_t[]){last->created_at_ms, last->refund_id} : NULL, 2);
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}
