/* db/db.h: storage: one interface, two engines behind it: an SQLite file, or PostgreSQL 15 and later.
 *
 * Writing    is a function. db_write(db, fn, arg) runs fn, and returns only when it is on disk: on SQLite on the one writer thread, together
 *            with whatever else is waiting (group commit: one fsync serves all); on PostgreSQL likewise, up to 64 in one SERIALIZABLE
 *            transaction, a few of these beside each other; what others came between runs again from its start, in the end each by itself on its caller's thread.
 *            A db_run that asks for no count is there not waited for: should it fail, fn is run again, and hears of it at once. fn re-reads what it
 *            decides on, checks, writes and appends its ledger entry, nothing else: no signature, HTTP, Lua, layout
 *            or password hash. If fn fails, nothing of it stays, the others stand, and db_write returns fn's code:
 *            refuse before the first write where you can, for after it everybody in the batch runs again. After a statement
 *            that failed fn can only fail: where a key that is taken is an answer, write ON CONFLICT DO NOTHING and look at ret_changed. So fn may
 *            run twice: it sets what arg holds and never adds to it. The caller sleeps meanwhile, so fn may use the
 *            caller's arena.
 * Reading    a snapshot on a pooled reader connection, until db_read_end. It is as of its beginning at the earliest, of the first query at the latest. What one statement
 *            answers is a snapshot by itself: db_look_begin, which no BEGIN and no COMMIT goes with.
 * Durable    what db_write acknowledged survives kill -9 and power loss (WAL, synchronous=FULL). DB_FULL: nothing
 *            was written. DB_UNAVAILABLE from a disk that failed: no further write is taken until the process starts
 *            anew, and whether the last batch is there is known only then: a caller that asks again needs its
 *            idempotency key. A PostgreSQL server that is lost during a commit is asked, once it answers again, what became of it: DB_IN_DOUBT
 *            only if it does not in time. Its settings are looked at: one that does not wait for its disk is refused (DB_UNSAFE).
 * Processes  SQLite: one writes (flock on `<path>.lock`, taken by db_open; DB_LOCKED), any number read at the same time with
 *            DB_READ_ONLY. PostgreSQL: any number; what only one of them may do at a time asks db_lead.
 * Threads    db_write, db_read_begin and db_read_end from any thread; a tx belongs to one thread. Never call
 *            db_write inside fn.
 * SQL        one text for both engines, placeholders $1..$n; it stands beside its domain code as string literals
 *            (statements are cached by pointer: never build SQL at run time). A text is valid UTF-8 without NUL (DB_TEXT_BROKEN).
 */
#pragma once
#include "base/arena.h"
#include "base/histogram.h"

struct db;
struct db_tx;

