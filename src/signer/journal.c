#include "signer/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/number.h"
#include "codec/hex.h"
#include "crypto/digest.h"

enum {
  MARK_BYTES = 16,
  HASH_DIGITS = 2 * DIGEST_BYTES,
  READ_BYTES = 256 * 1024,
  END_BYTES = 4 * 1024 * 1024, /* more than the lines of one commit: those of 256 connections */
  SECTOR_BYTES = 512,          /* what a disk writes whole or not at all */
};
#define LOG_NAME "signatures.log"
#define TORN_NAME "signatures.torn"

/* A reference as the front of its SHA-256: 16 bytes each, so that a million dossiers take 32 MB at most. */
struct mark {
  uint8_t bytes[MARK_BYTES];
};

struct signer_journal {
  int fd;
  bool unsynced;
  struct arena arena; /* of the lines gathered since the last commit */
  struct buf pending;
  uint64_t lines;
  uint64_t bytes;      /* of those read when it was opened */
  uint64_t commit;     /* the first line of the newest commit */
  uint64_t signatures; /* given, or reserved for tokens */
  uint8_t head[DIGEST_BYTES];
  struct mark *marks; /* open addressing, at most half full; all noughts: free */
  size_t mark_capacity;
  size_t mark_count;
};

/* ---- references ---- */

static struct mark mark_of(struct slice reference) {
  uint8_t digest[DIGEST_BYTES];
  struct mark mark;
  digest_sha256(reference, digest);
  memcpy(mark.bytes, digest, sizeof mark.bytes);
  return mark;
}

static struct mark *slot_of(struct mark *marks, size_t capacity, const struct mark *mark) {
  static const struct mark empty = {0};
  uint64_t start = 0;
  memcpy(&start, mark->bytes, sizeof start);
  size_t at = (size_t)start & (capacity - 1);
  while (memcmp(&marks[at], &empty, sizeof empty) != 0 && memcmp(&marks[at], mark, sizeof *mark) != 0) {
    at = (at + 1) & (capacity - 1);
  }
  return &marks[at];
}

static struct mark *alloc_marks(size_t capacity) {
  struct mark *marks = heap_alloc(capacity * sizeof *marks);
  memset(marks, 0, capacity * sizeof *marks);
  return marks;
}

static void add_mark(struct signer_journal *journal, struct slice reference) {
  static const struct mark empty = {0};
  if (journal->mark_count * 2 >= journal->mark_capacity) {
    struct mark *larger = alloc_marks(journal->mark_capacity * 2);
    for (size_t i = 0; i < journal->mark_capacity; i++) {
      if (memcmp(&journal->marks[i], &empty, sizeof empty) != 0) {
        *slot_of(larger, journal->mark_capacity * 2, &journal->marks[i]) = journal->marks[i];
      }
    }
    free(journal->marks);
    journal->marks = larger;
    journal->mark_capacity *= 2;
  }
  struct mark mark = mark_of(reference);
  struct mark *slot = slot_of(journal->marks, journal->mark_capacity, &mark);
  journal->mark_count += memcmp(slot, &empty, sizeof empty) == 0;
  *slot = mark;
}

bool signer_journal_has_personal(const struct signer_journal *journal, struct slice reference) {
  struct mark mark = mark_of(reference);
  return memcmp(slot_of(journal->marks, journal->mark_capacity, &mark), &mark, sizeof mark) == 0;
}

/* ---- the chain ---- */

static void chain(const uint8_t before[static DIGEST_BYTES], struct slice text, uint8_t ret_hash[static DIGEST_BYTES]) {
  struct digest_stream stream CLEANUP(digest_free) = {0};
  digest_begin(&stream);
  digest_add(&stream, slice_of(before, DIGEST_BYTES));
  digest_add(&stream, text);
  digest_end(&stream, ret_hash);
}

/* How many signatures a line stands for: one, of tokens as many as it reserves. */
static result count_of(const struct slice fields[static 6], int64_t *ret_count) {
  int64_t count = 1;
  if (slice_is(fields[2], "token") && (!is_ok(number_parse(fields[4], &count)) || count > UINT32_MAX)) {
    FAIL(SIGNER_LOG_ALTERED, "a reservation without its count");
  }
  *ret_count = count;
  return OK;
}

