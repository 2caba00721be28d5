/* The rows: added, found by the person, answered, polled by the client. */
#include "ledger/ledger.h"
#include "oidc/grant.h"
#include "oidc/parameters.h"
#include "oidc/waiting/waiting.h"

/* [RFC8628 6.1] consonants alone: no words, and no letters taken for digits */
static const char alphabet[] = "BCDFGHJKLMNPQRSTVWXZ";
enum { LETTERS = sizeof alphabet - 1, FAIR_BYTES = 256 / LETTERS * LETTERS, TYPED_BYTES_MAX = 32, LISTED_MAX = 20 };

struct slice oidc_user_code_make(struct env *env, struct arena *arena) {
  struct buf code;
  buf_init(&code, arena, OIDC_USER_CODE_LETTERS + 1);
  for (int i = 0; i < OIDC_USER_CODE_LETTERS;) {
    uint8_t byte = 0;
    random_fill(env->random, &byte, sizeof byte);
    if (byte < FAIR_BYTES) {
      buf_append_str(&code, i == OIDC_USER_CODE_LETTERS / 2 ? "-" : "");
      buf_append_byte(&code, (uint8_t)alphabet[byte % LETTERS]);
      i++;
    }
  }
  return buf_slice(&code);
}

bool oidc_user_code_tidy(struct slice typed, struct arena *arena, struct slice *ret_letters) {
  struct buf letters;
  buf_init(&letters, arena, OIDC_USER_CODE_LETTERS);
  for (size_t i = 0; i < typed.len && typed.len <= TYPED_BYTES_MAX; i++) {
    uint8_t letter = typed.ptr[i] >= 'a' && typed.ptr[i] <= 'z' ? (uint8_t)(typed.ptr[i] - 'a' + 'A') : typed.ptr[i];
    if (letter != '\0' && strchr(alphabet, letter) != NULL) {
      buf_append_byte(&letters, letter);
    } else if (letter >= 'A' && letter <= 'Z') {
      return false;
    }
  }
  *ret_letters = buf_slice(&letters);
  return letters.len == OIDC_USER_CODE_LETTERS;
}

struct slice oidc_user_code_hash(struct slice letters, struct arena *arena) { return oidc_stored_form("danh-oidc-user-code", letters, arena); }

static struct slice secret_hash(enum oidc_waiting_kind kind, struct slice secret, struct arena *arena) {
  return oidc_stored_form(kind == OIDC_WAITING_DEVICE ? "danh-oidc-device-code" : "danh-oidc-auth-req-id", secret, arena);
}

result oidc_waiting_add(struct env *env, struct db_tx *tx, const struct oidc_waiting_new *order, int64_t *ret_id) {
  struct arena *arena = order->asking->arena;
  int64_t now = clock_now_ms(env->clock);
  int64_t waiting_id = env_id_new(env);
  struct db_value user_code = order->user_code.len == 0 ? db_of_null() : db_of_bytes(oidc_user_code_hash(order->user_code, arena));
  TRY(db_run(tx,
             "INSERT INTO oidc_waiting (waiting_hash, waiting_id, kind, state, client_id, user_code_hash, person_id, parameters, message,"
             " ping_token, ping_id, interval_s, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
             DB_ARGS(db_of_bytes(secret_hash(order->kind, order->secret, arena)), db_of_int(waiting_id), db_of_int(order->kind),
                     db_of_int(OIDC_WAITING_PENDING), db_of_text(order->asking->client->client_id), user_code, db_of_int_or_null(order->person_id),
                     db_of_text(oidc_parameters_write(&order->asking->parameters, arena)), db_of_text_or_null(order->message),
                     db_of_text_or_null(order->ping_token), db_of_text_or_null(order->ping_token.len > 0 ? order->secret : S("")),
                     db_of_int(OIDC_WAITING_INTERVAL_S), db_of_int(now),
                     db_of_int(now + order->lifetime_s * 1000)),
             NULL));
  *ret_id = waiting_id;
  return OK;
}

/* Columns in the order of every SELECT below. */
#define COLUMNS                                                                                                                \
  "waiting_hash, waiting_id, kind, state, client_id, person_id, grant_id, parameters, message, ping_token, ping_id, interval_s," \
  " polled_at, created_at, expires_at"

