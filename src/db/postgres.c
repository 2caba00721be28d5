#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/random.h"
#include "base/sleeping.h"
#include "db/postgres.h"

enum {
  SERVER_VERSION_MIN = 150000,
  CONNECT_MS = 3000, /* one attempt */
  PAUSE_MS_MIN = 20,
  PAUSE_MS_MAX = 500,
  ANY_WAIT_MS = 4000, /* a silent host costs one attempt, the next one begins behind it */
  STATE_BYTES = 5, /* of an SQLSTATE */
};

/* Every transaction says its own isolation; what is said here holds for the session. */
#define SETTINGS                                                                                             \
  "SET statement_timeout = 30000; SET lock_timeout = 10000; SET idle_in_transaction_session_timeout = 60000;" \
  "SET TimeZone = 'UTC'; SET client_min_messages = warning; SET standard_conforming_strings = on; SET plan_cache_mode = force_generic_plan"
/* A table that is scanned whole is locked whole, and every other write would come between; so would a join that reads every part of a table to find one
 * row, which is what the planner likes best as long as nobody has counted them. A process that was stopped in the middle of a write keeps
 * nobody else waiting for long, and one that leads gives way (DB_LEAD_SILENT_MS). */
#define SETTINGS_WRITES "; SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET idle_in_transaction_session_timeout = 3000; SET lock_timeout = 100"
#define SETTINGS_READS "; SET default_transaction_read_only = on"
#define SETTINGS_PLAIN "; SET idle_session_timeout = 2500"

static bool is_state(const char *state, const char *prefix) { return strncmp(state, prefix, strlen(prefix)) == 0; }

static uint16_t code_of(const struct db_session *session, const char *state) {
  static const struct {
    const char *prefix;
    uint16_t code;
  } codes[] = {
      {"23505", DB_DUPLICATE},    {"23", DB_CONSTRAINT},     {"22", DB_CONSTRAINT}, {"40", DB_CONTENDED},      {"55P03", DB_CONTENDED},
      {"53100", DB_FULL},         {"53", DB_UNAVAILABLE},    {"57", DB_UNAVAILABLE}, {"08", DB_UNAVAILABLE},   {"58", DB_UNAVAILABLE},
      {"25P03", DB_UNAVAILABLE},  {"25P04", DB_UNAVAILABLE}, {"XX001", DB_BROKEN},  {"XX002", DB_BROKEN},      {"42P07", DB_HALF_MADE},
  };
  if (is_state(state, "25006")) { /* a reader of ours, or a server that has become a standby */
    return session->role == DB_SESSION_READS ? DB_STATEMENT : DB_UNAVAILABLE;
  }
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    if (is_state(state, codes[i].prefix)) {
      return codes[i].code;
    }
  }
  return DB_STATEMENT;
}

/* The server has ended the session, or is not the one that writes any more. */
static bool is_gone(const struct db_session *session, const char *state) {
  return PQstatus(session->handle) == CONNECTION_BAD || is_state(state, "57P") || is_state(state, "08") || is_state(state, "25P03") ||
         (is_state(state, "25006") && session->role != DB_SESSION_READS);
}

result db_session_lost(struct db_session *session, const char *why) {
  session->state = DB_SESSION_LOST;
  FAIL(DB_UNAVAILABLE, "the connection to the database server was lost: %s", why);
}

result db_session_failure(struct db_session *session, const PGresult *failed, const char *what) {
  const char *state = PQresultErrorField(failed, PG_DIAG_SQLSTATE);
  if (state == NULL) {
    return db_session_lost(session, "it does not answer any more");
  }
  uint16_t code = code_of(session, state);
  if (is_gone(session, state)) {
    session->state = DB_SESSION_LOST;
  } else if (session->state == DB_SESSION_OPEN) {
    session->state = DB_SESSION_FAILED;
  }
  session->is_contended = session->is_contended || code == DB_CONTENDED;
  session->is_held_up = session->is_held_up || is_state(state, "55P03");
  session->is_duplicate = session->is_duplicate || code == DB_DUPLICATE;
  if (code == DB_CONSTRAINT || code == DB_DUPLICATE) {
    /* the server's sentences name values here */
    const char *table = PQresultErrorField(failed, PG_DIAG_TABLE_NAME);
    const char *rule = PQresultErrorField(failed, PG_DIAG_CONSTRAINT_NAME);
    FAIL(code, "%s, table %s, rule %s: %.120s", state, table != NULL ? table : "-", rule != NULL ? rule : "-", what);
  }
  FAIL(code, "%s (%s): %.120s", PQresultErrorField(failed, PG_DIAG_MESSAGE_PRIMARY), state, what);
}

