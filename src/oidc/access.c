#include "oidc/access.h"

#include <strings.h>

#include "codec/base64url.h"
#include "crypto/client_certificate.h"
#include "oidc/acting.h"
#include "oidc/grant.h"
#include "oidc/memory.h"

enum { TOKEN_BYTES_MAX = 4096, JTI_BYTES_MAX = 128, ID_BYTES_MAX = 64 };

/* ---- the token itself ---- */

/* A signature found good is remembered by the token's hash as long as the token can live, and for a while what it says; everything else is checked each
 * time. */
static result read_jwt(struct env *env, struct slice token, struct arena *arena, const struct jin **ret_claims) {
  static const char *const types[] = {"at+jwt", NULL}; /* [RFC9068 4 MUST] */
  const struct jose_rules rules = {JOSE_ES256, types, true, false, TOKEN_BYTES_MAX};
  int64_t now_s = clock_now_ms(env->clock) / 1000;
  struct oidc_mark mark = oidc_mark_of(token, S(""));
  bool is_verified = env->oidc != NULL && oidc_seen_has(env->oidc->verified, &mark, now_s);
  const struct jin *kept = is_verified ? oidc_readings_find(env->oidc->readings, &mark, arena) : NULL;
  struct jose_jws jws = {0};
  if (kept != NULL) {
    *ret_claims = kept;
    return OK;
  }
  TRY(is_verified ? jose_jws_parse(token, &rules, arena, &jws) : oidc_jwt_verify(env, token, &rules, arena, &jws));
  if (env->oidc != NULL) {
    (void)oidc_seen_add(env->oidc->verified, &mark, now_s);
    oidc_readings_keep(env->oidc->readings, &mark, jws.claims);
  }
  *ret_claims = jws.claims;
  return OK;
}

static struct slice text_or_none(const struct jin *object, const char *name) {
  const struct jin *value = object == NULL ? NULL : jin_find(object, name);
  return value != NULL && value->type == JIN_TEXT ? value->text : (struct slice){0};
}

static result read_token(struct env *env, struct slice token, struct arena *arena, struct oidc_access *access) {
  const struct jin *claims = NULL;
  const struct jose_times times = {clock_now_ms(env->clock), 0, true, true};
  struct slice jti = {0};
  TRY(read_jwt(env, token, arena, &claims));
  TRY(jose_claims_times(claims, &times));
  TRY(jose_claims_text(claims, "jti", JTI_BYTES_MAX, &jti));
  TRY(oidc_access_id_read(env, arena, jti, &access->id));
  TRY(jose_claims_text(claims, "client_id", ID_BYTES_MAX, &access->client_id)); /* [RFC9068 2.2] */
  const struct jin *cnf = jin_find(claims, "cnf");
  access->claims = claims;
  access->subject = text_or_none(claims, "sub");
  access->scope = text_or_none(claims, "scope");
  access->audience = text_or_none(claims, "aud");
  access->dpop_jkt = text_or_none(cnf, "jkt");
  access->x5t = text_or_none(cnf, "x5t#S256");
  access->actor = text_or_none(jin_find(claims, "act"), "sub");
  return OK;
}

/* ---- its rows ---- */

static result read_own(struct db_tx *tx, const struct oidc_access_id *id, struct oidc_token_marks *ret_marks) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT revoked_at FROM oidc_access WHERE token_id = $1 AND grant_id = $2", DB_ARGS(db_of_int(id->token_id), db_of_int(id->grant_id)),
               &rows));
  *ret_marks = (struct oidc_token_marks){.is_revoked = db_rows_next(&rows) && !db_is_null(&rows, 0)};
  return rows.status;
}

static result look_up(struct env *env, struct db_tx *tx, struct arena *arena, struct oidc_access *access) {
  bool is_persons = access->id.person_id != 0;
  struct oidc_token_marks marks = {0};
  struct mandate mandate;
  TRY(is_persons ? oidc_grant_load_for(tx, arena, &access->id, &marks, &access->grant) : read_own(tx, &access->id, &marks));
  if (marks.is_revoked) {
    FAIL(OIDC_TOKEN_INVALID, "revoked");
  }
  access->was_read = marks.was_read;
  if (!is_persons) {
    return OK;
  }
  TRY(oidc_may_share(env, tx, access->id.person_id));
  return oidc_grant_stands(env, tx, arena, &access->grant, &mandate);
}

/* Whoever holds a token is told no more than that it is not good. */
static result judge(result found) {
  if (is_ok(found) || result_kind(found) == RESULT_UNAVAILABLE || result_kind(found) == RESULT_INTERNAL) {
    return found;
  }
  FAIL(OIDC_TOKEN_INVALID, "not an access token that is good now");
}

result oidc_access_stands(struct env *env, struct db_tx *tx, struct arena *arena, struct oidc_access *access) {
  return judge(look_up(env, tx, arena, access));
}

/* What can be said without its rows. Keys and clients may be read for it, in snapshots of their own, so this comes before any of ours. */
static result read_good(struct env *env, struct slice token, struct arena *arena, struct oidc_access *access) {
  const struct oidc_client *client CLEANUP(oidc_client_release) = NULL;
  result found = read_token(env, token, arena, access);
  return judge(is_ok(found) ? oidc_client_load(env, access->client_id, &client) : found); /* one switched off has no tokens */
}

result oidc_access_load(struct env *env, struct slice token, struct arena *arena, struct oidc_access *ret_access) {
  struct oidc_access access = {0};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(read_good(env, token, arena, &access));
  TRY(db_read_begin(env->db, &tx));
  TRY(oidc_access_stands(env, tx, arena, &access));
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
  TRY(read_good(env, token, arena, &access));
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

/* ---- marks ---- */

result oidc_access_revoke(struct env *env, struct db_tx *tx, const struct oidc_access_id *id) {
  return db_run(tx,
                "INSERT INTO oidc_access (token_id, grant_id, revoked_at) VALUES ($1, $2, $3) ON CONFLICT (token_id, grant_id)"
                " DO UPDATE SET revoked_at = excluded.revoked_at WHERE oidc_access.revoked_at IS NULL",
                DB_ARGS(db_of_int(id->token_id), db_of_int(id->grant_id), db_of_int(clock_now_ms(env->clock))), NULL);
}

result oidc_access_mark_read(struct env *env, struct db_tx *tx, const struct oidc_access_id *id, bool *ret_is_first) {
  int64_t changed = 0;
  TRY(db_run(tx,
             "INSERT INTO oidc_access (token_id, grant_id, read_at) VALUES ($1, $2, $3) ON CONFLICT (token_id, grant_id)"
             " DO UPDATE SET read_at = excluded.read_at WHERE oidc_access.read_at IS NULL",
             DB_ARGS(db_of_int(id->token_id), db_of_int(id->grant_id), db_of_int(clock_now_ms(env->clock))), &changed));
  *ret_is_first = changed > 0;
  return OK;
}
