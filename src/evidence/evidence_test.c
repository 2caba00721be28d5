#include "db/engine_fixture.h"
#include "evidence/evidence.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "ledger/ledger.h"
/* keep behind the headers under test */
#include "base/unit_test.h"

enum { HOLDER = 7, OFFICER = 9 };

struct fixture {
  char dir[64];
  char folder[96];
  char key_path[96];
  struct db *db;
  struct clock clock;
  struct random random;
  struct env env;
  struct arena arena;
};

static int open_fixture(void **state) {
  static struct db_migration migrations[40];
  size_t count = 0;
  const struct db_migration *const modules[] = {ledger_migrations, evidence_migrations};
  for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
    for (const struct db_migration *each = modules[i]; each->module; each++) {
      migrations[count++] = *each;
    }
  }
  struct fixture *f = heap_alloc(sizeof *f);
  (void)snprintf(f->dir, sizeof f->dir, "/tmp/danh-evidence-XXXXXX");
  assert_non_null(mkdtemp(f->dir));
  char path[96];
  (void)snprintf(path, sizeof path, "%s/danh.db", f->dir);
  (void)snprintf(f->folder, sizeof f->folder, "%s/evidence", f->dir);
  (void)snprintf(f->key_path, sizeof f->key_path, "%s/evidence.key", f->dir);
  assert_ok(db_engine_open(&(const struct db_options){.path = path, .mode = DB_CREATE, .migrations = migrations, .readers = 2}, &f->db));
  f->clock = clock_fixed(clock_date_start_ms(20778));
  f->random = random_seeded(11);
  f->env = (struct env){.db = f->db, .clock = &f->clock, .random = &f->random, .matcher = evidence_demonstration_matcher()};
  assert_ok(evidence_store_open(f->folder, f->key_path, &f->env.evidence));
  arena_init(&f->arena);
  *state = f;
  return 0;
}

static int close_fixture(void **state) {
  struct fixture *f = *state;
  db_close(&f->db);
  evidence_store_close(&f->env.evidence);
  char command[160];
  (void)snprintf(command, sizeof command, "rm -r %s", f->dir);
  assert_int_equal(system(command), 0);
  arena_free(&f->arena);
  free(f);
  return 0;
}

struct keeping {
  struct fixture *f;
  struct evidence_new what;
  struct evidence_sealed sealed;
  int64_t id;
};

static result keep(struct db_tx *tx, void *arg) {
  struct keeping *k = arg;
  return evidence_keep(&k->f->env, tx, &k->what, &k->sealed, &k->id);
}

static struct slice portrait(struct fixture *f) { return evidence_demonstration_portrait(&f->arena, S("001093047064")); }

static int64_t keep_one(struct fixture *f, int64_t keep_until_ms) {
  struct keeping k = {.f = f, .what = {.person_id = HOLDER, .kind = EVIDENCE_PORTRAIT, .bytes = portrait(f), .reference = S("H26.11-261120-0001"),
                                       .actor_id = OFFICER, .actor_role = S("collector@H26.11"), .keep_until_ms = keep_until_ms}};
  assert_ok(evidence_seal(&f->env, &f->arena, &k.what, &k.sealed));
  assert_ok(db_write(f->db, keep, &k));
  return k.id;
}

static struct evidence_look look_at(int64_t id) {
  return (struct evidence_look){HOLDER, id, OFFICER, S("approver@H26.11"), S("Đối chiếu ảnh khi duyệt hồ sơ")};
}

static int64_t number(struct fixture *f, const char *sql) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  assert_ok(db_read_begin(f->db, &tx));
  assert_ok(db_row(tx, sql, DB_NO_ARGS, &rows));
  return db_int(&rows, 0);
}

static int files(struct fixture *f, char ret_last[static 200]) {
  DIR *folder = opendir(f->folder);
  int count = 0;
  for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    if (entry->d_name[0] != '.') {
      count++;
      (void)snprintf(ret_last, 200, "%.95s/%.100s", f->folder, entry->d_name);
    }
  }
  (void)closedir(folder);
  return count;
}

