/* db/writer.h: the one writer thread and its group commit. (private to db/)
 *
 *   callers --db_write--> queue --all, at most 512--> BEGIN; each fn; COMMIT --> wake all
 *                                                             wake those of two parts, before COMMIT
 *
 * While one batch waits for its fsync the next one gathers: under load one fsync serves everyone who waits. A small batch waits for those who are at
 * work meanwhile (base/sleeping.h), at most as long as a commit takes.
 * Failure    fn fails: it alone gets its code. If it had written already, the batch is rolled back and runs again, each fn
 *            between SAVEPOINT and RELEASE or ROLLBACK TO (not at once: a savepoint costs a copy of every page that
 *            changes). COMMIT fails: everyone in the batch gets DB_FULL (no space; later writes are tried again) or
 *            DB_UNAVAILABLE. After a failed fsync nobody knows what the disk holds, and a second fsync may wrongly
 *            succeed: the writer then refuses everything until the process starts anew.
 * Checkpoint by this connection alone: when idle, or when the log has grown beyond a limit.
 */
#pragma once
#include "db/connection.h"

struct db_writer;

/* Before anything is written: carries the log that a process before left behind over to the file, and empties it. After an fsync of the log that
 * failed, its end may be in the kernel's memory alone, clean and never to be written: what is committed behind it would go with it in the
 * next power cut. Carried over it is written anew, and synced. DB_LOCKED: somebody reads that log, and it cannot be emptied. */
MUST_USE result db_writer_take_over(struct db_connection *tx);
/* Takes over the connection. */
MUST_USE result db_writer_start(struct db_connection *tx, struct db_writer **ret_writer);
/* Commits what is queued, checkpoints, closes the connection. */
void db_writer_stop(struct db_writer *writer);
MUST_USE result db_writer_run(struct db_writer *writer, db_fn fn, void *arg);
/* db_write_begin, db_write_end. */
MUST_USE result db_writer_begin(struct db_writer *writer, db_fn fn, void *arg, void **ret_writing);
MUST_USE result db_writer_end(void *writing);
bool db_writer_is_broken(struct db_writer *writer);
struct db_figures db_writer_figures(struct db_writer *writer);
