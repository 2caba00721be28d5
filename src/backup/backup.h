/* backup/backup.h: a whole installation in one encrypted file, made while it is served; the file looked through; an installation made from it.
 *
 *   FILE = age( tar( danh-backup.json  tables/<name>/<number> ...  files/<path in the folder> ...  manifest.json ) )
 *
 * Standard   age-encryption.org/v1 (crypto/age.h) around a ustar archive [POSIX.1-2017 pax, ustar Interchange Format]: `age -d -i KEY FILE | tar t` reads it.
 * Snapshot   every row of the database as of one moment, whichever engine it lies on; the files are read after that moment, so that every key and
 *            every picture which a row names is among them. Nothing is ever written in clear, and nobody who writes waits.
 * Tables     rows as db_part has them (db/db.h): the same bytes from either engine, so that a backup of one is restored on the other.
 * Header     at the beginning: versions, module by module; the moment; size and root of the newest signed checkpoint of the ledger.
 * Manifest   at the end: rows and SHA-256 of each table, of all files together.
 * Line       the ledger of the installation says of each that it was made, by what it holds, its file's SHA-256 and its recipients' fingerprints (kind backup.made), and the
 *            ledger of what is restored that it was, and from which file (backup.restored): both after the moment that the file holds.
 * Does not   say who made it: a recipient's key is public. What the ledger says is held against its own signature when it is restored, and
 *            can be held against a checkpoint from elsewhere (danh ledger verify --checkpoint).
 * Left out   sockets, locks, databases of other programs, unfinished files, links; a signer's master key that is not in the folder.
 * Errors     below; CRYPTO_AGE_..., DB_..., SERVER_... pass through.
 */
#pragma once
#include "crypto/age.h"
#include "server/server.h"

enum backup_error {
  BACKUP_FILE_EXISTS = RESULT_CODE(RESULT_CONFLICT, MODULE_BACKUP, 1),      /* A file of that name is there already. */
  BACKUP_FOLDER_NOT_EMPTY = RESULT_CODE(RESULT_CONFLICT, MODULE_BACKUP, 2), /* Something is in that folder already. */
  BACKUP_SYNTAX = RESULT_CODE(RESULT_INVALID, MODULE_BACKUP, 3),            /* What was encrypted is no backup of ours. */
  BACKUP_NEWER = RESULT_CODE(RESULT_INTERNAL, MODULE_BACKUP, 4),            /* A backup of a newer form. */
  BACKUP_DIFFERS = RESULT_CODE(RESULT_REFUSED, MODULE_BACKUP, 5),           /* It does not hold what its manifest says. */
  BACKUP_LEDGER_DIFFERS = RESULT_CODE(RESULT_REFUSED, MODULE_BACKUP, 6),    /* Its ledger does not lead to the root that it names. */
  BACKUP_FULL = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_BACKUP, 7),          /* No space left. */
  BACKUP_KEY_FILE = RESULT_CODE(RESULT_INVALID, MODULE_BACKUP, 8),          /* The file of the key is missing, or holds none. */
  BACKUP_UNREADABLE = RESULT_CODE(RESULT_INTERNAL, MODULE_BACKUP, 9),       /* A file of the installation or the backup cannot be read. */
  BACKUP_UNRECORDED = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_BACKUP, 10),   /* It is whole and stays, but the ledger could not be given its line. */
};

#define BACKUP_MADE_KIND "backup.made" /* milestones (ledger/ledger.h) */
#define BACKUP_RESTORED_KIND "backup.restored"

struct backup_report {
  int64_t made_at_ms;     /* the moment of the snapshot */
  struct slice engine;    /* it lay on: "sqlite", "postgresql" */
  struct slice program;   /* version that made it */
  struct slice data;      /* folder that it lay in */
  int64_t rows;
  size_t table_count;
  struct db_moved *tables;
  int64_t files;
  int64_t file_bytes;
  uint8_t files_digest[32];
  int64_t left_out;       /* links and other things that are no files */
  int64_t ledger_size;    /* entries under the newest signed checkpoint; 0: none yet */
  uint8_t ledger_root[32];
  int64_t bytes;          /* of the file */
  uint8_t digest[32];     /* its SHA-256 */
  uint8_t recipients[AGE_KEYS_MAX][32]; /* SHA-256 of each key that it was made for, as it is written (age1...); of a file that is read nobody can tell */
  size_t recipient_count;
  int64_t entry_id;       /* of its line in the ledger; 0: it was only looked through */
};

typedef void (*backup_progress)(void *context, int64_t rows_done, int64_t rows);

struct backup_order {
  const char *data;
  const char *file; /* made whole or not at all */
  const struct age_recipient *recipients;
  size_t recipient_count;
  backup_progress progress;
  void *context;
};
/* BACKUP_UNRECORDED: the file is there and good, and the ledger has no line of it, since the installation cannot be written. */
MUST_USE result backup_make(const struct backup_order *order, struct arena *arena, struct backup_report *ret_report);
/* A row of the writes that a server knows (server_write), which backup_make asks it for. */
#define BACKUP_RECORD "backup.record"
MUST_USE result backup_record(struct server_installation *installation, const struct jin *args, struct jout *out);

/* A new key in a file that is not there yet (0600), as age-keygen writes it. */
MUST_USE result backup_key_make(const char *file, struct arena *arena, struct age_recipient *ret_recipient);

struct backup_source {
  const char *file;
  const char *key_file; /* lines AGE-SECRET-KEY-1..., others with # */
};
/* Opens all of it and holds it against its manifest, its ledger against its root, and writes nothing. */
MUST_USE result backup_verify(const struct backup_source *source, struct arena *arena, struct backup_report *ret_report);

struct backup_restore_order {
  struct backup_source source;
  const char *data;                 /* empty, or not there */
  struct server_database database;  /* empty, on a PostgreSQL server; without url: DATA/danh.db */
  backup_progress progress;
  void *context;
};
/* Each row that was written is read again and held against the backup; only then comes the installation's own line of it.
 * Whenever it is broken off, what lies there is not taken for an installation (SERVER_UNFINISHED, DB_HALF_MADE). BACKUP_UNRECORDED: it stands, without its line,
 * since the clock here lies before the newest entry of its ledger. */
MUST_USE result backup_restore(const struct backup_restore_order *order, struct arena *arena, struct backup_report *ret_report);
