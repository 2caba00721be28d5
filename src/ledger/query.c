#include "ledger/content.h"

enum { LIMIT_MAX = 200 };

/* The person's pseudonym, or an empty slice: then nothing was ever recorded about them, or it was erased. */
static result own_pseudonym(struct db_tx *tx, int64_t person_id, struct arena *arena, struct slice *ret_pseudonym) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT pseudonym FROM ledger_pseudonym WHERE person_id = $1", DB_ARGS(db_of_int(person_id)),
               &rows));
  *ret_pseudonym = db_rows_next(&rows) ? db_bytes_copy(&rows, 0, arena) : slice_of(NULL, 0);
  return rows.status;
}

static result line_read(const struct db_rows *rows, struct slice self, struct arena *arena,
                        struct ledger_line *ret_line) {
  struct ledger_content content = {0};
  if (ledger_leaf_time(db_bytes(rows, 1)) >= 0) { /* only the leaf is left */
    *ret_line = (struct ledger_line){.entry_id = db_int(rows, 0),
                                     .at_ms = ledger_leaf_time(db_bytes(rows, 1)),
                                     .kind = S(""),
                                     .position = db_is_null(rows, 2) ? -1 : db_int(rows, 2)};
    return OK;
  }
  TRY(ledger_content_parse(db_bytes(rows, 1), &content));
  *ret_line = (struct ledger_line){
      .entry_id = db_int(rows, 0),
      .at_ms = content.at_ms,
      .kind = arena_copy(arena, content.kind),
      .actor_role = arena_copy(arena, content.actor_role),
      .legal_basis = arena_copy(arena, content.legal_basis),
      .is_read = content.is_read,
      .by_self = self.len > 0 && slice_eq(self, slice_of(content.actor, sizeof content.actor)),
      .position = db_is_null(rows, 2) ? -1 : db_int(rows, 2),
      .detail = db_text_copy(rows, 3, arena),
  };
  return OK;
}

struct view {
  const char *sql; /* entry id, content, position, detail; newest first */
  bool others_only;
};

static result page_read(struct db_tx *tx, const struct view *view, const struct ledger_query *query,
                        struct arena *arena, struct ledger_lines *ret_lines) {
  size_t limit = query->limit < 1 ? 1 : query->limit > LIMIT_MAX ? LIMIT_MAX : (size_t)query->limit;
  struct slice self = {0};
  TRY(own_pseudonym(tx, query->person_id, arena, &self));
  struct ledger_lines lines = {.items = ARENA_ARRAY(arena, struct ledger_line, limit)};
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  int64_t before = query->before_entry_id > 0 ? query->before_entry_id : INT64_MAX;
  TRY(db_query(tx, view->sql, DB_ARGS(db_of_int(query->person_id), db_of_int(before)), &rows));
  while (db_rows_next(&rows)) {
    struct ledger_line line = {0};
    TRY(line_read(&rows, self, arena, &line));
    if (view->others_only && line.by_self) {
      continue;
    }
    if (lines.count == limit) {
      lines.next_before = lines.items[limit - 1].entry_id; /* there is at least this one more */
      break;
    }
    lines.items[lines.count++] = line;
  }
  TRY(rows.status);
  *ret_lines = lines;
  return OK;
}

result ledger_reads_of_person(struct env *env, struct db_tx *tx, const struct ledger_query *query, struct arena *arena,
                              struct ledger_lines *ret_lines) {
  static const struct view reads = {
      "SELECT p.entry_id, coalesce(d.content, e.leaf), o.position, d.detail FROM ledger_person p JOIN ledger_entry e ON e.id = p.entry_id"
      " LEFT JOIN ledger_order o ON o.entry_id = p.entry_id LEFT JOIN ledger_detail d ON d.entry_id = p.entry_id"
      " WHERE p.person_id = $1 AND p.entry_id < $2 AND p.is_read = 1 ORDER BY p.entry_id DESC",
      true};
  (void)env;
  return page_read(tx, &reads, query, arena, ret_lines);
}

result ledger_entries_of_person(struct env *env, struct db_tx *tx, const struct ledger_query *query,
                                struct arena *arena, struct ledger_lines *ret_lines) {
  static const struct view entries = {
      "SELECT p.entry_id, coalesce(d.content, e.leaf), o.position, d.detail FROM ledger_person p JOIN ledger_entry e ON e.id = p.entry_id"
      " LEFT JOIN ledger_order o ON o.entry_id = p.entry_id LEFT JOIN ledger_detail d ON d.entry_id = p.entry_id"
      " WHERE p.person_id = $1 AND p.entry_id < $2 ORDER BY p.entry_id DESC",
      false};
  (void)env;
  return page_read(tx, &entries, query, arena, ret_lines);
}

static result actor_find(struct db_tx *tx, struct slice pseudonym, int64_t *ret_person_id) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT person_id FROM ledger_pseudonym WHERE pseudonym = $1", DB_ARGS(db_of_bytes(pseudonym)), &rows));
  *ret_person_id = db_rows_next(&rows) ? db_int(&rows, 0) : 0;
  return rows.status;
}

