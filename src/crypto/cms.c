/*
 *  ContentInfo  signedData
 *    SignedData   version 1, { sha256 }, data (detached), [0] { signer's and issuer's certificate }, { SignerInfo }
 *      SignerInfo   version 1, issuer and serial, sha256, [0] { attributes }, ecdsa-with-SHA256, signature
 *        attributes   content-type = data, message-digest, signing-certificate-v2
 */
#include "crypto/cms.h"

#include "codec/der.h"
#include "crypto/key.h"
#include "crypto/x509.h"

#define OID_DATA "1.2.840.113549.1.7.1"
#define OID_SIGNED_DATA "1.2.840.113549.1.7.2"
#define OID_CONTENT_TYPE "1.2.840.113549.1.9.3"
#define OID_MESSAGE_DIGEST "1.2.840.113549.1.9.4"
#define OID_SIGNING_CERTIFICATE_V2 "1.2.840.113549.1.9.16.2.47"
#define OID_SHA256 "2.16.840.1.101.3.4.2.1"

static size_t open_attribute(struct buf *out, const char *type, size_t *ret_values) {
  size_t attribute = der_open(out, DER_SEQUENCE);
  der_put_oid(out, type);
  *ret_values = der_open(out, DER_SET);
  return attribute;
}

static void close_attribute(struct buf *out, size_t attribute, size_t values) {
  der_close(out, values);
  der_close(out, attribute);
}

/* [EN319142-1 6.3 MUST] content-type, message-digest and signing-certificate-v2; [EN319142-1 6.3 MUST NOT] signing-time:
 * the time is the signature dictionary's /M. */
result cms_attributes_write(struct arena *arena, const uint8_t content_digest[static DIGEST_BYTES], struct slice signer,
                            struct slice *ret_attributes, uint8_t ret_digest[static DIGEST_BYTES]) {
  struct buf out;
  size_t values = 0;
  uint8_t certificate_digest[DIGEST_BYTES];
  buf_init(&out, arena, 256);
  size_t set = der_open(&out, DER_SET);
  size_t attribute = open_attribute(&out, OID_CONTENT_TYPE, &values);
  der_put_oid(&out, OID_DATA);
  close_attribute(&out, attribute, values);
  attribute = open_attribute(&out, OID_MESSAGE_DIGEST, &values);
  der_put(&out, DER_OCTET_STRING, slice_of(content_digest, DIGEST_BYTES));
  close_attribute(&out, attribute, values);
  /* [RFC5035 4] the hash algorithm is SHA-256 by default, and DER leaves defaults out */
  digest_sha256(signer, certificate_digest);
  attribute = open_attribute(&out, OID_SIGNING_CERTIFICATE_V2, &values);
  size_t signing_certificate = der_open(&out, DER_SEQUENCE);
  size_t certificates = der_open(&out, DER_SEQUENCE);
  size_t identifier = der_open(&out, DER_SEQUENCE);
  der_put(&out, DER_OCTET_STRING, slice_of(certificate_digest, DIGEST_BYTES));
  der_close(&out, identifier);
  der_close(&out, certificates);
  der_close(&out, signing_certificate);
  close_attribute(&out, attribute, values);
  der_close_set_of(&out, set); /* [RFC5652 5.4 MUST] the digest is over the DER of the SET OF */
  *ret_attributes = buf_slice(&out);
  digest_sha256(*ret_attributes, ret_digest);
  return OK;
}

/* [RFC5754 2 MUST] no parameters */
static void put_sha256(struct buf *out) {
  size_t algorithm = der_open(out, DER_SEQUENCE);
  der_put_oid(out, OID_SHA256);
  der_close(out, algorithm);
}

static result put_signer_info(struct buf *out, const struct cms_signed_data *data) {
  struct x509 signer;
  struct slice attributes = data->attributes;
  struct slice members;
  TRY(x509_parse(data->signer, &signer));
  TRY(der_expect(&attributes, DER_SET, &members));
  size_t info = der_open(out, DER_SEQUENCE);
  der_put_int(out, 1);
  size_t identifier = der_open(out, DER_SEQUENCE);
  buf_append(out, signer.issuer);
  der_put_unsigned(out, signer.serial);
  der_close(out, identifier);
  put_sha256(out);
  der_put(out, DER_CONTEXT_CONSTRUCTED(0), members);
  x509_put_signature_algorithm(out);
  der_put(out, DER_OCTET_STRING, data->signature);
  der_close(out, info);
  return OK;
}

