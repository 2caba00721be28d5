#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/connection.h"
#include "db/sqlite_log.h"

enum {
  BUSY_TIMEOUT_MS = 5000,
  WRITER_CACHE_KIB = 8 * 1024, /* the levels of the indexes that every write goes through; what is beyond is one read of the kernel's page cache away */
  READER_CACHE_KIB = 1024,     /* times the readers, and empty at each look once somebody has written */
};

static uint16_t code_of(int sqlite_code) {
  switch (sqlite_code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return DB_DUPLICATE;
    default:
      break;
  }
  switch (sqlite_code & 0xff) {
    case SQLITE_CONSTRAINT:
      return DB_CONSTRAINT;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return DB_BROKEN;
    case SQLITE_FULL:
      return DB_FULL;
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return DB_READONLY;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT:
    case SQLITE_PROTOCOL:
      return DB_UNAVAILABLE;
    default:
      return DB_STATEMENT;
  }
}

result db_failure(struct db_connection *tx, int sqlite_code, const char *what) {
  /* SQLite's messages name tables, columns and our own SQL, never values. */
  FAIL(code_of(sqlite_code), "%s (%d): %.120s", tx->handle ? sqlite3_errmsg(tx->handle) : sqlite3_errstr(sqlite_code),
       sqlite_code, what);
}

static size_t bucket_of(const char *sql) {
  return ((uintptr_t)sql >> 4) % DB_STATEMENT_BUCKETS;
}

static void statement_forget(struct db_connection *tx, struct db_statement **link) {
  struct db_statement *gone = *link;
  *link = gone->next;
  (void)sqlite3_finalize(gone->handle);
  free(gone);
  tx->statements--;
}

static void statements_forget_idle(struct db_connection *tx) {
  for (size_t i = 0; i < DB_STATEMENT_BUCKETS; i++) {
    struct db_statement **link = &tx->buckets[i];
    while (*link != NULL) {
      if ((*link)->in_use) {
        link = &(*link)->next;
      } else {
        statement_forget(tx, link);
      }
    }
  }
}

/* SQLite numbers $1, $2 by first appearance in the text, PostgreSQL by their names: go by the names. */
static result parameters_map(struct db_statement *statement) {
  int count = sqlite3_bind_parameter_count(statement->handle);
  if (count > DB_PARAMETERS_MAX) {
    FAIL(DB_STATEMENT, "more than %d parameters: %.120s", DB_PARAMETERS_MAX, statement->sql);
  }
  statement->parameter_count = (size_t)count;
  for (int i = 0; i < count; i++) {
    const char *name = sqlite3_bind_parameter_name(statement->handle, i + 1);
    char *end = NULL;
    long number = name != NULL && name[0] == '$' ? strtol(name + 1, &end, 10) : 0;
    if (number < 1 || number > DB_PARAMETERS_MAX || *end != '\0') {
      FAIL(DB_STATEMENT, "placeholders are $1, $2, ...: %.120s", statement->sql);
    }
    statement->argument_of[i] = (uint8_t)(number - 1);
    if ((size_t)number > statement->argument_count) {
      statement->argument_count = (size_t)number;
    }
  }
  return OK;
}

static result statement_prepare(struct db_connection *tx, const char *sql, struct db_statement *statement) {
  const char *rest = NULL;
  int status = sqlite3_prepare_v3(tx->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement->handle, &rest);
  if (status != SQLITE_OK) {
    return db_failure(tx, status, sql);
  }
  if (statement->handle == NULL || (rest != NULL && rest[strspn(rest, " \t\r\n;")] != '\0')) {
    FAIL(DB_STATEMENT, "not exactly one statement: %.120s", sql);
  }
  statement->sql = sql;
  return parameters_map(statement);
}

