/* Which client is calling. A client has one method, fixed in its registration; credentials of another method, or of two at once, are refused, so that
 * nothing weaker can stand in for what was agreed. */
#include <strings.h>

#include "codec/base64.h"
#include "codec/base64url.h"
#include "crypto/client_certificate.h"
#include "oidc/fetch.h"
#include "oidc/presented.h"

enum { ASSERTION_BYTES_MAX = 8 * 1024, ASSERTION_LIFETIME_MAX_S = 3600, JTI_BYTES_MAX = 256, ID_BYTES_MAX = 64 };
static const char assertion_type[] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/* What came, before anything of it is believed. */
struct credentials {
  enum oidc_client_auth method; /* 0: none that names a method */
  struct slice client_id;
  struct slice secret;
  struct slice assertion;
  struct jose_jws jws; /* of the assertion: parsed, not verified */
};

static struct slice parameter(const struct oidc_call *call, const char *name) {
  return call->form == NULL ? (struct slice){0} : url_form_get(call->form, name);
}

static bool is_scheme(struct slice authorization, const char *scheme) {
  size_t len = strlen(scheme);
  return authorization.len > len && strncasecmp((const char *)authorization.ptr, scheme, len) == 0 && authorization.ptr[len] == ' ';
}

/* ---- what came ---- */

/* [RFC6749 2.3.1] id and secret are form-encoded before they are joined. */
static result form_decode(struct slice text, struct arena *arena, struct slice *ret_text) {
  uint8_t *copy = (uint8_t *)(uintptr_t)arena_copy(arena, text).ptr;
  for (size_t i = 0; i < text.len; i++) {
    copy[i] = copy[i] == '+' ? ' ' : copy[i];
  }
  return url_decode(slice_of(copy, text.len), arena, ret_text);
}

static result read_basic(const struct oidc_call *call, struct arena *arena, struct credentials *came) {
  struct slice pair = {0};
  struct slice encoded = slice_trim(slice_from(call->authorization, strlen("Basic ")));
  if (!is_ok(base64_parse(encoded, arena, &pair)) || slice_find(pair, ':', 0) == pair.len) {
    FAIL(OIDC_CLIENT_CREDENTIALS, "not a Basic header");
  }
  struct slice id = slice_cut(&pair, ':');
  if (!is_ok(form_decode(id, arena, &came->client_id)) || !is_ok(form_decode(pair, arena, &came->secret))) {
    FAIL(OIDC_CLIENT_CREDENTIALS, "a Basic header that is not form-encoded");
  }
  came->method = OIDC_AUTH_SECRET_BASIC;
  return OK;
}

/* The assertion's sub says whose it is [RFC7523 3]; client_id may be left out. */
static result read_assertion(const struct oidc_call *call, struct arena *arena, struct credentials *came) {
  static const char *const types[] = {"JWT", "client-authentication+jwt", NULL};
  const struct jose_rules rules = {JOSE_ALGORITHMS, types, false, false, ASSERTION_BYTES_MAX};
  if (!slice_is(parameter(call, "client_assertion_type"), assertion_type) || !is_ok(jose_jws_parse(came->assertion, &rules, arena, &came->jws)) ||
      !is_ok(jose_claims_text(came->jws.claims, "sub", ID_BYTES_MAX, &came->client_id))) {
    FAIL(OIDC_CLIENT_CREDENTIALS, "not an assertion of the type taken here");
  }
  came->method = OIDC_AUTH_PRIVATE_KEY_JWT;
  return OK;
}

static result read_credentials(const struct oidc_call *call, struct arena *arena, struct credentials *came) {
  struct slice named = parameter(call, "client_id");
  bool has_basic = is_scheme(call->authorization, "Basic");
  bool has_secret = url_form_find(call->form, "client_secret", &came->secret);
  bool has_assertion = url_form_find(call->form, "client_assertion", &came->assertion) || parameter(call, "client_assertion_type").len > 0;
  if (has_basic + has_secret + has_assertion > 1) { /* [RFC6749 2.3 MUST NOT] */
    FAIL(OIDC_CLIENT_CREDENTIALS, "two methods at once");
  }
  if (has_basic) {
    TRY(read_basic(call, arena, came));
  } else if (has_assertion) {
    TRY(read_assertion(call, arena, came));
  } else {
    came->client_id = named;
    came->method = has_secret ? OIDC_AUTH_SECRET_POST : 0;
  }
  if (named.len > 0 && !slice_eq(named, came->client_id)) {
    FAIL(OIDC_CLIENT_CREDENTIALS, "client_id is another than the credentials'");
  }
  return OK;
}

