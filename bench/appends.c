/* bench/appends.c DIR SECONDS: lines of the ledger a second, on a copy of the country, from ledger_append to the signed head that covers them.
 *
 *   sha256     digests of 256 bytes a second on one core: a line takes six or so (commitment, leaf, tree, and both again before the head is signed)
 *   bare       the rows of a line on plain SQLite, position included, as many a transaction
 *   appends    threads that each append 64 lines a write, while the sequencer orders, hashes into tiles, reads back and signs heads, as under danh serve.
 *              The time ends when a signed head covers the last of them.
 * Prints one JSON object.
 */
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/bench.h"
#include "crypto/digest.h"

enum { THREADS = 8, LINES_A_WRITE = 64, BARE_BATCH = THREADS * LINES_A_WRITE, RUN_US = 1000 * 1000, DIGESTED_BYTES = 256, PATH_BYTES = 4096 };

struct load {
  struct bench_world *world;
  int64_t until_us;
  atomic_size_t next; /* whose line */
};

struct lines {
  struct load *load;
  size_t first;
};

static result append(struct db_tx *tx, void *arg) {
  const struct lines *lines = arg;
  const struct bench_world *world = lines->load->world;
  for (size_t i = 0; i < LINES_A_WRITE; i++) {
    int64_t person_id = world->people[(lines->first + i) % world->people_count];
    const struct ledger_entry entry = {.kind = "account.signed_in", .actor_person_id = person_id, .subjects = &person_id, .subject_count = 1,
                                       .detail = S("{\"means\":[\"passkey_verified\"]}")};
    TRY(ledger_append(world->env, tx, &entry));
  }
  return OK;
}

static void *client(void *context) {
  struct load *load = context;
  while (clock_monotonic_us() < load->until_us) {
    bench_require(db_write(load->world->env->db, append, &(struct lines){load, atomic_fetch_add(&load->next, LINES_A_WRITE)}));
  }
  return NULL;
}

static int64_t signed_size(struct bench_world *world) {
  struct arena arena CLEANUP(arena_free) = {0};
  struct ledger_checkpoint checkpoint = {0};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  bench_require(db_read_begin(world->env->db, &tx));
  bench_require(ledger_checkpoint_latest(world->env, tx, &arena, &checkpoint));
  return checkpoint.size;
}

static double sha256_per_s(void) {
  uint8_t bytes[DIGESTED_BYTES] = {1};
  int64_t began = bench_thread_us();
  int64_t count = 0;
  for (; bench_thread_us() - began < RUN_US; count++) {
    digest_sha256(slice_of(bytes, sizeof bytes), bytes); /* each of the one before */
  }
  return bench_rate(count, bench_thread_us() - began);
}

/* ---- without an interface ---- */

static const char bare_tables[] =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=8192; PRAGMA cache_size=-16384;"
    "CREATE TABLE entry (id INTEGER PRIMARY KEY, leaf BLOB NOT NULL) STRICT;"
    "CREATE TABLE detail (entry_id INTEGER PRIMARY KEY, salt BLOB NOT NULL, detail TEXT NOT NULL, content BLOB) STRICT;"
    "CREATE TABLE pseudonym (person_id INTEGER PRIMARY KEY, pseudonym BLOB NOT NULL UNIQUE) STRICT;"
    "CREATE TABLE person (person_id INTEGER NOT NULL, entry_id INTEGER NOT NULL, is_read INTEGER NOT NULL, PRIMARY KEY (person_id, entry_id)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE pending (entry_id INTEGER PRIMARY KEY) STRICT;"
    "CREATE TABLE position (position INTEGER PRIMARY KEY, entry_id INTEGER NOT NULL UNIQUE) STRICT;";
/* $1 whose, $2 which */
static const char *const bare_lines[] = {
    "SELECT pseudonym FROM pseudonym WHERE person_id = $1",
    "INSERT OR IGNORE INTO pseudonym (person_id, pseudonym) VALUES ($1, randomblob(16))",
    "INSERT INTO entry (id, leaf) VALUES ($2, zeroblob(41))",
    "INSERT INTO detail (entry_id, salt, detail, content) VALUES ($2, zeroblob(16), '{\"means\":[\"passkey_verified\"]}', zeroblob(180))",
    "INSERT INTO person (person_id, entry_id, is_read) VALUES ($1, $2, 0)",
    "INSERT INTO pending (entry_id) VALUES ($2)",
    "INSERT INTO position (position, entry_id) VALUES ($2, $2)",
    "DELETE FROM pending WHERE entry_id = $2",
};
enum { BARE_LINES = sizeof bare_lines / sizeof *bare_lines };

