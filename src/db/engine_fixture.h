/* db/engine_fixture.h: which engine a test's database is on. (tests only)
 *
 * A test names a file of its own. With DANH_TEST_POSTGRES=postgresql://... in the environment it gets something of its own on that server instead:
 * db_engine_open   a database, copied from one that holds these migrations' tables and was made once for all programs of a run: making some
 *                  hundred tables and indexes anew takes thirty times as long. It goes when the program's next test opens its own, or at the end.
 *                  It knows zeroblob, instr and strftime('%Y') as SQLite does, with which tests damage and search rows; db_engine_spelled does the same for x'00'.
 * db_engine_place  a schema named after the file, in which nothing is yet: DB_CREATE makes it. For tests of that making.
 */
#pragma once
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "db/db.h"

enum { DB_ENGINE_PLACE_BYTES = 512, DB_ENGINE_NAME_BYTES = 48, DB_ENGINE_PARTITIONS = 2 /* rows of a test lie on both sides, and that is all it needs */ };

static inline bool db_engine_is_postgres(void) {
  const char *url = getenv("DANH_TEST_POSTGRES");
  return url != NULL && url[0] != '\0';
}

#define DB_ENGINE_HASH_FIRST 0xcbf29ce484222325u

static inline uint64_t db_engine_hash(uint64_t hash, const char *text) {
  for (const char *at = text; *at != '\0'; at++) {
    hash = (hash ^ (uint8_t)*at) * 0x100000001b3u;
  }
  return hash;
}

/* What db_options.path is to be for a test's file. */
static inline const char *db_engine_place(const char *file, char place[static DB_ENGINE_PLACE_BYTES]) {
  if (!db_engine_is_postgres()) {
    (void)snprintf(place, DB_ENGINE_PLACE_BYTES, "%s", file);
    return place;
  }
  const char *url = getenv("DANH_TEST_POSTGRES");
  uint64_t hash = db_engine_hash(DB_ENGINE_HASH_FIRST, file);
  (void)snprintf(place, DB_ENGINE_PLACE_BYTES, "%s%capplication_name=t%016llx&options=-csearch_path%%3Dt%016llx", url, strchr(url, '?') != NULL ? '&' : '?',
                 (unsigned long long)hash, (unsigned long long)hash);
  return place;
}

/* ---- a database of its own ---- */

/* The address of another database of the server. */
static inline void db_engine_address(const char *name, char address[static DB_ENGINE_PLACE_BYTES]) {
  const char *url = getenv("DANH_TEST_POSTGRES");
  static const char shared[] = "/postgres";
  const char *at = strstr(strstr(url, "://") + 3, shared);
  if (at == NULL) {
    (void)fprintf(stderr, "DANH_TEST_POSTGRES does not name the database postgres\n");
    abort();
  }
  (void)snprintf(address, DB_ENGINE_PLACE_BYTES, "%.*s/%s%s", (int)(at - url), url, name, at + sizeof shared - 1);
}

/* One statement to the server; false: it refuses with that SQLSTATE. Whatever else happens ends the program. */
static inline bool db_engine_tell(PGconn *server, const char *sql, const char *refusal) {
  PGresult *answer = PQexec(server, sql);
  ExecStatusType status = PQresultStatus(answer);
  const char *state = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
  bool is_done = status == PGRES_COMMAND_OK || (status == PGRES_TUPLES_OK && PQntuples(answer) > 0);
  bool is_expected = is_done || status == PGRES_TUPLES_OK || (state != NULL && refusal != NULL && strcmp(state, refusal) == 0);
  PQclear(answer);
  if (!is_expected) {
    (void)fprintf(stderr, "%s: %s\n", sql, PQerrorMessage(server));
    abort();
  }
  return is_done;
}

/* Of the tables that these migrations make. */
static inline void db_engine_template_name(const struct db_migration *migrations, char name[static DB_ENGINE_NAME_BYTES]) {
  uint64_t hash = DB_ENGINE_HASH_FIRST ^ DB_ENGINE_PARTITIONS;
  for (const struct db_migration *each = migrations; each->module != NULL; each++) {
    hash = db_engine_hash(db_engine_hash(hash, each->module), each->sql);
  }
  (void)snprintf(name, DB_ENGINE_NAME_BYTES, "danh_tables_%016llx", (unsigned long long)hash);
}

/* What SQLite has, and tests are written in. */
static inline void db_engine_functions_make(const char *address) {
  static const char *const functions[] = {
      "CREATE FUNCTION zeroblob(n BIGINT) RETURNS BYTEA LANGUAGE sql IMMUTABLE RETURN decode(repeat('00', CAST(n AS INTEGER)), 'hex')",
      "CREATE FUNCTION instr(whole BYTEA, part BYTEA) RETURNS INTEGER LANGUAGE sql IMMUTABLE RETURN position(part IN whole)",
      "CREATE FUNCTION strftime(form TEXT, s BIGINT, kind TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE RETURN to_char(to_timestamp(s) AT TIME ZONE 'UTC', 'YYYY')",
      "CREATE FUNCTION instr(whole TEXT, part TEXT) RETURNS INTEGER LANGUAGE sql IMMUTABLE RETURN position(part IN whole)",
  };
  PGconn *server = PQconnectdb(address);
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    (void)db_engine_tell(server, functions[i], NULL);
  }
  PQfinish(server);
}

