/* A standby that is read from while the primary is away, and how far it is behind. */
#include <string.h>

#include "db/postgres.h"

/* Whoever leads beats; the others hear it. Nobody waits for that commit to be on a disk, nor for a standby: one that has ended keeps no node from beating. */
static const char beat_sql[] = "WITH quick AS (SELECT set_config('synchronous_commit', 'off', true))"
                               " INSERT INTO primary_beat (id, at_us) SELECT 1, CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT) FROM quick"
                               " ON CONFLICT (id) DO UPDATE SET at_us = GREATEST(primary_beat.at_us, EXCLUDED.at_us) RETURNING at_us";
static const char heard_sql[] = "SELECT at_us FROM primary_beat WHERE id = 1";

result db_standby_beat(struct db_cluster *cluster, struct db_session *session) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(&session->tx, cluster->led_count > 0 ? beat_sql : heard_sql, DB_NO_ARGS, &rows));
  if (db_rows_next(&rows)) {
    atomic_store(&cluster->primary_at_us, db_int(&rows, 0));
  }
  return rows.status;
}

bool db_session_is_standby(const struct db_session *session) {
  const char *is_standby = session->handle != NULL ? PQparameterStatus(session->handle, "in_hot_standby") : NULL;
  return is_standby != NULL && strcmp(is_standby, "on") == 0;
}

/* What a standby says of itself. */
struct standby {
  int64_t heard_us;      /* the primary's last time that it has */
  int64_t now_us;        /* its own clock's */
  int64_t waiting_bytes; /* received, not applied */
  bool is_receiving;
};

static const char standby_sql[] =
    "SELECT COALESCE((SELECT at_us FROM primary_beat WHERE id = 1), 0), CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT),"
    " CAST(COALESCE(GREATEST(pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), 0), 0) AS BIGINT),"
    " CAST(EXISTS (SELECT 1 FROM pg_stat_wal_receiver) AS INTEGER)";

static result standby_read(struct db_tx *tx, struct standby *ret_standby) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, standby_sql, DB_NO_ARGS, &rows));
  *ret_standby = (struct standby){db_int(&rows, 0), db_int(&rows, 1), db_int(&rows, 2), db_int(&rows, 3) != 0};
  return OK;
}

/* By the primary's clock alone where its last time is known: an installation in which nobody has written for hours is not behind. */
static int64_t lag_us(const struct standby *standby, int64_t primary_at_us) {
  int64_t last_us = primary_at_us > 0 ? primary_at_us : standby->waiting_bytes > 0 ? standby->now_us : standby->heard_us;
  return last_us > standby->heard_us ? last_us - standby->heard_us : 0;
}

result db_standby_check(struct db_session *session) {
  struct db_cluster *cluster = session->cluster;
  struct standby standby = {0};
  TRY(standby_read(&session->tx, &standby));
  int64_t lag_ms = lag_us(&standby, atomic_load(&cluster->primary_at_us)) / 1000;
  if (lag_ms > cluster->standby_lag_ms) {
    FAIL(DB_STANDBY_BEHIND, "the standby %s:%s is %lld ms behind, more than %lld", PQhost(session->handle), PQport(session->handle), (long long)lag_ms,
         (long long)cluster->standby_lag_ms);
  }
  db_as_of_note(standby.heard_us > 0 ? standby.heard_us / 1000 : standby.now_us / 1000);
  return OK;
}

bool db_postgres_is_away(struct db *db) { return atomic_load(&db_cluster_of(db)->is_away); }

/* ---- each server of the address ---- */

static result server_ask(struct db_session *session, struct arena *arena, struct db_server *server) {
  struct standby standby = {0};
  TRY(db_postgres_server_read(session, arena, server));
  server->is_standby = db_session_is_standby(session);
  if (!server->is_standby) {
    return OK;
  }
  TRY(standby_read(&session->tx, &standby));
  server->is_receiving = standby.is_receiving;
  server->lag_ms = lag_us(&standby, atomic_load(&session->cluster->primary_at_us)) / 1000;
  server->waiting_bytes = standby.waiting_bytes;
  server->as_of_ms = standby.heard_us / 1000;
  return OK;
}

static void server_look(struct db_cluster *cluster, const struct db_place *place, struct arena *arena, struct db_server *server) {
  struct db_session *session = NULL;
  result asked = db_session_open_at(cluster, place, &session);
  if (is_ok(asked)) {
    asked = server_ask(session, arena, server);
  }
  if (!is_ok(asked)) {
    server->trouble = arena_cstr(arena, slice_str(fault_last()->detail));
  }
  db_session_close(session);
}

/* The n-th of "a,b,c"; one part stands for all, as libpq takes one port for every host. NULL: there is none. */
static const char *part_of(struct arena *arena, const char *list, size_t n) {
  if (list == NULL || *list == '\0') {
    return NULL;
  }
  struct slice rest = slice_str(list);
  struct slice part = slice_cut(&rest, ',');
  for (size_t i = 0; i < n && rest.len > 0; i++) {
    part = slice_cut(&rest, ',');
  }
  return arena_cstr(arena, part);
}

static const char *option_of(const PQconninfoOption *options, const char *keyword) {
  for (; options->keyword != NULL; options++) {
    if (strcmp(options->keyword, keyword) == 0) {
      return options->val;
    }
  }
  return NULL;
}

static size_t parts_in(const char *list) {
  size_t count = 1;
  for (; list != NULL && *list != '\0'; list++) {
    count += *list == ',';
  }
  return count;
}

static const char *name_of(struct arena *arena, const struct db_place *place) {
  const char *host = place->host != NULL ? place->host : place->hostaddr != NULL ? place->hostaddr : "localhost";
  return (const char *)arena_printf(arena, "%s:%s", host, place->port != NULL ? place->port : "5432").ptr;
}

result db_postgres_servers_look(struct db *db, struct arena *arena, struct db_server **ret_servers, size_t *ret_count) {
  struct db_cluster *cluster = db_cluster_of(db);
  PQconninfoOption *options = PQconninfoParse(cluster->url, NULL);
  if (options == NULL) {
    FAIL(DB_ADDRESS, "the address cannot be read any more");
  }
  const char *hosts = option_of(options, "host");
  const char *addresses = option_of(options, "hostaddr");
  size_t count = parts_in(hosts != NULL ? hosts : addresses);
  struct db_server *servers = ARENA_ARRAY(arena, struct db_server, count);
  for (size_t i = 0; i < count; i++) {
    struct db_place place = {part_of(arena, hosts, i), part_of(arena, addresses, i), part_of(arena, option_of(options, "port"), i), "any"};
    servers[i].name = name_of(arena, &place);
    server_look(cluster, &place, arena, &servers[i]);
  }
  PQconninfoFree(options);
  *ret_servers = servers;
  *ret_count = count;
  return OK;
}
