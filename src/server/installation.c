#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cores.h"
#include "crypto/password_memory.h"
#include "evidence/evidence.h"
#include "server/file.h"
#include "server/matcher.h"
#include "server/migrations.h"
#include "server/sealing.h"
#include "server/server.h"

enum { READERS_COMMAND = 2, READERS_SERVER = 16, READERS_BESIDE = 4, HASHING_THREADS = 4, HASHING_WAITING = 64, HASHING_REST_MS = 10 * 1000 };

/* Of a file: two a core, since one may wait for a page, and some for the work beside requests. Each keeps the schema, its statements and its pages; more
 * of them would take turns on the same cores. Of a server: what waits for its answer takes no core. */
static int readers_of(const struct server_database *database) {
  int readers = 2 * cores_count() + READERS_BESIDE;
  return database->url.len > 0 || readers > READERS_SERVER ? READERS_SERVER : readers;
}

/* Two on one core gain nothing, and by turns one of them is due before those it should give way to. */
static result open_hashing(struct server_installation *installation) {
  const struct pool_options options = {.name = "hashing", .threads = cores_count() < HASHING_THREADS ? cores_count() : HASHING_THREADS,
                                       .waiting_max = HASHING_WAITING, .gives_way = true, .rest = password_memory_release, .rest_ms = HASHING_REST_MS};
  return pool_open(&options, &installation->env.hashing);
}

result server_installation_lock(struct server_installation *installation) {
  const char *path = (const char *)arena_printf(&installation->arena, "%s/lock", installation->data).ptr;
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd < 0) {
    FAIL(BASE_IO, "the lock file cannot be opened: %s", strerror(errno));
  }
  installation->lock_fd = fd;
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    FAIL(SERVER_LOCKED, "%s", strerror(errno));
  }
  return OK;
}

#define UNFINISHED "unfinished"

bool server_is_unfinished(const char *data) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  return access((const char *)arena_printf(&arena, "%s/%s", data, UNFINISHED).ptr, F_OK) == 0;
}

result server_unfinished_set(const char *data, bool is_unfinished) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  const char *path = (const char *)arena_printf(&arena, "%s/%s", data, UNFINISHED).ptr;
  int fd = is_unfinished ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR) : -1;
  if (is_unfinished ? fd < 0 : unlink(path) != 0) {
    FAIL(BASE_IO, "%s: %s", path, strerror(errno));
  }
  if (fd >= 0) {
    close(fd);
  }
  return server_folder_sync(data);
}

static result find_data(const char *data, enum server_mode mode) {
  struct stat status;
  if (mode == SERVER_CREATE && mkdir(data, S_IRWXU) != 0 && errno != EEXIST) {
    FAIL(BASE_IO, "the folder cannot be made: %s", strerror(errno));
  }
  if (stat(data, &status) != 0 || !S_ISDIR(status.st_mode)) {
    FAIL(SERVER_DATA_MISSING, "not a folder");
  }
  if (mode != SERVER_CREATE && server_is_unfinished(data)) {
    FAIL(SERVER_UNFINISHED, "%s/%s is there", data, UNFINISHED);
  }
  return OK;
}

/* The file in the folder, or the server that danh.ini names. */
static result find_database(struct arena *arena, const char *data, const struct server_database *database, struct db_options *options) {
  options->path = (const char *)arena_printf(arena, "%s/danh.db", data).ptr;
  if (database->url.len == 0) {
    return OK;
  }
  options->path = arena_cstr(arena, database->url);
  if (database->connections > 0) {
    options->readers = (int)database->connections;
  }
  options->partitions = (int)database->partitions;
  int64_t lag_s = database->standby_lag_s == 0 ? SERVER_STANDBY_LAG_S : database->standby_lag_s;
  options->standby_lag_ms = lag_s == SERVER_STANDBY_NEVER ? 0 : lag_s * 1000;
  if (database->password_path.len > 0) {
    struct slice password = {0};
    TRY(server_secret_read(arena, database->password_path, &password));
    options->password = arena_cstr(arena, password);
  }
  return OK;
}

