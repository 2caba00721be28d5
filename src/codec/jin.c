#include "codec/jin.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"

/* Where jansson finds no memory it says that the text is no JSON, and the sender would be blamed: it gets memory that ends the process instead
 * (ADR-0003). What it builds is a step on the way, some forty pieces for a token's claims, and lies in an arena of that step. Before main: its
 * functions are the same for all threads. */
static _Thread_local struct arena *parsing; /* NULL: no step of ours */

static void *take(size_t bytes) { return parsing != NULL ? arena_alloc(parsing, bytes) : heap_take(bytes); }

static void give_back(void *memory) {
  if (parsing == NULL) {
    free(memory);
  }
}

__attribute__((constructor)) static void give_memory(void) { json_set_alloc_funcs(take, give_back); }

void jin_doc_init(struct jin_doc *doc, struct arena *arena, struct jin_limits limits) {
  *doc = (struct jin_doc){.arena = arena, .limits = limits};
}

/* ---- parsing ---- */

static result doc_fail(struct jin_doc *doc, uint16_t code, const char *reason) {
  if (doc->fault.code == 0) {
    doc->fault = (struct jin_fault){code, {0}, reason};
  }
  FAIL(code, "json: %s", reason);
}

/* jansson bounds neither depth (2,048) nor count to our liking, so both are held before it allocates. Text inside
 * quotes is skipped. */
static result check_limits(struct jin_doc *doc, struct slice text) {
  if (text.len > doc->limits.bytes_max) {
    return doc_fail(doc, CODEC_JSON_LIMIT, "is too long");
  }
  int depth = 0;
  size_t values = 1;
  bool quoted = false;
  for (size_t i = 0; i < text.len; i++) {
    uint8_t c = text.ptr[i];
    if (quoted) {
      i += c == '\\';
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      depth++;
      values++;
    } else if (c == '}' || c == ']') {
      depth--;
    } else if (c == ',') {
      values++;
    }
    if (depth > doc->limits.depth_max) {
      return doc_fail(doc, CODEC_JSON_LIMIT, "is nested too deep");
    }
    if (values > doc->limits.values_max) {
      return doc_fail(doc, CODEC_JSON_LIMIT, "has too many values");
    }
  }
  return OK;
}

static struct slice copy_text(struct arena *arena, const char *text, size_t len) {
  return arena_copy(arena, slice_of(text, len));
}

/* Depth is bounded by check_limits. */
static void convert(struct jin_doc *doc, json_t *from, struct jin *to) {
  to->doc = doc;
  switch (json_typeof(from)) {
    case JSON_OBJECT: {
      to->type = JIN_OBJECT;
      to->items = ARENA_ARRAY(doc->arena, struct jin, json_object_size(from));
      for (void *at = json_object_iter(from); at != NULL; at = json_object_iter_next(from, at)) {
        struct jin *item = &to->items[to->count++];
        const char *name = json_object_iter_key(at);
        item->name = copy_text(doc->arena, name, strlen(name));
        item->parent = to;
        convert(doc, json_object_iter_value(at), item);
      }
      break;
    }
    case JSON_ARRAY:
      to->type = JIN_LIST;
      to->count = json_array_size(from);
      to->items = ARENA_ARRAY(doc->arena, struct jin, to->count);
      for (size_t i = 0; i < to->count; i++) {
        to->items[i].parent = to;
        convert(doc, json_array_get(from, i), &to->items[i]);
      }
      break;
    case JSON_STRING:
      to->type = JIN_TEXT;
      to->text = copy_text(doc->arena, json_string_value(from), json_string_length(from));
      break;
    case JSON_INTEGER:
      to->type = JIN_INT;
      to->number = json_integer_value(from);
      break;
    case JSON_REAL:
      to->type = JIN_REAL;
      to->real = json_real_value(from);
      break;
    case JSON_TRUE:
    case JSON_FALSE:
      to->type = JIN_BOOL;
      to->boolean = json_is_true(from);
      break;
    case JSON_NULL:
      to->type = JIN_NULL;
      break;
  }
}

static result parse(struct jin_doc *doc, struct slice text, const struct jin **ret_root) {
  json_error_t error;
  json_t *parsed = json_loadb((const char *)text.ptr, text.len, JSON_REJECT_DUPLICATES, &error);
  if (parsed == NULL) {
    bool twice = json_error_code(&error) == json_error_duplicate_key;
    if (json_error_code(&error) == json_error_numeric_overflow) {
      return doc_fail(doc, CODEC_JSON_LIMIT, "has a number out of range");
    }
    return doc_fail(doc, CODEC_JSON_SYNTAX, twice ? "has the same name twice" : "is not valid JSON");
  }
  struct jin *root = ARENA_NEW(doc->arena, struct jin);
  convert(doc, parsed, root);
  *ret_root = root;
  return OK;
}

result jin_parse(struct jin_doc *doc, struct slice text, const struct jin **ret_root) {
  TRY(check_limits(doc, text));
  struct arena step CLEANUP(arena_free);
  arena_init(&step);
  parsing = &step;
  result parsed = parse(doc, text, ret_root);
  parsing = NULL;
  return parsed;
}

