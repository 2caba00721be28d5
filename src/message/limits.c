/* How many codes may go out. One row a limited thing holds one instant, from which the next one is free again (GCRA): a burst of the whole number,
 * then one each window / number. */
#include "message/limits.h"

static const struct message_limits defaults = {
    .address_codes_max = 10,
    .person_codes_max = 10,
    .network_codes_max = 60,
    .codes_max = 60000,
    .window_ms = 3600LL * 1000,
};

static const struct env_limit members[] = {ENV_LIMIT(message_limits, address_codes_max),
                                           ENV_LIMIT(message_limits, person_codes_max),
                                           ENV_LIMIT(message_limits, network_codes_max),
                                           ENV_LIMIT(message_limits, codes_max), ENV_LIMIT(message_limits, window_ms)};

result message_limits_load(struct db_tx *tx, struct message_limits *ret_limits) {
  struct message_limits limits = defaults;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT name, value FROM message_limit", DB_NO_ARGS, &rows));
  TRY(env_limits_read(ENV_LIMITS(members), &rows, &limits));
  *ret_limits = limits;
  return OK;
}

result message_limit_set(struct env *env, struct db_tx *tx, struct slice name, int64_t value) {
  if (!env_limits_allow(ENV_LIMITS(members), name, value)) {
    FAIL(MESSAGE_LIMIT, "no such limit, or %lld", (long long)value);
  }
  TRY(db_run(
      tx,
      "INSERT INTO message_limit (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      DB_ARGS(db_of_text(name), db_of_int(value)), NULL));
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct ledger_entry entry = {
      .kind = "message.limit_set",
      .detail = arena_printf(&arena, "{\"limit\":\"%.*s\",\"value\":%lld}", SLICE_ARG(name), (long long)value)};
  return ledger_append(env, tx, &entry);
}

/* ---- what one code counts against ---- */

struct limited {
  uint8_t hash[DIGEST_BYTES];
  int64_t max;
};
enum { LIMITED_MAX = 4 };

static void add_limited(struct limited *list, size_t *count, const char *what, struct slice value, int64_t max) {
  struct digest_stream stream CLEANUP(digest_free) = {0};
  digest_begin(&stream);
  digest_add(&stream, slice_str(what));
  digest_add_byte(&stream, 0);
  digest_add(&stream, value);
  digest_end(&stream, list[*count].hash);
  list[(*count)++].max = max;
}

static size_t list_limited(const struct message *message, const struct message_limits *limits, struct limited *list) {
  size_t count = 0;
  add_limited(list, &count, "address", message->address, limits->address_codes_max);
  add_limited(list, &count, "all", S(""), limits->codes_max);
  if (message->person_id != 0) {
    add_limited(list, &count, "person", slice_of(&message->person_id, sizeof message->person_id), limits->person_codes_max);
  }
  if (!slice_empty(message->network)) {
    add_limited(list, &count, "network", message->network, limits->network_codes_max);
  }
  return count;
}

static result load_free_at(struct db_tx *tx, const struct limited *limited, int64_t *ret_free_at) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT free_at FROM message_rate WHERE limited = $1", DB_ARGS(db_of_bytes(slice_of(limited->hash, DIGEST_BYTES))), &rows));
  *ret_free_at = db_rows_next(&rows) ? db_int(&rows, 0) : 0;
  return rows.status;
}

/* Milliseconds until one more is let through; 0: now. */
static int64_t wait_of(const struct limited *limited, int64_t window_ms, int64_t free_at, int64_t now_ms) {
  int64_t step = window_ms / limited->max > 0 ? window_ms / limited->max : 1;
  int64_t wait = free_at - now_ms - (window_ms - step);
  return wait > 0 ? wait : 0;
}

result message_wait(struct env *env, struct db_tx *tx, const struct message *message, int64_t *ret_wait_s) {
  struct message_limits limits = {0};
  struct limited list[LIMITED_MAX];
  TRY(message_limits_load(tx, &limits));
  size_t count = list_limited(message, &limits, list);
  int64_t longest = 0;
  for (size_t i = 0; i < count; i++) {
    int64_t free_at = 0;
    TRY(load_free_at(tx, &list[i], &free_at));
    int64_t wait = wait_of(&list[i], limits.window_ms, free_at, clock_now_ms(env->clock));
    longest = wait > longest ? wait : longest;
  }
  *ret_wait_s = (longest + 999) / 1000;
  return OK;
}

result message_count(struct env *env, struct db_tx *tx, const struct message *message) {
  struct message_limits limits = {0};
  struct limited list[LIMITED_MAX];
  int64_t free_at[LIMITED_MAX] = {0};
  int64_t now_ms = clock_now_ms(env->clock);
  TRY(message_limits_load(tx, &limits));
  size_t count = list_limited(message, &limits, list);
  for (size_t i = 0; i < count; i++) {
    TRY(load_free_at(tx, &list[i], &free_at[i]));
    if (wait_of(&list[i], limits.window_ms, free_at[i], now_ms) > 0) {
      FAIL(MESSAGE_TOO_MANY, "limit %zu of %lld codes is used up", i, (long long)list[i].max);
    }
  }
  for (size_t i = 0; i < count; i++) {
    int64_t step = limits.window_ms / list[i].max > 0 ? limits.window_ms / list[i].max : 1;
    int64_t next = (free_at[i] > now_ms ? free_at[i] : now_ms) + step;
    TRY(db_run(tx, "INSERT INTO message_rate (limited, free_at) VALUES ($1, $2) ON CONFLICT (limited) DO UPDATE SET free_at = excluded.free_at",
               DB_ARGS(db_of_bytes(slice_of(list[i].hash, DIGEST_BYTES)), db_of_int(next)), NULL));
  }
  return OK;
}
