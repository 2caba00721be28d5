/* An installation's database moved to the other engine: copied whole, proved, and only then named in danh.ini. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/ledger.h"
#include "server/file.h"
#include "server/migrations.h"
#include "server/server.h"

static const char *path_in(const struct server_move *move, struct arena *arena, const char *name) {
  return (const char *)arena_printf(arena, "%s/%s", move->data, name).ptr;
}

static bool is_there(const char *path) {
  struct stat status;
  return lstat(path, &status) == 0;
}

/* A file under another name until it is whole: nobody can take it for the installation's. */
#define FRESH "danh.db.new"

/* What SQLite keeps beside its file: its log, the log's index, and our lock. */
static const char *const tails[] = {"-wal", "-shm", ".lock"};
enum { TAILS = sizeof tails / sizeof *tails };

static void remove_with_tails(const struct server_move *move, struct arena *arena, const char *name) {
  (void)unlink(path_in(move, arena, name));
  for (size_t i = 0; i < TAILS; i++) {
    (void)unlink((const char *)arena_printf(arena, "%s/%s%s", move->data, name, tails[i]).ptr);
  }
}

static result file_open(const struct server_move *move, struct arena *arena, struct db **ret_db) {
  const char *path = path_in(move, arena, "danh.db");
  const char *fresh = path_in(move, arena, FRESH);
  if (is_there(path)) {
    FAIL(DB_NOT_EMPTY, "%s is there", path);
  }
  remove_with_tails(move, arena, FRESH); /* of a move that was broken off */
  const struct db_options options = {.path = fresh, .mode = DB_CREATE, .migrations = server_migrations_all(arena), .readers = 2};
  return db_open(&options, ret_db);
}

static result target_open(const struct server_move *move, struct arena *arena, struct db **ret_db) {
  if (move->to.url.len == 0) {
    return file_open(move, arena, ret_db);
  }
  struct db *found CLEANUP(db_close) = NULL;
  result opened = server_database_open(&move->to, DB_READ_ONLY, arena, &found);
  if (is_ok(opened)) {
    FAIL(DB_NOT_EMPTY, "an installation is in that database");
  }
  return is_code(opened, DB_MISSING) ? server_database_open(&move->to, DB_CREATE, arena, ret_db) : opened;
}

/* ---- proof by the ledger ---- */

struct ledger_state {
  struct ledger_report report;
  struct ledger_checkpoint newest; /* of size 0 when nothing has been signed */
};

static result ledger_read(const struct env *env, struct db *db, struct arena *arena, struct ledger_state *state) {
  struct env at = *env;
  at.db = db;
  at.signer = NULL; /* roots against entries; signatures are the same bytes on both sides */
  TRY(ledger_verify(&at, NULL, arena, &state->report));
  if (state->report.part != LEDGER_PART_NONE) {
    FAIL(LEDGER_ALTERED, "%.*s", SLICE_ARG(state->report.sentence));
  }
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(db, &tx));
  result read = ledger_checkpoint_latest(&at, tx, arena, &state->newest);
  return is_code(read, LEDGER_NO_CHECKPOINT) ? OK : read;
}

static result ledgers_compare(const struct env *env, struct db *to, struct arena *arena, struct server_moved *moved) {
  struct ledger_state here = {0};
  struct ledger_state there = {0};
  TRY(ledger_read(env, env->db, arena, &here));
  TRY(ledger_read(env, to, arena, &there));
  bool is_same = here.report.entries == there.report.entries && here.report.waiting == there.report.waiting && here.newest.size == there.newest.size &&
                 memcmp(here.newest.root, there.newest.root, sizeof here.newest.root) == 0;
  if (!is_same) {
    FAIL(DB_MOVE_DIFFERS, "the ledgers: %lld entries in the one, %lld in the other", (long long)here.report.entries, (long long)there.report.entries);
  }
  moved->ledger_size = there.newest.size;
  memcpy(moved->ledger_root, there.newest.root, sizeof moved->ledger_root);
  return OK;
}

/* ---- the switch ---- */

/* The log goes first: a database without its log would be an older one. */
static result rename_with_tails(const struct server_move *move, struct arena *arena, const char *from, const char *to) {
  for (size_t i = 0; i < TAILS; i++) {
    const char *tail = (const char *)arena_printf(arena, "%s/%s%s", move->data, from, tails[i]).ptr;
    if (rename(tail, (const char *)arena_printf(arena, "%s/%s%s", move->data, to, tails[i]).ptr) != 0 && errno != ENOENT) {
      FAIL(BASE_IO, "%s: %s", tail, strerror(errno));
    }
  }
  if (rename(path_in(move, arena, from), path_in(move, arena, to)) != 0) {
    FAIL(BASE_IO, "%s: %s", from, strerror(errno));
  }
  return server_folder_sync(move->data);
}

/* Whatever moment it is broken off at, danh.ini names a whole database. */
static result switch_over(const struct server_move *move, struct arena *arena, struct server_config *config) {
  bool is_to_file = move->to.url.len == 0;
  if (is_to_file) {
    TRY(rename_with_tails(move, arena, FRESH, "danh.db"));
  }
  config->database = move->to;
  TRY(server_config_save(move->data, config));
  return is_to_file ? OK : rename_with_tails(move, arena, "danh.db", "danh.db.moved");
}

static result rows_move(const struct server_move *move, const struct env *env, struct arena *arena, struct server_moved *moved) {
  struct db *to CLEANUP(db_close) = NULL;
  TRY(target_open(move, arena, &to));
  const struct db_move rows = {.from = env->db, .to = to, .progress = move->progress, .context = move->context};
  struct db_move_sum sum = {0};
  TRY(db_move(&rows, arena, &moved->tables, &sum));
  moved->table_count = sum.tables;
  moved->rows = sum.rows;
  moved->copied_us = sum.copied_us;
  return ledgers_compare(env, to, arena, moved);
}

result server_move(const struct server_move *move, struct arena *arena, struct server_moved *ret_moved) {
  struct server_moved moved = {.database = move->to.url.len > 0 ? move->to.url : arena_printf(arena, "%s/danh.db", move->data)};
  struct server_installation *installation CLEANUP(server_installation_close) = NULL;
  TRY(server_installation_open(move->data, SERVER_READ, &installation));
  if ((installation->config.database.url.len == 0) == (move->to.url.len == 0)) {
    FAIL(SERVER_SAME_ENGINE, "it is there already");
  }
  TRY(server_installation_lock(installation));
  TRY(rows_move(move, &installation->env, arena, &moved));
  struct server_config config = installation->config;
  db_close(&installation->env.db); /* so that the old file is closed before it gets its other name */
  TRY(switch_over(move, arena, &config));
  *ret_moved = moved;
  return OK;
}
