#include "replay/plan.h"

#include <stdlib.h>

/* Published: received, by VNeID, returned; [assumed] the split of the rest: replay_plan_assumptions says so. */
const struct plan_province replay_plan_provinces[PLAN_PROVINCES] = {
    {.code = S_INIT("01"),
     .received = 22730,
     .vneid = 11449,
     .returned = {[PLAN_EARLY] = 2887,
                  [PLAN_ON_TIME] = 1924,
                  [PLAN_LATE_1] = 641,
                  [PLAN_LATE_2_5] = 287,
                  [PLAN_LATE_OVER_5] = 72},
     .growth = 70},
    {.code = S_INIT("46"),
     .received = 2782,
     .vneid = 1954,
     .returned =
         {[PLAN_EARLY] = 889, [PLAN_ON_TIME] = 592, [PLAN_LATE_1] = 50, [PLAN_LATE_2_5] = 22, [PLAN_LATE_OVER_5] = 6},
     .growth = 15},
};

const struct report_assumption replay_plan_assumptions[] = {
    {S_INIT("arrival_curve"),
     S_INIT("Số hồ sơ qua VNeID tăng đều theo ngày (Hà Nội 7 lần, Huế 1,5 lần từ ngày đầu đến ngày cuối), cuối tuần "
            "bằng một nửa; nguồn chỉ nêu "
            "\"tăng liên tục\"."),
     S_INIT("VNeID applications grow linearly by day (Hanoi 7-fold, Hue 1.5-fold from first to last day), half as many "
            "at weekends; the source only "
            "says \"continuously increased\".")},
    {S_INIT("other_channels"),
     S_INIT("Hồ sơ không qua VNeID được coi là nộp tại bộ phận một cửa, đều các ngày làm việc; kết quả của các kênh "
            "này không được công bố."),
     S_INIT("Applications not by VNeID are taken as submitted at the counter, evenly on working days; results of these "
            "channels were not published.")},
    {S_INIT("hanoi_359"),
     S_INIT("Hà Nội: 5.811 đã trả, công bố 4.811 sớm hoặc đúng hạn và 641 quá hạn 1 ngày; 359 còn lại được chia 287 "
            "quá hạn 2-5 ngày và 72 hơn 5 ngày."),
     S_INIT("Hanoi: 5,811 returned, 4,811 early or on time and 641 one day late as published; the 359 left are split "
            "into 287 late by 2-5 days and 72 "
            "by more than 5.")},
    {S_INIT("early_on_time"),
     S_INIT("Phần sớm và đúng hạn: Hà Nội 2.887 và 1.924; Huế 889 và 592 (60/40); nguồn chỉ nêu tổng."),
     S_INIT("Early and on time: Hanoi 2,887 and 1,924; Hue 889 and 592 (60/40); the source gives only the sum.")},
    {S_INIT("hue_late"),
     S_INIT("Huế: \"khoảng 95 %\" đúng hạn được lấy là 1.481 trên 1.559; 78 còn lại: 50 quá hạn 1 ngày, 22 từ 2-5 "
            "ngày, 6 hơn 5 ngày."),
     S_INIT("Hue: \"about 95 %\" on time is taken as 1,481 of 1,559; the other 78: 50 late by 1 day, 22 by 2-5, 6 by "
            "more than 5.")},
    {S_INIT("applicants"),
     S_INIT("Người nộp, số bản (1: 80 %, 2: 10 %, 3-6: 10 %), loại phiếu (số 2: 30 %) và giờ nộp là dữ liệu tổng hợp; "
            "phí vì thế là ước tính."),
     S_INIT("Applicants, copies (1: 80 %, 2: 10 %, 3-6: 10 %), type (No. 2: 30 %) and time of day are synthetic; fees "
            "are therefore estimates.")},
    {S_INIT("acknowledgements"),
     S_INIT("Cổng quốc gia và hệ thống cấp tỉnh được coi là xác nhận ngay khi trả kết quả."),
     S_INIT("The national portal and the provincial systems are taken to acknowledge at once.")},
};
const size_t replay_plan_assumption_count = sizeof replay_plan_assumptions / sizeof *replay_plan_assumptions;

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

struct planning {
  struct arena *arena;
  struct random *random;
  int32_t from, to;
  const struct plan_province *province;
  int index;
  struct plan_dossier *dossiers;
  size_t count;
};

/* How many a day in proportion; VNeID grows and rests half at weekends, counters are open on working days. */
static int64_t weight_of(const struct planning *p, enum procedure_channel channel, int32_t date) {
  if (channel != PROCEDURE_VNEID) {
    return calendar_is_working_day(date) ? 1000 : 0;
  }
  int64_t growth = 1000 + (int64_t)(p->province->growth - 10) * 100 * (date - p->from) / (p->to - p->from);
  return clock_weekday(date) < 5 ? growth : growth / 2;
}

static int64_t time_of_day(struct planning *p, enum procedure_channel channel) {
  int64_t open = channel == PROCEDURE_VNEID ? 6 * HOUR_MS : 8 * HOUR_MS;
  int64_t close = channel == PROCEDURE_VNEID ? 22 * HOUR_MS : 16 * HOUR_MS;
  int64_t at = open + (int64_t)random_below(p->random, (uint64_t)(close - open));
  /* Whoever submits just before 15:00 may have paid after it, and is received a day later than the plan thinks. */
  bool before_cut_off = at > CALENDAR_CUT_OFF_MS - 10 * MINUTE_MS && at <= CALENDAR_CUT_OFF_MS;
  return before_cut_off ? at - 10 * MINUTE_MS : at;
}

