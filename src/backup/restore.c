/* An installation made from a backup. DIR/unfinished stands from before the first byte until everything was read again and is right. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup/line.h"
#include "backup/output.h"
#include "backup/read.h"
#include "ledger/ledger.h"

struct restoring {
  const struct backup_restore_order *order;
  struct arena *arena;
  struct server_database database; /* without url: the file in the folder */
  struct db *db;
  struct db_load *load;
  int64_t rows;
  int fd;     /* of the file that is being written; -1: none */
  int folder; /* open since before the first byte: its syncfs tells of every write that failed after that */
};

static void restoring_end(struct restoring *restoring) {
  if (restoring->fd >= 0) {
    (void)close(restoring->fd);
  }
  if (restoring->folder >= 0) {
    (void)close(restoring->folder);
  }
  db_close(&restoring->db);
}

/* ---- the folder ---- */

static result folder_check(const char *data) {
  int entries = 0;
  if (mkdir(data, S_IRWXU) != 0 && errno != EEXIST) {
    FAIL(errno == ENOSPC ? BACKUP_FULL : BASE_IO, "%s: %s", data, strerror(errno));
  }
  DIR *folder = opendir(data);
  if (folder == NULL) {
    FAIL(BASE_IO, "%s: %s", data, strerror(errno));
  }
  for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    entries += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
  }
  (void)closedir(folder);
  if (entries > 0) {
    FAIL(BACKUP_FOLDER_NOT_EMPTY, "%s holds %d entries", data, entries);
  }
  return server_unfinished_set(data, true);
}

static result folder_open(const char *data, int *ret_folder) {
  *ret_folder = open(data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (*ret_folder < 0) {
    FAIL(BASE_IO, "%s: %s", data, strerror(errno));
  }
  return OK;
}

/* Every file and folder that was made, the keys among them: what was only given to the kernel is not restored. */
static result folder_sync(const struct restoring *restoring) {
  if (syncfs(restoring->folder) != 0) {
    FAIL(errno == ENOSPC || errno == EDQUOT ? BACKUP_FULL : BASE_IO, "%s: %s", restoring->order->data, strerror(errno));
  }
  return OK;
}

/* ---- what comes out of the backup ---- */

static result header_take(void *context, const struct backup_report *report, const struct db_states *states) {
  struct restoring *restoring = context;
  (void)report;
  const struct server_database_order order = {restoring->order->data, &restoring->database, states};
  TRY(server_database_make(&order, restoring->arena, &restoring->db));
  return db_load_begin(restoring->db, restoring->arena, &restoring->load);
}

static result part_take(void *context, struct slice table, int64_t rows, struct slice bytes) {
  struct restoring *restoring = context;
  TRY(db_load_part(restoring->load, table, bytes));
  restoring->rows += rows;
  if (restoring->order->progress != NULL) {
    restoring->order->progress(restoring->order->context, restoring->rows, 0);
  }
  return OK;
}

/* The folders above a path that has been found to lead nowhere else (archive.h). */
static result folders_make(const char *data, struct slice path, struct arena *arena) {
  for (size_t at = slice_find(path, '/', 0); at < path.len; at = slice_find(path, '/', at + 1)) {
    const char *folder = (const char *)arena_printf(arena, "%s/%.*s", data, SLICE_ARG(slice_sub(path, 0, at))).ptr;
    if (mkdir(folder, S_IRWXU) != 0 && errno != EEXIST) {
      FAIL(errno == ENOSPC ? BACKUP_FULL : BASE_IO, "%s: %s", folder, strerror(errno));
    }
  }
  return OK;
}

static result file_take(void *context, struct slice path, int64_t size) {
  struct restoring *restoring = context;
  struct arena arena CLEANUP(arena_free) = {0};
  (void)size;
  if (slice_is(path, "unfinished") || slice_starts(path, S("danh.db"))) {
    FAIL(BACKUP_SYNTAX, "a file %.*s", SLICE_ARG(path));
  }
  TRY(folders_make(restoring->order->data, path, &arena));
  const char *file = (const char *)arena_printf(&arena, "%s/%.*s", restoring->order->data, SLICE_ARG(path)).ptr;
  restoring->fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (restoring->fd < 0) {
    FAIL(errno == ENOSPC ? BACKUP_FULL : BASE_IO, "%s: %s", file, strerror(errno));
  }
  return OK;
}

static result file_bytes_take(void *context, struct slice bytes) {
  struct restoring *restoring = context;
  if (bytes.len > 0) {
    return backup_bytes_write(restoring->fd, bytes);
  }
  int fd = restoring->fd;
  restoring->fd = -1;
  if (close(fd) != 0) {
    FAIL(errno == ENOSPC || errno == EDQUOT ? BACKUP_FULL : BASE_IO, "close: %s", strerror(errno));
  }
  return OK;
}

/* ---- proof ---- */

static result rows_compare(struct restoring *restoring, const struct backup_report *report) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_moved *tables = NULL;
  size_t count = 0;
  TRY(db_read_begin(restoring->db, &tx));
  TRY(db_unload(&(const struct db_unload){.tx = tx}, restoring->arena, &tables, &count));
  for (size_t i = 0; i < count || i < report->table_count; i++) {
    bool is_same = i < count && i < report->table_count && strcmp(tables[i].table, report->tables[i].table) == 0 &&
                   tables[i].rows == report->tables[i].rows && memcmp(tables[i].digest, report->tables[i].digest, sizeof tables[i].digest) == 0;
    if (!is_same) {
      FAIL(BACKUP_DIFFERS, "%s: read again from the new database it is not the same", i < count ? tables[i].table : report->tables[i].table);
    }
  }
  return OK;
}

