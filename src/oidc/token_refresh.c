/* grant_type=refresh_token [RFC6749 6], [OIDC Core 12].
 * Confidential clients keep their refresh token [FAPI 5.3.2.1 SHALL NOT]: it is worthless without the client's own proof. Public clients get a
 * new one each time, bound to their DPoP key if they have one; an old one that comes again ends the grant [RFC9700 4.14.2 MUST]. */
#include "oidc/access.h"
#include "oidc/acting.h"
#include "oidc/grant.h"
#include "oidc/handle.h"
#include "oidc/issue.h"
#include "oidc/token.h"

enum { EXTEND_AFTER_S = 24 * 3600 }; /* its life is counted from its last use; a row is written at most once a day for that */

struct refresh_row {
  int64_t person_id;
  int64_t grant_id;
  enum oidc_refresh_state state;
  int64_t expires_at;
};

struct refreshing {
  const struct oidc_exchange *exchange;
  struct oidc_handle handle;
  struct oidc_issue issue;
  struct refresh_row row;
  bool is_replay;
  bool is_over; /* the mandate it was given under */
};

static result read_row(struct db_tx *tx, struct refreshing *refreshing) {
  const struct oidc_exchange *exchange = refreshing->exchange;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  result found = db_row(tx, "SELECT token_hash, person_id, grant_id, client_id, dpop_jkt, state, expires_at FROM oidc_refresh WHERE token_id = $1",
                        DB_ARGS(db_of_int(refreshing->handle.id)), &rows);
  struct slice stored = slice_of(refreshing->handle.stored, sizeof refreshing->handle.stored);
  if (is_code(found, DB_NO_ROW) || (is_ok(found) && !slice_eq_secret(db_bytes(&rows, 0), stored))) {
    FAIL(OIDC_REFRESH_UNKNOWN, "no such refresh token");
  }
  TRY(found);
  struct slice jkt = db_text(&rows, 4);
  bool is_key = jkt.len == 0 || slice_eq(jkt, exchange->dpop_thumbprint); /* [RFC9449 5 MUST] */
  if (!slice_eq(db_text(&rows, 3), exchange->caller->client->client_id) || !is_key) { /* [RFC6749 6 MUST] */
    FAIL(OIDC_REFRESH_UNKNOWN, "another client's, or bound to another key");
  }
  refreshing->row = (struct refresh_row){db_int(&rows, 1), db_int(&rows, 2), (enum oidc_refresh_state)db_int(&rows, 5), db_int(&rows, 6)};
  return OK;
}

static result prepare(struct refreshing *refreshing) {
  const struct oidc_exchange *exchange = refreshing->exchange;
  struct oidc_issue *issue = &refreshing->issue;
  struct slice asked = oidc_exchange_get(exchange, "scope");
  if (asked.len > 0 && !oidc_words_within(asked, issue->grant.scope)) { /* [RFC6749 6 MUST NOT] */
    FAIL(OIDC_SCOPE, "more than was granted");
  }
  issue->scope = asked.len > 0 ? asked : issue->grant.scope;
  TRY(oidc_exchange_audience(exchange, issue->grant.resources, &issue->audience));
  TRY(oidc_grant_subject(exchange->env, &issue->grant, issue->client->sector, exchange->arena, &issue->subject));
  TRY(oidc_grant_actor(exchange->env, &issue->grant, issue->client->sector, exchange->arena, &issue->actor));
  return OK;
}

/* The token, its grant and what the client asks for. What is to be ended (is_replay, is_over) is no failure: it is written. */
static result judge(struct db_tx *tx, struct refreshing *refreshing) {
  struct env *env = refreshing->exchange->env;
  struct refresh_row *row = &refreshing->row;
  TRY(read_row(tx, refreshing));
  refreshing->is_replay = row->state != OIDC_REFRESH_LIVE;
  if (refreshing->is_replay) {
    return OK;
  }
  if (row->expires_at <= clock_now_ms(env->clock)) {
    FAIL(OIDC_REFRESH_UNKNOWN, "the refresh token is too old");
  }
  TRY(oidc_grant_load(tx, refreshing->exchange->arena, row->person_id, row->grant_id, &refreshing->issue.grant));
  TRY(oidc_may_share(env, tx, row->person_id));
  struct mandate mandate;
  result stands = oidc_grant_stands(env, tx, refreshing->exchange->arena, &refreshing->issue.grant, &mandate);
  refreshing->is_over = is_code(stands, OIDC_GRANT_ENDED);
  if (refreshing->is_over) {
    return OK;
  }
  TRY(stands);
  return prepare(refreshing);
}

