/* Any bytes as what a backup says of itself, and as the archive in it: paths that are taken lead nowhere else, and members that are written are read as they were. */
#include <stdio.h>

#include "backup/archive.h"
#include "backup/manifest.h"
#include "fuzz.h"

enum { HEADER, MANIFEST, ARCHIVE, MEMBER, KINDS };
enum { BLOCK = 512, SUM_AT = 148, MAGIC_AT = 257 };

static struct secret identity;

static struct age_writer *writer_of(struct buf *file) {
  static struct random random;
  struct age_recipient recipient;
  struct age_writer *writer = NULL;
  random = random_seeded(1);
  fuzz_check(is_ok(age_identity_recipient(&identity, &recipient)));
  fuzz_check(is_ok(age_writer_open(&(const struct age_writer_options){&random, &recipient, 1, file, fuzz_file_write}, &writer)));
  return writer;
}

/* A sum that is right, where a header stands: else nearly nothing would come further. */
static struct slice mended(struct slice archive, struct arena *arena) {
  struct slice copy = arena_copy(arena, archive);
  uint8_t *bytes = (uint8_t *)(uintptr_t)copy.ptr;
  for (size_t at = 0; at + BLOCK <= copy.len; at += BLOCK) {
    unsigned sum = 8 * ' ';
    for (size_t i = 0; i < BLOCK; i++) {
      sum += i >= SUM_AT && i < SUM_AT + 8 ? 0 : bytes[at + i];
    }
    if (memcmp(bytes + at + MAGIC_AT, "ustar", 6) == 0) {
      (void)snprintf((char *)bytes + at + SUM_AT, 8, "%06o", sum);
    }
  }
  return copy;
}

static void check_name(struct slice name) {
  fuzz_check(backup_is_path(name) && name.ptr[0] != '/' && !slice_is(name, "..") && !slice_starts(name, S("../")) && !slice_ends(name, S("/..")));
  fuzz_check(memmem(name.ptr, name.len, "/../", 4) == NULL);
}

static void read_archive(struct slice bytes, struct arena *arena) {
  struct buf file;
  struct age_writer *writer CLEANUP(age_writer_close) = NULL;
  struct age_reader *reader CLEANUP(age_reader_close) = NULL;
  buf_init(&file, arena, 4096);
  writer = writer_of(&file);
  fuzz_check(is_ok(age_write(writer, mended(bytes, arena))) && is_ok(age_writer_end(writer)));
  struct fuzz_file whole = {.bytes = buf_slice(&file)};
  fuzz_check(is_ok(age_reader_open(&(const struct age_reader_options){&identity, 1, &whole, fuzz_file_read}, &reader)));
  struct archive_reader archive = {.in = reader};
  bool is_there = true;
  while (is_ok(backup_archive_next(&archive, &is_there)) && is_there) {
    struct slice rest;
    check_name(archive.name);
    fuzz_check(archive.size >= 0 && archive.left == archive.size);
    if (archive.size <= (int64_t)bytes.len && !is_ok(backup_archive_rest(&archive, (int64_t)bytes.len, arena, &rest))) {
      return;
    }
  }
}

/* The name to the first line end, then what is in it. */
static void write_and_read(struct slice input, struct arena *arena) {
  struct slice content = input;
  struct slice name = slice_cut(&content, '\n');
  struct buf file;
  struct age_writer *writer CLEANUP(age_writer_close) = NULL;
  struct age_reader *reader CLEANUP(age_reader_close) = NULL;
  buf_init(&file, arena, 4096);
  writer = writer_of(&file);
  struct archive_writer out = {.out = writer};
  if (!is_ok(backup_archive_whole(&out, name, content))) {
    return;
  }
  fuzz_check(is_ok(backup_archive_end(&out)) && is_ok(age_writer_end(writer)));
  struct fuzz_file whole = {.bytes = buf_slice(&file)};
  fuzz_check(is_ok(age_reader_open(&(const struct age_reader_options){&identity, 1, &whole, fuzz_file_read}, &reader)));
  struct archive_reader in = {.in = reader};
  bool is_there = false;
  struct slice back;
  fuzz_check(is_ok(backup_archive_next(&in, &is_there)) && is_there && slice_eq(in.name, name) && in.size == (int64_t)content.len);
  fuzz_check(is_ok(backup_archive_rest(&in, in.size, arena, &back)) && slice_eq(back, content));
  fuzz_check(is_ok(backup_archive_next(&in, &is_there)) && !is_there);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct arena arena CLEANUP(arena_free) = {0};
  struct backup_report report = {0};
  struct db_states states = {0};
  if (len == 0) {
    return 0;
  }
  if (identity.len == 0) {
    struct random random = random_seeded(2);
    age_identity_make(&random, &identity);
  }
  struct slice input = slice_of(bytes + 1, len - 1);
  switch (bytes[0] % KINDS) {
    case HEADER: (void)is_ok(backup_header_parse(input, &arena, &report, &states)); break;
    case MANIFEST: (void)is_ok(backup_manifest_parse(input, &arena, &report)); break;
    case ARCHIVE: read_archive(input, &arena); break;
    default: write_and_read(input, &arena); break;
  }
  return 0;
}
