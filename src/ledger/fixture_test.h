/* ledger/fixture_test.h: an installation in a folder of its own, with a signer in memory. (tests of ledger/ only) */
#pragma once
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "crypto/ed25519.h"
#include "db/engine_fixture.h"
#include "ledger/ledger.h"
/* keep last */
#include "base/unit_test.h"

struct memory_signer {
  struct signer port;
  struct secret seed;
  int signatures;
  atomic_bool is_down; /* the sequencer signs on a thread of its own */
};

static inline result memory_sign(struct signer *signer, const struct signer_request *request, struct arena *arena,
                                 struct slice *ret_signature) {
  struct memory_signer *memory = (struct memory_signer *)signer;
  if (memory->is_down) {
    FAIL(DB_UNAVAILABLE, "the signer is down");
  }
  assert_true(slice_is(request->key, "checkpoint/ledger"));
  assert_int_equal(request->profile, SIGNER_CHECKPOINT);
  memory->signatures++;
  uint8_t *signature = arena_alloc(arena, ED25519_SIGNATURE_BYTES);
  TRY(ed25519_sign(&memory->seed, request->message, signature));
  *ret_signature = slice_of(signature, ED25519_SIGNATURE_BYTES);
  return OK;
}

static inline result memory_key_public(struct signer *signer, struct slice key, struct arena *arena,
                                       struct slice *ret_public_key) {
  (void)key;
  uint8_t public_key[ED25519_PUBLIC_BYTES];
  uint8_t *spki = arena_alloc(arena, ED25519_SPKI_BYTES);
  TRY(ed25519_public(&((struct memory_signer *)signer)->seed, public_key));
  ed25519_spki_write(public_key, spki);
  *ret_public_key = slice_of(spki, ED25519_SPKI_BYTES);
  return OK;
}

static inline result memory_key_create(struct signer *signer, const struct signer_new_key *key, struct arena *arena,
                                       struct slice *ret_public_key) {
  return memory_key_public(signer, key->name, arena, ret_public_key);
}

enum { FIXTURE_TABLES_MAX = 16 };

struct fixture {
  char dir[64];
  char path[96];
  struct clock clock;
  struct random random;
  struct memory_signer signer;
  struct env env;
  struct arena arena;
  const char *empty[FIXTURE_TABLES_MAX]; /* what brings the kept rows of each table back */
  const char *fill[FIXTURE_TABLES_MAX];
  size_t kept;
};

enum { CITIZEN = 1001, NEIGHBOUR = 1002, OFFICER = 2001, START_MS = 1717552800 };

static inline result fixture_open(struct fixture *fixture, const char *path) {
  struct db_options options = {.path = path, .mode = DB_CREATE, .migrations = ledger_migrations, .readers = 4};
  return db_engine_open(&options, &fixture->env.db);
}

static inline int set_up(void **state) {
  struct fixture *fixture = calloc(1, sizeof *fixture);
  (void)snprintf(fixture->dir, sizeof fixture->dir, "/tmp/danh_ledger_test_XXXXXX");
  assert_non_null(mkdtemp(fixture->dir));
  (void)snprintf(fixture->path, sizeof fixture->path, "%s/danh.db", fixture->dir);
  fixture->clock = clock_fixed((int64_t)START_MS * 1000);
  fixture->random = random_seeded(7);
  fixture->signer.port = (struct signer){memory_sign, memory_key_create, memory_key_public, NULL};
  assert_ok(ed25519_generate(&fixture->signer.seed));
  fixture->env = (struct env){.clock = &fixture->clock,
                              .random = &fixture->random,
                              .signer = &fixture->signer.port,
                              .origin = S("https://danh.example")};
  assert_ok(fixture_open(fixture, fixture->path));
  *state = fixture;
  return 0;
}

static inline int tear_down(void **state) {
  struct fixture *fixture = *state;
  db_close(&fixture->env.db);
  arena_free(&fixture->arena);
  char command[128];
  (void)snprintf(command, sizeof command, "rm -rf %s", fixture->dir);
  int ignored = system(command);
  free(fixture);
  return ignored;
}