static result open_database(struct server_installation *installation) {
  static const enum db_mode modes[] = {[SERVER_READ] = DB_READ_ONLY, [SERVER_WRITE] = DB_WRITE, [SERVER_CREATE] = DB_CREATE};
  const struct server_database *database = &installation->config.database;
  struct db_options options = {
      .mode = modes[installation->mode],
      .migrations = server_migrations_all(&installation->arena),
      .readers = installation->mode == SERVER_READ ? READERS_COMMAND : readers_of(database),
  };
  TRY(find_database(&installation->arena, installation->data, database, &options));
  result opened = db_open(&options, &installation->env.db);
  if (is_code(opened, DB_MISSING) && database->url.len == 0) {
    FAIL(SERVER_DATA_MISSING, "no danh.db in the folder");
  }
  return opened;
}

result server_database_reopen(const char *data, const struct server_database *database, struct arena *arena, struct db **ret_db) {
  struct db_options options = {.mode = DB_WRITE, .migrations = server_migrations_all(arena), .readers = READERS_COMMAND};
  TRY(find_database(arena, data, database, &options));
  return db_open(&options, ret_db);
}

result server_database_open(const struct server_database *database, enum db_mode mode, struct arena *arena, struct db **ret_db) {
  struct db_options options = {.mode = mode, .migrations = server_migrations_all(arena), .readers = READERS_COMMAND};
  TRY(find_database(arena, "", database, &options));
  return db_open(&options, ret_db);
}

result server_database_find(const struct server_config *config, bool *ret_is_there) {
  *ret_is_there = false;
  if (config->database.url.len == 0) {
    return OK;
  }
  struct arena arena CLEANUP(arena_free) = {0};
  struct db *db CLEANUP(db_close) = NULL;
  result opened = server_database_open(&config->database, DB_READ_ONLY, &arena, &db);
  *ret_is_there = !is_code(opened, DB_MISSING);
  bool is_answer = is_ok(opened) || is_code(opened, DB_MISSING) || is_code(opened, DB_TOO_OLD) || is_code(opened, DB_TOO_NEW);
  return is_answer ? OK : opened;
}

/* DB_TOO_NEW for what this program does not know. */
static result states_known(const struct db_states *states, const struct db_migration *all) {
  for (size_t i = 0; i < states->count; i++) {
    const struct db_state *state = &states->items[i];
    int known = strcmp(state->module, "db") == 0 ? state->version : 0; /* the migrator's own: compared once it is made */
    for (const struct db_migration *at = all; at->module != NULL; at++) {
      known = strcmp(at->module, state->module) == 0 && at->version > known ? at->version : known;
    }
    if (known < state->version) {
      FAIL(DB_TOO_NEW, "made by a newer program: %s is at version %d, this program knows %d", state->module, state->version, known);
    }
  }
  return OK;
}

static bool is_reached(const struct db_states *states, const struct db_migration *migration) {
  for (size_t i = 0; i < states->count; i++) {
    if (strcmp(states->items[i].module, migration->module) == 0) {
      return migration->version <= states->items[i].version;
    }
  }
  return false;
}

static result migrations_until(const struct db_states *states, struct arena *arena, const struct db_migration **ret_migrations) {
  const struct db_migration *all = server_migrations_all(arena);
  size_t count = 0;
  TRY(states_known(states, all));
  while (all[count].module != NULL) {
    count++;
  }
  struct db_migration *until = ARENA_ARRAY(arena, struct db_migration, count + 1);
  size_t used = 0;
  for (size_t i = 0; i < count; i++) {
    if (is_reached(states, &all[i])) {
      until[used++] = all[i];
    }
  }
  *ret_migrations = until;
  return OK;
}

static result made_check(struct db *db, const struct db_states *states, struct arena *arena) {
  struct db_states made = {0};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(db, &tx));
  TRY(db_states_read(tx, arena, &made));
  return db_states_compare(&made, states);
}