result db_statement_take(struct db_connection *tx, const char *sql, struct db_statement **ret_statement) {
  struct db_statement **link = &tx->buckets[bucket_of(sql)];
  while (*link != NULL) {
    struct db_statement *found = *link;
    if (found->sql != sql || found->in_use) {
      link = &found->next;
      continue;
    }
    if (strcmp(sqlite3_sql(found->handle), sql) != 0) {
      statement_forget(tx, link); /* another text at the same address */
      continue;
    }
    found->in_use = true;
    tx->in_use++;
    *ret_statement = found;
    return OK;
  }
  if (tx->statements >= DB_STATEMENTS_MAX) {
    statements_forget_idle(tx);
  }
  struct db_statement *fresh = heap_alloc(sizeof *fresh);
  result prepared = statement_prepare(tx, sql, fresh);
  if (!is_ok(prepared)) {
    (void)sqlite3_finalize(fresh->handle);
    free(fresh);
    return prepared;
  }
  fresh->in_use = true;
  fresh->next = tx->buckets[bucket_of(sql)];
  tx->buckets[bucket_of(sql)] = fresh;
  tx->statements++;
  tx->in_use++;
  *ret_statement = fresh;
  return OK;
}

void db_statement_give_back(struct db_connection *tx, struct db_statement *statement) {
  if (!statement->in_use) {
    return;
  }
  (void)sqlite3_reset(statement->handle);
  statement->in_use = false;
  tx->in_use--;
}

void db_statements_give_back_all(struct db_connection *tx) {
  for (size_t i = 0; tx->in_use > 0 && i < DB_STATEMENT_BUCKETS; i++) {
    for (struct db_statement *each = tx->buckets[i]; each != NULL; each = each->next) {
      db_statement_give_back(tx, each);
    }
  }
}

result db_control(struct db_connection *tx, const char *sql) {
  struct db_statement *statement = NULL;
  TRY(db_statement_take(tx, sql, &statement));
  int status = sqlite3_step(statement->handle);
  result outcome = status == SQLITE_DONE || status == SQLITE_ROW ? OK : db_failure(tx, status, sql);
  db_statement_give_back(tx, statement);
  return outcome;
}

static int log_grew(void *context, sqlite3 *handle, const char *name, int pages) {
  (void)handle;
  (void)name;
  ((struct db_connection *)context)->wal_pages = pages;
  return SQLITE_OK;
}

static result setting_is(struct db_connection *tx, const char *pragma, const char *expected) {
  sqlite3_stmt *statement = NULL;
  int status = sqlite3_prepare_v2(tx->handle, pragma, -1, &statement, NULL);
  if (status == SQLITE_OK) {
    status = sqlite3_step(statement);
  }
  const char *value = status == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
  bool is_set = value != NULL && strcmp(value, expected) == 0;
  (void)sqlite3_finalize(statement);
  if (status != SQLITE_ROW) {
    return db_failure(tx, status, pragma);
  }
  if (!is_set) {
    FAIL(DB_UNAVAILABLE, "SQLite did not take a setting: %s is not %s", pragma, expected);
  }
  return OK;
}

/* Who checkpoints and who writes is not a convention but a refusal to go on. */
static result roles_assert(struct db_connection *tx) {
  int no_checkpoint_on_close = 0;
  (void)sqlite3_db_config(tx->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, -1, &no_checkpoint_on_close);
  bool read_only = sqlite3_db_readonly(tx->handle, "main") == 1;
  if (read_only && tx->role == DB_WRITER) {
    FAIL(DB_READONLY, "the file was opened to be written, and may only be read"); /* SQLite makes do with that, and says nothing */
  }
  if (no_checkpoint_on_close != 1 || read_only != (tx->role == DB_READER)) {
    FAIL(DB_UNAVAILABLE, "a connection would checkpoint at close or write out of turn");
  }
  TRY(setting_is(tx, "PRAGMA wal_autocheckpoint", "0"));
  TRY(setting_is(tx, "PRAGMA journal_mode", "wal"));
  TRY(setting_is(tx, "PRAGMA foreign_keys", "1"));
  return setting_is(tx, "PRAGMA synchronous", "2");
}

static result execute(struct db_connection *tx, const char *sql) {
  int status = sqlite3_exec(tx->handle, sql, NULL, NULL, NULL);
  return status == SQLITE_OK ? OK : db_failure(tx, status, sql);
}