enum db_error {
  DB_UNAVAILABLE = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_DB, 1), /* Storage does not answer now: see Durable. */
  DB_BROKEN = RESULT_CODE(RESULT_INTERNAL, MODULE_DB, 2),         /* The database file is damaged. */
  DB_TOO_NEW = RESULT_CODE(RESULT_INTERNAL, MODULE_DB, 3),        /* Made by a newer program. */
  DB_STATEMENT = RESULT_CODE(RESULT_INTERNAL, MODULE_DB, 4),      /* A statement is wrong: our defect. */
  DB_DUPLICATE = RESULT_CODE(RESULT_CONFLICT, MODULE_DB, 5),      /* A unique key is taken. */
  DB_NO_ROW = RESULT_CODE(RESULT_NOT_FOUND, MODULE_DB, 6),        /* db_row found none. */
  DB_LOCKED = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_DB, 7),      /* Another process holds the installation. */
  DB_FULL = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_DB, 8),        /* No space left. */
  DB_CONSTRAINT = RESULT_CODE(RESULT_INTERNAL, MODULE_DB, 9),     /* A row breaks its table's rules: our defect. */
  DB_MISSING = RESULT_CODE(RESULT_NOT_FOUND, MODULE_DB, 10),      /* There is no database at that path. */
  DB_TOO_OLD = RESULT_CODE(RESULT_INTERNAL, MODULE_DB, 11), /* Read-only, and a writer must bring the tables forward. */
  DB_OTHER_TABLES = RESULT_CODE(RESULT_INTERNAL, MODULE_DB, 12), /* Made by migrations whose text was another. */
  DB_HALF_MADE = RESULT_CODE(RESULT_INTERNAL, MODULE_DB, 13),    /* Tables that it says it has are not there, or others are. */
  DB_TEXT_BROKEN = RESULT_CODE(RESULT_INVALID, MODULE_DB, 14),          /* A text with a NUL in it, or that is not UTF-8. */
  DB_READONLY = RESULT_CODE(RESULT_INTERNAL, MODULE_DB, 26), /* The file, its folder or its disk may only be read. Nothing was written. */
  /* PostgreSQL only. */
  DB_ADDRESS = RESULT_CODE(RESULT_INTERNAL, MODULE_DB, 15),        /* Not an address of a PostgreSQL server. */
  DB_UNREACHABLE = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_DB, 16), /* No server answers there. Nothing was written. */
  DB_LOGIN = RESULT_CODE(RESULT_INTERNAL, MODULE_DB, 17),          /* It refuses this user, or their password. */
  DB_ENGINE_TOO_OLD = RESULT_CODE(RESULT_INTERNAL, MODULE_DB, 18), /* Older than 15. */
  DB_UNSAFE = RESULT_CODE(RESULT_INTERNAL, MODULE_DB, 19),         /* Set to lose what it has acknowledged, or not for UTF-8. */
  DB_CONTENDED = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_DB, 20),   /* Others kept changing the same rows. Nothing was written. */
  DB_IN_DOUBT = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_DB, 21),    /* The server was lost during the commit: perhaps written. */
  /* A move. */
  DB_NOT_EMPTY = RESULT_CODE(RESULT_CONFLICT, MODULE_DB, 22),    /* Tables are there already. */
  DB_MOVE_DIFFERS = RESULT_CODE(RESULT_CONFLICT, MODULE_DB, 23), /* The two ends do not hold the same rows. */
  /* Several processes. */
  DB_NOT_LEADING = RESULT_CODE(RESULT_CONFLICT, MODULE_DB, 24), /* Another process leads in that task. Nothing was written. */
  /* Away from the primary. */
  DB_STANDBY_BEHIND = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_DB, 25), /* The primary is away, and the standby too far behind what it last was. */
};

enum db_mode {
  DB_CREATE,    /* read and write; made if absent; migrated forward */
  DB_WRITE,     /* read and write; migrated forward; DB_MISSING if absent */
  DB_READ_ONLY, /* no writer thread; refuses a schema it does not know */
};

/* Tables of one module, forward only. A column is declared `name TYPE/CLASS ...`:
 * TYPE     id (64-bit key), int (64-bit number), text (UTF-8), bytes, time (Unix ms UTC, 64-bit)
 * CLASS    public, personal, sensitive, secret
 * The migrator spells the type per engine, stores the class in column_class(module, table_name, column_name, class),
 * and refuses a column without either.
 * Keys     PRIMARY KEY (person_id, ...) written for the whole table clusters its rows by that key; `) HEAP` after the columns leaves
 *          them in order of arrival, with the key beside them: cheaper for wide rows that come from anybody. A column's own
 *          `id/... PRIMARY KEY` left out of an INSERT is given by the engine (db_insert tells it): ascending in the
 *          order of commits on SQLite; on PostgreSQL unique, but neither without gaps nor in that order.
 * Allowed  CREATE and DROP TABLE and INDEX, ALTER TABLE ADD COLUMN and RENAME TO, INSERT, UPDATE, DELETE.
 * Refused  because the engines differ: STRICT, WITHOUT ROWID, IF NOT EXISTS, AUTOINCREMENT, DEFERRABLE, COLLATE,
 *          triggers, views, pragmas. "Double quotes" never hold a text. */
struct db_migration {
  const char *module; /* layers.txt name */
  int version;        /* 1, 2, 3 ... within the module */
  const char *sql;    /* several statements, `;` between them */
};

struct db_options {
  const char *path; /* of an SQLite file, or postgresql:// or postgres://USER@HOST[:PORT][,HOST...]/NAME[?passfile=...], as libpq reads it */
  enum db_mode mode;
  const struct db_migration *migrations; /* all modules', in layer order; ended by {0} */
  int readers;                           /* pooled connections, 1..256 */
  /* PostgreSQL only. */
  const char *password; /* NULL: as the address or libpq's passfile says */
  int writers;          /* pooled connections that write; 0: as many as readers */
  int partitions;       /* parts of each table about people (ddl_partition.h), when the tables are made, up to DB_PARTITIONS_MAX; 0: DB_PARTITIONS, negative: undivided */
  int64_t numbers_kept_ms; /* how long keys that the engine gives may be held in stock; 0: 250, and what is not used by then is a gap */
  int64_t standby_lag_ms; /* while the primary is away a standby is read from that is at most so far behind it; 0: none is */
};

