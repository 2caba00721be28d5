#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/condition.h"
#include "db/migrate.h"
#include "db/postgres.h"

enum {
  IDLE_US_MAX = 5 * 60 * 1000 * 1000, /* then a session is closed: a rush leaves none behind */
  NUMBERS_KEPT_MS = 250,              /* used soon, keys ascend with time among processes too */
  PRIMARY_WAIT_MS = 1000,             /* at a start, where a standby may be read from instead */
};

/* One session of a pool, or leave to open one more. */
static result slot_take(struct db_cluster *cluster, struct db_sessions *pool, struct db_session **ret_session) {
  const struct timespec until = condition_in(DB_SESSION_WAIT_MS * INT64_C(1000));
  result outcome = OK;
  (void)pthread_mutex_lock(&cluster->mutex);
  int waited = 0;
  while (pool->idle_count == 0 && pool->opened >= pool->max && waited == 0) {
    waited = pthread_cond_timedwait(&cluster->returned, &cluster->mutex, &until);
  }
  if (pool->idle_count > 0) {
    *ret_session = pool->idle[--pool->idle_count];
  } else if (pool->opened < pool->max) {
    pool->opened++;
    *ret_session = NULL;
  } else {
    outcome = fault_set(__FILE__, __LINE__, DB_UNAVAILABLE, "all %d connections stayed in use", pool->max);
  }
  (void)pthread_mutex_unlock(&cluster->mutex);
  return outcome;
}

static void slot_free(struct db_cluster *cluster, struct db_sessions *pool) {
  (void)pthread_mutex_lock(&cluster->mutex);
  pool->opened--;
  (void)pthread_cond_broadcast(&cluster->returned);
  (void)pthread_mutex_unlock(&cluster->mutex);
}

result db_session_take(struct db_cluster *cluster, enum db_session_role role, struct db_session **ret_session) {
  struct db_session *session = NULL;
  TRY(slot_take(cluster, &cluster->sessions[role], &session));
  result opened = session != NULL ? OK : db_session_open(cluster, role, DB_SERVER_WAIT_MS, &session);
  if (!is_ok(opened)) {
    slot_free(cluster, &cluster->sessions[role]);
    return opened;
  }
  session->state = DB_SESSION_WANTED;
  session->has_written = session->is_contended = session->is_duplicate = session->is_failed_late = session->is_held_up = false;
  session->may_defer = session->is_alone = false;
  *ret_session = session;
  return OK;
}

/* The one that has been idle longest, if too long. Called with the mutex held. */
static struct db_session *stale_take(struct db_sessions *pool, int64_t now_us) {
  if (pool->idle_count < 2 || now_us - pool->idle[0]->idle_since_us < IDLE_US_MAX) {
    return NULL;
  }
  struct db_session *stale = pool->idle[0];
  memmove(&pool->idle[0], &pool->idle[1], (size_t)--pool->idle_count * sizeof pool->idle[0]);
  pool->opened--;
  return stale;
}

void db_session_give_back(struct db_session *session) {
  struct db_cluster *cluster = session->cluster;
  struct db_sessions *pool = &cluster->sessions[session->role];
  db_answers_close(session);
  if (session->state == DB_SESSION_LOST) {
    db_session_close(session);
    slot_free(cluster, pool);
    return;
  }
  session->idle_since_us = clock_monotonic_us();
  (void)pthread_mutex_lock(&cluster->mutex);
  pool->idle[pool->idle_count++] = session;
  struct db_session *stale = stale_take(pool, session->idle_since_us);
  (void)pthread_cond_broadcast(&cluster->returned);
  (void)pthread_mutex_unlock(&cluster->mutex);
  db_session_close(stale);
}

static void read_end(struct db_tx *tx);

/* Back to the primary as soon as there is one; and not to a standby that has become a primary's follower in the middle of a transaction. */
static result standby_begin(struct db_session *session) {
  if (!db_postgres_is_away(&session->cluster->db) && session->cluster->mode != DB_READ_ONLY) {
    TRY(db_session_reopen(session, DB_SERVER_WAIT_MS));
    session->state = DB_SESSION_WANTED;
  }
  return db_session_is_standby(session) ? db_standby_check(session) : OK;
}

