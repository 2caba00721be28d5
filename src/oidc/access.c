#include "oidc/access.h"

#include <strings.h>

#include "base/number.h"
#include "codec/base64url.h"
#include "crypto/client_certificate.h"
#include "oidc/acting.h"
#include "oidc/grant.h"
#include "oidc/memory.h"

enum { TOKEN_BYTES_MAX = 4096 };

/* ---- the token itself ---- */

/* A signature found good is remembered by the token's hash as long as the token can live; everything else is checked each time. */
static result read_jwt(struct env *env, struct slice token, struct arena *arena, struct jose_jws *ret_jws) {
  static const char *const types[] = {"at+jwt", NULL}; /* [RFC9068 4 MUST] */
  const struct jose_rules rules = {JOSE_ES256, types, true, false, TOKEN_BYTES_MAX};
  int64_t now_s = clock_now_ms(env->clock) / 1000;
  struct oidc_mark mark = oidc_mark_of(token, S(""));
  if (env->oidc != NULL && oidc_seen_has(env->oidc->verified, &mark, now_s)) {
    return jose_jws_parse(token, &rules, arena, ret_jws);
  }
  TRY(oidc_jwt_verify(env, token, &rules, arena, ret_jws));
  if (env->oidc != NULL) {
    (void)oidc_seen_add(env->oidc->verified, &mark, now_s);
  }
  return OK;
}

static struct slice text_or_none(const struct jin *object, const char *name) {
  const struct jin *value = object == NULL ? NULL : jin_find(object, name);
  return value != NULL && value->type == JIN_TEXT ? value->text : (struct slice){0};
}

static result read_token(struct env *env, struct slice token, struct arena *arena, struct oidc_access *access) {
  struct jose_jws jws = {0};
  const struct jose_times times = {clock_now_ms(env->clock), 0, true, true};
  struct slice jti = {0};
  TRY(read_jwt(env, token, arena, &jws));
  TRY(jose_claims_times(jws.claims, &times));
  TRY(jose_claims_text(jws.claims, "jti", 20, &jti));
  TRY(number_parse(jti, &access->token_id));
  const struct jin *cnf = jin_find(jws.claims, "cnf");
  access->claims = jws.claims;
  access->subject = text_or_none(jws.claims, "sub");
  access->scope = text_or_none(jws.claims, "scope");
  access->audience = text_or_none(jws.claims, "aud");
  access->dpop_jkt = text_or_none(cnf, "jkt");
  access->x5t = text_or_none(cnf, "x5t#S256");
  access->actor = text_or_none(jin_find(jws.claims, "act"), "sub");
  return OK;
}

/* ---- its row ---- */

static result read_row(struct env *env, struct arena *arena, struct oidc_access *access) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_read_begin(env->db, &tx));
  TRY(db_row(tx,
             "SELECT a.person_id, a.grant_id, a.client_id, a.revoked_at, a.read_at, g.state, g.acting_for_id, g.acting_organisation_id, g.mandate_id,"
             " g.created_at FROM oidc_access a"
             " LEFT JOIN oidc_grant g ON g.person_id = a.person_id AND g.grant_id = a.grant_id WHERE a.token_id = $1",
             DB_ARGS(db_of_int(access->token_id)), &rows));
  bool is_persons = !db_is_null(&rows, 0);
  if (!db_is_null(&rows, 3) || (is_persons && db_int(&rows, 5) != OIDC_GRANT_LIVE)) {
    FAIL(OIDC_TOKEN_INVALID, "revoked");
  }
  access->person_id = db_int(&rows, 0);
  access->grant_id = db_int(&rows, 1);
  access->client_id = db_text_copy(&rows, 2, arena);
  access->was_read = !db_is_null(&rows, 4);
  const struct oidc_grant grant = {.person_id = access->person_id, .client_id = access->client_id, .acting_for_id = db_int(&rows, 6),
                                   .acting_organisation_id = db_int(&rows, 7), .mandate_id = db_int(&rows, 8), .created_at_ms = db_int(&rows, 9)};
  if (!is_persons) {
    return OK;
  }
  struct mandate mandate;
  TRY(oidc_may_share(env, tx, access->person_id));
  return oidc_grant_stands(env, tx, arena, &grant, &mandate);
}

result oidc_access_load(struct env *env, struct slice token, struct arena *arena, struct oidc_access *ret_access) {
  struct oidc_access access = {0};
  const struct oidc_client *client CLEANUP(oidc_client_release) = NULL;
  result loaded = read_token(env, token, arena, &access);
  loaded = is_ok(loaded) ? read_row(env, arena, &access) : loaded;
  loaded = is_ok(loaded) ? oidc_client_load(env, access.client_id, &client) : loaded; /* one switched off has no tokens */
  if (result_kind(loaded) == RESULT_UNAVAILABLE || result_kind(loaded) == RESULT_INTERNAL) {
    return loaded;
  }
  if (!is_ok(loaded)) {
    FAIL(OIDC_TOKEN_INVALID, "not an access token that is good now");
  }
  *ret_access = access;
  return OK;
}

/* ---- at a resource ---- */

static bool is_scheme(struct slice word, const char *scheme) {
  return word.len == strlen(scheme) && strncasecmp((const char *)word.ptr, scheme, word.len) == 0;
}

static result check_certificate(const struct oidc_call *call, struct arena *arena, struct slice x5t) {
  struct client_certificate certificate = {.dns_name_count = 0};
  if (!is_ok(client_certificate_parse(call->certificate, arena, &certificate)) ||
      !slice_eq(base64url_write(arena, slice_of(certificate.thumbprint, sizeof certificate.thumbprint)), x5t)) { /* [RFC8705 3 MUST] */
    FAIL(OIDC_TOKEN_INVALID, "bound to another certificate");
  }
  return OK;
}

result oidc_access_check(struct env *env, const struct oidc_call *call, struct arena *arena, struct oidc_access *ret_access) {
  struct slice token = call->authorization;
  struct slice scheme = slice_cut(&token, ' ');
  struct slice thumbprint = {0};
  struct oidc_access access = {0};
  bool is_dpop = is_scheme(scheme, "DPoP");
  if (token.len == 0 || (!is_dpop && !is_scheme(scheme, "Bearer"))) { /* [FAPI 5.3.4 SHALL] the header alone */
    FAIL(OIDC_TOKEN_MISSING, "no access token in the header");
  }
  TRY(oidc_access_load(env, token, arena, &access));
  if (is_dpop != (access.dpop_jkt.len > 0)) { /* [RFC9449 7.2 MUST] no downgrade to Bearer */
    FAIL(OIDC_TOKEN_INVALID, "a bound token as Bearer, or an unbound one as DPoP");
  }
  if (is_dpop) {
    TRY(oidc_dpop_check(env, call, token, arena, &thumbprint));
    if (!slice_eq(thumbprint, access.dpop_jkt)) { /* [RFC9449 4.3 (12)], no proof at all too */
      FAIL(OIDC_TOKEN_INVALID, "bound to another key");
    }
  }
  if (access.x5t.len > 0) {
    TRY(check_certificate(call, arena, access.x5t));
  }
  *ret_access = access;
  return OK;
}

result oidc_access_revoke(struct env *env, struct db_tx *tx, int64_t token_id) {
  return db_run(tx, "UPDATE oidc_access SET revoked_at = $2 WHERE token_id = $1 AND revoked_at IS NULL",
                DB_ARGS(db_of_int(token_id), db_of_int(clock_now_ms(env->clock))), NULL);
}
