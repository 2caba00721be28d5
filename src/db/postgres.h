/* db/postgres.h: PostgreSQL: connections, prepared statements, the pool. (private to db/)
 *
 * A session is a connection, always in libpq's pipeline mode: what goes out together needs one round trip. BEGIN goes with the first statement of a
 * transaction, the end of a reading one is not waited for, and a write's COMMIT goes with its mark.
 *
 *   IDLE --take--> WANTED --first statement--> OPEN --commit, rollback--> IDLE
 *                                              OPEN --a statement failed--> FAILED --rollback--> IDLE
 *   any --the connection is gone--> LOST --reopened--> IDLE
 *
 * Mark       every writing session has a row in write_mark and counts its commits there, in the same transaction. When a connection is lost
 *            during COMMIT, another one takes the row away: that waits for the lost transaction, says whether it is there, and keeps it from
 *            coming later. (pg_xact_status does not serve: after a crash a transaction number that was never written to disk is given again.)
 * Leading    is an advisory lock of one session, which the server ends when it is silent (idle_session_timeout): that is the lease, by the server's clock.
 *            Whoever gets the lock counts the task's term up in lead_term; a led write first locks the row of its term, so one that comes late finds
 *            another term, and a new leader waits for one under way.
 * Away       when no server takes writes (db.h), a session that reads may be a standby's; it is exchanged once the primary is back.
 * Statements are named on first use and kept by the pointer of their text, as SQLite's are; arguments and results are binary.
 * Rows       a result is received whole: a statement may run within another's loop.
 */
#pragma once
#include <pthread.h>
#include <stdatomic.h>

#include "db/driver.h"
#include "db/libpq.h"

enum {
  DB_SESSIONS_MAX = 256,
  DB_PREPARED_BUCKETS = 256,
  DB_PREPARED_MAX = 1024, /* kept per session */
  DB_ARGUMENTS_MAX = 64,
  DB_DEFERRED_MAX = 32, /* in one transmission: what the server answers to so many fits into its socket */
  DB_SESSION_WAIT_MS = 10 * 1000, /* for a session of the pool */
  DB_SERVER_WAIT_MS = 5 * 1000,   /* for a server that does not answer: a restart or a failover lasts that long */
  DB_STATEMENT_MS = 30 * 1000,    /* statement_timeout */
  DB_BEAT_US = 900 * 1000,        /* between two looks at the primary's time */
};

enum db_session_role { DB_SESSION_READS, DB_SESSION_WRITES, DB_SESSION_PLAIN /* no transactions */ };
enum db_session_state { DB_SESSION_IDLE, DB_SESSION_WANTED, DB_SESSION_OPEN, DB_SESSION_FAILED, DB_SESSION_LOST };

struct db_prepared {
  const char *sql;
  char *text; /* a copy: what was prepared, should the address be used again */
  bool tells_id;
  uint64_t number; /* its name is s<number> */
  size_t argument_count;
  Oid argument_types[DB_ARGUMENTS_MAX];
  struct db_prepared *next; /* in its bucket */
};

struct db_cluster;
struct db_answer;

/* A statement that was sent and is not waited for. */
struct db_deferred {
  const char *sql;
  const void *owner; /* whose it was: session->owner then */
};

struct db_session {
  struct db_tx tx;
  struct db_cluster *cluster;
  enum db_session_role role;
  enum db_session_state state;
  PGconn *handle;
  bool takes_any;    /* a standby too, whatever is known of the primary */
  int begun;         /* statements that begin the transaction, sent and not waited for */
  bool is_alone;     /* this transaction: one function's, which may wait for a row that another has locked */
  bool may_defer;    /* this transaction: statements without an answer that anybody needs are not waited for */
  bool is_failed_late; /* the statement that failed was such a one */
  const void *owner;        /* whose function runs */
  const void *failed_owner; /* whose such statement it was */
  struct db_deferred deferred[DB_DEFERRED_MAX];
  int deferred_count;
  int unread;        /* ends of transmissions whose results nobody has waited for */
  bool is_led;       /* this transaction: REPEATABLE READ */
  bool has_written;  /* in this transaction */
  bool is_contended; /* this transaction failed because others came between: it is worth trying again */
  bool is_held_up;   /* ... because another has a row locked that it waited for */
  bool is_duplicate; /* ... or perhaps so: it met a key that another may just have taken */
  struct db_answer *answers; /* what the transaction has open */
  struct db_prepared *buckets[DB_PREPARED_BUCKETS];
  size_t prepared;
  uint64_t prepared_ever;
  int64_t mark_id; /* 0: none yet */
  int64_t mark_number;
  int64_t idle_since_us;
};