struct acts {
  struct env *env;
  int count;
  int64_t subject;
};

static inline result acts_append(struct db_tx *tx, void *arg) {
  const struct acts *acts = arg;
  for (int i = 0; i < acts->count; i++) {
    int64_t subjects[] = {acts->subject, NEIGHBOUR, acts->subject};
    struct ledger_entry entry = {.kind = "dossier.received",
                                 .actor_person_id = OFFICER,
                                 .actor_role = S("officer@H26.11"),
                                 .subjects = subjects,
                                 .subject_count = i % 2 == 0 ? 3 : 1,
                                 .legal_basis = S("Điều 7 Nghị định 61/2018/NĐ-CP"),
                                 .detail = S("{\"code\":\"H26.11-240605-0001\"}")};
    TRY(ledger_append(acts->env, tx, &entry));
  }
  return OK;
}

static inline void acts_write(struct fixture *fixture, int count) {
  struct acts acts = {&fixture->env, count, CITIZEN};
  assert_ok(db_write(fixture->env.db, acts_append, &acts));
}

static inline int64_t count_of(struct fixture *fixture, const char *sql) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(fixture->env.db, &tx));
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  assert_ok(db_row(tx, db_engine_spelled(&fixture->arena, sql), DB_NO_ARGS, &rows));
  return db_int(&rows, 0);
}

static inline result statement_run(struct db_tx *tx, void *sql) {
  return db_run(tx, sql, DB_NO_ARGS, NULL);
}

static inline void run(struct fixture *fixture, const char *sql) {
  assert_ok(db_write(fixture->env.db, statement_run, (void *)(uintptr_t)db_engine_spelled(&fixture->arena, sql)));
}

/* Keeps every row of the ledger beside it, so that one alteration after the other begins from a sound one: rows_return. */
static inline void rows_keep(struct fixture *fixture) {
  struct db_tx *tx = NULL;
  struct db_rows rows = {0};
  const char *keep[FIXTURE_TABLES_MAX];
  assert_ok(db_read_begin(fixture->env.db, &tx));
  assert_ok(db_query(tx, "SELECT DISTINCT table_name FROM column_class WHERE module = 'ledger'", DB_NO_ARGS, &rows));
  for (fixture->kept = 0; db_rows_next(&rows); fixture->kept++) {
    assert_true(fixture->kept < FIXTURE_TABLES_MAX);
    struct slice table = db_text(&rows, 0);
    keep[fixture->kept] = arena_cstr(&fixture->arena, arena_printf(&fixture->arena, "CREATE TABLE kept_%.*s AS SELECT * FROM %.*s", SLICE_ARG(table), SLICE_ARG(table)));
    fixture->empty[fixture->kept] = arena_cstr(&fixture->arena, arena_printf(&fixture->arena, "DELETE FROM %.*s", SLICE_ARG(table)));
    fixture->fill[fixture->kept] = arena_cstr(&fixture->arena, arena_printf(&fixture->arena, "INSERT INTO %.*s SELECT * FROM kept_%.*s", SLICE_ARG(table), SLICE_ARG(table)));
  }
  db_rows_close(&rows);
  db_read_end(&tx);
  assert_true(fixture->kept > 5);
  for (size_t i = 0; i < fixture->kept; i++) {
    run(fixture, keep[i]);
  }
}

static inline result rows_write(struct db_tx *tx, void *arg) {
  const struct fixture *fixture = arg;
  for (size_t i = 0; i < fixture->kept; i++) {
    TRY(db_run(tx, fixture->empty[i], DB_NO_ARGS, NULL));
    TRY(db_run(tx, fixture->fill[i], DB_NO_ARGS, NULL));
  }
  return OK;
}

static inline void rows_return(struct fixture *fixture) { assert_ok(db_write(fixture->env.db, rows_write, fixture)); }

static inline struct ledger_report verified(struct fixture *fixture) {
  struct ledger_report report = {0};
  assert_ok(ledger_verify(&fixture->env, NULL, &fixture->arena, &report));
  return report;
}
