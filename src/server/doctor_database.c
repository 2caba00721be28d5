#include <inttypes.h>

#include "ledger/ledger.h"
#include "outbox/outbox.h"
#include "server/doctor.h"
#include "server/sealing.h"

enum { CLOCK_BEHIND_MS = 2000 /* of the newest entry */, CLOCKS_DIFFER_MS = 2000, CLOCKS_APART_MS = 60 * 1000 };
enum { STANDBY_LATE_MS = 10 * 1000, DELIVERY_LATE_MS = 3600 * 1000, HEAD_LATE_MS = 60 * 1000 };
enum { BACKUP_WARNING_HOURS = 26, BACKUP_PROBLEM_HOURS = 7 * 24, HOUR_MS = 3600 * 1000 };

static const char *database_advice(result failed) {
  switch (failed.code) {
    case SERVER_DATA_MISSING:
    case DB_MISSING: return "danh init makes an installation, danh synth a demonstration";
    case SERVER_UNFINISHED: return "remove the folder and begin again";
    case DB_UNREACHABLE: return "start the database server, or mend url in danh.ini";
    case DB_LOGIN: return "password_file in danh.ini, and pg_hba.conf";
    case DB_TOO_NEW: return "install the newer program";
    case DB_TOO_OLD: return "start danh serve once: it brings the tables forward";
    case DB_ENGINE_TOO_OLD: return "PostgreSQL 15 or later";
    default: return "doc/operate.md has a line for each of these";
  }
}

/* ---- database servers ---- */

static void look_at_server(struct server_looking *looking, const struct db_server *server) {
  static const char advice[] = "a failover would lose time or fail: doc/operate.md, \"A standby that takes over\"";
  bool is_late = server->is_standby && (!server->is_receiving || server->lag_ms > STANDBY_LATE_MS);
  struct slice said = server->trouble != NULL ? arena_printf(looking->arena, "%s does not answer: %s", server->name, server->trouble)
                      : server->is_standby    ? arena_printf(looking->arena, "%s (PostgreSQL %s) %s, %" PRId64 " ms behind", server->name, server->version,
                                                             server->is_receiving ? "follows" : "follows nobody", server->lag_ms)
                                              : arena_printf(looking->arena, "%s (PostgreSQL %s) takes writes", server->name, server->version);
  bool is_bad = server->trouble != NULL || is_late;
  server_doctor_find(looking, is_bad ? SERVER_FINDING_WARNING : SERVER_FINDING_OK, "standby", said, is_bad ? advice : NULL);
}

/* Durations are each machine's own; instants of several machines meet in the ledger, in tokens, and when a standby takes over. */
static void look_at_server_clock(struct server_looking *looking, const struct db_server *server) {
  int64_t apart_ms = server->clock_ahead_ms < 0 ? -server->clock_ahead_ms : server->clock_ahead_ms;
  struct slice said = arena_printf(looking->arena, "the clock of %s is %" PRId64 " ms %s this machine's", server->name, apart_ms,
                                   server->clock_ahead_ms < 0 ? "behind" : "ahead of");
  if (apart_ms <= CLOCKS_DIFFER_MS) {
    server_doctor_find(looking, SERVER_FINDING_OK, "clock", said, NULL);
  } else {
    server_doctor_find(looking, apart_ms > CLOCKS_APART_MS ? SERVER_FINDING_PROBLEM : SERVER_FINDING_WARNING, "clock", said,
                       "let chrony or systemd-timesyncd keep both, and see which of the two is wrong: nobody sets a clock by hand");
  }
}

