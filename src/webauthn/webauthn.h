/* webauthn/webauthn.h: the relying party's side of WebAuthn: what a browser and its authenticator say, verified.
 *
 * Standard   Web Authentication Level 3: registration 7.1, assertion 7.2, attestation formats 8.2 to 8.8; CTAP2
 *            canonical CBOR. packed, tpm and fido-u2f statements are verified by libfido2 too, wherever it reads their
 *            shape: both have to agree; none, apple and android-key here alone; certificate paths by crypto/attested.h; assertion signatures with prepared keys (key.c), which a
 *            test holds against libfido2.
 * Deviates   a byte order mark before the client data is refused, not stripped; so are a name that stands twice and
 *            authenticator data that is not canonical. Extensions that nobody asked for are refused, except
 *            credProtect, which browsers ask for of their own accord.
 * Does not   store anything: whoever calls makes the challenge, remembers it, uses it once and lets it expire; holds
 *            credential ids unique over all people [WebAuthn 7.1 SHOULD]; keeps counter and backup state as the facts
 *            say. Does not accept RS1 (SHA-1), PS256, ES384, android-safetynet or compound.
 * Shapes     bytes are raw, not base64url, unless a name ends in _json. Credential ids: 1 to 1,023 bytes.
 * Threads    all functions are pure; a prepared key may be used by any number of threads.
 * Errors     WEBAUTHN_...; what exactly was wrong stands in the fault record.
 */
#pragma once
#include "base/arena.h"
#include "base/buf.h"

enum {
  WEBAUTHN_CHALLENGE_BYTES = 32,
  WEBAUTHN_CREDENTIAL_ID_BYTES_MAX = 1023, /* [WebAuthn 7.1 SHOULD] */
  WEBAUTHN_USER_HANDLE_BYTES_MAX = 64,     /* [WebAuthn 5.4.3] */
  WEBAUTHN_AAGUID_BYTES = 16,
  WEBAUTHN_PUBLIC_KEY_BYTES_MAX = 640,     /* COSE_Key: RSA with 4,096 bits */
  WEBAUTHN_RESPONSE_BYTES_MAX = 64 * 1024, /* a registration with a path of five certificates takes 10 KiB */
};

enum webauthn_error {
  WEBAUTHN_RESPONSE_SYNTAX =
      RESULT_CODE(RESULT_INVALID, MODULE_WEBAUTHN, 1), /* Not the JSON of a PublicKeyCredential. */
  WEBAUTHN_CLIENT_DATA_SYNTAX =
      RESULT_CODE(RESULT_INVALID, MODULE_WEBAUTHN, 2), /* Client data that is not strict JSON in UTF-8. */
  WEBAUTHN_AUTH_DATA_SYNTAX =
      RESULT_CODE(RESULT_INVALID, MODULE_WEBAUTHN,
                  3), /* Authenticator data or attestation object malformed, not canonical, or followed by more. */
  WEBAUTHN_KEY_INVALID =
      RESULT_CODE(RESULT_INVALID, MODULE_WEBAUTHN, 4), /* Not a public key in the form of its algorithm. */
  WEBAUTHN_TYPE_WRONG = RESULT_CODE(RESULT_REFUSED, MODULE_WEBAUTHN, 5),      /* Made in a ceremony of another type. */
  WEBAUTHN_CHALLENGE_WRONG = RESULT_CODE(RESULT_REFUSED, MODULE_WEBAUTHN, 6), /* Made for another challenge. */
  WEBAUTHN_ORIGIN_WRONG = RESULT_CODE(RESULT_REFUSED, MODULE_WEBAUTHN, 7),    /* Made on a page of another site. */
  WEBAUTHN_FRAMED = RESULT_CODE(RESULT_REFUSED, MODULE_WEBAUTHN, 8),          /* Made in a frame of another site. */
  WEBAUTHN_PARTY_WRONG = RESULT_CODE(RESULT_REFUSED, MODULE_WEBAUTHN, 9),     /* Made for another relying party. */
  WEBAUTHN_USER_ABSENT = RESULT_CODE(RESULT_REFUSED, MODULE_WEBAUTHN, 10),    /* Nobody touched the authenticator. */
  WEBAUTHN_USER_UNVERIFIED =
      RESULT_CODE(RESULT_REFUSED, MODULE_WEBAUTHN, 11), /* The authenticator did not verify its user. */
  WEBAUTHN_BACKUP_WRONG = RESULT_CODE(RESULT_REFUSED, MODULE_WEBAUTHN, 12),    /* Backup flags that cannot be true. */
  WEBAUTHN_ALGORITHM_WRONG = RESULT_CODE(RESULT_REFUSED, MODULE_WEBAUTHN, 13), /* An algorithm that was not offered. */
  WEBAUTHN_FORMAT_UNKNOWN =
      RESULT_CODE(RESULT_REFUSED, MODULE_WEBAUTHN, 14), /* An attestation format that is not known here. */
  WEBAUTHN_ATTESTATION_WRONG =
      RESULT_CODE(RESULT_REFUSED, MODULE_WEBAUTHN, 15), /* An attestation statement that does not verify. */
  WEBAUTHN_UNTRUSTED =
      RESULT_CODE(RESULT_REFUSED, MODULE_WEBAUTHN, 16), /* An authenticator that this service does not accept. */
  WEBAUTHN_CREDENTIAL_ID_LENGTH =
      RESULT_CODE(RESULT_REFUSED, MODULE_WEBAUTHN, 17), /* A credential id that is empty or too long. */
  WEBAUTHN_CREDENTIAL_OTHER =
      RESULT_CODE(RESULT_REFUSED, MODULE_WEBAUTHN, 18), /* Another credential than was allowed. */
  WEBAUTHN_USER_OTHER = RESULT_CODE(RESULT_REFUSED, MODULE_WEBAUTHN,
                                    19), /* The credential belongs to somebody else, or does not say to whom. */
  WEBAUTHN_SIGNATURE_WRONG = RESULT_CODE(RESULT_REFUSED, MODULE_WEBAUTHN, 20), /* The signature does not match. */
  WEBAUTHN_COUNTER_BACK =
      RESULT_CODE(RESULT_REFUSED, MODULE_WEBAUTHN, 21), /* The counter did not grow: there may be a copy. */
  WEBAUTHN_EXTENSION_UNASKED =
      RESULT_CODE(RESULT_REFUSED, MODULE_WEBAUTHN, 22), /* An extension that nobody asked for. */
};

