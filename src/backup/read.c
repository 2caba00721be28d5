#include "backup/read.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>

#include "backup/archive.h"
#include "backup/files.h"
#include "backup/manifest.h"
#include "backup/output.h"
#include "ledger/ledger.h"

/* A part is some MB, or one row: the largest is a document's bytes. */
enum { PART_BYTES_MAX = 512 << 20, TABLES_MAX = 1024, READ_BYTES = 64 * 1024 };

struct reading {
  const struct backup_visitor *visitor;
  struct arena *arena;
  struct archive_reader archive;
  struct backup_keys keys;
  struct backup_input input;
  struct digest_stream file_digest; /* of the encrypted file */
  struct backup_report report;
  struct db_moved *tables; /* as they came */
  size_t table_count;
  struct digest_stream digest; /* of the last of them */
  struct backup_sum sum;
  struct ledger_root *root; /* as the ledger's tiles lead to it */
};

static void reading_close(struct reading **slot) {
  struct reading *reading = *slot;
  age_reader_close(&reading->archive.in);
  backup_input_close(&reading->input);
  backup_keys_clear(&reading->keys);
  digest_free(&reading->digest);
  digest_free(&reading->file_digest);
  backup_sum_free(&reading->sum);
}

/* ---- rows ---- */

/* Level, number, hashes: db/db.h says how values lie there, ledger/ what the table is. */
static result tiles_take(struct ledger_root *root, struct slice bytes) {
  while (bytes.len > 0) {
    struct db_value level = {0};
    struct db_value number = {0};
    struct db_value hashes = {0};
    TRY(db_part_next(&bytes, &level));
    TRY(db_part_next(&bytes, &number));
    TRY(db_part_next(&bytes, &hashes));
    if (level.number == 0 && !is_ok(ledger_root_add(root, number.number, hashes.bytes))) {
      FAIL(BACKUP_LEDGER_DIFFERS, "tile 0/%" PRId64 " is missing or cut", number.number);
    }
  }
  return OK;
}

static void table_end(struct reading *reading) {
  if (reading->table_count > 0) {
    digest_end(&reading->digest, reading->tables[reading->table_count - 1].digest);
  }
}

static result table_of(struct reading *reading, struct slice name, struct db_moved **ret_table) {
  struct db_moved *last = reading->table_count > 0 ? &reading->tables[reading->table_count - 1] : NULL;
  if (last == NULL || !slice_is(name, last->table)) {
    if (reading->table_count == TABLES_MAX) {
      FAIL(BACKUP_SYNTAX, "more than %d tables", TABLES_MAX);
    }
    table_end(reading);
    digest_begin(&reading->digest);
    last = &reading->tables[reading->table_count++];
    *last = (struct db_moved){.table = arena_cstr(reading->arena, name)};
  }
  *ret_table = last;
  return OK;
}

/* "<table>/<number>.<rows>" */
static result part_take(struct reading *reading, struct slice name) {
  struct arena arena CLEANUP(arena_free) = {0};
  struct slice bytes = {0};
  struct db_moved *table = NULL;
  struct slice table_name = slice_cut(&name, '/');
  struct slice number = slice_cut(&name, '.');
  int64_t rows = strtoll(arena_cstr(&arena, name), NULL, 10);
  if (number.len == 0 || rows <= 0) {
    FAIL(BACKUP_SYNTAX, "a part of a table that does not say how many rows");
  }
  TRY(table_of(reading, table_name, &table));
  TRY(backup_archive_rest(&reading->archive, PART_BYTES_MAX, &arena, &bytes));
  digest_add(&reading->digest, bytes);
  table->rows += rows;
  if (slice_is(table_name, "ledger_tile")) {
    TRY(tiles_take(reading->root, bytes));
  }
  return reading->visitor->part(reading->visitor->context, slice_str(table->table), rows, bytes);
}

/* ---- files ---- */

static result file_take(struct reading *reading, struct slice path) {
  struct arena arena CLEANUP(arena_free) = {0};
  const struct backup_visitor *visitor = reading->visitor;
  uint8_t *bytes = arena_alloc(&arena, READ_BYTES);
  backup_sum_file(&reading->sum, path, reading->archive.size);
  TRY(visitor->file(visitor->context, path, reading->archive.size));
  for (size_t got = 1; got > 0;) {
    TRY(backup_archive_read(&reading->archive, bytes, READ_BYTES, &got));
    backup_sum_add(&reading->sum, slice_of(bytes, got));
    TRY(visitor->file_bytes(visitor->context, slice_of(bytes, got)));
  }
  return OK;
}

/* ---- what it says of itself ---- */

static result header_take(struct reading *reading) {
  struct db_states states = {0};
  struct slice text = {0};
  bool is_there = false;
  TRY(backup_archive_next(&reading->archive, &is_there));
  if (!is_there || !slice_is(reading->archive.name, BACKUP_HEADER)) {
    FAIL(BACKUP_SYNTAX, "no %s at its beginning", BACKUP_HEADER);
  }
  TRY(backup_archive_rest(&reading->archive, BACKUP_JSON_BYTES_MAX, reading->arena, &text));
  TRY(backup_header_parse(text, reading->arena, &reading->report, &states));
  reading->root = ledger_root_new(reading->report.ledger_size, reading->arena);
  return reading->visitor->header(reading->visitor->context, &reading->report, &states);
}

