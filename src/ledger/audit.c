#include "ledger/audit.h"

#include "ledger/leaf.h"

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
  if (is_code(loaded, LEDGER_ALTERED)) {
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
  return ledger_tree_load(tx, (uint64_t)size, &audit->tree);
}

result ledger_audit_tails(struct ledger_audit *audit) {
  return ledger_tree_tails(&audit->tree, 0, tile_compare, audit);
}

static result detail_check(struct ledger_audit *audit, const struct ledger_leaf *leaf, int64_t entry_id) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(audit->tx, "SELECT salt, detail FROM ledger_detail WHERE entry_id = $1", DB_ARGS(db_of_int(entry_id)),
               &rows));
  if (!db_rows_next(&rows)) {
    audit->details_erased++;
    return rows.status;
  }
  uint8_t commitment[DIGEST_BYTES];
  ledger_detail_commit(db_bytes(&rows, 0), db_text(&rows, 1), commitment);
  if (db_bytes(&rows, 0).len != LEDGER_SALT_BYTES || memcmp(commitment, leaf->commitment, DIGEST_BYTES) != 0) {
    ledger_audit_find(audit, LEDGER_PART_DETAIL, (int64_t)audit->tree.size, entry_id);
  }
  return OK;
}

/* Each subject whose pseudonym still has a person must be found by that person, with the same mark of a read. */
static result index_check(struct ledger_audit *audit, const struct ledger_leaf *leaf, int64_t entry_id) {
  for (size_t at = 0; at < leaf->subjects.len; at += LEDGER_PSEUDONYM_BYTES) {
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    TRY(db_query(audit->tx,
                 "SELECT p.is_read FROM ledger_pseudonym n LEFT JOIN ledger_person p ON p.person_id = n.person_id AND "
                 "p.entry_id = $2"
                 " WHERE n.pseudonym = $1",
                 DB_ARGS(db_of_bytes(slice_sub(leaf->subjects, at, LEDGER_PSEUDONYM_BYTES)), db_of_int(entry_id)),
                 &rows));
    if (!db_rows_next(&rows)) {
      TRY(rows.status);
      audit->subjects_erased++;
    } else if (db_is_null(&rows, 0) || db_int(&rows, 0) != leaf->is_read) {
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

static result entry_check(struct ledger_audit *audit, const struct db_rows *rows, int64_t end) {
  int64_t entry_id = db_int(rows, 1);
  if (db_int(rows, 0) != (int64_t)audit->tree.size) {
    ledger_audit_find(audit, LEDGER_PART_ORDER, (int64_t)audit->tree.size, 0);
    audit->is_stopped = true;
    return OK;
  }
  if (db_is_null(rows, 2)) {
    ledger_audit_find(audit, LEDGER_PART_LEAF, (int64_t)audit->tree.size, entry_id);
    audit->is_stopped = true;
    return OK;
  }
  uint8_t hash[DIGEST_BYTES];
  struct ledger_leaf leaf = {0};
  ledger_hash_leaf(db_bytes(rows, 2), hash);
  TRY(hash_check(audit, hash, entry_id, end));
  if (audit->is_whole && audit->part == LEDGER_PART_NONE && is_ok(ledger_leaf_parse(db_bytes(rows, 2), &leaf))) {
    TRY(detail_check(audit, &leaf, entry_id));
    TRY(index_check(audit, &leaf, entry_id));
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
               "SELECT o.position, o.entry_id, e.leaf FROM ledger_order o LEFT JOIN ledger_entry e ON e.id = o.entry_id"
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
