/* What an account is told, and where. */
#include "account/life.h"

result account_address_load(struct db_tx *tx, int64_t person_id, struct arena *arena, struct account_address *ret_address) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  struct account_address address = {0};
  TRY(db_query(tx,
               "SELECT a.phone, a.email, p.since FROM account a LEFT JOIN account_phone p ON p.person_id = a.person_id AND p.phone = a.phone"
               " WHERE a.person_id = $1",
               DB_ARGS(db_of_int(person_id)), &rows));
  if (db_rows_next(&rows)) {
    address = (struct account_address){db_text_copy(&rows, 0, arena), db_text_copy(&rows, 1, arena), db_int(&rows, 2)};
  }
  TRY(rows.status);
  *ret_address = address;
  return OK;
}

result account_code_message_send(struct env *env, struct db_tx *tx, const struct message *code) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct account_address contact = {0};
  TRY(account_address_load(tx, code->person_id, &arena, &contact));
  struct message message = *code;
  message.kind = MESSAGE_CODE;
  message.channel = MESSAGE_SMS;
  message.address = contact.phone;
  return message_send(env, tx, &message);
}

result account_notify(struct env *env, struct db_tx *tx, const struct account_notice *notice) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct account_address contact = {0};
  TRY(account_address_load(tx, notice->person_id, &arena, &contact));
  struct message message = {.person_id = notice->person_id,
                            .kind = MESSAGE_NOTICE,
                            .channel = MESSAGE_SMS,
                            .address = contact.phone,
                            .purpose = notice->purpose,
                            .subject = slice_empty(notice->subject) ? S("Thông báo về tài khoản định danh điện tử") : notice->subject,
                            .subject_en = slice_empty(notice->subject) ? S("About your e-ID account") : notice->subject_en,
                            .text = notice->text,
                            .text_en = notice->text_en};
  /* whom nothing reaches is told at the next sign-in, by the history */
  if (message_is_address(MESSAGE_SMS, contact.phone)) {
    TRY(message_send(env, tx, &message));
  }
  message.channel = MESSAGE_EMAIL;
  message.address = contact.email;
  return message_is_address(MESSAGE_EMAIL, contact.email) ? message_send(env, tx, &message) : OK;
}

result account_notice_send(struct env *env, struct db_tx *tx, int64_t person_id, struct slice text) {
  return account_notify(env, tx, &(const struct account_notice){.person_id = person_id, .purpose = S("account"), .text = text});
}