enum { DB_PARTITIONS = 4, DB_PARTITIONS_MAX = 256 };

MUST_USE result db_open(const struct db_options *options, struct db **ret_db);
void db_close(struct db **db);
/* PostgreSQL: what connections opened from now on log in with; those that are open stay. NULL: as the address or libpq's passfile says. On SQLite nothing. */
void db_password_set(struct db *db, const char *password);
/* "sqlite" or "postgresql". */
const char *db_engine(const struct db *db);
/* Of the library: "3.40.1"; empty: each server has its own (db_servers_look). */
const char *db_engine_version(const struct db *db);

/* The disk has failed a write and nothing more is taken (Durable): the process is to end, so that the next one starts from what the disk holds. */
bool db_has_failed(struct db *db);

typedef result (*db_fn)(struct db_tx *tx, void *arg);
MUST_USE result db_write(struct db *db, db_fn fn, void *arg);
/* A write in two, for what takes time and needs to know how fn went: it goes on beside the disk. db_write_begin fails as db_write does, and then nothing is
 * left to end; after OK the rows are not durable, nor seen by readers, and nothing of them may be told to anybody before db_write_end has said OK too. */
struct db_writing {
  struct db *db;
  void *of_engine; /* NULL: it is durable already */
};
MUST_USE result db_write_begin(struct db *db, db_fn fn, void *arg, struct db_writing *ret_writing);
MUST_USE result db_write_end(struct db_writing *writing);
/* For the process that leads in a task, or can now (db_lead): fn decides only on what nobody else writes, or what a key guards, so that on PostgreSQL it
 * need not give way to those who write beside it (REPEATABLE READ). DB_NOT_LEADING: another has taken over since, however long this process was
 * stopped or cut off in between. On SQLite the same as db_write. */
MUST_USE result db_write_led(struct db *db, const char *task, db_fn fn, void *arg);

/* ---- copies of rows in memory ----
 * A copy is good until somebody changes what it is of. Whoever does so, inside db_write, marks a number of it: a person's. Whoever keeps a copy keeps the
 * moment before the snapshot began that it was read in, and asks at each use whether the number was marked since: a mark counts from the commit, before
 * db_write returns. Numbers share room: a copy may be thrown away for another's change.
 * db_moment   false: keep nothing, for other processes write here too (PostgreSQL, DB_READ_ONLY). */
void db_mark(struct db_tx *tx, int64_t number);
bool db_moment(struct db *db, uint64_t *ret_moment);
bool db_is_marked_since(struct db *db, int64_t number, uint64_t moment);
/* The same inside db_write, which commits after that: marks of its own, and of those that commit with it, count too. */
bool db_is_marked_in(struct db_tx *tx, int64_t number, uint64_t moment);

MUST_USE result db_read_begin(struct db *db, struct db_tx **ret_tx);
MUST_USE result db_look_begin(struct db *db, struct db_tx **ret_tx); /* for one db_query: a second one is refused, DB_STATEMENT */
void db_read_end(struct db_tx **tx); /* for CLEANUP; NULL is fine */

/* ---- while the primary is away ----
 *
 * A PostgreSQL address may name a primary and its standbys. As soon as none of them takes writes, read transactions that begin are a standby's, writes fail with
 * DB_UNREACHABLE, and once a second the primary is looked for. A standby is measured in each of these transactions: whoever leads puts the primary's time into a row there
 * each second, and what the standby has of that row, against the last that this process knew, is how far it is behind. Beyond standby_lag_ms: DB_STANDBY_BEHIND.
 * A process that only reads (DB_READ_ONLY) knows no last: what the standby has received but not yet applied counts from the last time of the row. */

/* No server takes writes, as far as this process knows. Always false on SQLite. */
bool db_is_away(struct db *db);
/* Reads are this process's own and wait for nobody, and db_write waits by base/parking.h. */
bool db_is_file(const struct db *db);
/* What this thread has read since db_as_of_begin is as of then, Unix ms by the primary's clock, the oldest if it differs; 0: as of now, by the primary or a file. */
void db_as_of_begin(void);
int64_t db_as_of_ms(void);