static result read_begin(struct db *db, bool is_look, struct db_tx **ret_tx) {
  struct db_session *session = NULL;
  TRY(db_session_take(db_cluster_of(db), DB_SESSION_READS, &session));
  result begun = db_session_is_standby(session) ? standby_begin(session) : OK;
  if (!is_ok(begun)) {
    const struct fault why = *fault_last();
    read_end(&session->tx);
    return fault_set(why.file, why.line, begun.code, "%s", why.detail);
  }
  session->tx.is_look = is_look && session->state == DB_SESSION_WANTED && !db_session_is_standby(session);
  session->tx.has_looked = false;
  if (session->tx.is_look) {
    session->state = DB_SESSION_IDLE; /* no BEGIN: the statement is a transaction of its own */
  }
  *ret_tx = &session->tx;
  return OK;
}

static void read_end(struct db_tx *tx) {
  struct db_session *session = db_session_of(tx);
  if (session->state == DB_SESSION_OPEN || session->state == DB_SESSION_FAILED) {
    db_session_send(session, "COMMIT");
  }
  session->state = session->state == DB_SESSION_LOST ? DB_SESSION_LOST : DB_SESSION_IDLE;
  session->tx.is_look = false;
  db_session_give_back(session);
}

static void cluster_close(struct db *db) {
  struct db_cluster *cluster = db_cluster_of(db);
  for (int role = 0; role < 2; role++) {
    for (int i = 0; i < cluster->sessions[role].idle_count; i++) {
      db_session_close(cluster->sessions[role].idle[i]);
    }
  }
  db_session_close(cluster->lead);
  (void)pthread_cond_destroy(&cluster->returned);
  (void)pthread_mutex_destroy(&cluster->mutex);
  (void)pthread_mutex_destroy(&cluster->batches.mutex);
  (void)pthread_mutex_destroy(&cluster->lead_mutex);
  (void)pthread_rwlock_destroy(&cluster->gate);
  db_numbers_free(&cluster->numbers);
  free(cluster->url);
  free(cluster->password);
  free(cluster);
}

static char *copy_of(const char *text) {
  char *copy = text != NULL ? heap_alloc(strlen(text) + 1) : NULL;
  if (copy != NULL) {
    memcpy(copy, text, strlen(text));
  }
  return copy;
}

static void password_set(struct db *db, const char *password) {
  struct db_cluster *cluster = db_cluster_of(db);
  char *fresh = copy_of(password);
  (void)pthread_mutex_lock(&cluster->mutex);
  char *before = cluster->password;
  cluster->password = fresh;
  (void)pthread_mutex_unlock(&cluster->mutex);
  free(before);
}

static int at_most(int count) { return count < 1 ? 1 : count > DB_SESSIONS_MAX ? DB_SESSIONS_MAX : count; }

