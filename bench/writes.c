/* bench/writes.c: durable writes a second, beside the machine's own limits measured in the same run.
 *
 *   fsync        one page appended and synced, again and again
 *   bare         the same statements on the bare engine, 64 a transaction: what it gives without an interface
 *   db_write     64 threads, one write each time (a look-up, two rows), each acknowledged only when durable
 * bench_writes [FOLDER]: SQLite's files are made there, or in /tmp. On SQLite and, with DANH_TEST_POSTGRES=URL in the environment, on PostgreSQL, by turns
 * in rounds; the middle round counts. A cluster that waits for its disk:
 *   ninja -C build bench/bench_writes && script/lib/postgres.py run --durable build/bench/bench_writes
 * Prints one JSON object. Ratios count: machines drift.
 */
#include <fcntl.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "db/db.h"

enum { ROUNDS = 3, ROUND_US = 1000 * 1000, THREADS = 64, BATCH = 64, PAGE_BYTES = 4096, STATEMENTS = 3, PATH_BYTES_MAX = 500 };

static const struct db_migration migrations[] = {{"bench", 1,
                                                  "CREATE TABLE entry (person_id id/public NOT NULL, number int/public NOT NULL, words text/public,"
                                                  " PRIMARY KEY (person_id, number));"
                                                  "CREATE TABLE entry_key (key text/public PRIMARY KEY, person_id id/public NOT NULL)"},
                                                 {0}};

/* $1 whose, $2 which, $3 what or its key */
static const char look_up[] = "SELECT words FROM entry WHERE person_id = $1 AND number = $2";
static const char insert[] = "INSERT INTO entry (person_id, number, words) VALUES ($1, $2, $3)";
static const char insert_key[] = "INSERT INTO entry_key (person_id, key) VALUES ($1, $2)"; /* SQLite numbers what it meets */
static const char words[] = "A line of about the length of what a dossier's state change writes, with some identifiers and a clause.";

static double fsyncs_a_second(const char *dir) {
  char path[PATH_BYTES_MAX + 16];
  (void)snprintf(path, sizeof path, "%s/fsync", dir);
  int fd = open(path, O_RDWR | O_CREAT, 0600);
  char page[PAGE_BYTES] = {1};
  int64_t began = clock_monotonic_us();
  int64_t count = 0;
  while (clock_monotonic_us() - began < ROUND_US) {
    if (write(fd, page, sizeof page) != sizeof page || fsync(fd) != 0) {
      exit(1);
    }
    count++;
  }
  (void)close(fd);
  return (double)count * 1e6 / (double)(clock_monotonic_us() - began);
}

static void require(bool holds, const char *what) {
  if (!holds) {
    (void)fprintf(stderr, "%s\n", what);
    exit(1);
  }
}

static void key_write(int64_t person, int64_t number, char key[static 48]) { (void)snprintf(key, 48, "%lld/%lld", (long long)person, (long long)number); }

/* ---- SQLite without an interface ---- */

struct bare_file {
  sqlite3 *handle;
  sqlite3_stmt *statements[STATEMENTS];
  int64_t count;
};

static void file_open(struct bare_file *bare, const char *dir) {
  static const char *const texts[STATEMENTS] = {look_up, insert, insert_key};
  char path[PATH_BYTES_MAX + 16];
  (void)snprintf(path, sizeof path, "%s/bare.db", dir);
  require(sqlite3_open(path, &bare->handle) == SQLITE_OK, path);
  int made = sqlite3_exec(bare->handle,
                          "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE entry (person_id INTEGER NOT NULL, number INTEGER NOT NULL,"
                          " words TEXT, PRIMARY KEY (person_id, number)) STRICT, WITHOUT ROWID;"
                          "CREATE TABLE entry_key (key TEXT PRIMARY KEY NOT NULL, person_id INTEGER NOT NULL) STRICT",
                          NULL, NULL, NULL);
  for (int i = 0; i < STATEMENTS && made == SQLITE_OK; i++) {
    made = sqlite3_prepare_v2(bare->handle, texts[i], -1, &bare->statements[i], NULL);
  }
  require(made == SQLITE_OK, "bare SQLite");
}

static void file_write(struct bare_file *bare, int64_t person) {
  char key[48];
  key_write(person, bare->count, key);
  for (int i = 0; i < STATEMENTS; i++) {
    sqlite3_stmt *statement = bare->statements[i];
    (void)sqlite3_bind_int64(statement, 1, person);
    (void)(i == 2 ? sqlite3_bind_text(statement, 2, key, -1, SQLITE_STATIC) : sqlite3_bind_int64(statement, 2, bare->count));
    if (i == 1) {
      (void)sqlite3_bind_text(statement, 3, words, sizeof words - 1, SQLITE_STATIC);
    }
    require(sqlite3_step(statement) == SQLITE_DONE, "bare SQLite: a statement");
    (void)sqlite3_reset(statement);
  }
  bare->count++;
}

