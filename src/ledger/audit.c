#include "ledger/audit.h"

#include <stdlib.h>

#include "codec/jin.h"
#include "ledger/content.h"

enum {
  ERASURE_BYTES_MAX = 64 * LEDGER_ERASED_MAX,
};

void ledger_audit_find(struct ledger_audit *audit, enum ledger_part part, int64_t position, int64_t entry_id) {
  if (audit->part == LEDGER_PART_NONE) {
    audit->part = part;
    audit->position = position;
    audit->entry_id = entry_id;
  }
}

/* A missing or short tile is a finding, any other failure is one to report. */
static result tile_stored(struct ledger_audit *audit, const struct ledger_tile *tile,
                          uint8_t (*ret_hashes)[DIGEST_BYTES]) {
  result loaded = ledger_tile_load(audit->tx, tile->level, tile->number, tile->count, ret_hashes);
  if (is_code(loaded, LEDGER_TILE_MISSING)) {
    int64_t first = (int64_t)(tile->number << (8 * (tile->level + 1)));
    ledger_audit_find(audit, LEDGER_PART_HASH, first, 0);
    memset(ret_hashes, 0, LEDGER_TILE_BYTES);
    return OK;
  }
  return loaded;
}

/* Tiles above the leaves against their recomputed hashes. Leaf hashes are compared one by one, to name the entry. */
static result tile_compare(void *context, const struct ledger_tile *tile) {
  struct ledger_audit *audit = context;
  if (tile->level == 0) {
    return OK;
  }
  uint8_t stored[LEDGER_TILE_HASHES][DIGEST_BYTES];
  TRY(tile_stored(audit, tile, stored));
  for (size_t i = 0; i < tile->count; i++) {
    if (memcmp(stored[i], tile->hashes[i], DIGEST_BYTES) != 0) {
      uint64_t node = tile->number * LEDGER_TILE_HASHES + i;
      ledger_audit_find(audit, LEDGER_PART_HASH, (int64_t)(node << (8 * tile->level)), 0);
      break;
    }
  }
  return OK;
}

result ledger_audit_begin(struct ledger_audit *audit, struct db_tx *tx, int64_t size) {
  audit->tx = tx;
  audit->position = -1;
  audit->latest_ms = audit->floor_ms = INT64_MIN;
  buf_init(&audit->gone, &audit->arena, 64);
  buf_init(&audit->erased, &audit->arena, 64);
  return ledger_tree_load(tx, (uint64_t)size, &audit->tree);
}

void ledger_audit_end(struct ledger_audit *audit) {
  arena_free(&audit->arena);
}

void ledger_audit_pass_checkpoint(struct ledger_audit *audit) {
  audit->floor_ms = audit->latest_ms;
}

/* --- what was erased --- */

static void id_add(struct buf *ids, int64_t id) {
  buf_append(ids, slice_of(&id, sizeof id));
}

void ledger_audit_note_erasure(struct ledger_audit *audit, struct slice detail) {
  struct arena arena CLEANUP(arena_free) = {0};
  struct jin_doc doc;
  const struct jin *root = NULL;
  const struct jin *entries = NULL;
  jin_doc_init(&doc, &arena, (struct jin_limits){ERASURE_BYTES_MAX, 2, 2 * LEDGER_ERASED_MAX});
  if (!is_ok(jin_parse(&doc, detail, &root)) || !is_ok(jin_list(root, "entries", LEDGER_ERASED_MAX, &entries))) {
    return; /* names nothing, so excuses nothing */
  }
  for (size_t i = 0; i < entries->count; i++) {
    int64_t id = 0;
    if (is_ok(jin_as_int(&entries->items[i], 1, INT64_MAX, &id))) {
      id_add(&audit->erased, id);
    }
  }
}

static int by_number(const void *a, const void *b) {
  int64_t left = *(const int64_t *)a;
  int64_t right = *(const int64_t *)b;
  return (left > right) - (left < right);
}

static size_t ids_sort(struct buf *ids, int64_t **ret_ids) {
  *ret_ids = (int64_t *)(void *)ids->ptr;
  if (ids->len > 0) {
    qsort(ids->ptr, ids->len / sizeof(int64_t), sizeof(int64_t), by_number);
  }
  return ids->len / sizeof(int64_t);
}