/* Whether it is the next line's number, and so that of a commit's first line or of a further one. */
static bool take_number(struct signer_journal *journal, struct slice text, struct arena *arena) {
  uint64_t due = journal->lines + 1;
  if (slice_eq(text, arena_printf(arena, "%llu", (unsigned long long)due))) {
    journal->commit = due;
    return true;
  }
  return slice_eq(text, arena_printf(arena, "%llu/%llu", (unsigned long long)due, (unsigned long long)journal->commit));
}

/* One line without its end; the number it bears must be the next. */
static result take_line(struct signer_journal *journal, struct slice line) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  uint8_t hash[DIGEST_BYTES];
  struct slice text = slice_sub(line, 0, line.len > HASH_DIGITS ? line.len - HASH_DIGITS : 0);
  chain(journal->head, text, hash);
  struct slice due = hex_write(&arena, slice_of(hash, sizeof hash));
  struct slice fields[6];
  struct slice rest = text;
  for (size_t i = 0; i < 6; i++) {
    fields[i] = slice_cut(&rest, ' ');
  }
  if (!slice_eq(slice_from(line, text.len), due) || rest.len != 0 || !take_number(journal, fields[0], &arena)) {
    FAIL(SIGNER_LOG_ALTERED, "line %llu of the signature log was altered", (unsigned long long)journal->lines + 1);
  }
  int64_t signatures = 0;
  TRY(count_of(fields, &signatures));
  if (slice_is(fields[2], "personal")) {
    add_mark(journal, fields[5]);
  }
  memcpy(journal->head, hash, sizeof hash);
  journal->lines++;
  journal->bytes += line.len + 1;
  journal->signatures += (uint64_t)signatures;
  return OK;
}

/* Takes whole lines off the front of the bytes, up to one that is broken; *ret_used counts their bytes. */
static result take_lines(struct signer_journal *journal, struct slice bytes, size_t *ret_used) {
  uint64_t before = journal->bytes;
  size_t used = 0;
  result taken = OK;
  for (size_t end = slice_find(bytes, '\n', 0); is_ok(taken) && end < bytes.len; end = slice_find(bytes, '\n', used)) {
    taken = take_line(journal, slice_sub(bytes, used, end - used));
    used = (size_t)(journal->bytes - before);
  }
  *ret_used = used;
  return taken;
}

/* ---- what a power cut has torn ---- */

/* Whether noughts stand in the broken line, and only where sectors can be lost: from its start (a sector that was written before has the
 * lines before it alone) or a sector's to the end of a sector. */
static bool has_lost_sectors(struct slice line, uint64_t at) {
  bool is_found = false;
  for (size_t from = slice_find(line, 0, 0); from < line.len; from = slice_find(line, 0, from)) {
    bool is_start = from == 0 || (at + from) % SECTOR_BYTES == 0;
    while (from < line.len && line.ptr[from] == 0) {
      from++;
    }
    if (!is_start || (at + from) % SECTOR_BYTES != 0) {
      return false;
    }
    is_found = true;
  }
  return is_found;
}

/* The line its commit begins with, as it says itself; 0: it does not say. */
static int64_t commit_of(struct slice line) {
  int64_t first = 0;
  if (slice_find(line, ' ', 0) == line.len) {
    return 0;
  }
  struct slice further = slice_cut(&line, ' ');
  struct slice alone = slice_cut(&further, '/');
  return is_ok(number_parse(further.len > 0 ? further : alone, &first)) ? first : 0;
}

/* The rule of journal.h. tail: from the first broken line to the end of the file. */
static bool is_torn(const struct signer_journal *journal, struct slice tail) {
  size_t end = slice_find(tail, '\n', 0);
  if (end < tail.len && !has_lost_sectors(slice_sub(tail, 0, end), journal->bytes)) {
    return false;
  }
  for (struct slice rest = slice_from(tail, end + 1); rest.len > 0;) {
    if (commit_of(slice_cut(&rest, '\n')) > (int64_t)journal->lines + 1) {
      return false;
    }
  }
  return true;
}

static bool write_all(int fd, struct slice bytes) {
  while (bytes.len > 0) {
    ssize_t written = write(fd, bytes.ptr, bytes.len);
    if (written < 0 && errno != EINTR) {
      return false;
    }
    bytes = slice_from(bytes, written > 0 ? (size_t)written : 0);
  }
  return true;
}

