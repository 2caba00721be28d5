#include "crypto/x509.h"

#include <assert.h>

#include "codec/der.h"
#include "codec/utf8.h"
#include "crypto/key.h"

enum { KEY_USAGE_SIGNATURE = 0x80, KEY_USAGE_COMMITMENT = 0x40, KEY_USAGE_CERTIFICATES = 0x04, KEY_USAGE_CRLS = 0x02 };
enum { NAME_CHARACTERS_MAX = 64, URL_BYTES_MAX = 512, CERTIFICATE_BYTES_MAX = 8192 };

static const struct profile {
  int path_length; /* CAs allowed below; -1: not a CA */
  uint8_t key_usage;
  const char *policy; /* NULL: none */
} profiles[] = {
    [X509_ROOT_CA] = {1, KEY_USAGE_CERTIFICATES | KEY_USAGE_CRLS, NULL},
    [X509_ISSUING_CA] = {0, KEY_USAGE_CERTIFICATES | KEY_USAGE_CRLS, "2.5.29.32.0"}, /* anyPolicy [RFC5280 4.2.1.4] */
    [X509_PERSON_SIGNING] = {-1, KEY_USAGE_SIGNATURE | KEY_USAGE_COMMITMENT, X509_POLICY_PERSON},
    [X509_AGENCY_SEAL] = {-1, KEY_USAGE_SIGNATURE | KEY_USAGE_COMMITMENT, X509_POLICY_SEAL},
    [X509_SYSTEM] = {-1, KEY_USAGE_SIGNATURE, X509_POLICY_SYSTEM},
};

/* OID contents, as they stand in DER. */
static const uint8_t at_common_name[] = {0x55, 0x04, 0x03};
static const uint8_t at_serial_number[] = {0x55, 0x04, 0x05};
static const uint8_t at_organization[] = {0x55, 0x04, 0x0A};
static const uint8_t at_organizational_unit[] = {0x55, 0x04, 0x0B};

/* ---- writing ---- */

void x509_serial_from(uint8_t random_bytes[static X509_SERIAL_BYTES]) {
  random_bytes[0] =
      (uint8_t)((random_bytes[0] & 0x7F) | 0x40); /* positive, and always 16 bytes [RFC5280 4.1.2.2 MUST] */
}

result x509_key_id(struct slice spki, uint8_t ret_key_id[static X509_KEY_ID_BYTES]) {
  struct slice point = {0};
  uint8_t digest[DIGEST_BYTES];
  TRY(key_point_of(spki, &point));
  digest_sha256(point, digest); /* [RFC7093 2 (1)] */
  memcpy(ret_key_id, digest, X509_KEY_ID_BYTES);
  return OK;
}

void x509_put_signature_algorithm(struct buf *out) {
  size_t sequence = der_open(out, DER_SEQUENCE);
  der_put_oid(out, "1.2.840.10045.4.3.2"); /* ecdsa-with-SHA256, parameters absent [RFC5758 3.2 MUST] */
  der_close(out, sequence);
}

static void put_attribute(struct buf *out, const char *oid, uint8_t tag, struct slice value) {
  if (value.len == 0) {
    return;
  }
  size_t set = der_open(out, DER_SET);
  size_t sequence = der_open(out, DER_SEQUENCE);
  der_put_oid(out, oid);
  der_put(out, tag, value);
  der_close(out, sequence);
  der_close(out, set);
}

static void put_name(struct buf *out, const struct x509_name *name) {
  size_t sequence = der_open(out, DER_SEQUENCE);
  put_attribute(out, "2.5.4.6", DER_PRINTABLE_STRING, S("VN"));
  put_attribute(out, "2.5.4.10", DER_UTF8_STRING, name->organization);
  put_attribute(out, "2.5.4.11", DER_UTF8_STRING, name->organizational_unit);
  put_attribute(out, "2.5.4.5", DER_PRINTABLE_STRING, name->serial_number);
  put_attribute(out, "2.5.4.3", DER_UTF8_STRING, name->common_name);
  der_close(out, sequence);
}