void ledger_audit_erasures(struct ledger_audit *audit) {
  int64_t *gone = NULL;
  int64_t *erased = NULL;
  size_t gone_count = ids_sort(&audit->gone, &gone);
  size_t erased_count = ids_sort(&audit->erased, &erased);
  for (size_t i = 0, k = 0; i < gone_count; i++) {
    while (k < erased_count && erased[k] < gone[i]) {
      k++;
    }
    if (k == erased_count || erased[k] != gone[i]) {
      ledger_audit_find(audit, LEDGER_PART_REMOVED, -1, gone[i]);
      return;
    }
  }
}

/* --- the walk --- */

result ledger_audit_tails(struct ledger_audit *audit) {
  return ledger_tree_tails(&audit->tree, 0, tile_compare, audit);
}

/* Of the walk's query. */
enum column { AT_POSITION, AT_ENTRY, AT_LEAF, AT_SALT, AT_DETAIL, AT_CONTENT };

/* Salt, content and detail against the leaf, which commits to them. */
static bool is_committed(const struct db_rows *rows, const struct ledger_content *content, struct slice bytes) {
  struct slice salt = db_bytes(rows, AT_SALT);
  struct slice leaf = db_bytes(rows, AT_LEAF);
  uint8_t commitment[DIGEST_BYTES];
  uint8_t expected[LEDGER_LEAF_BYTES];
  ledger_detail_commit(salt, db_text(rows, AT_DETAIL), commitment);
  ledger_leaf_write(content->at_ms, salt, bytes, expected);
  return salt.len == LEDGER_SALT_BYTES && memcmp(commitment, content->commitment, DIGEST_BYTES) == 0 &&
         (ledger_leaf_is_content(leaf) || slice_eq(leaf, slice_of(expected, sizeof expected)));
}

/* Each subject whose pseudonym still has a person must be found by that person, with the same mark of a read. */
static result index_check(struct ledger_audit *audit, const struct ledger_content *content, int64_t entry_id) {
  for (size_t at = 0; at < content->subjects.len; at += LEDGER_PSEUDONYM_BYTES) {
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    TRY(db_query(audit->tx,
                 "SELECT p.is_read FROM ledger_pseudonym n LEFT JOIN ledger_person p ON p.person_id = n.person_id AND "
                 "p.entry_id = $2"
                 " WHERE n.pseudonym = $1",
                 DB_ARGS(db_of_bytes(slice_sub(content->subjects, at, LEDGER_PSEUDONYM_BYTES)), db_of_int(entry_id)),
                 &rows));
    if (!db_rows_next(&rows)) {
      TRY(rows.status);
      audit->subjects_erased++;
    } else if (db_is_null(&rows, 0) || db_int(&rows, 0) != content->is_read) {
      ledger_audit_find(audit, LEDGER_PART_INDEX, (int64_t)audit->tree.size, entry_id);
    } else {
      audit->subjects_indexed++;
    }
  }
  return OK;
}

static result hash_check(struct ledger_audit *audit, const uint8_t hash[static DIGEST_BYTES], int64_t entry_id,
                         int64_t end) {
  int64_t position = (int64_t)audit->tree.size;
  size_t in_tile = (size_t)position % LEDGER_TILE_HASHES;
  if (in_tile == 0) {
    int64_t left = end - position;
    struct ledger_tile tile = {0, (uint64_t)position / LEDGER_TILE_HASHES,
                               left < LEDGER_TILE_HASHES ? (size_t)left : (size_t)LEDGER_TILE_HASHES, NULL};
    TRY(tile_stored(audit, &tile, audit->stored));
  }
  if (audit->part == LEDGER_PART_NONE && memcmp(hash, audit->stored[in_tile], DIGEST_BYTES) != 0) {
    ledger_audit_find(audit, LEDGER_PART_LEAF, position, entry_id);
    audit->is_hash_doubtful = true;
  }
  return OK;
}

