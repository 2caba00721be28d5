#include "account/life.h"

result account_message_send(struct env *env, struct db_tx *tx, int64_t person_id, struct slice text, int64_t code_id) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice phone = S("");
  {
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    TRY(db_query(tx, "SELECT phone FROM account WHERE person_id = $1", DB_ARGS(db_of_int(person_id)), &rows));
    phone = db_rows_next(&rows) ? db_text_copy(&rows, 0, &arena) : phone;
    TRY(rows.status);
  }
  return db_run(tx,
                "INSERT INTO account_message (person_id, message_id, code_id, created_at, phone, body) VALUES ($1, $2, $3, $4, $5, $6)",
                DB_ARGS(db_of_int(person_id), db_of_int(account_id_new(env)), db_of_int_or_null(code_id),
                        db_of_int(clock_now_ms(env->clock)), db_of_text_or_null(phone), db_of_text(text)),
                NULL);
}

result account_notice_send(struct env *env, struct db_tx *tx, int64_t person_id, struct slice text) {
  return account_message_send(env, tx, person_id, text, 0);
}

result account_message_list(struct db_tx *tx, int64_t person_id, int limit, struct arena *arena,
                            struct account_message_list *ret_list) {
  size_t room = limit > 0 ? (size_t)limit : 0;
  struct account_message *messages = ARENA_ARRAY(arena, struct account_message, room + 1);
  size_t count = 0;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               person_id ? "SELECT message_id, person_id, created_at, phone, body FROM account_message WHERE person_id = $2"
                           " ORDER BY message_id DESC LIMIT $1"
                         : "SELECT message_id, person_id, created_at, phone, body FROM account_message ORDER BY message_id DESC LIMIT $1",
               person_id ? DB_ARGS(db_of_int((int64_t)room), db_of_int(person_id)) : DB_ARGS(db_of_int((int64_t)room)), &rows));
  while (count < room && db_rows_next(&rows)) {
    messages[count++] = (struct account_message){.message_id = db_int(&rows, 0),
                                                 .person_id = db_int(&rows, 1),
                                                 .created_at_ms = db_int(&rows, 2),
                                                 .phone = db_text_copy(&rows, 3, arena),
                                                 .text = db_text_copy(&rows, 4, arena)};
  }
  TRY(rows.status);
  *ret_list = (struct account_message_list){messages, count};
  return OK;
}
