#include <fcntl.h>
#include <semaphore.h>
#include <sqlite3.h>

#include "db/fixture_test.h"
#include "db/sqlite_log.h"

/* A disk that fails when told: SQLite's own, with two doors that a test can shut. */
static struct {
  const sqlite3_io_methods *real[2]; /* of files with and without locks */
  sqlite3_io_methods methods[2];
  sqlite3_vfs vfs;
  sqlite3_vfs *real_vfs;
  int sync_fails; /* the next so many */
  int write_full;
  sem_t *held; /* NULL: a sync waits for nobody */
  int syncs;
  int writes;
} disk;

static int disk_sync(sqlite3_file *file, int flags) {
  disk.syncs++;
  if (disk.held != NULL) {
    (void)sem_wait(disk.held);
  }
  if (disk.sync_fails > 0) {
    disk.sync_fails--;
    return SQLITE_IOERR_FSYNC;
  }
  return disk.real[0]->xSync(file, flags);
}

static int disk_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 offset) {
  disk.writes++;
  if (disk.write_full > 0) {
    disk.write_full--;
    return SQLITE_FULL;
  }
  return disk.real[0]->xWrite(file, bytes, len, offset);
}

static int disk_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags) {
  int status = disk.real_vfs->xOpen(vfs, name, file, flags, out_flags);
  for (int i = 0; i < 2 && status == SQLITE_OK && file->pMethods != NULL; i++) {
    if (disk.real[i] == NULL) {
      disk.real[i] = file->pMethods;
      disk.methods[i] = *file->pMethods;
      disk.methods[i].xSync = disk_sync;
      disk.methods[i].xWrite = disk_write;
    }
    if (file->pMethods == disk.real[i]) {
      file->pMethods = &disk.methods[i];
      break;
    }
  }
  return status;
}

static int set_up_disk(void **state) {
  if (disk.real_vfs == NULL) {
    disk.real_vfs = sqlite3_vfs_find(NULL);
    disk.vfs = *disk.real_vfs;
    disk.vfs.zName = "failing";
    disk.vfs.xOpen = disk_open;
  }
  assert_int_equal(sqlite3_vfs_register(&disk.vfs, 1), SQLITE_OK);
  return set_up(state);
}

static int tear_down_disk(void **state) {
  disk.sync_fails = disk.write_full = 0;
  (void)tear_down(state);
  return sqlite3_vfs_register(disk.real_vfs, 1);
}

/* A page of the log is two writes to SQLite; a whole commit is one to the disk, and readers find it there. */
static void a_commit_of_many_pages_is_one_write(void **state) {
  struct fixture *fixture = *state;
  static char text[20 * 1024];
  memset(text, 'x', sizeof text - 1);
  assert_ok(db_write(fixture->db, note_add, &(struct note){1, 1, "the log has begun"}));
  disk.writes = 0;
  assert_ok(db_write(fixture->db, note_add, &(struct note){1, 2, text}));
  assert_int_equal(disk.writes, 1);
  assert_int_equal(notes_now(fixture->db, 1), 2);
}

/* A frame of the log: its header and a page of noughts. */
static int put_frame(sqlite3_file *log, int number, bool ends_commit) {
  static const uint8_t page[4096];
  uint8_t header[24] = {[4] = ends_commit};
  sqlite3_int64 at = 32 + (sqlite3_int64)number * (24 + 4096);
  int status = log->pMethods->xWrite(log, header, sizeof header, at);
  return status == SQLITE_OK ? log->pMethods->xWrite(log, page, sizeof page, at + 24) : status;
}

/* What SQLite takes for written and the disk refused later, for another reason: a commit behind it would be one with a hole. */
static void no_commit_follows_behind_what_was_dropped(void **state) {
  struct fixture *fixture = *state;
  sqlite3_vfs *vfs = sqlite3_vfs_find(db_sqlite_log_vfs());
  char beside[256];
  char path[272];
  (void)snprintf(beside, sizeof beside, "%s-other", fixture->path);
  (void)snprintf(path, sizeof path, "%s-wal", beside);
  (void)close(open(beside, O_CREAT | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR)); /* whose modes a log takes */
  sqlite3_file *log = calloc(1, (size_t)vfs->szOsFile);
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_WAL;
  assert_int_equal(vfs->xOpen(vfs, path, log, flags, &flags), SQLITE_OK);
  assert_int_equal(put_frame(log, 0, true), SQLITE_OK);
  assert_int_equal(put_frame(log, 1, false), SQLITE_OK); /* gathered */
  char byte;
  disk.write_full = 1;
  assert_int_equal(log->pMethods->xRead(log, &byte, 1, 40), SQLITE_FULL);
  assert_int_equal(log->pMethods->xRead(log, &byte, 1, 40), SQLITE_OK);
  assert_int_equal(put_frame(log, 2, true), SQLITE_FULL); /* there is room again, but not for a hole */
  assert_int_equal(put_frame(log, 2, true), SQLITE_FULL);
  assert_int_equal(put_frame(log, 1, true), SQLITE_OK); /* undone, and begun anew where it began */
  sqlite3_int64 size = 0;
  assert_int_equal(log->pMethods->xFileSize(log, &size), SQLITE_OK);
  assert_int_equal(size, 32 + 2 * (24 + 4096));
  assert_int_equal(log->pMethods->xClose(log), SQLITE_OK);
  free(log);
  assert_int_equal(unlink(path) + unlink(beside), 0);
}

