/* A request is entered, forwarded, decided; every step by its day and with its line. */
#include "calendar/calendar.h"
#include "codec/jout.h"
#include "codec/utf8.h"
#include "ledger/ledger.h"
#include "lock_request/row.h"

enum { NAME_CHARACTERS_MAX = 200, TEXT_CHARACTERS_MIN = 10, TEXT_CHARACTERS_MAX = 1000, UNTIL_DAYS_MAX = 3660 };

/* [Decree 69/2024 Art 15] one working day to forward, two to decide and notify */
static const struct calendar_limit forward_limit = {CALENDAR_WORKING_DAYS, CALENDAR_ROLL_NONE, 1, CALENDAR_NO_CUT_OFF};
static const struct calendar_limit decide_limit = {CALENDAR_WORKING_DAYS, CALENDAR_ROLL_NONE, 2, CALENDAR_NO_CUT_OFF};
static const char BASIS[] = "Nghị định 69/2024/NĐ-CP, Điều 15";

static const char *const names[LOCK_REQUEST_STATE_COUNT] = {
    [LOCK_REQUEST_RECEIVED] = "received", [LOCK_REQUEST_FORWARDED] = "forwarded", [LOCK_REQUEST_GRANTED] = "granted",
    [LOCK_REQUEST_REFUSED] = "refused",   [LOCK_REQUEST_WITHDRAWN] = "withdrawn", [LOCK_REQUEST_LIFTED] = "lifted"};
/* The picture stands above enum lock_request_state. */
static const bool moves[LOCK_REQUEST_STATE_COUNT][LOCK_REQUEST_STATE_COUNT] = {
    [LOCK_REQUEST_RECEIVED] = {[LOCK_REQUEST_FORWARDED] = true, [LOCK_REQUEST_WITHDRAWN] = true},
    [LOCK_REQUEST_FORWARDED] = {[LOCK_REQUEST_GRANTED] = true, [LOCK_REQUEST_REFUSED] = true, [LOCK_REQUEST_WITHDRAWN] = true},
    [LOCK_REQUEST_GRANTED] = {[LOCK_REQUEST_LIFTED] = true},
};

struct slice lock_request_state_name(enum lock_request_state state) { return slice_str(names[state]); }
bool lock_request_move_is_allowed(enum lock_request_state from, enum lock_request_state to) {
  return from > 0 && from < LOCK_REQUEST_STATE_COUNT && to > 0 && to < LOCK_REQUEST_STATE_COUNT && moves[from][to];
}

result lock_request_record(struct env *env, struct db_tx *tx, const struct lock_request *request, const struct account_actor *officer) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct buf detail;
  struct jout out;
  buf_init(&detail, &arena, 128);
  jout_init(&out, &detail);
  jout_object(&out);
  jout_put_int(&out, "request", request->request_id);
  jout_put_text(&out, "state", lock_request_state_name(request->state));
  jout_put_text(&out, "kind", request->lifts == 0 ? S("lock") : S("unlock"));
  jout_object_end(&out);
  const struct ledger_entry entry = {.kind = "lock_request.moved",
                                     .actor_person_id = officer->person_id,
                                     .actor_role = officer->role,
                                     .subjects = &request->person_id,
                                     .subject_count = 1,
                                     .legal_basis = slice_str(BASIS),
                                     .detail = buf_slice(&detail)};
  return ledger_append(env, tx, &entry);
}

/* ---- entering ---- */

static result check_texts(const struct lock_request *request) {
  const struct slice lines[] = {request->authority, request->number};
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
    size_t count = utf8_count(lines[i]);
    if (!utf8_is_line(lines[i]) || count < 1 || count > NAME_CHARACTERS_MAX) {
      FAIL(LOCK_REQUEST_TEXT, "authority or number of %zu characters", count);
    }
  }
  size_t count = utf8_count(request->ground);
  if (!utf8_is_line(request->ground) || count < TEXT_CHARACTERS_MIN || count > TEXT_CHARACTERS_MAX) {
    FAIL(LOCK_REQUEST_TEXT, "a ground of %zu characters", count);
  }
  return OK;
}

static result check_dates(const struct lock_request *request, int32_t today) {
  bool is_until_wrong = request->until != 0 && (request->until < today || request->until > today + UNTIL_DAYS_MAX);
  if (request->date > today || is_until_wrong) {
    FAIL(LOCK_REQUEST_DATES, "a document of the future, or a last day that is past or too far");
  }
  return OK;
}