result cms_signed_data_write(struct arena *arena, const struct cms_signed_data *data, struct slice *ret_cms) {
  struct buf out;
  buf_init(&out, arena, data->signer.len + data->issuer.len + 1024);
  size_t content_info = der_open(&out, DER_SEQUENCE);
  der_put_oid(&out, OID_SIGNED_DATA);
  size_t content = der_open(&out, DER_CONTEXT_CONSTRUCTED(0));
  size_t signed_data = der_open(&out, DER_SEQUENCE);
  der_put_int(&out, 1);
  size_t digests = der_open(&out, DER_SET);
  put_sha256(&out);
  der_close(&out, digests);
  size_t encapsulated = der_open(&out, DER_SEQUENCE);
  der_put_oid(&out, OID_DATA);
  der_close(&out, encapsulated);
  size_t certificates = der_open(&out, DER_CONTEXT_CONSTRUCTED(0));
  buf_append(&out, data->signer);
  buf_append(&out, data->issuer);
  der_close_set_of(&out, certificates);
  size_t signers = der_open(&out, DER_SET);
  TRY(put_signer_info(&out, data));
  der_close(&out, signers);
  der_close(&out, signed_data);
  der_close(&out, content);
  der_close(&out, content_info);
  *ret_cms = buf_slice(&out);
  return OK;
}

result cms_size_max(struct arena *arena, struct slice signer, struct slice issuer, size_t *ret_size) {
  static const uint8_t longest_signature[KEY_SIGNATURE_BYTES_MAX];
  uint8_t digest[DIGEST_BYTES] = {0};
  struct cms_signed_data data = {signer, issuer, {0}, slice_of(longest_signature, sizeof longest_signature)};
  struct slice cms;
  TRY(cms_attributes_write(arena, digest, signer, &data.attributes, digest));
  TRY(cms_signed_data_write(arena, &data, &cms));
  *ret_size = cms.len;
  return OK;
}

/* ---- reading: only as far as to find the parts; that all the rest is as it must be shows when it is written again ---- */

struct parts {
  struct slice certificates[2];
  struct slice issuer; /* of the signer identifier, whole */
  struct slice serial;
  struct slice attributes; /* content of the [0] */
  struct slice signature;
};

static result find_signer_info(struct slice info, struct parts *parts) {
  int64_t version = 0;
  struct der_item item;
  struct slice identifier;
  struct slice algorithm;
  TRY(der_read_int(&info, &version));
  TRY(der_expect(&info, DER_SEQUENCE, &identifier));
  TRY(der_next(&identifier, &item));
  parts->issuer = item.whole;
  TRY(der_read_unsigned(&identifier, &parts->serial));
  TRY(der_end(identifier));
  TRY(der_expect(&info, DER_SEQUENCE, &algorithm));
  TRY(der_expect(&info, DER_CONTEXT_CONSTRUCTED(0), &parts->attributes));
  TRY(der_expect(&info, DER_SEQUENCE, &algorithm));
  TRY(der_expect(&info, DER_OCTET_STRING, &parts->signature));
  return der_end(info); /* unsigned attributes would follow here: refused */
}

static result find_parts(struct slice cms, struct parts *parts) {
  struct slice content_info;
  struct slice content;
  struct slice signed_data;
  struct slice skipped;
  struct slice certificates;
  struct slice signers;
  struct slice signer_info;
  struct der_item item;
  int64_t version = 0;
  TRY(der_expect(&cms, DER_SEQUENCE, &content_info));
  TRY(der_end(cms));
  TRY(der_expect(&content_info, DER_OID, &skipped));
  TRY(der_expect(&content_info, DER_CONTEXT_CONSTRUCTED(0), &content));
  TRY(der_expect(&content, DER_SEQUENCE, &signed_data));
  TRY(der_read_int(&signed_data, &version));
  TRY(der_expect(&signed_data, DER_SET, &skipped));
  TRY(der_expect(&signed_data, DER_SEQUENCE, &skipped));
  TRY(der_expect(&signed_data, DER_CONTEXT_CONSTRUCTED(0), &certificates));
  for (size_t i = 0; i < 2; i++) {
    TRY(der_next(&certificates, &item));
    parts->certificates[i] = item.whole;
  }
  TRY(der_end(certificates));
  TRY(der_expect(&signed_data, DER_SET, &signers));
  TRY(der_end(signed_data));
  TRY(der_expect(&signers, DER_SEQUENCE, &signer_info));
  TRY(der_end(signers)); /* [EN319142-1 6.3 MUST] exactly one SignerInfo */
  return find_signer_info(signer_info, parts);
}

