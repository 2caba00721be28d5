/* report/write.c: a report as JSON and as text. */
#include "codec/jout.h"
#include "codec/utf8.h"
#include "report/report.h"

static struct slice channel_name(size_t index) {
  return procedure_channel_name((enum procedure_channel)(index + 1));
}

/* ---- JSON ---- */

static void put_text_pair(struct jout *out, const char *name, struct slice vi, struct slice en) {
  jout_put_object(out, name);
  jout_put_text(out, "vi", vi);
  jout_put_text(out, "en", en);
  jout_object_end(out);
}

struct share {
  const char *id;
  const char *vi, *en;
  int64_t part, whole;
};

static void put_share(struct jout *out, struct arena *arena, const struct share *share) {
  jout_object(out);
  jout_put_str(out, "id", share->id);
  put_text_pair(out, "label", slice_str(share->vi), slice_str(share->en));
  jout_put_int(out, "numerator", share->part);
  jout_put_int(out, "denominator", share->whole);
  jout_put_text_or_null(out, "percent", report_percent(arena, share->part, share->whole, false));
  jout_put_text_or_null(out, "percent_truncated", report_percent(arena, share->part, share->whole, true));
  jout_object_end(out);
}

enum { SHARES = 3 };

static void shares_of(const struct report_scope *s, struct share shares[SHARES]) {
  int64_t vneid = s->channels[PROCEDURE_VNEID - 1].received;
  int64_t known = s->received - s->returned_unknown;
  int64_t in_time = s->lateness.early + s->lateness.on_time;
  shares[0] = (struct share){"vneid_of_received", "Nộp qua VNeID trên tổng số tiếp nhận", "By VNeID, of all received",
                             vneid, s->received};
  shares[1] = (struct share){"returned_of_received", "Đã trả trên số đã tiếp nhận (kênh có kết quả)",
                             "Returned, of received (channels with results)", s->returned, known};
  shares[2] = (struct share){"in_time_of_returned", "Sớm và đúng hạn trên số đã trả", "Early or on time, of returned",
                             in_time, s->returned};
}

static void put_channels(struct jout *out, const struct report_scope *s) {
  jout_put_list(out, "channels");
  for (size_t i = 0; i < REPORT_CHANNELS; i++) {
    jout_object(out);
    jout_put_text(out, "channel", channel_name(i));
    jout_put_int(out, "received", s->channels[i].received);
    if (s->channels[i].returned_unknown) {
      jout_put_null(out, "returned");
    } else {
      jout_put_int(out, "returned", s->channels[i].returned);
    }
    jout_object_end(out);
  }
  jout_list_end(out);
}

static void put_lateness(struct jout *out, const struct report_lateness *l) {
  jout_put_object(out, "lateness");
  jout_put_int(out, "early", l->early);
  jout_put_int(out, "on_time", l->on_time);
  jout_put_int(out, "late_1", l->late_1);
  jout_put_int(out, "late_2_5", l->late_2_5);
  jout_put_int(out, "late_over_5", l->late_over_5);
  jout_put_int(out, "total", l->total);
  jout_object_end(out);
}

static void put_scope_members(struct jout *out, struct arena *arena, const struct report_scope *s) {
  struct share shares[SHARES];
  jout_put_object(out, "scope");
  jout_put_text(out, "code", s->code);
  put_text_pair(out, "name", s->name, slice_is(s->code, "all") ? S("All") : s->name);
  jout_object_end(out);
  jout_put_int(out, "received", s->received);
  put_channels(out, s);
  jout_put_int(out, "returned", s->returned);
  jout_put_int(out, "returned_unknown", s->returned_unknown);
  put_lateness(out, &s->lateness);
  jout_put_int(out, "open", s->open);
  jout_put_int(out, "open_overdue", s->open_overdue);
  jout_put_int(out, "closed", s->closed);
  jout_put_int(out, "reappointed", s->reappointed);
  jout_put_int(out, "fees", s->fees);
  jout_put_int(out, "support", s->support);
  jout_put_int(out, "paid", s->paid);
  shares_of(s, shares);
  jout_put_list(out, "shares");
  for (size_t i = 0; i < SHARES; i++) {
    put_share(out, arena, &shares[i]);
  }
  jout_list_end(out);
}

