/* An INSERT whose key the engine gives need not be waited for when the key was taken before: some at once, and used soon, so that among processes too
 * keys ascend with time as nearly as if each had been asked for. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "db/postgres.h"

void db_numbers_free(struct db_numbers *numbers) {
  for (int i = 0; i < numbers->count; i++) {
    free(numbers->items[i].text);
    free(numbers->items[i].next_sql);
  }
  (void)pthread_mutex_destroy(&numbers->mutex);
}

static char *heap_copy(struct slice text) {
  char *copy = heap_alloc(text.len + 1);
  memcpy(copy, text.ptr, text.len);
  return copy;
}

/* "INSERT INTO t (a, b) VALUES ($1, $2)" as "INSERT INTO t (id, a, b) VALUES ($3, $1, $2)". */
static result item_make(struct db_numbered *item, const char *sql, size_t argument_count) {
  struct arena arena CLEANUP(arena_free) = {0};
  static const char into[] = "INSERT INTO ";
  static const char values[] = " VALUES (";
  struct slice rest = slice_str(sql);
  struct slice name = slice_from(slice_cut(&rest, '('), sizeof into - 1);
  const char *found = strstr(sql, values);
  if (strncmp(sql, into, sizeof into - 1) != 0 || found == NULL || name.len == 0) {
    FAIL(DB_STATEMENT, "not INSERT INTO table (columns) VALUES (...): %.120s", sql);
  }
  const char *columns = (const char *)rest.ptr;
  item->text = heap_copy(arena_printf(&arena, "INSERT INTO %.*s(id, %.*s%s$%zu, %s", SLICE_ARG(name), (int)(found - columns), columns, values, argument_count + 1,
                                      found + sizeof values - 1));
  name = slice_trim(name);
  item->next_sql = heap_copy(arena_printf(&arena, "SELECT nextval(pg_get_serial_sequence('%.*s', 'id')) FROM generate_series(1, %d)", SLICE_ARG(name), DB_NUMBERS));
  item->sql = sql;
  return OK;
}

/* With the mutex held. */
static result item_find(struct db_numbers *numbers, const char *sql, size_t argument_count, struct db_numbered **ret_item) {
  for (int i = 0; i < numbers->count; i++) {
    if (numbers->items[i].sql == sql) {
      *ret_item = &numbers->items[i];
      return OK;
    }
  }
  if (numbers->count == DB_NUMBERED_MAX) {
    FAIL(DB_STATEMENT, "more than %d statements whose key the engine gives", DB_NUMBERED_MAX);
  }
  TRY(item_make(&numbers->items[numbers->count], sql, argument_count));
  *ret_item = &numbers->items[numbers->count++];
  return OK;
}

static result numbers_ask(struct db_session *session, const char *sql, int64_t ret_numbers[static DB_NUMBERS]) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(&session->tx, sql, DB_NO_ARGS, &rows));
  for (int i = 0; i < DB_NUMBERS; i++) {
    if (!db_rows_next(&rows)) {
      FAIL(DB_STATEMENT, "the engine gives no keys: %.120s", sql);
    }
    ret_numbers[i] = db_int(&rows, 0);
  }
  return OK;
}

/* The lowest first. */
static int64_t number_take(struct db_numbered *item) {
  int64_t number = item->numbers[0];
  memmove(&item->numbers[0], &item->numbers[1], (size_t)--item->count * sizeof item->numbers[0]);
  return number;
}

/* Two that ask at once each bring some, and one's are let go: keys have gaps in any case. */
static result number_next(struct db_session *session, struct db_numbered *item, int64_t *ret_number) {
  struct db_numbers *numbers = &session->cluster->numbers;
  (void)pthread_mutex_lock(&numbers->mutex);
  bool has = item->count > 0 && clock_monotonic_us() - item->taken_at_us < numbers->kept_us;
  *ret_number = has ? number_take(item) : 0;
  (void)pthread_mutex_unlock(&numbers->mutex);
  if (has) {
    return OK;
  }
  int64_t fresh[DB_NUMBERS];
  TRY(numbers_ask(session, item->next_sql, fresh));
  (void)pthread_mutex_lock(&numbers->mutex);
  memcpy(item->numbers, fresh, sizeof fresh);
  item->count = DB_NUMBERS;
  item->taken_at_us = clock_monotonic_us();
  *ret_number = number_take(item);
  (void)pthread_mutex_unlock(&numbers->mutex);
  return OK;
}

result db_numbered_insert(struct db_session *session, const char *sql, struct db_args args, int64_t *ret_id) {
  struct db_numbers *numbers = &session->cluster->numbers;
  struct db_numbered *item = NULL;
  struct db_value values[DB_ARGUMENTS_MAX];
  if (args.count >= DB_ARGUMENTS_MAX) {
    FAIL(DB_STATEMENT, "more than %d parameters: %.120s", DB_ARGUMENTS_MAX - 1, sql);
  }
  (void)pthread_mutex_lock(&numbers->mutex);
  result found = item_find(numbers, sql, args.count, &item);
  (void)pthread_mutex_unlock(&numbers->mutex);
  TRY(found);
  int64_t id = 0;
  TRY(number_next(session, item, &id));
  memcpy(values, args.values, args.count * sizeof *values);
  values[args.count] = db_of_int(id);
  TRY(db_session_defer(session, &(const struct db_call){.sql = item->text, .args = {values, args.count + 1}}));
  *ret_id = id;
  return OK;
}
