#include "codec/cin.h"

#include "codec/utf8.h"

enum { MAJOR_UNSIGNED, MAJOR_NEGATIVE, MAJOR_BYTES, MAJOR_TEXT, MAJOR_LIST, MAJOR_MAP, MAJOR_TAG, MAJOR_SIMPLE };
enum { SIMPLE_FALSE = 20, SIMPLE_TRUE = 21, SIMPLE_NULL = 22 };

struct reader {
  struct arena *arena;
  struct slice rest;
  size_t values; /* read until now: bounds the tree, whatever counts the heads claim */
};

/* The first byte's low five bits, or the 1, 2, 4 or 8 bytes behind it; the shortest form alone. */
static result read_head(struct slice *rest, uint8_t *ret_major, uint64_t *ret_argument) {
  if (slice_empty(*rest)) {
    FAIL(CODEC_CBOR_SYNTAX, "cut short");
  }
  uint8_t low = rest->ptr[0] & 0x1F;
  if (low > 27) { /* [FIDO CTAP 2.1 8 MUST] definite lengths alone; 28 to 30 are reserved [RFC8949 3] */
    FAIL(CODEC_CBOR_SYNTAX, "indefinite or reserved length");
  }
  size_t extra = low < 24 ? 0 : (size_t)1 << (low - 24);
  if (rest->len < 1 + extra) {
    FAIL(CODEC_CBOR_SYNTAX, "head cut short");
  }
  uint64_t argument = low < 24 ? low : 0;
  for (size_t i = 0; i < extra; i++) {
    argument = argument << 8 | rest->ptr[1 + i];
  }
  uint64_t shortest = extra == 0 ? 0 : extra == 1 ? 24 : (uint64_t)1 << (4 * extra);
  if (argument < shortest) { /* [FIDO CTAP 2.1 8 MUST] */
    FAIL(CODEC_CBOR_SYNTAX, "not the shortest form");
  }
  *ret_major = rest->ptr[0] >> 5;
  *ret_argument = argument;
  *rest = slice_from(*rest, 1 + extra);
  return OK;
}

static result read_value(struct reader *reader, int depth, struct cin *ret_value);

static result read_string(struct reader *reader, uint64_t length, struct cin *value) {
  if (length > reader->rest.len) {
    FAIL(CODEC_CBOR_SYNTAX, "text or bytes cut short");
  }
  value->bytes = slice_sub(reader->rest, 0, (size_t)length);
  reader->rest = slice_from(reader->rest, (size_t)length);
  if (value->type == CIN_TEXT && !utf8_is_valid(value->bytes)) { /* [RFC8949 3.1] */
    FAIL(CODEC_CBOR_SYNTAX, "text is not UTF-8");
  }
  return OK;
}

/* By type, then length, then bytes [FIDO CTAP 2.1 8 MUST]. */
static bool stands_before(const struct cin *a, const struct cin *b) {
  uint8_t major_a = a->whole.ptr[0] >> 5;
  uint8_t major_b = b->whole.ptr[0] >> 5;
  if (major_a != major_b) {
    return major_a < major_b;
  }
  if (a->whole.len != b->whole.len) {
    return a->whole.len < b->whole.len;
  }
  return slice_cmp(a->whole, b->whole) < 0;
}

/* Lists and maps; a map's items are name and value in turn. */
static result read_items(struct reader *reader, uint64_t count, int depth, struct cin *value) {
  size_t each = value->type == CIN_MAP ? 2 : 1;
  if (depth >= CIN_DEPTH_MAX) { /* [FIDO CTAP 2.1 8] */
    FAIL(CODEC_CBOR_SYNTAX, "nested too deeply");
  }
  if (count > (CIN_VALUES_MAX - reader->values) / each) {
    FAIL(CODEC_CBOR_SYNTAX, "too many values");
  }
  struct cin *items = ARENA_ARRAY(reader->arena, struct cin, (size_t)count * each + 1);
  for (size_t i = 0; i < count * each; i++) {
    TRY(read_value(reader, depth + 1, &items[i]));
    bool is_name = each == 2 && i % 2 == 0;
    if (is_name && items[i].type != CIN_INT && items[i].type != CIN_TEXT) {
      FAIL(CODEC_CBOR_SYNTAX, "a name that is no number and no text");
    }
    if (is_name && i > 0 && !stands_before(&items[i - 2], &items[i])) {
      FAIL(CODEC_CBOR_SYNTAX, "names out of order, or one twice");
    }
  }
  value->items = items;
  value->count = (size_t)count;
  return OK;
}

