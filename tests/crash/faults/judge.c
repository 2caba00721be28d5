#include <stdarg.h>
#include <stdio.h>

#include <sqlite3.h>

#include "server.h"
#include "story.h"

struct trial {
  struct server server;
  const struct story_stage *stage;
  const struct story *story;
  int faults;
};

static void finds(struct trial *trial, const char *format, ...) PRINTF_LIKE(2, 3);
static void finds(struct trial *trial, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  printf("    ");
  (void)vprintf(format, arguments);
  printf("\n");
  va_end(arguments);
  trial->faults++;
}

/* ---- the file ---- */

static int every_line(void *context, int columns, char **values, char **names) {
  (void)columns;
  (void)names;
  if (strcmp(values[0], "ok") != 0) {
    finds(context, "integrity_check: %s", values[0]);
  }
  return 0;
}

static void check_file(struct trial *trial) {
  char path[512];
  sqlite3 *db = NULL;
  (void)snprintf(path, sizeof path, "%s/danh.db", trial->stage->folder);
  if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK || sqlite3_exec(db, "PRAGMA integrity_check", every_line, trial, NULL) != SQLITE_OK) {
    finds(trial, "the file cannot be read: %s", sqlite3_errmsg(db));
  }
  (void)sqlite3_close(db);
}

static int64_t count(struct trial *trial, const char *sql, struct slice word) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  if (!is_ok(db_read_begin(trial->server.env->db, &tx)) || !is_ok(db_row(tx, sql, DB_ARGS(db_of_text(word)), &rows))) {
    finds(trial, "cannot read: %s", fault_last()->detail);
    return -1;
  }
  return db_int(&rows, 0);
}

/* ---- what was acknowledged ---- */

static int get(struct trial *trial, const char *path, const char *cookie) {
  return server_ask(&trial->server, &(struct ask){.method = HTTP_GET, .path = path, .cookie = cookie}).response.status;
}

static void check_sessions(struct trial *trial) {
  const struct story *story = trial->story;
  for (int who = 0; who < STORY_SESSIONS; who++) {
    if (story->session[who] != STORY_TOLD) {
      continue;
    }
    enum story_word out = who == 0 ? story->signed_out : STORY_UNTOLD;
    bool is_alive = get(trial, "/api/session", story->cookie[who]) == 200;
    if (is_alive && out == STORY_TOLD) {
      finds(trial, "session %d is alive again after its sign-out", who);
    } else if (!is_alive && out == STORY_UNTOLD) {
      finds(trial, "session %d was acknowledged and is lost", who);
    }
  }
}

/* The first ones of the two citizens: neither fewer than were acknowledged nor a second one. */
static void check_dossiers(struct trial *trial) {
  static const char *const keys[] = {"fault-story-key-0001", "fault-story-key-0002"};
  const struct story *story = trial->story;
  for (int which = 0; which < STORY_DOSSIERS; which++) {
    int64_t rows = count(trial, "SELECT count(*) FROM dossier_filing WHERE form_key = $1", slice_str(keys[which]));
    if (rows > 1 || (rows == 1 && story->dossier[which] == STORY_UNTOLD)) {
      finds(trial, "dossier %d is there %lld times", which, (long long)rows);
    } else if (story->dossier[which] == STORY_TOLD &&
               count(trial, "SELECT count(*) FROM dossier WHERE code = $1", slice_str(story->code[which])) != 1) {
      finds(trial, "dossier %s was acknowledged and is lost", story->code[which]);
    }
  }
  if (story->withdrawn != STORY_UNTOLD) {
    int64_t moves = count(trial, "SELECT count(*) FROM dossier_move m JOIN dossier d ON d.person_id = m.person_id AND d.dossier_id = m.dossier_id "
                                 "WHERE m.act = 'withdraw' AND d.code = $1", slice_str(story->code[0]));
    if (moves > 1 || (moves == 0 && story->withdrawn == STORY_TOLD)) {
      finds(trial, "the withdrawal is there %lld times", (long long)moves);
    }
  }
}

