#include "webauthn/attestation.h"

/* Where the certificate path leads, and whether this service takes such an authenticator. */
static bool is_listed(struct slice item, const struct slice *list, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (slice_eq(item, list[i])) {
      return true;
    }
  }
  return false;
}

/* Steps 23 and 24 [WebAuthn 7.1 step 24 MUST]. */
static result assess(const struct webauthn_policy *policy, const struct webauthn_statement *statement,
                     struct webauthn_credential *credential) {
  const struct attested_trust trust = {.roots = policy->roots,
                                       .root_count = policy->root_count,
                                       .revoked = policy->revoked,
                                       .revoked_count = policy->revoked_count,
                                       .at_ms = policy->at_ms};
  bool is_known = is_listed(credential->aaguid, policy->aaguids, policy->aaguid_count);
  credential->is_trusted = credential->attestation == WEBAUTHN_ATTESTATION_CERTIFIED && policy->root_count > 0 &&
                           is_ok(attested_path_check(&trust, statement->path, statement->path_count));
  switch (policy->metadata) {
    case WEBAUTHN_METADATA_NONE:
      return OK;
    case WEBAUTHN_METADATA_KNOWN:
      if (!is_known || credential->attestation == WEBAUTHN_ATTESTATION_NONE) {
        FAIL(WEBAUTHN_UNTRUSTED, "the model is not listed, or not attested");
      }
      return OK;
    default:
      if (!credential->is_trusted || (policy->aaguid_count > 0 && !is_known)) {
        FAIL(WEBAUTHN_UNTRUSTED, "no path to a root, or a model that is not listed");
      }
      return OK;
  }
}

struct object {
  const struct cin *format;
  const struct cin *statement;
  const struct cin *auth_data;
};

/* Step 13: { "fmt": text, "attStmt": map, "authData": bytes } and nothing else [WebAuthn 6.5.4]. */
static result read_object(struct slice bytes, struct arena *arena, struct object *ret_object) {
  const struct cin *map = NULL;
  if (!is_ok(cin_parse(arena, bytes, &map)) || !is_ok(cin_expect(map, "fmt", CIN_TEXT, &ret_object->format)) ||
      !is_ok(cin_expect(map, "attStmt", CIN_MAP, &ret_object->statement)) ||
      !is_ok(cin_expect(map, "authData", CIN_BYTES, &ret_object->auth_data)) || map->count != 3) {
    FAIL(WEBAUTHN_AUTH_DATA_SYNTAX, "not an attestation object"); /* [WebAuthn 7.1 step 13 MUST] */
  }
  return OK;
}

static void fill(const struct webauthn_registration *registration, const struct webauthn_auth_data *auth_data,
                 const struct webauthn_key *key, struct webauthn_credential *credential) {
  *credential = (struct webauthn_credential){
      .id = auth_data->id,
      .public_key = auth_data->public_key->whole,
      .algorithm = key->algorithm,
      .aaguid = auth_data->aaguid,
      .transports = registration->transports,
      .counter = auth_data->counter,
      .is_user_verified = auth_data->flags & WEBAUTHN_USER_VERIFIED,
      .is_backup_eligible = auth_data->flags & WEBAUTHN_BACKUP_ELIGIBLE,
      .is_backed_up = auth_data->flags & WEBAUTHN_BACKED_UP,
      .is_discoverable = registration->is_discoverable,
  };
}

/* Steps 13 to 20: the authenticator data, and the key in it. */
static result read_auth_data(const struct webauthn_expected *expected, const struct webauthn_registration *registration,
                             struct slice bytes, struct arena *arena, struct webauthn_auth_data *ret_auth_data) {
  TRY(webauthn_auth_data_parse(bytes, arena, ret_auth_data));
  TRY(webauthn_auth_data_check(expected, ret_auth_data));
  if (!(ret_auth_data->flags & WEBAUTHN_ATTESTED)) {
    FAIL(WEBAUTHN_AUTH_DATA_SYNTAX, "no credential in a registration"); /* [WebAuthn 6.1 MUST] */
  }
  if (!slice_eq(ret_auth_data->id, registration->id)) {
    FAIL(WEBAUTHN_CREDENTIAL_OTHER, "the browser names another credential than the authenticator");
  }
  return OK;
}

result webauthn_registration_verify(const struct webauthn_expected *expected, const struct webauthn_policy *policy,
                                    const struct webauthn_registration *registration, struct arena *arena,
                                    struct webauthn_credential *ret_credential) {
  uint8_t *hash = arena_alloc(arena, DIGEST_BYTES);
  struct webauthn_key *key CLEANUP(webauthn_key_free) = NULL;
  struct webauthn_auth_data auth_data;
  struct webauthn_credential credential;
  struct object object = {0};
  TRY(webauthn_client_data_check(expected, "webauthn.create", registration->client_data, hash));
  if (registration->has_unasked_extension) {
    FAIL(WEBAUTHN_EXTENSION_UNASKED, "a client extension that was not asked for"); /* [WebAuthn 7.1 step 28 MUST] */
  }
  TRY(read_object(registration->attestation_object, arena, &object));
  TRY(read_auth_data(expected, registration, object.auth_data->bytes, arena, &auth_data));
  struct slice spki = {0};
  TRY(webauthn_key_read(auth_data.public_key, arena, &spki, &key)); /* [WebAuthn 7.1 step 20 MUST] */
  fill(registration, &auth_data, key, &credential);
  credential.spki = spki;

  struct webauthn_statement statement = {
      .format = object.format->bytes,
      .map = object.statement,
      .signed_parts = {auth_data.bytes, slice_of(hash, DIGEST_BYTES)},
      .auth_data = &auth_data,
      .key = key,
      .spki = credential.spki,
      .party_id = expected->party->id,
  };
  TRY(webauthn_statement_verify(&statement, &credential.attestation));
  credential.format = statement.format;
  TRY(assess(policy, &statement, &credential));
  *ret_credential = credential;
  return OK;
}