/* One server that the address names, as it answers now. */
struct db_server {
  const char *name; /* host:port */
  const char *trouble; /* it does not answer: why; NULL: it does */
  const char *version; /* "15.8" */
  int64_t clock_ahead_ms; /* of this process's clock, to within half a round trip */
  const char *logs_values; /* settings that put the values of statements into its log: "log_statement = all"; empty: none */
  const char *logs_keys;   /* settings that put values into it when a statement fails: keys that are taken, rows that do not fit; empty: none */
  bool is_standby;
  /* of a standby */
  bool is_receiving;       /* connected to its primary */
  int64_t lag_ms;          /* how old the last time is that it has of its primary, less what nobody has written since; 0: it has applied all it has received */
  int64_t waiting_bytes;   /* received, not applied */
  int64_t as_of_ms;        /* Unix; 0: never heard of one */
};
/* Asks each, one after the other; up to 3 s one that is silent. None on SQLite. */
MUST_USE result db_servers_look(struct db *db, struct arena *arena, struct db_server **ret_servers, size_t *ret_count);

/* Of all processes on this database one leads in a task, until it ends, is cut off from the database or says nothing for DB_LEAD_SILENT_MS: then
 * the next one that asks. Ask at the start of each round, every second. Does not   stop a round that has begun: what is not written by db_write_led must
 * be harmless twice (a delivery that is acknowledged twice). *ret_leads is always true on SQLite, where only one process writes. */
enum { DB_LEAD_SILENT_MS = 2500 };
MUST_USE result db_lead(struct db *db, const char *task, bool *ret_leads);

struct db_value {
  enum { DB_NULL, DB_INT, DB_TEXT, DB_BYTES } type;
  int64_t number;
  struct slice bytes;
};
static inline struct db_value db_of_int(int64_t n) {
  return (struct db_value){DB_INT, n, {0}};
}
static inline struct db_value db_of_text(struct slice s) {
  return (struct db_value){DB_TEXT, 0, s};
}
static inline struct db_value db_of_bytes(struct slice s) {
  return (struct db_value){DB_BYTES, 0, s};
}
static inline struct db_value db_of_null(void) {
  return (struct db_value){0};
}
/* An empty text or a zero number as NULL. */
static inline struct db_value db_of_text_or_null(struct slice s) {
  return s.len ? db_of_text(s) : db_of_null();
}
static inline struct db_value db_of_int_or_null(int64_t n) {
  return n ? db_of_int(n) : db_of_null();
}

