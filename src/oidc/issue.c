/* Tokens of a grant: rows in the caller's write, then what is signed. */
#include "oidc/access.h"
#include "oidc/access_id.h"
#include "oidc/handle.h"
#include "oidc/issue.h"
#include "oidc/memory.h"
#include "oidc/token.h"

enum { ID_TRIES = 4 };

result oidc_issue_bind(const struct oidc_caller *caller, struct slice dpop_thumbprint, struct oidc_issue *issue) {
  const struct oidc_client *client = caller->client;
  if (client->tls_bound_access_tokens && caller->certificate_thumbprint.len > 0) { /* [RFC8705 3] */
    issue->x5t = caller->certificate_thumbprint;
    return OK;
  }
  bool must_be_bound = client->profile != OIDC_BASELINE || client->dpop_bound_access_tokens || client->tls_bound_access_tokens;
  if (must_be_bound && dpop_thumbprint.len == 0) { /* [FAPI 5.3.2.1 SHALL], [RFC9449 5.2 MUST] */
    FAIL(OIDC_DPOP_MISSING, "no proof, and the client's tokens are bound");
  }
  issue->dpop_jkt = dpop_thumbprint;
  return OK;
}

/* ---- rows ---- */

static result no_free_number(void) {
  FAIL(DB_DUPLICATE, "%d numbers in a row are taken", ID_TRIES);
}

static result store_refresh(struct env *env, struct db_tx *tx, struct arena *arena, struct oidc_issue *issue) {
  const struct oidc_grant *grant = &issue->grant;
  bool is_public = issue->client->auth_method == OIDC_AUTH_NONE;
  int64_t stored = 0;
  for (int i = 0; i < ID_TRIES && stored == 0; i++) {
    struct oidc_handle handle = oidc_handle_new(env, OIDC_HANDLE_REFRESH, arena);
    issue->refresh_token = handle.text;
    TRY(db_run(tx,
               "INSERT INTO oidc_refresh (token_id, token_hash, person_id, grant_id, client_id, dpop_jkt, state, expires_at)"
               " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (token_id) DO NOTHING",
               DB_ARGS(db_of_int(handle.id), db_of_bytes(slice_of(handle.stored, sizeof handle.stored)), db_of_int(grant->person_id),
                       db_of_int(grant->grant_id), db_of_text(issue->client->client_id),
                       db_of_text_or_null(is_public ? issue->dpop_jkt : (struct slice){0}), db_of_int(OIDC_REFRESH_LIVE),
                       db_of_int(clock_now_ms(env->clock) + OIDC_REFRESH_LIFETIME_S * INT64_C(1000))),
               &stored));
  }
  return stored > 0 ? OK : no_free_number();
}

result oidc_issue_store(struct env *env, struct db_tx *tx, struct arena *arena, struct oidc_issue *issue) {
  return issue->gives_refresh_token ? store_refresh(env, tx, arena, issue) : OK;
}

/* ---- what is signed ---- */

static void begin(struct jout *out, struct buf *text, struct arena *arena) {
  buf_init(text, arena, 1024);
  jout_init(out, text);
  jout_object(out);
}

static void put_times(struct env *env, struct jout *out, int64_t lifetime_s) {
  int64_t now_s = clock_now_ms(env->clock) / 1000;
  jout_put_int(out, "iat", now_s);
  jout_put_int(out, "exp", now_s + lifetime_s);
}

/* [RFC7800 3.1], [RFC9449 6.1], [RFC8705 3.1] */
void oidc_confirmation_put(struct jout *out, struct slice dpop_jkt, struct slice x5t) {
  if (dpop_jkt.len == 0 && x5t.len == 0) {
    return;
  }
  jout_put_object(out, "cnf");
  if (dpop_jkt.len > 0) {
    jout_put_text(out, "jkt", dpop_jkt);
  }
  if (x5t.len > 0) {
    jout_put_text(out, "x5t#S256", x5t);
  }
  jout_object_end(out);
}

/* [RFC8693 4.1] */
void oidc_actor_put(struct jout *out, struct slice actor) {
  if (actor.len > 0) {
    jout_put_object(out, "act");
    jout_put_text(out, "sub", actor);
    jout_object_end(out);
  }
}