static const struct db_moved *table_find(const struct reading *reading, const char *name) {
  for (size_t i = 0; i < reading->table_count; i++) {
    if (strcmp(reading->tables[i].table, name) == 0) {
      return &reading->tables[i];
    }
  }
  return NULL;
}

static result tables_compare(const struct reading *reading) {
  size_t with_rows = 0;
  for (size_t i = 0; i < reading->report.table_count; i++) {
    const struct db_moved *said = &reading->report.tables[i];
    const struct db_moved *came = table_find(reading, said->table);
    int64_t rows = came != NULL ? came->rows : 0;
    with_rows += came != NULL;
    if (rows != said->rows || (came != NULL && memcmp(came->digest, said->digest, sizeof came->digest) != 0)) {
      FAIL(BACKUP_DIFFERS, "%s: %" PRId64 " rows, the manifest says %" PRId64 "%s", said->table, rows, said->rows, rows == said->rows ? ", and others" : "");
    }
  }
  if (with_rows != reading->table_count) {
    FAIL(BACKUP_DIFFERS, "%zu tables, the manifest names %zu of them", reading->table_count, with_rows);
  }
  return OK;
}

static result files_compare(struct reading *reading) {
  uint8_t digest[DIGEST_BYTES];
  backup_sum_end(&reading->sum, digest);
  if (reading->sum.files != reading->report.files || reading->sum.bytes != reading->report.file_bytes ||
      memcmp(digest, reading->report.files_digest, sizeof digest) != 0) {
    FAIL(BACKUP_DIFFERS, "%" PRId64 " files, the manifest says %" PRId64 ", or other bytes", reading->sum.files, reading->report.files);
  }
  return OK;
}

static result ledger_compare(const struct reading *reading) {
  uint8_t found[DIGEST_BYTES];
  if (reading->report.ledger_size == 0) {
    return OK;
  }
  result ended = ledger_root_end(reading->root, found);
  if (!is_ok(ended) || memcmp(found, reading->report.ledger_root, sizeof found) != 0) {
    FAIL(BACKUP_LEDGER_DIFFERS, "its hashes do not lead to the root of the checkpoint at %" PRId64 " entries", reading->report.ledger_size);
  }
  return OK;
}

static result manifest_take(struct reading *reading) {
  struct slice text = {0};
  bool is_there = false;
  table_end(reading);
  TRY(backup_archive_rest(&reading->archive, BACKUP_JSON_BYTES_MAX, reading->arena, &text));
  TRY(backup_manifest_parse(text, reading->arena, &reading->report));
  TRY(backup_archive_next(&reading->archive, &is_there));
  if (is_there) {
    FAIL(BACKUP_SYNTAX, "%.*s stands behind the manifest", SLICE_ARG(reading->archive.name));
  }
  TRY(tables_compare(reading));
  TRY(files_compare(reading));
  return ledger_compare(reading);
}

/* ---- from the first byte to the last ---- */

static result members_take(struct reading *reading) {
  TRY(header_take(reading));
  for (;;) {
    bool is_there = false;
    TRY(backup_archive_next(&reading->archive, &is_there));
    struct slice name = reading->archive.name;
    struct slice rest = name;
    struct slice folder = slice_cut(&rest, '/');
    if (!is_there) {
      FAIL(BACKUP_SYNTAX, "it has no manifest");
    }
    if (slice_is(name, BACKUP_MANIFEST)) {
      return manifest_take(reading);
    }
    if (slice_is(folder, "tables")) {
      TRY(part_take(reading, rest));
    } else if (slice_is(folder, "files") && backup_is_path(rest)) {
      TRY(file_take(reading, rest));
    } else {
      FAIL(BACKUP_SYNTAX, "%.*s is neither of the tables nor of the files", SLICE_ARG(name));
    }
  }
}

static result file_read(void *context, uint8_t *bytes, size_t len, size_t *ret_len) {
  struct reading *reading = context;
  TRY(backup_input_read(&reading->input, bytes, len, ret_len));
  digest_add(&reading->file_digest, slice_of(bytes, *ret_len));
  reading->report.bytes += (int64_t)*ret_len;
  return OK;
}

result backup_read(const struct backup_source *source, const struct backup_visitor *visitor, struct arena *arena,
                   struct backup_report *ret_report) {
  struct reading *reading CLEANUP(reading_close) = ARENA_NEW(arena, struct reading);
  reading->visitor = visitor;
  reading->arena = arena;
  reading->tables = ARENA_ARRAY(arena, struct db_moved, TABLES_MAX);
  reading->input.fd = -1;
  backup_sum_begin(&reading->sum);
  digest_begin(&reading->file_digest);
  TRY(backup_keys_read(source->key_file, &reading->keys));
  reading->input.fd = open(source->file, O_RDONLY | O_CLOEXEC);
  if (reading->input.fd < 0) {
    FAIL(BACKUP_UNREADABLE, "%s: %s", source->file, strerror(errno));
  }
  TRY(age_reader_open(&(const struct age_reader_options){reading->keys.items, reading->keys.count, reading, file_read}, &reading->archive.in));
  TRY(members_take(reading));
  digest_end(&reading->file_digest, reading->report.digest); /* to its last byte: nothing stands behind the archive's end */
  *ret_report = reading->report;
  return OK;
}