static void what_is_kept_is_shown_and_each_look_is_in_the_ledger(void **state) {
  struct fixture *f = *state;
  int64_t id = keep_one(f, INT64_MAX);
  struct evidence_look look = look_at(id);
  struct evidence evidence;
  struct slice bytes;
  int64_t before = number(f, "SELECT COUNT(*) FROM ledger_entry");
  assert_ok(evidence_open(&f->env, &f->arena, &look, &evidence, &bytes));
  assert_true(slice_eq(bytes, portrait(f)) && slice_is(evidence.media_type, "image/png") && evidence.size == (int64_t)bytes.len);
  assert_int_equal(number(f, "SELECT COUNT(*) FROM ledger_entry"), before + 1);
  look.purpose = S("xem");
  assert_code(evidence_open(&f->env, &f->arena, &look, &evidence, &bytes), EVIDENCE_PURPOSE);
  look = look_at(id + 1);
  assert_code(evidence_open(&f->env, &f->arena, &look, &evidence, &bytes), EVIDENCE_UNKNOWN);
  look = look_at(id);
  look.person_id = OFFICER;
  assert_code(evidence_open(&f->env, &f->arena, &look, &evidence, &bytes), EVIDENCE_UNKNOWN);
  assert_int_equal(number(f, "SELECT COUNT(*) FROM ledger_entry"), before + 1);
}

/* What a camera wrote beside the picture reaches neither the folder nor the matcher's process. */
static result see(const struct evidence_matcher *matcher, struct arena *arena, const struct evidence_question *question,
                  struct evidence_opinion *ret_opinion) {
  (void)matcher;
  assert_true(slice_eq(question->sample, evidence_demonstration_portrait(arena, S("001093047064"))));
  *ret_opinion = (struct evidence_opinion){.verdict = EVIDENCE_MATCH, .score = -1, .engine = S("seeing 1"), .reason = S("")};
  return OK;
}
static void what_follows_a_picture_is_neither_kept_nor_sent_on(void **state) {
  struct fixture *f = *state;
  const struct evidence_matcher seeing = {.name = "seeing", .compare = see};
  struct buf buf;
  buf_init(&buf, &f->arena, 8192);
  buf_append(&buf, portrait(f));
  buf_append_str(&buf, "N 21.0285 E 105.8542");
  struct slice given = buf_slice(&buf);
  struct keeping k = {.f = f, .what = {.person_id = HOLDER, .kind = EVIDENCE_PORTRAIT, .bytes = given, .keep_until_ms = INT64_MAX}};
  assert_ok(evidence_seal(&f->env, &f->arena, &k.what, &k.sealed));
  assert_ok(db_write(f->db, keep, &k));
  struct evidence_look look = look_at(k.id);
  struct evidence evidence;
  struct slice bytes;
  assert_ok(evidence_open(&f->env, &f->arena, &look, &evidence, &bytes));
  assert_true(slice_eq(bytes, portrait(f)) && evidence.size == (int64_t)bytes.len);
  f->env.matcher = &seeing;
  struct evidence_opinion opinion;
  const struct evidence_question question = {.pin = S("001093047064"), .kind = EVIDENCE_PORTRAIT, .sample = given};
  assert_ok(evidence_match(&f->env, &f->arena, &question, &opinion));
  assert_code(evidence_seal(&f->env, &f->arena, &(const struct evidence_new){.bytes = slice_sub(given, 0, 400)}, &k.sealed), EVIDENCE_PICTURE); /* broken off */
}

static result erase(struct db_tx *tx, void *arg) {
  struct keeping *k = arg;
  struct evidence_look look = look_at(k->id);
  return evidence_erase(&k->f->env, tx, &look);
}

static void the_matchers_opinion_is_kept_with_the_picture_and_goes_with_it(void **state) {
  struct fixture *f = *state;
  struct keeping k = {.f = f, .what = {.person_id = HOLDER, .kind = EVIDENCE_FACE, .bytes = portrait(f), .keep_until_ms = INT64_MAX}};
  const struct evidence_question question = {.pin = S("001093047065"), .kind = EVIDENCE_FACE, .sample = portrait(f)};
  assert_ok(evidence_ask(&f->env, &f->arena, &question, &k.what.opinion));
  assert_ok(evidence_seal(&f->env, &f->arena, &k.what, &k.sealed));
  assert_ok(db_write(f->db, keep, &k));
  clock_fixed_set(&f->clock, clock_now_ms(&f->clock) + 1);
  (void)keep_one(f, INT64_MAX); /* nobody was asked */
  struct evidence_list list;
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    assert_ok(db_read_begin(f->db, &tx));
    assert_ok(evidence_list(tx, &f->arena, HOLDER, S(""), &list));
  }
  assert_int_equal(list.count, 2);
  assert_true(list.items[0].opinion.verdict == 0 && slice_empty(list.items[0].opinion.engine));
  assert_true(list.items[1].opinion.verdict == EVIDENCE_NO_MATCH && slice_is(list.items[1].opinion.engine, "danh-demonstration"));
  assert_true(list.items[1].opinion.is_demonstration);
  assert_int_equal(number(f, "SELECT COUNT(*) FROM ledger_detail WHERE detail LIKE '%no_match%'"), 1);
  assert_ok(db_write(f->db, erase, &(struct keeping){.f = f, .id = k.id}));
  assert_int_equal(number(f, "SELECT COUNT(*) FROM evidence_opinion"), 0);
  f->env.matcher = NULL; /* away: no verdict, and why */
  assert_ok(evidence_ask(&f->env, &f->arena, &question, &k.what.opinion));
  assert_true(k.what.opinion.verdict == 0 && slice_is(k.what.opinion.reason, "away"));
}