static bool is_printable_string(struct slice s) {
  for (size_t i = 0; i < s.len; i++) {
    uint8_t c = s.ptr[i];
    bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!letter && memchr(" '()+,-./:=?", c, 12) == NULL) {
      return false;
    }
  }
  return true;
}

static result check_name(const struct x509_name *name) {
  const struct slice fields[] = {name->common_name, name->organization, name->organizational_unit, name->serial_number};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    if (!utf8_is_line(fields[i]) || utf8_count(fields[i]) > NAME_CHARACTERS_MAX) {
      FAIL(CRYPTO_CERTIFICATE_SYNTAX, "name field %zu is too long or not a line of text", i);
    }
  }
  if (name->common_name.len == 0 || !is_printable_string(name->serial_number)) {
    FAIL(CRYPTO_CERTIFICATE_SYNTAX, "no common name, or a serial number that is not printable");
  }
  return OK;
}

/* Opens an Extension up to its OCTET STRING; close both marks. */
struct extension {
  size_t sequence;
  size_t octets;
};

static struct extension open_extension(struct buf *out, const char *oid, bool critical) {
  struct extension extension;
  extension.sequence = der_open(out, DER_SEQUENCE);
  der_put_oid(out, oid);
  if (critical) {
    der_put_bool(out, true);
  }
  extension.octets = der_open(out, DER_OCTET_STRING);
  return extension;
}

static void close_extension(struct buf *out, struct extension extension) {
  der_close(out, extension.octets);
  der_close(out, extension.sequence);
}

static void put_basic_constraints(struct buf *out, const struct profile *profile) {
  struct extension extension = open_extension(out, "2.5.29.19", true);
  size_t sequence = der_open(out, DER_SEQUENCE);
  if (profile->path_length >= 0) {
    der_put_bool(out, true);
    der_put_int(out, profile->path_length);
  }
  der_close(out, sequence);
  close_extension(out, extension);
}

static void put_key_usage(struct buf *out, uint8_t usage) {
  struct extension extension = open_extension(out, "2.5.29.15", true);
  uint8_t unused = 0;
  while ((usage >> unused & 1) == 0) {
    unused++; /* trailing nought bits are left out of named bit lists [X690 11.2.2] */
  }
  der_put_bits(out, slice_of(&usage, 1), unused);
  close_extension(out, extension);
}

static void put_key_ids(struct buf *out, struct slice subject_id, struct slice issuer_id) {
  struct extension extension = open_extension(out, "2.5.29.14", false);
  der_put(out, DER_OCTET_STRING, subject_id);
  close_extension(out, extension);
  extension = open_extension(out, "2.5.29.35", false);
  size_t sequence = der_open(out, DER_SEQUENCE);
  der_put(out, DER_CONTEXT(0), issuer_id);
  der_close(out, sequence);
  close_extension(out, extension);
}

static void put_policy(struct buf *out, const char *policy) {
  struct extension extension = open_extension(out, "2.5.29.32", false);
  size_t policies = der_open(out, DER_SEQUENCE);
  size_t information = der_open(out, DER_SEQUENCE);
  der_put_oid(out, policy);
  der_close(out, information);
  der_close(out, policies);
  close_extension(out, extension);
}

static void put_crl_point(struct buf *out, struct slice url) {
  struct extension extension = open_extension(out, "2.5.29.31", false);
  size_t points = der_open(out, DER_SEQUENCE);
  size_t point = der_open(out, DER_SEQUENCE);
  size_t name = der_open(out, DER_CONTEXT_CONSTRUCTED(0));
  size_t full_name = der_open(out, DER_CONTEXT_CONSTRUCTED(0));
  der_put(out, DER_CONTEXT(6), url);
  der_close(out, full_name);
  der_close(out, name);
  der_close(out, point);
  der_close(out, points);
  close_extension(out, extension);
}