/* What people entrust to the platform goes to the database and nowhere else, its server's own log included. */
static void look_at_server_log(struct server_looking *looking, const struct db_server *server) {
  if (*server->logs_values != '\0') {
    server_doctor_find(looking, SERVER_FINDING_PROBLEM, "log", arena_printf(looking->arena, "%s writes people's data into its log: %s", server->name, server->logs_values),
                       "log_statement = none, log_min_duration_statement = -1 or log_parameter_max_length = 0, nothing that prints plans: doc/operate.md, \"PostgreSQL\"");
  }
  if (*server->logs_keys != '\0') {
    server_doctor_find(looking, SERVER_FINDING_WARNING, "log",
                       arena_printf(looking->arena, "%s writes keys and rows of statements that fail into its log: %s", server->name, server->logs_keys),
                       "log_error_verbosity = terse and log_parameter_max_length_on_error = 0 in postgresql.conf, then reload it");
  }
  if (*server->logs_values == '\0' && *server->logs_keys == '\0') {
    server_doctor_find(looking, SERVER_FINDING_OK, "log", arena_printf(looking->arena, "%s keeps nothing of statements in its log but their text", server->name), NULL);
  }
}

static void look_at_servers(struct server_looking *looking, struct db *db) {
  struct db_server *servers = NULL;
  size_t count = 0;
  if (!is_ok(db_servers_look(db, looking->arena, &servers, &count))) {
    server_doctor_find(looking, SERVER_FINDING_WARNING, "standby", server_doctor_why(looking), "look at the database servers that url names");
    return;
  }
  for (size_t i = 0; i < count; i++) {
    look_at_server(looking, &servers[i]);
    if (servers[i].trouble == NULL) {
      look_at_server_clock(looking, &servers[i]);
      look_at_server_log(looking, &servers[i]);
    }
  }
}

/* ---- what is in it ---- */

static result look_at_deliveries(struct server_looking *looking, struct server_installation *installation) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct outbox_backlog backlog[OUTBOX_BACKLOG_MAX];
  size_t count = 0;
  int64_t now_ms = clock_now_ms(&installation->clock);
  TRY(db_read_begin(installation->env.db, &tx));
  TRY(outbox_backlog(tx, looking->arena, backlog, &count));
  for (size_t i = 0; i < count; i++) {
    if (now_ms - backlog[i].oldest_at_ms > DELIVERY_LATE_MS) {
      server_doctor_find(looking, SERVER_FINDING_WARNING, "deliveries",
                         arena_printf(looking->arena, "%" PRId64 " to %.*s wait, the oldest for %" PRId64 " hours", backlog[i].waiting, SLICE_ARG(backlog[i].destination),
                                      (now_ms - backlog[i].oldest_at_ms) / DELIVERY_LATE_MS),
                         "is the receiver there, and does danh.ini name it? nothing is lost: each is tried again");
    }
  }
  return OK;
}

/* While a server runs no entry waits for longer than two of its rounds; without one they wait for the next. */
static result look_at_ledger(struct server_looking *looking, struct server_installation *installation) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct ledger_head head = {0};
  TRY(db_read_begin(installation->env.db, &tx));
  TRY(ledger_head_look(tx, looking->arena, &head));
  int64_t late_ms = head.waiting > 0 ? clock_now_ms(&installation->clock) - head.oldest_at_ms : 0;
  bool is_served = server_doctor_listener(server_doctor_path(looking, "danh.sock")) != 0;
  struct slice said = head.waiting == 0 ? arena_printf(looking->arena, "the signed head covers all %" PRId64 " entries", head.size)
                                        : arena_printf(looking->arena, "the signed head covers %" PRId64 " entries; %" PRId64 " wait for the next, the oldest for %" PRId64 " s",
                                                       head.size, head.waiting, late_ms / 1000);
  if (late_ms > HEAD_LATE_MS && is_served) {
    server_doctor_find(looking, SERVER_FINDING_PROBLEM, "ledger", said, "a ledger.round_failed in a node's log says why nothing is signed; is the signer there? danh_leads{task=\"ledger\"}");
  } else {
    server_doctor_find(looking, SERVER_FINDING_OK, "ledger", said, NULL);
  }
  return OK;
}

