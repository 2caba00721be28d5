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
  result (*open)(const struct db_options *options, struct db **ret_db);
  void (*close)(struct db *db);
  result (*write)(struct db *db, db_fn fn, void *arg);
  result (*write_led)(struct db *db, const char *task, db_fn fn, void *arg);
  result (*read_begin)(struct db *db, struct db_tx **ret_tx);
  void (*read_end)(struct db_tx *tx);
  result (*lead)(struct db *db, const char *task, bool *ret_leads);
  bool (*has_failed)(struct db *db); /* NULL: it never does for good */
  struct db_figures (*figures)(struct db *db);
  result (*copy_to)(struct db *db, const char *path);

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

extern const struct db_driver db_sqlite_driver;
extern const struct db_driver db_postgres_driver;

struct db {
  const struct db_driver *driver;
};

struct db_tx {
  const struct db_driver *driver;
};
