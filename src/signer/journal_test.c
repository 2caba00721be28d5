/* What a power cut leaves of the signature log, and what somebody has altered: told apart when it is opened. */
#include "signer/journal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/unit_test.h"
#include "crypto/digest.h"

enum { SECTOR = 512, LOG_MAX = 1 << 16, ALONE = 3, TOGETHER = 20 };

/* A log: ALONE commits of one line, then one of TOGETHER lines. */
struct place {
  char dir[64];
  int folder;
  const struct clock *told; /* NULL: nobody is told what was torn */
  struct signer_journal *journal;
  uint8_t bytes[LOG_MAX]; /* the log as it was written */
  size_t len;
  size_t synced; /* where the last commit begins */
  uint8_t head[DIGEST_BYTES];
};

static void path_of(const struct place *place, const char *name, char ret_path[static 96]) { (void)snprintf(ret_path, 96, "%s/%s", place->dir, name); }

static size_t read_file(const struct place *place, const char *name, uint8_t *bytes) {
  int fd = openat(place->folder, name, O_RDONLY | O_CLOEXEC);
  ssize_t got = fd < 0 ? 0 : read(fd, bytes, LOG_MAX);
  assert_true(got >= 0 && got < LOG_MAX);
  if (fd >= 0) {
    (void)close(fd);
  }
  return (size_t)got;
}

static void write_log(const struct place *place, const uint8_t *bytes, size_t len) {
  int fd = openat(place->folder, "signatures.log", O_WRONLY | O_TRUNC | O_CLOEXEC);
  assert_int_equal(write(fd, bytes, len), (ssize_t)len);
  assert_int_equal(close(fd), 0);
}

static result open_log(struct place *place, bool read_only) {
  struct signer_journal_options options = {.folder = place->folder, .read_only = read_only, .clock = place->told};
  return signer_journal_open(&options, &place->journal);
}

static void commit(struct place *place, int lines) {
  static const uint8_t digest[DIGEST_BYTES] = {0xA1};
  struct signer_journal_line line = {.at_ms = 1717549200000, .key = S("message/danh"), .digest = digest, .reference = S("H26.11-240605-0001")};
  assert_ok(signer_policy_rule(line.key, SIGNER_MESSAGE, &line.rule));
  for (int i = 0; i < lines; i++) {
    signer_journal_append(place->journal, &line);
  }
  assert_ok(signer_journal_commit(place->journal));
}

