/* crypto/cms.h: CMS SignedData as PAdES B-B wants it: detached, one signer, ECDSA P-256 with SHA-256, nothing optional.
 *
 * Standard   RFC 5652, RFC 5754, RFC 5035 (signing-certificate-v2), ETSI EN 319 142-1 (no signing-time).
 * Signing    cms_attributes_write gives the attributes and their digest; whoever holds the key signs that digest;
 *            cms_signed_data_write puts both together.
 * Strict     a SignedData is accepted only in the one DER encoding we write: what is read is written again and
 *            compared, so no byte of it can change unseen.
 * Does not   follow the chain to a root, look at validity or revocation (crypto/x509.h, sign/).
 * Errors     CMS_SYNTAX, CMS_DIGEST, CMS_SIGNATURE, CMS_CERTIFICATE.
 */
#pragma once
#include "base/arena.h"
#include "crypto/digest.h"

enum cms_error {
  /* Not a SignedData of the form we accept. */
  CMS_SYNTAX = RESULT_CODE(RESULT_INVALID, MODULE_CRYPTO, 64),
  /* The content is not what was signed. */
  CMS_DIGEST = RESULT_CODE(RESULT_INVALID, MODULE_CRYPTO, 65),
  /* The signature is not the certificate's. */
  CMS_SIGNATURE = RESULT_CODE(RESULT_INVALID, MODULE_CRYPTO, 66),
  /* signing-certificate-v2 or the signer identifier names another certificate. */
  CMS_CERTIFICATE = RESULT_CODE(RESULT_INVALID, MODULE_CRYPTO, 67),
};

struct cms_signed_data {
  struct slice signer;     /* DER certificate */
  struct slice issuer;     /* DER certificate of the issuing CA */
  struct slice attributes; /* DER SET OF: what is hashed and signed */
  struct slice signature;  /* DER ECDSA-Sig-Value */
};

/* The signed attributes over a detached content of this digest; ret_digest is what the key signs. */
MUST_USE result cms_attributes_write(struct arena *arena, const uint8_t content_digest[static DIGEST_BYTES],
                                     struct slice signer, struct slice *ret_attributes,
                                     uint8_t ret_digest[static DIGEST_BYTES]);
MUST_USE result cms_signed_data_write(struct arena *arena, const struct cms_signed_data *data, struct slice *ret_cms);
/* Longest encoding cms_signed_data_write can give for these certificates, whatever the signature. */
MUST_USE result cms_size_max(struct arena *arena, struct slice signer, struct slice issuer, size_t *ret_size);

/* Strict reading and the whole check: signer identifier, message-digest, signing-certificate-v2, signature by the
 * certificate's key. */
MUST_USE result cms_verify(struct arena *arena, struct slice cms, const uint8_t content_digest[static DIGEST_BYTES],
                           struct cms_signed_data *ret_data);
