/* webauthn/ceremony.h: the pieces that registration and assertion share. (private to webauthn/)
 * Standard   WebAuthn Level 3: client data 5.8.1, authenticator data 6.1, attestation object 6.5, COSE keys RFC 9052 and 9053.
 */
#pragma once
#include "codec/cin.h"
#include "crypto/digest.h"
#include "crypto/verifier.h"
#include "webauthn/webauthn.h"

/* ---- client_data.c ---- */
enum { WEBAUTHN_CLIENT_DATA_BYTES_MAX = 8 * 1024 }; /* a challenge, two origins and what browsers add take 500 bytes */
/* 7.1 steps 5 to 12, 7.2 steps 8 to 14 and 20. type: "webauthn.create" or "webauthn.get". */
MUST_USE result webauthn_client_data_check(const struct webauthn_expected *expected, const char *type,
                                           struct slice client_data, uint8_t ret_hash[static DIGEST_BYTES]);

/* ---- auth_data.c ---- */
enum webauthn_flag {
  WEBAUTHN_USER_PRESENT = 0x01,
  WEBAUTHN_USER_VERIFIED = 0x04,
  WEBAUTHN_BACKUP_ELIGIBLE = 0x08,
  WEBAUTHN_BACKED_UP = 0x10,
  WEBAUTHN_ATTESTED = 0x40,
  WEBAUTHN_EXTENDED = 0x80,
};
struct webauthn_auth_data {
  struct slice bytes; /* as it was signed */
  struct slice party_hash;
  uint8_t flags;
  uint32_t counter;
  /* with WEBAUTHN_ATTESTED */
  struct slice aaguid;
  struct slice id;
  const struct cin *public_key;
  /* with WEBAUTHN_EXTENDED: a map; else NULL */
  const struct cin *extensions;
};
MUST_USE result webauthn_auth_data_parse(struct slice bytes, struct arena *arena,
                                         struct webauthn_auth_data *ret_auth_data);
/* 7.1 steps 14 to 17, 7.2 steps 15 to 18, and that nobody asked in vain for extensions. */
MUST_USE result webauthn_auth_data_check(const struct webauthn_expected *expected,
                                         const struct webauthn_auth_data *auth_data);

/* ---- key.c ---- */
struct webauthn_key {
  struct verifier *verifier;
  enum webauthn_algorithm algorithm;
};
/* A COSE_Key, and the same as SubjectPublicKeyInfo. */
MUST_USE result webauthn_key_read(const struct cin *cose_key, struct arena *arena, struct slice *ret_spki,
                                  struct webauthn_key **ret_key);
struct slice webauthn_spki_p256(struct slice x, struct slice y, struct arena *arena);
struct slice webauthn_spki_rsa(struct slice modulus, struct slice exponent, struct arena *arena);
/* Whether the algorithm is one of ours, and the scheme it stands for. */
bool webauthn_scheme_of(int64_t cose_algorithm, enum verifier_scheme *ret_scheme);
/* Of two parts: authenticator data and the hash of the client data. */
MUST_USE result webauthn_key_check(const struct webauthn_key *key, const struct slice message[static 2],
                                   struct slice signature);
