#include "backup/archive.h"

#include <assert.h>
#include <stdio.h>

#include "backup/backup.h"

enum { BLOCK = 512 };

/* OFFSET SIZE  FIELD of a header block; numbers in octal digits, a NUL behind them
 *      0  100  name: what is behind the last slash that fits
 *    100    8  mode
 *    108    8  owner       116 8 group
 *    124   12  size; the top bit of the first byte: eleven bytes of binary follow
 *    136   12  time
 *    148    8  sum of all bytes, these as blanks
 *    156    1  '0': a file
 *    257    6  "ustar" NUL
 *    263    2  "00"
 *    345  155  what stands before the name, without the slash between */
enum { NAME_AT = 0, NAME_MAX_BYTES = 100, MODE_AT = 100, OWNER_AT = 108, GROUP_AT = 116, SIZE_AT = 124, SIZE_BYTES = 12, TIME_AT = 136, SUM_AT = 148,
       TYPE_AT = 156, MAGIC_AT = 257, PREFIX_AT = 345, PREFIX_MAX_BYTES = 155 };
static const int64_t octal_max = 077777777777;

bool backup_is_path(struct slice name) {
  if (name.len == 0 || name.len > ARCHIVE_NAME_BYTES_MAX || memchr(name.ptr, '\0', name.len) != NULL || slice_ends(name, S("/"))) {
    return false;
  }
  for (struct slice rest = name; rest.len > 0;) {
    struct slice part = slice_cut(&rest, '/');
    if (part.len == 0 || slice_is(part, ".") || slice_is(part, "..")) {
      return false;
    }
  }
  return true;
}

static unsigned sum_of(const uint8_t *block) {
  unsigned sum = 0;
  for (int i = 0; i < BLOCK; i++) {
    sum += i >= SUM_AT && i < SUM_AT + 8 ? ' ' : block[i];
  }
  return sum;
}

/* Where the slash stands that the prefix ends at; 0: none is needed. */
static bool name_split(struct slice name, size_t *ret_at) {
  *ret_at = 0;
  if (name.len <= NAME_MAX_BYTES) {
    return true;
  }
  for (size_t at = name.len - NAME_MAX_BYTES - 1; at < name.len && at <= PREFIX_MAX_BYTES; at++) {
    if (name.ptr[at] == '/' && at + 1 < name.len) {
      *ret_at = at;
      return true;
    }
  }
  return false;
}

static void size_write(uint8_t *block, int64_t size) {
  if (size <= octal_max) {
    (void)snprintf((char *)block + SIZE_AT, SIZE_BYTES, "%011llo", (unsigned long long)size);
    return;
  }
  block[SIZE_AT] = 0x80;
  for (int i = 0; i < 8; i++) {
    block[SIZE_AT + SIZE_BYTES - 1 - i] = (uint8_t)(size >> 8 * i);
  }
}

static result padding_write(struct archive_writer *archive) {
  static const uint8_t noughts[BLOCK] = {0};
  assert(archive->left == 0);
  return age_write(archive->out, slice_of(noughts, (size_t)(-archive->size & (BLOCK - 1))));
}

result backup_archive_begin(struct archive_writer *archive, struct slice name, int64_t size) {
  uint8_t block[BLOCK] = {0};
  size_t at = 0;
  if (!backup_is_path(name) || !name_split(name, &at)) {
    FAIL(BACKUP_SYNTAX, "a path that the archive cannot hold, of %zu bytes", name.len);
  }
  TRY(padding_write(archive));
  struct slice last = at > 0 ? slice_from(name, at + 1) : name;
  memcpy(block + NAME_AT, last.ptr, last.len);
  memcpy(block + PREFIX_AT, name.ptr, at);
  memcpy(block + MODE_AT, "0000600", 8);
  memcpy(block + OWNER_AT, "0000000", 8);
  memcpy(block + GROUP_AT, "0000000", 8);
  memcpy(block + TIME_AT, "00000000000", 12);
  memcpy(block + MAGIC_AT, "ustar\00000", 8);
  block[TYPE_AT] = '0';
  size_write(block, size);
  (void)snprintf((char *)block + SUM_AT, 8, "%06o", sum_of(block));
  block[SUM_AT + 7] = ' ';
  archive->left = archive->size = size;
  return age_write(archive->out, slice_of(block, sizeof block));
}

result backup_archive_add(struct archive_writer *archive, struct slice bytes) {
  assert((int64_t)bytes.len <= archive->left);
  archive->left -= (int64_t)bytes.len;
  return age_write(archive->out, bytes);
}

result backup_archive_whole(struct archive_writer *archive, struct slice name, struct slice bytes) {
  TRY(backup_archive_begin(archive, name, (int64_t)bytes.len));
  return backup_archive_add(archive, bytes);
}