static void the_file_says_nothing_without_its_key(void **state) {
  struct fixture *f = *state;
  char path[200];
  int64_t id = keep_one(f, INT64_MAX);
  struct evidence_look look = look_at(id);
  struct evidence evidence;
  struct slice bytes;
  assert_int_equal(files(f, path), 1);
  int fd = open(path, O_RDWR);
  uint8_t head[4096];
  ssize_t length = read(fd, head, sizeof head);
  assert_true(length > 100);
  assert_null(memmem(head, (size_t)length, "PNG", 3));
  struct stat status;
  assert_int_equal(stat(f->key_path, &status), 0);
  assert_int_equal(status.st_mode & 0777, 0600);
  head[length / 2] ^= 1; /* one bit altered */
  assert_int_equal(pwrite(fd, head + length / 2, 1, length / 2), 1);
  (void)close(fd);
  assert_code(evidence_open(&f->env, &f->arena, &look, &evidence, &bytes), EVIDENCE_ALTERED);
  assert_int_equal(unlink(path), 0);
  assert_code(evidence_open(&f->env, &f->arena, &look, &evidence, &bytes), EVIDENCE_LOST);
}

static void another_key_opens_nothing(void **state) {
  struct fixture *f = *state;
  int64_t id = keep_one(f, INT64_MAX);
  struct evidence_look look = look_at(id);
  struct evidence evidence;
  struct slice bytes;
  evidence_store_close(&f->env.evidence);
  assert_code(evidence_open(&f->env, &f->arena, &look, &evidence, &bytes), EVIDENCE_NO_STORE);
  assert_ok(evidence_store_open(f->folder, f->key_path, &f->env.evidence)); /* the same key again: a restart */
  assert_ok(evidence_open(&f->env, &f->arena, &look, &evidence, &bytes));
  evidence_store_close(&f->env.evidence);
  assert_int_equal(unlink(f->key_path), 0);
  assert_ok(evidence_store_open(f->folder, f->key_path, &f->env.evidence));
  result opened = evidence_open(&f->env, &f->arena, &look, &evidence, &bytes);
  assert_false(is_ok(opened));
}

/* A key that is not whole, or not on the disk, has no name: the next opening makes one instead of finding half of one. */
static void a_key_that_cannot_be_written_is_none(void **state) {
  struct fixture *f = *state;
  evidence_store_close(&f->env.evidence);
  assert_int_equal(unlink(f->key_path), 0);
  struct rlimit usual;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &usual), 0);
  const struct rlimit full = {.rlim_cur = 20, .rlim_max = usual.rlim_max};
  void (*before)(int) = signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
  result opened = evidence_store_open(f->folder, f->key_path, &f->env.evidence);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &usual), 0);
  (void)signal(SIGXFSZ, before);
  assert_code(opened, BASE_IO);
  assert_int_not_equal(access(f->key_path, F_OK), 0);
  assert_ok(evidence_store_open(f->folder, f->key_path, &f->env.evidence));
  int64_t id = keep_one(f, INT64_MAX);
  evidence_store_close(&f->env.evidence);
  assert_ok(evidence_store_open(f->folder, f->key_path, &f->env.evidence));
  struct evidence_look look = look_at(id);
  struct evidence evidence;
  struct slice bytes;
  assert_ok(evidence_open(&f->env, &f->arena, &look, &evidence, &bytes));
}

