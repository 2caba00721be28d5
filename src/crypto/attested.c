#include "crypto/attested.h"

#include <openssl/x509_vfy.h>

#include "codec/der.h"
#include "crypto/digest.h"
#include "crypto/x509_path.h"

static result read_version(struct slice *tbs, int64_t *ret_version) {
  int64_t version = 0;
  if (der_is_next(*tbs, DER_CONTEXT_CONSTRUCTED(0))) {
    struct slice explicit = {0};
    TRY(der_expect(tbs, DER_CONTEXT_CONSTRUCTED(0), &explicit));
    TRY(der_read_int(&explicit, &version));
    TRY(der_end(explicit));
  }
  *ret_version = version + 1;
  return OK;
}

/* serialNumber, signature, issuer, validity: not asked after here. */
static result skip(struct slice *rest, int count) {
  struct der_item item;
  for (int i = 0; i < count; i++) {
    TRY(der_next(rest, &item));
  }
  return OK;
}

static result read_extensions(struct slice *tbs, struct slice *ret_extensions) {
  *ret_extensions = (struct slice){0};
  while (!slice_empty(*tbs)) { /* issuerUniqueID and subjectUniqueID may stand before */
    struct der_item item;
    TRY(der_next(tbs, &item));
    if (item.tag == DER_CONTEXT_CONSTRUCTED(3)) {
      TRY(der_expect(&item.content, DER_SEQUENCE, ret_extensions));
    }
  }
  return OK;
}

static result parse(struct slice certificate, struct attested_certificate *ret_certificate) {
  struct slice content = {0};
  struct slice tbs = {0};
  struct der_item spki;
  TRY(der_expect(&certificate, DER_SEQUENCE, &content));
  TRY(der_end(certificate));
  TRY(der_expect(&content, DER_SEQUENCE, &tbs));
  TRY(read_version(&tbs, &ret_certificate->version));
  TRY(skip(&tbs, 4));
  TRY(der_expect(&tbs, DER_SEQUENCE, &ret_certificate->subject));
  TRY(der_next(&tbs, &spki));
  ret_certificate->spki = spki.whole;
  return read_extensions(&tbs, &ret_certificate->extensions);
}

result attested_parse(struct slice certificate, struct attested_certificate *ret_certificate) {
  struct attested_certificate read = {0};
  if (!is_ok(parse(certificate, &read))) {
    FAIL(CRYPTO_CERTIFICATE_SYNTAX, "a certificate that cannot be read");
  }
  *ret_certificate = read;
  return OK;
}

/* Cuts the next item, an identifier, and says whether it is this one. */
static result read_oid(struct slice *rest, const char *oid, bool *ret_same) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice dotted = {0};
  TRY(der_read_oid(rest, &arena, &dotted));
  *ret_same = slice_is(dotted, oid);
  return OK;
}

static result read_extension(struct slice *list, const char *oid, bool *ret_same,
                             struct attested_extension *ret_extension) {
  struct slice content = {0};
  struct attested_extension extension = {0};
  TRY(der_expect(list, DER_SEQUENCE, &content));
  TRY(read_oid(&content, oid, ret_same));
  if (der_is_next(content, DER_BOOLEAN)) {
    TRY(der_read_bool(&content, &extension.is_critical));
  }
  TRY(der_expect(&content, DER_OCTET_STRING, &extension.value));
  TRY(der_end(content));
  *ret_extension = extension;
  return OK;
}

bool attested_find_extension(const struct attested_certificate *certificate, const char *oid,
                             struct attested_extension *ret_extension) {
  struct slice list = certificate->extensions;
  struct attested_extension extension;
  bool same = false;
  while (!slice_empty(list) && is_ok(read_extension(&list, oid, &same, &extension))) {
    if (same) {
      *ret_extension = extension;
      return true;
    }
  }
  return false;
}

static result read_attribute(struct slice *set, const char *oid, bool *ret_same, struct slice *ret_value) {
  struct slice content = {0};
  struct der_item value;
  TRY(der_expect(set, DER_SEQUENCE, &content));
  TRY(read_oid(&content, oid, ret_same));
  TRY(der_next(&content, &value));
  *ret_value = value.content;
  return OK;
}

struct slice attested_find_attribute(struct slice name, const char *oid) {
  struct slice set = {0};
  struct slice value = {0};
  bool same = false;
  while (!slice_empty(name) && is_ok(der_expect(&name, DER_SET, &set))) {
    while (!slice_empty(set) && is_ok(read_attribute(&set, oid, &same, &value))) {
      if (same) {
        return value;
      }
    }
  }
  return (struct slice){0};
}

bool attested_is_end_entity(const struct attested_certificate *certificate) {
  struct attested_extension extension;
  struct slice constraints = {0};
  bool is_ca = false;
  if (!attested_find_extension(certificate, "2.5.29.19", &extension) ||
      !is_ok(der_expect(&extension.value, DER_SEQUENCE, &constraints))) {
    return false;
  }
  if (der_is_next(constraints, DER_BOOLEAN) && !is_ok(der_read_bool(&constraints, &is_ca))) {
    return false;
  }
  return !is_ca;
}

bool attested_has_purpose(const struct attested_certificate *certificate, const char *oid) {
  struct attested_extension extension;
  struct slice purposes = {0};
  bool same = false;
  if (!attested_find_extension(certificate, "2.5.29.37", &extension) ||
      !is_ok(der_expect(&extension.value, DER_SEQUENCE, &purposes))) {
    return false;
  }
  while (!same && !slice_empty(purposes) && is_ok(read_oid(&purposes, oid, &same))) {
  }
  return same;
}

/* ---- paths ---- */

/* Whatever of the path the sender showed, and what was built of it with the roots. */
static result check_revoked(void *arg, struct slice der) {
  const struct attested_trust *trust = arg;
  uint8_t digest[DIGEST_BYTES];
  digest_sha256(der, digest);
  for (size_t i = 0; i < trust->revoked_count; i++) {
    if (slice_eq(trust->revoked[i], slice_of(digest, sizeof digest))) {
      FAIL(CRYPTO_CERTIFICATE_REVOKED, "a certificate of the path is revoked");
    }
  }
  return OK;
}

result attested_path_check(const struct attested_trust *trust, const struct slice *path, size_t path_count) {
  if (path_count == 0) {
    FAIL(CRYPTO_CERTIFICATE_SYNTAX, "no certificate");
  }
  const struct x509_path asked = {
      .leaf = path[0],
      .roots = trust->roots,
      .root_count = trust->root_count,
      .others = path + 1,
      .other_count = path_count - 1,
      .at_ms = trust->at_ms,
      .flags = X509_V_FLAG_PARTIAL_CHAIN, /* [WebAuthn 7.1 step 24] an acceptable certificate may be the attestation certificate itself */
  };
  struct attested_trust seen = *trust;
  return x509_path_check(&asked, check_revoked, &seen);
}
