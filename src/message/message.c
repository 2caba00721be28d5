/* message/message.c: a message begins, ends, is listed. Sending is runner.c. */
#include "message/limits.h"

#include "codec/utf8.h"
#include "message/store.h"

enum { LOCAL_PART_MAX = 64, EMAIL_MAX = 254, PHONE_DIGITS_MIN = 8, PHONE_DIGITS_MAX = 15 };
static const int64_t code_lifetime_ms = 15LL * 60 * 1000;
static const int64_t notice_lifetime_ms = 7LL * CLOCK_DAY_MS;

/* ---- life ---- */

static const struct {
  const char *name;
  unsigned next; /* set of 1 << state */
} states[MESSAGE_STATE_COUNT] = {
    [MESSAGE_QUEUED] = {"queued", 1U << MESSAGE_SENT | 1U << MESSAGE_STATE_REFUSED | 1U << MESSAGE_EXPIRED | 1U << MESSAGE_WITHDRAWN},
    [MESSAGE_SENT] = {"sent", 1U << MESSAGE_DELIVERED},
    [MESSAGE_DELIVERED] = {"delivered", 0},
    [MESSAGE_STATE_REFUSED] = {"refused", 0},
    [MESSAGE_EXPIRED] = {"expired", 0},
    [MESSAGE_WITHDRAWN] = {"withdrawn", 0},
};

static bool is_state(enum message_state state) { return state >= MESSAGE_QUEUED && state < MESSAGE_STATE_COUNT; }
struct slice message_state_name(enum message_state state) { return is_state(state) ? slice_str(states[state].name) : S(""); }
bool message_move_is_allowed(enum message_state from, enum message_state to) {
  return is_state(from) && is_state(to) && (states[from].next & 1U << to) != 0;
}

/* ---- what may be sent where ---- */

static bool is_phone(struct slice text) {
  size_t start = slice_starts(text, S("+"));
  size_t digits = text.len - start;
  for (size_t i = start; i < text.len; i++) {
    if (text.ptr[i] < '0' || text.ptr[i] > '9') {
      return false;
    }
  }
  return digits >= PHONE_DIGITS_MIN && digits <= PHONE_DIGITS_MAX;
}

/* dot-atom "@" domain of letters, digits, dots and hyphens [RFC5321 4.1.2]: quoted local parts are lawful and nobody has one, and every character that
 * means something in a header or an SMTP line is thereby out. */
static bool is_email(struct slice text) {
  size_t at = slice_find(text, '@', 0);
  if (text.len > EMAIL_MAX || at == 0 || at > LOCAL_PART_MAX || at + 3 >= text.len || slice_find(text, '.', at) >= text.len - 1) {
    return false;
  }
  for (size_t i = 0; i < text.len; i++) {
    uint8_t c = text.ptr[i];
    bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    bool is_atom = is_plain || (i < at && c != 0 && memchr("!#$%&'*+/=?^_`{|}~", c, 18) != NULL);
    bool is_dot = c == '.' && i > 0 && text.ptr[i - 1] != '.' && text.ptr[i - 1] != '@' && i + 1 != at && i + 1 < text.len;
    if (i != at && !is_atom && !is_dot) {
      return false;
    }
  }
  return true;
}

bool message_is_address(enum message_channel channel, struct slice address) {
  return channel == MESSAGE_SMS ? is_phone(address) : channel == MESSAGE_EMAIL && is_email(address);
}

static bool is_written(struct slice text, size_t characters_max) {
  return utf8_is_text(text) && slice_find(text, '\r', 0) == text.len && slice_find(text, '\t', 0) == text.len &&
         utf8_count(text) <= characters_max;
}

