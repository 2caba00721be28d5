/* Attestation of security keys: packed and its elder, fido-u2f. */
#include "webauthn/attestation.h"

/* [WebAuthn 8.2.1 MUST] */
static result check_maker(const struct attested_certificate *certificate) {
  static const char *const named[] = {"2.5.4.6", "2.5.4.10", "2.5.4.3"}; /* C, O, CN */
  if (certificate->version != 3 || !attested_is_end_entity(certificate)) {
    FAIL(WEBAUTHN_ATTESTATION_WRONG, "the certificate is not v3, or is a CA's");
  }
  for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
    if (slice_empty(attested_find_attribute(certificate->subject, named[i]))) {
      FAIL(WEBAUTHN_ATTESTATION_WRONG, "the certificate's subject lacks %s", named[i]);
    }
  }
  if (!slice_is(attested_find_attribute(certificate->subject, "2.5.4.11"), "Authenticator Attestation")) {
    FAIL(WEBAUTHN_ATTESTATION_WRONG, "the certificate is for something else than attestation");
  }
  return OK;
}

static result check_self(const struct webauthn_statement *statement, enum verifier_scheme scheme) {
  enum verifier_scheme of_key = scheme;
  struct slice signature = {0};
  (void)webauthn_scheme_of(statement->key->algorithm, &of_key);
  TRY(webauthn_statement_bytes(statement, "sig", &signature));
  if (scheme != of_key || !is_ok(webauthn_key_check(statement->key, statement->signed_parts, signature))) {
    FAIL(WEBAUTHN_ATTESTATION_WRONG, "not signed with the credential's own key");
  }
  return OK;
}

/* [WebAuthn 8.2 MUST] */
result webauthn_packed_verify(const struct webauthn_statement *statement) {
  enum verifier_scheme scheme = VERIFIER_ES256;
  TRY(webauthn_statement_scheme(statement, &scheme));
  if (statement->path_count == 0) {
    TRY(webauthn_statement_members(statement, (const char *const[]){"alg", "sig", NULL}));
    return check_self(statement, scheme);
  }
  TRY(webauthn_statement_members(statement, (const char *const[]){"alg", "sig", "x5c", NULL}));
  TRY(webauthn_statement_signature(statement, scheme, statement->signed_parts));
  TRY(check_maker(&statement->certificate));
  return webauthn_statement_model(statement);
}

/* [WebAuthn 8.6 MUST] signed: 0x00 || rpIdHash || hash of client data || credential id || 0x04 || x || y */
result webauthn_u2f_verify(const struct webauthn_statement *statement) {
  uint8_t bytes[1 + 2 * DIGEST_BYTES + WEBAUTHN_CREDENTIAL_ID_BYTES_MAX + 65];
  const struct webauthn_auth_data *auth_data = statement->auth_data;
  TRY(webauthn_statement_members(statement, (const char *const[]){"sig", "x5c", NULL}));
  if (statement->path_count != 1 || statement->key->algorithm != WEBAUTHN_ES256) {
    FAIL(WEBAUTHN_ATTESTATION_WRONG, "not one certificate, or not a P-256 credential");
  }
  struct slice point = slice_from(statement->spki, statement->spki.len - 65);
  const struct slice parts[] = {S("\0"), auth_data->party_hash, statement->signed_parts[1], auth_data->id, point};
  size_t len = 0;
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    memcpy(bytes + len, parts[i].ptr, parts[i].len);
    len += parts[i].len;
  }
  return webauthn_statement_signature(statement, VERIFIER_ES256,
                                      (struct slice[2]){slice_of(bytes, len)}); /* its key has to be P-256 */
}
