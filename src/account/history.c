#include "account/later.h"
#include "account/life.h"

result account_history_append(struct env *env, struct db_tx *tx, const struct account_event *event) {
  return db_run(tx, "INSERT INTO account_event (person_id, event_id, at, session_id, kind, detail) VALUES ($1, $2, $3, $4, $5, $6)",
                DB_ARGS(db_of_int(event->person_id), db_of_int(account_id_new(env)), db_of_int(event->at_ms != 0 ? event->at_ms : clock_now_ms(env->clock)),
                        db_of_int_or_null(event->session_id), db_of_text(event->kind), db_of_text_or_null(event->detail)),
                NULL);
}

struct recording {
  struct env *env;
  const struct account_event *event;
};

static result write_event(struct db_tx *tx, void *arg) {
  const struct recording *recording = arg;
  return account_history_append(recording->env, tx, recording->event);
}

result account_history_record(struct env *env, const struct account_event *event) {
  result written = db_is_away(env->db) ? (result){DB_UNREACHABLE} : db_write(env->db, write_event, &(struct recording){env, event});
  if (is_code(written, DB_UNREACHABLE) && db_is_away(env->db) && account_later_keep(env, event)) {
    return OK;
  }
  if (is_code(written, DB_UNREACHABLE)) {
    FAIL(DB_UNREACHABLE, "a line of the history cannot be written now");
  }
  return written;
}

result account_history_list(struct db_tx *tx, const struct account_history_query *query, struct arena *arena,
                            struct account_event **ret_events, size_t *ret_count) {
  size_t room = query->limit > 0 ? (size_t)query->limit : 0;
  struct account_event *events = ARENA_ARRAY(arena, struct account_event, room + 1);
  size_t count = 0;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT event_id, at, person_id, session_id, kind, detail FROM account_event WHERE person_id = $1 AND event_id < $2"
               " ORDER BY event_id DESC LIMIT $3",
               DB_ARGS(db_of_int(query->person_id), db_of_int(query->before_id ? query->before_id : INT64_MAX), db_of_int((int64_t)room)),
               &rows));
  while (count < room && db_rows_next(&rows)) {
    events[count++] = (struct account_event){.event_id = db_int(&rows, 0),
                                             .at_ms = db_int(&rows, 1),
                                             .person_id = db_int(&rows, 2),
                                             .session_id = db_int(&rows, 3),
                                             .kind = db_text_copy(&rows, 4, arena),
                                             .detail = db_text_copy(&rows, 5, arena)};
  }
  TRY(rows.status);
  *ret_events = events;
  *ret_count = count;
  return OK;
}
