/* The key an app keeps on its device: P-256, registered once, known by its thumbprint. Each use signs a challenge of ours in a JWS:
 *
 *   {"alg":"ES256","typ":"danh-device+jwt","kid":THUMBPRINT} . {"challenge":..., "aud":ORIGIN}
 */
#include "authenticator/kinds.h"
#include "codec/base64url.h"
#include "codec/jout.h"
#include "jose/jose.h"

enum { CHALLENGE_BYTES = 32, JWS_BYTES_MAX = 4096, COORDINATE_BYTES = 32 };

static const char *const types[] = {"danh-device+jwt", NULL};
static const struct jose_rules rules = {.algorithms = JOSE_ES256, .types = types, .is_type_needed = true, .bytes_max = JWS_BYTES_MAX};

result authenticator_device_begin(struct env *env, const struct authenticator_beginning *beginning, struct authenticator_pending *pending,
                                  struct arena *arena, struct authenticator_ceremony *ret_ceremony) {
  (void)beginning;
  uint8_t bytes[CHALLENGE_BYTES];
  random_fill(env->random, bytes, sizeof bytes);
  pending->challenge = arena_copy(arena, slice_of(bytes, sizeof bytes));
  struct slice challenge = base64url_write(arena, pending->challenge);
  ret_ceremony->json = arena_printf(arena, "{\"challenge\":\"%.*s\",\"aud\":\"%.*s\"}", SLICE_ARG(challenge), SLICE_ARG(env->origin));
  return OK;
}

/* Signed by that key, over our challenge, for us. AUTHENTICATOR_WRONG, and JOSE_... where it is no JWS of ours. */
static result verify(const struct env *env, const struct jose_jws *jws, const struct jose_jwk *jwk, struct slice challenge, struct arena *arena) {
  struct slice signed_over = {0};
  TRY(jose_jws_verify(NULL, jws, jwk));
  TRY(jose_claims_audience_alone(jws->claims, env->origin));
  TRY(jose_claims_text(jws->claims, "challenge", 2 * CHALLENGE_BYTES, &signed_over));
  if (!slice_eq(signed_over, base64url_write(arena, challenge))) {
    FAIL(AUTHENTICATOR_WRONG, "signed over another challenge");
  }
  return OK;
}

static result key_hash_of(struct arena *arena, struct slice kid, struct slice *ret_hash) {
  if (!is_ok(base64url_parse(kid, arena, ret_hash)) || ret_hash->len != DIGEST_BYTES) {
    FAIL(AUTHENTICATOR_WRONG, "no thumbprint");
  }
  return OK;
}

static result find_device(struct authenticator_proving *proving, struct slice kid, struct authenticator_row *ret_row) {
  struct slice hash = {0};
  int64_t id = 0;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(key_hash_of(proving->arena, kid, &hash));
  TRY(db_read_begin(proving->env->db, &tx));
  {
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    TRY(db_query(tx, "SELECT person_id, authenticator_id FROM authenticator_device WHERE key_hash = $1", DB_ARGS(db_of_bytes(hash)), &rows));
    if (!db_rows_next(&rows)) {
      TRY(rows.status);
      FAIL(AUTHENTICATOR_WRONG, "no such device");
    }
    proving->person_id = db_int(&rows, 0);
    id = db_int(&rows, 1);
  }
  return authenticator_row_load(tx, proving->person_id, id, proving->arena, ret_row);
}

result authenticator_device_check(struct authenticator_proving *proving, const struct authenticator_pending *pending) {
  struct jose_jws jws = {0};
  struct authenticator_row row = {0};
  TRY(jose_jws_parse(proving->answer->answer, &rules, proving->arena, &jws));
  TRY(find_device(proving, jws.kid, &row));
  if (pending->is_named && pending->person_id != proving->person_id) {
    FAIL(AUTHENTICATOR_WRONG, "the device of somebody else");
  }
  struct jose_jwk jwk = {.algorithm = JOSE_ES256, .first = slice_sub(row.key, 0, COORDINATE_BYTES),
                         .second = slice_sub(row.key, COORDINATE_BYTES, COORDINATE_BYTES)};
  TRY(verify(proving->env, &jws, &jwk, pending->challenge, proving->arena));
  proving->authenticator_id = row.id;
  proving->means = ACCOUNT_MEANS_DEVICE;
  return OK;
}

result authenticator_device_use(struct db_tx *tx, struct authenticator_proving *proving) {
  struct authenticator_row row = {0};
  TRY(authenticator_row_load(tx, proving->person_id, proving->authenticator_id, proving->arena, &row));
  if (row.id == 0 || row.state != AUTHENTICATOR_ACTIVE) {
    proving->outcome = row.id == 0 ? AUTHENTICATOR_WRONG : AUTHENTICATOR_SUSPENDED;
    return OK;
  }
  return authenticator_row_used(proving->env, tx, proving, 0);
}

result authenticator_device_check_new(struct authenticator_adding *adding) {
  struct jin_doc doc;
  const struct jin *root = NULL;
  struct jose_jwk jwk = {0};
  struct jose_jws jws = {0};
  struct buf key;
  jin_doc_init(&doc, adding->arena, JIN_LIMITS_DEFAULT);
  if (!is_ok(jin_parse(&doc, adding->addition->key, &root)) || !is_ok(jose_jwk_parse(root, adding->arena, &jwk)) || jwk.algorithm != JOSE_ES256) {
    FAIL(AUTHENTICATOR_KEY, "not a public P-256 key");
  }
  TRY(jose_jws_parse(adding->addition->answer, &rules, adding->arena, &jws));
  TRY(verify(adding->env, &jws, &jwk, adding->pending.challenge, adding->arena));
  buf_init(&key, adding->arena, 2 * COORDINATE_BYTES);
  buf_append(&key, jwk.first);
  buf_append(&key, jwk.second);
  adding->key = buf_slice(&key);
  struct slice *hash = ARENA_NEW(adding->arena, struct slice);
  TRY(key_hash_of(adding->arena, jose_jwk_thumbprint(&jwk, adding->arena), hash));
  adding->found = hash;
  return OK;
}

result authenticator_device_save_new(struct db_tx *tx, struct authenticator_adding *adding) {
  const struct slice *hash = adding->found;
  result saved = db_run(tx, "INSERT INTO authenticator_device (key_hash, person_id, authenticator_id) VALUES ($1, $2, $3)",
                        DB_ARGS(db_of_bytes(*hash), db_of_int(adding->person_id), db_of_int(adding->authenticator_id)), NULL);
  if (is_code(saved, DB_DUPLICATE)) {
    FAIL(AUTHENTICATOR_TAKEN, "the key is registered already");
  }
  return saved;
}