static int64_t extended_until(const struct refreshing *refreshing) {
  return clock_now_ms(refreshing->exchange->env->clock) + OIDC_REFRESH_LIFETIME_S * INT64_C(1000);
}

static bool is_extended(const struct refreshing *refreshing) {
  return extended_until(refreshing) - refreshing->row.expires_at >= EXTEND_AFTER_S * INT64_C(1000);
}

static result keep_or_replace(struct db_tx *tx, const struct refreshing *refreshing) {
  if (refreshing->issue.gives_refresh_token) {
    return db_run(tx, "UPDATE oidc_refresh SET state = $2 WHERE token_id = $1",
                  DB_ARGS(db_of_int(refreshing->handle.id), db_of_int(OIDC_REFRESH_REPLACED)), NULL);
  }
  if (!is_extended(refreshing)) {
    return OK;
  }
  return db_run(tx, "UPDATE oidc_refresh SET expires_at = $2 WHERE token_id = $1",
                DB_ARGS(db_of_int(refreshing->handle.id), db_of_int(extended_until(refreshing))), NULL);
}

static result write_refreshing(struct db_tx *tx, void *arg) {
  struct refreshing *refreshing = arg;
  struct env *env = refreshing->exchange->env;
  TRY(oidc_caller_use(tx, refreshing->exchange->caller));
  TRY(judge(tx, refreshing));
  if (refreshing->is_replay || refreshing->is_over) {
    const char *reason = refreshing->is_replay ? "refresh_token_replayed" : "mandate_ended";
    return oidc_grant_revoke(env, tx, &(const struct oidc_revocation){refreshing->row.person_id, refreshing->row.grant_id, reason, 0});
  }
  TRY(keep_or_replace(tx, refreshing));
  return oidc_issue_store(env, tx, refreshing->exchange->arena, &refreshing->issue);
}

static result look(struct refreshing *refreshing) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(refreshing->exchange->env->db, &tx));
  return judge(tx, refreshing);
}

/* Most refreshes write nothing, and then they need not wait for the disk either, which is what they would do behind others' writes: in a storm of
 * sign-ins nearly always. What is to be written is decided on anew inside the write; so is whatever a standby says, which may be behind (db_as_of_ms). */
static result look_or_write(struct refreshing *refreshing) {
  struct db *db = refreshing->exchange->env->db;
  if (refreshing->issue.gives_refresh_token || refreshing->exchange->caller->has_assertion) {
    return db_write(db, write_refreshing, refreshing);
  }
  result looked = look(refreshing);
  bool is_written = is_ok(looked) && (refreshing->is_replay || refreshing->is_over || is_extended(refreshing));
  return is_written || db_as_of_ms() != 0 ? db_write(db, write_refreshing, refreshing) : looked;
}

result oidc_token_refresh(const struct oidc_exchange *exchange, struct slice *ret_json) {
  const struct oidc_client *client = exchange->caller->client;
  struct refreshing refreshing = {.exchange = exchange, .issue = {.client = client, .gives_refresh_token = client->auth_method == OIDC_AUTH_NONE}};
  TRY(oidc_issue_bind(exchange->caller, exchange->dpop_thumbprint, &refreshing.issue));
  if (!oidc_handle_read(oidc_exchange_get(exchange, "refresh_token"), OIDC_HANDLE_REFRESH, exchange->arena, &refreshing.handle)) {
    FAIL(OIDC_REFRESH_UNKNOWN, "not a refresh token");
  }
  TRY(look_or_write(&refreshing));
  if (refreshing.is_replay) {
    FAIL(OIDC_REFRESH_UNKNOWN, "a replaced refresh token: its grant is revoked");
  }
  if (refreshing.is_over) {
    FAIL(OIDC_GRANT_ENDED, "its mandate has ended");
  }
  return oidc_issue_write(exchange->env, exchange->arena, &refreshing.issue, ret_json);
}
