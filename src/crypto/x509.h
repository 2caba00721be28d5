/* crypto/x509.h: certificates of the demonstration CA: writing, reading, and holding a chain against a root.
 *
 * Standard   RFC 5280 v3; key identifiers by RFC 7093 2 (1): the leftmost 160 bits of SHA-256; ECDSA with SHA-256
 *            over P-256 (RFC 5758).
 * Does not   hold a key: whoever calls gives a function that has the SHA-256 digest signed. Does not choose lifetimes
 *            or subjects (pki/). Reads certificates of this shape only: others come with other modules.
 * Shapes     DER; serial numbers 16 bytes, positive; times Unix ms UTC, whole seconds.
 * Errors     CRYPTO_CERTIFICATE_SYNTAX, _UNTRUSTED, _EXPIRED, _REVOKED, CRYPTO_CRL_UNUSABLE.
 */
#pragma once
#include "base/arena.h"
#include "crypto/crypto_error.h"
#include "crypto/digest.h"

enum { X509_SERIAL_BYTES = 16, X509_KEY_ID_BYTES = 20 };

/* What the extensions say; the table is in x509.c. */
enum x509_profile {
  X509_ROOT_CA,        /* CA, one level of CAs below; certificates and CRLs */
  X509_ISSUING_CA,     /* CA, none below; certificates and CRLs */
  X509_PERSON_SIGNING, /* digitalSignature, contentCommitment */
  X509_AGENCY_SEAL,    /* digitalSignature, contentCommitment, under another policy */
  X509_SYSTEM,         /* digitalSignature: messages between systems, ledger checkpoints */
};

/* Certificate policies, in the arc for examples [RFC5612]: nobody takes these for real certificates. */
#define X509_POLICY_PERSON "1.3.6.1.4.1.32473.64.1"
#define X509_POLICY_SEAL "1.3.6.1.4.1.32473.64.2"
#define X509_POLICY_SYSTEM "1.3.6.1.4.1.32473.64.3"

/* C=VN always; empty fields are left out. At most 64 characters each [RFC5280 A.1 upper bounds]. */
struct x509_name {
  struct slice organization;
  struct slice organizational_unit;
  struct slice common_name;
  struct slice serial_number; /* tells namesakes apart: a post's number, never the PIN; printable ASCII */
};

/* Has a digest signed by the issuer's key: DER ECDSA-Sig-Value. */
struct x509_issuer_key {
  result (*sign)(void *context, const uint8_t digest[static DIGEST_BYTES], struct arena *arena,
                 struct slice *ret_signature);
  void *context;
};

struct x509_request {
  enum x509_profile profile;
  struct x509_name subject;
  struct slice spki;   /* the subject's key */
  struct slice issuer; /* the issuer's certificate, DER; empty: self-signed root */
  uint8_t serial[X509_SERIAL_BYTES];
  int64_t not_before_ms;
  int64_t not_after_ms;
  struct slice crl_url; /* where the issuer's CRL is; empty for the root */
};
MUST_USE result x509_write(const struct x509_request *request, const struct x509_issuer_key *issuer_key,
                           struct arena *arena, struct slice *ret_certificate);
/* A serial number as certificates want it: positive, not nought. Changes the first bits of 16 random bytes. */
void x509_serial_from(uint8_t random_bytes[static X509_SERIAL_BYTES]);

/* Slices point into the certificate that was read. */
struct x509 {
  struct slice tbs;       /* what is signed, whole item */
  struct slice serial;    /* magnitude, no sign byte */
  struct slice issuer;    /* Name, whole item */
  struct slice subject;   /* Name, whole item */
  struct slice spki;      /* SubjectPublicKeyInfo, whole item */
  struct slice signature; /* DER ECDSA-Sig-Value */
  struct x509_name subject_name;
  struct slice issuer_common_name;
  int64_t not_before_ms;
  int64_t not_after_ms;
  bool is_ca;
  bool may_sign_documents; /* keyUsage has contentCommitment */
  struct slice subject_key_id;
  struct slice authority_key_id; /* empty: none */
  struct slice policy;           /* the content of its first policy's OID; empty: none */
  struct slice crl_url;
};
MUST_USE result x509_parse(struct slice certificate, struct x509 *ret_x509);
/* Whether the certificate's first policy is this dotted identifier. */
bool x509_has_policy(const struct x509 *x509, const char *dotted);

struct x509_trust {
  struct slice root;                 /* the one certificate that is believed */
  const struct slice *intermediates; /* not believed until chained */
  size_t intermediate_count;
  const struct slice *crls; /* of every CA on the chain; a newer one covers older times too */
  size_t crl_count;
  int64_t at_ms; /* the instant that counts: of signing, or now */
};
/* Chain, lifetimes, basic constraints, key usage, and that nothing on the chain was revoked at or before at_ms. A CRL
 * serves when at_ms is not after its nextUpdate. */
MUST_USE result x509_verify(const struct x509_trust *trust, struct slice certificate);
/* The same without revocation, for whoever verifies a file with nothing but the root at hand, and says so. */
MUST_USE result x509_verify_chain(const struct x509_trust *trust, struct slice certificate);

/* Name and key identifier pieces shared with crl.h and cms.h. */
struct buf;
MUST_USE result x509_key_id(struct slice spki, uint8_t ret_key_id[static X509_KEY_ID_BYTES]);
void x509_put_signature_algorithm(struct buf *out);