struct db_sessions {
  struct db_session *idle[DB_SESSIONS_MAX];
  int idle_count;
  int opened;
  int max;
};

/* A task, and how often its leader has changed: a row of lead_term says so to everybody. */
struct db_led {
  const char *task;
  int64_t term;
};

struct db_waiting;
/* Writes that wait for the transactions under way (postgres_batch.c). */
struct db_batches {
  pthread_mutex_t mutex;
  struct db_waiting *first;
  struct db_waiting *last;
  int waiting;
  int led;       /* batches that somebody runs, or has been told to run */
  int lanes;     /* how many may be */
  int lanes_max;
  int calm;      /* batches since others last came between */
};

/* Keys of an INSERT that were taken before they are needed (postgres_numbers.c). */
enum { DB_NUMBERS = 32, DB_NUMBERED_MAX = 8 };
struct db_numbered {
  const char *sql;
  char *text;       /* with the key among the values */
  char *next_sql;   /* asks for more */
  int64_t numbers[DB_NUMBERS];
  int count;
  int64_t taken_at_us;
};
struct db_numbers {
  int64_t kept_us;
  pthread_mutex_t mutex;
  struct db_numbered items[DB_NUMBERED_MAX];
  int count;
};

struct db_cluster {
  struct db db;
  char *url;
  enum db_mode mode;
  int partitions;
  struct db_commits counted;
  atomic_uint_fast64_t commits;
  atomic_uint_fast64_t writes; /* functions committed */
  atomic_uint_fast64_t retries;
  atomic_bool is_away;    /* no server takes writes: found by whoever connects, or asks to lead */
  atomic_int_fast64_t away_since_us; /* of this process's clock */
  atomic_int_fast64_t primary_at_us; /* the primary's last time that this process knows; 0: none */
  int64_t standby_lag_ms;
  atomic_uint first_host; /* of several in the address: the one before it did not answer in time */
  pthread_rwlock_t gate; /* shared by writes; one that others came between again and again runs alone */
  struct db_batches batches;
  struct db_numbers numbers;
  pthread_mutex_t mutex; /* guards what follows */
  char *password; /* NULL: as the address says */
  pthread_cond_t returned;
  struct db_sessions sessions[2]; /* by role */
  pthread_mutex_t lead_mutex;     /* guards what follows; led is read under `mutex` too */
  struct db_session *lead;        /* holds the locks of what this process leads in */
  int64_t beat_at_us;             /* of this process's clock */
  struct db_led led[DB_LED_MAX];
  int led_count;
};

static inline struct db_session *db_session_of(struct db_tx *tx) { return (struct db_session *)tx; }
static inline struct db_cluster *db_cluster_of(struct db *db) { return (struct db_cluster *)db; }

/* postgres.c: connections. */
MUST_USE result db_session_open(struct db_cluster *cluster, enum db_session_role role, int64_t wait_ms, struct db_session **ret_session);
/* Whether a server takes writes, as somebody has just found. */
void db_cluster_away_note(struct db_cluster *cluster, bool is_away);
/* Whatever server answers: db_session_is_standby tells which. Apart from that DB_SESSION_PLAIN. */
MUST_USE result db_session_open_any(struct db_cluster *cluster, struct db_session **ret_session);
/* One server, whatever it is; a session to be closed. */
struct db_place {
  const char *host, *hostaddr, *port; /* NULL: as the address says */
  const char *attributes;             /* target_session_attrs */
};
MUST_USE result db_session_open_at(struct db_cluster *cluster, const struct db_place *place, struct db_session **ret_session);
/* A new connection in a lost one's place; nothing of the old one is known there. Waits for the server. */
MUST_USE result db_session_reopen(struct db_session *session, int64_t wait_ms);
void db_session_close(struct db_session *session); /* NULL is fine */
/* A failed result as one of ours; notes what became of transaction and connection. */
MUST_USE result db_session_failure(struct db_session *session, const PGresult *failed, const char *what);
/* The connection does not answer, or is gone. */
MUST_USE result db_session_lost(struct db_session *session, const char *why);

/* postgres_statement.c: statements. */
enum { DB_RESULTS_MAX = DB_DEFERRED_MAX + 4 };
/* Receives everything up to the end of one transmission, within a time. */
MUST_USE result db_session_receive(struct db_session *session, PGresult *ret_results[static DB_RESULTS_MAX], int *ret_count);
/* A prepared statement, with BEGIN before it where that is wanted. */
struct db_call {
  const char *sql;
  struct db_args args;
  bool tells_id; /* RETURNING id is added */
};
MUST_USE result db_session_call(struct db_session *session, const struct db_call *call, PGresult **ret_result);
MUST_USE result db_session_defer(struct db_session *session, const struct db_call *call);
/* One statement without arguments, not prepared. */
MUST_USE result db_session_control(struct db_session *session, const char *sql);
/* The same, and nobody waits for it. */
void db_session_send(struct db_session *session, const char *sql);
/* The write's mark and COMMIT in one transmission. */
MUST_USE result db_session_commit(struct db_session *session);
void db_session_forget(struct db_session *session); /* its prepared statements */
void db_answers_close(struct db_session *session);  /* whatever the transaction left open */

