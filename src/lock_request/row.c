/* Reading requests. */
#include "lock_request/row.h"

#define COLUMNS                                                                                                                       \
  "person_id, request_id, state, lifts, capability, agency, authority, number, date, ground, until, received_at, received_by, forward_due," \
  " forwarded_at, forwarded_by, decide_due, decided_at, decided_by, answer"

static struct lock_request read_row(const struct db_rows *rows, struct arena *arena) {
  return (struct lock_request){.person_id = db_int(rows, 0),
                               .request_id = db_int(rows, 1),
                               .state = (enum lock_request_state)db_int(rows, 2),
                               .lifts = db_int(rows, 3),
                               .capability = (unsigned)db_int(rows, 4),
                               .agency = db_text_copy(rows, 5, arena),
                               .authority = db_text_copy(rows, 6, arena),
                               .number = db_text_copy(rows, 7, arena),
                               .date = (int32_t)db_int(rows, 8),
                               .ground = db_text_copy(rows, 9, arena),
                               .until = (int32_t)db_int(rows, 10),
                               .received_at_ms = db_int(rows, 11),
                               .received_by = db_int(rows, 12),
                               .forward_due = (int32_t)db_int(rows, 13),
                               .forwarded_at_ms = db_int(rows, 14),
                               .forwarded_by = db_int(rows, 15),
                               .decide_due = (int32_t)db_int(rows, 16),
                               .decided_at_ms = db_int(rows, 17),
                               .decided_by = db_int(rows, 18),
                               .answer = db_text_copy(rows, 19, arena)};
}

result lock_request_load(struct db_tx *tx, int64_t request_id, struct arena *arena, struct lock_request *ret_request) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT " COLUMNS " FROM lock_request WHERE request_id = $1", DB_ARGS(db_of_int(request_id)), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(LOCK_REQUEST_UNKNOWN, "no such request");
  }
  *ret_request = read_row(&rows, arena);
  return OK;
}

static result take(struct db_rows *rows, struct arena *arena, struct lock_request_list *ret_list) {
  struct lock_request *items = ARENA_ARRAY(arena, struct lock_request, LOCK_REQUEST_LISTED_MAX);
  size_t count = 0;
  while (count < LOCK_REQUEST_LISTED_MAX && db_rows_next(rows)) {
    items[count++] = read_row(rows, arena);
  }
  TRY(rows->status);
  *ret_list = (struct lock_request_list){items, count};
  return OK;
}

result lock_request_list(struct db_tx *tx, struct slice agency, int64_t officer_id, struct arena *arena, struct lock_request_list *ret_list) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT " COLUMNS " FROM lock_request WHERE agency = $1 AND person_id <> $2"
               " ORDER BY CASE WHEN state <= 2 THEN 0 ELSE 1 END, CASE WHEN state <= 2 THEN received_at ELSE -received_at END LIMIT 100",
               DB_ARGS(db_of_text(agency), db_of_int(officer_id)), &rows));
  return take(&rows, arena, ret_list);
}

result lock_request_of_person(struct db_tx *tx, int64_t person_id, struct arena *arena, struct lock_request_list *ret_list) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT " COLUMNS " FROM lock_request WHERE person_id = $1 ORDER BY request_id DESC LIMIT 100", DB_ARGS(db_of_int(person_id)), &rows));
  return take(&rows, arena, ret_list);
}

int32_t lock_request_due(const struct lock_request *request) {
  switch (request->state) {
    case LOCK_REQUEST_RECEIVED: return request->forward_due;
    case LOCK_REQUEST_FORWARDED: return request->decide_due;
    default: return 0;
  }
}

bool lock_request_is_standing(struct env *env, const struct lock_request *request) {
  bool is_over = request->until != 0 && clock_date_of(clock_now_ms(env->clock)) > request->until;
  return request->state == LOCK_REQUEST_GRANTED && request->lifts == 0 && !is_over;
}
