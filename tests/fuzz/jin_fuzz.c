/* Any bytes as JSON: parsing must stay within its limits, and what was read must survive being written and read
 * again. */
#include <stdlib.h>

#include "codec/jin.h"
#include "codec/jout.h"

static void write_value(struct jout *out, const struct jin *value) {
  switch (value->type) {
    case JIN_OBJECT:
    case JIN_LIST:
      (value->type == JIN_OBJECT ? jout_object : jout_list)(out);
      for (size_t i = 0; i < value->count; i++) {
        if (value->type == JIN_OBJECT) {
          jout_name_slice(out, value->items[i].name);
        }
        write_value(out, &value->items[i]);
      }
      (value->type == JIN_OBJECT ? jout_object_end : jout_list_end)(out);
      break;
    case JIN_TEXT:
      jout_text(out, value->text);
      break;
    case JIN_INT:
      jout_int(out, value->number);
      break;
    case JIN_BOOL:
      jout_bool(out, value->boolean);
      break;
    case JIN_REAL:
    case JIN_NULL:
      jout_null(out);
      break;
  }
}

static bool same(const struct jin *a, const struct jin *b) {
  if (a->type == JIN_REAL) {
    return b->type == JIN_NULL;
  }
  if (a->type != b->type || a->count != b->count || a->number != b->number || a->boolean != b->boolean ||
      !slice_eq(a->text, b->text) || !slice_eq(a->name, b->name)) {
    return false;
  }
  for (size_t i = 0; i < a->count; i++) {
    if (!same(&a->items[i], &b->items[i])) {
      return false;
    }
  }
  return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct jin_doc doc;
  const struct jin *first = NULL;
  jin_doc_init(&doc, &arena, JIN_LIMITS_DEFAULT);
  if (!is_ok(jin_parse(&doc, slice_of(bytes, len), &first))) {
    return 0;
  }
  struct buf written;
  struct jout out;
  buf_init(&written, &arena, 256);
  jout_init(&out, &written);
  write_value(&out, first);
  struct jin_doc again;
  const struct jin *second = NULL;
  struct jin_limits wider = JIN_LIMITS_DEFAULT;
  wider.bytes_max *= 6; /* escapes are longer than what they stand for */
  jin_doc_init(&again, &arena, wider);
  if (!is_ok(jin_parse(&again, buf_slice(&written), &second)) || !same(first, second)) {
    abort();
  }
  (void)!is_ok(jin_fields(first, (const char *const[]){"known", NULL}));
  return 0;
}