result backup_archive_end(struct archive_writer *archive) {
  static const uint8_t noughts[2 * BLOCK] = {0};
  TRY(padding_write(archive));
  return age_write(archive->out, slice_of(noughts, sizeof noughts));
}

/* ---- reading ---- */

static result block_read(struct archive_reader *archive, uint8_t *block, size_t len) {
  size_t held = 0;
  while (held < len) {
    size_t got = 0;
    TRY(age_read(archive->in, block + held, len - held, &got));
    if (got == 0) {
      FAIL(BACKUP_SYNTAX, "the archive has no end");
    }
    held += got;
  }
  return OK;
}

static bool size_read(const uint8_t *block, int64_t *ret_size) {
  uint64_t size = 0;
  bool is_binary = block[SIZE_AT] == 0x80;
  for (int i = 1; is_binary && i < SIZE_BYTES; i++) {
    size = size << 8 | block[SIZE_AT + i];
  }
  for (int i = 0; !is_binary && i < SIZE_BYTES - 1; i++) {
    uint8_t digit = block[SIZE_AT + i];
    if (digit < '0' || digit > '7') {
      return false;
    }
    size = size << 3 | (uint64_t)(digit - '0');
  }
  *ret_size = (int64_t)size;
  return size <= INT64_MAX / 2;
}

static result header_parse(struct archive_reader *archive, const uint8_t *block) {
  char sum[8] = {0};
  (void)snprintf(sum, sizeof sum, "%06o", sum_of(block));
  size_t prefix = strnlen((const char *)block + PREFIX_AT, PREFIX_MAX_BYTES);
  size_t last = strnlen((const char *)block + NAME_AT, NAME_MAX_BYTES);
  int length = snprintf(archive->name_bytes, sizeof archive->name_bytes, "%.*s%s%.*s", (int)prefix, (const char *)block + PREFIX_AT,
                        prefix > 0 ? "/" : "", (int)last, (const char *)block + NAME_AT);
  archive->name = slice_of(archive->name_bytes, (size_t)length);
  bool is_file = memcmp(block + MAGIC_AT, "ustar", 6) == 0 && block[TYPE_AT] == '0' && memcmp(block + SUM_AT, sum, 7) == 0;
  if (!is_file || length > ARCHIVE_NAME_BYTES_MAX || !backup_is_path(archive->name) || !size_read(block, &archive->size)) {
    FAIL(BACKUP_SYNTAX, "not a member of an archive as danh backup writes it");
  }
  archive->left = archive->size;
  return OK;
}

static bool is_nought(const uint8_t *block) {
  for (int i = 0; i < BLOCK; i++) {
    if (block[i] != 0) {
      return false;
    }
  }
  return true;
}

/* The second block of noughts, and that nothing follows: until here the encryption has not said that this is all. */
static result end_read(struct archive_reader *archive) {
  uint8_t block[BLOCK];
  size_t got = 0;
  TRY(block_read(archive, block, sizeof block));
  TRY(age_read(archive->in, block + 1, 1, &got));
  if (got > 0 || block[0] != 0) {
    FAIL(BACKUP_SYNTAX, "something stands behind the archive");
  }
  return OK;
}

result backup_archive_next(struct archive_reader *archive, bool *ret_is_there) {
  uint8_t block[BLOCK];
  while (archive->left > 0) {
    size_t got = 0;
    TRY(backup_archive_read(archive, block, sizeof block, &got));
  }
  TRY(block_read(archive, block, (size_t)(-archive->size & (BLOCK - 1))));
  TRY(block_read(archive, block, sizeof block));
  *ret_is_there = !is_nought(block);
  return *ret_is_there ? header_parse(archive, block) : end_read(archive);
}

result backup_archive_read(struct archive_reader *archive, uint8_t *bytes, size_t len, size_t *ret_len) {
  size_t wanted = archive->left < (int64_t)len ? (size_t)archive->left : len;
  *ret_len = 0;
  if (wanted > 0) {
    TRY(age_read(archive->in, bytes, wanted, ret_len));
    if (*ret_len == 0) {
      FAIL(BACKUP_SYNTAX, "the archive ends within a file");
    }
    archive->left -= (int64_t)*ret_len;
  }
  return OK;
}

result backup_archive_rest(struct archive_reader *archive, int64_t max, struct arena *arena, struct slice *ret_bytes) {
  if (archive->left > max) {
    FAIL(BACKUP_SYNTAX, "a part of %lld bytes", (long long)archive->left);
  }
  size_t length = (size_t)archive->left;
  uint8_t *bytes = arena_alloc(arena, length + 1);
  TRY(block_read(archive, bytes, length));
  archive->left = 0;
  *ret_bytes = slice_of(bytes, length);
  return OK;
}