static void read_row(const struct db_rows *rows, struct arena *arena, struct oidc_waiting *ret_waiting) {
  *ret_waiting = (struct oidc_waiting){.hash = db_bytes_copy(rows, 0, arena),
                                       .waiting_id = db_int(rows, 1),
                                       .kind = (enum oidc_waiting_kind)db_int(rows, 2),
                                       .state = (enum oidc_waiting_state)db_int(rows, 3),
                                       .client_id = db_text_copy(rows, 4, arena),
                                       .person_id = db_int(rows, 5),
                                       .grant_id = db_int(rows, 6),
                                       .parameters = db_text_copy(rows, 7, arena),
                                       .message = db_text_copy(rows, 8, arena),
                                       .ping_token = db_text_copy(rows, 9, arena),
                                       .ping_id = db_text_copy(rows, 10, arena),
                                       .interval_s = db_int(rows, 11),
                                       .polled_at_ms = db_int(rows, 12),
                                       .created_at_ms = db_int(rows, 13),
                                       .expires_at_ms = db_int(rows, 14)};
}

result oidc_waiting_find(struct env *env, struct db_tx *tx, struct arena *arena, const struct oidc_waiting_key *key, struct oidc_waiting *ret_waiting) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  struct oidc_waiting waiting;
  struct slice letters = {0};
  if (key->user_code.len > 0 && !oidc_user_code_tidy(key->user_code, arena, &letters)) {
    FAIL(OIDC_WAITING_UNKNOWN, "not a user code");
  }
  TRY(letters.len > 0
          ? db_query(tx, "SELECT " COLUMNS " FROM oidc_waiting WHERE user_code_hash = $1", DB_ARGS(db_of_bytes(oidc_user_code_hash(letters, arena))), &rows)
          : db_query(tx, "SELECT " COLUMNS " FROM oidc_waiting WHERE person_id = $1 AND waiting_id = $2 AND kind = 2",
                     DB_ARGS(db_of_int(key->session->person_id), db_of_int(key->waiting_id)), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(OIDC_WAITING_UNKNOWN, "nothing waits there");
  }
  read_row(&rows, arena, &waiting);
  if (waiting.state != OIDC_WAITING_PENDING || clock_now_ms(env->clock) >= waiting.expires_at_ms) {
    FAIL(OIDC_WAITING_UNKNOWN, "answered, or over");
  }
  *ret_waiting = waiting;
  return OK;
}

static result record(struct env *env, struct db_tx *tx, const struct oidc_waiting *waiting, int64_t person_id, bool is_approved) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct buf detail;
  struct jout out;
  buf_init(&detail, &arena, 256);
  jout_init(&out, &detail);
  jout_object(&out);
  jout_put_text(&out, "client_id", waiting->client_id);
  jout_put_str(&out, "way", waiting->kind == OIDC_WAITING_DEVICE ? "device" : "ciba");
  jout_put_text_or_null(&out, "message", waiting->message);
  jout_object_end(&out);
  const struct ledger_entry entry = {.kind = is_approved ? "oidc.request_approved" : "oidc.request_refused",
                                     .actor_person_id = person_id,
                                     .subjects = &person_id,
                                     .subject_count = 1,
                                     .detail = buf_slice(&detail)};
  return ledger_append(env, tx, &entry);
}

result oidc_waiting_answer(struct env *env, struct db_tx *tx, const struct oidc_waiting *waiting, int64_t person_id, int64_t grant_id) {
  int64_t changed = 0;
  TRY(db_run(tx,
             "UPDATE oidc_waiting SET state = $2, person_id = $3, grant_id = $4, ping_token = NULL, ping_id = NULL WHERE waiting_hash = $1 AND state = $5 AND expires_at > $6",
             DB_ARGS(db_of_bytes(waiting->hash), db_of_int(grant_id != 0 ? OIDC_WAITING_APPROVED : OIDC_WAITING_REFUSED), db_of_int(person_id),
                     db_of_int_or_null(grant_id), db_of_int(OIDC_WAITING_PENDING), db_of_int(clock_now_ms(env->clock))),
             &changed));
  if (changed == 0) {
    FAIL(OIDC_WAITING_UNKNOWN, "answered or over meanwhile");
  }
  return record(env, tx, waiting, person_id, grant_id != 0);
}

