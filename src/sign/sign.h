/* sign/sign.h: PAdES B-B signatures on our PDF papers: first the competent person's, then the agency's seal; and their
 * verifier.
 *
 * Standard   ETSI EN 319 142-1 level B-B; ISO 32000-1 12.8; RFC 5652; RFC 5035. The person's signature certifies the
 *            paper (DocMDP /P 2: only the other signature field may still be filled); the seal is an approval
 *            signature over everything.
 * Steps      a signature is made in two steps, because the officer's signing PIN is bound to the digest: sign_prepare
 *            gives the digest of the signed attributes; the caller obtains the PIN proof for it; sign_complete calls
 *            the signer and fits the signature in. sign_prepare is deterministic: after a restart the same order gives
 *            the same digest.
 * Does not   timestamp (B-T and above), or store anything.
 * Errors     enum sign_error; CMS_..., X509_... from crypto/, PDF_... from pdf/, SIGNER_... from the signer.
 */
#pragma once
#include "env/env.h"
#include "pdf/pdf.h"

enum sign_error {
  SIGN_ORDER = RESULT_CODE(RESULT_CONFLICT, MODULE_SIGN,
                           1), /* The field is filled already, or the seal would come before the person. */
  SIGN_FIELD = RESULT_CODE(RESULT_INVALID, MODULE_SIGN, 2),     /* The document has no such signature field. */
  SIGN_STRUCTURE = RESULT_CODE(RESULT_INVALID, MODULE_SIGN, 3), /* Not the exact form our signatures have. */
  SIGN_DIGEST = RESULT_CODE(RESULT_INVALID, MODULE_SIGN, 4),    /* The document was changed after it was signed. */
  SIGN_SIGNATURE =
      RESULT_CODE(RESULT_INVALID, MODULE_SIGN, 5), /* The signature does not belong to this document and certificate. */
  SIGN_CHAIN = RESULT_CODE(RESULT_INVALID, MODULE_SIGN, 6), /* The certificate does not lead to the trusted root. */
  SIGN_TIME =
      RESULT_CODE(RESULT_INVALID, MODULE_SIGN, 7), /* A certificate was not valid when it was used, or is not now. */
  SIGN_REVOKED = RESULT_CODE(RESULT_INVALID, MODULE_SIGN, 8), /* A certificate is on the revocation list. */
  SIGN_ADDED = RESULT_CODE(RESULT_INVALID, MODULE_SIGN,
                           9), /* Something besides the second signature was added after the first. */
  SIGN_UNSIGNED = RESULT_CODE(RESULT_INVALID, MODULE_SIGN, 10), /* There is no signature. */
};

enum sign_field { SIGN_PERSON, SIGN_SEAL };

struct sign_order {
  enum sign_field field;
  struct slice pdf;         /* from pdf_certificate_write; for SIGN_SEAL the result of the first signature */
  struct slice certificate; /* DER, of the key that will sign */
  struct slice issuer;      /* DER, of the issuing CA */
  struct slice name;        /* into /Name and the picture */
  struct slice above;       /* SIGN_SEAL: agency above, into the picture; may be empty */
  struct slice reason;
  struct slice place;
  int64_t signed_at_ms; /* /M, whole seconds */
};

struct sign_prepared {
  uint8_t digest[32]; /* what the signer signs: SHA-256 of the DER signed attributes */
  struct slice pdf;   /* with room for the signature */
  size_t contents_at; /* offset of the first hex digit of /Contents */
  size_t contents_digits;
  struct slice attributes; /* DER SET OF */
  struct slice certificate;
  struct slice issuer;
};

MUST_USE result sign_prepare(struct pdf_renderer *renderer, struct arena *arena, const struct sign_order *order,
                             struct sign_prepared *ret_prepared);

/* Whose key, under which reference, with which proof. */
struct sign_authority {
  struct slice key; /* "officer/123", "seal/H26" */
  struct slice reference;
  struct slice pin_proof; /* SIGN_PERSON only: crypto/pin_proof.h over prepared->digest */
};
MUST_USE result sign_complete(struct env *env, struct arena *arena, const struct sign_prepared *prepared,
                              const struct sign_authority *authority, struct slice *ret_pdf);
/* The same with a signature (DER ECDSA-Sig-Value) that was made elsewhere: bench, tests, a job that resumes. The
 * signature is verified against the certificate before it goes in. */
MUST_USE result sign_complete_with(struct arena *arena, const struct sign_prepared *prepared, struct slice signature,
                                   struct slice *ret_pdf);

struct sign_trust {
  struct slice root; /* DER */
  struct slice crl;  /* DER, of the issuing CA; empty: revocation is not looked at */
  int64_t at_ms;     /* the time of verification */
};

struct sign_signature {
  struct slice name;    /* common name of the certificate */
  struct slice issuer;  /* common name of the issuing CA */
  struct slice claimed; /* /Name */
  struct slice reason;
  int64_t signed_at_ms; /* claimed: B-B has no trusted time */
  size_t covers;        /* bytes of its revision: [0, covers) but /Contents */
};

struct sign_report {
  bool sealed; /* false: only the person has signed so far */
  struct sign_signature person;
  struct sign_signature seal; /* when sealed */
};

/* OK: every signature there is holds, every byte is accounted for, and nothing but the seal was added after the first
 * signature. Anything else is the first defect found, its detail in the fault record. */
MUST_USE result sign_verify(struct arena *arena, struct slice pdf, const struct sign_trust *trust,
                            struct sign_report *ret_report);
