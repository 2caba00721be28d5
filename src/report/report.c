#include "report/report.h"

const struct db_migration report_migrations[] = {
    {"report", 1,
     "CREATE TABLE report_gap ("
     "  province text/public NOT NULL, channel int/public NOT NULL, from_date int/public NOT NULL, to_date int/public "
     "NOT NULL,"
     "  PRIMARY KEY (province, channel, from_date));"
     "CREATE TABLE report_assumption ("
     "  assumption text/public NOT NULL PRIMARY KEY, vi text/public NOT NULL, en text/public NOT NULL);"},
    {0},
};

enum { PROVINCES_MAX = 100, GAPS_MAX = 400, ASSUMPTIONS_MAX = 100, DAYS_MAX = 366 * 20 };

struct counting {
  struct arena *arena;
  struct report_lltp *report;
  struct report_gap gaps[GAPS_MAX];
  size_t gap_count;
  int64_t as_of_end_ms;
  /* [day][province][channel]: received, returned */
  int64_t (*cells)[2];
  size_t day_span;
};

/* ---- gaps and assumptions ---- */

result report_gap_add(struct db_tx *tx, const struct report_gap *gap) {
  return db_run(tx,
                "INSERT INTO report_gap (province, channel, from_date, to_date) VALUES ($1, $2, $3, $4)"
                " ON CONFLICT (province, channel, from_date) DO UPDATE SET to_date = $4",
                DB_ARGS(db_of_text(gap->province), db_of_int(gap->channel), db_of_int(gap->from), db_of_int(gap->to)),
                NULL);
}

result report_assumption_add(struct db_tx *tx, const struct report_assumption *a) {
  return db_run(tx,
                "INSERT INTO report_assumption (assumption, vi, en) VALUES ($1, $2, $3)"
                " ON CONFLICT (assumption) DO UPDATE SET vi = $2, en = $3",
                DB_ARGS(db_of_text(a->id), db_of_text(a->vi), db_of_text(a->en)), NULL);
}

static result load_gaps(struct db_tx *tx, struct counting *c) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(
      tx,
      "SELECT province, channel, from_date, to_date FROM report_gap ORDER BY province, channel, from_date LIMIT 400",
      DB_NO_ARGS, &rows));
  while (c->gap_count < GAPS_MAX && db_rows_next(&rows)) {
    c->gaps[c->gap_count++] =
        (struct report_gap){db_text_copy(&rows, 0, c->arena), (enum procedure_channel)db_int(&rows, 1),
                            (int32_t)db_int(&rows, 2), (int32_t)db_int(&rows, 3)};
  }
  return rows.status;
}

static result load_assumptions(struct db_tx *tx, struct counting *c) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  struct report_assumption *list = ARENA_ARRAY(c->arena, struct report_assumption, ASSUMPTIONS_MAX);
  size_t count = 0;
  TRY(db_query(tx, "SELECT assumption, vi, en FROM report_assumption ORDER BY assumption LIMIT 100", DB_NO_ARGS,
               &rows));
  while (count < ASSUMPTIONS_MAX && db_rows_next(&rows)) {
    list[count++] = (struct report_assumption){db_text_copy(&rows, 0, c->arena), db_text_copy(&rows, 1, c->arena),
                                               db_text_copy(&rows, 2, c->arena)};
  }
  c->report->assumptions = list;
  c->report->assumption_count = count;
  return rows.status;
}

static bool is_gap(const struct counting *c, struct slice province, enum procedure_channel channel, int32_t date) {
  for (size_t i = 0; i < c->gap_count; i++) {
    const struct report_gap *gap = &c->gaps[i];
    if (gap->channel == channel && slice_eq(gap->province, province) && gap->from <= date && date <= gap->to) {
      return true;
    }
  }
  return false;
}

/* ---- one dossier ---- */