static result check(const struct message *message) {
  if (!message_is_address(message->channel, message->address)) {
    FAIL(MESSAGE_ADDRESS, "channel %d", (int)message->channel);
  }
  bool is_subject = utf8_is_line(message->subject) && utf8_is_line(message->subject_en) &&
                    utf8_count(message->subject) + utf8_count(message->subject_en) <= MESSAGE_SUBJECT_CHARACTERS_MAX;
  if (slice_empty(slice_trim(message->text)) || !is_subject || !is_written(message->text, MESSAGE_TEXT_CHARACTERS_MAX) ||
      !is_written(message->text_en, MESSAGE_TEXT_CHARACTERS_MAX)) {
    FAIL(MESSAGE_TEXT, "of purpose %.*s", SLICE_ARG(message->purpose));
  }
  if ((message->kind == MESSAGE_CODE) != (message->code_id != 0) || slice_empty(message->purpose)) {
    FAIL(MESSAGE_TEXT, "a code says which it is and what for");
  }
  return OK;
}

/* ---- begin ---- */

/* An SMS costs by the part and is read on a small screen: one language. Mail has room for both. */
static struct slice body_of(const struct message *message, struct arena *arena) {
  if (slice_empty(message->text_en)) {
    return message->text;
  }
  if (message->channel == MESSAGE_SMS) {
    return message->english ? message->text_en : message->text;
  }
  struct slice first = message->english ? message->text_en : message->text;
  struct slice second = message->english ? message->text : message->text_en;
  return arena_printf(arena, "%.*s\n\n%.*s", SLICE_ARG(first), SLICE_ARG(second));
}

static struct slice subject_of(const struct message *message, struct arena *arena) {
  if (slice_empty(message->subject_en) || slice_empty(message->subject)) {
    return slice_empty(message->subject) ? message->subject_en : message->subject;
  }
  return arena_printf(arena, "%.*s / %.*s", SLICE_ARG(message->subject), SLICE_ARG(message->subject_en));
}

/* Of one person and purpose only the newest code lives. */
static result end_codes(struct db_tx *tx, int64_t person_id, struct slice purpose, int64_t but_code_id) {
  return db_run(tx,
                "UPDATE message SET body = '', state = CASE WHEN state = 1 THEN 6 ELSE state END"
                " WHERE person_id = $1 AND kind = 1 AND purpose = $2 AND code_id <> $3 AND (body <> '' OR state = 1)",
                DB_ARGS(db_of_int(person_id), db_of_text(purpose), db_of_int(but_code_id)), NULL);
}

static result is_waiting_already(struct db_tx *tx, const struct message *message, struct slice body, bool *ret_waits) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT 1 FROM message WHERE person_id = $1 AND kind = $2 AND channel = $3 AND address = $4 AND body = $5 AND code_id = $6"
               " AND state = 1",
               DB_ARGS(db_of_int(message->person_id), db_of_int(message->kind), db_of_int(message->channel), db_of_text(message->address),
                       db_of_text(body), db_of_int(message->code_id)),
               &rows));
  *ret_waits = db_rows_next(&rows);
  return rows.status;
}

result message_send(struct env *env, struct db_tx *tx, const struct message *message) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  TRY(check(message));
  struct slice body = body_of(message, &arena);
  bool waits = false;
  TRY(is_waiting_already(tx, message, body, &waits));
  if (waits) {
    return OK;
  }
  bool is_code = message->kind == MESSAGE_CODE;
  if (is_code) {
    TRY(message_count(env, tx, message));
    TRY(message->person_id == 0 ? OK : end_codes(tx, message->person_id, message->purpose, message->code_id)); /* strangers' codes are not one's own */
  }
  int64_t now_ms = clock_now_ms(env->clock);
  int64_t expires = message->expires_at_ms ? message->expires_at_ms : now_ms + (is_code ? code_lifetime_ms : notice_lifetime_ms);
  return db_run(tx,
                "INSERT INTO message (person_id, message_id, kind, channel, state, address, purpose, code_id, subject, body, attempts, created_at,"
                " expires_at, next_attempt_at, last_error) VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9, 0, $10, $11, $10, '')",
                DB_ARGS(db_of_int(message->person_id), db_of_int(env_id_new(env)), db_of_int(message->kind), db_of_int(message->channel),
                        db_of_text(message->address), db_of_text(message->purpose), db_of_int(message->code_id),
                        db_of_text(subject_of(message, &arena)), db_of_text(body), db_of_int(now_ms), db_of_int(expires)),
                NULL);
}

