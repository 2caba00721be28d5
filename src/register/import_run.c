#include "register/import_run.h"

struct beginning {
  const struct register_import_options *options;
  int64_t now_ms;
  struct import_run run;
};

static result run_drop(struct db_tx *tx, int64_t run_id) {
  TRY(db_run(tx, "DELETE FROM import_refusal WHERE run_id = $1", DB_ARGS(db_of_int(run_id)), NULL));
  return db_run(tx, "DELETE FROM import_run WHERE id = $1", DB_ARGS(db_of_int(run_id)), NULL);
}

/* run_id 0: none. */
static result run_find(struct db_tx *tx, const struct register_import_options *options, struct import_run *ret_run) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  *ret_run = (struct import_run){0};
  TRY(db_query(tx, "SELECT id, at_byte, at_line, row_count, added, batches FROM import_run WHERE digest = $1 AND format = $2",
               DB_ARGS(db_of_bytes(slice_of(options->file->digest, sizeof options->file->digest)), db_of_int(options->format)), &rows));
  if (db_rows_next(&rows)) {
    struct register_import_counts counts = {.rows = db_int(&rows, 3), .added = db_int(&rows, 4), .batches = db_int(&rows, 5)};
    counts.refused = counts.rows - counts.added;
    counts.resumed_line = db_int(&rows, 2);
    counts.resumed_rows = counts.rows;
    *ret_run = (struct import_run){db_int(&rows, 0), db_int(&rows, 1), db_int(&rows, 2), counts};
  }
  return rows.status;
}

/* Another file lay at that path when its import was broken off. */
static result change_check(struct db_tx *tx, const struct register_import_file *file, bool is_anew) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT id, at_line FROM import_run WHERE source = $1 ORDER BY id LIMIT 1", DB_ARGS(db_of_text(file->path)), &rows));
  bool is_there = db_rows_next(&rows);
  int64_t run_id = is_there ? db_int(&rows, 0) : 0;
  int64_t line = is_there ? db_int(&rows, 1) : 0;
  TRY(rows.status);
  db_rows_close(&rows);
  if (is_there && !is_anew) {
    FAIL(REGISTER_IMPORT_CHANGED, "it had come to line %lld", (long long)line);
  }
  return is_there ? run_drop(tx, run_id) : OK;
}

static result begin_write(struct db_tx *tx, void *arg) {
  struct beginning *beginning = arg;
  const struct register_import_options *options = beginning->options;
  const struct register_import_file *file = options->file;
  struct import_run *run = &beginning->run;
  TRY(run_find(tx, options, run));
  if (run->run_id != 0 && !file->is_anew) {
    return OK;
  }
  if (run->run_id != 0) {
    TRY(run_drop(tx, run->run_id));
  }
  TRY(change_check(tx, file, file->is_anew));
  *run = (struct import_run){.at_line = 1};
  return db_insert(tx,
                   "INSERT INTO import_run (digest, format, source, started_at, at_byte, at_line, row_count, added, batches)"
                   " VALUES ($1, $2, $3, $4, 0, 1, 0, 0, 0)",
                   DB_ARGS(db_of_bytes(slice_of(file->digest, sizeof file->digest)), db_of_int(options->format), db_of_text(file->path),
                           db_of_int(beginning->now_ms)),
                   &run->run_id);
}

result register_import_run_begin(struct env *env, const struct register_import_options *options, struct import_run *ret_run) {
  struct beginning beginning = {.options = options, .now_ms = clock_now_ms(env->clock), .run = {.at_line = 1}};
  if (options->file != NULL) {
    TRY(db_write(env->db, begin_write, &beginning));
  }
  *ret_run = beginning.run;
  return OK;
}

result register_import_run_refusals(struct env *env, const struct register_import_options *options, const struct import_run *run) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  struct arena arena CLEANUP(arena_free) = {0};
  if (run->counts.refused == 0 || options->refused == NULL) {
    return OK;
  }
  TRY(db_read_begin(env->db, &tx));
  TRY(db_query(tx, "SELECT line, field, reason FROM import_refusal WHERE run_id = $1 ORDER BY line", DB_ARGS(db_of_int(run->run_id)), &rows));
  while (db_rows_next(&rows)) {
    arena_reset(&arena);
    struct register_refused_row row = {db_int(&rows, 0), arena_cstr(&arena, db_text(&rows, 1)), arena_cstr(&arena, db_text(&rows, 2))};
    options->refused(options->context, &row);
  }
  return rows.status;
}

result register_import_run_claim(struct db_tx *tx, const struct import_run *run) {
  int64_t changed = 0;
  if (run->run_id == 0) {
    return OK;
  }
  TRY(db_run(tx, "UPDATE import_run SET at_line = $3 WHERE id = $1 AND at_byte = $2",
             DB_ARGS(db_of_int(run->run_id), db_of_int(run->at_byte), db_of_int(run->at_line)), &changed));
  if (changed != 1) {
    FAIL(REGISTER_IMPORT_ELSEWHERE, "it is no longer at line %lld", (long long)run->at_line);
  }
  return OK;
}

result register_import_run_advance(struct db_tx *tx, const struct import_run *to) {
  if (to->run_id == 0) {
    return OK;
  }
  return db_run(tx, "UPDATE import_run SET at_byte = $2, at_line = $3, row_count = $4, added = $5, batches = $6 WHERE id = $1",
                DB_ARGS(db_of_int(to->run_id), db_of_int(to->at_byte), db_of_int(to->at_line), db_of_int(to->counts.rows), db_of_int(to->counts.added),
                        db_of_int(to->counts.batches)),
                NULL);
}

result register_import_run_refuse(struct db_tx *tx, const struct import_run *run, const struct import_row *row) {
  if (run->run_id == 0) {
    return OK;
  }
  return db_run(tx, "INSERT INTO import_refusal (run_id, line, field, reason) VALUES ($1, $2, $3, $4)",
                DB_ARGS(db_of_int(run->run_id), db_of_int(row->line), db_of_text(slice_str(row->refused_field)), db_of_text(slice_str(row->refused_reason))), NULL);
}

static result end_write(struct db_tx *tx, void *arg) {
  return run_drop(tx, ((const struct import_run *)arg)->run_id);
}

result register_import_run_end(struct env *env, const struct import_run *run) {
  struct import_run ended = *run;
  return run->run_id == 0 ? OK : db_write(env->db, end_write, &ended);
}
