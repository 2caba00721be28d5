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