/* ---- secrets ---- */

static result check_secret(const struct credentials *came, const struct oidc_client *client) {
  uint8_t hash[DIGEST_BYTES];
  digest_sha256(came->secret, hash);
  if (client->secret_hash.len != sizeof hash || !slice_eq_secret(slice_of(hash, sizeof hash), client->secret_hash)) {
    FAIL(OIDC_CLIENT_CREDENTIALS, "wrong secret");
  }
  return OK;
}

/* ---- private_key_jwt ---- */

/* [FAPI 5.3.2.1 SHALL] our issuer, as one text. Profile baseline also takes the token endpoint, or the address called [RFC9126 2 MUST], and lists. */
static result check_audience(struct env *env, const struct oidc_call *call, const struct oidc_client *client, struct arena *arena,
                             const struct jin *claims) {
  bool is_good = is_ok(jose_claims_audience_alone(claims, env->origin));
  if (client->profile == OIDC_BASELINE) {
    is_good |= jose_claims_has_audience(claims, env->origin) ||
               jose_claims_has_audience(claims, arena_printf(arena, "%.*s/oidc/token", SLICE_ARG(env->origin))) ||
               jose_claims_has_audience(claims, arena_printf(arena, "%.*s%s", SLICE_ARG(env->origin), call->path));
  }
  if (!is_good) {
    FAIL(OIDC_CLIENT_CREDENTIALS, "the assertion is for another audience");
  }
  return OK;
}

static result check_signature(struct env *env, const struct credentials *came, const struct oidc_client *client) {
  if (client->keys.count == 0 && client->jwks_uri.len > 0) {
    oidc_fetch_want(env, client->client_id);
    FAIL(OIDC_CLIENT_KEYS, "the client's keys have not been fetched");
  }
  result verified = jose_jws_verify_set(env->oidc == NULL ? NULL : env->oidc->keyring, &came->jws, &client->keys, NULL);
  if (!is_ok(verified) && client->jwks_uri.len > 0) {
    oidc_fetch_want(env, client->client_id); /* it may have a new key */
  }
  if (!is_ok(verified)) {
    FAIL(OIDC_CLIENT_CREDENTIALS, "the assertion's signature does not hold");
  }
  return OK;
}

static result check_assertion(struct env *env, const struct oidc_call *call, const struct credentials *came, struct arena *arena,
                              struct oidc_caller *caller) {
  const struct oidc_client *client = caller->client;
  const struct jose_times times = {clock_now_ms(env->clock), ASSERTION_LIFETIME_MAX_S, true, false};
  struct slice jti = {0};
  int64_t expires_ms = 0;
  if (!is_ok(jose_claims_issuer(came->jws.claims, client->client_id)) || !is_ok(jose_claims_times(came->jws.claims, &times)) ||
      !is_ok(jose_claims_text(came->jws.claims, "jti", JTI_BYTES_MAX, &jti)) || !is_ok(jose_claims_time(came->jws.claims, "exp", &expires_ms))) {
    FAIL(OIDC_CLIENT_CREDENTIALS, "iss, exp, nbf, iat or jti of the assertion do not hold"); /* [RFC7523 3 MUST] */
  }
  TRY(check_audience(env, call, client, arena, came->jws.claims));
  TRY(check_signature(env, came, client));
  struct digest_stream stream CLEANUP(digest_free) = {0};
  digest_begin(&stream);
  digest_add(&stream, client->client_id);
  digest_add_byte(&stream, 0);
  digest_add(&stream, jti);
  digest_end(&stream, caller->assertion_hash);
  caller->assertion_expires_ms = expires_ms;
  caller->has_assertion = true;
  return OK;
}

/* ---- mutual TLS ---- */

static bool has_dns_name(const struct client_certificate *certificate, struct slice name) {
  bool has = false;
  for (size_t i = 0; i < certificate->dns_name_count; i++) {
    has |= slice_eq(certificate->dns_names[i], name);
  }
  return has;
}

/* [RFC8705 2.1.2] */
static result check_subject(const struct oidc_call *call, const struct client_certificate *certificate, const struct oidc_client *client) {
  bool is_named = client->tls_subject_dn.len > 0 ? slice_eq(certificate->subject, client->tls_subject_dn)
                                                 : client->tls_san_dns.len > 0 && has_dns_name(certificate, client->tls_san_dns);
  if (!call->is_certificate_trusted || !is_named) {
    FAIL(OIDC_CLIENT_CREDENTIALS, "the certificate is not trusted, or names another");
  }
  return OK;
}

