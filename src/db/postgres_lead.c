#include <string.h>

#include "base/clock.h"
#include "db/postgres.h"

static struct db_led *led_find(struct db_cluster *cluster, const char *task) {
  for (int i = 0; i < cluster->led_count; i++) {
    if (strcmp(cluster->led[i].task, task) == 0) {
      return &cluster->led[i];
    }
  }
  return NULL;
}

/* A lock that the server keeps for as long as this session lives. */
static result lock_try(struct db_session *session, const char *task, bool *ret_is_taken) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(&session->tx, "SELECT pg_try_advisory_lock(hashtextextended(current_database() || '/' || current_schema() || '/danh/lead/' || $1, 0))",
             DB_ARGS(db_of_text(slice_str(task))), &rows));
  *ret_is_taken = db_int(&rows, 0) != 0;
  return OK;
}

/* From here on nothing that was begun under an earlier term can be written: waits for what is being written. */
static result term_begin(struct db_session *session, const char *task, int64_t *ret_term) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(&session->tx, "INSERT INTO lead_term (task, term) VALUES ($1, 1) ON CONFLICT (task) DO UPDATE SET term = lead_term.term + 1 RETURNING term",
             DB_ARGS(db_of_text(slice_str(task))), &rows));
  *ret_term = db_int(&rows, 0);
  return OK;
}

static void led_count_set(struct db_cluster *cluster, int count) {
  (void)pthread_mutex_lock(&cluster->mutex);
  cluster->led_count = count;
  (void)pthread_mutex_unlock(&cluster->mutex);
}

static void lead_end(struct db_cluster *cluster) {
  db_session_close(cluster->lead);
  cluster->lead = NULL;
  led_count_set(cluster, 0);
}

static result lead_begin(struct db_cluster *cluster, const char *task, bool *ret_leads) {
  bool is_taken = false;
  TRY(lock_try(cluster->lead, task, &is_taken));
  if (!is_taken || cluster->led_count == DB_LED_MAX) {
    return OK;
  }
  struct db_led led = {.task = task};
  result begun = term_begin(cluster->lead, task, &led.term);
  if (!is_ok(begun)) {
    const struct fault why = *fault_last();
    lead_end(cluster); /* the lock goes with the session: another may do better */
    return fault_set(why.file, why.line, begun.code, "%s", why.detail);
  }
  cluster->led[cluster->led_count] = led;
  led_count_set(cluster, cluster->led_count + 1);
  *ret_leads = true;
  return OK;
}

static result session_ask(struct db_cluster *cluster) {
  int64_t now_us = clock_monotonic_us();
  if (now_us - cluster->beat_at_us < DB_BEAT_US) {
    return db_session_control(cluster->lead, "SELECT 1");
  }
  cluster->beat_at_us = now_us;
  return db_standby_beat(cluster, cluster->lead);
}

/* Locks are gone with the session: what it led in is asked for again, at once. */
static result lead_session(struct db_cluster *cluster) {
  if (cluster->lead != NULL && is_ok(session_ask(cluster))) {
    return OK;
  }
  lead_end(cluster);
  return db_session_open(cluster, DB_SESSION_PLAIN, 0, &cluster->lead); /* one attempt: the next round asks again */
}

/* With the mutex held. */
static result lead_ask(struct db_cluster *cluster, const char *task, bool *ret_leads) {
  TRY(lead_session(cluster));
  *ret_leads = led_find(cluster, task) != NULL;
  return *ret_leads ? OK : lead_begin(cluster, task, ret_leads);
}

result db_postgres_lead(struct db *db, const char *task, bool *ret_leads) {
  struct db_cluster *cluster = db_cluster_of(db);
  *ret_leads = false;
  if (cluster->mode == DB_READ_ONLY) {
    return OK;
  }
  (void)pthread_mutex_lock(&cluster->lead_mutex);
  result outcome = lead_ask(cluster, task, ret_leads);
  (void)pthread_mutex_unlock(&cluster->lead_mutex);
  return outcome;
}

/* The term under which this process may write, by its own belief: the row decides. */
static result term_now(struct db_cluster *cluster, const char *task, int64_t *ret_term) {
  (void)pthread_mutex_lock(&cluster->lead_mutex);
  bool leads = led_find(cluster, task) != NULL;
  result outcome = leads ? OK : lead_ask(cluster, task, &leads);
  *ret_term = leads ? led_find(cluster, task)->term : 0;
  (void)pthread_mutex_unlock(&cluster->lead_mutex);
  return outcome;
}

struct led_write {
  struct db_led led;
  db_fn fn;
  void *arg;
};

static result led_run(struct db_tx *tx, void *arg) {
  const struct led_write *write = arg;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT 1 FROM lead_term WHERE task = $1 AND term = $2 FOR SHARE",
               DB_ARGS(db_of_text(slice_str(write->led.task)), db_of_int(write->led.term)), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(DB_NOT_LEADING, "another process has taken over \"%s\" since term %lld", write->led.task, (long long)write->led.term);
  }
  return write->fn(tx, write->arg);
}

result db_postgres_write_led(struct db *db, const char *task, db_fn fn, void *arg) {
  struct db_cluster *cluster = db_cluster_of(db);
  struct led_write write = {.led = {.task = task}, .fn = fn, .arg = arg};
  TRY(term_now(cluster, task, &write.led.term));
  if (write.led.term == 0) {
    FAIL(DB_NOT_LEADING, "another process leads in \"%s\"", task);
  }
  return db_session_write(cluster, true, led_run, &write);
}

void db_postgres_led(struct db_cluster *cluster, struct db_figures *figures) {
  (void)pthread_mutex_lock(&cluster->mutex);
  for (int i = 0; i < cluster->led_count; i++) {
    figures->led[figures->led_count++] = cluster->led[i].task;
  }
  (void)pthread_mutex_unlock(&cluster->mutex);
}
