/* What a reader of the log fetches, by its name below the log's prefix (C2SP tlog-tiles). Nothing is given out that does not hash to what lies above
 * it: readers keep these bytes for good. */
#include "ledger/resource.h"

#include <inttypes.h>

#include "base/buf.h"
#include "ledger/ledger.h"

enum { LEVEL_MAX = 63, NUMBER_DIGITS = 3 };

struct slice ledger_resource_path(struct arena *arena, const struct ledger_resource_name *name) {
  struct buf path;
  uint64_t parts[8];
  size_t count = 0;
  buf_init(&path, arena, 48);
  if (name->level < 0) {
    buf_append_str(&path, "tile/entries");
  } else {
    buf_printf(&path, "tile/%d", name->level);
  }
  for (uint64_t left = name->number; count == 0 || left > 0; left /= 1000) {
    parts[count++] = left % 1000;
  }
  while (count-- > 0) {
    buf_printf(&path, count > 0 ? "/x%03" PRIu64 : "/%03" PRIu64, parts[count]);
  }
  if (name->width < LEDGER_TILE_HASHES) {
    buf_printf(&path, ".p/%zu", name->width);
  }
  return buf_slice(&path);
}

static result refuse(void) {
  FAIL(LEDGER_NO_RESOURCE, "no resource of that name");
}

/* [tlog-tiles MUST]: parts of three digits, all but the last after an x. */
static result number_parse(struct slice *rest, uint64_t *ret_number) {
  uint64_t number = 0;
  for (int parts = 0; parts < 5; parts++) {
    bool goes_on = slice_starts(*rest, S("x"));
    *rest = slice_from(*rest, goes_on ? 1 : 0);
    if (rest->len < NUMBER_DIGITS) {
      return refuse();
    }
    for (int i = 0; i < NUMBER_DIGITS; i++) {
      if (rest->ptr[i] < '0' || rest->ptr[i] > '9') {
        return refuse();
      }
      number = number * 10 + (uint64_t)(rest->ptr[i] - '0');
    }
    *rest = slice_from(*rest, NUMBER_DIGITS);
    if (!goes_on) {
      *ret_number = number;
      return OK;
    }
    if (number == 0 || !slice_starts(*rest, S("/"))) { /* a first part of noughts would be a second name of the same tile */
      return refuse();
    }
    *rest = slice_from(*rest, 1);
  }
  return refuse();
}

result ledger_resource_parse(struct slice path, struct ledger_resource_name *ret_name) {
  struct slice rest = path;
  struct ledger_resource_name name = {.width = LEDGER_TILE_HASHES};
  int64_t number = 0;
  if (!slice_is(slice_cut(&rest, '/'), "tile")) {
    return refuse();
  }
  struct slice level = slice_cut(&rest, '/');
  if (slice_is(level, "entries")) {
    name.level = -1;
  } else if (is_ok(note_number_parse(level, &number)) && number <= LEVEL_MAX) {
    name.level = (int)number;
  } else {
    return refuse();
  }
  TRY(number_parse(&rest, &name.number));
  if (rest.len > 0) {
    if (!slice_starts(rest, S(".p/")) || !is_ok(note_number_parse(slice_from(rest, 3), &number)) || number < 1 ||
        number >= LEDGER_TILE_HASHES) {
      return refuse();
    }
    name.width = (size_t)number;
  }
  *ret_name = name;
  return OK;
}

size_t ledger_resource_width(uint64_t size, int level, uint64_t number) {
  int shift = level < 0 ? 0 : 8 * level;
  uint64_t nodes = shift < 64 ? size >> shift : 0;
  uint64_t first = number * LEDGER_TILE_HASHES;
  if (number > UINT64_MAX / LEDGER_TILE_HASHES || nodes <= first) {
    return 0;
  }
  return nodes - first < LEDGER_TILE_HASHES ? (size_t)(nodes - first) : (size_t)LEDGER_TILE_HASHES;
}

static result altered(const struct ledger_resource_name *name) {
  struct arena arena CLEANUP(arena_free) = {0};
  FAIL(LEDGER_ALTERED, "%.*s is not what was hashed", SLICE_ARG(ledger_resource_path(&arena, name)));
}

