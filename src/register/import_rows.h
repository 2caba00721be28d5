/* register/import_rows.h: from bytes of a file to checked rows of people. (private to register/)
 *
 * Standard   RFC 4180 (CSV; LF alone is accepted as a line's end); one JSON object a line (NDJSON).
 * Shapes     a record is the texts of its fields by the numbers of the field table; a row is a person with relations
 *            and residences. Everything points into the arena it was made in.
 */
#pragma once
#include "register/people.h"

enum {
  IMPORT_LINE_BYTES_MAX = 64 * 1024, /* a record of every field at its longest has 20 KB */
  IMPORT_FIELDS = 34,
};

/* One record as it stands in the file. */
struct import_record {
  int64_t line;
  struct slice values[IMPORT_FIELDS]; /* empty: absent */
  const char *refused_field;          /* set with refused_reason */
  const char *refused_reason;         /* NULL: fine so far */
};

struct import_relative {
  enum register_relation_kind kind; /* father, mother, spouse; 0: none */
  struct slice pin;                 /* who must be in the register already; else known by name */
  struct slice name;
  struct register_birth birth;
  int32_t from;
};
struct import_home {
  struct register_residence residence; /* kind 0: none */
  int32_t units_on;
};
struct import_row {
  int64_t line;
  const char *refused_field, *refused_reason; /* reason NULL: fine */
  const char *outcome_field, *outcome_reason; /* the same after the write */
  struct register_person person;
  struct people_words words;
  struct import_relative relatives[3];
  struct import_home homes[2];
};

/* ---- import_source.c: the file ---- */
struct import_source {
  const struct register_import_options *options;
  struct arena arena;
  uint8_t *bytes; /* what was read and not yet taken */
  size_t begin, end;
  bool at_end;
  int64_t bytes_read;
  int64_t line;                   /* of the record that comes next */
  int columns[IMPORT_FIELDS * 2]; /* CSV: field number of each column */
  size_t column_count;
};
MUST_USE result register_import_source_open(struct import_source *source, const struct register_import_options *options);
void register_import_source_close(struct import_source *source);
/* The next record is the one that begins there. */
MUST_USE result register_import_source_seek(struct import_source *source, int64_t at_byte, int64_t line);
/* Where the next record begins. */
int64_t register_import_source_at(const struct import_source *source);
/* The next record, refused or not; blank lines are passed over. False in *ret_more: the end, no record.
 * REGISTER_SOURCE_FAILED. */
MUST_USE result register_import_source_next(struct import_source *source, struct arena *arena, struct import_record *ret_record,
                                   bool *ret_more);

/* ---- import_json.c ---- */
void register_import_json_read(struct slice line, struct arena *arena, struct import_record *record);

/* ---- import_csv.c ---- */
/* How many bytes the record at the start of `bytes` takes with its line end; 0: it does not end here. *ret_lines: line
 * ends in it. */
size_t register_import_csv_length(struct slice bytes, int64_t *ret_lines);
MUST_USE result register_import_csv_header(struct import_source *source, struct slice record, struct arena *arena);
void register_import_csv_read(const struct import_source *source, struct slice text, struct arena *arena,
                     struct import_record *record);

/* ---- import_fields.c ---- */
/* -1: no such field. */
int register_import_field_find(struct slice name);
const char *register_import_field_name(int field);
bool register_import_field_required(int field);
/* Checks every field; a refusal is in the row. */
void register_import_row_make(const struct import_record *record, struct arena *arena, int32_t today,
                     struct import_row *ret_row);