static double file_a_second(struct bare_file *bare) {
  int64_t began = clock_monotonic_us();
  int64_t first = bare->count;
  while (clock_monotonic_us() - began < ROUND_US) {
    (void)sqlite3_exec(bare->handle, "BEGIN", NULL, NULL, NULL);
    for (int i = 0; i < BATCH; i++) {
      file_write(bare, i);
    }
    require(sqlite3_exec(bare->handle, "COMMIT", NULL, NULL, NULL) == SQLITE_OK, "bare SQLite: COMMIT");
  }
  return (double)(bare->count - first) * 1e6 / (double)(clock_monotonic_us() - began);
}

static void file_close(struct bare_file *bare) {
  for (int i = 0; i < STATEMENTS; i++) {
    (void)sqlite3_finalize(bare->statements[i]);
  }
  (void)sqlite3_close(bare->handle);
}

/* ---- libpq without an interface: one round trip a statement, as a plain loop has it ---- */

struct bare_server {
  PGconn *handle;
  int64_t count;
};

static void server_tell(struct bare_server *bare, const char *sql) {
  PGresult *answer = PQexec(bare->handle, sql);
  require(PQresultStatus(answer) == PGRES_COMMAND_OK || PQresultStatus(answer) == PGRES_TUPLES_OK, PQerrorMessage(bare->handle));
  PQclear(answer);
}

/* In a schema of its own, with tables of the same shape that db.h makes. */
static void server_open(struct bare_server *bare, const char *url) {
  static const char *const texts[STATEMENTS] = {look_up, insert, insert_key};
  static const char *const names[STATEMENTS] = {"s0", "s1", "s2"};
  bare->handle = PQconnectdb(url);
  require(PQstatus(bare->handle) == CONNECTION_OK, PQerrorMessage(bare->handle));
  server_tell(bare, "SET client_min_messages = warning; DROP SCHEMA IF EXISTS bare CASCADE; CREATE SCHEMA bare; SET search_path = bare;"
                    "SET default_transaction_isolation = 'serializable'; SET enable_seqscan = off; SET enable_bitmapscan = off;"
                    "CREATE TABLE entry (person_id BIGINT NOT NULL, number BIGINT NOT NULL, words TEXT COLLATE \"C\", PRIMARY KEY (person_id, number))"
                    " PARTITION BY HASH (person_id);"
                    "CREATE TABLE entry_p0 PARTITION OF entry FOR VALUES WITH (MODULUS 4, REMAINDER 0);"
                    "CREATE TABLE entry_p1 PARTITION OF entry FOR VALUES WITH (MODULUS 4, REMAINDER 1);"
                    "CREATE TABLE entry_p2 PARTITION OF entry FOR VALUES WITH (MODULUS 4, REMAINDER 2);"
                    "CREATE TABLE entry_p3 PARTITION OF entry FOR VALUES WITH (MODULUS 4, REMAINDER 3);"
                    "CREATE TABLE entry_key (key TEXT COLLATE \"C\" PRIMARY KEY, person_id BIGINT NOT NULL)");
  for (int i = 0; i < STATEMENTS; i++) {
    PQclear(PQprepare(bare->handle, names[i], texts[i], 0, NULL));
  }
}

static void server_write(struct bare_server *bare, int64_t person) {
  static const char *const names[STATEMENTS] = {"s0", "s1", "s2"};
  char key[48];
  uint64_t whose = __builtin_bswap64((uint64_t)person);
  uint64_t which = __builtin_bswap64((uint64_t)bare->count);
  key_write(person, bare->count++, key);
  for (int i = 0; i < STATEMENTS; i++) {
    const char *const values[] = {(const char *)&whose, i == 2 ? key : (const char *)&which, words};
    const int lengths[] = {8, i == 2 ? (int)strlen(key) : 8, sizeof words - 1};
    const int formats[] = {1, 1, 1};
    PGresult *answer = PQexecPrepared(bare->handle, names[i], i == 1 ? 3 : 2, values, lengths, formats, 1);
    require(PQresultStatus(answer) == PGRES_COMMAND_OK || PQresultStatus(answer) == PGRES_TUPLES_OK, PQerrorMessage(bare->handle));
    PQclear(answer);
  }
}

static double server_a_second(struct bare_server *bare) {
  int64_t began = clock_monotonic_us();
  int64_t first = bare->count;
  while (clock_monotonic_us() - began < ROUND_US) {
    server_tell(bare, "BEGIN");
    for (int i = 0; i < BATCH; i++) {
      server_write(bare, i);
    }
    server_tell(bare, "COMMIT");
  }
  return (double)(bare->count - first) * 1e6 / (double)(clock_monotonic_us() - began);
}

/* ---- through db.h ---- */

struct client {
  struct db *db;
  int64_t id;
  int64_t count; /* goes on from round to round */
  int64_t until_us;
  pthread_t thread;
};

