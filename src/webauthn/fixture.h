/* webauthn/fixture.h: an authenticator in software, with its maker's certificates, for tests. (private to webauthn/)
 * Does not   keep to the standard when told not to: one defect at a time, signed as if all were well.
 */
#pragma once
#include "webauthn/webauthn.h"

enum webauthn_fixture_format {
  FIXTURE_NONE,
  FIXTURE_SELF, /* packed, signed with the credential's key */
  FIXTURE_PACKED,
  FIXTURE_TPM,
  FIXTURE_U2F,
  FIXTURE_APPLE,
  FIXTURE_ANDROID,
  FIXTURE_FORMATS,
};

/* What is wrong with a statement although its signature holds. */
enum webauthn_fixture_defect {
  DEFECT_NONE,
  DEFECT_SIGNER,      /* signed with another key */
  DEFECT_ALGORITHM,   /* alg names another algorithm */
  DEFECT_MEMBER,      /* a member that the format does not know */
  DEFECT_EMPTY_PATH,  /* x5c without a certificate */
  DEFECT_CA,          /* the maker's certificate is a CA's */
  DEFECT_VERSION,     /* it is not v3 */
  DEFECT_UNIT,        /* its subject is for something else */
  DEFECT_MODEL,       /* it names another model */
  DEFECT_OTHER_KEY,   /* it, or the public area, is of another key than the credential */
  DEFECT_CEREMONY,    /* challenge, nonce or extra data of another ceremony */
  DEFECT_TPM_VERSION, /* 1.2 */
  DEFECT_TPM_MAGIC,
  DEFECT_TPM_TYPE,
  DEFECT_TPM_NAME,    /* certifies another key */
  DEFECT_TPM_SUBJECT, /* names a subject */
  DEFECT_TPM_PURPOSE, /* no AIK certificate */
  DEFECT_TPM_MAKER,   /* does not say whose TPM it is */
  DEFECT_ANDROID_ALL, /* the key is open to all applications */
  DEFECT_ANDROID_ORIGIN,
  DEFECT_ANDROID_PURPOSE,
  DEFECT_ANDROID_SILENT, /* the trusted environment says nothing */
  DEFECT_TWO_CERTIFICATES,
};

struct webauthn_fixture_key; /* private key of any kind */

struct webauthn_fixture {
  struct arena arena;
  struct webauthn_fixture_key *credential;
  struct webauthn_fixture_key *other;
  struct webauthn_fixture_key *maker; /* of the attestation certificate */
  struct webauthn_fixture_key *authority;
  struct slice root; /* certificates, DER */
  struct slice intermediate;
  enum webauthn_algorithm algorithm;
  struct slice id;
  struct slice aaguid;
  /* what it will say; tests change these */
  struct slice party_id;
  uint8_t flags; /* without AT and ED */
  uint32_t counter;
  struct slice extensions; /* CBOR; empty: none */
  struct slice trailing;   /* bytes after the authenticator data */
  enum webauthn_fixture_defect defect;
};

void webauthn_fixture_open(struct webauthn_fixture *fixture, enum webauthn_algorithm algorithm);
void webauthn_fixture_close(struct webauthn_fixture *fixture);

/* {"type":...,"challenge":...,"origin":...,"crossOrigin":false} and, when `more` is not empty, ",more". */
struct slice webauthn_fixture_client_data(struct webauthn_fixture *fixture, const char *type, struct slice challenge,
                                          const char *more);
struct slice webauthn_fixture_auth_data(struct webauthn_fixture *fixture, bool is_registration);
struct slice webauthn_fixture_attestation(struct webauthn_fixture *fixture, enum webauthn_fixture_format format,
                                          struct slice client_data);
/* Around other authenticator data, format none. */
struct slice webauthn_fixture_object(struct webauthn_fixture *fixture, struct slice auth_data);
struct slice webauthn_fixture_sign(struct webauthn_fixture *fixture, struct slice auth_data, struct slice client_data);
struct slice webauthn_fixture_cose_key(struct webauthn_fixture *fixture);
