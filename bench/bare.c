#include "bench/bare.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/bench.h"

enum { BATCH = 64, PATH_BYTES = 4096, BLOB_BYTES = 32, LEAF_BYTES = 180, COMMAND_BYTES = 4 * PATH_BYTES };

/* In the order of dossier_submit's write. Numbers are bound to $1 (a person) and $2 (a counter), texts and bytes as the
 * constants of about the length that the platform writes. */
static const char *const statements[] = {
    "SELECT d.content FROM dossier_filing f JOIN dossier d ON d.person_id = f.subject_id AND d.dossier_id = f.dossier_id"
    " WHERE f.person_id = $1 AND f.form_key = 'bare-' || $2",
    "SELECT 1 FROM dossier WHERE person_id = $1 AND procedure_name = 'bare' AND certificate = 1 AND status IN (1, 2, 4, 5, 6)"
    " LIMIT 1",
    "INSERT INTO dossier_serial (agency_code, day, last) VALUES ('BARE', $1 & 63, 1)"
    " ON CONFLICT (agency_code, day) DO UPDATE SET last = dossier_serial.last + 1 RETURNING last",
    "INSERT INTO payment_reference (reference, person_id, payment_id) VALUES (printf('LLTP%010d', $2), $1, $2)",
    "INSERT INTO payment_request (person_id, payment_id, dossier_code, reference, amount, paid, state, created_at)"
    " VALUES ($1, $2, 'BARE-261121-' || $2, 'LLTP0123456789', 170000, 0, 1, $2)",
    "INSERT INTO dossier_code (code, person_id, dossier_id) VALUES ('BARE-261121-' || $2, $1, $2)",
    "INSERT INTO dossier_filing (person_id, form_key, subject_id, dossier_id) VALUES ($1, 'bare-' || $2, $1, $2)",
    "INSERT INTO dossier VALUES ($1, $2, $1, 'BARE-261121-' || $2, 'bare', '1.000000', 'BARE', '01', 1, 1, 0, $2, $2, 0, 0, 0,"
    " 1, 1, 10, 900, 20000, 0, 1, 1, 0, 0, 170000, 0, 170000, zeroblob(32), hex(zeroblob(710)), hex(zeroblob(78)), 0, 0, 0,"
    " NULL, '', 'bare-' || $2, zeroblob(32))",
    "INSERT INTO dossier_move (person_id, dossier_id, move_id, at, from_status, to_status, actor_id, act, role, desk, legal_basis,"
    " note) VALUES ($1, $2, $2, $2, 0, 1, $1, 'submit', '', '', hex(zeroblob(20)), '')",
    /* two ledger entries: the fee request and the submission */
    "INSERT OR IGNORE INTO ledger_pseudonym (person_id, pseudonym) VALUES ($1, randomblob(16))",
    "SELECT pseudonym FROM ledger_pseudonym WHERE person_id = $1",
    "INSERT INTO ledger_entry (leaf) VALUES (zeroblob(41))",
    "INSERT INTO ledger_detail (entry_id, salt, detail, content) VALUES (last_insert_rowid(), zeroblob(16), hex(zeroblob(30)), zeroblob(180))",
    "INSERT INTO ledger_pending (entry_id) VALUES (last_insert_rowid())",
    "INSERT INTO ledger_person (person_id, entry_id, is_read) VALUES ($1, last_insert_rowid(), 0)",
    "SELECT pseudonym FROM ledger_pseudonym WHERE person_id = $1",
    "INSERT INTO ledger_entry (leaf) VALUES (zeroblob(41))",
    "INSERT INTO ledger_detail (entry_id, salt, detail, content) VALUES (last_insert_rowid(), zeroblob(16), hex(zeroblob(30)), zeroblob(180))",
    "INSERT INTO ledger_pending (entry_id) VALUES (last_insert_rowid())",
    "INSERT INTO ledger_person (person_id, entry_id, is_read) VALUES ($1, last_insert_rowid(), 0)",
};
enum { STATEMENTS = sizeof statements / sizeof *statements };

struct bare {
  sqlite3 *handle;
  sqlite3_stmt *prepared[STATEMENTS];
  int64_t number;
};

static void fail(struct bare *bare, const char *what) {
  (void)fprintf(stderr, "bare SQLite: %s: %s\n", sqlite3_errmsg(bare->handle), what);
  exit(1);
}

static void execute(struct bare *bare, const char *sql) {
  if (sqlite3_exec(bare->handle, sql, NULL, NULL, NULL) != SQLITE_OK) {
    fail(bare, sql);
  }
}

static void submit(struct bare *bare, int64_t person_id) {
  for (int i = 0; i < STATEMENTS; i++) {
    sqlite3_stmt *statement = bare->prepared[i];
    (void)sqlite3_bind_int64(statement, 1, person_id);
    if (sqlite3_bind_parameter_count(statement) > 1) {
      (void)sqlite3_bind_int64(statement, 2, bare->number);
    }
    int status = SQLITE_ROW;
    while (status == SQLITE_ROW) {
      status = sqlite3_step(statement);
    }
    if (status != SQLITE_DONE) {
      fail(bare, statements[i]);
    }
    (void)sqlite3_reset(statement);
  }
}

static double run(struct bare *bare, int64_t seconds) {
  struct random random = random_seeded(2);
  int64_t began_us = clock_monotonic_us();
  int64_t first = bare->number;
  while (clock_monotonic_us() - began_us < seconds * 1000000) {
    execute(bare, "BEGIN IMMEDIATE");
    for (int i = 0; i < BATCH; i++, bare->number++) {
      submit(bare, (int64_t)random_below(&random, 1u << 30));
    }
    execute(bare, "COMMIT");
  }
  return bench_rate(bare->number - first, clock_monotonic_us() - began_us);
}

double bench_bare_per_s(const char *data, int64_t seconds) {
  char path[PATH_BYTES];
  char command[COMMAND_BYTES];
  struct bare bare = {.number = 1};
  (void)snprintf(path, sizeof path, "%s/bare.db", data);
  (void)snprintf(command, sizeof command, "cp '%s/danh.db' '%s'", data, path);
  if (system(command) != 0 || sqlite3_open(path, &bare.handle) != SQLITE_OK) {
    (void)fprintf(stderr, "%s cannot be copied\n", data);
    exit(1);
  }
  execute(&bare, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-16384");
  for (int i = 0; i < STATEMENTS; i++) {
    if (sqlite3_prepare_v2(bare.handle, statements[i], -1, &bare.prepared[i], NULL) != SQLITE_OK) {
      fail(&bare, statements[i]);
    }
  }
  double rate = run(&bare, seconds);
  for (int i = 0; i < STATEMENTS; i++) {
    (void)sqlite3_finalize(bare.prepared[i]);
  }
  (void)sqlite3_close(bare.handle);
  (void)snprintf(command, sizeof command, "rm -f '%s' '%s-wal' '%s-shm'", path, path, path);
  return system(command) == 0 ? rate : 0;
}