static void put_extensions(struct buf *out, const struct x509_request *request, struct slice subject_id,
                           struct slice issuer_id) {
  const struct profile *profile = &profiles[request->profile];
  size_t context = der_open(out, DER_CONTEXT_CONSTRUCTED(3));
  size_t sequence = der_open(out, DER_SEQUENCE);
  put_basic_constraints(out, profile);
  put_key_usage(out, profile->key_usage);
  put_key_ids(out, subject_id, issuer_id);
  if (profile->policy != NULL) {
    put_policy(out, profile->policy);
  }
  if (request->crl_url.len > 0) {
    put_crl_point(out, request->crl_url);
  }
  der_close(out, sequence);
  der_close(out, context);
}

static void put_tbs(struct buf *out, const struct x509_request *request, struct slice issuer_name,
                    const uint8_t ids[static 40]) {
  size_t tbs = der_open(out, DER_SEQUENCE);
  size_t version = der_open(out, DER_CONTEXT_CONSTRUCTED(0));
  der_put_int(out, 2); /* v3 */
  der_close(out, version);
  der_put_unsigned(out, slice_of(request->serial, X509_SERIAL_BYTES));
  x509_put_signature_algorithm(out);
  if (issuer_name.len > 0) {
    buf_append(out, issuer_name);
  } else {
    put_name(out, &request->subject);
  }
  size_t validity = der_open(out, DER_SEQUENCE);
  der_put_time(out, request->not_before_ms);
  der_put_time(out, request->not_after_ms);
  der_close(out, validity);
  put_name(out, &request->subject);
  buf_append(out, request->spki);
  put_extensions(out, request, slice_of(ids, X509_KEY_ID_BYTES), slice_of(ids + X509_KEY_ID_BYTES, X509_KEY_ID_BYTES));
  der_close(out, tbs);
}

result x509_write(const struct x509_request *request, const struct x509_issuer_key *issuer_key, struct arena *arena,
                  struct slice *ret_certificate) {
  uint8_t ids[2 * X509_KEY_ID_BYTES]; /* the subject's, the issuer's */
  struct slice issuer_name = {0};
  TRY(check_name(&request->subject));
  if (request->not_before_ms >= request->not_after_ms || request->crl_url.len > URL_BYTES_MAX ||
      (request->serial[0] & 0xC0) != 0x40) {
    FAIL(CRYPTO_CERTIFICATE_SYNTAX, "lifetime, CRL address or serial number");
  }
  TRY(x509_key_id(request->spki, ids));
  memcpy(ids + X509_KEY_ID_BYTES, ids, X509_KEY_ID_BYTES);
  if (request->issuer.len > 0) {
    struct x509 issuer;
    TRY(x509_parse(request->issuer, &issuer));
    issuer_name = issuer.subject;
    if (!issuer.is_ca || issuer.subject_key_id.len != X509_KEY_ID_BYTES) {
      FAIL(CRYPTO_CERTIFICATE_SYNTAX, "the issuer is not a CA");
    }
    memcpy(ids + X509_KEY_ID_BYTES, issuer.subject_key_id.ptr, X509_KEY_ID_BYTES);
  }
  struct buf out;
  buf_init(&out, arena, 1024);
  size_t certificate = der_open(&out, DER_SEQUENCE);
  size_t tbs_at = out.len;
  put_tbs(&out, request, issuer_name, ids);
  uint8_t digest[DIGEST_BYTES];
  struct slice signature = {0};
  digest_sha256(slice_from(buf_slice(&out), tbs_at), digest);
  TRY(issuer_key->sign(issuer_key->context, digest, arena, &signature));
  x509_put_signature_algorithm(&out);
  der_put_bits(&out, signature, 0);
  der_close(&out, certificate);
  *ret_certificate = buf_slice(&out);
  return OK;
}

/* ---- reading ---- */

