/* Chains are built and checked by OpenSSL; revocation by our own reader, because OpenSSL counts a certificate revoked
 * today as revoked at every earlier time too, and a signature made before the revocation stays good. */
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "crypto/crl.h"

static void free_certificate(X509 **certificate) {
  X509_free(*certificate);
}
static void free_store(X509_STORE **store) {
  X509_STORE_free(*store);
}
static void free_context(X509_STORE_CTX **context) {
  X509_STORE_CTX_free(*context);
}
static void free_stack(STACK_OF(X509) * *stack) {
  sk_X509_pop_free(*stack, X509_free);
}

static X509 *decode(struct slice der) {
  const uint8_t *at = der.ptr;
  X509 *certificate = der.len > 0 ? d2i_X509(NULL, &at, (long)der.len) : NULL;
  if (certificate != NULL && at != der.ptr + der.len) {
    X509_free(certificate);
    certificate = NULL;
  }
  return certificate;
}

static result check_root(X509_STORE *store, struct slice root) {
  X509 *certificate CLEANUP(free_certificate) = decode(root);
  if (certificate == NULL || X509_STORE_add_cert(store, certificate) != 1) {
    FAIL(CRYPTO_CERTIFICATE_SYNTAX, "root certificate");
  }
  return OK;
}

static result add_intermediates(STACK_OF(X509) * stack, const struct x509_trust *trust) {
  for (size_t i = 0; i < trust->intermediate_count; i++) {
    X509 *certificate = decode(trust->intermediates[i]);
    if (certificate == NULL || sk_X509_push(stack, certificate) <= 0) {
      X509_free(certificate);
      FAIL(CRYPTO_CERTIFICATE_SYNTAX, "intermediate certificate %zu", i);
    }
  }
  return OK;
}

static result check_chain(const struct x509_trust *trust, X509 *leaf) {
  X509_STORE *store CLEANUP(free_store) = X509_STORE_new();
  X509_STORE_CTX *context CLEANUP(free_context) = X509_STORE_CTX_new();
  STACK_OF(X509) * stack CLEANUP(free_stack) = sk_X509_new_null();
  if (store == NULL || context == NULL || stack == NULL) {
    FAIL(CRYPTO_LIBRARY_FAILED, "no memory");
  }
  TRY(check_root(store, trust->root));
  TRY(add_intermediates(stack, trust));
  if (X509_STORE_CTX_init(context, store, leaf, stack) != 1) {
    FAIL(CRYPTO_LIBRARY_FAILED, "verification context");
  }
  X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_time(parameters, (time_t)(trust->at_ms / 1000));
  (void)X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_X509_STRICT);
  if (X509_verify_cert(context) == 1) {
    return OK;
  }
  int error = X509_STORE_CTX_get_error(context);
  if (error == X509_V_ERR_CERT_HAS_EXPIRED || error == X509_V_ERR_CERT_NOT_YET_VALID) {
    FAIL(CRYPTO_CERTIFICATE_EXPIRED, "%s", X509_verify_cert_error_string(error));
  }
  FAIL(CRYPTO_CERTIFICATE_UNTRUSTED, "%s", X509_verify_cert_error_string(error));
}

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

/* From the leaf up to the root; check_chain has shown that this is the chain, so it ends. */
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
  X509 *leaf CLEANUP(free_certificate) = decode(certificate);
  if (leaf == NULL) {
    FAIL(CRYPTO_CERTIFICATE_SYNTAX, "certificate");
  }
  return check_chain(trust, leaf);
}

result x509_verify(const struct x509_trust *trust, struct slice certificate) {
  TRY(x509_verify_chain(trust, certificate));
  return check_revocation(trust, certificate);
}