static bool is_same_document(const struct lock_request *a, const struct lock_request *b) {
  return a->date == b->date && a->capability == b->capability && a->lifts == b->lifts && slice_eq(a->number, b->number) &&
         slice_eq(a->authority, b->authority);
}

static result check_new(struct db_tx *tx, struct arena *arena, const struct lock_request *request) {
  struct lock_request_list list;
  struct account account = {0};
  TRY(account_load(tx, request->person_id, &account));
  if (account.state != ACCOUNT_ACTIVE && account.state != ACCOUNT_STATE_LOCKED) {
    FAIL(LOCK_REQUEST_NO_ACCOUNT, "no account in use");
  }
  TRY(lock_request_of_person(tx, request->person_id, arena, &list));
  for (size_t i = 0; i < list.count; i++) {
    if (list.items[i].state != LOCK_REQUEST_WITHDRAWN && is_same_document(&list.items[i], request)) {
      FAIL(LOCK_REQUEST_ENTERED, "that document is entered already");
    }
  }
  return OK;
}

/* An unlock takes what it is about from the lock it ends. */
static result take_lifted(struct env *env, struct db_tx *tx, struct arena *arena, struct lock_request *request) {
  struct lock_request lifted = {0};
  if (request->lifts == 0) {
    return OK;
  }
  result found = lock_request_load(tx, request->lifts, arena, &lifted);
  if (!is_ok(found) && !is_code(found, LOCK_REQUEST_UNKNOWN)) {
    return found;
  }
  if (!is_ok(found) || lifted.person_id != request->person_id || !lock_request_is_standing(env, &lifted)) {
    FAIL(LOCK_REQUEST_NOT_STANDING, "no lock of this person's that holds");
  }
  request->capability = lifted.capability;
  request->until = 0;
  return OK;
}

static result insert(struct db_tx *tx, const struct lock_request *request) {
  return db_run(tx,
                "INSERT INTO lock_request (person_id, request_id, state, lifts, capability, agency, authority, number, date, ground, until, received_at,"
                " received_by, forward_due) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
                DB_ARGS(db_of_int(request->person_id), db_of_int(request->request_id), db_of_int(request->state), db_of_int_or_null(request->lifts),
                        db_of_int(request->capability), db_of_text(request->agency), db_of_text(request->authority), db_of_text(request->number),
                        db_of_int(request->date), db_of_text(request->ground), db_of_int_or_null(request->until), db_of_int(request->received_at_ms),
                        db_of_int(request->received_by), db_of_int(request->forward_due)),
                NULL);
}

result lock_request_enter(struct env *env, struct db_tx *tx, const struct lock_request *entered, const struct account_actor *officer,
                          int64_t *ret_request_id) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct calendar_due due;
  struct lock_request request = *entered;
  request.request_id = env_id_new(env);
  request.state = LOCK_REQUEST_RECEIVED;
  request.authority = slice_trim(entered->authority);
  request.number = slice_trim(entered->number);
  request.ground = slice_trim(entered->ground);
  request.received_at_ms = clock_now_ms(env->clock);
  request.received_by = officer->person_id;
  if (request.person_id == officer->person_id) {
    FAIL(LOCK_REQUEST_OWN_CASE, "about the officer");
  }
  TRY(check_texts(&request));
  TRY(check_dates(&request, clock_date_of(request.received_at_ms)));
  TRY(take_lifted(env, tx, &arena, &request));
  TRY(check_new(tx, &arena, &request));
  TRY(calendar_due(&forward_limit, request.received_at_ms, &due));
  request.forward_due = due.due;
  TRY(insert(tx, &request));
  TRY(lock_request_record(env, tx, &request, officer));
  *ret_request_id = request.request_id;
  return OK;
}

/* ---- moving ---- */