/* ---- the client's side ---- */

/* [RFC8628 3.5], [CIBA 11]: what an asking client is told. The wait of one who asks too soon grows. */
static result pend(struct env *env, struct db_tx *tx, const struct oidc_waiting *waiting, uint16_t *ret_why) {
  int64_t now = clock_now_ms(env->clock);
  bool is_soon = waiting->polled_at_ms != 0 && now < waiting->polled_at_ms + waiting->interval_s * 1000;
  *ret_why = is_soon ? OIDC_SLOW_DOWN : OIDC_PENDING;
  return db_run(tx, "UPDATE oidc_waiting SET polled_at = $2, interval_s = interval_s + $3 WHERE waiting_hash = $1",
                DB_ARGS(db_of_bytes(waiting->hash), db_of_int(now), db_of_int(is_soon ? OIDC_WAITING_SLOWER_S : 0)), NULL);
}

result oidc_waiting_take(struct env *env, struct db_tx *tx, struct arena *arena, const struct oidc_waiting_poll *poll,
                         struct oidc_waiting_taken *ret_taken) {
  struct oidc_waiting waiting = {0};
  {
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    TRY(db_query(tx, "SELECT " COLUMNS " FROM oidc_waiting WHERE waiting_hash = $1", DB_ARGS(db_of_bytes(secret_hash(poll->kind, poll->secret, arena))), &rows));
    if (!db_rows_next(&rows)) {
      TRY(rows.status);
      FAIL(OIDC_CODE_UNKNOWN, "no such device_code or auth_req_id");
    }
    read_row(&rows, arena, &waiting);
  }
  if (!slice_eq(waiting.client_id, poll->client_id) || waiting.kind != poll->kind || waiting.state == OIDC_WAITING_TAKEN) {
    FAIL(OIDC_CODE_UNKNOWN, "another client's, or its tokens were taken");
  }
  if (clock_now_ms(env->clock) >= waiting.expires_at_ms) {
    FAIL(OIDC_WAITING_EXPIRED, "over");
  }
  if (waiting.state == OIDC_WAITING_REFUSED) {
    FAIL(OIDC_ACCESS_DENIED, "the person refused");
  }
  if (waiting.state == OIDC_WAITING_PENDING) {
    return pend(env, tx, &waiting, &ret_taken->why);
  }
  TRY(oidc_grant_load(tx, arena, waiting.person_id, waiting.grant_id, &ret_taken->grant));
  ret_taken->why = 0;
  return db_run(tx, "UPDATE oidc_waiting SET state = $2 WHERE waiting_hash = $1", DB_ARGS(db_of_bytes(waiting.hash), db_of_int(OIDC_WAITING_TAKEN)), NULL);
}

result oidc_waiting_list(struct env *env, struct db_tx *tx, struct arena *arena, int64_t person_id, struct oidc_waiting_list *ret_list) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  struct oidc_waiting_row *items = ARENA_ARRAY(arena, struct oidc_waiting_row, LISTED_MAX);
  size_t count = 0;
  TRY(db_query(tx,
               "SELECT waiting_id, client_id, message, created_at, expires_at FROM oidc_waiting"
               " WHERE person_id = $1 AND kind = 2 AND state = $2 AND expires_at > $3 ORDER BY waiting_id DESC LIMIT 20",
               DB_ARGS(db_of_int(person_id), db_of_int(OIDC_WAITING_PENDING), db_of_int(clock_now_ms(env->clock))), &rows));
  while (count < LISTED_MAX && db_rows_next(&rows)) {
    items[count++] = (struct oidc_waiting_row){.waiting_id = db_int(&rows, 0),
                                               .client_id = db_text_copy(&rows, 1, arena),
                                               .message = db_text_copy(&rows, 2, arena),
                                               .created_at_ms = db_int(&rows, 3),
                                               .expires_at_ms = db_int(&rows, 4)};
  }
  TRY(rows.status);
  *ret_list = (struct oidc_waiting_list){items, count};
  return OK;
}
