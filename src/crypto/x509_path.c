#include "crypto/x509_path.h"

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "crypto/crypto_error.h"

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

static result add_roots(X509_STORE *store, const struct x509_path *path) {
  for (size_t i = 0; i < path->root_count; i++) {
    X509 *root CLEANUP(free_certificate) = decode(path->roots[i]);
    if (root == NULL || X509_STORE_add_cert(store, root) != 1) {
      FAIL(CRYPTO_CERTIFICATE_SYNTAX, "root certificate %zu", i);
    }
  }
  return OK;
}

static result add_others(STACK_OF(X509) * stack, const struct x509_path *path) {
  for (size_t i = 0; i < path->other_count; i++) {
    X509 *other = decode(path->others[i]);
    if (other == NULL || sk_X509_push(stack, other) <= 0) {
      X509_free(other);
      FAIL(CRYPTO_CERTIFICATE_SYNTAX, "certificate %zu of the path", i);
    }
  }
  return OK;
}

static result find_path(X509_STORE_CTX *context, const struct x509_path *path) {
  X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_time(parameters, (time_t)(path->at_ms / 1000));
  (void)X509_VERIFY_PARAM_set_flags(parameters, path->flags);
  if (X509_verify_cert(context) == 1) {
    return OK;
  }
  int error = X509_STORE_CTX_get_error(context);
  if (error == X509_V_ERR_CERT_HAS_EXPIRED || error == X509_V_ERR_CERT_NOT_YET_VALID) {
    FAIL(CRYPTO_CERTIFICATE_EXPIRED, "%s", X509_verify_cert_error_string(error));
  }
  FAIL(CRYPTO_CERTIFICATE_UNTRUSTED, "%s", X509_verify_cert_error_string(error));
}

static result show(X509 *certificate, x509_path_each *each, void *arg) {
  uint8_t *der = NULL;
  int len = i2d_X509(certificate, &der);
  if (len <= 0) {
    FAIL(CRYPTO_LIBRARY_FAILED, "cannot write a certificate");
  }
  result shown = each(arg, slice_of(der, (size_t)len));
  OPENSSL_free(der);
  return shown;
}

result x509_path_check(const struct x509_path *path, x509_path_each *each, void *arg) {
  X509 *leaf CLEANUP(free_certificate) = decode(path->leaf);
  X509_STORE *store CLEANUP(free_store) = X509_STORE_new();
  STACK_OF(X509) * others CLEANUP(free_stack) = sk_X509_new_null();
  X509_STORE_CTX *context CLEANUP(free_context) = X509_STORE_CTX_new();
  if (leaf == NULL) {
    FAIL(CRYPTO_CERTIFICATE_SYNTAX, "certificate");
  }
  if (store == NULL || context == NULL || others == NULL) {
    FAIL(CRYPTO_LIBRARY_FAILED, "no memory");
  }
  TRY(add_roots(store, path));
  TRY(add_others(others, path));
  if (X509_STORE_CTX_init(context, store, leaf, others) != 1) {
    FAIL(CRYPTO_LIBRARY_FAILED, "verification context");
  }
  TRY(find_path(context, path));
  STACK_OF(X509) *found = X509_STORE_CTX_get0_chain(context);
  for (int i = 0; each != NULL && i < sk_X509_num(found); i++) {
    TRY(show(sk_X509_value(found, i), each, arg));
  }
  return OK;
}