static struct report_scope *scope_of(struct counting *c, struct slice province, size_t *ret_index) {
  struct report_lltp *r = c->report;
  for (size_t i = 0; i < r->province_count; i++) {
    if (slice_eq(r->provinces[i].code, province)) {
      *ret_index = i;
      return &r->provinces[i];
    }
  }
  if (r->province_count == PROVINCES_MAX) {
    return NULL;
  }
  struct report_scope *scope = &r->provinces[r->province_count];
  const struct register_province *named = register_province_find(province, r->as_of);
  scope->code = arena_copy(c->arena, province);
  scope->name = named ? slice_str(named->name) : scope->code;
  *ret_index = r->province_count++;
  return scope;
}

static void count_lateness(struct report_lateness *l, enum dossier_lateness lateness, int32_t days) {
  l->total++;
  switch (lateness) {
    case DOSSIER_EARLY:
      l->early++;
      return;
    case DOSSIER_LATE:
      *(days == 1 ? &l->late_1 : days <= 5 ? &l->late_2_5 : &l->late_over_5) += 1;
      return;
    default:
      l->on_time++;
  }
}

/* What one dossier adds to its province; its channel's results may be unknown. */
static void count_dossier(struct counting *c, struct report_scope *scope, const struct dossier *d) {
  struct report_channel *channel = &scope->channels[d->channel - 1];
  bool finished = d->finished_at_ms != 0 && d->finished_at_ms < c->as_of_end_ms;
  bool closed = !finished && d->closed_at_ms != 0 && d->closed_at_ms < c->as_of_end_ms;
  int32_t days = 0;
  enum dossier_lateness lateness = dossier_lateness(d, c->as_of_end_ms - 1, &days);
  channel->received++;
  scope->received++;
  scope->fees += d->fee;
  scope->support += d->support;
  scope->paid += d->complete_at_ms != 0 && d->complete_at_ms < c->as_of_end_ms ? d->payable : 0;
  if (is_gap(c, scope->code, d->channel, clock_date_of(d->submitted_at_ms))) {
    channel->returned_unknown = true;
    scope->returned_unknown++;
  } else if (finished) {
    channel->returned++;
    scope->returned++;
    count_lateness(&scope->lateness, lateness, days);
  } else if (closed) {
    scope->closed++;
  } else {
    scope->open++;
    scope->open_overdue += lateness == DOSSIER_OVERDUE;
  }
}

static size_t cell_index(const struct counting *c, int32_t date, size_t province, enum procedure_channel channel) {
  size_t day = (size_t)(date - c->report->from);
  return (day * PROVINCES_MAX + province) * REPORT_CHANNELS + (size_t)channel - 1;
}

static void count_days(struct counting *c, size_t province, const struct dossier *d) {
  int32_t submitted = clock_date_of(d->submitted_at_ms);
  c->cells[cell_index(c, submitted, province, d->channel)][0]++;
  if (d->finished_at_ms != 0 && d->finished_at_ms < c->as_of_end_ms) {
    c->cells[cell_index(c, clock_date_of(d->finished_at_ms), province, d->channel)][1]++;
  }
}

/* ---- all of them ---- */

static result find_period(struct db_tx *tx, struct counting *c) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, "SELECT MIN(submitted_at) FROM dossier WHERE procedure_name = 'lltp' AND submitted_at < $1",
             DB_ARGS(db_of_int(c->as_of_end_ms)), &rows));
  c->report->to = c->report->as_of;
  c->report->from = db_is_null(&rows, 0) ? c->report->as_of : clock_date_of(db_int(&rows, 0));
  c->day_span = (size_t)(c->report->to - c->report->from) + 1;
  if (c->day_span > DAYS_MAX) {
    FAIL(REPORT_DATE, "a period of %zu days", c->day_span);
  }
  c->cells = arena_alloc_array(c->arena, c->day_span * PROVINCES_MAX * REPORT_CHANNELS, sizeof *c->cells);
  return OK;
}