/* postgres_numbers.c: an INSERT whose key is known before it is sent. DB_STATEMENT: it is not of that form. */
MUST_USE result db_numbered_insert(struct db_session *session, const char *sql, struct db_args args, int64_t *ret_id);
void db_numbers_free(struct db_numbers *numbers);

/* postgres_value.c: values. */
struct db_argument {
  const char *value; /* NULL: NULL */
  int length;
  int format; /* 1: binary */
  char number[24];
};
/* DB_TEXT_BROKEN; DB_CONSTRAINT: not what the column holds. */
MUST_USE result db_argument_write(const struct db_value *value, Oid type, struct db_argument *ret_argument);
int64_t db_cell_number(const PGresult *answer, int row, int column);
/* Bytes as they came; numbers are written out in the arena. */
struct slice db_cell_text(const PGresult *answer, int row, int column, struct arena *arena);

/* postgres_pool.c */
MUST_USE result db_session_take(struct db_cluster *cluster, enum db_session_role role, struct db_session **ret_session);
void db_session_give_back(struct db_session *session);

/* postgres_write.c: what a write alone and a batch have in common. */
MUST_USE result db_write_session_ready(struct db_session *session);
/* Runs fn within the session's transaction, whose standing the session tells. */
MUST_USE result db_write_call(struct db_session *session, db_fn fn, void *arg);
/* Rolls back what is open and forgets it. */
void db_write_begin_anew(struct db_session *session);
/* The connection was lost while it committed: *ret_is_there: the transaction has happened. DB_IN_DOUBT: nobody can say. */
MUST_USE result db_write_doubt_resolve(struct db_session *session, bool *ret_is_there);
void db_write_gate_enter(struct db_cluster *cluster, bool is_alone);
void db_write_session_end(struct db_session *session);

/* postgres_batch.c: fn with whatever else waits. True: that is its outcome. False: nothing of it is there, and it is to run by itself. */
void db_batches_open(struct db_batches *batches, int connections);
bool db_batch_run(struct db_cluster *cluster, db_fn fn, void *arg, result *ret_outcome);

/* postgres_standby.c */
bool db_session_is_standby(const struct db_session *session);
/* Tells the primary's time to everybody, or hears it. */
MUST_USE result db_standby_beat(struct db_cluster *cluster, struct db_session *session);
/* The first statement of a transaction on a standby. DB_STANDBY_BEHIND. */
MUST_USE result db_standby_check(struct db_session *session);
bool db_postgres_is_away(struct db *db);
/* postgres_server.c: version, clock and settings of its log. */
MUST_USE result db_postgres_server_read(struct db_session *session, struct arena *arena, struct db_server *server);
MUST_USE result db_postgres_servers_look(struct db *db, struct arena *arena, struct db_server **ret_servers, size_t *ret_count);

/* The driver's parts. */
/* postgres_lead.c */
MUST_USE result db_postgres_lead(struct db *db, const char *task, bool *ret_leads);
MUST_USE result db_postgres_write_led(struct db *db, const char *task, db_fn fn, void *arg);
void db_postgres_led(struct db_cluster *cluster, struct db_figures *figures);

MUST_USE result db_postgres_write(struct db *db, db_fn fn, void *arg);
MUST_USE result db_session_write(struct db_cluster *cluster, bool is_led, db_fn fn, void *arg); /* is_led: REPEATABLE READ */
MUST_USE result db_postgres_run(struct db_tx *tx, const char *sql, struct db_args args, int64_t *ret_changed);
MUST_USE result db_postgres_insert(struct db_tx *tx, const char *sql, struct db_args args, int64_t *ret_id);
MUST_USE result db_postgres_query(struct db_tx *tx, const char *sql, struct db_args args, struct db_rows *ret_rows);
bool db_postgres_rows_next(struct db_rows *rows);
void db_postgres_rows_close(struct db_rows *rows);
bool db_postgres_is_null(const struct db_rows *rows, int column);
int64_t db_postgres_number(const struct db_rows *rows, int column);
struct slice db_postgres_text(const struct db_rows *rows, int column);
struct slice db_postgres_bytes(const struct db_rows *rows, int column);
