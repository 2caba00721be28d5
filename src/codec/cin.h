/* codec/cin.h: CBOR in, one canonical form only. Parses once into a tree in the arena.
 *
 * Standard   RFC 8949 as CTAP2 canonical CBOR narrows it [FIDO CTAP 2.1 8]: shortest integers and lengths, definite
 *            lengths, names of a map in order and each once, no tags, at most four levels.
 * Does not   read tags, floating point or undefined: nothing here carries them.
 * Shapes     integers are int64; text is UTF-8.
 * Errors     CODEC_CBOR_SYNTAX.
 */
#pragma once
#include "base/arena.h"
#include "codec/codec_error.h"

enum { CIN_DEPTH_MAX = 4, CIN_VALUES_MAX = 256 }; /* a certificate path and a statement take 40 */

enum cin_type { CIN_INT, CIN_BYTES, CIN_TEXT, CIN_LIST, CIN_MAP, CIN_BOOL, CIN_NULL };

struct cin {
  enum cin_type type;
  bool boolean;
  int64_t number;
  struct slice bytes;      /* of bytes and text */
  const struct cin *items; /* of a list; of a map name and value in turn */
  size_t count;            /* of items; of a map its pairs */
  struct slice whole;      /* the value as it was encoded */
};

/* The first value of *rest, which moves on. */
MUST_USE result cin_next(struct arena *arena, struct slice *rest, const struct cin **ret_value);
/* One value and nothing after it. */
MUST_USE result cin_parse(struct arena *arena, struct slice bytes, const struct cin **ret_value);

/* The value under a name; NULL when it is not there, or the value is no map. */
const struct cin *cin_find(const struct cin *map, const char *name);
const struct cin *cin_find_int(const struct cin *map, int64_t name);

/* Required, of that type, under a name of text or number. */
MUST_USE result cin_expect(const struct cin *map, const char *name, enum cin_type type, const struct cin **ret_value);
MUST_USE result cin_expect_int(const struct cin *map, int64_t name, enum cin_type type, const struct cin **ret_value);
