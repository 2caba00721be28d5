/* db/pool.h: an SQLite file: the installation's lock, the pool of readers and the writer. (private to db/)
 *
 * Lock       every writing process holds flock(2) on `<path>.lock`; readers need none.
 * Readers    opened when first needed, kept, and handed out last in, first out: an idle server keeps few caches warm.
 * Snapshots  a reader that comes back while nobody writes stays in its transaction, and the next read goes on there unless somebody has written since:
 *            two system calls for SQLite's lock, BEGIN and COMMIT less. The log cannot begin anew behind such a snapshot, so whoever lets it do
 *            that ends them first.
 */
#pragma once
#include <pthread.h>
#include <stdatomic.h>

#include "db/connection.h"

enum {
  DB_READERS_MAX = 256,
  DB_READER_WAIT_MS = 10 * 1000, /* longer than any page takes: who waits longer is told that storage does not answer */
};

struct db_writer;

struct db_file {
  struct db db;
  char *path;
  enum db_mode mode;
  int lock_fd;
  struct db_writer *writer; /* NULL when read-only */
  struct db_marks *marks;
  atomic_uint_fast64_t version; /* of what is committed; odd: the writer is at work */
  pthread_mutex_t mutex;        /* guards what follows */
  pthread_cond_t returned;
  struct db_connection *idle[DB_READERS_MAX];
  int idle_count;
  int opened;
  int readers_max;
};

/* The writer's, around whatever changes the file or its log, and before anybody is told of it: no snapshot is kept or gone on with meanwhile. */
void db_pool_change_begin(struct db_file *db);
void db_pool_change_end(struct db_file *db);
/* Inside of these: ends the snapshots that are kept. */
void db_pool_snapshots_end(struct db_file *db);
