/* The import: batches of rows, one write and one ledger entry each. While one batch is written, the next is read and
 * checked by the caller's thread: checking costs about as much as writing. */
#include <pthread.h>
#include <stdlib.h>

#include "codec/hex.h"
#include "codec/jout.h"
#include "register/import_run.h"

/* The more in a write, the fewer times a page of an index is written again; 8,000 rows take 10 MB. */
enum { BATCH_ROWS = 8000 };

struct import_batch {
  struct env *env;
  const struct register_import_options *options;
  struct arena arena;
  struct import_row *rows;
  size_t count;
  int64_t first_person_id;
  int64_t added;
  struct import_run from, to; /* how far the file had come before it, and has behind it */
  result written;
  struct fault fault;
  pthread_t thread;
  bool running;
};

/* ---- inside the write ---- */

static void row_refuse(struct import_row *row, const char *field, const char *reason) {
  row->refused_field = field;
  row->refused_reason = reason;
}

/* A relative's number, birth year and sex by PIN; 0: not in the register. */
static result relative_find(struct db_tx *tx, struct slice pin, struct register_relation *relation,
                            enum register_sex *ret_sex) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT p.person_id, p.birth, p.sex FROM person_pin n JOIN person p ON p.person_id = n.person_id WHERE "
               "n.pin = $1",
               DB_ARGS(db_of_int(register_people_pin_number(pin))), &rows));
  if (db_rows_next(&rows)) {
    relation->related_person_id = db_int(&rows, 0);
    relation->birth = register_people_birth_unpack(db_int(&rows, 1));
    *ret_sex = (enum register_sex)db_int(&rows, 2);
  }
  return rows.status;
}

static bool relative_can_be(const struct import_row *row, const struct register_relation *relation,
                            enum register_sex sex) {
  if (relation->related_person_id == 0) {
    return false;
  }
  switch (relation->kind) {
    case REGISTER_FATHER:
      return sex == REGISTER_MALE && relation->birth.year < row->person.birth.year;
    case REGISTER_MOTHER:
      return sex == REGISTER_FEMALE && relation->birth.year < row->person.birth.year;
    default:
      return true;
  }
}

static result relative_resolve(struct db_tx *tx, struct import_row *row, size_t at,
                               struct register_relation *ret_relation) {
  static const char *const fields[] = {"father_pin", "mother_pin", "spouse_pin"};
  const struct import_relative *relative = &row->relatives[at];
  *ret_relation = (struct register_relation){
      .person_id = row->person.person_id,
      .kind = relative->kind,
      .name = relative->name,
      .birth = relative->birth,
      .from = relative->from,
      .to = row->person.died_on && relative->kind == REGISTER_SPOUSE ? row->person.died_on : REGISTER_OPEN,
  };
  if (relative->kind && relative->pin.len) {
    enum register_sex sex = 0;
    TRY(relative_find(tx, relative->pin, ret_relation, &sex));
    ret_relation->name = (struct slice){0};
    if (!relative_can_be(row, ret_relation, sex)) {
      row_refuse(row, fields[at],
                 ret_relation->related_person_id ? register_error_name(REGISTER_RELATION_WRONG)
                                                 : register_error_name(REGISTER_PERSON_UNKNOWN));
    }
  }
  return OK;
}

/* The other side of a marriage; an open one that is there already refuses the row. */
static result spouse_is_free(struct db_tx *tx, struct import_row *row, const struct register_relation *relation) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, "SELECT COUNT(*) FROM person_relation WHERE person_id = $1 AND kind = 3 AND to_date >= $2",
             DB_ARGS(db_of_int(relation->related_person_id), db_of_int(relation->from)), &rows));
  if (db_int(&rows, 0) > 0) {
    row_refuse(row, "spouse_pin", register_error_name(REGISTER_RELATION_WRONG));
  }
  return OK;
}

static result relations_store(struct db_tx *tx, const struct register_relation *relations) {
  for (size_t i = 0; i < 3; i++) {
    struct register_relation relation = relations[i];
    if (!relation.kind) {
      continue;
    }
    TRY(register_people_insert_relation(tx, &relation, 1));
    if (relation.kind == REGISTER_SPOUSE && relation.related_person_id) {
      struct db_rows rows CLEANUP(db_rows_close) = {0};
      TRY(db_row(tx, "SELECT COALESCE(MAX(ordinal), 0) + 1 FROM person_relation WHERE person_id = $1 AND kind = 3",
                 DB_ARGS(db_of_int(relation.related_person_id)), &rows));
      int64_t ordinal = db_int(&rows, 0);
      int64_t other = relation.related_person_id;
      relation.related_person_id = relation.person_id;
      relation.person_id = other;
      TRY(register_people_insert_relation(tx, &relation, ordinal));
    }
  }
  return OK;
}

