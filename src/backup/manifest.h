/* backup/manifest.h: what a backup says of itself: first in danh-backup.json, last in manifest.json. (private to backup/) */
#pragma once
#include "backup/backup.h"

/* Digests in hex. BACKUP_SYNTAX. */
void backup_digest_put(struct jout *out, const char *name, const uint8_t digest[static 32], struct arena *arena);
MUST_USE result backup_digest_parse(const struct jin *object, const char *name, struct arena *arena, uint8_t ret_digest[static 32]);

#define BACKUP_HEADER "danh-backup.json"
#define BACKUP_MANIFEST "manifest.json"
enum { BACKUP_FORM = 1, BACKUP_JSON_BYTES_MAX = 4 << 20 };

struct slice backup_header_write(const struct backup_report *report, const struct db_states *states, struct arena *arena);
/* BACKUP_SYNTAX, BACKUP_NEWER. */
MUST_USE result backup_header_parse(struct slice text, struct arena *arena, struct backup_report *report, struct db_states *ret_states);

struct slice backup_manifest_write(const struct backup_report *report, struct arena *arena);
MUST_USE result backup_manifest_parse(struct slice text, struct arena *arena, struct backup_report *report);
