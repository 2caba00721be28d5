/* register/import_run.h: how far the import of a file has come. (private to register/)
 *
 *   begin --> advance, in the write of each batch --> ... --> end
 *
 * Resumed    the row moves with the batch's own rows or not at all, and only from where the batch began: of two processes that import one file one
 *            gets nowhere. Refused rows are kept beside it, so that whoever goes on can still tell all of them. Nothing of it is left at the end.
 * Known by   SHA-256 of the whole file and its format; by its path only in order to say that it has changed.
 * Errors     REGISTER_IMPORT_CHANGED, REGISTER_IMPORT_ELSEWHERE; DB_...
 */
#pragma once
#include "register/import_rows.h"

struct import_run {
  int64_t run_id; /* 0: of a stream, which is not kept */
  int64_t at_byte; /* begins what is not in the register yet */
  int64_t at_line;
  struct register_import_counts counts; /* of all that is before */
};

/* The run that was broken off, or a new one at the first byte. */
MUST_USE result register_import_run_begin(struct env *env, const struct register_import_options *options, struct import_run *ret_run);
/* Tells of the rows that were refused before it was broken off. */
MUST_USE result register_import_run_refusals(struct env *env, const struct register_import_options *options, const struct import_run *run);

/* Inside the write of a batch: first that it is still there where the batch begins, then the rows, then how far it has come. */
MUST_USE result register_import_run_claim(struct db_tx *tx, const struct import_run *run);
MUST_USE result register_import_run_advance(struct db_tx *tx, const struct import_run *to);
MUST_USE result register_import_run_refuse(struct db_tx *tx, const struct import_run *run, const struct import_row *row);

MUST_USE result register_import_run_end(struct env *env, const struct import_run *run);