static result row_store(struct db_tx *tx, struct import_row *row) {
  struct register_relation relations[3];
  for (size_t i = 0; i < 3 && !row->refused_reason; i++) {
    TRY(relative_resolve(tx, row, i, &relations[i]));
  }
  if (!row->refused_reason && relations[2].kind && relations[2].related_person_id) {
    TRY(spouse_is_free(tx, row, &relations[2]));
  }
  if (row->refused_reason) {
    return OK;
  }
  bool taken = false;
  TRY(register_people_insert(tx, &row->person, &row->words, &taken));
  if (taken) {
    row_refuse(row, "pin", register_error_name(REGISTER_PIN_TAKEN));
    return OK;
  }
  TRY(relations_store(tx, relations));
  for (size_t i = 0; i < 2; i++) {
    if (row->homes[i].residence.kind) {
      row->homes[i].residence.person_id = row->person.person_id;
      TRY(register_people_insert_residence(tx, &row->homes[i].residence, row->homes[i].units_on));
    }
  }
  return OK;
}

static result batch_record(struct db_tx *tx, struct import_batch *batch) {
  struct arena scratch CLEANUP(arena_free);
  arena_init(&scratch);
  struct buf buf;
  struct jout out;
  buf_init(&buf, &scratch, 256);
  jout_init(&out, &buf);
  jout_object(&out);
  jout_put_int(&out, "first_line", batch->rows[0].line);
  jout_put_int(&out, "last_line", batch->rows[batch->count - 1].line);
  jout_put_int(&out, "added", batch->added);
  jout_put_int(&out, "refused", (int64_t)batch->count - batch->added);
  jout_put_int(&out, "first_person_id", batch->first_person_id);
  jout_put_int(&out, "last_person_id", batch->first_person_id + (int64_t)batch->count - 1);
  if (batch->options->file != NULL) {
    jout_put_text(&out, "file_sha256", hex_write(&scratch, slice_of(batch->options->file->digest, sizeof batch->options->file->digest)));
  }
  jout_object_end(&out);
  struct people_note note = {"register.imported", 0, buf_slice(&buf)};
  return register_people_record(batch->env, tx, batch->options->act, &note);
}

static struct register_import_counts counts_after(const struct import_batch *batch) {
  struct register_import_counts counts = batch->from.counts;
  counts.rows += (int64_t)batch->count;
  counts.added += batch->added;
  counts.refused = counts.rows - counts.added;
  counts.batches++;
  return counts;
}

/* May run twice: the refusals that a first run found are the database's, so they are forgotten and found again. */
static result batch_store(struct db_tx *tx, void *arg) {
  struct import_batch *batch = arg;
  batch->added = 0;
  TRY(register_import_run_claim(tx, &batch->from));
  for (size_t i = 0; i < batch->count; i++) {
    struct import_row row = batch->rows[i];
    row.person.person_id = batch->first_person_id + (int64_t)i;
    TRY(row_store(tx, &row));
    batch->added += row.refused_reason == NULL;
    batch->rows[i].outcome_field = row.refused_field;
    batch->rows[i].outcome_reason = row.refused_reason;
    if (row.refused_reason != NULL) {
      TRY(register_import_run_refuse(tx, &batch->from, &row));
    }
  }
  batch->to.counts = counts_after(batch);
  TRY(register_import_run_advance(tx, &batch->to));
  return batch_record(tx, batch);
}

/* ---- two batches in turn ---- */

static void *batch_write(void *arg) {
  struct import_batch *batch = arg;
  batch->written = db_write(batch->env->db, batch_store, batch);
  batch->fault = *fault_last();
  return NULL;
}

static void batch_init(struct import_batch *batch, struct env *env, const struct register_import_options *options) {
  *batch = (struct import_batch){.env = env, .options = options};
  arena_init(&batch->arena);
}

static void batch_clear(struct import_batch *batch) {
  arena_reset(&batch->arena);
  batch->rows = ARENA_ARRAY(&batch->arena, struct import_row, BATCH_ROWS);
  batch->count = 0;
  batch->added = 0;
}

struct importing {
  struct env *env;
  const struct register_import_options *options;
  struct import_source source;
  struct import_batch batches[2];
  int64_t last_person_id;
  struct import_run run; /* as far as it is written */
};