static result entry_add(struct db_tx *tx, void *arg) {
  const struct client *client = arg;
  char key[48];
  key_write(client->id, client->count, key);
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, look_up, DB_ARGS(db_of_int(client->id), db_of_int(client->count)), &rows));
  if (db_rows_next(&rows)) {
    FAIL(DB_DUPLICATE, "it is there");
  }
  TRY(rows.status);
  TRY(db_run(tx, insert, DB_ARGS(db_of_int(client->id), db_of_int(client->count), db_of_text(slice_of(words, sizeof words - 1))), NULL));
  return db_run(tx, insert_key, DB_ARGS(db_of_int(client->id), db_of_text(slice_str(key))), NULL);
}

static void *client_main(void *arg) {
  struct client *client = arg;
  while (clock_monotonic_us() < client->until_us) {
    require(is_ok(db_write(client->db, entry_add, client)), fault_last()->detail);
    client->count++;
  }
  return NULL;
}

struct ours {
  struct db *db;
  struct client clients[THREADS];
};

static void ours_open(struct ours *ours, const char *path) {
  struct db_options options = {.path = path, .mode = DB_CREATE, .migrations = migrations, .readers = 16};
  require(is_ok(db_open(&options, &ours->db)), fault_last()->detail);
  for (int i = 0; i < THREADS; i++) {
    ours->clients[i] = (struct client){.db = ours->db, .id = i};
  }
}

static double ours_a_second(struct ours *ours) {
  int64_t began = clock_monotonic_us();
  uint64_t first = db_figures(ours->db).writes;
  for (int i = 0; i < THREADS; i++) {
    ours->clients[i].until_us = began + ROUND_US;
    require(pthread_create(&ours->clients[i].thread, NULL, client_main, &ours->clients[i]) == 0, "no thread");
  }
  for (int i = 0; i < THREADS; i++) {
    (void)pthread_join(ours->clients[i].thread, NULL);
  }
  return (double)(db_figures(ours->db).writes - first) * 1e6 / (double)(clock_monotonic_us() - began);
}

static double middle(double rates[static ROUNDS]) {
  for (int i = 0; i < ROUNDS; i++) {
    for (int j = i + 1; j < ROUNDS; j++) {
      if (rates[j] < rates[i]) {
        double other = rates[i];
        rates[i] = rates[j];
        rates[j] = other;
      }
    }
  }
  return rates[ROUNDS / 2];
}

struct rates {
  double bare[ROUNDS];
  double ours[ROUNDS];
};

static void print(const char *engine, struct rates *rates, struct db *db) {
  struct db_figures figures = db_figures(db);
  double bare = middle(rates->bare);
  double ours = middle(rates->ours);
  (void)printf(", \"%s\": {\"bare_a_second\": %.0f, \"durable_writes_a_second\": %.0f, \"writes_to_bare\": %.2f, \"writes_a_commit\": %.1f, \"ran_again\": %llu}",
               engine, bare, ours, ours / bare, (double)figures.writes / (double)figures.commits, (unsigned long long)figures.retries);
}

static const char *schema_of(const char *url, char place[static 512]) {
  (void)snprintf(place, 512, "%s%coptions=-csearch_path%%3Dbench_writes", url, strchr(url, '?') != NULL ? '&' : '?');
  return place;
}

int main(int argc, char **argv) {
  static struct ours file;
  static struct ours server;
  struct bare_file bare_file = {0};
  struct bare_server bare_server = {0};
  struct rates on_file = {0};
  struct rates on_server = {0};
  const char *url = getenv("DANH_TEST_POSTGRES");
  char dir[PATH_BYTES_MAX];
  char path[PATH_BYTES_MAX + 16];
  require(snprintf(dir, sizeof dir, "%s/danh_bench_db_XXXXXX", argc > 1 ? argv[1] : "/tmp") < (int)sizeof dir && mkdtemp(dir) != NULL, "no folder");
  (void)snprintf(path, sizeof path, "%s/danh.db", dir);
  file_open(&bare_file, dir);
  ours_open(&file, path);
  if (url != NULL) {
    server_open(&bare_server, url);
    ours_open(&server, schema_of(url, path));
  }
  double fsyncs = fsyncs_a_second(dir);
  for (int i = 0; i < ROUNDS; i++) {
    on_file.bare[i] = file_a_second(&bare_file);
    on_file.ours[i] = ours_a_second(&file);
    if (url != NULL) {
      on_server.bare[i] = server_a_second(&bare_server);
      on_server.ours[i] = ours_a_second(&server);
    }
  }
  (void)printf("{\"fsyncs_a_second\": %.0f", fsyncs);
  print("sqlite", &on_file, file.db);
  if (url != NULL) {
    print("postgresql", &on_server, server.db);
    db_close(&server.db);
    PQfinish(bare_server.handle);
  }
  (void)printf("}\n");
  db_close(&file.db);
  file_close(&bare_file);
  char command[PATH_BYTES_MAX + 16];
  (void)snprintf(command, sizeof command, "rm -rf %s", dir);
  return system(command);
}
