#include "calendar/calendar.h"
#include "codec/jout.h"
#include "codec/utf8.h"
#include "ledger/ledger.h"
#include "misuse/misuse.h"

enum { TEXT_CHARACTERS_MIN = 10, TEXT_CHARACTERS_MAX = 1000 };

/* Answered within thirty days of its receipt [Law on Complaints 02/2011/QH13 Art 28]. */
static const struct calendar_limit answer_limit = {CALENDAR_DAYS, CALENDAR_ROLL_NEXT_WORKING_DAY, 30, CALENDAR_NO_CUT_OFF};
static const char BASIS[] = "Điều 28 Luật Khiếu nại số 02/2011/QH13; Điều 4 Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15";

static const char *const names[MISUSE_STATE_COUNT] = {
    [MISUSE_OPEN] = "open", [MISUSE_FOUND] = "misuse", [MISUSE_LAWFUL] = "lawful", [MISUSE_WITHDRAWN] = "withdrawn"};
static const char *const kinds[MISUSE_STATE_COUNT] = {[MISUSE_OPEN] = "misuse.reported",
                                                      [MISUSE_FOUND] = "misuse.answered",
                                                      [MISUSE_LAWFUL] = "misuse.answered",
                                                      [MISUSE_WITHDRAWN] = "misuse.withdrawn"};
/* The picture stands above enum misuse_state. */
static const bool moves[MISUSE_STATE_COUNT][MISUSE_STATE_COUNT] = {
    [MISUSE_OPEN] = {[MISUSE_FOUND] = true, [MISUSE_LAWFUL] = true, [MISUSE_WITHDRAWN] = true}};

struct slice misuse_state_name(enum misuse_state state) { return slice_str(names[state]); }
bool misuse_move_is_allowed(enum misuse_state from, enum misuse_state to) {
  return from > 0 && from < MISUSE_STATE_COUNT && to > 0 && to < MISUSE_STATE_COUNT && moves[from][to];
}

/* ---- reading ---- */

#define COLUMNS \
  "r.person_id, r.report_id, r.entry_id, r.reader_id, r.state, r.province, r.reason, r.reported_at, r.due_date, r.answered_at, r.answered_by, r.answer"

static struct misuse_report report_read(const struct db_rows *rows, struct arena *arena) {
  return (struct misuse_report){.person_id = db_int(rows, 0),
                                .report_id = db_int(rows, 1),
                                .entry_id = db_int(rows, 2),
                                .reader_id = db_int(rows, 3),
                                .state = (enum misuse_state)db_int(rows, 4),
                                .province = db_text_copy(rows, 5, arena),
                                .reason = db_text_copy(rows, 6, arena),
                                .reported_at_ms = db_int(rows, 7),
                                .due_date = (int32_t)db_int(rows, 8),
                                .answered_at_ms = db_int(rows, 9),
                                .answered_by = db_int(rows, 10),
                                .answer = db_text_copy(rows, 11, arena)};
}

result misuse_load(struct db_tx *tx, int64_t report_id, struct arena *arena, struct misuse_report *ret_report) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT " COLUMNS " FROM misuse_report r WHERE r.report_id = $1", DB_ARGS(db_of_int(report_id)), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(MISUSE_UNKNOWN, "no such report");
  }
  *ret_report = report_read(&rows, arena);
  return OK;
}

static result list_take(struct db_rows *rows, struct arena *arena, struct misuse_report_list *ret_list) {
  struct misuse_report *items = ARENA_ARRAY(arena, struct misuse_report, MISUSE_LISTED_MAX);
  size_t count = 0;
  while (count < MISUSE_LISTED_MAX && db_rows_next(rows)) {
    items[count++] = report_read(rows, arena);
  }
  TRY(rows->status);
  *ret_list = (struct misuse_report_list){items, count};
  return OK;
}

result misuse_list_of_person(struct db_tx *tx, int64_t person_id, struct arena *arena, struct misuse_report_list *ret_list) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT " COLUMNS " FROM misuse_report r WHERE r.person_id = $1 ORDER BY r.report_id DESC", DB_ARGS(db_of_int(person_id)), &rows));
  return list_take(&rows, arena, ret_list);
}

result misuse_list_of_province(struct db_tx *tx, struct slice province, struct arena *arena, struct misuse_report_list *ret_list) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT " COLUMNS " FROM misuse_report r WHERE (r.province = $1 OR $1 = '') AND r.state <> 4"
               " ORDER BY CASE WHEN r.state = 1 THEN 0 ELSE 1 END, CASE WHEN r.state = 1 THEN r.due_date ELSE 0 END, r.report_id DESC",
               DB_ARGS(db_of_text(province)), &rows));
  return list_take(&rows, arena, ret_list);
}

/* ---- what every step writes ---- */

static result record(struct env *env, struct db_tx *tx, const struct misuse_report *report, const struct account_actor *actor) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct buf detail;
  struct jout out;
  buf_init(&detail, &arena, 128);
  jout_init(&out, &detail);
  jout_object(&out);
  jout_put_int(&out, "report", report->report_id);
  jout_put_int(&out, "entry", report->entry_id);
  jout_put_text(&out, "state", misuse_state_name(report->state));
  jout_object_end(&out);
  bool names_reader = report->state == MISUSE_FOUND && report->reader_id != 0;
  const int64_t subjects[] = {report->person_id, report->reader_id};
  const struct ledger_entry entry = {
      .kind = kinds[report->state],
      .actor_person_id = actor->person_id,
      .actor_role = actor->role,
      .on_behalf_of = slice_empty(actor->role) && actor->person_id != report->person_id ? report->person_id : 0,
      .subjects = subjects,
      .subject_count = names_reader ? 2 : 1,
      .legal_basis = slice_str(BASIS),
      .detail = buf_slice(&detail),
  };
  return ledger_append(env, tx, &entry);
}