static result read_simple(uint64_t argument, size_t head_bytes, struct cin *value) {
  if (head_bytes != 1 || argument < SIMPLE_FALSE || argument > SIMPLE_NULL) {
    FAIL(CODEC_CBOR_SYNTAX, "floating point, or a simple value without a meaning");
  }
  value->type = argument == SIMPLE_NULL ? CIN_NULL : CIN_BOOL;
  value->boolean = argument == SIMPLE_TRUE;
  return OK;
}

static result read_value(struct reader *reader, int depth, struct cin *ret_value) {
  struct slice from = reader->rest;
  uint8_t major = 0;
  uint64_t argument = 0;
  if (++reader->values > CIN_VALUES_MAX) {
    FAIL(CODEC_CBOR_SYNTAX, "too many values");
  }
  TRY(read_head(&reader->rest, &major, &argument));
  struct cin value = {0};
  switch (major) {
    case MAJOR_UNSIGNED:
    case MAJOR_NEGATIVE:
      if (argument > INT64_MAX) {
        FAIL(CODEC_CBOR_SYNTAX, "number out of range");
      }
      value.type = CIN_INT;
      value.number = major == MAJOR_UNSIGNED ? (int64_t)argument : -1 - (int64_t)argument;
      break;
    case MAJOR_BYTES:
    case MAJOR_TEXT:
      value.type = major == MAJOR_BYTES ? CIN_BYTES : CIN_TEXT;
      TRY(read_string(reader, argument, &value));
      break;
    case MAJOR_LIST:
    case MAJOR_MAP:
      value.type = major == MAJOR_LIST ? CIN_LIST : CIN_MAP;
      TRY(read_items(reader, argument, depth, &value));
      break;
    case MAJOR_SIMPLE:
      TRY(read_simple(argument, from.len - reader->rest.len, &value));
      break;
    default: /* [FIDO CTAP 2.1 8 MUST NOT] */
      FAIL(CODEC_CBOR_SYNTAX, "a tag");
  }
  value.whole = slice_sub(from, 0, from.len - reader->rest.len);
  *ret_value = value;
  return OK;
}

result cin_next(struct arena *arena, struct slice *rest, const struct cin **ret_value) {
  struct reader reader = {.arena = arena, .rest = *rest};
  struct cin *value = ARENA_NEW(arena, struct cin);
  TRY(read_value(&reader, 0, value));
  *rest = reader.rest;
  *ret_value = value;
  return OK;
}

result cin_parse(struct arena *arena, struct slice bytes, const struct cin **ret_value) {
  const struct cin *value = NULL;
  TRY(cin_next(arena, &bytes, &value));
  if (bytes.len > 0) {
    FAIL(CODEC_CBOR_SYNTAX, "%zu bytes after the end", bytes.len);
  }
  *ret_value = value;
  return OK;
}

const struct cin *cin_find(const struct cin *map, const char *name) {
  for (size_t i = 0; map->type == CIN_MAP && i < map->count; i++) {
    if (map->items[2 * i].type == CIN_TEXT && slice_is(map->items[2 * i].bytes, name)) {
      return &map->items[2 * i + 1];
    }
  }
  return NULL;
}

const struct cin *cin_find_int(const struct cin *map, int64_t name) {
  for (size_t i = 0; map->type == CIN_MAP && i < map->count; i++) {
    if (map->items[2 * i].type == CIN_INT && map->items[2 * i].number == name) {
      return &map->items[2 * i + 1];
    }
  }
  return NULL;
}

static result of_type(const struct cin *value, enum cin_type type, const struct cin **ret_value) {
  if (value == NULL || value->type != type) {
    FAIL(CODEC_CBOR_SYNTAX, "a value that has to be there is not, or is of another type");
  }
  *ret_value = value;
  return OK;
}

result cin_expect(const struct cin *map, const char *name, enum cin_type type, const struct cin **ret_value) {
  return of_type(cin_find(map, name), type, ret_value);
}

result cin_expect_int(const struct cin *map, int64_t name, enum cin_type type, const struct cin **ret_value) {
  return of_type(cin_find_int(map, name), type, ret_value);
}
