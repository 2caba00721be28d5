/* sign/sign.h: PAdES B-B signatures on our PDF papers: first the competent person's, then the agency's seal; and their
 * verifier.
 *
 * Standard   ETSI EN 319 142-1 level B-B; ISO 32000-1 12.8; RFC 5652; RFC 5035. The person's signature certifies the
 *            paper (DocMDP /P 2: only the other signature field may still be filled); the seal is an approval signature
 *            over everything.
 * Steps      a signature is made in two steps, because the officer's signing PIN is bound to the digest: sign_prepare
 *            gives the digest of the signed attributes; the caller obtains the PIN proof for it; sign_complete calls
 *            the signer and fits the signature in. sign_prepare is deterministic: after a restart the same order gives
 *            the same digest.
 * Does not   timestamp (B-T and above), or store anything.
 * Errors     enum sign_error; PDF_... and CRYPTO_... while signing; SIGNER_... from the signer.
 */
#pragma once
#include "crypto/x509.h"
#include "env/env.h"
#include "pdf/pdf.h"

enum sign_error {
  /* The field is filled already, or the seal would come before the person. */
  SIGN_ORDER = RESULT_CODE(RESULT_CONFLICT, MODULE_SIGN, 1),
  /* The certificate is not one for this kind of signature. */
  SIGN_CERTIFICATE = RESULT_CODE(RESULT_REFUSED, MODULE_SIGN, 2),
  /* Not built the way our signed papers are: damaged, changed, or from elsewhere. */
  SIGN_STRUCTURE = RESULT_CODE(RESULT_INVALID, MODULE_SIGN, 3),
  /* The document was changed after it was signed. */
  SIGN_DIGEST = RESULT_CODE(RESULT_INVALID, MODULE_SIGN, 4),
  /* The signature does not belong to this document and certificate. */
  SIGN_SIGNATURE = RESULT_CODE(RESULT_INVALID, MODULE_SIGN, 5),
  /* The certificate does not lead to the trusted root. */
  SIGN_CHAIN = RESULT_CODE(RESULT_INVALID, MODULE_SIGN, 6),
  /* A certificate was not valid at the time that counts, or the claimed time of signing cannot be. */
  SIGN_TIME = RESULT_CODE(RESULT_INVALID, MODULE_SIGN, 7),
  /* A certificate was revoked by the time that counts, or nothing says whether it was. */
  SIGN_REVOKED = RESULT_CODE(RESULT_INVALID, MODULE_SIGN, 8),
  /* Something besides the signature was added. */
  SIGN_ADDED = RESULT_CODE(RESULT_INVALID, MODULE_SIGN, 9),
  /* There is no signature. */
  SIGN_UNSIGNED = RESULT_CODE(RESULT_INVALID, MODULE_SIGN, 10),
};

enum sign_field { SIGN_PERSON, SIGN_SEAL };

struct sign_order {
  enum sign_field field;
  struct slice pdf;         /* from pdf_certificate_write; for SIGN_SEAL the result of the first signature */
  struct slice certificate; /* DER, of the key that will sign; its common name goes into /Name and the picture */
  struct slice issuer;      /* DER, of the issuing CA */
  struct slice above;       /* SIGN_SEAL: the agency above, along the rim of the stamp; may be empty */
  struct slice reason;
  struct slice place;
  int64_t signed_at_ms; /* /M; cut to whole seconds */
};

struct sign_prepared {
  enum sign_field field;
  uint8_t digest[32]; /* what the signer signs: SHA-256 of the DER signed attributes */
  struct pdf_signed pdf;
  size_t contents_bytes;
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

struct sign_signature {
  struct slice name;         /* common name of the certificate, and /Name */
  struct slice organization; /* of the certificate */
  struct slice issuer;       /* common name of the issuing CA */
  struct slice reason;
  struct slice place;
  int64_t signed_at_ms; /* claimed: B-B has no trusted time */
  size_t covers;        /* its revision is the bytes [0, covers); all of them but /Contents are signed */
};

struct sign_report {
  bool sealed; /* false: only the person has signed so far */
  bool revocation_checked;
  struct sign_signature person;
  struct sign_signature seal; /* when sealed */
};

/* OK: every signature there is holds, every byte is accounted for, and nothing but the seal was added after the first
 * signature. Anything else is the first defect found, its detail in the fault record.
 * trust: root, CRLs (none: revocation is not looked at, and the report says so) and at_ms, an instant at which the paper
 * is known to have existed: its issue, for whoever has proof of that; else now. Intermediates come from the paper. */
MUST_USE result sign_verify(struct arena *arena, struct slice pdf, const struct x509_trust *trust,
                            struct sign_report *ret_report);