/* COSE algorithms that are offered, the most wanted first. RS256 is what older Windows Hello knows. */
enum webauthn_algorithm { WEBAUTHN_ES256 = -7, WEBAUTHN_EDDSA = -8, WEBAUTHN_RS256 = -257 };

enum webauthn_attestation {
  WEBAUTHN_ATTESTATION_NONE,      /* nothing said of the authenticator */
  WEBAUTHN_ATTESTATION_SELF,      /* signed with the credential's own key: nothing proven of the authenticator */
  WEBAUTHN_ATTESTATION_CERTIFIED, /* signed under a certificate */
};

/* ---- who we are and what we demand ---- */
struct webauthn_party {
  struct slice id;             /* a domain: "danh.gov.vn" */
  const struct slice *origins; /* of our own pages: "https://danh.gov.vn" */
  size_t origin_count;
  const struct slice *top_origins; /* pages of others that may frame ours; none: no frames at all */
  size_t top_origin_count;
};

enum webauthn_metadata {
  WEBAUTHN_METADATA_NONE,  /* any authenticator, without or with a statement that verifies */
  WEBAUTHN_METADATA_KNOWN, /* the AAGUID is listed; a statement that verifies, self at least */
  WEBAUTHN_METADATA_ROOTS, /* a path to one of the roots; the AAGUID is listed, when any is */
};
/* The metadata policy of a service. */
struct webauthn_policy {
  enum webauthn_metadata metadata;
  const struct slice *aaguids; /* 16 bytes each */
  size_t aaguid_count;
  const struct slice *roots; /* DER; an authenticator's own certificate may stand here too */
  size_t root_count;
  const struct slice *revoked; /* SHA-256 of certificates that no path may have */
  size_t revoked_count;
  int64_t at_ms; /* the instant at which certificates have to be valid */
};

struct webauthn_expected {
  const struct webauthn_party *party;
  struct slice challenge; /* as it was given out; at least 16 bytes [WebAuthn 13.4.3 SHOULD] */
  bool user_verification_required;
};

