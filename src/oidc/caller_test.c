/* Clients that prove themselves, the keys' life, and tokens bound to certificates, without HTTP. */
#include <stdlib.h>

#include "codec/base64url.h"
#include "crypto/client_certificate.h"
#include "crypto/key.h"
#include "oidc/access.h"
#include "oidc/keys.h"
/* keep last */
#include "oidc/place_fixture.h"

/* CN=bank,O=Ngân hàng,C=VN with DNS name bank.example, and another one. Self-signed. */
static const char bank_pem[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIB1TCCAXqgAwIBAgIUDeDA64vFMQkvsPIi2qm88qwZDmowCgYIKoZIzj0EAwIw\n"
    "MjELMAkGA1UEBhMCVk4xFDASBgNVBAoMC05nw6JuIGjDoG5nMQ0wCwYDVQQDDARi\n"
    "YW5rMCAXDTI2MTEyMjA0NDgzOVoYDzIxMjYxMDI5MDQ0ODM5WjAyMQswCQYDVQQG\n"
    "EwJWTjEUMBIGA1UECgwLTmfDom4gaMOgbmcxDTALBgNVBAMMBGJhbmswWTATBgcq\n"
    "hkjOPQIBBggqhkjOPQMBBwNCAATfEv0KbwU3FlzDYSq5ycKyqpL+jyyxN1gKPjh0\n"
    "cmO3ip82TZShQN07FyiBG/MWKgktwzMZgLKNnWer8fdRDofoo2wwajAdBgNVHQ4E\n"
    "FgQUJ+X7O7zowES/W1hJOhlCrln8oocwHwYDVR0jBBgwFoAUJ+X7O7zowES/W1hJ\n"
    "OhlCrln8oocwDwYDVR0TAQH/BAUwAwEB/zAXBgNVHREEEDAOggxiYW5rLmV4YW1w\n"
    "bGUwCgYIKoZIzj0EAwIDSQAwRgIhALnI5LTLnhPxWXy3kMVrmlDOD6P213PfBciJ\n"
    "3/oUctiEAiEAzKpVnBwtDzIORLgDiRogvNVXstj2j4qCZ3FaMyWC+C0=\n"
    "-----END CERTIFICATE-----\n";
static const char other_pem[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBdzCCAR2gAwIBAgIUakygS7YAOf6AeuEEDrgcjgxw5TIwCgYIKoZIzj0EAwIw\n"
    "EDEOMAwGA1UEAwwFb3RoZXIwIBcNMjYxMTIyMDQ0ODM5WhgPMjEyNjEwMjkwNDQ4\n"
    "MzlaMBAxDjAMBgNVBAMMBW90aGVyMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n"
    "hDgBocp4IDGwJkTspy2bOEC+mDYcNF/bfiJitYPkcgpWZtBgjJZnKrYj/KqahYV5\n"
    "ibWVcmtFtWMTjPKjwrp2EKNTMFEwHQYDVR0OBBYEFBkC00IXxL166vE2vEouJB4Y\n"
    "X5EBMB8GA1UdIwQYMBaAFBkC00IXxL166vE2vEouJB4YX5EBMA8GA1UdEwEB/wQF\n"
    "MAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhANcFY3bU1bhEsUNCe9/1ZiAx4eBu+CV9\n"
    "JDAUGjjUT2QWAiBLzD03IjArSOGMwI+W1Sjq5luzjZa60cCkN2vZcjTl/Q==\n"
    "-----END CERTIFICATE-----\n";
#define BANK_JWK                                                                                                             \
  "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"3xL9Cm8FNxZcw2EqucnCsqqS_o8ssTdYCj44dHJjt4o\",\"y\":"                         \
  "\"nzZNlKFA3TsXKIEb8xYqCS3DMxmAso2dZ6vx91EOh-g\"}"
#define BANK_THUMBPRINT "DofpxRp4y4ZLM9WL2MJkKiFGEzHnA1nu57MasLpadJo"
#define BANK_ENDS_MS INT64_C(4948922919000) /* 2126-10-29T04:48:39Z */

enum { START_S = 1795320000 };
#define COMMON "\"client_name\":\"A\",\"danh_owner\":\"B\",\"danh_purpose\":\"C\",\"grant_types\":[\"client_credentials\"],\"scope\":\"read\","

struct place {
  struct signer port; /* first: one key under every name */
  struct key *key;
  struct oidc_place at;
};

static result sign(struct signer *signer, const struct signer_request *request, struct arena *arena, struct slice *ret_signature) {
  assert_true(slice_starts(request->key, S("oidc/")));
  assert_int_equal(request->profile, SIGNER_TOKEN);
  return key_sign(((struct place *)signer)->key, request->digest, arena, ret_signature);
}
static result key_create(struct signer *signer, const struct signer_new_key *key, struct arena *arena, struct slice *ret_public_key) {
  assert_int_equal(key->profile, SIGNER_TOKEN);
  return key_public(((struct place *)signer)->key, arena, ret_public_key);
}
static result key_public_of(struct signer *signer, struct slice name, struct arena *arena, struct slice *ret_public_key) {
  (void)name;
  return key_public(((struct place *)signer)->key, arena, ret_public_key);
}

static int begin(void **state) {
  struct place *place = heap_alloc(sizeof *place);
  *place = (struct place){.port = {sign, key_create, key_public_of, NULL}};
  assert_ok(key_generate(&place->key));
  oidc_place_open(&place->at, INT64_C(1000) * START_S, &place->port);
  assert_ok(oidc_keys_tend(&place->at.env));
  *state = place;
  return 0;
}

static int end(void **state) {
  struct place *place = *state;
  key_free(&place->key);
  int removed = oidc_place_close(&place->at);
  free(place);
  return removed;
}

static void add_client(struct place *place, const char *metadata) {
  struct jin_doc doc;
  struct oidc_client_made made;
  struct oidc_client_order order = {.actor = {0}, .metadata_text = slice_str(metadata)};
  jin_doc_init(&doc, &place->at.arena, JIN_LIMITS_DEFAULT);
  assert_ok(jin_parse(&doc, order.metadata_text, &order.metadata));
  assert_ok(oidc_client_save(&place->at.env, &place->at.arena, &order, &made));
}

/* A call with a form and, if there is one, a certificate. */
struct asking {
  const char *form;
  const char *pem;
  bool is_trusted;
};
static struct oidc_call call_of(struct place *place, const struct asking *asking) {
  struct url_form *form = ARENA_NEW(&place->at.arena, struct url_form);
  assert_ok(url_form_parse(slice_str(asking->form), &place->at.arena, form));
  return (struct oidc_call){.method = "POST", .path = "/oidc/token", .form = form, .certificate = slice_str(asking->pem),
                            .is_certificate_trusted = asking->is_trusted};
}
static result authenticate(struct place *place, const struct asking *asking) {
  struct oidc_caller caller CLEANUP(oidc_caller_release) = {0};
  const struct oidc_call call = call_of(place, asking);
  return oidc_caller_authenticate(&place->at.env, &call, &place->at.arena, &caller);
}

static void a_certificate_says_who_it_names(void **state) {
  struct place *place = *state;
  struct client_certificate certificate = {.dns_name_count = 0};
  assert_ok(client_certificate_parse(slice_str(bank_pem), &place->at.arena, &certificate));
  assert_true(slice_is(certificate.subject, "CN=bank,O=Ngân hàng,C=VN"));
  assert_int_equal(certificate.dns_name_count, 1);
  assert_true(slice_is(certificate.dns_names[0], "bank.example"));
  assert_true(slice_is(base64url_write(&place->at.arena, slice_of(certificate.thumbprint, 32)), BANK_THUMBPRINT));
  assert_int_equal(certificate.not_after_ms, BANK_ENDS_MS);
  assert_code(client_certificate_parse(S(""), &place->at.arena, &certificate), CRYPTO_CERTIFICATE_SYNTAX);
  assert_code(client_certificate_parse(S("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"), &place->at.arena, &certificate),
              CRYPTO_CERTIFICATE_SYNTAX);
}

/* [RFC8705 2.1.2 MUST], [F11 accepts], [F11 refuses] */
static void tls_client_auth_wants_a_trusted_certificate_of_that_name(void **state) {
  struct place *place = *state;
  add_client(place, "{\"client_id\":\"by-name\"," COMMON "\"token_endpoint_auth_method\":\"tls_client_auth\",\"tls_client_auth_subject_dn\":\"CN=bank,O=Ngân hàng,C=VN\"}");
  add_client(place, "{\"client_id\":\"by-dns\"," COMMON "\"token_endpoint_auth_method\":\"tls_client_auth\",\"tls_client_auth_san_dns\":\"bank.example\"}");
  assert_ok(authenticate(place, &(struct asking){"client_id=by-name", bank_pem, true}));
  assert_ok(authenticate(place, &(struct asking){"client_id=by-dns", bank_pem, true}));
  const struct asking refused[] = {{"client_id=by-name", bank_pem, false}, {"client_id=by-name", other_pem, true}, {"client_id=by-dns", other_pem, true},
                                   {"client_id=by-name", "", true},        {"client_id=by-name", "x", true},      {"client_id=by-name&client_secret=x", bank_pem, true}};
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    assert_code(authenticate(place, &refused[i]), OIDC_CLIENT_CREDENTIALS);
  }
  assert_code(authenticate(place, &(struct asking){"client_id=nobody", bank_pem, true}), OIDC_CLIENT_UNKNOWN);
}

/* [RFC8705 2.2], [F52 accepts] */
static void a_self_signed_certificate_is_known_by_its_key(void **state) {
  struct place *place = *state;
  add_client(place, "{\"client_id\":\"own\"," COMMON "\"token_endpoint_auth_method\":\"self_signed_tls_client_auth\",\"jwks\":{\"keys\":[" BANK_JWK "]}}");
  assert_ok(authenticate(place, &(struct asking){"client_id=own", bank_pem, false}));
  assert_code(authenticate(place, &(struct asking){"client_id=own", other_pem, true}), OIDC_CLIENT_CREDENTIALS);
  assert_code(authenticate(place, &(struct asking){"client_id=own", "", false}), OIDC_CLIENT_CREDENTIALS);
}

/* [F11 refuses] whatever the proxy says of it */
static void a_certificate_that_has_ended_proves_nothing(void **state) {
  struct place *place = *state;
  struct client_certificate certificate = {.dns_name_count = 0};
  assert_ok(client_certificate_parse(slice_str(bank_pem), &place->at.arena, &certificate));
  add_client(place, "{\"client_id\":\"own\"," COMMON "\"token_endpoint_auth_method\":\"self_signed_tls_client_auth\",\"jwks\":{\"keys\":[" BANK_JWK "]}}");
  add_client(place, "{\"client_id\":\"by-dns\"," COMMON "\"token_endpoint_auth_method\":\"tls_client_auth\",\"tls_client_auth_san_dns\":\"bank.example\"}");
  static const char *const forms[] = {"client_id=own", "client_id=by-dns"};
  for (size_t i = 0; i < 2; i++) {
    clock_fixed_set(&place->at.clock, certificate.not_after_ms);
    assert_ok(authenticate(place, &(struct asking){forms[i], bank_pem, true}));
    clock_fixed_set(&place->at.clock, certificate.not_after_ms + 1);
    assert_code(authenticate(place, &(struct asking){forms[i], bank_pem, true}), OIDC_CLIENT_CREDENTIALS);
  }
}

static size_t ending(struct place *place, int64_t before_ms, struct oidc_presented *ret_first) {
  struct oidc_presented found[OIDC_PRESENTED_MAX];
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  size_t count = 0;
  const struct oidc_presented_query query = {clock_now_ms(&place->at.clock), before_ms};
  assert_ok(db_read_begin(place->at.env.db, &tx));
  assert_ok(oidc_presented_expiring(tx, &query, &place->at.arena, found, &count));
  *ret_first = found[0];
  return count;
}

/* Whoever was refused has shown nothing; a client that is disabled, or has not come for thirty days, is not asked after. */
static void which_certificate_a_client_came_with_is_known(void **state) {
  struct place *place = *state;
  struct oidc_presented first = {0};
  add_client(place, "{\"client_id\":\"by-name\"," COMMON "\"token_endpoint_auth_method\":\"tls_client_auth\",\"tls_client_auth_subject_dn\":\"CN=bank,O=Ngân hàng,C=VN\"}");
  assert_code(authenticate(place, &(struct asking){"client_id=by-name", other_pem, true}), OIDC_CLIENT_CREDENTIALS);
  assert_int_equal(ending(place, INT64_MAX, &first), 0);
  assert_ok(authenticate(place, &(struct asking){"client_id=by-name", bank_pem, true}));
  assert_ok(authenticate(place, &(struct asking){"client_id=by-name", bank_pem, true}));
  assert_int_equal(ending(place, BANK_ENDS_MS + 1, &first), 1);
  assert_true(slice_is(first.client_id, "by-name") && first.not_after_ms == BANK_ENDS_MS);
  assert_int_equal(ending(place, BANK_ENDS_MS, &first), 0);
  const struct oidc_client_change change = {.client_id = S("by-name")};
  assert_ok(oidc_client_disable(&place->at.env, &change));
  assert_int_equal(ending(place, INT64_MAX, &first), 0);
  assert_ok(oidc_client_enable(&place->at.env, &change));
  assert_int_equal(ending(place, INT64_MAX, &first), 1);
  clock_fixed_set(&place->at.clock, clock_now_ms(&place->at.clock) + 31 * (int64_t)CLOCK_DAY_MS);
  assert_int_equal(ending(place, INT64_MAX, &first), 0);
}

static struct slice token_in(struct place *place, struct slice json) {
  struct jin_doc doc;
  const struct jin *root = NULL;
  struct slice token = {0};
  jin_doc_init(&doc, &place->at.arena, JIN_LIMITS_DEFAULT);
  assert_ok(jin_parse(&doc, json, &root));
  assert_ok(jin_text(root, "access_token", 4096, &token));
  return token;
}

/* [RFC8705 3 MUST], [F10 accepts], [F47 accepts], [F47 refuses] */
static void a_token_bound_to_a_certificate_is_worth_nothing_without_it(void **state) {
  struct place *place = *state;
  struct slice json = {0};
  struct oidc_access access = {0};
  add_client(place, "{\"client_id\":\"bound\"," COMMON
                    "\"token_endpoint_auth_method\":\"self_signed_tls_client_auth\",\"tls_client_certificate_bound_access_tokens\":true,"
                    "\"jwks\":{\"keys\":[" BANK_JWK "]}}");
  struct asking asking = {"client_id=bound&grant_type=client_credentials", bank_pem, false};
  struct oidc_call call = call_of(place, &asking);
  assert_ok(oidc_token(&place->at.env, &call, &place->at.arena, &json));
  struct slice token = token_in(place, json);
  call.authorization = arena_printf(&place->at.arena, "Bearer %.*s", SLICE_ARG(token));
  assert_ok(oidc_access_check(&place->at.env, &call, &place->at.arena, &access));
  assert_true(slice_is(access.x5t, BANK_THUMBPRINT));
  call.certificate = slice_str(other_pem);
  assert_code(oidc_access_check(&place->at.env, &call, &place->at.arena, &access), OIDC_TOKEN_INVALID);
  call.certificate = (struct slice){0};
  assert_code(oidc_access_check(&place->at.env, &call, &place->at.arena, &access), OIDC_TOKEN_INVALID);
}

/* [RFC9068 4 MUST]: remembered signatures do not outlive the token, its row or its client. */
static void a_remembered_signature_spares_no_other_check(void **state) {
  struct place *place = *state;
  struct slice json = {0};
  struct oidc_access access = {0};
  add_client(place, "{\"client_id\":\"own\"," COMMON "\"token_endpoint_auth_method\":\"self_signed_tls_client_auth\",\"jwks\":{\"keys\":[" BANK_JWK "]}}");
  struct asking asking = {"client_id=own&grant_type=client_credentials", bank_pem, false};
  struct oidc_call call = call_of(place, &asking);
  assert_ok(oidc_token(&place->at.env, &call, &place->at.arena, &json));
  struct slice token = token_in(place, json);
  assert_ok(oidc_access_load(&place->at.env, token, &place->at.arena, &access));
  clock_fixed_set(&place->at.clock, INT64_C(1000) * (START_S + OIDC_ACCESS_LIFETIME_S));
  assert_code(oidc_access_load(&place->at.env, token, &place->at.arena, &access), OIDC_TOKEN_INVALID);
  clock_fixed_set(&place->at.clock, INT64_C(1000) * START_S);
  const struct oidc_client_change change = {.actor = {0}, .client_id = S("own")};
  assert_ok(oidc_client_disable(&place->at.env, &change));
  assert_code(oidc_access_load(&place->at.env, token, &place->at.arena, &access), OIDC_TOKEN_INVALID);
}

/* [RFC7009 2]: one that is given back is over, and no other of the same client: nothing is stored of either before. */
static void a_token_given_back_is_over_alone(void **state) {
  struct place *place = *state;
  struct slice tokens[2];
  struct oidc_access access = {0};
  add_client(place, "{\"client_id\":\"own\"," COMMON "\"token_endpoint_auth_method\":\"self_signed_tls_client_auth\",\"jwks\":{\"keys\":[" BANK_JWK "]}}");
  for (size_t i = 0; i < 2; i++) {
    struct asking asking = {"client_id=own&grant_type=client_credentials", bank_pem, false};
    struct oidc_call call = call_of(place, &asking);
    struct slice json = {0};
    assert_ok(oidc_token(&place->at.env, &call, &place->at.arena, &json));
    tokens[i] = token_in(place, json);
    assert_ok(oidc_access_load(&place->at.env, tokens[i], &place->at.arena, &access));
  }
  const char *form = (const char *)arena_printf(&place->at.arena, "client_id=own&token=%.*s", SLICE_ARG(tokens[0])).ptr;
  struct oidc_call revoking = call_of(place, &(struct asking){form, bank_pem, false});
  assert_ok(oidc_revoke(&place->at.env, &revoking, &place->at.arena));
  assert_code(oidc_access_load(&place->at.env, tokens[0], &place->at.arena, &access), OIDC_TOKEN_INVALID);
  assert_ok(oidc_access_load(&place->at.env, tokens[1], &place->at.arena, &access));
}

/* What a token is found by tells nobody whose it is, and is nobody else's to make. */
static void a_token_is_found_by_what_only_we_can_read(void **state) {
  struct place *place = *state;
  const struct oidc_access_id id = oidc_access_id_new(&place->at.env, 77, 88);
  struct oidc_access_id read = {0};
  struct slice jti = {0};
  struct slice again = {0};
  assert_ok(oidc_access_id_write(&place->at.env, &place->at.arena, &id, &jti));
  assert_ok(oidc_access_id_write(&place->at.env, &place->at.arena, &id, &again));
  assert_false(slice_eq(jti, again));
  assert_ok(oidc_access_id_read(&place->at.env, &place->at.arena, jti, &read));
  assert_true(read.token_id == id.token_id && read.person_id == 77 && read.grant_id == 88);
  assert_code(oidc_access_id_read(&place->at.env, &place->at.arena, S("1795320000"), &read), OIDC_TOKEN_INVALID);
  place->at.sealing.bytes[0] ^= 1;
  assert_code(oidc_access_id_read(&place->at.env, &place->at.arena, jti, &read), OIDC_TOKEN_INVALID);
  place->at.env.sealing = NULL;
  assert_code(oidc_access_id_write(&place->at.env, &place->at.arena, &id, &jti), OIDC_KEYS_MISSING);
}

static size_t count_of(struct place *place, enum oidc_key_state state) {
  struct oidc_keys keys = {0};
  size_t count = 0;
  assert_ok(oidc_keys_load(&place->at.env, &keys));
  for (size_t i = 0; i < keys.count; i++) {
    count += keys.items[i].state == state;
  }
  return count;
}

static void keys_go_their_way_by_the_clock(void **state) {
  struct place *place = *state;
  struct slice before = {0};
  struct slice after = {0};
  assert_ok(oidc_jwks(&place->at.env, &place->at.arena, &before));
  assert_ok(oidc_keys_tend(&place->at.env));
  assert_ok(oidc_jwks(&place->at.env, &place->at.arena, &after));
  assert_true(slice_eq(before, after));
  clock_fixed_set(&place->at.clock, INT64_C(1000) * START_S + OIDC_KEY_ACTIVE_DAYS * (int64_t)CLOCK_DAY_MS);
  assert_ok(oidc_keys_tend(&place->at.env));
  assert_int_equal(count_of(place, OIDC_KEY_NEXT) * 100 + count_of(place, OIDC_KEY_ACTIVE) * 10 + count_of(place, OIDC_KEY_RETIRED), 111);
  clock_fixed_set(&place->at.clock, INT64_C(1000) * (START_S + OIDC_KEY_RETIRED_S + 1) + OIDC_KEY_ACTIVE_DAYS * (int64_t)CLOCK_DAY_MS);
  assert_ok(oidc_keys_tend(&place->at.env));
  assert_int_equal(count_of(place, OIDC_KEY_NEXT) * 100 + count_of(place, OIDC_KEY_ACTIVE) * 10 + count_of(place, OIDC_KEY_RETIRED), 110);
}

/* [F53 accepts], [F53 refuses]: a nonce is nobody else's to make, and of this run and these five minutes alone */
static void nonces_are_of_this_run_and_young(void **state) {
  struct place *place = *state;
  struct slice nonce = oidc_dpop_nonce(&place->at.env, &place->at.arena);
  struct slice again = oidc_dpop_nonce(&place->at.env, &place->at.arena);
  assert_int_equal(nonce.len, 32);
  assert_true(slice_eq(nonce, again));
  oidc_memory_close(&place->at.env.oidc);
  assert_ok(oidc_memory_open(&place->at.env, &place->at.env.oidc));
  assert_false(slice_eq(nonce, oidc_dpop_nonce(&place->at.env, &place->at.arena)));
}

/* Of any number at once, one; until both windows are over. */
static void a_mark_is_remembered_for_its_window(void **state) {
  (void)state;
  struct oidc_seen *seen = oidc_seen_new(100, 0);
  for (uint32_t i = 0; i < 5000; i++) {
    struct oidc_mark mark = oidc_mark_of(slice_of(&i, sizeof i), S("x"));
    assert_true(oidc_seen_add(seen, &mark, 1000));
    assert_false(oidc_seen_add(seen, &mark, 1000));
  }
  uint32_t first = 0;
  struct oidc_mark mark = oidc_mark_of(slice_of(&first, sizeof first), S("x"));
  struct oidc_mark shifted = oidc_mark_of(slice_of(&first, 2), S("\0\0x"));
  assert_false(oidc_seen_has(seen, &shifted, 1000));
  assert_false(oidc_seen_add(seen, &mark, 1099));
  assert_true(oidc_seen_has(seen, &mark, 1150)); /* older by one window: still there */
  assert_false(oidc_seen_has(seen, &mark, 1400));
  oidc_seen_free(&seen);
}

static void of_a_bounded_number_the_newest_marks_are_remembered(void **state) {
  enum { KEPT = 64, ADDED = 1000 };
  (void)state;
  struct oidc_seen *seen = oidc_seen_new(100, KEPT);
  uint32_t remembered = 0;
  for (uint32_t i = 0; i < ADDED; i++) {
    struct oidc_mark mark = oidc_mark_of(slice_of(&i, sizeof i), S("x"));
    assert_true(oidc_seen_add(seen, &mark, 1000));
  }
  for (uint32_t i = 0; i < ADDED; i++) {
    struct oidc_mark mark = oidc_mark_of(slice_of(&i, sizeof i), S("x"));
    bool is_there = oidc_seen_has(seen, &mark, 1000);
    assert_true(is_there || i < ADDED - KEPT);
    remembered += is_there;
  }
  assert_true(remembered <= 2 * KEPT);
  oidc_seen_free(&seen);
}

static void no_client_id_looks_like_an_option(void **state) {
  struct arena arena CLEANUP(arena_free) = {0};
  struct random random = random_seeded(1);
  (void)state;
  for (int i = 0; i < 1000; i++) { /* of 32 tokens one begins with - or _ */
    struct slice id = oidc_client_id_make(&random, &arena);
    assert_int_equal(id.len, OIDC_CLIENT_ID_CHARACTERS);
    assert_true(id.ptr[0] != '-' && id.ptr[0] != '_');
    assert_true(oidc_client_id_is_good(id));
  }
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)
  const struct CMUnitTest tests[] = {
      TEST(a_certificate_says_who_it_names),
      TEST(tls_client_auth_wants_a_trusted_certificate_of_that_name),
      TEST(a_self_signed_certificate_is_known_by_its_key),
      TEST(a_certificate_that_has_ended_proves_nothing),
      TEST(which_certificate_a_client_came_with_is_known),
      TEST(a_token_bound_to_a_certificate_is_worth_nothing_without_it),
      TEST(a_remembered_signature_spares_no_other_check),
      TEST(a_token_given_back_is_over_alone),
      TEST(a_token_is_found_by_what_only_we_can_read),
      TEST(keys_go_their_way_by_the_clock),
      TEST(nonces_are_of_this_run_and_young),
      TEST(a_mark_is_remembered_for_its_window),
      TEST(no_client_id_looks_like_an_option),
      TEST(of_a_bounded_number_the_newest_marks_are_remembered),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