static struct db_cluster *cluster_new(const struct db_options *options) {
  struct db_cluster *cluster = heap_alloc(sizeof *cluster);
  cluster->db.driver = &db_postgres_driver;
  cluster->url = copy_of(options->path);
  cluster->password = copy_of(options->password);
  cluster->mode = options->mode;
  cluster->partitions = options->partitions == 0 ? DB_PARTITIONS : options->partitions;
  cluster->standby_lag_ms = options->standby_lag_ms;
  cluster->sessions[DB_SESSION_READS].max = at_most(options->readers);
  cluster->sessions[DB_SESSION_WRITES].max = at_most(options->writers > 0 ? options->writers : options->readers);
  (void)pthread_mutex_init(&cluster->mutex, NULL);
  (void)pthread_mutex_init(&cluster->lead_mutex, NULL);
  (void)pthread_mutex_init(&cluster->numbers.mutex, NULL);
  cluster->numbers.kept_us = (options->numbers_kept_ms > 0 ? options->numbers_kept_ms : NUMBERS_KEPT_MS) * 1000;
  db_batches_open(&cluster->batches, cluster->sessions[DB_SESSION_WRITES].max);
  pthread_rwlockattr_t alone_first;
  (void)pthread_rwlockattr_init(&alone_first);
  (void)pthread_rwlockattr_setkind_np(&alone_first, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
  (void)pthread_rwlock_init(&cluster->gate, &alone_first);
  (void)pthread_rwlockattr_destroy(&alone_first);
  condition_init(&cluster->returned);
  return cluster;
}

static result address_check(const char *url) {
  char *error = NULL;
  PQconninfoOption *parts = PQconninfoParse(url, &error);
  PQfreemem(error); /* it may quote a password */
  if (parts == NULL) {
    FAIL(DB_ADDRESS, "not postgresql://USER@HOST[:PORT]/NAME[?parameter=value...] as libpq reads it");
  }
  PQconninfoFree(parts);
  return OK;
}

/* A table that is made later gets as many parts as those that are there: equal hashes lie together. */
static result parts_count(struct db_tx *tx, int *parts) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT count(*) AS parts FROM pg_inherits i JOIN pg_class t ON t.oid = i.inhparent WHERE t.relkind = 'p'"
               " AND t.relnamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = current_schema()) GROUP BY i.inhparent ORDER BY parts DESC LIMIT 1",
               DB_NO_ARGS, &rows));
  if (db_rows_next(&rows)) {
    *parts = (int)db_int(&rows, 0);
  }
  return rows.status;
}

/* Two nodes may start at once: one brings the tables forward, the other finds them so. */
static result tables_ready(struct db_session *session, const struct db_options *options) {
  struct db_course course = {.engine = &db_postgres_migrator, .tx = &session->tx, .all = options->migrations, .partitions = session->cluster->partitions};
  if (options->mode == DB_READ_ONLY) {
    return db_migrate(&course, false);
  }
  TRY(db_session_control(session, "SELECT pg_advisory_lock(hashtextextended(current_database() || '/danh/migrate', 0))"));
  TRY(parts_count(&session->tx, &course.partitions));
  return db_migrate(&course, true); /* closing the session gives the lock back */
}

/* What a standby has must be what this program reads: nothing can be brought forward there. */
static result standby_ready(struct db_session *session, const struct db_options *options) {
  struct db_course course = {.engine = &db_postgres_migrator, .tx = &session->tx, .all = options->migrations};
  result same = db_migrate(&course, false);
  if (is_code(same, DB_TOO_OLD)) {
    const struct fault why = *fault_last();
    FAIL(DB_UNREACHABLE, "no server takes writes, and the standby's tables are an older program's: %s", why.detail);
  }
  TRY(same);
  return db_standby_check(session);
}

/* Begins as a process goes on that has lost its primary: what a standby has is read, what writes is refused, and the primary is looked for. */
static result away_open(struct db_cluster *cluster, const struct db_options *options, bool *ret_is_back) {
  struct db_session *session = NULL;
  TRY(db_session_open_any(cluster, &session));
  *ret_is_back = !db_session_is_standby(session);
  result outcome = *ret_is_back ? OK : standby_ready(session, options);
  const struct fault why = *fault_last();
  db_session_close(session);
  if (!is_ok(outcome)) {
    return fault_set(why.file, why.line, outcome.code, "%s", why.detail);
  }
  db_cluster_away_note(cluster, !*ret_is_back);
  return OK;
}

static result primary_open(struct db_cluster *cluster, const struct db_options *options, int64_t wait_ms) {
  struct db_session *session = NULL;
  TRY(db_session_open(cluster, DB_SESSION_PLAIN, wait_ms, &session));
  result outcome = tables_ready(session, options);
  const struct fault why = *fault_last();
  db_session_close(session);
  return is_ok(outcome) ? OK : fault_set(why.file, why.line, outcome.code, "%s", why.detail);
}

static result servers_open(struct db_cluster *cluster, const struct db_options *options) {
  bool may_be_away = options->mode == DB_WRITE && cluster->standby_lag_ms > 0;
  result outcome = primary_open(cluster, options, may_be_away ? PRIMARY_WAIT_MS : DB_SERVER_WAIT_MS);
  bool is_back = false;
  if (may_be_away && is_code(outcome, DB_UNREACHABLE)) {
    outcome = away_open(cluster, options, &is_back);
  }
  return is_back ? primary_open(cluster, options, DB_SERVER_WAIT_MS) : outcome;
}