/* ---- what is sent to the browser: options in JSON ---- */
struct webauthn_known_credential {
  struct slice id;
  struct slice transports; /* "usb nfc", as the registration gave them; empty: not known */
};
struct webauthn_creation {
  const struct webauthn_expected *expected;
  struct slice user_handle; /* random, 1 to 64 bytes: never a name or number of the person [WebAuthn 14.6.1] */
  struct slice user_name;   /* shown by the authenticator beside other accounts */
  struct slice user_display_name;
  struct slice party_name;
  const struct webauthn_known_credential *exclude; /* the person's credentials: an authenticator is registered once */
  size_t exclude_count;
  bool is_attested;     /* ask for a statement on the authenticator: only where the policy needs it */
  bool is_security_key; /* a key that is plugged in or held near, rather than this device or a phone */
  int64_t timeout_ms;
};
/* PublicKeyCredentialCreationOptionsJSON [WebAuthn 5.1.9]. */
void webauthn_creation_write(const struct webauthn_creation *creation, struct buf *out_json);

struct webauthn_request {
  const struct webauthn_expected *expected;
  const struct webauthn_known_credential
      *allow; /* none: the authenticator offers what it has (sign-in without a name) */
  size_t allow_count;
  int64_t timeout_ms;
};
/* PublicKeyCredentialRequestOptionsJSON [WebAuthn 5.1.10]. */
void webauthn_request_write(const struct webauthn_request *request, struct buf *out_json);

/* ---- registration ---- */
struct webauthn_registration {
  struct slice id;
  struct slice client_data;
  struct slice attestation_object;
  struct slice transports;    /* "internal hybrid": known words only, separated by a space */
  bool is_discoverable;       /* credProps.rk: may sign in without a name */
  bool has_unasked_extension; /* among the client extension results */
};
/* RegistrationResponseJSON [WebAuthn 5.1]; what is in it is not believed yet. */
MUST_USE result webauthn_registration_read(struct slice response_json, struct arena *arena,
                                           struct webauthn_registration *ret_registration);

struct webauthn_credential {
  struct slice id;
  struct slice public_key; /* COSE_Key, as it will be verified with */
  struct slice spki;       /* the same key as SubjectPublicKeyInfo */
  enum webauthn_algorithm algorithm;
  struct slice aaguid;
  struct slice transports;
  uint32_t counter;
  bool is_user_verified;
  bool is_backup_eligible; /* may be copied to other devices; never changes */
  bool is_backed_up;
  bool is_discoverable;
  struct slice format; /* "packed" */
  enum webauthn_attestation attestation;
  bool is_trusted; /* a path to one of the policy's roots was found */
};
/* 7.1 steps 5 to 27. The caller then holds the id against those registered (step 25). */
MUST_USE result webauthn_registration_verify(const struct webauthn_expected *expected,
                                             const struct webauthn_policy *policy,
                                             const struct webauthn_registration *registration, struct arena *arena,
                                             struct webauthn_credential *ret_credential);

/* ---- assertion ---- */
struct webauthn_assertion {
  struct slice id;
  struct slice client_data;
  struct slice authenticator_data;
  struct slice signature;
  struct slice user_handle;   /* empty: none was given */
  bool has_unasked_extension; /* among the client extension results */
};
/* AuthenticationResponseJSON [WebAuthn 5.1]; what is in it is not believed yet. The caller finds the record by id. */
MUST_USE result webauthn_assertion_read(struct slice response_json, struct arena *arena,
                                        struct webauthn_assertion *ret_assertion);

/* A credential's key, decoded once: verifying with it takes a third of the time. */
struct webauthn_key;
MUST_USE result webauthn_key_load(struct slice public_key, struct webauthn_key **ret_key);
/* For CLEANUP; NULL is fine. */
void webauthn_key_free(struct webauthn_key **key);

/* What was stored of the credential. */
struct webauthn_record {
  struct slice id;
  struct slice public_key;        /* COSE_Key */
  const struct webauthn_key *key; /* the same, prepared; NULL: decoded for this once */
  struct slice user_handle;
  uint32_t counter;
  bool is_backup_eligible;
};
struct webauthn_sign_in {
  const struct webauthn_expected *expected;
  const struct webauthn_known_credential *allow; /* as they were offered; none: any */
  size_t allow_count;
  bool is_user_known;    /* named before the ceremony: the authenticator need not give the user handle */
  bool may_counter_stay; /* go on although the counter did not grow; the facts say so */
};
struct webauthn_assertion_facts {
  bool is_user_verified;
  bool is_backed_up;    /* to be stored */
  uint32_t counter;     /* to be stored */
  bool is_counter_back; /* the counter did not grow: a sign that the key was copied */
};
/* 7.2 steps 5 to 24. */
MUST_USE result webauthn_assertion_verify(const struct webauthn_sign_in *sign_in,
                                          const struct webauthn_assertion *assertion,
                                          const struct webauthn_record *record,
                                          struct webauthn_assertion_facts *ret_facts);
