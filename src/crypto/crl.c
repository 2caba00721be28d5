#include "crypto/crl.h"

#include "codec/der.h"
#include "crypto/key.h"

enum { CRL_BYTES_MAX = 16 * 1024 * 1024 }; /* some 400,000 revoked certificates */

static const uint8_t ext_crl_number[] = {0x55, 0x1D, 0x14};

static void put_entry(struct buf *out, const struct crl_entry *entry) {
  size_t sequence = der_open(out, DER_SEQUENCE);
  der_put_unsigned(out, entry->serial);
  der_put_time(out, entry->revoked_at_ms);
  if (entry->reason != CRL_UNSPECIFIED) { /* [RFC5280 5.3.1 SHOULD] absent rather than unspecified */
    size_t extensions = der_open(out, DER_SEQUENCE);
    size_t extension = der_open(out, DER_SEQUENCE);
    der_put_oid(out, "2.5.29.21");
    size_t octets = der_open(out, DER_OCTET_STRING);
    uint8_t reason = (uint8_t)entry->reason;
    der_put(out, DER_ENUMERATED, slice_of(&reason, 1));
    der_close(out, octets);
    der_close(out, extension);
    der_close(out, extensions);
  }
  der_close(out, sequence);
}

static void put_extensions(struct buf *out, struct slice issuer_key_id, int64_t number) {
  size_t context = der_open(out, DER_CONTEXT_CONSTRUCTED(0));
  size_t extensions = der_open(out, DER_SEQUENCE);
  size_t extension = der_open(out, DER_SEQUENCE);
  der_put_oid(out, "2.5.29.35"); /* [RFC5280 5.2.1 MUST] */
  size_t octets = der_open(out, DER_OCTET_STRING);
  size_t sequence = der_open(out, DER_SEQUENCE);
  der_put(out, DER_CONTEXT(0), issuer_key_id);
  der_close(out, sequence);
  der_close(out, octets);
  der_close(out, extension);
  extension = der_open(out, DER_SEQUENCE);
  der_put_oid(out, "2.5.29.20"); /* [RFC5280 5.2.3 MUST] */
  octets = der_open(out, DER_OCTET_STRING);
  der_put_int(out, number);
  der_close(out, octets);
  der_close(out, extension);
  der_close(out, extensions);
  der_close(out, context);
}

static void put_tbs(struct buf *out, const struct crl_request *request, const struct x509 *issuer) {
  size_t tbs = der_open(out, DER_SEQUENCE);
  der_put_int(out, 1); /* v2 */
  x509_put_signature_algorithm(out);
  buf_append(out, issuer->subject);
  der_put_time(out, request->this_update_ms);
  der_put_time(out, request->next_update_ms);
  if (request->count > 0) { /* [RFC5280 5.1.2.6 MUST] absent when nobody is revoked */
    size_t revoked = der_open(out, DER_SEQUENCE);
    for (size_t i = 0; i < request->count; i++) {
      put_entry(out, &request->entries[i]);
    }
    der_close(out, revoked);
  }
  put_extensions(out, issuer->subject_key_id, request->number);
  der_close(out, tbs);
}

result crl_write(const struct crl_request *request, const struct x509_issuer_key *issuer_key, struct arena *arena,
                 struct slice *ret_crl) {
  struct x509 issuer;
  TRY(x509_parse(request->issuer, &issuer));
  if (!issuer.is_ca || request->this_update_ms >= request->next_update_ms || request->number < 0) {
    FAIL(CRYPTO_CERTIFICATE_SYNTAX, "issuer, number or times of a CRL");
  }
  struct buf out;
  buf_init(&out, arena, 512 + request->count * 64);
  size_t crl = der_open(&out, DER_SEQUENCE);
  size_t tbs_at = out.len;
  put_tbs(&out, request, &issuer);
  uint8_t digest[DIGEST_BYTES];
  struct slice signature = {0};
  digest_sha256(slice_from(buf_slice(&out), tbs_at), digest);
  TRY(issuer_key->sign(issuer_key->context, digest, arena, &signature));
  x509_put_signature_algorithm(&out);
  der_put_bits(&out, signature, 0);
  der_close(&out, crl);
  *ret_crl = buf_slice(&out);
  return OK;
}