static int64_t copies_of(struct random *random) {
  uint64_t draw = random_below(random, 10);
  return draw < 8 ? 1 : draw == 8 ? 2 : 3 + (int64_t)random_below(random, 4);
}

static result add_dossier(struct planning *p, enum procedure_channel channel, int32_t date) {
  static const struct calendar_limit ten_days = {CALENDAR_WORKING_DAYS, CALENDAR_ROLL_NEXT_WORKING_DAY, 10,
                                                 CALENDAR_CUT_OFF_MS};
  struct plan_dossier *d = &p->dossiers[p->count++];
  struct calendar_due due;
  d->province = p->index;
  d->channel = channel;
  d->submitted_at_ms = clock_date_start_ms(date) + time_of_day(p, channel);
  TRY(calendar_due(&ten_days, d->submitted_at_ms,
                   &due)); /* the plan's guess; the engine computes its own, and the driver compares */
  d->due = due.due;
  d->certificate = random_below(p->random, 10) < 3 ? 2 : 1;
  d->copies = copies_of(p->random);
  return OK;
}

/* Spreads `total` over the days by weight, to the last one: cumulative rounding. */
static result spread(struct planning *p, enum procedure_channel channel, int64_t total) {
  int64_t sum = 0;
  int64_t running = 0;
  int64_t placed = 0;
  for (int32_t date = p->from; date <= p->to; date++) {
    sum += weight_of(p, channel, date);
  }
  for (int32_t date = p->from; date <= p->to; date++) {
    running += weight_of(p, channel, date);
    int64_t upto = total * running / sum;
    for (; placed < upto; placed++) {
      TRY(add_dossier(p, channel, date));
    }
  }
  return OK;
}

/* ---- when each is returned ---- */

/* The day a bucket is returned on, drawn within it. */
static int32_t return_date(struct planning *p, const struct plan_dossier *d, enum plan_bucket bucket) {
  int32_t received = calendar_received_date(d->submitted_at_ms, CALENDAR_CUT_OFF_MS);
  int32_t days = 0;
  switch (bucket) {
    case PLAN_EARLY:
      days = 1 + (int32_t)random_below(p->random, 5);
      break;
    case PLAN_LATE_1:
      return calendar_add_working_days(d->due, 1);
    case PLAN_LATE_2_5:
      return calendar_add_working_days(d->due, 2 + (int32_t)random_below(p->random, 4));
    case PLAN_LATE_OVER_5:
      return calendar_add_working_days(d->due, 6 + (int32_t)random_below(p->random, 4));
    default:
      return d->due;
  }
  return calendar_add_working_days(received, 10 - days); /* early: 1 to 5 working days before the tenth */
}

/* Gives `wanted` of the province's open VNeID dossiers to a bucket: the oldest that can be, but late ones from anywhere among the possible. */
static result fill_bucket(struct planning *p, size_t first, enum plan_bucket bucket, int64_t wanted) {
  bool anywhere = bucket >= PLAN_LATE_1;
  for (int pass = 0; pass < 40 && wanted > 0; pass++) {
    for (size_t i = first; i < p->count && wanted > 0; i++) {
      struct plan_dossier *d = &p->dossiers[i];
      if (d->channel != PROCEDURE_VNEID || d->bucket != PLAN_OPEN || (anywhere && random_below(p->random, 8) != 0)) {
        continue;
      }
      int32_t date = return_date(p, d, bucket);
      if (date > p->to) {
        continue;
      }
      d->bucket = bucket;
      d->returned_at_ms = clock_date_start_ms(date) + 8 * HOUR_MS + (int64_t)random_below(p->random, 8 * HOUR_MS);
      wanted--;
    }
  }
  if (wanted > 0) {
    FAIL(REPLAY_PLAN, "%lld of bucket %d do not fit before the cut-off", (long long)wanted, (int)bucket);
  }
  return OK;
}

static result fill_province(struct planning *p) {
  size_t first = p->count;
  TRY(spread(p, PROCEDURE_VNEID, p->province->vneid));
  TRY(spread(p, PROCEDURE_COUNTER, p->province->received - p->province->vneid));
  for (int bucket = PLAN_LATE_OVER_5; bucket >= PLAN_EARLY; bucket--) {
    TRY(fill_bucket(p, first, (enum plan_bucket)bucket, p->province->returned[bucket]));
  }
  return OK;
}

static int by_submission(const void *a, const void *b) {
  const struct plan_dossier *x = a;
  const struct plan_dossier *y = b;
  return (x->submitted_at_ms > y->submitted_at_ms) - (x->submitted_at_ms < y->submitted_at_ms);
}

result replay_plan_make(struct arena *arena, struct random *random, struct plan *ret_plan) {
  int64_t total = 0;
  for (int i = 0; i < PLAN_PROVINCES; i++) {
    total += replay_plan_provinces[i].received;
  }
  struct planning p = {
      .arena = arena, .random = random, .from = clock_date_from(PLAN_FROM), .to = clock_date_from(PLAN_TO)};
  p.dossiers = ARENA_ARRAY(arena, struct plan_dossier, (size_t)total);
  for (p.index = 0; p.index < PLAN_PROVINCES; p.index++) {
    p.province = &replay_plan_provinces[p.index];
    TRY(fill_province(&p));
  }
  qsort(p.dossiers, p.count, sizeof *p.dossiers, by_submission);
  *ret_plan = (struct plan){p.dossiers, p.count};
  return OK;
}