static result check_step(const struct lock_request *request, const struct lock_request_step *step) {
  bool is_decision = step->to == LOCK_REQUEST_GRANTED || step->to == LOCK_REQUEST_REFUSED;
  int64_t officer_id = step->officer.person_id;
  size_t count = utf8_count(slice_trim(step->reason));
  if (!slice_eq(request->agency, step->agency)) {
    FAIL(LOCK_REQUEST_UNKNOWN, "of another agency");
  }
  if (request->person_id == officer_id) {
    FAIL(LOCK_REQUEST_OWN_CASE, "about the officer");
  }
  if (step->to == LOCK_REQUEST_LIFTED || !lock_request_move_is_allowed(request->state, step->to)) {
    FAIL(LOCK_REQUEST_MOVE, "from %.*s", SLICE_ARG(lock_request_state_name(request->state)));
  }
  if (is_decision && (request->received_by == officer_id || request->forwarded_by == officer_id)) {
    FAIL(LOCK_REQUEST_SAME_OFFICER, "entered or forwarded it");
  }
  if (step->to == LOCK_REQUEST_REFUSED && (!utf8_is_line(step->reason) || count < TEXT_CHARACTERS_MIN || count > TEXT_CHARACTERS_MAX)) {
    FAIL(LOCK_REQUEST_TEXT, "a reason of %zu characters", count);
  }
  return OK;
}

/* What the authority gets in writing [Decree 69/2024 Art 15]. */
static struct slice answer_of(struct arena *arena, const struct lock_request *request, const struct lock_request_step *step, int32_t today) {
  struct slice on = clock_date_write_vi(arena, today);
  struct slice head = arena_printf(arena, "Kính gửi: %.*s. Về văn bản số %.*s ngày %.*s đề nghị %s tài khoản định danh điện tử: ",
                                   SLICE_ARG(request->authority), SLICE_ARG(request->number), SLICE_ARG(clock_date_write_vi(arena, request->date)),
                                   request->lifts == 0 ? "khóa" : "mở khóa");
  if (step->to == LOCK_REQUEST_GRANTED) {
    return arena_printf(arena, "%.*sđã thực hiện ngày %.*s. Căn cứ: %s.", SLICE_ARG(head), SLICE_ARG(on), BASIS);
  }
  return arena_printf(arena, "%.*skhông chấp nhận, ngày %.*s. Lý do: %.*s. Căn cứ: %s.", SLICE_ARG(head), SLICE_ARG(on),
                      SLICE_ARG(slice_trim(step->reason)), BASIS);
}

static result forward(struct db_tx *tx, struct lock_request *request) {
  struct calendar_due due;
  TRY(calendar_due(&decide_limit, request->forwarded_at_ms, &due));
  request->decide_due = due.due;
  return db_run(tx, "UPDATE lock_request SET state = $3, forwarded_at = $4, forwarded_by = $5, decide_due = $6 WHERE person_id = $1 AND request_id = $2",
                DB_ARGS(db_of_int(request->person_id), db_of_int(request->request_id), db_of_int(request->state), db_of_int(request->forwarded_at_ms),
                        db_of_int(request->forwarded_by), db_of_int(request->decide_due)),
                NULL);
}

static result close(struct db_tx *tx, const struct lock_request *request) {
  return db_run(tx, "UPDATE lock_request SET state = $3, decided_at = $4, decided_by = $5, answer = $6 WHERE person_id = $1 AND request_id = $2",
                DB_ARGS(db_of_int(request->person_id), db_of_int(request->request_id), db_of_int(request->state), db_of_int(request->decided_at_ms),
                        db_of_int(request->decided_by), db_of_text_or_null(request->answer)),
                NULL);
}

result lock_request_move(struct env *env, struct db_tx *tx, const struct lock_request_step *step) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct lock_request request = {0};
  int64_t now = clock_now_ms(env->clock);
  TRY(lock_request_load(tx, step->request_id, &arena, &request));
  TRY(check_step(&request, step));
  request.state = step->to;
  if (step->to == LOCK_REQUEST_FORWARDED) {
    request.forwarded_at_ms = now;
    request.forwarded_by = step->officer.person_id;
    TRY(forward(tx, &request));
  } else {
    request.decided_at_ms = now;
    request.decided_by = step->officer.person_id;
    request.answer = step->to == LOCK_REQUEST_WITHDRAWN ? S("") : answer_of(&arena, &request, step, clock_date_of(now));
    TRY(close(tx, &request));
  }
  TRY(lock_request_record(env, tx, &request, &step->officer));
  return step->to == LOCK_REQUEST_GRANTED ? lock_request_act(env, tx, &request, &step->officer) : OK;
}