result server_database_make(const struct server_database_order *order, struct arena *arena, struct db **ret_db) {
  struct db_options options = {.mode = DB_READ_ONLY, .readers = READERS_COMMAND};
  struct db *db CLEANUP(db_close) = NULL;
  TRY(find_database(arena, order->data, order->database, &options));
  TRY(migrations_until(order->states, arena, &options.migrations));
  result found = db_open(&options, &db);
  if (!is_code(found, DB_MISSING)) {
    TRY(is_code(found, DB_UNREACHABLE) || is_code(found, DB_LOGIN) || is_code(found, DB_ADDRESS) ? found : OK);
    FAIL(DB_NOT_EMPTY, "something is in that database");
  }
  options.mode = DB_CREATE;
  TRY(db_open(&options, &db));
  TRY(made_check(db, order->states, arena));
  *ret_db = db;
  db = NULL;
  return OK;
}

/* Pictures are taken and shown by whoever writes: each look is an entry. */
static result open_evidence(struct server_installation *installation) {
  struct arena *arena = &installation->arena;
  const char *folder = (const char *)arena_printf(arena, "%s/evidence", installation->data).ptr;
  const char *key = (const char *)arena_printf(arena, "%s/evidence.key", installation->data).ptr;
  TRY(evidence_store_open(folder, key, &installation->env.evidence));
  if (installation->config.matcher_socket.len > 0) {
    installation->env.matcher = server_matcher_new(arena, installation->config.matcher_socket);
  } else if (installation->config.demo) {
    installation->env.matcher = evidence_demonstration_matcher();
  }
  return OK;
}

/* Keys are made with their installation and not later: what was sealed under one that is lost, or is sealed under another node's, would not open with a new one. */
static result check_keys(struct server_installation *installation) {
  const char *missing = installation->mode == SERVER_WRITE ? server_sealing_missing(installation->data, &installation->arena) : NULL;
  if (missing != NULL) {
    FAIL(SERVER_KEY_MISSING, "%s is not there", missing);
  }
  return OK;
}

static result open_parts(struct server_installation *installation, const char *database) {
  TRY(find_data(installation->data, installation->mode));
  if (installation->mode != SERVER_READ) {
    TRY(server_installation_lock(installation));
  }
  TRY(server_config_load(installation->data, &installation->arena, &installation->config));
  if (database != NULL) {
    installation->config.database.url = slice_str(database);
  }
  installation->clock = clock_steady(clock_shifted(installation->config.clock_offset_ms));
  installation->random = random_system();
  installation->env = (struct env){.clock = &installation->clock, .random = &installation->random, .origin = installation->config.origin};
  TRY(open_database(installation));
  TRY(check_keys(installation));
  TRY(server_sealing_open(installation));
  if (installation->mode != SERVER_READ) {
    TRY(open_evidence(installation));
    TRY(open_hashing(installation));
  }
  return OK;
}

result server_installation_open(const char *data, enum server_mode mode, struct server_installation **ret_installation) {
  return server_installation_open_with(data, mode, NULL, ret_installation);
}

result server_installation_open_with(const char *data, enum server_mode mode, const char *database,
                                     struct server_installation **ret_installation) {
  struct server_installation *installation = heap_alloc(sizeof *installation);
  arena_init(&installation->arena);
  installation->lock_fd = -1;
  installation->mode = mode;
  installation->data = arena_cstr(&installation->arena, slice_str(data));
  result opened = open_parts(installation, database);
  if (!is_ok(opened)) {
    const struct fault why = *fault_last();
    server_installation_close(&installation);
    return fault_set(why.file, why.line, opened.code, "%s", why.detail);
  }
  *ret_installation = installation;
  return OK;
}

void server_installation_close(struct server_installation **slot) {
  struct server_installation *installation = *slot;
  if (installation == NULL) {
    return;
  }
  *slot = NULL;
  evidence_store_close(&installation->env.evidence);
  pool_close(&installation->env.hashing);
  if (installation->env.db != NULL) {
    db_close(&installation->env.db);
  }
  if (installation->lock_fd >= 0) {
    close(installation->lock_fd); /* gives the lock back */
  }
  secret_clear(&installation->sealing);
  clock_steady_end(&installation->clock);
  arena_free(&installation->arena);
  free(installation);
}