/* [RFC8705 2.2] */
static result check_self_signed(struct env *env, const struct client_certificate *certificate, const struct oidc_client *client) {
  for (size_t i = 0; i < client->keys.count; i++) {
    if (jose_jwk_is_spki(&client->keys.keys[i], certificate->spki)) {
      return OK;
    }
  }
  if (client->jwks_uri.len > 0) {
    oidc_fetch_want(env, client->client_id);
  }
  FAIL(OIDC_CLIENT_CREDENTIALS, "the certificate's key is none of the client's");
}

/* ---- all methods ---- */

static result check_certificate(struct env *env, const struct oidc_call *call, struct arena *arena, struct oidc_caller *caller) {
  struct client_certificate certificate = {.dns_name_count = 0};
  enum oidc_client_auth method = caller->client->auth_method;
  bool is_needed = method == OIDC_AUTH_TLS || method == OIDC_AUTH_SELF_SIGNED_TLS;
  if (call->certificate.len == 0 && !is_needed) {
    return OK;
  }
  if (!is_ok(client_certificate_parse(call->certificate, arena, &certificate))) {
    FAIL(OIDC_CLIENT_CREDENTIALS, "no client certificate");
  }
  if (is_needed && certificate.not_after_ms < clock_now_ms(env->clock)) {
    FAIL(OIDC_CLIENT_CREDENTIALS, "the certificate has ended");
  }
  caller->certificate_thumbprint = base64url_write(arena, slice_of(certificate.thumbprint, sizeof certificate.thumbprint));
  if (!is_needed) {
    return OK;
  }
  TRY(method == OIDC_AUTH_TLS ? check_subject(call, &certificate, caller->client) : check_self_signed(env, &certificate, caller->client));
  oidc_presented_note(env, caller->client->client_id, &certificate);
  return OK;
}

static result check(struct env *env, const struct oidc_call *call, const struct credentials *came, struct arena *arena,
                    struct oidc_caller *caller) {
  enum oidc_client_auth method = caller->client->auth_method;
  bool is_nameless = method == OIDC_AUTH_NONE || method == OIDC_AUTH_TLS || method == OIDC_AUTH_SELF_SIGNED_TLS;
  if (came->method != (is_nameless ? 0 : method)) {
    FAIL(OIDC_CLIENT_CREDENTIALS, "another method than the client's");
  }
  TRY(check_certificate(env, call, arena, caller));
  switch (method) {
    case OIDC_AUTH_SECRET_BASIC:
    case OIDC_AUTH_SECRET_POST:
      return check_secret(came, caller->client);
    case OIDC_AUTH_PRIVATE_KEY_JWT:
      return check_assertion(env, call, came, arena, caller);
    case OIDC_AUTH_NONE:
    case OIDC_AUTH_TLS:
    case OIDC_AUTH_SELF_SIGNED_TLS:
      return OK;
  }
  FAIL(OIDC_CLIENT_CREDENTIALS, "a method of another kind");
}

result oidc_caller_authenticate(struct env *env, const struct oidc_call *call, struct arena *arena, struct oidc_caller *ret_caller) {
  static const struct url_form none = {0};
  struct oidc_call read = *call;
  struct credentials came = {.method = 0};
  struct oidc_caller caller CLEANUP(oidc_caller_release) = {0};
  read.form = call->form == NULL ? &none : call->form;
  TRY(read_credentials(&read, arena, &came));
  TRY(oidc_client_load(env, came.client_id, &caller.client));
  TRY(check(env, &read, &came, arena, &caller));
  *ret_caller = caller;
  caller.client = NULL;
  return OK;
}

result oidc_caller_use(struct db_tx *tx, const struct oidc_caller *caller) {
  if (!caller->has_assertion) {
    return OK;
  }
  result used = db_run(tx, "INSERT INTO oidc_assertion (expires_at, assertion_hash) VALUES ($1, $2)",
                       DB_ARGS(db_of_int(caller->assertion_expires_ms), db_of_bytes(slice_of(caller->assertion_hash, sizeof caller->assertion_hash))),
                       NULL);
  if (is_code(used, DB_DUPLICATE)) {
    FAIL(OIDC_CLIENT_CREDENTIALS, "the assertion came before");
  }
  return used;
}

static result write_use(struct db_tx *tx, void *arg) { return oidc_caller_use(tx, arg); }

result oidc_caller_settle(struct env *env, const struct oidc_caller *caller) {
  struct oidc_caller copy = *caller;
  return caller->has_assertion ? db_write(env->db, write_use, &copy) : OK;
}

void oidc_caller_release(struct oidc_caller *caller) { oidc_client_release(&caller->client); }
