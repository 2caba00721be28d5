/* db/pool.h: an SQLite file: the installation's lock, the pool of readers and the writer. (private to db/)
 *
 * Lock       every writing process holds flock(2) on `<path>.lock`; readers need none.
 * Readers    opened when first needed, kept, and handed out last in, first out: an idle server keeps few caches warm.
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
  pthread_mutex_t mutex;    /* guards what follows */
  pthread_cond_t returned;
  struct db_connection *idle[DB_READERS_MAX];
  int idle_count;
  int opened;
  int readers_max;
};