result ledger_line_find(struct db_tx *tx, const struct ledger_line_key *key, struct arena *arena, struct ledger_line *ret_line,
                        int64_t *ret_actor_person_id) {
  struct slice self = {0};
  struct ledger_content content = {0};
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(own_pseudonym(tx, key->person_id, arena, &self));
  TRY(db_query(tx,
               "SELECT p.entry_id, coalesce(d.content, e.leaf), o.position, d.detail FROM ledger_person p JOIN ledger_entry e ON e.id = p.entry_id"
               " LEFT JOIN ledger_order o ON o.entry_id = p.entry_id LEFT JOIN ledger_detail d ON d.entry_id = p.entry_id"
               " WHERE p.person_id = $1 AND p.entry_id = $2",
               DB_ARGS(db_of_int(key->person_id), db_of_int(key->entry_id)), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(LEDGER_UNKNOWN, "no such entry about that person");
  }
  TRY(line_read(&rows, self, arena, ret_line));
  TRY(ledger_content_parse(db_bytes(&rows, 1), &content));
  return actor_find(tx, slice_of(content.actor, sizeof content.actor), ret_actor_person_id);
}

result ledger_latest(struct db_tx *tx, int limit, struct arena *arena, struct ledger_lines *ret_lines) {
  size_t count = limit < 1 ? 1 : limit > LIMIT_MAX ? LIMIT_MAX : (size_t)limit;
  struct ledger_lines lines = {.items = ARENA_ARRAY(arena, struct ledger_line, count)};
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT e.id, coalesce(d.content, e.leaf), o.position, NULL FROM ledger_entry e LEFT JOIN ledger_detail d ON d.entry_id = e.id"
               " LEFT JOIN ledger_order o ON o.entry_id = e.id ORDER BY e.id DESC LIMIT $1",
               DB_ARGS(db_of_int((int64_t)count)), &rows));
  while (db_rows_next(&rows)) {
    TRY(line_read(&rows, slice_of(NULL, 0), arena, &lines.items[lines.count++]));
  }
  TRY(rows.status);
  *ret_lines = lines;
  return OK;
}

result ledger_milestone_find(struct db_tx *tx, const char *kind, struct arena *arena, struct ledger_line *ret_line) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT e.id, coalesce(d.content, e.leaf), o.position, d.detail FROM ledger_milestone m JOIN ledger_entry e ON e.id = m.entry_id"
               " LEFT JOIN ledger_detail d ON d.entry_id = e.id LEFT JOIN ledger_order o ON o.entry_id = e.id"
               " WHERE m.kind = $1 ORDER BY m.entry_id DESC LIMIT 1",
               DB_ARGS(db_of_text(slice_str(kind))), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(LEDGER_UNKNOWN, "no entry of kind %s", kind);
  }
  TRY(line_read(&rows, slice_of(NULL, 0), arena, ret_line));
  if (!slice_is(ret_line->kind, kind)) {
    FAIL(LEDGER_ALTERED, "entry %lld stands as %s and is none", (long long)ret_line->entry_id, kind);
  }
  return OK;
}

/* ---- the signed head ---- */

/* One number, of a statement that always has a row. */
static result number_read(struct db_tx *tx, const char *sql, struct db_args args, int64_t *ret_number) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, sql, args, &rows));
  *ret_number = db_int(&rows, 0);
  return OK;
}

static result entry_time(struct db_tx *tx, int64_t entry_id, struct arena *arena, int64_t *ret_at_ms) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  struct ledger_line line = {0};
  TRY(db_row(tx, "SELECT e.id, coalesce(d.content, e.leaf), NULL, NULL FROM ledger_entry e LEFT JOIN ledger_detail d ON d.entry_id = e.id WHERE e.id = $1",
             DB_ARGS(db_of_int(entry_id)), &rows));
  TRY(line_read(&rows, slice_of(NULL, 0), arena, &line));
  *ret_at_ms = line.at_ms;
  return OK;
}

static result head_read(struct db_tx *tx, struct ledger_head *head) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT size, signature FROM ledger_checkpoint WHERE signature IS NOT NULL ORDER BY size DESC LIMIT 1", DB_NO_ARGS, &rows));
  if (db_rows_next(&rows)) {
    struct slice signature = db_bytes(&rows, 1);
    head->size = db_int(&rows, 0);
    memcpy(head->key_id, signature.ptr, signature.len < sizeof head->key_id ? signature.len : sizeof head->key_id);
  }
  return rows.status;
}

result ledger_head_look(struct db_tx *tx, struct arena *arena, struct ledger_head *ret_head) {
  struct ledger_head head = {0};
  int64_t pending = 0;
  int64_t ordered = 0;
  int64_t oldest = 0;
  TRY(head_read(tx, &head));
  TRY(number_read(tx, "SELECT count(*) FROM ledger_pending", DB_NO_ARGS, &pending));
  TRY(number_read(tx, "SELECT coalesce(MAX(position) + 1, 0) FROM ledger_order", DB_NO_ARGS, &ordered));
  if (ordered > head.size) {
    TRY(number_read(tx, "SELECT coalesce(MIN(entry_id), 0) FROM ledger_order WHERE position = $1", DB_ARGS(db_of_int(head.size)), &oldest));
  } else if (pending > 0) {
    TRY(number_read(tx, "SELECT coalesce(MIN(entry_id), 0) FROM ledger_pending", DB_NO_ARGS, &oldest));
  }
  head.waiting = pending + (ordered > head.size ? ordered - head.size : 0);
  if (oldest != 0) {
    TRY(entry_time(tx, oldest, arena, &head.oldest_at_ms));
  }
  *ret_head = head;
  return OK;
}