static result connection_set_up(struct db_connection *tx) {
  sqlite3 *handle = tx->handle;
  (void)sqlite3_extended_result_codes(handle, 1);
  (void)sqlite3_busy_timeout(handle, BUSY_TIMEOUT_MS);
  (void)sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  (void)sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  /* "name" is an identifier, never a text: as in PostgreSQL. */
  (void)sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
  (void)sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
  (void)sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  /* autocheckpoint first: setting it replaces the hook. */
  TRY(execute(tx,
              "PRAGMA wal_autocheckpoint=0; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cell_size_check=ON;"
              "PRAGMA temp_store=MEMORY"));
  char cache[64];
  (void)snprintf(cache, sizeof cache, "PRAGMA cache_size=-%d",
                 tx->role == DB_WRITER ? WRITER_CACHE_KIB : READER_CACHE_KIB);
  TRY(execute(tx, cache));
  if (tx->role == DB_WRITER) {
    /* Erased details must be gone from the file, not only from the index. */
    TRY(execute(tx, "PRAGMA secure_delete=ON; PRAGMA journal_mode=WAL; PRAGMA journal_size_limit=67108864"));
    (void)sqlite3_wal_hook(handle, log_grew, tx);
  } else {
    TRY(execute(tx, "PRAGMA query_only=ON"));
  }
  return roles_assert(tx);
}

/* ---- memory that ends the process instead of failing (ADR-0003): a column that cannot be read for want of it would read as empty ---- */

static void *memory_take(int size) { return heap_take((size_t)size); }
static void *memory_resize(void *memory, int size) { return heap_resize(memory, (size_t)size); }
static int memory_size(void *memory) { return (int)malloc_usable_size(memory); }
static int memory_round_up(int size) { return (size + 7) & ~7; }
static int memory_open(void *context) {
  (void)context;
  return SQLITE_OK;
}
static void memory_close(void *context) { (void)context; }

/* Has no effect once SQLite runs. */
static void library_set_up(void) {
  static const sqlite3_mem_methods methods = {memory_take, free, memory_resize, memory_size, memory_round_up, memory_open, memory_close, NULL};
  (void)sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
  /* Counting memory would make every allocation of every thread take one lock. */
  (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* ---- sorts of millions of rows ---- */

/* Beside the database, where there has to be room for the index too, and not where everybody's temporary files are. For the whole process, which makes one. */
static void sorting_folder_set(const char *path) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  const char *end = strrchr(path, '/');
  (void)pthread_mutex_lock(&mutex);
  if (sqlite3_temp_directory == NULL) {
    sqlite3_temp_directory = end == NULL ? sqlite3_mprintf(".") : sqlite3_mprintf("%.*s/", (int)(end - path), path);
  }
  (void)pthread_mutex_unlock(&mutex);
}

/* Who makes a database may go on to index millions of rows. In memory SQLite sorts them as one list, each comparison of which waits for memory, on one core.
 * With files, nameless ones, it sorts as much as its cache holds, half of it by a thread of its own, and merges. */
static result sorting_set_up(struct db_connection *tx, const char *path) {
  enum { SORTING_THREADS = 1 };
  sorting_folder_set(path);
  (void)sqlite3_limit(tx->handle, SQLITE_LIMIT_WORKER_THREADS, SORTING_THREADS);
  return execute(tx, "PRAGMA temp_store=FILE");
}

result db_connection_open(const char *path, enum db_role role, bool create, struct db_connection **ret_tx) {
  library_set_up();
  struct db_connection *tx = heap_alloc(sizeof *tx);
  tx->tx.driver = &db_sqlite_driver;
  tx->role = role;
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
  flags |= role == DB_READER ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  flags |= create ? SQLITE_OPEN_CREATE : 0;
  int status = sqlite3_open_v2(path, &tx->handle, flags, db_sqlite_log_vfs());
  result outcome = status == SQLITE_OK ? connection_set_up(tx) : db_failure(tx, status, path);
  if (is_ok(outcome) && create) {
    outcome = sorting_set_up(tx, path);
  }
  if (!is_ok(outcome)) {
    db_connection_close(tx);
    return outcome;
  }
  *ret_tx = tx;
  return OK;
}

void db_connection_close(struct db_connection *tx) {
  if (tx == NULL) {
    return;
  }
  db_statements_give_back_all(tx);
  statements_forget_idle(tx);
  (void)sqlite3_close_v2(tx->handle);
  free(tx);
}