static result read_entry(struct slice *list, struct slice *ret_serial, int64_t *ret_revoked_at_ms) {
  struct slice entry = {0};
  TRY(der_expect(list, DER_SEQUENCE, &entry));
  TRY(der_read_unsigned(&entry, ret_serial));
  return der_read_time(&entry, ret_revoked_at_ms);
}

static result read_revoked(struct slice *tbs, struct crl *crl) {
  if (!der_is_next(*tbs, DER_SEQUENCE)) {
    return OK;
  }
  TRY(der_expect(tbs, DER_SEQUENCE, &crl->revoked));
  struct slice list = crl->revoked;
  while (list.len > 0) {
    struct slice serial = {0};
    int64_t revoked_at_ms = 0;
    TRY(read_entry(&list, &serial, &revoked_at_ms));
  }
  return OK;
}

static result read_number(struct slice context, struct crl *crl) {
  struct slice list = {0};
  TRY(der_expect(&context, DER_SEQUENCE, &list));
  while (list.len > 0) {
    struct slice extension = {0};
    struct slice oid = {0};
    struct slice value = {0};
    TRY(der_expect(&list, DER_SEQUENCE, &extension));
    TRY(der_expect(&extension, DER_OID, &oid));
    if (der_is_next(extension, DER_BOOLEAN)) {
      FAIL(CRYPTO_CERTIFICATE_SYNTAX, "critical CRL extension"); /* delta or indirect: not ours */
    }
    TRY(der_expect(&extension, DER_OCTET_STRING, &value));
    if (slice_eq(oid, slice_of(ext_crl_number, sizeof ext_crl_number))) {
      TRY(der_read_int(&value, &crl->number));
    }
  }
  return OK;
}

static result read_crl(struct slice bytes, struct crl *crl) {
  struct slice content = {0};
  struct slice tbs = {0};
  struct slice algorithm = {0};
  struct slice context = {0};
  struct der_item item;
  int64_t version = 0;
  TRY(der_expect(&bytes, DER_SEQUENCE, &content));
  TRY(der_end(bytes));
  TRY(der_next(&content, &item));
  crl->tbs = item.whole;
  TRY(der_expect(&content, DER_SEQUENCE, &algorithm));
  TRY(der_read_bits(&content, &crl->signature));
  TRY(der_end(content));
  struct slice rest = crl->tbs;
  TRY(der_expect(&rest, DER_SEQUENCE, &tbs));
  TRY(der_read_int(&tbs, &version));
  TRY(der_expect(&tbs, DER_SEQUENCE, &algorithm));
  TRY(der_next(&tbs, &item));
  crl->issuer = item.whole;
  TRY(der_read_time(&tbs, &crl->this_update_ms));
  TRY(der_read_time(&tbs, &crl->next_update_ms));
  TRY(read_revoked(&tbs, crl));
  TRY(der_expect(&tbs, DER_CONTEXT_CONSTRUCTED(0), &context));
  TRY(read_number(context, crl));
  TRY(der_end(tbs));
  if (version != 1) {
    FAIL(CRYPTO_CERTIFICATE_SYNTAX, "not a version 2 CRL");
  }
  return OK;
}

result crl_parse(struct slice bytes, struct crl *ret_crl) {
  struct crl crl = {0};
  if (bytes.len > CRL_BYTES_MAX || !is_ok(read_crl(bytes, &crl))) {
    FAIL(CRYPTO_CERTIFICATE_SYNTAX, "not a CRL of our kind");
  }
  *ret_crl = crl;
  return OK;
}

result crl_check_signature(const struct crl *crl, struct slice issuer_spki) {
  struct key *key CLEANUP(key_free) = NULL;
  uint8_t digest[DIGEST_BYTES];
  TRY(key_load_public(issuer_spki, &key));
  digest_sha256(crl->tbs, digest);
  return key_verify(key, digest, crl->signature);
}

bool crl_find(const struct crl *crl, struct slice serial, int64_t *ret_revoked_at_ms) {
  struct slice list = crl->revoked;
  while (list.len > 0) {
    struct slice found = {0};
    int64_t revoked_at_ms = 0;
    if (!is_ok(read_entry(&list, &found, &revoked_at_ms))) {
      return false;
    }
    if (slice_eq(found, serial)) {
      *ret_revoked_at_ms = revoked_at_ms;
      return true;
    }
  }
  return false;
}
