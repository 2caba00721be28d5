/* db/driver.h: what an engine gives to db.h. (private to db/)
 *
 *   db.c     the public functions: checks nothing, calls the driver
 *   SQLite   pool.c writer.c rows.c sqlite.c           one file, one writer, group commit
 *   Postgres postgres*.c                               libpq, a connection per worker, SERIALIZABLE with retry
 *   both     ddl.c migrate.c                           one text of every table
 *
 * Shapes     struct db and struct db_tx begin what an engine really has: its own struct has them as its first member.
 */
#pragma once
#include "db/db.h"

struct db_driver {
  const char *name;
  const char *(*version)(void); /* NULL: a server's */
  result (*open)(const struct db_options *options, struct db **ret_db);
  void (*close)(struct db *db);
  result (*write)(struct db *db, db_fn fn, void *arg);
  result (*write_begin)(struct db *db, db_fn fn, void *arg, void **ret_writing); /* these two NULL: a write is in one */
  result (*write_end)(void *writing);
  result (*write_led)(struct db *db, const char *task, db_fn fn, void *arg);
  void (*mark)(struct db_tx *tx, int64_t number); /* these four NULL: no copies are kept */
  bool (*moment)(struct db *db, uint64_t *ret_moment);
  bool (*is_marked_since)(struct db *db, int64_t number, uint64_t moment);
  bool (*is_marked_in)(struct db_tx *tx, int64_t number, uint64_t moment);
  result (*read_begin)(struct db *db, bool is_look, struct db_tx **ret_tx);
  void (*read_end)(struct db_tx *tx);
  result (*lead)(struct db *db, const char *task, bool *ret_leads);
  bool (*has_failed)(struct db *db); /* NULL: it never does for good */
  struct db_figures (*figures)(struct db *db);
  void (*password_set)(struct db *db, const char *password); /* NULL: it has none */
  result (*copy_to)(struct db *db, const char *path);
  result (*hold)(struct db *db); /* DB_LOCKED: another process uses it. On SQLite none can write from here on */
  bool (*is_away)(struct db *db); /* NULL: it never is */
  result (*servers_look)(struct db *db, struct arena *arena, struct db_server **ret_servers, size_t *ret_count); /* NULL: there are none */

  result (*run)(struct db_tx *tx, const char *sql, struct db_args args, int64_t *ret_changed);
  result (*insert)(struct db_tx *tx, const char *sql, struct db_args args, int64_t *ret_id);
  result (*query)(struct db_tx *tx, const char *sql, struct db_args args, struct db_rows *ret_rows);
  bool (*rows_next)(struct db_rows *rows);
  void (*rows_close)(struct db_rows *rows);
  bool (*is_null)(const struct db_rows *rows, int column);
  int64_t (*number)(const struct db_rows *rows, int column);
  struct slice (*text)(const struct db_rows *rows, int column);
  struct slice (*bytes)(const struct db_rows *rows, int column);
};

/* A transaction that this thread has begun reads as of then (db_as_of_ms). */
void db_as_of_note(int64_t as_of_ms);

/* What an engine counts of its commits. */
struct db_commits {
  struct histogram took;
  struct histogram_sizes sizes;
};
static inline void db_commits_add(struct db_commits *commits, int64_t took_us, uint64_t writes) {
  histogram_add(&commits->took, took_us);
  histogram_sizes_add(&commits->sizes, writes);
}

extern const struct db_driver db_sqlite_driver;
extern const struct db_driver db_postgres_driver;

struct db {
  const struct db_driver *driver;
};

struct db_tx {
  const struct db_driver *driver;
  bool is_look;    /* of one statement, without BEGIN: set by read_begin, where the engine can */
  bool has_looked;
};