static void put_days(struct jout *out, const struct report_lltp *r) {
  jout_put_list(out, "days");
  for (size_t i = 0; i < r->day_count; i++) {
    const struct report_day *day = &r->days[i];
    jout_object(out);
    jout_put_date(out, "date", day->date);
    jout_put_text(out, "province", day->province);
    jout_put_text(out, "channel", procedure_channel_name(day->channel));
    jout_put_int(out, "received", day->received);
    if (day->returned < 0) {
      jout_put_null(out, "returned");
    } else {
      jout_put_int(out, "returned", day->returned);
    }
    jout_object_end(out);
  }
  jout_list_end(out);
}

struct slice report_lltp_json(struct arena *arena, const struct report_lltp *r) {
  struct buf buf;
  struct jout out;
  buf_init(&buf, arena, 16 * 1024);
  jout_init(&out, &buf);
  jout_object(&out);
  jout_put_date(&out, "as_of", r->as_of);
  jout_put_instant(&out, "computed_at", r->computed_at_ms);
  jout_put_object(&out, "period");
  jout_put_date(&out, "from", r->from);
  jout_put_date(&out, "to", r->to);
  jout_object_end(&out);
  put_text_pair(&out, "unit", S("hồ sơ; tiền: đồng"), S("dossiers; money: VND"));
  jout_put_object(&out, "total");
  put_scope_members(&out, arena, &r->total);
  jout_object_end(&out);
  jout_put_list(&out, "provinces");
  for (size_t i = 0; i < r->province_count; i++) {
    jout_object(&out);
    put_scope_members(&out, arena, &r->provinces[i]);
    jout_object_end(&out);
  }
  jout_list_end(&out);
  put_days(&out, r);
  jout_put_list(&out, "assumptions");
  for (size_t i = 0; i < r->assumption_count; i++) {
    jout_object(&out);
    jout_put_text(&out, "id", r->assumptions[i].id);
    put_text_pair(&out, "text", r->assumptions[i].vi, r->assumptions[i].en);
    jout_object_end(&out);
  }
  jout_list_end(&out);
  jout_object_end(&out);
  return buf_slice(&buf);
}

/* ---- text ---- */

static void pad_to(struct buf *out, size_t width, size_t used) {
  for (; used < width; used++) {
    buf_append_byte(out, ' ');
  }
}

static void write_line(struct buf *out, struct slice label, struct slice value) {
  buf_append_str(out, "  ");
  buf_append(out, label);
  pad_to(out, 54, utf8_count(label));
  pad_to(out, 18, utf8_count(value));
  buf_append(out, value);
  buf_append_byte(out, '\n');
}

static void write_number(struct buf *out, const char *label, int64_t number) {
  write_line(out, slice_str(label), arena_printf(out->arena, "%lld", (long long)number));
}

static void write_channels(struct buf *out, const struct report_scope *s) {
  for (size_t i = 0; i < REPORT_CHANNELS; i++) {
    const struct report_channel *c = &s->channels[i];
    if (c->received == 0) {
      continue;
    }
    struct slice returned =
        c->returned_unknown ? S("không rõ") : arena_printf(out->arena, "%lld", (long long)c->returned);
    write_line(out,
               arena_printf(out->arena, "  kênh %.*s: tiếp nhận %lld, đã trả", SLICE_ARG(channel_name(i)),
                            (long long)c->received),
               returned);
  }
}

