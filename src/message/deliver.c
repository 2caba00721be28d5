/* One message goes out: sent outside any transaction, and only then marked. Killed in between, it is still QUEUED and is sent again. */
#include "message/runner.h"
#include "message/store.h"

enum { RETRY_FIRST_MS = 5000, RETRY_MAX_MS = 600 * 1000, ROUND_MAX = 64 };

struct attempt {
  struct env *env;
  const struct message_item *item;
  result sent;
  struct message_outcome outcome;
};

/* 5 s, doubling to 10 min, a fifth more at random so that a gateway coming back is not met by all at once; never before it asked for. */
static int64_t retry_after_ms(const struct attempt *a) {
  int64_t wait = RETRY_FIRST_MS;
  for (int32_t i = 0; i < a->item->attempts && wait < RETRY_MAX_MS; i++) {
    wait *= 2;
  }
  wait = wait < RETRY_MAX_MS ? wait : RETRY_MAX_MS;
  wait += (int64_t)random_below(a->env->random, (uint64_t)wait / 5 + 1);
  return a->outcome.retry_after_ms > wait ? a->outcome.retry_after_ms : wait;
}

static result store_outcome(struct db_tx *tx, void *arg) {
  const struct attempt *a = arg;
  int64_t now_ms = clock_now_ms(a->env->clock);
  struct db_value person = db_of_int(a->item->person_id);
  struct db_value message = db_of_int(a->item->message_id);
  if (is_ok(a->sent)) {
    return db_run(tx,
                  "UPDATE message SET state = 2, attempts = attempts + 1, sent_at = $3, last_error = '', reference = $4"
                  " WHERE person_id = $1 AND message_id = $2 AND state = 1",
                  DB_ARGS(person, message, db_of_int(now_ms), db_of_text_or_null(a->outcome.reference)), NULL);
  }
  if (is_code(a->sent, MESSAGE_REFUSED)) {
    return db_run(tx,
                  "UPDATE message SET state = 4, attempts = attempts + 1, last_error = 'refused', body = CASE WHEN kind = 1 THEN '' ELSE body END"
                  " WHERE person_id = $1 AND message_id = $2 AND state = 1",
                  DB_ARGS(person, message), NULL);
  }
  return db_run(tx,
                "UPDATE message SET attempts = attempts + 1, next_attempt_at = $3, last_error = 'unreachable'"
                " WHERE person_id = $1 AND message_id = $2 AND state = 1",
                DB_ARGS(person, message, db_of_int(now_ms + retry_after_ms(a))), NULL);
}

static result load_due(struct env *env, const struct message_lane *lane, struct arena *arena, struct message_list *ret_list) {
  struct message_item *items = ARENA_ARRAY(arena, struct message_item, ROUND_MAX);
  size_t count = 0;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_read_begin(env->db, &tx));
  /* codes first: somebody waits for them */
  TRY(db_query(tx,
               "SELECT " MESSAGE_COLUMNS " FROM message WHERE state = 1 AND channel = $1 AND next_attempt_at <= $2 AND expires_at > $2"
               " AND message_id % $4 = $3 ORDER BY kind, next_attempt_at LIMIT 64",
               DB_ARGS(db_of_int(lane->channel), db_of_int(clock_now_ms(env->clock)), db_of_int(lane->number), db_of_int(lane->count)), &rows));
  while (count < ROUND_MAX && db_rows_next(&rows)) {
    message_item_read(&rows, arena, &items[count++]);
  }
  TRY(rows.status);
  *ret_list = (struct message_list){items, count};
  return OK;
}

/* A round takes a while: a code used or replaced meanwhile must not go out any more. */
static result is_still_queued(struct env *env, const struct message_item *item, bool *ret_queued) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_read_begin(env->db, &tx));
  TRY(db_query(tx, "SELECT 1 FROM message WHERE person_id = $1 AND message_id = $2 AND state = 1 AND expires_at > $3",
               DB_ARGS(db_of_int(item->person_id), db_of_int(item->message_id), db_of_int(clock_now_ms(env->clock))), &rows));
  *ret_queued = db_rows_next(&rows);
  return rows.status;
}

static result send_one(struct env *env, const struct message_lane *lane, const struct message_item *item, struct arena *arena) {
  bool queued = false;
  TRY(is_still_queued(env, item, &queued));
  if (!queued) {
    return OK;
  }
  struct attempt attempt = {.env = env, .item = item};
  attempt.sent = lane->sender->send(env, lane->sender->context, item, arena, &attempt.outcome);
  return db_write(env->db, store_outcome, &attempt);
}

result message_lane_send(struct env *env, const struct message_lane *lane) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct message_list due = {0};
  const struct message_sender *sender = lane->sender;
  if (sender->send == NULL || (sender->is_there != NULL && !sender->is_there(sender->context))) {
    return OK;
  }
  do {
    arena_reset(&arena);
    TRY(load_due(env, lane, &arena, &due));
    for (size_t i = 0; i < due.count; i++) {
      TRY(send_one(env, lane, &due.items[i], &arena));
    }
  } while (due.count == ROUND_MAX);
  return OK;
}

static result count_queued(struct env *env, int64_t *ret_left) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_read_begin(env->db, &tx));
  TRY(db_row(tx, "SELECT COUNT(*) FROM message WHERE state = 1", DB_NO_ARGS, &rows));
  *ret_left = db_int(&rows, 0);
  return OK;
}

result message_send_due(struct env *env, const struct message_senders *senders, int64_t *ret_left) {
  TRY(message_lane_send(env, &(const struct message_lane){MESSAGE_SMS, &senders->sms, 0, 1}));
  TRY(message_lane_send(env, &(const struct message_lane){MESSAGE_EMAIL, &senders->email, 0, 1}));
  return count_queued(env, ret_left);
}

result message_screen_send(struct env *env, void *context, const struct message_item *item, struct arena *arena, struct message_outcome *outcome) {
  (void)env;
  (void)context;
  (void)item;
  (void)arena;
  (void)outcome;
  return OK;
}
