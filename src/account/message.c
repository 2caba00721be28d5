/* What an account is told, and where. */
#include "account/life.h"

struct contact {
  struct slice phone;
  struct slice email;
};

static result load_contact(struct db_tx *tx, int64_t person_id, struct arena *arena, struct contact *ret_contact) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  struct contact contact = {0};
  TRY(db_query(tx, "SELECT phone, email FROM account WHERE person_id = $1", DB_ARGS(db_of_int(person_id)), &rows));
  if (db_rows_next(&rows)) {
    contact = (struct contact){db_text_copy(&rows, 0, arena), db_text_copy(&rows, 1, arena)};
  }
  TRY(rows.status);
  *ret_contact = contact;
  return OK;
}

result account_code_message_send(struct env *env, struct db_tx *tx, const struct message *code) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct contact contact = {0};
  TRY(load_contact(tx, code->person_id, &arena, &contact));
  struct message message = *code;
  message.kind = MESSAGE_CODE;
  message.channel = MESSAGE_SMS;
  message.address = contact.phone;
  return message_send(env, tx, &message);
}

result account_notify(struct env *env, struct db_tx *tx, const struct account_notice *notice) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct contact contact = {0};
  TRY(load_contact(tx, notice->person_id, &arena, &contact));
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