/* [RFC9068 2.2] */
static result write_access(struct env *env, struct arena *arena, const struct oidc_issue *issue, struct slice *ret_claims) {
  const struct oidc_access_id id = oidc_access_id_new(env, issue->grant.person_id, issue->grant.grant_id);
  struct buf text;
  struct jout out;
  struct slice jti = {0};
  TRY(oidc_access_id_write(env, arena, &id, &jti));
  begin(&out, &text, arena);
  jout_put_text(&out, "iss", env->origin);
  jout_put_text(&out, "sub", issue->subject);
  jout_put_text(&out, "aud", issue->audience.len > 0 ? issue->audience : env->origin);
  jout_put_text(&out, "client_id", issue->client->client_id);
  jout_put_text(&out, "jti", jti);
  put_times(env, &out, OIDC_ACCESS_LIFETIME_S);
  if (issue->scope.len > 0) {
    jout_put_text(&out, "scope", issue->scope);
  }
  if (issue->grant.person_id != 0) {
    jout_put_int(&out, "auth_time", issue->grant.auth_at_ms / 1000);
    jout_put_text(&out, "acr", account_acr_name(issue->grant.acr));
  }
  oidc_actor_put(&out, issue->actor);
  oidc_confirmation_put(&out, issue->dpop_jkt, issue->x5t);
  jout_object_end(&out);
  *ret_claims = buf_slice(&text);
  return OK;
}

static result put_claims(struct env *env, struct arena *arena, const struct oidc_issue *issue, struct jout *out) {
  const struct oidc_claims claims = {&issue->grant, issue->client, OIDC_CLAIMS_ID_TOKEN};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(env->db, &tx));
  return oidc_claims_put(env, tx, arena, &claims, out);
}

/* [OIDC Core 2], [OIDC Core 3.1.3.3]. Without at_hash, which is OPTIONAL where both tokens come from the token endpoint [OIDC Core 3.1.3.6]: with it the
 * access token would have to be signed first, and both are signed at once (ADR-0020). */
static result write_id_token(struct env *env, struct arena *arena, const struct oidc_issue *issue, struct slice *ret_claims) {
  struct buf text;
  struct jout out;
  begin(&out, &text, arena);
  jout_put_text(&out, "iss", env->origin);
  jout_put_text(&out, "aud", issue->client->client_id);
  put_times(env, &out, OIDC_ID_TOKEN_LIFETIME_S);
  if (issue->nonce.len > 0) {
    jout_put_text(&out, "nonce", issue->nonce);
  }
  TRY(put_claims(env, arena, issue, &out));
  jout_object_end(&out);
  *ret_claims = buf_slice(&text);
  return OK;
}

/* The access token, and the ID token where one was asked for. */
static result write_tokens(struct env *env, struct arena *arena, const struct oidc_issue *issue, struct slice *ret_access, struct slice *ret_id) {
  struct oidc_jwt jwts[] = {{.type = "at+jwt"}, {.type = "JWT"}};
  bool has_id_token = issue->grant.person_id != 0 && oidc_words_have(issue->scope, S("openid"));
  TRY(write_access(env, arena, issue, &jwts[0].claims));
  if (has_id_token) {
    TRY(write_id_token(env, arena, issue, &jwts[1].claims));
  }
  TRY(oidc_jwt_write_all(env, jwts, has_id_token ? 2 : 1, arena));
  *ret_access = jwts[0].compact;
  *ret_id = jwts[1].compact;
  return OK;
}

result oidc_issue_write(struct env *env, struct arena *arena, const struct oidc_issue *issue, struct slice *ret_json) {
  struct slice access_token = {0};
  struct slice id_token = {0};
  TRY(write_tokens(env, arena, issue, &access_token, &id_token));
  if (env->oidc != NULL) { /* what was just signed here needs no verification when it comes back */
    struct oidc_mark mark = oidc_mark_of(access_token, S(""));
    (void)oidc_seen_add(env->oidc->verified, &mark, clock_now_ms(env->clock) / 1000);
  }
  struct buf text;
  struct jout out;
  begin(&out, &text, arena);
  jout_put_text(&out, "access_token", access_token);
  jout_put_str(&out, "token_type", issue->dpop_jkt.len > 0 ? "DPoP" : "Bearer"); /* [RFC9449 5], [RFC6750 4] */
  jout_put_int(&out, "expires_in", OIDC_ACCESS_LIFETIME_S);
  if (issue->scope.len > 0) {
    jout_put_text(&out, "scope", issue->scope);
  }
  if (issue->refresh_token.len > 0) {
    jout_put_text(&out, "refresh_token", issue->refresh_token);
  }
  if (id_token.len > 0) {
    jout_put_text(&out, "id_token", id_token);
  }
  jout_object_end(&out);
  *ret_json = buf_slice(&text);
  return OK;
}