/* A full tile against its hash in the tile above, when that is under the checkpoint. */
static result tile_check(struct db_tx *tx, const struct ledger_resource_name *name, const uint8_t (*hashes)[DIGEST_BYTES]) {
  uint8_t above[LEDGER_TILE_HASHES][DIGEST_BYTES];
  uint8_t hash[DIGEST_BYTES];
  size_t at = name->number % LEDGER_TILE_HASHES;
  if (name->width < LEDGER_TILE_HASHES || name->level + 1 >= LEDGER_TREE_LEVELS) {
    return OK;
  }
  TRY(ledger_tile_load(tx, name->level + 1, name->number / LEDGER_TILE_HASHES, at + 1, above));
  ledger_hash_row(hashes, LEDGER_TILE_HASHES, hash);
  return memcmp(hash, above[at], DIGEST_BYTES) == 0 ? OK : altered(name);
}

static result tile_read(struct db_tx *tx, const struct ledger_resource_name *name, struct arena *arena, struct slice *ret_bytes) {
  uint8_t(*hashes)[DIGEST_BYTES] = arena_alloc(arena, LEDGER_TILE_BYTES);
  TRY(ledger_tile_load(tx, name->level, name->number, name->width, hashes));
  TRY(tile_check(tx, name, (const uint8_t(*)[DIGEST_BYTES])hashes));
  *ret_bytes = slice_of(hashes, name->width * DIGEST_BYTES);
  return OK;
}

/* [tlog-tiles]: each entry after its length, two bytes; held against the tile of their hashes. */
static result entries_read(struct db_tx *tx, const struct ledger_resource_name *name, struct arena *arena, struct slice *ret_bytes) {
  uint8_t hashes[LEDGER_TILE_HASHES][DIGEST_BYTES];
  uint8_t hash[DIGEST_BYTES];
  struct buf bundle;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  int64_t first = (int64_t)(name->number * LEDGER_TILE_HASHES);
  size_t count = 0;
  TRY(ledger_tile_load(tx, 0, name->number, name->width, hashes));
  buf_init(&bundle, arena, name->width * 48);
  TRY(db_query(tx,
               "SELECT o.position, e.leaf FROM ledger_order o JOIN ledger_entry e ON e.id = o.entry_id"
               " WHERE o.position >= $1 AND o.position < $2 ORDER BY o.position",
               DB_ARGS(db_of_int(first), db_of_int(first + (int64_t)name->width)), &rows));
  for (; db_rows_next(&rows); count++) {
    struct slice leaf = db_bytes(&rows, 1);
    ledger_hash_leaf(leaf, hash);
    if (db_int(&rows, 0) != first + (int64_t)count || memcmp(hash, hashes[count], DIGEST_BYTES) != 0) {
      return altered(name);
    }
    buf_append_byte(&bundle, (uint8_t)(leaf.len >> 8));
    buf_append_byte(&bundle, (uint8_t)leaf.len);
    buf_append(&bundle, leaf);
  }
  TRY(rows.status);
  *ret_bytes = buf_slice(&bundle);
  return count == name->width ? OK : altered(name);
}

result ledger_resource_load(struct db_tx *tx, const struct ledger_resource_name *name, struct arena *arena, struct slice *ret_bytes) {
  return name->level < 0 ? entries_read(tx, name, arena, ret_bytes) : tile_read(tx, name, arena, ret_bytes);
}

static result checkpoint_read(struct env *env, struct db_tx *tx, struct arena *arena, struct ledger_resource *ret_resource) {
  struct ledger_checkpoint checkpoint = {0};
  struct slice bytes = {0};
  TRY(ledger_checkpoint_latest(env, tx, arena, &checkpoint));
  TRY(ledger_checkpoint_note(tx, &checkpoint, arena, &bytes));
  *ret_resource = (struct ledger_resource){bytes, "text/plain; charset=utf-8", false}; /* [tlog-tiles MUST] */
  return OK;
}

result ledger_resource_read(struct env *env, struct db_tx *tx, struct slice path, struct arena *arena,
                            struct ledger_resource *ret_resource) {
  struct ledger_resource_name name = {0};
  struct ledger_checkpoint checkpoint = {0};
  struct slice bytes = {0};
  if (slice_is(path, "checkpoint")) {
    return checkpoint_read(env, tx, arena, ret_resource);
  }
  TRY(ledger_resource_parse(path, &name));
  TRY(ledger_checkpoint_latest(env, tx, arena, &checkpoint));
  if (name.width > ledger_resource_width((uint64_t)checkpoint.size, name.level, name.number)) {
    return refuse(); /* [tlog-tiles MUST NOT]: only what a checkpoint covers, and no empty tile */
  }
  TRY(ledger_resource_load(tx, &name, arena, &bytes));
  *ret_resource = (struct ledger_resource){bytes, "application/octet-stream", true};
  return OK;
}