/* ---- copying ---- */

/* Depth was bounded when it was parsed. */
static void copy_into(const struct jin *from, struct jin *to, struct jin_doc *doc) {
  *to = (struct jin){.type = from->type, .boolean = from->boolean, .number = from->number, .real = from->real, .count = from->count, .doc = doc};
  to->text = from->type == JIN_TEXT ? arena_copy(doc->arena, from->text) : from->text;
  to->items = ARENA_ARRAY(doc->arena, struct jin, from->count);
  for (size_t i = 0; i < from->count; i++) {
    copy_into(&from->items[i], &to->items[i], doc);
    to->items[i].parent = to;
    to->items[i].name = from->type == JIN_OBJECT ? arena_copy(doc->arena, from->items[i].name) : (struct slice){0};
  }
}

const struct jin *jin_copy(const struct jin *root, struct jin_doc *doc) {
  struct jin *copy = ARENA_NEW(doc->arena, struct jin);
  copy_into(root, copy, doc);
  return copy;
}

/* ---- paths ---- */

enum { PATH_NAME_BYTES_MAX = 128 }; /* a name in a path comes from the sender: echo it, but not a megabyte of it */

static void append_name(struct buf *path, struct slice name) {
  buf_append_byte(path, '/');
  size_t len = name.len < PATH_NAME_BYTES_MAX ? name.len : PATH_NAME_BYTES_MAX;
  while (len < name.len && len > 0 && (name.ptr[len] & 0xC0) == 0x80) {
    len--; /* not in the middle of a character */
  }
  for (size_t i = 0; i < len; i++) {
    if (name.ptr[i] == '~') {
      buf_append_str(path, "~0"); /* [RFC6901 3] */
    } else if (name.ptr[i] == '/') {
      buf_append_str(path, "~1");
    } else {
      buf_append_byte(path, name.ptr[i]);
    }
  }
}

static void append_path(struct buf *path, const struct jin *value) {
  if (value->parent == NULL) {
    return;
  }
  append_path(path, value->parent);
  if (value->parent->type == JIN_OBJECT) {
    append_name(path, value->name);
  } else {
    buf_printf(path, "/%zu", (size_t)(value - value->parent->items));
  }
}

struct slice jin_path(const struct jin *value, struct arena *arena) {
  struct buf path;
  buf_init(&path, arena, 64);
  append_path(&path, value);
  return buf_slice(&path);
}

static result fail_at(const struct jin *value, const char *name, uint16_t code, const char *reason) {
  struct jin_doc *doc = value->doc;
  if (doc->fault.code == 0) {
    struct buf path;
    buf_init(&path, doc->arena, 64);
    append_path(&path, value);
    if (name != NULL) {
      append_name(&path, slice_str(name));
    }
    doc->fault = (struct jin_fault){code, buf_slice(&path), reason};
  }
  FAIL(code, "json value %s", reason);
}

result jin_refuse(const struct jin *value, const char *reason) {
  return fail_at(value, NULL, CODEC_JSON_VALUE, reason);
}

result jin_refuse_field(const struct jin *object, const char *name, const char *reason) {
  return fail_at(object, name, CODEC_JSON_VALUE, reason);
}

/* ---- values ---- */

result jin_as_text(const struct jin *value, size_t bytes_max, struct slice *ret_text) {
  if (value->type != JIN_TEXT) {
    return fail_at(value, NULL, CODEC_JSON_TYPE, "is not a text");
  }
  if (value->text.len > bytes_max) {
    return fail_at(value, NULL, CODEC_JSON_VALUE, "is too long");
  }
  *ret_text = value->text;
  return OK;
}

result jin_as_int(const struct jin *value, int64_t min, int64_t max, int64_t *ret_number) {
  if (value->type != JIN_INT) {
    return fail_at(value, NULL, CODEC_JSON_TYPE, "is not a whole number");
  }
  if (value->number < min || value->number > max) {
    return fail_at(value, NULL, CODEC_JSON_VALUE, "is out of range");
  }
  *ret_number = value->number;
  return OK;
}

result jin_as_word(const struct jin *value, const char *const *words, size_t *ret_index) {
  if (value->type != JIN_TEXT) {
    return fail_at(value, NULL, CODEC_JSON_TYPE, "is not a text");
  }
  for (size_t i = 0; words[i] != NULL; i++) {
    if (slice_is(value->text, words[i])) {
      *ret_index = i;
      return OK;
    }
  }
  return fail_at(value, NULL, CODEC_JSON_VALUE, "is not a known word");
}

result jin_as_object(const struct jin *value, const struct jin **ret_object) {
  if (value->type != JIN_OBJECT) {
    return fail_at(value, NULL, CODEC_JSON_TYPE, "is not an object");
  }
  *ret_object = value;
  return OK;
}

