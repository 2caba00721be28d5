/* register/fixture_test.h: a register in a folder of its own, under a clock that stands, with seeded randomness. (tests
 * only) */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "db/engine_fixture.h"
#include "ledger/ledger.h"
#include "register/register.h"
/* keep behind the headers under test */
#include "base/unit_test.h"

struct fixture {
  char dir[64];
  struct db *db;
  struct clock clock;
  struct random random;
  struct env env;
  struct arena arena;
  struct register_act act;
};

static inline int32_t day(const char *text) {
  int32_t date = 0;
  assert_ok(clock_date_parse(slice_str(text), &date));
  return date;
}

static inline void fixture_today(struct fixture *fixture, const char *date) {
  clock_fixed_set(&fixture->clock, clock_date_start_ms(day(date)) + 10 * 3600 * 1000);
}

static inline int fixture_open(void **state) {
  static struct db_migration migrations[40];
  size_t count = 0;
  const struct db_migration *const modules[] = {ledger_migrations, register_migrations};
  for (size_t i = 0; i < 2; i++) {
    for (const struct db_migration *each = modules[i]; each->module; each++) {
      migrations[count++] = *each;
    }
  }
  struct fixture *fixture = heap_alloc(sizeof *fixture);
  (void)snprintf(fixture->dir, sizeof fixture->dir, "/tmp/danh-register-XXXXXX");
  assert_non_null(mkdtemp(fixture->dir));
  char path[96];
  (void)snprintf(path, sizeof path, "%s/danh.db", fixture->dir);
  struct db_options options = {.path = path, .mode = DB_CREATE, .migrations = migrations, .readers = 2};
  assert_ok(db_engine_open(&options, &fixture->db));
  fixture->clock = clock_fixed(0);
  fixture_today(fixture, "2026-11-21");
  fixture->random = random_seeded(11);
  fixture->env = (struct env){.db = fixture->db, .clock = &fixture->clock, .random = &fixture->random};
  fixture->act =
      (struct register_act){.actor_person_id = 5, .actor_role = S("officer@H26.11"), .legal_basis = S("Luật Căn cước")};
  arena_init(&fixture->arena);
  *state = fixture;
  return 0;
}

static inline int fixture_close(void **state) {
  struct fixture *fixture = *state;
  db_close(&fixture->db);
  arena_free(&fixture->arena);
  static const char *const files[] = {"danh.db", "danh.db-wal", "danh.db-shm", "danh.db.lock"};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    char path[96];
    (void)snprintf(path, sizeof path, "%s/%s", fixture->dir, files[i]);
    (void)unlink(path);
  }
  (void)rmdir(fixture->dir);
  free(fixture);
  return 0;
}

/* The first number of a statement. */
static inline int64_t fixture_number(struct fixture *fixture, const char *sql) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  assert_ok(db_read_begin(fixture->db, &tx));
  assert_ok(db_row(tx, sql, DB_NO_ARGS, &rows));
  return db_int(&rows, 0);
}