static result read_attribute(struct slice set, struct slice *ret_oid, struct slice *ret_value) {
  struct slice attribute = {0};
  struct der_item value;
  TRY(der_expect(&set, DER_SEQUENCE, &attribute));
  TRY(der_end(set)); /* one attribute a set: ours have no others */
  TRY(der_expect(&attribute, DER_OID, ret_oid));
  TRY(der_next(&attribute, &value));
  *ret_value = value.content;
  return der_end(attribute);
}

static result read_name(struct slice name, struct x509_name *ret_name) {
  struct slice sets = {0};
  TRY(der_expect(&name, DER_SEQUENCE, &sets));
  while (sets.len > 0) {
    struct slice set = {0};
    struct slice oid = {0};
    struct slice value = {0};
    TRY(der_expect(&sets, DER_SET, &set));
    TRY(read_attribute(set, &oid, &value));
    if (slice_eq(oid, slice_of(at_common_name, 3))) {
      ret_name->common_name = value;
    } else if (slice_eq(oid, slice_of(at_organization, 3))) {
      ret_name->organization = value;
    } else if (slice_eq(oid, slice_of(at_organizational_unit, 3))) {
      ret_name->organizational_unit = value;
    } else if (slice_eq(oid, slice_of(at_serial_number, 3))) {
      ret_name->serial_number = value;
    }
  }
  return OK;
}

static result read_basic_constraints(struct slice value, struct x509 *x509) {
  struct slice sequence = {0};
  TRY(der_expect(&value, DER_SEQUENCE, &sequence));
  if (der_is_next(sequence, DER_BOOLEAN)) {
    TRY(der_read_bool(&sequence, &x509->is_ca));
  }
  return der_end(value);
}

static result read_key_usage(struct slice value, struct x509 *x509) {
  struct slice bits = {0};
  TRY(der_expect(&value, DER_BIT_STRING, &bits));
  x509->may_sign_documents = bits.len >= 2 && (bits.ptr[1] & KEY_USAGE_COMMITMENT) != 0;
  return der_end(value);
}

static result read_subject_key_id(struct slice value, struct x509 *x509) {
  return der_expect(&value, DER_OCTET_STRING, &x509->subject_key_id);
}

static result read_authority_key_id(struct slice value, struct x509 *x509) {
  struct slice sequence = {0};
  TRY(der_expect(&value, DER_SEQUENCE, &sequence));
  return der_is_next(sequence, DER_CONTEXT(0)) ? der_expect(&sequence, DER_CONTEXT(0), &x509->authority_key_id) : OK;
}

static result read_policies(struct slice value, struct x509 *x509) {
  struct slice policies = {0};
  struct slice information = {0};
  TRY(der_expect(&value, DER_SEQUENCE, &policies));
  TRY(der_expect(&policies, DER_SEQUENCE, &information));
  return der_expect(&information, DER_OID, &x509->policy);
}

static result read_crl_point(struct slice value, struct x509 *x509) {
  static const uint8_t path[] = {DER_SEQUENCE, DER_SEQUENCE, DER_CONTEXT_CONSTRUCTED(0), DER_CONTEXT_CONSTRUCTED(0),
                                 DER_CONTEXT(6)};
  for (size_t i = 0; i < sizeof path; i++) {
    struct slice inner = {0};
    TRY(der_expect(&value, path[i], &inner));
    value = inner;
  }
  x509->crl_url = value;
  return OK;
}

static const struct {
  uint8_t number; /* 2.5.29.n */
  result (*read)(struct slice value, struct x509 *x509);
} extensions[] = {
    {14, read_subject_key_id}, {15, read_key_usage}, {19, read_basic_constraints},
    {31, read_crl_point},      {32, read_policies},  {35, read_authority_key_id},
};