static void silent(void *context, const PGresult *notice) {
  (void)context;
  (void)notice;
}

/* The server's code for a connection that failed, which libpq gives only within its text: "FATAL:  28P01: password ...". */
static bool refusal_state(const char *message, char ret_state[static STATE_BYTES + 1]) {
  for (const char *at = strstr(message, ":  "); at != NULL; at = strstr(at + 1, ":  ")) {
    const char *state = at + 3;
    if (strspn(state, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == STATE_BYTES && state[STATE_BYTES] == ':') {
      memcpy(ret_state, state, STATE_BYTES);
      ret_state[STATE_BYTES] = '\0';
      return true;
    }
  }
  return false;
}

static result connect_failure(const PGconn *handle) {
  const char *message = PQerrorMessage(handle);
  char state[STATE_BYTES + 1] = "";
  int length = (int)strcspn(message, "\n");
  uint16_t code = DB_UNREACHABLE;
  if (refusal_state(message, state)) {
    code = is_state(state, "28") ? DB_LOGIN : is_state(state, "3D") ? DB_MISSING : DB_UNREACHABLE;
  }
  if (PQconnectionNeedsPassword(handle) != 0) {
    code = DB_LOGIN;
  }
  FAIL(code, "%.*s", length < 200 ? length : 200, message);
}

static result poll_until(PGconn *handle, short events, int64_t until_us) {
  int64_t left_ms = (until_us - clock_monotonic_us()) / 1000;
  struct pollfd waits = {.fd = PQsocket(handle), .events = events};
  (void)sleeping_begin();
  int ready = left_ms > 0 ? poll(&waits, 1, (int)left_ms) : 0;
  sleeping_end();
  if (ready == 0) {
    FAIL(DB_UNREACHABLE, "no answer in time from host %s, port %s", PQhost(handle), PQport(handle));
  }
  return OK;
}

static result connect_wait(PGconn *handle) {
  int64_t until_us = clock_monotonic_us() + (int64_t)CONNECT_MS * 1000;
  for (PostgresPollingStatusType next = PGRES_POLLING_WRITING; next != PGRES_POLLING_OK; next = PQconnectPoll(handle)) {
    if (next == PGRES_POLLING_FAILED || PQstatus(handle) == CONNECTION_BAD) {
      return connect_failure(handle);
    }
    TRY(poll_until(handle, next == PGRES_POLLING_READING ? POLLIN : POLLOUT, until_us));
  }
  return OK;
}

/* What a server must be. Run before the pipeline. */
static result server_check(PGconn *handle) {
  if (PQserverVersion(handle) < SERVER_VERSION_MIN) {
    FAIL(DB_ENGINE_TOO_OLD, "PostgreSQL %d.%d: 15 is the oldest that serves", PQserverVersion(handle) / 10000,
         PQserverVersion(handle) % 10000);
  }
  PGresult *answer = PQexec(handle,
                            "SELECT name, setting FROM pg_settings WHERE (name, setting) IN (('fsync', 'off'), ('full_page_writes', 'off'), ('data_sync_retry', 'on'),"
                            " ('synchronous_commit', 'off'), ('synchronous_commit', 'local'))"
                            " OR (name = 'server_encoding' AND setting <> 'UTF8')");
  bool is_answered = PQresultStatus(answer) == PGRES_TUPLES_OK;
  char unsafe[96] = "";
  if (is_answered && PQntuples(answer) > 0) {
    (void)snprintf(unsafe, sizeof unsafe, "%s = %s", PQgetvalue(answer, 0, 0), PQgetvalue(answer, 0, 1));
  }
  PQclear(answer);
  if (!is_answered) {
    return connect_failure(handle);
  }
  if (unsafe[0] != '\0') {
    FAIL(DB_UNSAFE, "the server is set to %s", unsafe);
  }
  return OK;
}

static result settings_apply(struct db_session *session) {
  static const char *const settings[] = {[DB_SESSION_READS] = SETTINGS SETTINGS_READS,
                                         [DB_SESSION_WRITES] = SETTINGS SETTINGS_WRITES,
                                         [DB_SESSION_PLAIN] = SETTINGS SETTINGS_PLAIN};
  PGresult *answer = PQexec(session->handle, settings[session->role]);
  bool is_set = PQresultStatus(answer) == PGRES_COMMAND_OK;
  PQclear(answer);
  return is_set ? OK : connect_failure(session->handle);
}

/* "a,b,c" begun with its n-th part: "b,c,a". One part stays, for it stands for every host. */
static struct slice list_from(struct arena *arena, const char *list, unsigned n) {
  struct slice rest = slice_str(list != NULL ? list : "");
  unsigned parts = 1;
  for (size_t i = 0; i < rest.len; i++) {
    parts += rest.ptr[i] == ',';
  }
  if (parts == 1 || n % parts == 0) {
    return rest;
  }
  struct slice before = rest;
  for (n %= parts; n > 0; n--) {
    (void)slice_cut(&rest, ',');
  }
  before.len -= rest.len + 1;
  return arena_printf(arena, "%.*s,%.*s", SLICE_ARG(rest), SLICE_ARG(before));
}

/* A server that is switched off refuses nothing: libpq would wait for the first of its hosts for ever. */
static struct db_place place_from(struct arena *arena, const char *url, unsigned first) {
  struct db_place place = {0};
  const struct {
    const char *keyword;
    const char **value;
  } wanted[] = {{"host", &place.host}, {"hostaddr", &place.hostaddr}, {"port", &place.port}};
  PQconninfoOption *parts = first > 0 ? PQconninfoParse(url, NULL) : NULL;
  for (PQconninfoOption *part = parts; part != NULL && part->keyword != NULL; part++) {
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
      if (strcmp(part->keyword, wanted[i].keyword) == 0 && part->val != NULL) {
        *wanted[i].value = arena_cstr(arena, arena_copy(arena, list_from(arena, part->val, first)));
      }
    }
  }
  PQconninfoFree(parts);
  return place;
}

