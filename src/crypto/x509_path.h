/* crypto/x509_path.h: from a certificate to one that is believed: built and checked by OpenSSL.
 * Standard   RFC 5280 6.
 * Does not   look for revocation: OpenSSL counts a certificate revoked today as revoked at every earlier time too.
 * Shapes     certificates are DER, each exactly one.
 * Errors     CRYPTO_CERTIFICATE_SYNTAX, _EXPIRED (or not yet valid), _UNTRUSTED.
 */
#pragma once
#include "base/result.h"
#include "base/slice.h"

struct x509_path {
  struct slice leaf;
  const struct slice *roots; /* believed */
  size_t root_count;
  const struct slice *others; /* not believed until chained */
  size_t other_count;
  int64_t at_ms;
  unsigned long flags; /* X509_V_FLAG_* */
};
/* each: called with the DER of each certificate of the path that was found, leaf first; NULL: nobody asks. */
typedef result x509_path_each(void *arg, struct slice der);
MUST_USE result x509_path_check(const struct x509_path *path, x509_path_each *each, void *arg);
