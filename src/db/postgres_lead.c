#include <string.h>

#include "db/postgres.h"

enum { LED_MAX = sizeof((struct db_cluster){0}.led) / sizeof(char *) };

static bool is_led(const struct db_cluster *cluster, const char *task) {
  for (int i = 0; i < cluster->led_count; i++) {
    if (strcmp(cluster->led[i], task) == 0) {
      return true;
    }
  }
  return false;
}

/* A lock that the server keeps for as long as this session lives. */
static result lock_try(struct db_session *session, const char *task, bool *ret_is_taken) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(&session->tx, "SELECT pg_try_advisory_lock(hashtextextended(current_database() || '/' || current_schema() || '/danh/lead/' || $1, 0))",
             DB_ARGS(db_of_text(slice_str(task))), &rows));
  *ret_is_taken = db_int(&rows, 0) != 0;
  return OK;
}

static result lead_ask(struct db_cluster *cluster, const char *task, bool *ret_leads) {
  if (is_led(cluster, task)) {
    *ret_leads = true;
    return db_session_control(cluster->lead, "SELECT 1"); /* the locks are gone with the session */
  }
  *ret_leads = false;
  TRY(lock_try(cluster->lead, task, ret_leads));
  if (*ret_leads && cluster->led_count < LED_MAX) {
    cluster->led[cluster->led_count++] = task;
  }
  return OK;
}

static result lead_session(struct db_cluster *cluster) {
  if (cluster->lead != NULL && cluster->lead->state != DB_SESSION_LOST) {
    return OK;
  }
  db_session_close(cluster->lead);
  cluster->lead = NULL;
  cluster->led_count = 0;
  return db_session_open(cluster, DB_SESSION_PLAIN, 0, &cluster->lead); /* one attempt: the next round asks again */
}

result db_postgres_lead(struct db *db, const char *task, bool *ret_leads) {
  struct db_cluster *cluster = db_cluster_of(db);
  *ret_leads = false;
  if (cluster->mode == DB_READ_ONLY) {
    return OK;
  }
  (void)pthread_mutex_lock(&cluster->lead_mutex);
  bool leads = false;
  result outcome = lead_session(cluster);
  if (is_ok(outcome)) {
    outcome = lead_ask(cluster, task, &leads);
  }
  *ret_leads = is_ok(outcome) && leads;
  (void)pthread_mutex_unlock(&cluster->lead_mutex);
  return outcome;
}