static result look_at_backup(struct server_looking *looking, struct server_installation *installation) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct ledger_line line = {0};
  TRY(db_read_begin(installation->env.db, &tx));
  result found = ledger_milestone_find(tx, "backup.made", looking->arena, &line);
  if (!is_ok(found) && !is_code(found, LEDGER_UNKNOWN)) {
    return found;
  }
  if (!is_ok(found)) {
    bool is_asked = server_doctor_is_real(looking);
    server_doctor_find(looking, is_asked ? SERVER_FINDING_WARNING : SERVER_FINDING_OK, "backup", S("the ledger knows of none"),
                       is_asked ? "danh backup each night, to another machine: doc/operate.md, \"Backup and restore\"" : NULL);
    return OK;
  }
  const struct server_config_doctor *config = &looking->config.doctor;
  int64_t hours = (clock_now_ms(&installation->clock) - line.at_ms) / HOUR_MS;
  struct slice said = arena_printf(looking->arena, "the last was made %" PRId64 " hours ago, at %.*s", hours, SLICE_ARG(clock_instant_write(looking->arena, line.at_ms)));
  if (hours < server_doctor_set(config->backup_warning_hours, BACKUP_WARNING_HOURS)) {
    server_doctor_find(looking, SERVER_FINDING_OK, "backup", said, NULL);
  } else {
    server_doctor_find(looking, hours < server_doctor_set(config->backup_problem_hours, BACKUP_PROBLEM_HOURS) ? SERVER_FINDING_WARNING : SERVER_FINDING_PROBLEM, "backup", said,
                       "danh backup; what makes it each night no longer does. When it should be asked for: backup_warning_hours, backup_problem_hours in [doctor] of danh.ini");
  }
  return OK;
}

/* The first that fails ends it: what cannot be read here cannot be read there. */
static result look_inside(struct server_looking *looking, struct server_installation *installation) {
  TRY(server_doctor_certificates(looking, installation));
  TRY(look_at_ledger(looking, installation));
  TRY(look_at_backup(looking, installation));
  TRY(look_at_deliveries(looking, installation));
  return server_doctor_keys(looking, installation);
}

static void look_at_sealing(struct server_looking *looking) {
  const char *missing = server_sealing_missing(looking->data, looking->arena);
  if (missing != NULL) {
    server_doctor_find(looking, SERVER_FINDING_PROBLEM, "keys", arena_printf(looking->arena, "%s is not there: no server starts without it", missing),
                       "bring it back from a backup, or from another node: doc/operate.md, \"SQLite and the disk\"");
  }
}

void server_doctor_database(struct server_looking *looking) {
  struct server_installation *installation CLEANUP(server_installation_close) = NULL;
  result opened = server_installation_open(looking->data, SERVER_READ, &installation);
  if (!is_ok(opened)) {
    server_doctor_find(looking, SERVER_FINDING_PROBLEM, "database", server_doctor_why(looking), database_advice(opened));
    return;
  }
  int64_t behind_ms = 0;
  struct db *db = installation->env.db;
  if (is_ok(server_clock_behind(installation, &behind_ms)) && behind_ms > CLOCK_BEHIND_MS) {
    server_doctor_find(looking, SERVER_FINDING_PROBLEM, "clock",
                       arena_printf(looking->arena, "the clock lies %" PRId64 " seconds before the newest entry of the ledger: it was set back", behind_ms / 1000),
                       "set it right; a server that runs goes on at half speed until then, and with ten minutes and more none starts");
  }
  server_doctor_find(looking, SERVER_FINDING_OK, "database",
                     arena_printf(looking->arena, "%s%s%s, and its tables are those of this program", db_engine(db), *db_engine_version(db) != '\0' ? " " : "", db_engine_version(db)), NULL);
  look_at_sealing(looking);
  look_at_servers(looking, db);
  if (!is_ok(look_inside(looking, installation))) {
    server_doctor_find(looking, SERVER_FINDING_PROBLEM, "database", server_doctor_why(looking), "stored data cannot be read: restore a backup, or look at the server's log");
  }
}