static void require_bare(sqlite3 *handle, bool holds, const char *what) {
  if (!holds) {
    (void)fprintf(stderr, "bare SQLite: %s: %s\n", sqlite3_errmsg(handle), what);
    exit(1);
  }
}

static void bare_line(sqlite3 *handle, sqlite3_stmt *const *lines, int64_t person_id, int64_t number) {
  for (int i = 0; i < BARE_LINES; i++) {
    for (int j = 1; j <= sqlite3_bind_parameter_count(lines[i]); j++) {
      (void)sqlite3_bind_int64(lines[i], j, sqlite3_bind_parameter_name(lines[i], j)[1] == '1' ? person_id : number);
    }
    int status = sqlite3_step(lines[i]);
    require_bare(handle, status == SQLITE_DONE || status == SQLITE_ROW, bare_lines[i]);
    (void)sqlite3_reset(lines[i]);
  }
}

static double bare_per_s(const struct bench_world *world, const char *dir, int64_t run_us) {
  char path[PATH_BYTES];
  sqlite3 *handle = NULL;
  sqlite3_stmt *lines[BARE_LINES] = {NULL};
  (void)snprintf(path, sizeof path, "%s/bare-appends.db", dir);
  require_bare(handle, sqlite3_open(path, &handle) == SQLITE_OK && sqlite3_exec(handle, bare_tables, NULL, NULL, NULL) == SQLITE_OK, path);
  for (int i = 0; i < BARE_LINES; i++) {
    require_bare(handle, sqlite3_prepare_v2(handle, bare_lines[i], -1, &lines[i], NULL) == SQLITE_OK, bare_lines[i]);
  }
  int64_t began = clock_monotonic_us();
  int64_t count = 0;
  while (clock_monotonic_us() - began < run_us) {
    require_bare(handle, sqlite3_exec(handle, "BEGIN", NULL, NULL, NULL) == SQLITE_OK, "BEGIN");
    for (int i = 0; i < BARE_BATCH; i++, count++) {
      bare_line(handle, lines, world->people[(size_t)count % world->people_count], count + 1);
    }
    require_bare(handle, sqlite3_exec(handle, "COMMIT", NULL, NULL, NULL) == SQLITE_OK, "COMMIT");
  }
  double rate = bench_rate(count, clock_monotonic_us() - began);
  for (int i = 0; i < BARE_LINES; i++) {
    (void)sqlite3_finalize(lines[i]);
  }
  (void)sqlite3_close(handle);
  return rate;
}

int main(int argc, char **argv) {
  if (argc != 3) {
    (void)fprintf(stderr, "usage: bench_appends DIR SECONDS\n");
    return 2;
  }
  struct bench_world world;
  int64_t run_us = strtol(argv[2], NULL, 10) * RUN_US;
  bench_world_open(argv[1], NULL, &world);
  bench_require(ledger_sequence(world.env)); /* what the country itself wrote */
  double sha256 = sha256_per_s();
  double bare = bare_per_s(&world, argv[1], run_us);
  int64_t before = signed_size(&world);
  int64_t own_us = bench_process_us(0);
  int64_t began_us = clock_monotonic_us();
  struct load load = {.world = &world, .until_us = began_us + run_us};
  bench_threads(THREADS, client, &load);
  int64_t appended_us = clock_monotonic_us() - began_us;
  int64_t count = (int64_t)load.next;
  while (signed_size(&world) < before + count) {
    ledger_sequencer_wake(world.sequencer);
    (void)usleep(1000);
  }
  int64_t elapsed_us = clock_monotonic_us() - began_us;
  (void)printf("{\"appends_per_s\": %.0f, \"appends\": %lld, \"durable_per_s\": %.0f, \"processor_us_each\": %.1f, \"bare_per_s\": %.0f, \"sha256_per_s\": %.0f}\n",
               bench_rate(count, elapsed_us), (long long)count, bench_rate(count, appended_us), (double)(bench_process_us(0) - own_us) / (double)count, bare, sha256);
  bench_world_close(&world);
  return 0;
}