/* On the disk before the log is cut. */
static result keep_aside(struct signer_journal *journal, int folder, struct slice tail) {
  struct buf kept;
  buf_init(&kept, &journal->arena, tail.len + 64);
  buf_printf(&kept, "from line %llu, %zu bytes:\n", (unsigned long long)journal->lines + 1, tail.len);
  buf_append(&kept, tail);
  buf_append_byte(&kept, '\n');
  int fd = openat(folder, TORN_NAME, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  bool is_kept = fd >= 0 && write_all(fd, buf_slice(&kept)) && fsync(fd) == 0 && fsync(folder) == 0;
  int reason = errno;
  if (fd >= 0) {
    (void)close(fd);
  }
  if (!is_kept) {
    FAIL(SIGNER_FOLDER_UNUSABLE, "cannot keep the torn end of the signature log: errno %d", reason);
  }
  return OK;
}

static result cut_torn(struct signer_journal *journal, const struct signer_journal_options *options, struct slice tail) {
  if (!is_torn(journal, tail)) {
    FAIL(SIGNER_LOG_ALTERED, "line %llu of the signature log was altered", (unsigned long long)journal->lines + 1);
  }
  if (options->read_only) {
    return OK;
  }
  TRY(keep_aside(journal, options->folder, tail));
  if (ftruncate(journal->fd, (off_t)journal->bytes) != 0 || fsync(journal->fd) != 0) {
    FAIL(SIGNER_FOLDER_UNUSABLE, "cannot cut the torn end of the signature log: errno %d", errno);
  }
  if (options->clock != NULL) {
    LOG(options->clock, LOG_WARNING, "signer.log_torn", LOG_NUMBER("from_line", journal->lines + 1), LOG_NUMBER("bytes", tail.len));
  }
  return OK;
}

static result load(struct signer_journal *journal, const struct signer_journal_options *options) {
  uint8_t *bytes = arena_alloc(&journal->arena, END_BYTES);
  size_t held = 0;
  bool is_broken = false;
  for (ssize_t got = 1; got > 0 && held < END_BYTES;) {
    got = read(journal->fd, bytes + held, END_BYTES - held < READ_BYTES ? END_BYTES - held : READ_BYTES);
    if (got < 0) {
      FAIL(SIGNER_FOLDER_UNUSABLE, "cannot read the signature log: errno %d", errno);
    }
    held += (size_t)got;
    size_t used = 0;
    is_broken = is_broken || !is_ok(take_lines(journal, slice_of(bytes, held), &used));
    memmove(bytes, bytes + used, held - used);
    held -= used;
  }
  if (held == END_BYTES) { /* no commit is so long */
    FAIL(SIGNER_LOG_ALTERED, "line %llu of the signature log was altered", (unsigned long long)journal->lines + 1);
  }
  return held == 0 ? OK : cut_torn(journal, options, slice_of(bytes, held));
}

/* After an fsync that failed, the lines it was for may be in the kernel's memory alone, clean and never to be written. Lines behind
 * them would go with them in the next power cut: so the end is written once more, the same bytes, and synced. */
static result write_end_anew(struct signer_journal *journal, int folder) {
  off_t size = lseek(journal->fd, 0, SEEK_END);
  off_t from = size > END_BYTES ? size - END_BYTES : 0;
  uint8_t *bytes = arena_alloc(&journal->arena, END_BYTES);
  ssize_t held = size > 0 ? pread(journal->fd, bytes, (size_t)(size - from), from) : 0;
  if (size < 0 || held != size - from) {
    FAIL(SIGNER_FOLDER_UNUSABLE, "cannot read the signature log: errno %d", errno);
  }
  int fd = openat(folder, LOG_NAME, O_WRONLY | O_CLOEXEC | O_NOFOLLOW); /* without O_APPEND, which would write behind the end */
  bool is_written = fd >= 0 && (held == 0 || pwrite(fd, bytes, (size_t)held, from) == held) && fsync(fd) == 0;
  int reason = errno;
  if (fd >= 0) {
    (void)close(fd);
  }
  if (!is_written) {
    FAIL(SIGNER_FOLDER_UNUSABLE, "cannot write the end of the signature log: errno %d", reason);
  }
  return OK;
}

void signer_journal_close(struct signer_journal **ref) {
  struct signer_journal *journal = *ref;
  if (journal != NULL) {
    if (journal->fd >= 0) {
      (void)close(journal->fd);
    }
    arena_free(&journal->arena);
    free(journal->marks);
    free(journal);
    *ref = NULL;
  }
}

result signer_journal_open(const struct signer_journal_options *options, struct signer_journal **ret_journal) {
  struct signer_journal *journal CLEANUP(signer_journal_close) = heap_alloc(sizeof *journal);
  *journal = (struct signer_journal){.unsynced = options->unsynced, .mark_capacity = 1024};
  arena_init(&journal->arena);
  journal->marks = alloc_marks(journal->mark_capacity);
  digest_sha256(S("danh-signer-log-1"), journal->head);
  int flags = options->read_only ? O_RDONLY : O_RDWR | O_APPEND | O_CREAT;
  journal->fd = openat(options->folder, LOG_NAME, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
  bool absent = journal->fd < 0 && errno == ENOENT && options->read_only;
  if (journal->fd < 0 && !absent) {
    FAIL(SIGNER_FOLDER_UNUSABLE, "cannot open the signature log: errno %d", errno);
  }
  if (!absent) {
    TRY(load(journal, options));
  }
  if (!options->read_only && !options->unsynced) {
    TRY(write_end_anew(journal, options->folder));
  }
  if (!options->read_only && fsync(options->folder) != 0) {
    FAIL(SIGNER_FOLDER_UNUSABLE, "cannot sync the signer's folder: errno %d", errno);
  }
  arena_reset(&journal->arena);
  buf_init(&journal->pending, &journal->arena, 4096);
  *ret_journal = journal;
  journal = NULL;
  return OK;
}

/* ---- writing ---- */

/* what: the digest signed, or how many are reserved. */
static void put_line(struct signer_journal *journal, const struct signer_journal_line *line, struct slice what) {
  struct slice reference = line->reference.len > 0 ? line->reference : S("-");
  size_t from = journal->pending.len;
  uint64_t number = journal->lines + 1;
  if (from == 0) {
    journal->commit = number;
  }
  buf_printf(&journal->pending, "%llu", (unsigned long long)number);
  if (from > 0) {
    buf_printf(&journal->pending, "/%llu", (unsigned long long)journal->commit);
  }
  buf_printf(&journal->pending, " %lld %s %.*s %.*s %.*s ", (long long)line->at_ms, line->rule->word, SLICE_ARG(line->key), SLICE_ARG(what),
             SLICE_ARG(reference));
  uint8_t hash[DIGEST_BYTES];
  chain(journal->head, slice_from(buf_slice(&journal->pending), from), hash);
  buf_append(&journal->pending, hex_write(&journal->arena, slice_of(hash, sizeof hash)));
  buf_append_byte(&journal->pending, '\n');
  memcpy(journal->head, hash, sizeof hash);
  journal->lines++;
}

void signer_journal_append(struct signer_journal *journal, const struct signer_journal_line *line) {
  put_line(journal, line, hex_write(&journal->arena, slice_of(line->digest, DIGEST_BYTES)));
  journal->signatures++;
  if (line->rule->profile == SIGNER_PERSONAL) {
    add_mark(journal, line->reference);
  }
}

void signer_journal_reserve(struct signer_journal *journal, const struct signer_journal_line *line) {
  struct signer_journal_line bare = *line;
  bare.reference = (struct slice){0};
  put_line(journal, &bare, arena_printf(&journal->arena, "%u", line->rule->reserve));
  journal->signatures += line->rule->reserve;
}

result signer_journal_commit(struct signer_journal *journal) {
  if (journal->pending.len == 0) {
    return OK;
  }
  if (!write_all(journal->fd, buf_slice(&journal->pending))) {
    FAIL(SIGNER_FOLDER_UNUSABLE, "cannot write the signature log: errno %d", errno);
  }
  if (!journal->unsynced && fdatasync(journal->fd) != 0) {
    FAIL(SIGNER_FOLDER_UNUSABLE, "cannot sync the signature log: errno %d", errno);
  }
  arena_reset(&journal->arena);
  buf_init(&journal->pending, &journal->arena, 4096);
  return OK;
}

struct signer_figures signer_journal_figures(const struct signer_journal *journal) {
  struct signer_figures figures = {.signatures = journal->signatures};
  memcpy(figures.log_head, journal->head, sizeof figures.log_head);
  return figures;
}

result signer_log_verify(const char *data_dir, struct signer_figures *ret_figures) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct signer_journal *journal CLEANUP(signer_journal_close) = NULL;
  int folder =
      open(arena_cstr(&arena, arena_printf(&arena, "%s/signer", data_dir)), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) {
    FAIL(SIGNER_FOLDER_UNUSABLE, "no signer's folder: errno %d", errno);
  }
  struct signer_journal_options options = {.folder = folder, .read_only = true};
  result opened = signer_journal_open(&options, &journal);
  (void)close(folder);
  TRY(opened);
  *ret_figures = signer_journal_figures(journal);
  return OK;
}
