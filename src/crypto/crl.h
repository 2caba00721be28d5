/* crypto/crl.h: certificate revocation lists (v2, complete, direct).
 * Standard   RFC 5280 5.
 * Does not   write delta or indirect CRLs; does not remember who was revoked (pki/).
 * Errors     CRYPTO_CERTIFICATE_SYNTAX, CRYPTO_SIGNATURE_WRONG. */
#pragma once
#include "crypto/x509.h"

/* [RFC5280 5.3.1] */
enum crl_reason {
  CRL_UNSPECIFIED = 0,
  CRL_KEY_COMPROMISE = 1,
  CRL_CA_COMPROMISE = 2,
  CRL_AFFILIATION_CHANGED = 3,
  CRL_SUPERSEDED = 4,
  CRL_CESSATION_OF_OPERATION = 5,
};

struct crl_entry {
  struct slice serial; /* magnitude */
  int64_t revoked_at_ms;
  enum crl_reason reason;
};

struct crl_request {
  struct slice issuer; /* the CA's certificate, DER */
  int64_t number;      /* grows with each CRL [RFC5280 5.2.3 MUST] */
  int64_t this_update_ms;
  int64_t next_update_ms;
  const struct crl_entry *entries;
  size_t count;
};
MUST_USE result crl_write(const struct crl_request *request, const struct x509_issuer_key *issuer_key,
                          struct arena *arena, struct slice *ret_crl);

struct crl {
  struct slice tbs;
  struct slice issuer; /* Name, whole item */
  struct slice signature;
  struct slice revoked; /* content of revokedCertificates; empty: none */
  int64_t number;
  int64_t this_update_ms;
  int64_t next_update_ms;
};
MUST_USE result crl_parse(struct slice crl, struct crl *ret_crl);
/* The issuer's signature on it. */
MUST_USE result crl_check_signature(const struct crl *crl, struct slice issuer_spki);
/* Whether a serial number is on it, and since when. The list was checked by crl_parse. */
bool crl_find(const struct crl *crl, struct slice serial, int64_t *ret_revoked_at_ms);