static result count_all(struct db_tx *tx, struct counting *c, struct slice province) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(
      tx,
      "SELECT province, channel, submitted_at, complete_at, finished_at, closed_at, due_date, fee, support, payable "
      "FROM dossier"
      " WHERE procedure_name = 'lltp' AND submitted_at < $1 AND (province = $2 OR CAST($3 AS BIGINT) = 1) ORDER BY submitted_at",
      DB_ARGS(db_of_int(c->as_of_end_ms), db_of_text(province), db_of_int(slice_empty(province))), &rows));
  while (db_rows_next(&rows)) {
    struct dossier d = {.channel = (enum procedure_channel)db_int(&rows, 1),
                        .submitted_at_ms = db_int(&rows, 2),
                        .complete_at_ms = db_int(&rows, 3),
                        .finished_at_ms = db_int(&rows, 4),
                        .closed_at_ms = db_int(&rows, 5),
                        .due_date = (int32_t)db_int(&rows, 6),
                        .fee = db_int(&rows, 7),
                        .support = db_int(&rows, 8),
                        .payable = db_int(&rows, 9)};
    size_t index = 0;
    struct report_scope *scope = scope_of(c, db_text(&rows, 0), &index);
    if (scope == NULL || d.channel < PROCEDURE_VNEID || d.channel > PROCEDURE_POST) {
      FAIL(REPORT_DOES_NOT_SUM, "a dossier of no province or channel");
    }
    count_dossier(c, scope, &d);
    count_days(c, index, &d);
  }
  return rows.status;
}

static result count_reappointed(struct db_tx *tx, struct counting *c, struct slice province) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT d.province, COUNT(*) FROM dossier d JOIN dossier_slip s ON s.person_id = d.person_id"
               " AND s.dossier_id = d.dossier_id WHERE d.procedure_name = 'lltp' AND d.reappointed_date <> 0"
               " AND s.kind = $1 AND s.at < $2 AND (d.province = $3 OR CAST($4 AS BIGINT) = 1) GROUP BY d.province",
               DB_ARGS(db_of_int(DOSSIER_SLIP_APOLOGY), db_of_int(c->as_of_end_ms), db_of_text(province),
                       db_of_int(slice_empty(province))), &rows));
  while (db_rows_next(&rows)) {
    size_t index = 0;
    struct report_scope *scope = scope_of(c, db_text(&rows, 0), &index);
    if (scope == NULL) {
      FAIL(REPORT_DOES_NOT_SUM, "an apology of no province");
    }
    scope->reappointed = db_int(&rows, 1);
  }
  return rows.status;
}

static void list_days(struct counting *c) {
  struct report_lltp *r = c->report;
  size_t count = 0;
  struct report_day *days =
      ARENA_ARRAY(c->arena, struct report_day, c->day_span * r->province_count * REPORT_CHANNELS + 1);
  for (size_t i = 0; i < c->day_span * r->province_count * REPORT_CHANNELS; i++) {
    int32_t date = r->from + (int32_t)(i / (r->province_count * REPORT_CHANNELS));
    size_t province = i / REPORT_CHANNELS % r->province_count;
    enum procedure_channel channel = (enum procedure_channel)(i % REPORT_CHANNELS + 1);
    const int64_t *cell = c->cells[cell_index(c, date, province, channel)];
    if (cell[0] == 0 && cell[1] == 0) {
      continue;
    }
    bool unknown = is_gap(c, r->provinces[province].code, channel, date);
    days[count++] = (struct report_day){date, r->provinces[province].code, channel, cell[0], unknown ? -1 : cell[1]};
  }
  r->days = days;
  r->day_count = count;
}

/* ---- the whole, and whether it sums ---- */

static void add_scope(struct report_scope *total, const struct report_scope *part) {
  for (size_t i = 0; i < REPORT_CHANNELS; i++) {
    total->channels[i].received += part->channels[i].received;
    total->channels[i].returned += part->channels[i].returned;
    total->channels[i].returned_unknown |= part->channels[i].returned_unknown;
  }
  total->received += part->received;
  total->returned += part->returned;
  total->returned_unknown += part->returned_unknown;
  total->open += part->open;
  total->open_overdue += part->open_overdue;
  total->closed += part->closed;
  total->lateness.early += part->lateness.early;
  total->lateness.on_time += part->lateness.on_time;
  total->lateness.late_1 += part->lateness.late_1;
  total->lateness.late_2_5 += part->lateness.late_2_5;
  total->lateness.late_over_5 += part->lateness.late_over_5;
  total->lateness.total += part->lateness.total;
  total->reappointed += part->reappointed;
  total->fees += part->fees;
  total->support += part->support;
  total->paid += part->paid;
}