result message_code_end(struct env *env, struct db_tx *tx, int64_t person_id, struct slice purpose) {
  (void)env;
  return end_codes(tx, person_id, purpose, 0);
}

result message_receipt(struct env *env, struct db_tx *tx, struct slice reference) {
  (void)env;
  if (slice_empty(reference)) {
    return OK;
  }
  return db_run(tx, "UPDATE message SET state = 3 WHERE reference = $1 AND state = 2", DB_ARGS(db_of_text(reference)), NULL);
}

/* ---- what lies there ---- */

void message_item_read(const struct db_rows *rows, struct arena *arena, struct message_item *ret_item) {
  *ret_item = (struct message_item){
      .person_id = db_int(rows, 0),
      .message_id = db_int(rows, 1),
      .kind = (enum message_kind)db_int(rows, 2),
      .channel = (enum message_channel)db_int(rows, 3),
      .state = (enum message_state)db_int(rows, 4),
      .address = db_text_copy(rows, 5, arena),
      .purpose = db_text_copy(rows, 6, arena),
      .subject = db_text_copy(rows, 7, arena),
      .text = db_text_copy(rows, 8, arena),
      .attempts = (int32_t)db_int(rows, 9),
      .created_at_ms = db_int(rows, 10),
      .expires_at_ms = db_int(rows, 11),
      .sent_at_ms = db_int(rows, 12),
      .last_error = db_text_copy(rows, 13, arena),
  };
}

result message_list(struct db_tx *tx, int64_t person_id, int limit, struct arena *arena, struct message_list *ret_list) {
  size_t room = limit > 0 ? (size_t)limit : 0;
  struct message_item *items = ARENA_ARRAY(arena, struct message_item, room + 1);
  size_t count = 0;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               person_id ? "SELECT " MESSAGE_COLUMNS " FROM message WHERE person_id = $2 ORDER BY message_id DESC LIMIT $1"
                         : "SELECT " MESSAGE_COLUMNS " FROM message ORDER BY message_id DESC LIMIT $1",
               person_id ? DB_ARGS(db_of_int((int64_t)room), db_of_int(person_id)) : DB_ARGS(db_of_int((int64_t)room)), &rows));
  while (count < room && db_rows_next(&rows)) {
    message_item_read(&rows, arena, &items[count++]);
  }
  TRY(rows.status);
  *ret_list = (struct message_list){items, count};
  return OK;
}

/* ---- housekeeping ---- */

static const int64_t kept_ms = 366LL * CLOCK_DAY_MS;

static result write_sweep(struct db_tx *tx, void *arg) {
  struct env *env = arg;
  int64_t now_ms = clock_now_ms(env->clock);
  TRY(db_run(tx,
             "UPDATE message SET state = CASE WHEN state = 1 THEN 5 ELSE state END, body = CASE WHEN kind = 1 THEN '' ELSE body END"
             " WHERE (person_id, message_id) IN (SELECT person_id, message_id FROM message"
             "   WHERE expires_at <= $1 AND body <> '' AND (state = 1 OR kind = 1) LIMIT 1000)",
             DB_ARGS(db_of_int(now_ms)), NULL));
  TRY(db_run(tx, "DELETE FROM message WHERE (person_id, message_id) IN (SELECT person_id, message_id FROM message WHERE message_id <= $1"
                 " ORDER BY message_id LIMIT 1000)",
             DB_ARGS(db_of_int(env_id_at(now_ms - kept_ms))), NULL));
  return db_run(tx, "DELETE FROM message_rate WHERE limited IN (SELECT limited FROM message_rate WHERE free_at <= $1 LIMIT 1000)",
                DB_ARGS(db_of_int(now_ms)), NULL);
}

result message_sweep(struct env *env) { return db_write(env->db, write_sweep, env); }

result message_backlog(struct db_tx *tx, int64_t *ret_waiting) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, "SELECT COUNT(*) FROM message WHERE state = 1", DB_NO_ARGS, &rows));
  *ret_waiting = db_int(&rows, 0);
  return OK;
}
