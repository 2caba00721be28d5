/* bench/bench_db.c: durable writes a second, beside the machine's own limits measured in the same run.
 *
 *   fsync        one page appended and synced, again and again
 *   bare         the same statements on bare SQLite, 64 a transaction: what the engine gives without an interface
 *   db_write     64 threads, one row each time, each acknowledged only when durable
 * Prints one JSON object. Ratios count: machines drift.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "db/db.h"

enum { SECONDS = 3, THREADS = 64, BATCH = 64, PAGE_BYTES = 4096 };

static const struct db_migration migrations[] = {{"bench", 1,
                                                  "CREATE TABLE entry (person_id id/public NOT NULL, number int/public "
                                                  "NOT NULL, words text/public, PRIMARY KEY (person_id, number))"},
                                                 {0}};

static const char insert[] = "INSERT INTO entry (person_id, number, words) VALUES ($1, $2, $3)";
static const char words[] =
    "A line of about the length of what a dossier's state change writes, with some identifiers and a clause.";

static double fsyncs_a_second(const char *dir) {
  char path[256];
  (void)snprintf(path, sizeof path, "%s/fsync", dir);
  int fd = open(path, O_RDWR | O_CREAT, 0600);
  char page[PAGE_BYTES] = {1};
  int64_t began = clock_monotonic_us();
  int64_t count = 0;
  while (clock_monotonic_us() - began < SECONDS * 1000000LL) {
    if (write(fd, page, sizeof page) != sizeof page || fsync(fd) != 0) {
      exit(1);
    }
    count++;
  }
  (void)close(fd);
  return (double)count * 1e6 / (double)(clock_monotonic_us() - began);
}

static double bare_a_second(const char *dir) {
  char path[256];
  (void)snprintf(path, sizeof path, "%s/bare.db", dir);
  sqlite3 *handle = NULL;
  sqlite3_stmt *statement = NULL;
  if (sqlite3_open(path, &handle) != SQLITE_OK ||
      sqlite3_exec(handle,
                   "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE entry (person_id INTEGER NOT NULL, "
                   "number INTEGER"
                   " NOT NULL, words TEXT, PRIMARY KEY (person_id, number)) STRICT, WITHOUT ROWID",
                   NULL, NULL, NULL) != SQLITE_OK ||
      sqlite3_prepare_v2(handle, insert, -1, &statement, NULL) != SQLITE_OK) {
    exit(1);
  }
  int64_t began = clock_monotonic_us();
  int64_t count = 0;
  while (clock_monotonic_us() - began < SECONDS * 1000000LL) {
    (void)sqlite3_exec(handle, "BEGIN", NULL, NULL, NULL);
    for (int i = 0; i < BATCH; i++, count++) {
      (void)sqlite3_bind_int64(statement, 1, i);
      (void)sqlite3_bind_int64(statement, 2, count);
      (void)sqlite3_bind_text(statement, 3, words, sizeof words - 1, SQLITE_STATIC);
      (void)sqlite3_step(statement);
      (void)sqlite3_reset(statement);
    }
    if (sqlite3_exec(handle, "COMMIT", NULL, NULL, NULL) != SQLITE_OK) {
      exit(1);
    }
  }
  double rate = (double)count * 1e6 / (double)(clock_monotonic_us() - began);
  (void)sqlite3_finalize(statement);
  (void)sqlite3_close(handle);
  return rate;
}

struct client {
  struct db *db;
  int64_t id;
  int64_t count;
  int64_t until_us;
  pthread_t thread;
};

static result entry_add(struct db_tx *tx, void *arg) {
  const struct client *client = arg;
  return db_run(tx, insert,
                DB_ARGS(db_of_int(client->id), db_of_int(client->count), db_of_text(slice_of(words, sizeof words - 1))),
                NULL);
}

static void *client_main(void *arg) {
  struct client *client = arg;
  while (clock_monotonic_us() < client->until_us) {
    if (!is_ok(db_write(client->db, entry_add, client))) {
      exit(1);
    }
    client->count++;
  }
  return NULL;
}

static double writes_a_second(const char *dir, struct db_figures *ret_figures) {
  char path[256];
  (void)snprintf(path, sizeof path, "%s/danh.db", dir);
  struct db *db = NULL;
  struct db_options options = {.path = path, .mode = DB_CREATE, .migrations = migrations, .readers = 1};
  if (!is_ok(db_open(&options, &db))) {
    exit(1);
  }
  struct client clients[THREADS];
  int64_t began = clock_monotonic_us();
  for (int i = 0; i < THREADS; i++) {
    clients[i] = (struct client){.db = db, .id = i, .until_us = began + SECONDS * 1000000LL};
    if (pthread_create(&clients[i].thread, NULL, client_main, &clients[i]) != 0) {
      exit(1);
    }
  }
  int64_t count = 0;
  for (int i = 0; i < THREADS; i++) {
    (void)pthread_join(clients[i].thread, NULL);
    count += clients[i].count;
  }
  double rate = (double)count * 1e6 / (double)(clock_monotonic_us() - began);
  *ret_figures = db_figures(db);
  db_close(&db);
  return rate;
}

int main(void) {
  char dir[] = "/tmp/danh_bench_db_XXXXXX";
  if (mkdtemp(dir) == NULL) {
    return 1;
  }
  double fsyncs = fsyncs_a_second(dir);
  double bare = bare_a_second(dir);
  struct db_figures figures = {0};
  double writes = writes_a_second(dir, &figures);
  (void)printf(
      "{\"fsyncs_a_second\":%.0f,\"bare_rows_a_second\":%.0f,\"durable_writes_a_second\":%.0f,\"writes_a_commit\":%.1f,"
      "\"writes_to_bare\":%.2f,\"commits_to_fsyncs\":%.2f}\n",
      fsyncs, bare, writes, (double)figures.writes / (double)figures.commits, writes / bare,
      (double)figures.commits / SECONDS / fsyncs);
  char command[64];
  (void)snprintf(command, sizeof command, "rm -rf %s", dir);
  return system(command);
}