struct db_args {
  const struct db_value *values;
  size_t count;
};
/* DB_ARGS(db_of_int(1), db_of_text(name)); values are read before the call returns. */
#define DB_ARGS(...)                                        \
  ((struct db_args){(const struct db_value[]){__VA_ARGS__}, \
                    sizeof((const struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value)})
#define DB_NO_ARGS ((struct db_args){0})

/* INSERT, UPDATE, DELETE. ret_changed (may be NULL): rows changed. DB_DUPLICATE, DB_CONSTRAINT. */
MUST_USE result db_run(struct db_tx *tx, const char *sql, struct db_args args, int64_t *ret_changed);

/* INSERT of one row into a table whose key `id` the engine gives: that key. */
MUST_USE result db_insert(struct db_tx *tx, const char *sql, struct db_args args, int64_t *ret_id);

struct db_rows {
  struct db_tx *tx;
  void *statement;
  result status;
};
/* struct db_rows rows CLEANUP(db_rows_close) = {0};
 * TRY(db_query(tx, SQL, DB_ARGS(...), &rows));
 * while (db_rows_next(&rows)) { ... db_int(&rows, 0) ... }
 * TRY(rows.status); */
MUST_USE result db_query(struct db_tx *tx, const char *sql, struct db_args args, struct db_rows *ret_rows);
bool db_rows_next(struct db_rows *rows);
void db_rows_close(struct db_rows *rows); /* harmless twice */
/* The first row, already stepped to. DB_NO_ROW when there is none. Close it like any other. */
MUST_USE result db_row(struct db_tx *tx, const char *sql, struct db_args args, struct db_rows *ret_rows);

/* Columns from 0. Slices live until the next step; the _copy form lives in the arena. NULL reads as 0 and as empty. */
bool db_is_null(const struct db_rows *rows, int column);
int64_t db_int(const struct db_rows *rows, int column);
struct slice db_text(const struct db_rows *rows, int column);
struct slice db_bytes(const struct db_rows *rows, int column);
struct slice db_text_copy(const struct db_rows *rows, int column, struct arena *arena);
struct slice db_bytes_copy(const struct db_rows *rows, int column, struct arena *arena);

/* Figures for /metrics and bench. */
enum { DB_LED_MAX = 16 };
struct db_figures {
  uint64_t commits;
  uint64_t writes;  /* functions committed; writes / commits is the batch size */
  uint64_t retries; /* PostgreSQL: functions that ran again because others came between */
  const char *led[DB_LED_MAX]; /* PostgreSQL: the tasks that this process leads in, as far as it knows */
  int led_count;
  const struct histogram *commit_took; /* from a batch's begin until it is on disk */
  const struct histogram_sizes *commit_sizes;    /* writes that one commit took */
};
struct db_figures db_figures(struct db *db);

/* An online, consistent copy (VACUUM INTO). SQLite only: PostgreSQL has pg_basebackup and pg_dump (DB_STATEMENT). */
MUST_USE result db_copy_to(struct db *db, const char *path);

/* ---- every row of a database, out of one and into another ---- */

/* Module, version and text of every migration that was applied: by modules. */
struct db_state {
  const char *module;
  int version;
  int64_t fingerprint;
};
enum { DB_STATES_MAX = 64 };
struct db_states {
  struct db_state items[DB_STATES_MAX];
  size_t count;
};
MUST_USE result db_states_read(struct db_tx *tx, struct arena *arena, struct db_states *ret_states);
/* DB_OTHER_TABLES. */
MUST_USE result db_states_compare(const struct db_states *here, const struct db_states *there);

struct db_moved;

/* Rows of one table, in the order of its key. */
struct db_part {
  const char *table;
  int64_t rows;
  struct slice bytes; /* every value of every row: type, eight bytes of number or length, what it holds (table.h) */
};
/* Every row of every table in one snapshot, by tables (danh backup). */
struct db_unload {
  struct db_tx *tx;
  result (*part)(void *context, const struct db_part *part); /* some MB; NULL: rows are only counted and hashed */
  void (*progress)(void *context, int64_t rows_done, int64_t rows);
  void *context;
};
MUST_USE result db_unload(const struct db_unload *unload, struct arena *arena, struct db_moved **ret_tables, size_t *ret_count);

/* The values of a part, one after the other. DB_BROKEN. */
MUST_USE result db_part_next(struct slice *rest, struct db_value *ret_value);

/* The other way (danh restore): `to` is new, with the migrations of where the parts are from. Until db_load_end it says of itself that it is
 * unfinished, and db_open refuses it (DB_HALF_MADE). Parts come in any order. */
struct db_load;
MUST_USE result db_load_begin(struct db *to, struct arena *arena, struct db_load **ret_load);
MUST_USE result db_load_part(struct db_load *load, struct slice table, struct slice bytes);
MUST_USE result db_load_end(struct db_load *load);

/* ---- a whole database into a new one (danh move-db) ---- */

struct db_moved {
  const char *table;
  int64_t rows;
  uint8_t digest[32]; /* SHA-256 of every value of every row, in the order of the key: the same on both engines */
};
struct db_move {
  struct db *from; /* nobody writes to it meanwhile. DB_LOCKED: a file that a process writes to; a server's database to which anybody else is connected, at the
                    * start or at the end */
  struct db *to;   /* new, with the same migrations, and nobody else's either */
  void (*progress)(void *context, int64_t rows_done, int64_t rows); /* each row three times: copied, and read again on both sides */
  void *context;
};
struct db_move_sum {
  size_t tables;
  int64_t rows;
  int64_t copied_us; /* without the proof */
};
/* Copies every row, reads both sides again and compares, table by table. From its first row until both agree `to` says of itself that it is
 * unfinished, and db_open refuses it (DB_HALF_MADE). DB_MOVE_DIFFERS names the first table that is not the same. */
MUST_USE result db_move(const struct db_move *move, struct arena *arena, struct db_moved **ret_tables, struct db_move_sum *ret_sum);