static result check_text(struct slice text) {
  size_t count = utf8_count(slice_trim(text));
  if (!utf8_is_text(text) || count < TEXT_CHARACTERS_MIN || count > TEXT_CHARACTERS_MAX) {
    FAIL(MISUSE_TEXT, "a text of %zu characters", count);
  }
  return OK;
}

/* ---- reporting ---- */

/* Of the agency that read; of a relying party, or an agency no longer known, where the reporter lives. */
static result find_province(struct db_tx *tx, struct arena *arena, const struct misuse_order *order, const struct ledger_line *line,
                            struct slice *ret_province) {
  struct slice agency_code = line->actor_role;
  struct register_agency agency;
  int32_t on = clock_date_of(line->at_ms);
  (void)slice_cut(&agency_code, '@');
  if (agency_code.len > 0 && is_ok(register_agency_load(tx, arena, agency_code, on, &agency)) && agency.province.len > 0) {
    *ret_province = agency.province;
    return OK;
  }
  result found = register_residence_province(tx, arena, order->person_id, on, ret_province);
  if (is_code(found, REGISTER_RESIDENCE_UNKNOWN)) {
    *ret_province = S(""); /* lives nowhere in the country: every national supervisor's */
    return OK;
  }
  return found;
}

static result find_entry(struct db_tx *tx, struct arena *arena, const struct misuse_order *order, struct misuse_report *report) {
  struct ledger_line line;
  result found = ledger_line_find(tx, &(const struct ledger_line_key){order->person_id, order->entry_id}, arena, &line, &report->reader_id);
  if (is_code(found, LEDGER_UNKNOWN)) {
    FAIL(MISUSE_ENTRY, "no entry about this person");
  }
  TRY(found);
  if (!line.is_read || line.by_self) {
    FAIL(MISUSE_ENTRY, "not a read by another");
  }
  return find_province(tx, arena, order, &line, &report->province);
}

static result is_reported(struct db_tx *tx, const struct misuse_order *order, bool *ret_reported) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT 1 FROM misuse_report WHERE person_id = $1 AND entry_id = $2",
               DB_ARGS(db_of_int(order->person_id), db_of_int(order->entry_id)), &rows));
  *ret_reported = db_rows_next(&rows);
  return rows.status;
}

result misuse_report_make(struct env *env, struct db_tx *tx, const struct misuse_order *order, int64_t *ret_report_id) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct calendar_due due;
  bool reported = false;
  struct misuse_report report = {.person_id = order->person_id,
                                 .report_id = env_id_new(env),
                                 .entry_id = order->entry_id,
                                 .state = MISUSE_OPEN,
                                 .reason = slice_trim(order->reason),
                                 .reported_at_ms = clock_now_ms(env->clock)};
  TRY(check_text(order->reason));
  TRY(find_entry(tx, &arena, order, &report));
  TRY(is_reported(tx, order, &reported));
  if (reported) {
    FAIL(MISUSE_REPORTED, "that read is reported already");
  }
  TRY(calendar_due(&answer_limit, report.reported_at_ms, &due));
  TRY(db_run(tx,
             "INSERT INTO misuse_report (person_id, report_id, entry_id, reader_id, state, province, reason, reported_at, due_date)"
             " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
             DB_ARGS(db_of_int(report.person_id), db_of_int(report.report_id), db_of_int(report.entry_id), db_of_int_or_null(report.reader_id),
                     db_of_int(report.state), db_of_text(report.province), db_of_text(report.reason), db_of_int(report.reported_at_ms),
                     db_of_int(due.due)),
             NULL));
  TRY(record(env, tx, &report, &(const struct account_actor){order->actor_id, S("")}));
  *ret_report_id = report.report_id;
  return OK;
}

/* ---- answering ---- */

static result check_step(const struct misuse_step *step, const struct misuse_report *report) {
  bool is_reporter = slice_empty(step->actor.role);
  if (is_reporter != (step->to == MISUSE_WITHDRAWN) || (is_reporter && step->actor.person_id != report->person_id)) {
    FAIL(MISUSE_UNKNOWN, "not a step of this person's");
  }
  if (!is_reporter && (step->actor.person_id == report->person_id || step->actor.person_id == report->reader_id)) {
    FAIL(MISUSE_OWN_CASE, "who reported or who read");
  }
  if (!misuse_move_is_allowed(report->state, step->to)) {
    FAIL(MISUSE_MOVE, "from %.*s", SLICE_ARG(misuse_state_name(report->state)));
  }
  return is_reporter ? OK : check_text(step->answer);
}

result misuse_move(struct env *env, struct db_tx *tx, const struct misuse_step *step) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct misuse_report report;
  TRY(misuse_load(tx, step->report_id, &arena, &report));
  TRY(check_step(step, &report));
  report.state = step->to;
  TRY(db_run(tx,
             "UPDATE misuse_report SET state = $3, answered_at = $4, answered_by = $5, answer = $6 WHERE person_id = $1 AND report_id = $2",
             DB_ARGS(db_of_int(report.person_id), db_of_int(report.report_id), db_of_int(step->to), db_of_int(clock_now_ms(env->clock)),
                     db_of_int(step->actor.person_id), db_of_text_or_null(slice_trim(step->answer))),
             NULL));
  TRY(record(env, tx, &report, &step->actor));
  if (step->to == MISUSE_WITHDRAWN) {
    return OK;
  }
  return account_notice_send(env, tx, report.person_id, S("Danh: Phản ánh của ông/bà về việc xem dữ liệu đã được trả lời. Xem mục Ai biết gì về tôi."));
}