result jin_as_list(const struct jin *value, size_t count_max, const struct jin **ret_list) {
  if (value->type != JIN_LIST) {
    return fail_at(value, NULL, CODEC_JSON_TYPE, "is not a list");
  }
  if (value->count > count_max) {
    return fail_at(value, NULL, CODEC_JSON_VALUE, "has too many items");
  }
  *ret_list = value;
  return OK;
}

/* ---- fields ---- */

const struct jin *jin_find(const struct jin *object, const char *name) {
  if (object->type != JIN_OBJECT) {
    return NULL;
  }
  for (size_t i = 0; i < object->count; i++) {
    if (slice_is(object->items[i].name, name)) {
      return &object->items[i];
    }
  }
  return NULL;
}

bool jin_has(const struct jin *object, const char *name) {
  const struct jin *value = jin_find(object, name);
  return value != NULL && value->type != JIN_NULL;
}

static result required(const struct jin *object, const char *name, const struct jin **ret_value) {
  const struct jin *self = NULL;
  TRY(jin_as_object(object, &self));
  const struct jin *value = jin_find(self, name);
  if (value == NULL || value->type == JIN_NULL) {
    return fail_at(object, name, CODEC_JSON_FIELD_MISSING, "is required");
  }
  *ret_value = value;
  return OK;
}

static bool is_known(struct slice name, const char *const *known) {
  for (size_t i = 0; known[i] != NULL; i++) {
    if (slice_is(name, known[i])) {
      return true;
    }
  }
  return false;
}

result jin_fields(const struct jin *object, const char *const *known) {
  const struct jin *self = NULL;
  TRY(jin_as_object(object, &self));
  for (size_t i = 0; i < self->count; i++) {
    if (!is_known(self->items[i].name, known)) {
      return fail_at(&self->items[i], NULL, CODEC_JSON_FIELD_UNKNOWN, "is not a known field");
    }
  }
  return OK;
}

result jin_text(const struct jin *object, const char *name, size_t bytes_max, struct slice *ret_text) {
  const struct jin *value = NULL;
  TRY(required(object, name, &value));
  if (value->type == JIN_TEXT && value->text.len == 0) {
    return fail_at(value, NULL, CODEC_JSON_FIELD_MISSING, "is required");
  }
  return jin_as_text(value, bytes_max, ret_text);
}

result jin_int(const struct jin *object, const char *name, int64_t min, int64_t max, int64_t *ret_number) {
  const struct jin *value = NULL;
  TRY(required(object, name, &value));
  return jin_as_int(value, min, max, ret_number);
}

result jin_bool(const struct jin *object, const char *name, bool *ret_boolean) {
  const struct jin *value = NULL;
  TRY(required(object, name, &value));
  if (value->type != JIN_BOOL) {
    return fail_at(value, NULL, CODEC_JSON_TYPE, "is not true or false");
  }
  *ret_boolean = value->boolean;
  return OK;
}

result jin_date(const struct jin *object, const char *name, int32_t *ret_date) {
  struct slice text = {0};
  TRY(jin_text(object, name, 64, &text));
  if (!is_ok(clock_date_parse(text, ret_date))) {
    return fail_at(object, name, CODEC_JSON_VALUE, "is not a date (YYYY-MM-DD)");
  }
  return OK;
}

result jin_instant(const struct jin *object, const char *name, int64_t *ret_instant_ms) {
  struct slice text = {0};
  TRY(jin_text(object, name, 64, &text));
  if (!is_ok(clock_instant_parse(text, ret_instant_ms))) {
    return fail_at(object, name, CODEC_JSON_VALUE, "is not a date and time (RFC 3339)");
  }
  return OK;
}

result jin_word(const struct jin *object, const char *name, const char *const *words, size_t *ret_index) {
  const struct jin *value = NULL;
  TRY(required(object, name, &value));
  return jin_as_word(value, words, ret_index);
}

result jin_object(const struct jin *object, const char *name, const struct jin **ret_object) {
  const struct jin *value = NULL;
  TRY(required(object, name, &value));
  return jin_as_object(value, ret_object);
}

result jin_list(const struct jin *object, const char *name, size_t count_max, const struct jin **ret_list) {
  const struct jin *value = NULL;
  TRY(required(object, name, &value));
  return jin_as_list(value, count_max, ret_list);
}

result jin_text_optional(const struct jin *object, const char *name, size_t bytes_max, struct slice *ret_text) {
  return jin_has(object, name) ? jin_as_text(jin_find(object, name), bytes_max, ret_text) : OK;
}

result jin_int_optional(const struct jin *object, const char *name, int64_t min, int64_t max, int64_t *ret_number) {
  return jin_has(object, name) ? jin_int(object, name, min, max, ret_number) : OK;
}

result jin_bool_optional(const struct jin *object, const char *name, bool *ret_boolean) {
  return jin_has(object, name) ? jin_bool(object, name, ret_boolean) : OK;
}

result jin_date_optional(const struct jin *object, const char *name, int32_t *ret_date) {
  return jin_has(object, name) ? jin_date(object, name, ret_date) : OK;
}
