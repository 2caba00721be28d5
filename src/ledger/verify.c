#include <inttypes.h>

#include "ledger/audit.h"
#include "ledger/checkpoint.h"
#include "ledger/content.h"

struct verification {
  struct db_tx *tx;
  const struct note_key *key; /* NULL: signatures are not checked */
  struct ledger_audit *audit;
  struct ledger_report report;
};

static result number_read(struct db_tx *tx, const char *sql, int64_t *ret_number) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, sql, DB_NO_ARGS, &rows));
  *ret_number = db_int(&rows, 0);
  return OK;
}

static void checkpoint_find(struct verification *run, int64_t size) {
  run->report.checkpoint_size = size;
  ledger_audit_find(run->audit, LEDGER_PART_CHECKPOINT, -1, 0);
}

/* A leaf that did not match its stored hash: the next signed root tells which of the two was altered. */
static void doubt_settle(struct verification *run, const struct ledger_checkpoint *checkpoint, bool is_root_right) {
  if (!run->audit->is_hash_doubtful) {
    return;
  }
  run->audit->is_hash_doubtful = false;
  if (is_root_right && (run->key == NULL || ledger_is_checkpoint_signed(checkpoint, run->key))) {
    run->audit->part = LEDGER_PART_HASH;
  }
}

static result checkpoint_check(struct verification *run, const struct ledger_checkpoint *checkpoint, bool is_newest) {
  struct ledger_audit *audit = run->audit;
  TRY(ledger_audit_advance(audit, checkpoint->size));
  uint8_t root[DIGEST_BYTES];
  ledger_tree_root(&audit->tree, root);
  bool is_root_right =
      (int64_t)audit->tree.size == checkpoint->size && memcmp(root, checkpoint->root, DIGEST_BYTES) == 0;
  doubt_settle(run, checkpoint, is_root_right);
  bool is_waiting = is_newest && checkpoint->signature.len == 0;
  bool is_signed = run->key == NULL ? checkpoint->signature.len > 0 : ledger_is_checkpoint_signed(checkpoint, run->key);
  if (!is_root_right || (!is_signed && !is_waiting)) {
    checkpoint_find(run, checkpoint->size);
  } else if (is_signed && audit->part == LEDGER_PART_NONE) {
    run->report.checkpoints++;
    run->report.covered = checkpoint->size;
    ledger_audit_pass_checkpoint(audit);
  }
  return OK;
}

static result checkpoints_check(struct verification *run) {
  int64_t newest = 0;
  TRY(number_read(run->tx, "SELECT coalesce(max(size), -1) FROM ledger_checkpoint", &newest));
  struct arena arena CLEANUP(arena_free) = {0};
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(run->tx, "SELECT text, signature, size FROM ledger_checkpoint ORDER BY size", DB_NO_ARGS, &rows));
  while (run->audit->part == LEDGER_PART_NONE && db_rows_next(&rows)) {
    struct ledger_checkpoint checkpoint = {0};
    int64_t size = db_int(&rows, 2);
    arena_reset(&arena);
    if (!is_ok(ledger_checkpoint_read(&rows, size, &arena, &checkpoint))) {
      TRY(ledger_audit_advance(run->audit, size));
      checkpoint_find(run, size);
      return OK;
    }
    TRY(checkpoint_check(run, &checkpoint, size == newest));
  }
  return rows.status;
}

/* Erasures that are not ordered yet. */
static result waiting_erasures(struct verification *run) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(run->tx,
               "SELECT d.content, d.detail FROM ledger_pending p JOIN ledger_detail d ON d.entry_id = p.entry_id ORDER BY p.entry_id",
               DB_NO_ARGS, &rows));
  while (db_rows_next(&rows)) {
    struct ledger_content content = {0};
    if (is_ok(ledger_content_parse(db_bytes(&rows, 0), &content)) && slice_is(content.kind, LEDGER_ERASED_KIND)) {
      ledger_audit_note_erasure(run->audit, db_text(&rows, 1));
    }
  }
  TRY(rows.status);
  ledger_audit_erasures(run->audit);
  return OK;
}

/* An entry that some query finds to be out of its place. */
static result misplaced_find(struct verification *run, const char *sql, enum ledger_part part) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(run->tx, sql, DB_NO_ARGS, &rows));
  if (db_rows_next(&rows)) {
    ledger_audit_find(run->audit, part, -1, db_int(&rows, 0));
  }
  return rows.status;
}

static result waiting_check(struct verification *run) {
  TRY(number_read(run->tx, "SELECT count(*) FROM ledger_pending", &run->report.waiting));
  TRY(misplaced_find(run,
                     "SELECT e.id FROM ledger_entry e LEFT JOIN ledger_order o ON o.entry_id = e.id"
                     " LEFT JOIN ledger_pending p ON p.entry_id = e.id WHERE o.position IS NULL AND p.entry_id IS NULL"
                     " ORDER BY e.id LIMIT 1",
                     LEDGER_PART_LOST));
  TRY(misplaced_find(run,
                     "SELECT p.entry_id FROM ledger_pending p LEFT JOIN ledger_entry e ON e.id = p.entry_id"
                     " WHERE e.id IS NULL ORDER BY p.entry_id LIMIT 1",
                     LEDGER_PART_LOST));
  return misplaced_find(run,
                        "SELECT p.entry_id FROM ledger_pending p JOIN ledger_order o ON o.entry_id = p.entry_id"
                        " ORDER BY p.entry_id LIMIT 1",
                        LEDGER_PART_ORDER);
}