static void after_a_failed_fsync_nothing_more_is_accepted(void **state) {
  struct fixture *fixture = *state;
  assert_ok(db_write(fixture->db, note_add, &(struct note){1, 1, "before"}));
  disk.sync_fails = 1;
  assert_code(db_write(fixture->db, note_add, &(struct note){1, 2, "lost"}), DB_UNAVAILABLE);
  assert_code(db_write(fixture->db, note_add, &(struct note){1, 3, "after"}), DB_UNAVAILABLE);
  assert_non_null(strstr(fault_last()->detail, "started anew"));
  assert_int_equal(notes_now(fixture->db, 1), 1); /* reading goes on */
  db_close(&fixture->db);
  assert_ok(fixture_open(fixture, DB_WRITE));
  assert_ok(db_write(fixture->db, note_add, &(struct note){1, 4, "anew"}));
}

static void a_full_disk_refuses_and_recovers(void **state) {
  struct fixture *fixture = *state;
  assert_ok(db_write(fixture->db, note_add, &(struct note){1, 1, "before"}));
  disk.write_full = 1;
  assert_code(db_write(fixture->db, note_add, &(struct note){1, 2, "no room"}), DB_FULL);
  assert_int_equal(notes_now(fixture->db, 1), 1);
  assert_ok(db_write(fixture->db, note_add, &(struct note){1, 2, "room again"}));
  assert_int_equal(notes_now(fixture->db, 1), 2);
}

static void every_acknowledgement_comes_after_an_fsync(void **state) {
  struct fixture *fixture = *state;
  for (int i = 1; i <= 5; i++) {
    int before = disk.syncs;
    assert_ok(db_write(fixture->db, note_add, &(struct note){1, i, "x"}));
    assert_true(disk.syncs > before);
  }
}

/* Whoever goes on beside the disk is told of the row before it is durable, and nobody else sees it. */
static void a_write_in_two_goes_on_while_the_disk_is_at_work(void **state) {
  struct fixture *fixture = *state;
  struct db_writing writing;
  sem_t held;
  (void)sem_init(&held, 0, 0);
  disk.held = &held;
  assert_ok(db_write_begin(fixture->db, note_add, &(struct note){1, 1, "beside"}, &writing)); /* would never return if it waited for the disk */
  assert_int_equal(notes_now(fixture->db, 1), 0);
  disk.held = NULL;
  (void)sem_post(&held);
  assert_ok(db_write_end(&writing));
  assert_int_equal(notes_now(fixture->db, 1), 1);
  (void)sem_destroy(&held);
}

static void a_write_in_two_fails_where_it_fails(void **state) {
  struct fixture *fixture = *state;
  struct db_writing writing;
  assert_ok(db_write(fixture->db, note_add, &(struct note){1, 1, "before"}));
  assert_code(db_write_begin(fixture->db, note_add, &(struct note){1, 1, "twice"}, &writing), DB_DUPLICATE);
  assert_non_null(strstr(fault_last()->detail, "note"));
  disk.write_full = 1;
  assert_ok(db_write_begin(fixture->db, note_add, &(struct note){1, 2, "no room"}, &writing));
  assert_code(db_write_end(&writing), DB_FULL);
  disk.sync_fails = 1;
  assert_ok(db_write_begin(fixture->db, note_add, &(struct note){1, 3, "lost"}, &writing));
  assert_code(db_write_end(&writing), DB_UNAVAILABLE);
  assert_code(db_write_begin(fixture->db, note_add, &(struct note){1, 4, "after"}, &writing), DB_UNAVAILABLE);
  assert_int_equal(notes_now(fixture->db, 1), 1);
}

/* Writes until it is killed, telling each number only once db_write has returned. */
static void child_write(struct fixture *fixture, int pipe_fd) {
  if (!is_ok(fixture_open(fixture, DB_WRITE))) {
    _exit(1);
  }
  for (int64_t i = 1;; i++) {
    struct note note = {1, i, "acknowledged"};
    if (!is_ok(db_write(fixture->db, note_add, &note)) || write(pipe_fd, &i, sizeof i) != sizeof i) {
      _exit(2);
    }
  }
}

