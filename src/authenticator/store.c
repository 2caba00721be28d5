#include "authenticator/kinds.h"

enum { ROOM = 64 }; /* far beyond every limit together */

struct authenticator_row authenticator_row_of(const struct db_rows *rows, struct arena *arena) {
  return (struct authenticator_row){.id = db_int(rows, 0),
                                    .state = (enum authenticator_state)db_int(rows, 1),
                                    .key = db_bytes_copy(rows, 2, arena),
                                    .counter = db_int(rows, 3),
                                    .flags = (int)db_int(rows, 4),
                                    .used_at_ms = db_int(rows, 5)};
}

result authenticator_rows_load(struct db_tx *tx, int64_t person_id, enum authenticator_kind kind, struct arena *arena,
                               struct authenticator_rows *ret_rows) {
  struct authenticator_row *items = ARENA_ARRAY(arena, struct authenticator_row, ROOM);
  size_t count = 0;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT " AUTHENTICATOR_ROW_COLUMNS " FROM authenticator a WHERE person_id = $1 AND kind = $2 LIMIT 64",
               DB_ARGS(db_of_int(person_id), db_of_int(kind)), &rows));
  while (count < ROOM && db_rows_next(&rows)) {
    items[count++] = authenticator_row_of(&rows, arena);
  }
  TRY(rows.status);
  *ret_rows = (struct authenticator_rows){items, count};
  return OK;
}

result authenticator_row_load(struct db_tx *tx, int64_t person_id, int64_t id, struct arena *arena, struct authenticator_row *ret_row) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT " AUTHENTICATOR_ROW_COLUMNS " FROM authenticator a WHERE person_id = $1 AND authenticator_id = $2",
               DB_ARGS(db_of_int(person_id), db_of_int(id)), &rows));
  *ret_row = db_rows_next(&rows) ? authenticator_row_of(&rows, arena) : (struct authenticator_row){0};
  return rows.status;
}

/* A row that does not pass is not written: whoever asks reads it then, and says why. */
result authenticator_counter_move(struct env *env, struct db_tx *tx, const struct authenticator_proving *proving, bool *ret_moved) {
  int64_t changed = 0;
  TRY(db_run(tx,
             "UPDATE authenticator SET counter = $3, flags = $4, used_at = $5, failures = 0"
             " WHERE person_id = $1 AND authenticator_id = $2 AND state = $6 AND (counter < $3 OR CAST($3 AS BIGINT) = 0)",
             DB_ARGS(db_of_int(proving->person_id), db_of_int(proving->authenticator_id), db_of_int(proving->counter), db_of_int(proving->flags),
                     db_of_int(clock_now_ms(env->clock)), db_of_int(AUTHENTICATOR_ACTIVE)),
             &changed));
  *ret_moved = changed == 1;
  return OK;
}

result authenticator_row_used(struct env *env, struct db_tx *tx, const struct authenticator_proving *proving, int64_t counter) {
  return db_run(tx,
                "UPDATE authenticator SET counter = $3, flags = $4, used_at = $5, failures = 0 WHERE person_id = $1 AND authenticator_id = $2",
                DB_ARGS(db_of_int(proving->person_id), db_of_int(proving->authenticator_id), db_of_int(counter), db_of_int(proving->flags),
                        db_of_int(clock_now_ms(env->clock))),
                NULL);
}

result authenticator_list(struct db_tx *tx, int64_t person_id, struct arena *arena, struct authenticator_list *ret_list) {
  struct authenticator *items = ARENA_ARRAY(arena, struct authenticator, ROOM);
  size_t count = 0;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT a.authenticator_id, a.kind, a.state, a.name, a.made_at, a.used_at, a.flags,"
               " (SELECT COUNT(*) FROM authenticator_code c WHERE c.person_id = a.person_id AND c.authenticator_id = a.authenticator_id)"
               " FROM authenticator a WHERE a.person_id = $1 ORDER BY a.authenticator_id DESC LIMIT 64",
               DB_ARGS(db_of_int(person_id)), &rows));
  while (count < ROOM && db_rows_next(&rows)) {
    items[count++] = (struct authenticator){.id = db_int(&rows, 0),
                                            .kind = (enum authenticator_kind)db_int(&rows, 1),
                                            .state = (enum authenticator_state)db_int(&rows, 2),
                                            .name = db_text_copy(&rows, 3, arena),
                                            .made_at_ms = db_int(&rows, 4),
                                            .used_at_ms = db_int(&rows, 5),
                                            .may_be_copied = (db_int(&rows, 6) & AUTHENTICATOR_MAY_BE_COPIED) != 0,
                                            .codes_left = (int)db_int(&rows, 7)};
  }
  TRY(rows.status);
  *ret_list = (struct authenticator_list){items, count};
  return OK;
}

/* What the person has, as means. */
static result means_of(struct db_tx *tx, int64_t person_id, unsigned *ret_means) {
  struct account account = {0};
  TRY(account_load(tx, person_id, &account));
  unsigned means = (account.has_password ? (unsigned)ACCOUNT_MEANS_PASSWORD : 0) | (account.has_passcode ? (unsigned)ACCOUNT_MEANS_PASSCODE : 0);
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT DISTINCT kind FROM authenticator WHERE person_id = $1 AND state = $2",
               DB_ARGS(db_of_int(person_id), db_of_int(AUTHENTICATOR_ACTIVE)), &rows));
  while (db_rows_next(&rows)) {
    means |= authenticator_kind_row((enum authenticator_kind)db_int(&rows, 0))->means;
  }
  TRY(rows.status);
  *ret_means = means;
  return OK;
}

result authenticator_best(struct db_tx *tx, int64_t person_id, int *ret_level) {
  unsigned means = 0;
  TRY(means_of(tx, person_id, &means));
  *ret_level = account_authentication_of(means);
  return OK;
}

result authenticator_reach(struct env *env, struct db_tx *tx, int64_t person_id, struct authenticator_reach *ret_reach) {
  unsigned means = 0;
  bool is_closed = false;
  TRY(means_of(tx, person_id, &means));
  TRY(authenticator_face_is_closed(tx, person_id, &is_closed));
  bool has_face = env->matcher != NULL && !is_closed;
  *ret_reach = (struct authenticator_reach){account_authentication_of(means | (has_face ? (unsigned)ACCOUNT_MEANS_FACE : 0)), has_face};
  return OK;
}
