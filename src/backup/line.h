/* backup/line.h: what the ledger says of a backup: that it was made, or that the installation was made from it. (private to backup/)
 * Detail     {"made_at","engine","rows","bytes","sha256","ledger_size","ledger_root","recipients":[{"sha256"}]}: the moment it holds and the newest signed head of that moment; the
 *            file that was written or read; whose keys open it (backup.h says how they are told).
 * Line       in the installation itself, and therefore not in the backup: it comes after the moment that the backup holds. */
#pragma once
#include "backup/backup.h"

/* "backup.made", here or in the server that holds the installation, before the file has its name; report->entry_id. */
MUST_USE result backup_line_made(const char *data, struct arena *arena, struct backup_report *report);
/* "backup.restored", in the installation that was made and is not yet one (DIR/unfinished); report->entry_id. SERVER_CLOCK: this machine's clock
 * would date it back. */
MUST_USE result backup_line_restored(const char *data, struct arena *arena, struct backup_report *report);