static void check_token(struct trial *trial) {
  const struct story *story = trial->story;
  if (story->token != STORY_TOLD) {
    return;
  }
  struct ask ask = {.method = HTTP_POST, .path = "/oidc/introspect", .type = "application/x-www-form-urlencoded",
                    .body = arena_printf(&trial->server.arena, "token=%s", story->token_text), .secret = trial->stage->client};
  struct http_call call = server_ask(&trial->server, &ask);
  struct slice body = call.response.body;
  bool is_alive = body.len > 0 && memmem(body.ptr, body.len, "\"active\":true", 13) != NULL;
  if (call.response.status != 200) {
    finds(trial, "introspection is answered %d", call.response.status);
  } else if (is_alive && story->revoked == STORY_TOLD) {
    finds(trial, "the revoked token is alive again");
  } else if (!is_alive && story->revoked == STORY_UNTOLD) {
    finds(trial, "the token was acknowledged and is dead");
  }
}

/* ---- ledger and signatures ---- */

static result prove_growth(struct trial *trial, bool *ret_is_proved) {
  const struct story *story = trial->story;
  struct env *env = trial->server.env;
  struct arena *arena = &trial->server.arena;
  struct ledger_checkpoint now;
  struct ledger_checkpoint then = {.size = story->checkpoint_size};
  struct ledger_proof proof;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  memcpy(then.root, story->checkpoint_root, sizeof then.root);
  TRY(db_read_begin(env->db, &tx));
  TRY(ledger_checkpoint_latest(env, tx, arena, &now));
  if (now.size < then.size) {
    *ret_is_proved = false;
    return OK;
  }
  TRY(ledger_prove_growth(tx, then.size, now.size, arena, &proof));
  *ret_is_proved = ledger_is_growth_proved(&proof, &then, &now);
  return OK;
}

static void check_ledger(struct trial *trial) {
  struct ledger_report report;
  struct env *env = trial->server.env;
  if (!is_ok(ledger_sequence(env)) || !is_ok(ledger_verify(env, NULL, &trial->server.arena, &report))) {
    finds(trial, "the ledger cannot go on: %s", fault_last()->detail);
    return;
  }
  if (report.part != LEDGER_PART_NONE || report.waiting != 0) {
    finds(trial, "the ledger does not hold: %.*s (%lld wait)", SLICE_ARG(report.sentence), (long long)report.waiting);
  }
  bool is_proved = true;
  if (trial->story->checkpoint_size > 0 && !is_ok(prove_growth(trial, &is_proved))) {
    finds(trial, "no proof of growth: %s", fault_last()->detail);
  } else if (!is_proved) {
    finds(trial, "the head that was given out is not a head of this ledger");
  }
  struct signer_figures figures;
  if (!is_ok(signer_local_figures(env->signer, &figures)) || figures.signatures < trial->story->signatures) {
    finds(trial, "the signature log has lost lines that were given out");
  }
}

/* What was in doubt can be asked again, and comes once. */
static void check_it_works(struct trial *trial) {
  const struct story_stage *stage = trial->stage;
  struct slice body = arena_printf(&trial->server.arena, "pin=%s&password=%s", stage->citizen[0], stage->password);
  struct http_call call = server_ask(&trial->server, &(struct ask){.method = HTTP_POST, .path = "/sign-in", .type = "application/x-www-form-urlencoded", .body = body});
  if (call.response.status != 303) {
    finds(trial, "nobody can sign in afterwards: %d", call.response.status);
  }
}

int story_judge(const struct story_stage *stage, const struct story *story) {
  struct trial trial = {.stage = stage, .story = story};
  if (story->wrong[0] != '\0') {
    finds(&trial, "%s", story->wrong);
  }
  if (!is_ok(server_start(stage->folder, &trial.server))) {
    finds(&trial, "it does not open again: %s", fault_last()->detail);
  } else {
    check_sessions(&trial);
    check_dossiers(&trial);
    check_token(&trial);
    check_it_works(&trial);
    check_ledger(&trial);
  }
  server_stop(&trial.server);
  check_file(&trial);
  struct signer_figures figures;
  if (!is_ok(signer_log_verify(stage->folder, &figures))) {
    finds(&trial, "the signature log does not verify: %s", fault_last()->detail);
  }
  return trial.faults > 0;
}
