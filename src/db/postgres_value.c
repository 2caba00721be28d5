#include <endian.h>
#include <inttypes.h>
#include <stdio.h>

#include "codec/utf8.h"
#include "db/postgres.h"

/* pg_type.dat; these numbers never change. */
enum {
  TYPE_BOOL = 16,
  TYPE_BYTEA = 17,
  TYPE_INT8 = 20,
  TYPE_INT2 = 21,
  TYPE_INT4 = 23,
  TYPE_TEXT = 25,
  TYPE_FLOAT8 = 701,
  TYPE_NUMERIC = 1700,
};

enum { NUMERIC_HEADER_BYTES = 8, NUMERIC_BASE = 10000, NUMERIC_NEGATIVE = 0x4000 };

static uint64_t big_endian_read(const char *bytes, int length) {
  uint64_t number = 0;
  for (int i = 0; i < length; i++) {
    number = number << 8 | (uint8_t)bytes[i];
  }
  return number;
}

static result number_binary(struct db_argument *argument, int64_t number, int length) {
  if ((length == 2 && number != (int16_t)number) || (length == 4 && number != (int32_t)number)) {
    FAIL(DB_CONSTRAINT, "a number too large for its place");
  }
  uint64_t big = htobe64((uint64_t)number << (64 - 8 * length));
  memcpy(argument->number, &big, sizeof big);
  argument->value = argument->number;
  argument->length = length;
  argument->format = 1;
  return OK;
}

static result number_write(struct db_argument *argument, int64_t number, Oid type) {
  switch (type) {
    case TYPE_INT8:
      return number_binary(argument, number, 8);
    case TYPE_INT4:
      return number_binary(argument, number, 4);
    case TYPE_INT2:
      return number_binary(argument, number, 2);
    case TYPE_BYTEA:
      FAIL(DB_CONSTRAINT, "a number where bytes belong");
    default:
      break;
  }
  if (type == TYPE_BOOL) {
    number = number != 0;
  }
  argument->length = snprintf(argument->number, sizeof argument->number, "%" PRId64, number);
  argument->value = argument->number;
  return OK;
}

static result bytes_write(struct db_argument *argument, struct slice bytes) {
  if (bytes.len > INT32_MAX) {
    FAIL(DB_CONSTRAINT, "more than 2 GiB in one value");
  }
  argument->value = bytes.ptr != NULL ? (const char *)bytes.ptr : ""; /* NULL would be the value NULL */
  argument->length = (int)bytes.len;
  argument->format = 1;
  return OK;
}

/* SQLite would keep both, PostgreSQL can keep neither. */
static result text_check(struct slice text) {
  if (slice_find(text, 0, 0) < text.len) {
    FAIL(DB_TEXT_BROKEN, "a text with a NUL in it");
  }
  if (!utf8_is_valid(text)) {
    FAIL(DB_TEXT_BROKEN, "a text that is not UTF-8");
  }
  return OK;
}

result db_argument_write(const struct db_value *value, Oid type, struct db_argument *ret_argument) {
  *ret_argument = (struct db_argument){0};
  switch (value->type) {
    case DB_INT:
      return number_write(ret_argument, value->number, type);
    case DB_TEXT:
      if (type == TYPE_INT8 || type == TYPE_INT4 || type == TYPE_INT2 || type == TYPE_BYTEA || type == TYPE_BOOL) {
        FAIL(DB_CONSTRAINT, "a text where a number or bytes belong");
      }
      TRY(text_check(value->bytes));
      return bytes_write(ret_argument, value->bytes);
    case DB_BYTES:
      if (type != TYPE_BYTEA) {
        FAIL(DB_CONSTRAINT, "bytes where a number or a text belongs");
      }
      return bytes_write(ret_argument, value->bytes);
    case DB_NULL:
      break;
  }
  return OK;
}

/* Digits of base 10000, the first worth 10000^weight; what is behind the point is left out, as SQLite does. */
static int64_t numeric_read(const char *bytes, int length) {
  if (length < NUMERIC_HEADER_BYTES) {
    return 0;
  }
  int count = (int)big_endian_read(bytes, 2);
  int weight = (int16_t)big_endian_read(bytes + 2, 2);
  bool is_negative = big_endian_read(bytes + 4, 2) == NUMERIC_NEGATIVE;
  uint64_t number = 0;
  for (int i = 0; i <= weight; i++) {
    bool is_there = i < count && NUMERIC_HEADER_BYTES + 2 * i + 2 <= length;
    number = number * NUMERIC_BASE + (is_there ? big_endian_read(bytes + NUMERIC_HEADER_BYTES + (ptrdiff_t)2 * i, 2) : 0);
  }
  return (int64_t)(is_negative ? 0 - number : number);
}

static int64_t float_read(const char *bytes) {
  uint64_t bits = big_endian_read(bytes, 8);
  double number = 0;
  memcpy(&number, &bits, sizeof number);
  return (int64_t)number;
}

static int64_t digits_read(const char *text, int length) {
  int64_t number = 0;
  bool is_negative = length > 0 && text[0] == '-';
  for (int i = is_negative; i < length && text[i] >= '0' && text[i] <= '9'; i++) {
    number = number * 10 + (text[i] - '0');
  }
  return is_negative ? -number : number;
}

int64_t db_cell_number(const PGresult *answer, int row, int column) {
  if (PQgetisnull(answer, row, column) != 0) {
    return 0;
  }
  const char *bytes = PQgetvalue(answer, row, column);
  int length = PQgetlength(answer, row, column);
  switch (PQftype(answer, column)) {
    case TYPE_INT8:
      return (int64_t)big_endian_read(bytes, 8);
    case TYPE_INT4:
      return (int32_t)big_endian_read(bytes, 4);
    case TYPE_INT2:
      return (int16_t)big_endian_read(bytes, 2);
    case TYPE_BOOL:
      return bytes[0];
    case TYPE_NUMERIC:
      return numeric_read(bytes, length);
    case TYPE_FLOAT8:
      return float_read(bytes);
    default:
      return digits_read(bytes, length);
  }
}

struct slice db_cell_text(const PGresult *answer, int row, int column, struct arena *arena) {
  if (PQgetisnull(answer, row, column) != 0) {
    return (struct slice){0};
  }
  switch (PQftype(answer, column)) {
    case TYPE_INT8:
    case TYPE_INT4:
    case TYPE_INT2:
    case TYPE_BOOL:
    case TYPE_NUMERIC:
    case TYPE_FLOAT8:
      return arena_printf(arena, "%" PRId64, db_cell_number(answer, row, column));
    default:
      return slice_of(PQgetvalue(answer, row, column), (size_t)PQgetlength(answer, row, column));
  }
}