static void make_old(const char *path) {
  const struct timespec times[2] = {{.tv_sec = 1000000}, {.tv_sec = 1000000}};
  assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void erased_and_expired_pictures_are_gone_with_their_files(void **state) {
  struct fixture *f = *state;
  char path[200];
  struct evidence evidence;
  struct slice bytes;
  int64_t id = keep_one(f, INT64_MAX);
  assert_ok(evidence_sweep(&f->env));
  assert_int_equal(files(f, path), 1);
  make_old(path);
  assert_ok(evidence_sweep(&f->env));
  assert_int_equal(files(f, path), 1); /* old, but named by a row */
  assert_ok(db_write(f->db, erase, &(struct keeping){.f = f, .id = id}));
  assert_code(db_write(f->db, erase, &(struct keeping){.f = f, .id = id}), EVIDENCE_UNKNOWN);
  struct evidence_look look = look_at(id);
  assert_code(evidence_open(&f->env, &f->arena, &look, &evidence, &bytes), EVIDENCE_UNKNOWN);
  assert_ok(evidence_sweep(&f->env));
  assert_int_equal(files(f, path), 0);
  look = look_at(keep_one(f, clock_now_ms(&f->clock) + 1000));
  clock_fixed_set(&f->clock, clock_now_ms(&f->clock) + 2000);
  assert_int_equal(files(f, path), 1);
  make_old(path);
  assert_ok(evidence_sweep(&f->env));
  assert_int_equal(files(f, path), 0);
  assert_int_equal(number(f, "SELECT COUNT(*) FROM evidence"), 0);
}

static void refuses_what_is_no_picture(void **state) {
  struct fixture *f = *state;
  uint8_t small[33] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0, 0, 0, 100, 0, 0, 0, 100};
  uint8_t huge[33];
  memcpy(huge, small, sizeof huge);
  huge[16] = 0x7f;
  static const uint8_t jpeg[] = {0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 17, 8, 1, 0x2c, 0, 0xc8, 3, 1, 0x22, 0};
  static const uint8_t no_frame[] = {0xff, 0xd8, 0xff, 0xda, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0};
  struct evidence_picture picture;
  assert_code(evidence_picture_read(S("<svg></svg>"), &picture), EVIDENCE_PICTURE);
  assert_code(evidence_picture_read(S(""), &picture), EVIDENCE_PICTURE);
  assert_code(evidence_picture_read(slice_of(no_frame, sizeof no_frame), &picture), EVIDENCE_PICTURE);
  assert_code(evidence_picture_read(slice_of(small, sizeof small), &picture), EVIDENCE_TOO_SMALL);
  assert_code(evidence_picture_read(slice_of(huge, sizeof huge), &picture), EVIDENCE_TOO_LARGE);
  uint8_t *long_one = heap_alloc(EVIDENCE_BYTES_MAX + 1);
  assert_code(evidence_picture_read(slice_of(long_one, EVIDENCE_BYTES_MAX + 1), &picture), EVIDENCE_TOO_LARGE);
  free(long_one);
  assert_ok(evidence_picture_read(slice_of(jpeg, sizeof jpeg), &picture));
  assert_true(picture.width == 200 && picture.height == 300);
  assert_ok(evidence_picture_read(portrait(f), &picture));
  assert_true(picture.width == 160 && picture.height == 200);
}

/* [NIST SP 800-63A N3] a match is of the very picture; [N7] what the engine cannot tell a person looks at */
static void the_demonstration_matcher_never_says_yes_to_a_stranger(void **state) {
  struct fixture *f = *state;
  struct evidence_opinion opinion;
  struct evidence_question question = {.pin = S("001093047064"), .kind = EVIDENCE_PORTRAIT, .sample = portrait(f)};
  assert_ok(evidence_match(&f->env, &f->arena, &question, &opinion));
  assert_int_equal(opinion.verdict, EVIDENCE_MATCH);
  question.pin = S("001093047065");
  assert_ok(evidence_match(&f->env, &f->arena, &question, &opinion));
  assert_int_equal(opinion.verdict, EVIDENCE_NO_MATCH);
  static const uint8_t jpeg[] = {0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 1, 0x2c, 0, 0xc8, 1, 1, 0x11, 0, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 7, 0xff, 0xd9};
  question.sample = slice_of(jpeg, sizeof jpeg);
  assert_ok(evidence_match(&f->env, &f->arena, &question, &opinion));
  assert_int_equal(opinion.verdict, EVIDENCE_UNSURE);
  question.kind = EVIDENCE_FINGERPRINTS;
  question.sample = portrait(f);
  question.pin = S("001093047064");
  assert_ok(evidence_match(&f->env, &f->arena, &question, &opinion));
  assert_int_equal(opinion.verdict, EVIDENCE_UNSURE);
  f->env.matcher = NULL;
  assert_code(evidence_match(&f->env, &f->arena, &question, &opinion), EVIDENCE_MATCHER_AWAY);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)
  const struct CMUnitTest tests[] = {
      CASE(what_is_kept_is_shown_and_each_look_is_in_the_ledger),
      CASE(what_follows_a_picture_is_neither_kept_nor_sent_on),
      CASE(the_matchers_opinion_is_kept_with_the_picture_and_goes_with_it),
      CASE(the_file_says_nothing_without_its_key),
      CASE(another_key_opens_nothing),
      CASE(a_key_that_cannot_be_written_is_none),
      CASE(erased_and_expired_pictures_are_gone_with_their_files),
      CASE(refuses_what_is_no_picture),
      CASE(the_demonstration_matcher_never_says_yes_to_a_stranger),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