/* NULL: as the address says. A copy, for it may be replaced meanwhile. */
static const char *password_of(struct db_cluster *cluster, struct arena *arena) {
  (void)pthread_mutex_lock(&cluster->mutex);
  const char *password = cluster->password != NULL ? arena_cstr(arena, slice_str(cluster->password)) : NULL;
  (void)pthread_mutex_unlock(&cluster->mutex);
  return password;
}

static result connect_to(struct db_session *session, const struct db_place *place) {
  struct arena arena CLEANUP(arena_free) = {0};
  struct db_cluster *cluster = session->cluster;
  /* What stands before the address is what it may say otherwise. */
  const char *const names[] = {"application_name", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
                               "target_session_attrs", "dbname", "client_encoding", "host", "hostaddr", "port", "password", NULL};
  const char *const values[] = {"danh", "2", "1", "3", "5000", place->attributes, cluster->url, "UTF8", place->host, place->hostaddr, place->port, password_of(cluster, &arena), NULL};
  session->handle = PQconnectStartParams(names, values, 1);
  if (session->handle == NULL) {
    FAIL(DB_UNREACHABLE, "no memory for a connection");
  }
  (void)PQsetErrorVerbosity(session->handle, PQERRORS_VERBOSE);
  (void)PQsetNoticeReceiver(session->handle, silent, NULL);
  if (PQstatus(session->handle) == CONNECTION_BAD) {
    return connect_failure(session->handle);
  }
  return connect_wait(session->handle);
}

static result session_ready(struct db_session *session) {
  TRY(server_check(session->handle));
  TRY(settings_apply(session));
  if (PQenterPipelineMode(session->handle) != 1) {
    FAIL(DB_UNREACHABLE, "no pipeline on a connection just made");
  }
  session->state = DB_SESSION_IDLE;
  return OK;
}

static result connect_wanting(struct db_session *session, const char *attributes) {
  struct arena arena CLEANUP(arena_free) = {0};
  struct db_cluster *cluster = session->cluster;
  unsigned first = atomic_load(&cluster->first_host);
  struct db_place place = place_from(&arena, cluster->url, first);
  place.attributes = attributes;
  result connected = connect_to(session, &place);
  if (!is_ok(connected)) {
    (void)atomic_compare_exchange_strong(&cluster->first_host, &first, first + 1);
    return connected;
  }
  return session_ready(session);
}

static void disconnect(struct db_session *session);

void db_cluster_away_note(struct db_cluster *cluster, bool is_away) {
  if (atomic_exchange(&cluster->is_away, is_away) != is_away) {
    atomic_store(&cluster->away_since_us, clock_monotonic_us());
  }
}