/* Waits for the batch, then tells of its refused rows in the order of the file. */
static result batch_finish(struct importing *importing, struct import_batch *batch) {
  if (!batch->running) {
    return OK;
  }
  (void)pthread_join(batch->thread, NULL);
  batch->running = false;
  if (!is_ok(batch->written)) {
    return fault_set(batch->fault.file, batch->fault.line, batch->written.code, "%s", batch->fault.detail);
  }
  for (size_t i = 0; i < batch->count; i++) {
    const struct import_row *row = &batch->rows[i];
    if (row->outcome_reason && importing->options->refused) {
      struct register_refused_row refused = {row->line, row->outcome_field, row->outcome_reason};
      importing->options->refused(importing->options->context, &refused);
    }
  }
  importing->run = batch->to;
  if (importing->options->progress) {
    importing->options->progress(importing->options->context, importing->run.at_byte, importing->run.counts.rows);
  }
  return OK;
}

static result batch_fill(struct importing *importing, struct import_batch *batch) {
  batch_clear(batch);
  int32_t today = clock_date_of(clock_now_ms(importing->env->clock));
  bool more = true;
  while (more && batch->count < BATCH_ROWS) {
    struct import_record record;
    TRY(register_import_source_next(&importing->source, &batch->arena, &record, &more));
    if (more) {
      register_import_row_make(&record, &batch->arena, today, &batch->rows[batch->count++]);
    }
  }
  int64_t id = register_person_id_new(importing->env);
  batch->first_person_id = id > importing->last_person_id ? id : importing->last_person_id + 1;
  importing->last_person_id = batch->first_person_id + (int64_t)batch->count;
  batch->to = (struct import_run){.run_id = importing->run.run_id, .at_byte = register_import_source_at(&importing->source), .at_line = importing->source.line};
  return OK;
}

static result batch_start(struct importing *importing, struct import_batch *batch) {
  batch->from = importing->run;
  if (pthread_create(&batch->thread, NULL, batch_write, batch) != 0) {
    FAIL(DB_UNAVAILABLE, "no thread for the import's writes");
  }
  batch->running = true;
  return OK;
}

static bool is_stopped(const struct importing *importing) {
  return importing->options->stops != NULL && importing->options->stops(importing->options->context);
}

static result batches_run(struct importing *importing) {
  for (size_t turn = 0;; turn++) {
    struct import_batch *batch = &importing->batches[turn % 2];
    struct import_batch *before = &importing->batches[(turn + 1) % 2];
    TRY(batch_fill(importing, batch));
    TRY(batch_finish(importing, before));
    if (batch->count == 0) {
      return OK;
    }
    if (is_stopped(importing)) {
      FAIL(REGISTER_IMPORT_STOPPED, "before line %lld, after %lld rows", (long long)importing->run.at_line, (long long)importing->run.counts.rows);
    }
    TRY(batch_start(importing, batch));
  }
}

/* Where an import of this file was broken off, or at its beginning. */
static result go_on(struct importing *importing) {
  const struct register_import_options *options = importing->options;
  TRY(register_import_source_open(&importing->source, options));
  TRY(register_import_run_begin(importing->env, options, &importing->run));
  if (importing->run.at_byte == 0) {
    return OK;
  }
  if (options->resumed != NULL) {
    options->resumed(options->context, importing->run.at_line, importing->run.counts.rows);
  }
  TRY(register_import_run_refusals(importing->env, options, &importing->run));
  return register_import_source_seek(&importing->source, importing->run.at_byte, importing->run.at_line);
}

static result everything_run(struct importing *importing) {
  TRY(go_on(importing));
  TRY(batches_run(importing));
  if (importing->options->settle != NULL) {
    TRY(importing->options->settle(importing->options->context));
  }
  return register_import_run_end(importing->env, &importing->run);
}

result register_import(struct env *env, const struct register_import_options *options,
                       struct register_import_counts *ret_counts) {
  struct importing importing = {.env = env, .options = options};
  batch_init(&importing.batches[0], env, options);
  batch_init(&importing.batches[1], env, options);
  result imported = everything_run(&importing);
  struct fault fault = *fault_last();
  for (size_t i = 0; i < 2; i++) {
    /* After a failure one batch may still be written: what it added stands and is counted. */
    result finished = batch_finish(&importing, &importing.batches[i]);
    if (is_ok(imported) && !is_ok(finished)) {
      imported = finished;
      fault = *fault_last();
    }
    arena_free(&importing.batches[i].arena);
  }
  register_import_source_close(&importing.source);
  *ret_counts = importing.run.counts;
  return is_ok(imported) ? OK : fault_set(fault.file, fault.line, imported.code, "%s", fault.detail);
}