static result read_extension(struct slice extension, struct x509 *x509) {
  struct slice oid = {0};
  struct slice value = {0};
  bool critical = false;
  TRY(der_expect(&extension, DER_OID, &oid));
  if (der_is_next(extension, DER_BOOLEAN)) {
    TRY(der_read_bool(&extension, &critical));
  }
  TRY(der_expect(&extension, DER_OCTET_STRING, &value));
  TRY(der_end(extension));
  for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++) {
    const uint8_t known[] = {0x55, 0x1D, extensions[i].number};
    if (slice_eq(oid, slice_of(known, sizeof known))) {
      return extensions[i].read(value, x509);
    }
  }
  if (critical) {
    FAIL(CRYPTO_CERTIFICATE_SYNTAX, "unknown critical extension"); /* [RFC5280 4.2 MUST] */
  }
  return OK;
}

static result read_whole(struct slice *rest, uint8_t tag, struct slice *ret_whole) {
  struct der_item item;
  TRY(der_next(rest, &item));
  if (item.tag != tag) {
    FAIL(CRYPTO_CERTIFICATE_SYNTAX, "tag 0x%02x where 0x%02x is due", item.tag, tag);
  }
  *ret_whole = item.whole;
  return OK;
}

static result read_head(struct slice *tbs, struct x509 *x509) {
  struct slice version = {0};
  struct slice algorithm = {0};
  struct slice validity = {0};
  struct x509_name issuer_name = {0};
  int64_t number = 0;
  TRY(der_expect(tbs, DER_CONTEXT_CONSTRUCTED(0), &version));
  TRY(der_read_int(&version, &number));
  if (number != 2) {
    FAIL(CRYPTO_CERTIFICATE_SYNTAX, "not version 3");
  }
  TRY(der_read_unsigned(tbs, &x509->serial));
  TRY(der_expect(tbs, DER_SEQUENCE, &algorithm));
  TRY(read_whole(tbs, DER_SEQUENCE, &x509->issuer));
  TRY(der_expect(tbs, DER_SEQUENCE, &validity));
  TRY(der_read_time(&validity, &x509->not_before_ms));
  TRY(der_read_time(&validity, &x509->not_after_ms));
  TRY(read_whole(tbs, DER_SEQUENCE, &x509->subject));
  TRY(read_whole(tbs, DER_SEQUENCE, &x509->spki));
  TRY(read_name(x509->subject, &x509->subject_name));
  TRY(read_name(x509->issuer, &issuer_name));
  x509->issuer_common_name = issuer_name.common_name;
  return OK;
}

static result read_certificate(struct slice certificate, struct x509 *x509) {
  struct slice content = {0};
  struct slice tbs = {0};
  struct slice algorithm = {0};
  struct slice context = {0};
  struct slice list = {0};
  TRY(der_expect(&certificate, DER_SEQUENCE, &content));
  TRY(der_end(certificate));
  TRY(read_whole(&content, DER_SEQUENCE, &x509->tbs));
  TRY(der_expect(&content, DER_SEQUENCE, &algorithm));
  TRY(der_read_bits(&content, &x509->signature));
  TRY(der_end(content));
  struct slice rest = x509->tbs;
  TRY(der_expect(&rest, DER_SEQUENCE, &tbs));
  TRY(read_head(&tbs, x509));
  TRY(der_expect(&tbs, DER_CONTEXT_CONSTRUCTED(3), &context));
  TRY(der_expect(&context, DER_SEQUENCE, &list));
  while (list.len > 0) {
    struct slice extension = {0};
    TRY(der_expect(&list, DER_SEQUENCE, &extension));
    TRY(read_extension(extension, x509));
  }
  return der_end(tbs);
}

result x509_parse(struct slice certificate, struct x509 *ret_x509) {
  struct x509 x509 = {0};
  if (certificate.len > CERTIFICATE_BYTES_MAX || !is_ok(read_certificate(certificate, &x509))) {
    FAIL(CRYPTO_CERTIFICATE_SYNTAX, "not a certificate of our kind");
  }
  *ret_x509 = x509;
  return OK;
}

bool x509_has_policy(const struct x509 *x509, const char *dotted) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct buf out;
  buf_init(&out, &arena, 32);
  der_put_oid(&out, dotted);
  return slice_eq(slice_from(buf_slice(&out), 2), x509->policy);
}
