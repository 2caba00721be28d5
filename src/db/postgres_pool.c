#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "db/migrate.h"
#include "db/postgres.h"

enum { IDLE_US_MAX = 5 * 60 * 1000 * 1000 /* then a session is closed: a rush leaves none behind */ };

/* One session of a pool, or leave to open one more. */
static result slot_take(struct db_cluster *cluster, struct db_sessions *pool, struct db_session **ret_session) {
  struct timespec until;
  (void)clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += DB_SESSION_WAIT_MS / 1000;
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
  session->has_written = session->is_contended = session->is_duplicate = false;
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

static result read_begin(struct db *db, struct db_tx **ret_tx) {
  struct db_session *session = NULL;
  TRY(db_session_take(db_cluster_of(db), DB_SESSION_READS, &session));
  *ret_tx = &session->tx;
  return OK;
}

static void read_end(struct db_tx *tx) {
  struct db_session *session = db_session_of(tx);
  if (session->state == DB_SESSION_OPEN || session->state == DB_SESSION_FAILED) {
    db_session_send(session, "COMMIT");
  }
  session->state = session->state == DB_SESSION_LOST ? DB_SESSION_LOST : DB_SESSION_IDLE;
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

static int at_most(int count) { return count < 1 ? 1 : count > DB_SESSIONS_MAX ? DB_SESSIONS_MAX : count; }

static struct db_cluster *cluster_new(const struct db_options *options) {
  struct db_cluster *cluster = heap_alloc(sizeof *cluster);
  cluster->db.driver = &db_postgres_driver;
  cluster->url = copy_of(options->path);
  cluster->password = copy_of(options->password);
  cluster->mode = options->mode;
  cluster->partitions = options->partitions == 0 ? DB_PARTITIONS : options->partitions;
  cluster->sessions[DB_SESSION_READS].max = at_most(options->readers);
  cluster->sessions[DB_SESSION_WRITES].max = at_most(options->writers > 0 ? options->writers : options->readers);
  (void)pthread_mutex_init(&cluster->mutex, NULL);
  (void)pthread_mutex_init(&cluster->batches.mutex, NULL);
  (void)pthread_mutex_init(&cluster->lead_mutex, NULL);
  pthread_rwlockattr_t alone_first;
  (void)pthread_rwlockattr_init(&alone_first);
  (void)pthread_rwlockattr_setkind_np(&alone_first, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
  (void)pthread_rwlock_init(&cluster->gate, &alone_first);
  (void)pthread_rwlockattr_destroy(&alone_first);
  pthread_condattr_t monotonic;
  (void)pthread_condattr_init(&monotonic);
  (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  (void)pthread_cond_init(&cluster->returned, &monotonic);
  (void)pthread_condattr_destroy(&monotonic);
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

/* Two nodes may start at once: one brings the tables forward, the other finds them so. */
static result tables_ready(struct db_session *session, const struct db_options *options) {
  struct db_course course = {.engine = &db_postgres_migrator, .tx = &session->tx, .all = options->migrations, .partitions = session->cluster->partitions};
  if (options->mode == DB_READ_ONLY) {
    return db_migrate(&course, false);
  }
  TRY(db_session_control(session, "SELECT pg_advisory_lock(hashtextextended(current_database() || '/danh/migrate', 0))"));
  return db_migrate(&course, true); /* closing the session gives the lock back */
}

static result cluster_open(const struct db_options *options, struct db **ret_db) {
  TRY(address_check(options->path));
  struct db_cluster *cluster = cluster_new(options);
  struct db_session *session = NULL;
  result outcome = db_session_open(cluster, DB_SESSION_PLAIN, DB_SERVER_WAIT_MS, &session);
  if (is_ok(outcome)) {
    outcome = tables_ready(session, options);
  }
  const struct fault why = *fault_last();
  db_session_close(session);
  if (!is_ok(outcome)) {
    cluster_close(&cluster->db);
    return fault_set(why.file, why.line, outcome.code, "%s", why.detail);
  }
  *ret_db = &cluster->db;
  return OK;
}

static struct db_figures figures(struct db *db) {
  struct db_cluster *cluster = db_cluster_of(db);
  struct db_figures now = {.commits = atomic_load(&cluster->commits), .writes = atomic_load(&cluster->writes), .retries = atomic_load(&cluster->retries)};
  db_postgres_led(cluster, &now);
  return now;
}

static result copy_to(struct db *db, const char *path) {
  (void)db;
  (void)path;
  FAIL(DB_STATEMENT, "a PostgreSQL database is copied by pg_basebackup or pg_dump");
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
    .copy_to = copy_to,
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