static int setup(void **state) {
  struct place *place = heap_alloc(sizeof *place);
  *place = (struct place){.dir = "/tmp/danh-journal-XXXXXX"};
  assert_non_null(mkdtemp(place->dir));
  place->folder = open(place->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  assert_ok(open_log(place, false));
  for (int i = 0; i < ALONE; i++) {
    commit(place, 1);
  }
  place->synced = read_file(place, "signatures.log", place->bytes);
  commit(place, TOGETHER);
  struct signer_figures figures = signer_journal_figures(place->journal);
  memcpy(place->head, figures.log_head, sizeof place->head);
  signer_journal_close(&place->journal);
  place->len = read_file(place, "signatures.log", place->bytes);
  assert_true(place->len - place->synced > 6 * SECTOR);
  *state = place;
  return 0;
}

static int teardown(void **state) {
  struct place *place = *state;
  char path[96];
  signer_journal_close(&place->journal);
  (void)unlinkat(place->folder, "signatures.torn", 0);
  assert_int_equal(unlinkat(place->folder, "signatures.log", 0), 0);
  (void)close(place->folder);
  path_of(place, "", path);
  int removed = rmdir(path);
  free(place);
  return removed;
}

/* The power goes before the last commit is synced: of its sectors those in the mask are as they were before. */
static void tear(const struct place *place, unsigned lost, uint8_t *bytes) {
  memcpy(bytes, place->bytes, place->len);
  for (size_t sector = place->synced / SECTOR; sector * SECTOR < place->len; sector++) {
    size_t from = sector * SECTOR < place->synced ? place->synced : sector * SECTOR;
    size_t to = (sector + 1) * SECTOR < place->len ? (sector + 1) * SECTOR : place->len;
    if ((lost >> (sector - place->synced / SECTOR) & 1) != 0) {
      memset(bytes + from, 0, to - from);
    }
  }
}

/* Opens, keeps aside what it cuts, and goes on. */
static void assert_mended(struct place *place, const uint8_t *torn, size_t len) {
  uint8_t bytes[LOG_MAX];
  uint8_t kept[LOG_MAX];
  (void)unlinkat(place->folder, "signatures.torn", 0);
  write_log(place, torn, len);
  assert_ok(open_log(place, true)); /* who only verifies leaves it alone */
  signer_journal_close(&place->journal);
  assert_int_equal(read_file(place, "signatures.log", bytes), len);
  assert_ok(open_log(place, false));
  uint64_t signatures = signer_journal_figures(place->journal).signatures;
  assert_true(signatures >= ALONE && signatures <= ALONE + TOGETHER);
  size_t good = read_file(place, "signatures.log", bytes);
  size_t kept_len = read_file(place, "signatures.torn", kept);
  assert_true(good >= place->synced && good <= len);
  assert_memory_equal(bytes, torn, good);
  if (good < len) {
    assert_true(kept_len > len - good);
    assert_memory_equal(kept + (kept_len - 1 - (len - good)), torn + good, len - good);
  }
  commit(place, 2);
  signer_journal_close(&place->journal);
  assert_ok(open_log(place, false));
  assert_int_equal(signer_journal_figures(place->journal).signatures, signatures + 2);
  signer_journal_close(&place->journal);
}

static void a_commit_torn_over_any_of_its_sectors_is_cut_and_kept(void **state) {
  struct place *place = *state;
  uint8_t torn[LOG_MAX];
  size_t sectors = (place->len - 1) / SECTOR - place->synced / SECTOR + 1;
  for (unsigned i = 1; i < 600; i++) {
    unsigned lost = i < 2 * sectors ? (i <= sectors ? 1U << (i - 1) : ~(1U << (i - sectors - 1))) : i * 2654435761U >> 12;
    tear(place, lost, torn);
    assert_mended(place, torn, i % 4 == 0 ? place->synced + i * 97 % (place->len - place->synced) : place->len);
  }
}

static void a_log_says_what_was_torn(void **state) {
  struct place *place = *state;
  uint8_t torn[LOG_MAX];
  char path[96];
  char said[512] = "";
  struct clock clock = clock_fixed(1717549200000);
  path_of(place, "said", path);
  tear(place, 2, torn); /* the second sector: the lines of the first go on */
  write_log(place, torn, place->len);
  int before = dup(STDERR_FILENO);
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  assert_true(fd >= 0 && dup2(fd, STDERR_FILENO) >= 0);
  place->told = &clock;
  result opened = open_log(place, false);
  assert_true(dup2(before, STDERR_FILENO) >= 0);
  (void)close(before);
  assert_true(pread(fd, said, sizeof said - 1, 0) > 0);
  (void)close(fd);
  (void)unlink(path);
  assert_ok(opened);
  uint64_t lines = signer_journal_figures(place->journal).signatures;
  char due[64];
  (void)snprintf(due, sizeof due, "\"event\":\"signer.log_torn\",\"from_line\":%llu,", (unsigned long long)lines + 1);
  assert_true(lines > ALONE && lines < ALONE + TOGETHER);
  assert_non_null(strstr(said, due));
}

/* Refused by who verifies and by who would go on, and left as it is. */
static void assert_refused(struct place *place, const uint8_t *altered, size_t len) {
  uint8_t bytes[LOG_MAX];
  write_log(place, altered, len);
  assert_code(open_log(place, true), SIGNER_LOG_ALTERED);
  assert_code(open_log(place, false), SIGNER_LOG_ALTERED);
  assert_int_equal(read_file(place, "signatures.log", bytes), len);
  assert_memory_equal(bytes, altered, len);
  assert_int_equal(read_file(place, "signatures.torn", bytes), 0);
}

static size_t start_of(const struct place *place, int line) {
  struct slice log = slice_of(place->bytes, place->len);
  size_t at = 0;
  for (int i = 1; i < line; i++) {
    at = slice_find(log, '\n', at) + 1;
  }
  return at;
}

static void an_altered_byte_is_refused_wherever_it_is(void **state) {
  struct place *place = *state;
  uint8_t altered[LOG_MAX];
  for (size_t at = 0; at < place->len - 1; at += 13) { /* but the last line's end: that line is then one without end */
    memcpy(altered, place->bytes, place->len);
    altered[at] ^= 1;
    assert_refused(place, altered, place->len);
    altered[at] = 0; /* no disk loses one byte */
    assert_refused(place, altered, place->len);
  }
}

static void a_missing_or_moved_line_is_refused(void **state) {
  struct place *place = *state;
  uint8_t altered[LOG_MAX];
  for (int line = 1; line < ALONE + TOGETHER; line++) {
    size_t from = start_of(place, line);
    size_t to = start_of(place, line + 1);
    memcpy(altered, place->bytes, from);
    memcpy(altered + from, place->bytes + to, place->len - to);
    assert_refused(place, altered, place->len - (to - from));
    memcpy(altered + (place->len - (to - from)), place->bytes + from, to - from); /* to the end */
    assert_refused(place, altered, place->len);
  }
}

/* Sectors of synced lines that are lost later are no torn commit, although they look the same. */
static void lost_sectors_before_a_later_commit_are_refused(void **state) {
  struct place *place = *state;
  uint8_t altered[LOG_MAX];
  memcpy(altered, place->bytes, place->len);
  memset(altered, 0, SECTOR); /* the lines alone: what follows is a later commit, though its first line is lost with them */
  assert_true(place->synced > SECTOR && place->synced < 2 * SECTOR);
  assert_refused(place, altered, place->len);
  memset(altered + SECTOR, 0, SECTOR);
  assert_refused(place, altered, place->len);
  assert_ok((write_log(place, place->bytes, place->len), open_log(place, false)));
  commit(place, 1);
  signer_journal_close(&place->journal);
  uint8_t longer[LOG_MAX];
  size_t len = read_file(place, "signatures.log", longer);
  for (size_t sector = 0; (sector + 1) * SECTOR <= place->len; sector++) {
    memcpy(altered, longer, len);
    memset(altered + sector * SECTOR, 0, SECTOR);
    assert_refused(place, altered, len);
  }
}

/* Whole lines cut off the end leave a log that holds: it is the head somebody kept that is not its own. */
static void lines_cut_from_the_end_show_against_a_head_that_was_kept(void **state) {
  struct place *place = *state;
  for (int line = 2; line <= ALONE + TOGETHER; line++) {
    write_log(place, place->bytes, start_of(place, line));
    assert_ok(open_log(place, true));
    struct signer_figures figures = signer_journal_figures(place->journal);
    signer_journal_close(&place->journal);
    assert_int_equal(figures.signatures, line - 1);
    assert_memory_not_equal(figures.log_head, place->head, DIGEST_BYTES);
  }
}

/* A line says which commit it is of: not that of another, and in logs of old each is one of its own. */
static void lines_name_their_commit(void **state) {
  struct place *place = *state;
  struct slice second = slice_of(place->bytes + start_of(place, 2), 16);
  struct slice first = slice_of(place->bytes + start_of(place, ALONE + 1), 16);
  struct slice further = slice_of(place->bytes + start_of(place, ALONE + 2), 16);
  assert_true(slice_starts(second, S("2 17")) && slice_starts(first, S("4 17")) && slice_starts(further, S("5/4 17")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_commit_torn_over_any_of_its_sectors_is_cut_and_kept),
      TEST(a_log_says_what_was_torn),
      TEST(an_altered_byte_is_refused_wherever_it_is),
      TEST(a_missing_or_moved_line_is_refused),
      TEST(lost_sectors_before_a_later_commit_are_refused),
      TEST(lines_cut_from_the_end_show_against_a_head_that_was_kept),
      TEST(lines_name_their_commit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
