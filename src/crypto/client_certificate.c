#include "crypto/client_certificate.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <time.h>

static void free_certificate(X509 **certificate) { X509_free(*certificate); }
static void free_bio(BIO **bio) { BIO_free(*bio); }
static void free_names(GENERAL_NAMES **names) { GENERAL_NAMES_free(*names); }

static struct slice take_der(unsigned char *der, int len, struct arena *arena) {
  struct slice copy = len > 0 ? arena_copy(arena, slice_of(der, (size_t)len)) : (struct slice){0};
  OPENSSL_free(der);
  return copy;
}

static struct slice subject_of(const X509 *certificate, struct arena *arena) {
  BIO *text CLEANUP(free_bio) = BIO_new(BIO_s_mem());
  char *bytes = NULL;
  /* RFC 4514 as registrations write it: UTF-8 stays UTF-8 */
  if (text == NULL || X509_NAME_print_ex(text, X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) < 0) {
    return (struct slice){0};
  }
  long len = BIO_get_mem_data(text, &bytes);
  return len > 0 ? arena_copy(arena, slice_of(bytes, (size_t)len)) : (struct slice){0};
}

static void dns_names_of(const X509 *certificate, struct arena *arena, struct client_certificate *found) {
  GENERAL_NAMES *names CLEANUP(free_names) = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
  for (int i = 0; names != NULL && i < sk_GENERAL_NAME_num(names) && found->dns_name_count < CLIENT_CERTIFICATE_NAMES_MAX; i++) {
    const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
    if (name->type == GEN_DNS) {
      struct slice text = slice_of(ASN1_STRING_get0_data(name->d.dNSName), (size_t)ASN1_STRING_length(name->d.dNSName));
      found->dns_names[found->dns_name_count++] = arena_copy(arena, text);
    }
  }
}

/* No end that can be read: it has ended. */
static int64_t end_of(const X509 *certificate) {
  struct tm end = {0};
  return ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) == 1 ? (int64_t)timegm(&end) * 1000 : 0;
}

result client_certificate_parse(struct slice pem, struct arena *arena, struct client_certificate *ret_certificate) {
  struct client_certificate found = {.dns_name_count = 0};
  if (pem.len == 0 || pem.len > CLIENT_CERTIFICATE_PEM_BYTES_MAX) {
    FAIL(CRYPTO_CERTIFICATE_SYNTAX, "a certificate of %zu bytes", pem.len);
  }
  BIO *bio CLEANUP(free_bio) = BIO_new_mem_buf(pem.ptr, (int)pem.len);
  X509 *certificate CLEANUP(free_certificate) = bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, NULL, NULL);
  if (certificate == NULL) {
    FAIL(CRYPTO_CERTIFICATE_SYNTAX, "not a PEM certificate");
  }
  unsigned char *der = NULL;
  int der_len = i2d_X509(certificate, &der);
  struct slice whole = take_der(der, der_len, arena);
  der = NULL;
  int spki_len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  found.spki = take_der(der, spki_len, arena);
  found.not_after_ms = end_of(certificate);
  found.subject = subject_of(certificate, arena);
  if (whole.len == 0 || found.spki.len == 0) {
    FAIL(CRYPTO_CERTIFICATE_SYNTAX, "a certificate without a key");
  }
  digest_sha256(whole, found.thumbprint);
  dns_names_of(certificate, arena, &found);
  *ret_certificate = found;
  return OK;
}