static result check_scope(const struct report_scope *s) {
  int64_t received = 0;
  int64_t returned = 0;
  for (size_t i = 0; i < REPORT_CHANNELS; i++) {
    received += s->channels[i].received;
    returned += s->channels[i].returned;
  }
  const struct report_lateness *l = &s->lateness;
  bool sums = received == s->received && returned == s->returned &&
              s->received == s->returned + s->returned_unknown + s->open + s->closed && l->total == s->returned &&
              l->early + l->on_time + l->late_1 + l->late_2_5 + l->late_over_5 == l->total &&
              s->open_overdue <= s->open && s->reappointed <= s->received && s->support <= s->fees && s->paid <= s->fees - s->support;
  if (!sums) {
    FAIL(REPORT_DOES_NOT_SUM, "parts of a scope do not add up");
  }
  return OK;
}

static result check_days(const struct report_lltp *r) {
  int64_t received = 0;
  int64_t returned = 0;
  for (size_t i = 0; i < r->day_count; i++) {
    received += r->days[i].received;
    returned += r->days[i].returned > 0 ? r->days[i].returned : 0;
  }
  if (received != r->total.received || returned != r->total.returned) {
    FAIL(REPORT_DOES_NOT_SUM, "days do not add up to the period");
  }
  return OK;
}

result report_lltp(struct env *env, struct arena *arena, const struct report_question *question,
                   struct report_lltp *ret_report) {
  struct report_lltp report = {.as_of = question->as_of, .computed_at_ms = clock_now_ms(env->clock)};
  if (question->as_of > clock_date_of(report.computed_at_ms)) {
    FAIL(REPORT_DATE, "as-of date in the future");
  }
  report.provinces = ARENA_ARRAY(arena, struct report_scope, PROVINCES_MAX);
  struct counting *c = ARENA_NEW(arena, struct counting);
  *c = (struct counting){.arena = arena, .report = &report, .as_of_end_ms = clock_date_start_ms(question->as_of + 1)};
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(env->db, &tx));
    TRY(load_gaps(tx, c));
    TRY(load_assumptions(tx, c));
    TRY(find_period(tx, c));
    TRY(count_all(tx, c, question->province));
    TRY(count_reappointed(tx, c, question->province));
  }
  report.total.code = S("all");
  report.total.name = S("Tất cả");
  for (size_t i = 0; i < report.province_count; i++) {
    TRY(check_scope(&report.provinces[i]));
    add_scope(&report.total, &report.provinces[i]);
  }
  TRY(check_scope(&report.total));
  list_days(c);
  TRY(check_days(&report));
  *ret_report = report;
  return OK;
}

/* ---- arithmetic ---- */

struct slice report_percent(struct arena *arena, int64_t part, int64_t whole, bool truncated) {
  if (whole <= 0) {
    return S("");
  }
  int64_t hundredths = truncated ? part * 10000 / whole : (part * 20000 + whole) / (2 * whole);
  return arena_printf(arena, "%lld.%02lld", (long long)(hundredths / 100), (long long)(hundredths % 100));
}

result report_savings(struct report_savings *s) {
  const int64_t parameters[] = {s->extra_copy_fee, s->travel, s->waiting, s->lost_wage};
  int64_t sum = 0;
  for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++) {
    if (parameters[i] < 0 || parameters[i] > 1000000000) {
      FAIL(REPORT_PARAMETER, "a savings parameter out of range");
    }
    sum += parameters[i];
  }
  if (s->certificates < 0 || s->certificates > 1000000000) {
    FAIL(REPORT_PARAMETER, "a number of certificates out of range");
  }
  s->per_certificate = sum;
  s->total = sum * s->certificates;
  return OK;
}