/* What the entry says; its leaf hashes to what is stored. */
static result content_check(struct ledger_audit *audit, const struct db_rows *rows) {
  int64_t entry_id = db_int(rows, AT_ENTRY);
  bool is_erased = db_is_null(rows, AT_SALT);
  struct slice leaf = db_bytes(rows, AT_LEAF);
  struct slice bytes = ledger_leaf_is_content(leaf) ? leaf : db_bytes(rows, AT_CONTENT);
  struct ledger_content content = {0};
  if (is_erased) {
    audit->details_erased++;
    if (!ledger_leaf_is_content(leaf)) {
      id_add(&audit->gone, entry_id);
      return OK;
    }
  }
  if (!is_ok(ledger_content_parse(bytes, &content)) || (!is_erased && !is_committed(rows, &content, bytes))) {
    ledger_audit_find(audit, LEDGER_PART_DETAIL, (int64_t)audit->tree.size, entry_id);
    return OK;
  }
  if (audit->is_whole && slice_is(content.kind, LEDGER_ERASED_KIND)) {
    ledger_audit_note_erasure(audit, db_text(rows, AT_DETAIL));
  }
  return audit->is_whole ? index_check(audit, &content, entry_id) : OK;
}

static void time_check(struct ledger_audit *audit, struct slice leaf, int64_t entry_id) {
  int64_t at_ms = ledger_leaf_time(leaf);
  if (at_ms < 0) {
    return;
  }
  if (audit->floor_ms > INT64_MIN && at_ms < audit->floor_ms - LEDGER_CLOCKS_DIFFER_MS) {
    ledger_audit_find(audit, LEDGER_PART_TIME, (int64_t)audit->tree.size, entry_id);
  }
  audit->latest_ms = at_ms > audit->latest_ms ? at_ms : audit->latest_ms;
}

static result entry_check(struct ledger_audit *audit, const struct db_rows *rows, int64_t end) {
  int64_t entry_id = db_int(rows, AT_ENTRY);
  if (db_int(rows, AT_POSITION) != (int64_t)audit->tree.size) {
    ledger_audit_find(audit, LEDGER_PART_ORDER, (int64_t)audit->tree.size, 0);
    audit->is_stopped = true;
    return OK;
  }
  if (db_is_null(rows, AT_LEAF)) {
    ledger_audit_find(audit, LEDGER_PART_LEAF, (int64_t)audit->tree.size, entry_id);
    audit->is_stopped = true;
    return OK;
  }
  uint8_t hash[DIGEST_BYTES];
  ledger_hash_leaf(db_bytes(rows, AT_LEAF), hash);
  TRY(hash_check(audit, hash, entry_id, end));
  if (audit->part == LEDGER_PART_NONE) {
    TRY(content_check(audit, rows));
  }
  if (audit->is_whole) {
    time_check(audit, db_bytes(rows, AT_LEAF), entry_id);
  }
  return ledger_tree_append(&audit->tree, hash, tile_compare, audit);
}

result ledger_audit_advance(struct ledger_audit *audit, int64_t size) {
  int64_t from = (int64_t)audit->tree.size;
  if (from >= size || audit->is_stopped) {
    return OK;
  }
  size_t begun = (size_t)from % LEDGER_TILE_HASHES;
  if (begun > 0) {
    int64_t tile_end = from - (int64_t)begun + LEDGER_TILE_HASHES;
    struct ledger_tile tile = {0, (uint64_t)from / LEDGER_TILE_HASHES,
                               tile_end <= size ? (size_t)LEDGER_TILE_HASHES : begun + (size_t)(size - from), NULL};
    TRY(tile_stored(audit, &tile, audit->stored));
  }
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(audit->tx,
               "SELECT o.position, o.entry_id, e.leaf, d.salt, d.detail, d.content FROM ledger_order o"
               " LEFT JOIN ledger_entry e ON e.id = o.entry_id LEFT JOIN ledger_detail d ON d.entry_id = o.entry_id"
               " WHERE o.position >= $1 AND o.position < $2 ORDER BY o.position",
               DB_ARGS(db_of_int(from), db_of_int(size)), &rows));
  while (!audit->is_stopped && db_rows_next(&rows)) {
    TRY(entry_check(audit, &rows, size));
  }
  TRY(rows.status);
  if ((int64_t)audit->tree.size < size && !audit->is_stopped) {
    ledger_audit_find(audit, LEDGER_PART_ORDER, (int64_t)audit->tree.size, 0);
    audit->is_stopped = true;
  }
  return OK;
}