static void write_scope(struct buf *out, const struct report_scope *s) {
  struct share shares[SHARES];
  buf_printf(out, "\n%.*s\n", SLICE_ARG(s->name));
  write_number(out, "Tiếp nhận", s->received);
  write_channels(out, s);
  write_number(out, "Đã trả kết quả (kênh có kết quả)", s->returned);
  write_number(out, "  sớm hạn", s->lateness.early);
  write_number(out, "  đúng hạn", s->lateness.on_time);
  write_number(out, "  quá hạn 1 ngày làm việc", s->lateness.late_1);
  write_number(out, "  quá hạn 2-5 ngày làm việc", s->lateness.late_2_5);
  write_number(out, "  quá hạn hơn 5 ngày làm việc", s->lateness.late_over_5);
  write_number(out, "Không rõ kết quả (không công bố)", s->returned_unknown);
  write_number(out, "Đang giải quyết", s->open);
  write_number(out, "  trong đó đã quá hạn", s->open_overdue);
  write_number(out, "Rút, từ chối, dừng", s->closed);
  write_number(out, "Đã xin lỗi, hẹn lại (vẫn tính theo hạn đầu tiên)", s->reappointed);
  write_number(out, "Phí (đồng)", s->fees);
  write_number(out, "Được hỗ trợ (đồng)", s->support);
  write_number(out, "Công dân đã trả (đồng)", s->paid);
  shares_of(s, shares);
  for (size_t i = 0; i < SHARES; i++) {
    if (shares[i].whole > 0) {
      write_line(out, slice_str(shares[i].vi),
                 arena_printf(out->arena, "%.*s %% (cắt: %.*s)",
                              SLICE_ARG(report_percent(out->arena, shares[i].part, shares[i].whole, false)),
                              SLICE_ARG(report_percent(out->arena, shares[i].part, shares[i].whole, true))));
    }
  }
}

static struct slice province_name(const struct report_lltp *r, struct slice code) {
  for (size_t i = 0; i < r->province_count; i++) {
    if (slice_eq(r->provinces[i].code, code)) {
      return r->provinces[i].name;
    }
  }
  return code;
}

/* A line a day and province: what each channel received, and what was returned of it. */
static void write_days(struct buf *out, const struct report_lltp *r) {
  buf_append_str(out, "\nTheo ngày và kênh (tiếp nhận / đã trả)");
  for (size_t i = 0; i < r->day_count; i++) {
    const struct report_day *day = &r->days[i];
    bool is_new = i == 0 || r->days[i - 1].date != day->date || !slice_eq(r->days[i - 1].province, day->province);
    if (is_new) {
      struct slice name = province_name(r, day->province);
      buf_printf(out, "\n  %.*s  %.*s", SLICE_ARG(clock_date_write_vi(out->arena, day->date)), SLICE_ARG(name));
      pad_to(out, 18, utf8_count(name));
    }
    struct slice returned = day->returned < 0 ? S("không rõ") : arena_printf(out->arena, "%lld", (long long)day->returned);
    buf_printf(out, "  %.*s %lld / %.*s", SLICE_ARG(procedure_channel_name(day->channel)), (long long)day->received,
               SLICE_ARG(returned));
  }
  buf_append_byte(out, '\n');
}

struct slice report_lltp_text(struct arena *arena, const struct report_lltp *r) {
  struct buf out;
  buf_init(&out, arena, 8 * 1024);
  buf_printf(&out, "Phiếu lý lịch tư pháp: số liệu đến hết ngày %.*s\nKỳ: %.*s đến %.*s. Đơn vị: hồ sơ; tiền: đồng.\n",
             SLICE_ARG(clock_date_write_vi(arena, r->as_of)), SLICE_ARG(clock_date_write_vi(arena, r->from)),
             SLICE_ARG(clock_date_write_vi(arena, r->to)));
  for (size_t i = 0; i < r->province_count; i++) {
    write_scope(&out, &r->provinces[i]);
  }
  write_scope(&out, &r->total);
  write_days(&out, r);
  if (r->assumption_count > 0) {
    buf_append_str(&out, "\nGiả định (không có trong số liệu công bố)\n");
    for (size_t i = 0; i < r->assumption_count; i++) {
      buf_printf(&out, "  %.*s: %.*s\n", SLICE_ARG(r->assumptions[i].id), SLICE_ARG(r->assumptions[i].vi));
    }
  }
  return buf_slice(&out);
}
