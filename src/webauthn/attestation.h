/* webauthn/attestation.h: attestation statements. (private to webauthn/)
 * Standard   WebAuthn Level 3, 8.2 packed, 8.3 tpm, 8.4 android-key, 8.6 fido-u2f, 8.7 none, 8.8 apple.
 * Does not   judge where a certificate path leads (registration.c).
 * Errors     WEBAUTHN_FORMAT_UNKNOWN, WEBAUTHN_ATTESTATION_WRONG.
 */
#pragma once
#include "crypto/attested.h"
#include "webauthn/ceremony.h"

enum { WEBAUTHN_PATH_MAX = 8 }; /* certificates in a statement; makers send two to four */

struct webauthn_statement {
  struct slice format;
  const struct cin *map;        /* attStmt */
  struct slice signed_parts[2]; /* authenticator data, hash of the client data */
  const struct webauthn_auth_data *auth_data;
  const struct webauthn_key *key; /* of the credential */
  struct slice spki;              /* the same */
  struct slice party_id;
  struct slice path[WEBAUTHN_PATH_MAX]; /* x5c */
  size_t path_count;
  struct attested_certificate certificate; /* path[0], when there is one */
};
/* Reads x5c and verifies by the format's procedure. */
MUST_USE result webauthn_statement_verify(struct webauthn_statement *statement,
                                          enum webauthn_attestation *ret_attestation);

/* One a format; x5c is read already. */
MUST_USE result webauthn_packed_verify(const struct webauthn_statement *statement);
MUST_USE result webauthn_tpm_verify(const struct webauthn_statement *statement);
MUST_USE result webauthn_android_verify(const struct webauthn_statement *statement);
MUST_USE result webauthn_apple_verify(const struct webauthn_statement *statement);
MUST_USE result webauthn_u2f_verify(const struct webauthn_statement *statement);

/* What formats share: attStmt has these members and no others; alg names a scheme of ours. */
MUST_USE result webauthn_statement_members(const struct webauthn_statement *statement, const char *const *names);
MUST_USE result webauthn_statement_scheme(const struct webauthn_statement *statement, enum verifier_scheme *ret_scheme);
MUST_USE result webauthn_statement_bytes(const struct webauthn_statement *statement, const char *name,
                                         struct slice *ret_bytes);
/* sig over message by the key of path[0]. */
MUST_USE result webauthn_statement_signature(const struct webauthn_statement *statement, enum verifier_scheme scheme,
                                             const struct slice message[static 2]);
/* path[0] names another model than the authenticator data. */
MUST_USE result webauthn_statement_model(const struct webauthn_statement *statement);

/* The second opinion on packed, tpm and fido-u2f. */
MUST_USE result webauthn_fido_verify(const struct webauthn_statement *statement);