static result find_signer(const struct parts *parts, struct cms_signed_data *data) {
  for (size_t i = 0; i < 2; i++) {
    struct x509 certificate;
    TRY(x509_parse(parts->certificates[i], &certificate));
    if (slice_eq(certificate.issuer, parts->issuer) && slice_eq(certificate.serial, parts->serial)) {
      data->signer = parts->certificates[i];
      data->issuer = parts->certificates[1 - i];
      return OK;
    }
  }
  FAIL(CMS_CERTIFICATE, "the signer's certificate is not among the certificates");
}

static result find_message_digest(struct arena *arena, struct slice attributes, struct slice *ret_digest) {
  while (attributes.len > 0) {
    struct slice attribute;
    struct slice type;
    struct slice values;
    TRY(der_expect(&attributes, DER_SEQUENCE, &attribute));
    TRY(der_read_oid(&attribute, arena, &type));
    if (slice_is(type, OID_MESSAGE_DIGEST)) {
      TRY(der_expect(&attribute, DER_SET, &values));
      return der_expect(&values, DER_OCTET_STRING, ret_digest);
    }
  }
  FAIL(CMS_SYNTAX, "no message-digest");
}

static result check_attributes(struct arena *arena, const struct parts *parts, const uint8_t *content_digest,
                               const struct cms_signed_data *data) {
  struct slice found;
  struct slice wanted;
  uint8_t digest[DIGEST_BYTES];
  TRY(find_message_digest(arena, parts->attributes, &found));
  if (!slice_eq(found, slice_of(content_digest, DIGEST_BYTES))) {
    FAIL(CMS_DIGEST, "the content is not what was signed");
  }
  TRY(cms_attributes_write(arena, content_digest, data->signer, &wanted, digest));
  if (!slice_eq(wanted, data->attributes)) {
    FAIL(CMS_CERTIFICATE, "signing-certificate-v2 names another certificate, or an attribute too many");
  }
  return OK;
}

static void free_key(struct key **key) {
  key_free(key);
}

static result check_signature(const struct cms_signed_data *data) {
  struct x509 signer;
  struct key *key CLEANUP(free_key) = NULL;
  uint8_t digest[DIGEST_BYTES];
  TRY(x509_parse(data->signer, &signer));
  TRY(key_load_public(signer.spki, &key));
  digest_sha256(data->attributes, digest);
  if (!is_ok(key_verify(key, digest, data->signature))) {
    FAIL(CMS_SIGNATURE, "the signature is not the certificate's");
  }
  return OK;
}

result cms_verify(struct arena *arena, struct slice cms, const uint8_t content_digest[static DIGEST_BYTES],
                  struct cms_signed_data *ret_data) {
  struct parts parts = {0};
  struct cms_signed_data data = {0};
  struct slice again;
  if (!is_ok(find_parts(cms, &parts))) {
    FAIL(CMS_SYNTAX, "not a SignedData of our form");
  }
  TRY(find_signer(&parts, &data));
  struct buf attributes;
  buf_init(&attributes, arena, parts.attributes.len + 8);
  der_put(&attributes, DER_SET, parts.attributes);
  data.attributes = buf_slice(&attributes);
  data.signature = parts.signature;
  TRY(cms_signed_data_write(arena, &data, &again));
  if (!slice_eq(again, cms)) {
    FAIL(CMS_SYNTAX, "not the one encoding of this SignedData");
  }
  TRY(check_attributes(arena, &parts, content_digest, &data));
  TRY(check_signature(&data));
  *ret_data = data;
  return OK;
}