/* x'00FF' as '\x00FF' where that is how bytes are written. */
static inline const char *db_engine_spelled(struct arena *arena, const char *sql) {
  if (!db_engine_is_postgres()) {
    return sql;
  }
  struct buf text;
  buf_init(&text, arena, strlen(sql) + 1);
  for (const char *at = sql; *at != '\0'; at++) {
    bool is_bytes = at[0] == 'x' && at[1] == '\'' && at > sql && strchr(" (,=", at[-1]) != NULL;
    buf_append_str(&text, is_bytes ? "'\\x" : (const char[]){*at, '\0'});
    at += is_bytes;
  }
  return arena_cstr(arena, buf_slice(&text));
}

/* Made under another name first, by whoever has the lock: the programs of a run start side by side. */
static inline void db_engine_template_make(PGconn *server, const struct db_options *options, const char *name) {
  char sql[256];
  (void)db_engine_tell(server, "SELECT pg_advisory_lock(1)", NULL);
  (void)snprintf(sql, sizeof sql, "SELECT 1 FROM pg_database WHERE datname = '%s'", name);
  if (!db_engine_tell(server, sql, NULL)) {
    char address[DB_ENGINE_PLACE_BYTES];
    struct db *db = NULL;
    (void)db_engine_tell(server, "DROP DATABASE IF EXISTS danh_tables_new WITH (FORCE)", NULL);
    (void)db_engine_tell(server, "CREATE DATABASE danh_tables_new TEMPLATE template0", NULL);
    db_engine_address("danh_tables_new", address);
    struct db_options fresh = {.path = address, .mode = DB_CREATE, .migrations = options->migrations, .readers = 1, .partitions = DB_ENGINE_PARTITIONS};
    if (!is_ok(db_open(&fresh, &db))) {
      (void)fprintf(stderr, "a test's tables: %s\n", fault_last()->detail);
      abort();
    }
    db_close(&db);
    db_engine_functions_make(address);
    (void)snprintf(sql, sizeof sql, "ALTER DATABASE danh_tables_new RENAME TO %s", name);
    (void)db_engine_tell(server, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'danh_tables_new'", NULL);
    (void)db_engine_tell(server, sql, NULL);
  }
  (void)db_engine_tell(server, "SELECT pg_advisory_unlock(1)", NULL);
}

/* The two that were opened last; the third takes the first one's place. */
struct db_engine_kept {
  char names[2][DB_ENGINE_NAME_BYTES];
  pid_t owner; /* a child that exits leaves them */
};

static inline struct db_engine_kept *db_engine_kept(void) {
  static struct db_engine_kept kept;
  return &kept;
}

static inline void db_engine_drop(PGconn *server, char *name) {
  char sql[256];
  if (name[0] != '\0') {
    (void)snprintf(sql, sizeof sql, "DROP DATABASE IF EXISTS %s WITH (FORCE)", name);
    (void)db_engine_tell(server, sql, NULL);
    name[0] = '\0';
  }
}

static inline PGconn *db_engine_server(void) {
  PGconn *server = PQconnectdb(getenv("DANH_TEST_POSTGRES"));
  if (PQstatus(server) != CONNECTION_OK) {
    (void)fprintf(stderr, "DANH_TEST_POSTGRES: %s\n", PQerrorMessage(server));
    abort();
  }
  return server;
}

static inline void db_engine_end(void) {
  struct db_engine_kept *kept = db_engine_kept();
  if (kept->owner == getpid()) {
    PGconn *server = db_engine_server();
    db_engine_drop(server, kept->names[0]);
    db_engine_drop(server, kept->names[1]);
    PQfinish(server);
  }
}

/* Copies the tables once for each name; a test that opens its own again finds it as it left it. */
static inline void db_engine_copy(const struct db_options *options, const char *name) {
  struct db_engine_kept *kept = db_engine_kept();
  if (strcmp(kept->names[0], name) == 0 || strcmp(kept->names[1], name) == 0) {
    return;
  }
  char sql[256];
  char tables[DB_ENGINE_NAME_BYTES];
  PGconn *server = db_engine_server();
  if (kept->owner == 0) {
    kept->owner = getpid();
    (void)atexit(db_engine_end);
  }
  db_engine_drop(server, kept->names[0]);
  memcpy(kept->names[0], kept->names[1], sizeof kept->names[0]);
  (void)snprintf(kept->names[1], sizeof kept->names[1], "%s", name);
  db_engine_template_name(options->migrations, tables);
  (void)snprintf(sql, sizeof sql, "CREATE DATABASE %s TEMPLATE %s STRATEGY file_copy", name, tables);
  if (!db_engine_tell(server, sql, "3D000")) {
    db_engine_template_make(server, options, tables);
    (void)db_engine_tell(server, sql, NULL);
  }
  PQfinish(server);
}

/* db_open with DB_CREATE of the file that options name, or of a database in its place. */
MUST_USE static inline result db_engine_open(const struct db_options *options, struct db **ret_db) {
  if (!db_engine_is_postgres()) {
    return db_open(options, ret_db);
  }
  char name[DB_ENGINE_NAME_BYTES];
  char address[DB_ENGINE_PLACE_BYTES];
  (void)snprintf(name, sizeof name, "test_%016llx", (unsigned long long)db_engine_hash(DB_ENGINE_HASH_FIRST, options->path));
  db_engine_copy(options, name);
  db_engine_address(name, address);
  struct db_options at = *options;
  at.path = address;
  at.numbers_kept_ms = INT32_MAX; /* tests name entries by number, and a gap would come of a slow machine */
  return db_open(&at, ret_db);
}
