/* db/sqlite_log.h: SQLite's write-ahead log, a commit in one write instead of two a page. (private to db/)
 *
 * SQLite hands over a frame of the log as two writes, 24 bytes and a page, each of which costs a call of the system and a look at the page cache; a commit of a busy
 * server has some thirty. Here they are gathered and written as one.
 * When       what is gathered is written before anybody could look for it: with the last frame of a commit (which says so in its header), and before the file
 *            is read, synced, cut, measured or closed through this connection. Other connections read what SQLite has published, which it does after that.
 * Failure    what the gathered write says is the answer to whatever brought it about; what could not be written is dropped, and nothing is written behind the gap
 *            until SQLite, having undone the transaction, begins there anew.
 * Does not   change what stands in the file, or in which order it is synced: db.h's "Durable" rests on SQLite's own syncs as before.
 */
#pragma once

/* For sqlite3_open_v2: the name under which files are opened so. The default VFS of the moment does all the work. */
const char *db_sqlite_log_vfs(void);