static bool is_subject(struct slice bytes, struct slice pseudonym) {
  struct ledger_content content = {0};
  if (!is_ok(ledger_content_parse(bytes, &content))) {
    return false;
  }
  for (size_t at = 0; at < content.subjects.len; at += LEDGER_PSEUDONYM_BYTES) {
    if (slice_eq(slice_sub(content.subjects, at, LEDGER_PSEUDONYM_BYTES), pseudonym)) {
      return true;
    }
  }
  return false;
}

/* The walk proved every subject indexed; more rows than that are rows nobody wrote here. Looked for only when the
 * counts differ. */
static result index_excess_check(struct verification *run) {
  int64_t indexed = 0;
  TRY(number_read(run->tx,
                  "SELECT count(*) FROM ledger_person p LEFT JOIN ledger_pending w ON w.entry_id = p.entry_id WHERE "
                  "w.entry_id IS NULL",
                  &indexed));
  if (indexed == run->audit->subjects_indexed || run->audit->part != LEDGER_PART_NONE) {
    return OK;
  }
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(
      run->tx,
      "SELECT p.entry_id, coalesce(d.content, e.leaf), n.pseudonym FROM ledger_person p LEFT JOIN ledger_entry e ON e.id = p.entry_id"
      " LEFT JOIN ledger_detail d ON d.entry_id = p.entry_id LEFT JOIN ledger_pseudonym n ON n.person_id = p.person_id",
      DB_NO_ARGS, &rows));
  while (run->audit->part == LEDGER_PART_NONE && db_rows_next(&rows)) {
    if (db_is_null(&rows, 2) || !is_subject(db_bytes(&rows, 1), db_bytes(&rows, 2))) {
      ledger_audit_find(run->audit, LEDGER_PART_INDEX, -1, db_int(&rows, 0));
    }
  }
  return rows.status;
}

static result everything_check(struct verification *run) {
  run->audit->is_whole = true;
  TRY(ledger_audit_begin(run->audit, run->tx, 0));
  TRY(number_read(run->tx, "SELECT coalesce(max(position) + 1, 0) FROM ledger_order", &run->report.entries));
  TRY(checkpoints_check(run));
  if (run->audit->part == LEDGER_PART_NONE) {
    TRY(ledger_audit_advance(run->audit, run->report.entries));
  }
  if (run->audit->part == LEDGER_PART_NONE) {
    TRY(ledger_audit_tails(run->audit));
  }
  TRY(waiting_check(run));
  TRY(waiting_erasures(run));
  return index_excess_check(run);
}

static struct slice sentence_of(const struct ledger_report *report, struct arena *arena) {
  static const char *const words[] = {
      [LEDGER_PART_LEAF] = "its leaf is not what was hashed",
      [LEDGER_PART_DETAIL] = "its content, detail or salt is not what its leaf commits to",
      [LEDGER_PART_ORDER] = "its place in the order was removed or doubled",
      [LEDGER_PART_HASH] = "a stored hash is not that of the entries",
      [LEDGER_PART_INDEX] = "the index by person does not agree with its leaf",
      [LEDGER_PART_REMOVED] = "its content is gone, and no erasure in the ledger says so",
      [LEDGER_PART_TIME] = "its time lies before entries that were signed earlier: back-dated, or the clock was set back",
      [LEDGER_PART_LOST] = "it is neither ordered nor waiting, or its leaf is gone",
  };
  if (report->part == LEDGER_PART_NONE) {
    return arena_printf(arena, "%" PRId64 " entries and %" PRId64 " checkpoints hold; %" PRId64 " entries are covered",
                        report->entries, report->checkpoints, report->covered);
  }
  if (report->part == LEDGER_PART_CHECKPOINT) {
    return arena_printf(arena, "the checkpoint at %" PRId64 " entries no longer holds", report->checkpoint_size);
  }
  struct slice place =
      report->position >= 0 ? arena_printf(arena, "position %" PRId64, report->position) : S("no position");
  return arena_printf(arena, "entry %" PRId64 " at %.*s: %s", report->entry_id, SLICE_ARG(place), words[report->part]);
}

/* false: neither a key nor a signer that has one. */
static result key_find(struct env *env, struct db_tx *tx, struct arena *arena, struct note_key *ret_key, bool *ret_is_there) {
  *ret_is_there = false;
  if (env->signer == NULL) {
    return OK;
  }
  result found = ledger_key(env, tx, arena, ret_key);
  if (!is_ok(found) && result_kind(found) == RESULT_NOT_FOUND) { /* not made yet: nothing was signed either */
    return OK;
  }
  *ret_is_there = is_ok(found);
  return found;
}

static void audit_end(struct ledger_audit **audit) {
  ledger_audit_end(*audit);
}

result ledger_verify(struct env *env, const struct note_key *key, struct arena *arena, struct ledger_report *ret_report) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct note_key own = {0};
  TRY(db_read_begin(env->db, &tx));
  if (key == NULL) {
    bool is_there = false;
    TRY(key_find(env, tx, arena, &own, &is_there));
    key = is_there ? &own : NULL;
  }
  struct ledger_audit *audit CLEANUP(audit_end) = ARENA_NEW(arena, struct ledger_audit);
  struct verification run = {.tx = tx, .key = key, .audit = audit, .report = {.checkpoint_size = -1}};
  TRY(everything_check(&run));
  run.report.part = run.audit->part;
  run.report.position = run.audit->position;
  run.report.entry_id = run.audit->entry_id;
  run.report.details_erased = run.audit->details_erased;
  run.report.subjects_erased = run.audit->subjects_erased;
  run.report.is_signature_checked = key != NULL;
  run.report.sentence = sentence_of(&run.report, arena);
  *ret_report = run.report;
  return OK;
}
