/* The four counters of enrolment, kept apart on purpose: a card is no dossier, a dossier no account, an account issued none activated. */
#include "codec/jout.h"
#include "report/report.h"

result report_eid(struct env *env, struct report_eid *ret_report) {
  struct report_eid report = {.as_of = clock_date_of(clock_now_ms(env->clock))};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_read_begin(env->db, &tx));
  TRY(account_count(tx, &report.people));
  TRY(db_row(tx, "SELECT COUNT(*), COUNT(approved_at) FROM organisation_account", DB_NO_ARGS, &rows));
  report.organisations_collected = db_int(&rows, 0);
  report.organisations_issued = db_int(&rows, 1);
  *ret_report = report;
  return OK;
}

struct rate {
  const char *id;
  const char *vi, *en;
  int64_t part, whole;
};
enum { RATES = 3 };

/* The published rate is activated of collected: 54.34 of 75.7 million is 71.78 %. */
static void rates_of(const struct account_counters *c, struct rate rates[RATES]) {
  rates[0] = (struct rate){"activated_of_collected", "Đã kích hoạt trên hồ sơ đã thu nhận", "Activated, of dossiers collected", c->activated, c->collected};
  rates[1] = (struct rate){"collected_of_cards", "Hồ sơ đã thu nhận trên thẻ đã cấp", "Dossiers collected, of cards issued", c->collected, c->cards};
  rates[2] = (struct rate){"activated_of_issued", "Đã kích hoạt trên tài khoản đã cấp", "Activated, of accounts issued", c->activated, c->issued};
}

static void put_label(struct jout *out, const char *vi, const char *en) {
  jout_put_object(out, "label");
  jout_put_str(out, "vi", vi);
  jout_put_str(out, "en", en);
  jout_object_end(out);
}

struct slice report_eid_json(struct arena *arena, const struct report_eid *report) {
  struct rate rates[RATES];
  struct buf buf;
  struct jout out;
  buf_init(&buf, arena, 1024);
  jout_init(&out, &buf);
  rates_of(&report->people, rates);
  jout_object(&out);
  jout_put_date(&out, "as_of", report->as_of);
  jout_put_int(&out, "cards", report->people.cards);
  jout_put_int(&out, "collected", report->people.collected);
  jout_put_int(&out, "issued", report->people.issued);
  jout_put_int(&out, "activated", report->people.activated);
  jout_put_int(&out, "organisations_collected", report->organisations_collected);
  jout_put_int(&out, "organisations_issued", report->organisations_issued);
  jout_put_list(&out, "rates");
  for (size_t i = 0; i < RATES; i++) {
    jout_object(&out);
    jout_put_str(&out, "id", rates[i].id);
    put_label(&out, rates[i].vi, rates[i].en);
    jout_put_int(&out, "numerator", rates[i].part);
    jout_put_int(&out, "denominator", rates[i].whole);
    jout_put_text_or_null(&out, "percent", report_percent(arena, rates[i].part, rates[i].whole, false));
    jout_object_end(&out);
  }
  jout_list_end(&out);
  jout_object_end(&out);
  return buf_slice(&buf);
}

struct slice report_eid_text(struct arena *arena, const struct report_eid *report) {
  const struct account_counters *c = &report->people;
  struct rate rates[RATES];
  struct buf out;
  buf_init(&out, arena, 512);
  rates_of(c, rates);
  buf_printf(&out, "Thẻ căn cước: %lld\nHồ sơ định danh đã thu nhận: %lld\nTài khoản đã cấp: %lld\nTài khoản đã kích hoạt: %lld\nTổ chức: %lld hồ sơ, %lld tài khoản\n",
             (long long)c->cards, (long long)c->collected, (long long)c->issued, (long long)c->activated, (long long)report->organisations_collected,
             (long long)report->organisations_issued);
  for (size_t i = 0; i < RATES; i++) {
    struct slice percent = report_percent(arena, rates[i].part, rates[i].whole, false);
    buf_printf(&out, "%s: %.*s %%\n", rates[i].vi, SLICE_ARG(slice_empty(percent) ? S("-") : percent));
  }
  buf_printf(&out, "(tính ngày %.*s)", SLICE_ARG(clock_date_write(arena, report->as_of)));
  return buf_slice(&out);
}
