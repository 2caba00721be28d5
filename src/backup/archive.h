/* backup/archive.h: an archive of files, one after the other, as tar writes it. (private to backup/)
 * Standard   POSIX.1-2017 pax, ustar Interchange Format; sizes from 8 GiB on as GNU tar and libarchive write them.
 * Does not   know folders, links or owners: a name is a path below where the archive is unpacked.
 * Errors     BACKUP_SYNTAX: bytes or a path of another form. */
#pragma once
#include "base/arena.h"
#include "crypto/age.h"

enum { ARCHIVE_NAME_BYTES_MAX = 255 };

/* "a/b", with nothing in it that leads elsewhere. */
bool backup_is_path(struct slice name);

struct archive_writer {
  struct age_writer *out;
  int64_t left; /* of the member that is being written */
  int64_t size;
};
/* Then as many bytes as it said, in parts. */
MUST_USE result backup_archive_begin(struct archive_writer *archive, struct slice name, int64_t size);
MUST_USE result backup_archive_add(struct archive_writer *archive, struct slice bytes);
MUST_USE result backup_archive_whole(struct archive_writer *archive, struct slice name, struct slice bytes);
/* Ends the archive, not what it is encrypted in. */
MUST_USE result backup_archive_end(struct archive_writer *archive);

struct archive_reader {
  struct age_reader *in;
  struct slice name; /* of the member that is being read */
  int64_t size;
  int64_t left;
  char name_bytes[ARCHIVE_NAME_BYTES_MAX + 1];
};
/* The next member, whatever was left of the one before; *ret_is_there false: that was the last, and nothing is behind it. */
MUST_USE result backup_archive_next(struct archive_reader *archive, bool *ret_is_there);
/* 0 at the member's end. */
MUST_USE result backup_archive_read(struct archive_reader *archive, uint8_t *bytes, size_t len, size_t *ret_len);
/* All that is left of it, if that is at most `max`. */
MUST_USE result backup_archive_rest(struct archive_reader *archive, int64_t max, struct arena *arena, struct slice *ret_bytes);
