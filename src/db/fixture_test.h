/* db/fixture_test.h: a database of its own for each test, in a folder that goes with it. (tests of db/ only) */
#pragma once
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db/db.h"
#include "db/engine_fixture.h"
/* keep last */
#include "base/unit_test.h"

struct fixture {
  char dir[64];
  char path[96];
  char log[104]; /* SQLite's write-ahead log */
  char place[DB_ENGINE_PLACE_BYTES]; /* what is opened: path, or an address */
  struct db *db;
};

static const struct db_migration note_migrations[] = {
    {"note", 1,
     "CREATE TABLE note (person_id id/public NOT NULL, number int/public NOT NULL, -- a comment; with a semicolon\n"
     " words text/personal, picture bytes/sensitive, seen time/personal DEFAULT (1 + (2)), CHECK (number > 0),"
     " PRIMARY KEY (person_id, number));"
     "CREATE TABLE tag (name text/public PRIMARY KEY, note int/public UNIQUE);"
     "CREATE INDEX note_by_seen ON note (seen);"
     "INSERT INTO tag (name, note) VALUES ('a;b', 1), ('it''s', 2)"},
    {"note", 2, "ALTER TABLE tag ADD COLUMN colour text/public"},
    {0}};

static inline result fixture_open(struct fixture *fixture, enum db_mode mode) {
  struct db_options options = {.path = db_engine_place(fixture->path, fixture->place), .mode = mode, .migrations = note_migrations, .readers = 4};
  return db_open(&options, &fixture->db);
}

/* At the head of a test of what only SQLite has: files, one writer. */
#define SQLITE_ONLY()            \
  do {                           \
    if (db_engine_is_postgres()) \
      skip();                    \
  } while (0)

/* A folder and no database yet. */
static inline int set_up_empty(void **state) {
  struct fixture *fixture = calloc(1, sizeof *fixture);
  (void)snprintf(fixture->dir, sizeof fixture->dir, "/tmp/danh_db_test_XXXXXX");
  assert_non_null(mkdtemp(fixture->dir));
  (void)snprintf(fixture->path, sizeof fixture->path, "%s/danh.db", fixture->dir);
  (void)db_engine_place(fixture->path, fixture->place);
  (void)snprintf(fixture->log, sizeof fixture->log, "%s-wal", fixture->path);
  *state = fixture;
  return 0;
}

static inline int set_up(void **state) {
  (void)set_up_empty(state);
  assert_ok(fixture_open(*state, DB_CREATE));
  return 0;
}

static inline int tear_down(void **state) {
  struct fixture *fixture = *state;
  db_close(&fixture->db);
  char command[128];
  (void)snprintf(command, sizeof command, "rm -rf %s", fixture->dir);
  int ignored = system(command);
  free(fixture);
  return ignored;
}

struct note {
  int64_t person;
  int64_t number;
  const char *words;
};

static inline result note_add(struct db_tx *tx, void *arg) {
  const struct note *note = arg;
  return db_run(tx, "INSERT INTO note (number, person_id, words) VALUES ($2, $1, $3)",
                DB_ARGS(db_of_int(note->person), db_of_int(note->number), db_of_text(slice_str(note->words))), NULL);
}

static inline int64_t notes_of(struct db_tx *tx, int64_t person) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  assert_ok(db_row(tx, "SELECT count(*) FROM note WHERE person_id = $1", DB_ARGS(db_of_int(person)), &rows));
  return db_int(&rows, 0);
}

static inline int64_t notes_now(struct db *db, int64_t person) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(db, &tx));
  return notes_of(tx, person);
}

static inline int64_t file_bytes(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 ? (int64_t)status.st_size : -1;
}