/* The last number a writer acknowledged before it was killed. */
static int64_t write_and_kill(struct fixture *fixture, int64_t at_least) {
  db_close(&fixture->db);
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    child_write(fixture, ends[1]);
  }
  (void)close(ends[1]);
  int64_t last = 0;
  while (last < at_least) {
    assert_int_equal(read(ends[0], &last, sizeof last), sizeof last);
  }
  assert_int_equal(kill(child, SIGKILL), 0);
  int64_t more = 0;
  while (read(ends[0], &more, sizeof more) == sizeof more) {
    last = more;
  }
  (void)close(ends[0]);
  assert_int_equal(waitpid(child, NULL, 0), child);
  return last;
}

static void acknowledged_rows_survive_kill_9(void **state) {
  struct fixture *fixture = *state;
  int64_t last = write_and_kill(fixture, 200);
  assert_ok(fixture_open(fixture, DB_WRITE));
  int64_t found = notes_now(fixture->db, 1);
  assert_true(found == last || found == last + 1); /* the one in flight may have got through */
}

static void a_reader_never_checkpoints_not_even_as_the_last_to_close(void **state) {
  struct fixture *fixture = *state;
  int64_t last = write_and_kill(fixture, 50);
  int64_t log_before = file_bytes(fixture->log);
  int64_t file_before = file_bytes(fixture->path);
  assert_true(log_before > 0);
  for (int i = 0; i < 2; i++) {
    assert_ok(fixture_open(fixture, DB_READ_ONLY));
    assert_true(notes_now(fixture->db, 1) >= last);
    db_close(&fixture->db);
  }
  assert_int_equal(file_bytes(fixture->log), log_before);
  assert_int_equal(file_bytes(fixture->path), file_before);
  assert_ok(fixture_open(fixture, DB_WRITE));
  assert_ok(db_write(fixture->db, note_add, &(struct note){2, 1, "one more"}));
  db_close(&fixture->db); /* the writer does, at its close */
  assert_int_equal(file_bytes(fixture->log), 0);
  assert_ok(fixture_open(fixture, DB_READ_ONLY));
  assert_true(notes_now(fixture->db, 1) >= last);
}

static void another_process_reads_while_this_one_writes(void **state) {
  struct fixture *fixture = *state;
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    int64_t told = 0;
    struct fixture own = *fixture; /* the parent's handle is not ours to touch */
    bool good = is_ok(fixture_open(&own, DB_READ_ONLY));
    while (good && read(ends[0], &told, sizeof told) == sizeof told && told > 0) {
      good = notes_now(own.db, 1) >= told;
    }
    db_close(&own.db);
    _exit(good ? 0 : 1);
  }
  for (int64_t i = 1; i <= 100; i++) {
    assert_ok(db_write(fixture->db, note_add, &(struct note){1, i, "seen from afar"}));
    assert_int_equal(write(ends[1], &i, sizeof i), sizeof i);
  }
  int64_t end = 0;
  assert_int_equal(write(ends[1], &end, sizeof end), sizeof end);
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static result many_add(struct db_tx *tx, void *arg) {
  const struct note *from = arg;
  for (int64_t i = 0; i < 4000; i++) {
    struct note note = {from->person, from->number + i,
                        "a row wide enough to fill pages quickly, so that the log grows beyond its limit"};
    TRY(note_add(tx, &note));
  }
  return OK;
}

static void the_log_does_not_grow_for_ever(void **state) {
  struct fixture *fixture = *state;
  assert_int_equal(notes_now(fixture->db, 1), 0); /* that snapshot is kept, and holds nobody up */
  for (int64_t person = 1; person <= 320; person++) {
    assert_ok(db_write(fixture->db, many_add, &(struct note){person, 1, ""}));
  }
  assert_true(file_bytes(fixture->path) > 72 * 1024 * 1024);
  assert_true(file_bytes(fixture->log) < 72 * 1024 * 1024);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_commit_of_many_pages_is_one_write, set_up_disk, tear_down_disk),
      cmocka_unit_test_setup_teardown(no_commit_follows_behind_what_was_dropped, set_up_disk, tear_down_disk),
      cmocka_unit_test_setup_teardown(after_a_failed_fsync_nothing_more_is_accepted, set_up_disk, tear_down_disk),
      cmocka_unit_test_setup_teardown(a_full_disk_refuses_and_recovers, set_up_disk, tear_down_disk),
      cmocka_unit_test_setup_teardown(a_write_in_two_goes_on_while_the_disk_is_at_work, set_up_disk, tear_down_disk),
      cmocka_unit_test_setup_teardown(a_write_in_two_fails_where_it_fails, set_up_disk, tear_down_disk),
      cmocka_unit_test_setup_teardown(every_acknowledgement_comes_after_an_fsync, set_up_disk, tear_down_disk),
      cmocka_unit_test_setup_teardown(acknowledged_rows_survive_kill_9, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_reader_never_checkpoints_not_even_as_the_last_to_close, set_up, tear_down),
      cmocka_unit_test_setup_teardown(another_process_reads_while_this_one_writes, set_up, tear_down),
      cmocka_unit_test_setup_teardown(the_log_does_not_grow_for_ever, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
