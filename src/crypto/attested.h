/* crypto/attested.h: certificates by which makers attest authenticators: read for their facts, held against roots.
 *
 * Standard   RFC 5280 v3, as far as WebAuthn asks after it; paths are built and checked by OpenSSL.
 * Does not   judge names or purposes (webauthn/). Does not fetch revocation lists: revoked certificates are configured.
 * Shapes     DER. Slices point into the certificate that was read. Identifiers of objects dotted: "2.5.29.19".
 * Errors     CRYPTO_CERTIFICATE_SYNTAX, _UNTRUSTED, _EXPIRED, _REVOKED, CRYPTO_LIBRARY_FAILED.
 */
#pragma once
#include "base/arena.h"
#include "crypto/crypto_error.h"

struct attested_certificate {
  int64_t version;         /* 3 for v3 */
  struct slice subject;    /* content of the Name; empty: no subject */
  struct slice spki;       /* whole */
  struct slice extensions; /* content of the list; empty: none */
};
MUST_USE result attested_parse(struct slice certificate, struct attested_certificate *ret_certificate);

struct attested_extension {
  bool is_critical;
  struct slice value; /* what the OCTET STRING holds */
};
/* False when the certificate does not carry it, or the list is broken. */
bool attested_find_extension(const struct attested_certificate *certificate, const char *oid,
                             struct attested_extension *ret_extension);
/* The first attribute of that kind in a Name's content; empty: none. */
struct slice attested_find_attribute(struct slice name, const char *oid);
/* It carries basic constraints that say it is no CA. */
bool attested_is_end_entity(const struct attested_certificate *certificate);
/* Its extended key usage names the purpose. */
bool attested_has_purpose(const struct attested_certificate *certificate, const char *oid);

struct attested_trust {
  const struct slice *roots; /* any certificate here is believed, a maker's own or an intermediate one too */
  size_t root_count;
  const struct slice *revoked; /* SHA-256 of certificates */
  size_t revoked_count;
  int64_t at_ms;
};
/* path[0] is the certificate itself, the others may help to reach a root. */
MUST_USE result attested_path_check(const struct attested_trust *trust, const struct slice *path, size_t path_count);