static result ledger_compare(struct restoring *restoring, const struct backup_report *report) {
  struct clock clock = clock_shifted(0);
  struct env env = {.db = restoring->db, .clock = &clock};
  struct ledger_report found = {0};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(ledger_verify(&env, NULL, restoring->arena, &found));
  if (found.part != LEDGER_PART_NONE) {
    FAIL(LEDGER_ALTERED, "%.*s", SLICE_ARG(found.sentence));
  }
  TRY(db_read_begin(restoring->db, &tx));
  return ledger_root_hold(tx, report->ledger_size, report->ledger_root);
}

static result database_prove(struct restoring *restoring, const struct backup_report *report) {
  TRY(rows_compare(restoring, report));
  TRY(db_load_end(restoring->load));
  db_close(&restoring->db);
  TRY(server_database_reopen(restoring->order->data, &restoring->database, restoring->arena, &restoring->db));
  TRY(ledger_compare(restoring, report));
  db_close(&restoring->db);
  return OK;
}

/* ---- danh.ini ---- */

struct place {
  struct arena *arena;
  struct slice from; /* where the installation lay */
  struct slice to;
};

static void path_move(const struct place *place, struct slice *path) {
  if (path->len > place->from.len && slice_starts(*path, place->from) && path->ptr[place->from.len] == '/') {
    *path = arena_printf(place->arena, "%.*s%.*s", SLICE_ARG(place->to), SLICE_ARG(slice_from(*path, place->from.len)));
  }
}

/* The files that it names and that lay in the old folder lie in the new one. */
static result config_move(struct restoring *restoring, const struct backup_report *report) {
  struct server_config config = {0};
  char *real = realpath(restoring->order->data, NULL);
  const struct place place = {restoring->arena, report->data, arena_copy(restoring->arena, slice_str(real != NULL ? real : restoring->order->data))};
  free(real);
  TRY(server_config_load(restoring->order->data, restoring->arena, &config));
  struct slice *const paths[] = {&config.registration_token_path, &config.signer_socket, &config.matcher_socket, &config.mail.password_path,
                                 &config.mail.ca_path, &config.sms.authorization_path, &config.sms.receipt_secret_path, &config.sms.ca_path, &config.bank_secret_path};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    path_move(&place, paths[i]);
  }
  for (size_t i = 0; i < config.receiver_count; i++) {
    path_move(&place, &config.receivers[i].key_path);
    path_move(&place, &config.receivers[i].ca_path);
  }
  config.database = restoring->database;
  return server_config_save(restoring->order->data, &config);
}

result backup_restore(const struct backup_restore_order *order, struct arena *arena, struct backup_report *ret_report) {
  struct restoring restoring CLEANUP(restoring_end) = {.order = order, .arena = arena, .database = order->database, .fd = -1, .folder = -1};
  const struct backup_visitor visitor = {&restoring, header_take, part_take, file_take, file_bytes_take};
  struct backup_report report = {0};
  TRY(folder_check(order->data));
  TRY(folder_open(order->data, &restoring.folder));
  TRY(backup_read(&order->source, &visitor, arena, &report));
  TRY(database_prove(&restoring, &report));
  TRY(config_move(&restoring, &report));
  result said = backup_line_restored(order->data, arena, &report); /* after the proof: all that is here and not in the backup */
  TRY(is_code(said, SERVER_CLOCK) ? OK : said);
  struct slice why = arena_copy(arena, slice_str(fault_last()->detail));
  TRY(folder_sync(&restoring));
  TRY(server_unfinished_set(order->data, false));
  if (!is_ok(said)) {
    FAIL(BACKUP_UNRECORDED, "%s: the clock of this machine lies before the newest entry: %.*s", order->data, SLICE_ARG(why));
  }
  *ret_report = report;
  return OK;
}
