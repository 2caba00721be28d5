/* Chains are built and checked by OpenSSL; revocation by our own reader, because OpenSSL counts a certificate revoked
 * today as revoked at every earlier time too, and a signature made before the revocation stays good. */
#include <openssl/x509_vfy.h>

#include "crypto/crl.h"
#include "crypto/x509_path.h"

/* The one CRL of this issuer that says most: good signature, still in force at that time, the highest number. */
static result find_crl(const struct x509_trust *trust, const struct x509 *issuer, struct crl *ret_crl) {
  bool found = false;
  for (size_t i = 0; i < trust->crl_count; i++) {
    struct crl crl;
    if (!is_ok(crl_parse(trust->crls[i], &crl)) || !slice_eq(crl.issuer, issuer->subject) ||
        crl.next_update_ms < trust->at_ms || !is_ok(crl_check_signature(&crl, issuer->spki))) {
      continue;
    }
    if (!found || crl.number > ret_crl->number) {
      *ret_crl = crl;
      found = true;
    }
  }
  if (!found) {
    FAIL(CRYPTO_CRL_UNUSABLE, "no CRL for that time");
  }
  return OK;
}

static result find_issuer(const struct x509_trust *trust, const struct x509 *of, struct x509 *ret_issuer) {
  for (size_t i = 0; i <= trust->intermediate_count; i++) {
    struct slice candidate = i < trust->intermediate_count ? trust->intermediates[i] : trust->root;
    struct x509 issuer;
    TRY(x509_parse(candidate, &issuer));
    if (slice_eq(issuer.subject, of->issuer) && slice_eq(issuer.subject_key_id, of->authority_key_id)) {
      *ret_issuer = issuer;
      return OK;
    }
  }
  FAIL(CRYPTO_CERTIFICATE_UNTRUSTED, "issuer not given");
}

/* From the leaf up to the root; x509_verify_chain has shown that this is the chain, so it ends. */
static result check_revocation(const struct x509_trust *trust, struct slice certificate) {
  struct x509 current;
  struct x509 root;
  TRY(x509_parse(certificate, &current));
  TRY(x509_parse(trust->root, &root));
  for (size_t depth = 0; !slice_eq(current.tbs, root.tbs); depth++) {
    struct x509 issuer;
    struct crl crl;
    int64_t revoked_at_ms = 0;
    if (depth > trust->intermediate_count) {
      FAIL(CRYPTO_CERTIFICATE_UNTRUSTED, "chain runs in a circle");
    }
    TRY(find_issuer(trust, &current, &issuer));
    TRY(find_crl(trust, &issuer, &crl));
    if (crl_find(&crl, current.serial, &revoked_at_ms) && revoked_at_ms <= trust->at_ms) {
      FAIL(CRYPTO_CERTIFICATE_REVOKED, "revoked");
    }
    current = issuer;
  }
  return OK;
}

result x509_verify_chain(const struct x509_trust *trust, struct slice certificate) {
  const struct x509_path path = {
      .leaf = certificate,
      .roots = &trust->root,
      .root_count = 1,
      .others = trust->intermediates,
      .other_count = trust->intermediate_count,
      .at_ms = trust->at_ms,
      .flags = X509_V_FLAG_X509_STRICT,
  };
  return x509_path_check(&path, NULL, NULL);
}

result x509_verify(const struct x509_trust *trust, struct slice certificate) {
  TRY(x509_verify_chain(trust, certificate));
  return check_revocation(trust, certificate);
}