static result cluster_open(const struct db_options *options, struct db **ret_db) {
  TRY(db_libpq_load());
  TRY(address_check(options->path));
  struct db_cluster *cluster = cluster_new(options);
  result outcome = servers_open(cluster, options);
  const struct fault why = *fault_last();
  if (!is_ok(outcome)) {
    cluster_close(&cluster->db);
    return fault_set(why.file, why.line, outcome.code, "%s", why.detail);
  }
  *ret_db = &cluster->db;
  return OK;
}

static struct db_figures figures(struct db *db) {
  struct db_cluster *cluster = db_cluster_of(db);
  struct db_figures now = {.commits = atomic_load(&cluster->commits), .writes = atomic_load(&cluster->writes), .retries = atomic_load(&cluster->retries),
                           .commit_took = &cluster->counted.took, .commit_sizes = &cluster->counted.sizes};
  db_postgres_led(cluster, &now);
  return now;
}

static result copy_to(struct db *db, const char *path) {
  (void)db;
  (void)path;
  FAIL(DB_STATEMENT, "a PostgreSQL database is copied by pg_basebackup or pg_dump");
}

/* This process's own sessions, those that are in use excepted: nothing else runs beside a move. */
static const char *pids_own(struct db_cluster *cluster, struct arena *arena) {
  struct buf text;
  buf_init(&text, arena, 256);
  buf_append_str(&text, "{");
  for (int role = 0; role < 2; role++) {
    for (int i = 0; i < cluster->sessions[role].idle_count; i++) {
      buf_printf(&text, "%d,", PQbackendPID(cluster->sessions[role].idle[i]->handle));
    }
  }
  buf_printf(&text, "%d}", cluster->lead != NULL ? PQbackendPID(cluster->lead->handle) : 0);
  return arena_cstr(arena, buf_slice(&text));
}

/* Whoever is connected to that database, be it a node or an operator's psql; the server's own processes have no user. */
static result others_find(struct db_tx *tx, const char *own) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT application_name, pid FROM pg_stat_activity WHERE datname = current_database() AND usesysid IS NOT NULL"
               " AND COALESCE(backend_type, 'client backend') = 'client backend' AND pid <> pg_backend_pid() AND pid <> ALL (CAST(CAST($1 AS text) AS int[])) LIMIT 1",
               DB_ARGS(db_of_text(slice_str(own))), &rows));
  if (db_rows_next(&rows)) {
    FAIL(DB_LOCKED, "\"%.*s\" (process %lld of the server) is connected to the database", SLICE_ARG(db_text(&rows, 0)), (long long)db_int(&rows, 1));
  }
  return rows.status;
}

static result hold(struct db *db) {
  struct db_cluster *cluster = db_cluster_of(db);
  struct arena arena CLEANUP(arena_free) = {0};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(read_begin(db, false, &tx));
  if (db_session_is_standby(db_session_of(tx))) {
    FAIL(DB_UNREACHABLE, "no server takes writes: a standby may lack what was acknowledged last");
  }
  return others_find(tx, pids_own(cluster, &arena));
}

const struct db_driver db_postgres_driver = {
    .name = "postgresql",
    .open = cluster_open,
    .close = cluster_close,
    .write = db_postgres_write,
    .write_led = db_postgres_write_led,
    .read_begin = read_begin,
    .read_end = read_end,
    .lead = db_postgres_lead,
    .figures = figures,
    .password_set = password_set,
    .copy_to = copy_to,
    .hold = hold,
    .is_away = db_postgres_is_away,
    .servers_look = db_postgres_servers_look,
    .run = db_postgres_run,
    .insert = db_postgres_insert,
    .query = db_postgres_query,
    .rows_next = db_postgres_rows_next,
    .rows_close = db_postgres_rows_close,
    .is_null = db_postgres_is_null,
    .number = db_postgres_number,
    .text = db_postgres_text,
    .bytes = db_postgres_bytes,
};
