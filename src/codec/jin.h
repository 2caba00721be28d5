/* codec/jin.h: JSON in. Parses once into a tree in the arena; typed readers take fields out and say where it went
 * wrong.
 *
 * Standard   RFC 8259 objects and arrays; duplicate names are refused [RFC7493 2.3]. Paths are JSON Pointers [RFC6901].
 * Does not   give out fractions as numbers of anything: money and identifiers are whole numbers or text. Only whoever asks for `real` by name gets
 *            one (times of a JWT may have them). Does not normalise text (utf8.h).
 * Shapes     text is UTF-8 without U+0000; integers are int64.
 * Errors     CODEC_JSON_...; doc.fault then says the path and the reason. They go to the sender of the document, who
 *            wrote its names; the fault record for operators holds the reason alone.
 *
 *   struct jin_doc doc;
 *   jin_doc_init(&doc, arena, JIN_LIMITS_DEFAULT);
 *   const struct jin *root;
 *   TRY(jin_parse(&doc, body, &root));
 *   TRY(jin_fields(root, (const char *const[]){"copies", "note", NULL}));
 *   TRY(jin_int(root, "copies", 1, 20, &copies));
 *   TRY(jin_text_optional(root, "note", 500, &note));
 */
#pragma once
#include "base/arena.h"
#include "codec/codec_error.h"

enum jin_type { JIN_NULL, JIN_BOOL, JIN_INT, JIN_REAL, JIN_TEXT, JIN_LIST, JIN_OBJECT };

struct jin_limits {
  size_t bytes_max;  /* of the text */
  int depth_max;     /* nested lists and objects */
  size_t values_max; /* values in all: bounds the memory of the tree */
};
/* A form of 17 categories takes 4 KiB; 256 KiB leaves room for attachments described, not carried. */
#define JIN_LIMITS_DEFAULT ((struct jin_limits){256 * 1024, 16, 10000})

struct jin_fault {
  uint16_t code;
  struct slice path;  /* "/applicant/categories/2"; empty: the document itself */
  const char *reason; /* our own words: "is not a known field" */
};

struct jin_doc {
  struct arena *arena;
  struct jin_limits limits;
  struct jin_fault fault; /* the first failure of any reader of this document */
};

struct jin {
  enum jin_type type;
  bool boolean;
  int64_t number;    /* JIN_INT */
  double real;       /* JIN_REAL: finite; as near as a double comes */
  struct slice text; /* with a NUL behind it */
  struct jin *items; /* of a list or an object, in document order */
  size_t count;
  const struct jin *parent;
  struct slice name; /* in an object */
  struct jin_doc *doc;
};

void jin_doc_init(struct jin_doc *doc, struct arena *arena, struct jin_limits limits);
/* The root is an object or a list. */
MUST_USE result jin_parse(struct jin_doc *doc, struct slice text, const struct jin **ret_root);

/* A tree and all its text again, in another arena and document. */
const struct jin *jin_copy(const struct jin *root, struct jin_doc *doc);

/* Refuses an object with a field that is not in `known` (ended by NULL). */
MUST_USE result jin_fields(const struct jin *object, const char *const *known);
/* Present and not null. */
bool jin_has(const struct jin *object, const char *name);
/* The value as it is; NULL when absent. */
const struct jin *jin_find(const struct jin *object, const char *name);

/* Required fields. A required text is not empty. */
MUST_USE result jin_text(const struct jin *object, const char *name, size_t bytes_max, struct slice *ret_text);
MUST_USE result jin_int(const struct jin *object, const char *name, int64_t min, int64_t max, int64_t *ret_number);
MUST_USE result jin_bool(const struct jin *object, const char *name, bool *ret_boolean);
MUST_USE result jin_date(const struct jin *object, const char *name, int32_t *ret_date);          /* YYYY-MM-DD */
MUST_USE result jin_instant(const struct jin *object, const char *name, int64_t *ret_instant_ms); /* RFC 3339 */
/* One of `words` (ended by NULL); its index. */
MUST_USE result jin_word(const struct jin *object, const char *name, const char *const *words, size_t *ret_index);
MUST_USE result jin_object(const struct jin *object, const char *name, const struct jin **ret_object);
MUST_USE result jin_list(const struct jin *object, const char *name, size_t count_max, const struct jin **ret_list);

/* The same, but absent or null is fine and leaves *ret_... as it was. */
MUST_USE result jin_text_optional(const struct jin *object, const char *name, size_t bytes_max, struct slice *ret_text);
MUST_USE result jin_int_optional(const struct jin *object, const char *name, int64_t min, int64_t max,
                                 int64_t *ret_number);
MUST_USE result jin_bool_optional(const struct jin *object, const char *name, bool *ret_boolean);
MUST_USE result jin_date_optional(const struct jin *object, const char *name, int32_t *ret_date);

/* A value itself: items of a list are list->items[i], i < list->count. */
MUST_USE result jin_as_text(const struct jin *value, size_t bytes_max, struct slice *ret_text);
MUST_USE result jin_as_int(const struct jin *value, int64_t min, int64_t max, int64_t *ret_number);
MUST_USE result jin_as_word(const struct jin *value, const char *const *words, size_t *ret_index);
MUST_USE result jin_as_object(const struct jin *value, const struct jin **ret_object);
MUST_USE result jin_as_list(const struct jin *value, size_t count_max, const struct jin **ret_list);

/* A domain rule refuses this value: remembers its path and returns CODEC_JSON_VALUE. `reason` is a literal. */
MUST_USE result jin_refuse(const struct jin *value, const char *reason);
MUST_USE result jin_refuse_field(const struct jin *object, const char *name, const char *reason);
/* JSON Pointer of a value [RFC6901 3, 4]. */
struct slice jin_path(const struct jin *value, struct arena *arena);
