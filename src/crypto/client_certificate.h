/* crypto/client_certificate.h: what a TLS certificate says, for clients that prove themselves by one, and for whoever watches when one ends.
 *
 * Standard   RFC 8705 2.1 (subject name or DNS name), 2.2 (the key alone), 3.1 (thumbprint); names as RFC 4514 texts.
 * Does not   build a path, or say that it is valid: the proxy that ended the TLS connection did, and proved possession of the key. Of a self-signed one a proxy
 *            may not say that it has ended: its own end is given out.
 * Errors     CRYPTO_CERTIFICATE_SYNTAX.
 */
#pragma once
#include "base/arena.h"
#include "crypto/crypto_error.h"
#include "crypto/digest.h"

enum { CLIENT_CERTIFICATE_PEM_BYTES_MAX = 16 * 1024, CLIENT_CERTIFICATE_NAMES_MAX = 32 };

struct client_certificate {
  uint8_t thumbprint[DIGEST_BYTES]; /* SHA-256 of the DER: x5t#S256 */
  struct slice subject;             /* "CN=bank,O=Bank,C=VN" [RFC4514 2] */
  struct slice dns_names[CLIENT_CERTIFICATE_NAMES_MAX];
  size_t dns_name_count;
  struct slice spki; /* DER SubjectPublicKeyInfo */
  int64_t not_after_ms;
};
MUST_USE result client_certificate_parse(struct slice pem, struct arena *arena, struct client_certificate *ret_certificate);