/* A restart or a failover is waited for once: when none has come who wants to write hears of it at once, and keeps nobody from reading meanwhile. */
static int64_t wait_of(const struct db_session *session, int64_t wait_ms) {
  struct db_cluster *cluster = session->cluster;
  bool is_for_writes = session->role != DB_SESSION_READS && !session->takes_any;
  int64_t away_us = atomic_load(&cluster->is_away) ? clock_monotonic_us() - atomic_load(&cluster->away_since_us) : 0;
  return is_for_writes && cluster->standby_lag_ms > 0 && away_us > wait_ms * 1000 ? 0 : wait_ms;
}

/* A session that reads takes what there is, once it is known that no server takes writes. */
static result connect_once(struct db_session *session) {
  struct db_cluster *cluster = session->cluster;
  bool may_be_standby = cluster->standby_lag_ms > 0 && session->role == DB_SESSION_READS;
  if (cluster->mode == DB_READ_ONLY || session->takes_any) {
    return connect_wanting(session, cluster->standby_lag_ms > 0 ? "any" : "read-write");
  }
  result connected = {DB_UNREACHABLE};
  if (!may_be_standby || !atomic_load(&cluster->is_away)) {
    connected = connect_wanting(session, "read-write");
    db_cluster_away_note(cluster, is_code(connected, DB_UNREACHABLE));
  }
  if (is_code(connected, DB_UNREACHABLE) && may_be_standby) {
    disconnect(session);
    connected = connect_wanting(session, "any");
  }
  return connected;
}

static void disconnect(struct db_session *session) {
  db_answers_close(session);
  db_session_forget(session);
  PQfinish(session->handle);
  session->handle = NULL;
  session->state = DB_SESSION_LOST;
  session->unread = session->begun = session->deferred_count = 0;
  session->mark_id = session->mark_number = 0;
}

/* Half to one and a half times: those who lost the same server do not come back together. */
static void pause_ms(int64_t ms) {
  struct random random = random_system();
  int64_t ns = (ms / 2 + (int64_t)random_below(&random, (uint64_t)ms + 1)) * 1000000;
  const struct timespec length = {ns / 1000000000, ns % 1000000000};
  (void)sleeping_begin();
  (void)nanosleep(&length, NULL);
  sleeping_end();
}

result db_session_reopen(struct db_session *session, int64_t wait_ms) {
  int64_t until_us = clock_monotonic_us() + wait_of(session, wait_ms) * 1000;
  result outcome = OK;
  for (int64_t ms = PAUSE_MS_MIN;; ms = ms * 2 < PAUSE_MS_MAX ? ms * 2 : PAUSE_MS_MAX) {
    disconnect(session);
    outcome = connect_once(session);
    if (!is_code(outcome, DB_UNREACHABLE) || clock_monotonic_us() + ms * 1000 >= until_us) {
      break;
    }
    pause_ms(ms);
  }
  if (!is_ok(outcome)) {
    const struct fault why = *fault_last();
    disconnect(session);
    return fault_set(why.file, why.line, outcome.code, "%s", why.detail);
  }
  return OK;
}

static struct db_session *session_new(struct db_cluster *cluster, enum db_session_role role) {
  struct db_session *session = heap_alloc(sizeof *session);
  session->tx.driver = &db_postgres_driver;
  session->cluster = cluster;
  session->role = role;
  return session;
}

static result session_open(struct db_session *session, int64_t wait_ms, struct db_session **ret_session) {
  result opened = db_session_reopen(session, wait_ms);
  if (!is_ok(opened)) {
    db_session_close(session);
    return opened;
  }
  *ret_session = session;
  return OK;
}

result db_session_open(struct db_cluster *cluster, enum db_session_role role, int64_t wait_ms, struct db_session **ret_session) {
  return session_open(session_new(cluster, role), wait_ms, ret_session);
}

result db_session_open_any(struct db_cluster *cluster, struct db_session **ret_session) {
  struct db_session *session = session_new(cluster, DB_SESSION_PLAIN);
  session->takes_any = true;
  return session_open(session, ANY_WAIT_MS, ret_session);
}

result db_session_open_at(struct db_cluster *cluster, const struct db_place *place, struct db_session **ret_session) {
  struct db_session *session = session_new(cluster, DB_SESSION_PLAIN);
  result opened = connect_to(session, place);
  if (is_ok(opened)) {
    opened = session_ready(session);
  }
  if (!is_ok(opened)) {
    const struct fault why = *fault_last();
    db_session_close(session);
    return fault_set(why.file, why.line, opened.code, "%s", why.detail);
  }
  *ret_session = session;
  return OK;
}

void db_session_close(struct db_session *session) {
  if (session == NULL) {
    return;
  }
  disconnect(session);
  free(session);
}
