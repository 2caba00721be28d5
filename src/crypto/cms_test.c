#include "crypto/cms.h"

#include "base/unit_test.h"
#include "codec/der.h"
#include "crypto/key.h"
#include "crypto/x509.h"

static struct arena arena;

static struct party {
  struct key *root_key, *issuing_key, *person_key, *other_key;
  struct slice root, issuing, person, other;
} party;

static result sign_with(void *context, const uint8_t digest[static DIGEST_BYTES], struct arena *to,
                        struct slice *ret_signature) {
  return key_sign(context, digest, to, ret_signature);
}

static struct slice certify(enum x509_profile profile, struct key *key, struct slice issuer, struct key *by) {
  struct slice certificate = {0};
  struct x509_request request = {.profile = profile,
                                 .subject = {.organization = S("Sở Tư pháp"), .common_name = S("Phạm Quốc Khánh")},
                                 .issuer = issuer,
                                 .not_before_ms = 1717549200000,
                                 .not_after_ms = 1817549200000};
  static uint8_t serial = 1;
  memset(request.serial, serial++, sizeof request.serial);
  x509_serial_from(request.serial);
  assert_ok(key_public(key, &arena, &request.spki));
  assert_ok(x509_write(&request, &(struct x509_issuer_key){sign_with, by}, &arena, &certificate));
  return certificate;
}

static int make_parties(void **state) {
  (void)state;
  struct key **keys[] = {&party.root_key, &party.issuing_key, &party.person_key, &party.other_key};
  for (size_t i = 0; i < 4; i++) {
    assert_ok(key_generate(keys[i]));
  }
  party.root = certify(X509_ROOT_CA, party.root_key, (struct slice){0}, party.root_key);
  party.issuing = certify(X509_ISSUING_CA, party.issuing_key, party.root, party.root_key);
  party.person = certify(X509_PERSON_SIGNING, party.person_key, party.issuing, party.issuing_key);
  party.other = certify(X509_PERSON_SIGNING, party.other_key, party.issuing, party.issuing_key);
  return 0;
}

static int free_parties(void **state) {
  (void)state;
  key_free(&party.root_key);
  key_free(&party.issuing_key);
  key_free(&party.person_key);
  key_free(&party.other_key);
  arena_free(&arena);
  return 0;
}

static const uint8_t content[DIGEST_BYTES] = {1, 2, 3};

/* The parts of a good SignedData, for tests to spoil. */
static struct cms_signed_data make(struct slice certificate, struct key *key) {
  struct cms_signed_data data = {.signer = certificate, .issuer = party.issuing};
  uint8_t digest[DIGEST_BYTES];
  assert_ok(cms_attributes_write(&arena, content, certificate, &data.attributes, digest));
  assert_ok(key_sign(key, digest, &arena, &data.signature));
  return data;
}

static struct slice write(const struct cms_signed_data *data) {
  struct slice cms = {0};
  assert_ok(cms_signed_data_write(&arena, data, &cms));
  return cms;
}

static void what_is_written_verifies(void **state) {
  (void)state;
  struct cms_signed_data data = make(party.person, party.person_key);
  struct slice cms = write(&data);
  struct cms_signed_data read = {0};
  size_t size = 0;
  assert_ok(cms_verify(&arena, cms, content, &read));
  assert_true(slice_eq(read.signer, party.person));
  assert_true(slice_eq(read.issuer, party.issuing));
  assert_true(slice_eq(read.signature, data.signature));
  /* [RFC5754 2 MUST] SHA-256 without parameters: the sequence ends with the identifier */
  assert_non_null(memmem(cms.ptr, cms.len, "\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01", 13));
  assert_ok(cms_size_max(&arena, party.person, party.issuing, &size));
  assert_in_range(cms.len, size - 4, size);
}

/* [EN319142-1 6.3] [RFC5652 5.4 MUST] */
static void attributes_are_sorted_and_without_signing_time(void **state) {
  (void)state;
  struct slice attributes;
  struct slice members;
  struct slice before = S("");
  uint8_t digest[DIGEST_BYTES];
  size_t count = 0;
  assert_ok(cms_attributes_write(&arena, content, party.person, &attributes, digest));
  assert_ok(der_expect(&attributes, DER_SET, &members));
  while (members.len > 0) {
    struct der_item item;
    struct slice type;
    assert_ok(der_next(&members, &item));
    assert_true(slice_cmp(before, item.whole) < 0);
    before = item.whole;
    assert_ok(der_read_oid(&item.content, &arena, &type));
    assert_false(slice_is(type, "1.2.840.113549.1.9.5"));
    count++;
  }
  assert_int_equal(count, 3);
}

static void rejects_any_changed_byte(void **state) {
  (void)state;
  struct cms_signed_data data = make(party.person, party.person_key);
  struct slice cms = write(&data);
  uint8_t *bytes = arena_alloc(&arena, cms.len);
  for (size_t at = 0; at < cms.len; at++) {
    struct cms_signed_data read;
    memcpy(bytes, cms.ptr, cms.len);
    bytes[at] ^= (uint8_t)(1U << (at % 8));
    /* the issuer's certificate is checked by whoever follows the chain */
    result verified = cms_verify(&arena, slice_of(bytes, cms.len), content, &read);
    if (is_ok(verified)) {
      assert_false(slice_eq(read.issuer, party.issuing));
    }
  }
}

static void rejects_another_content(void **state) {
  (void)state;
  struct cms_signed_data data = make(party.person, party.person_key);
  struct cms_signed_data read;
  uint8_t other[DIGEST_BYTES] = {3, 2, 1};
  assert_code(cms_verify(&arena, write(&data), other, &read), CMS_DIGEST);
}

static void rejects_another_key_and_another_certificate(void **state) {
  (void)state;
  struct cms_signed_data read;
  struct cms_signed_data data = make(party.person, party.other_key);
  assert_code(cms_verify(&arena, write(&data), content, &read), CMS_SIGNATURE);
  /* the same signature under another certificate: signing-certificate-v2 tells [RFC5035 5.4 MUST] */
  data = make(party.person, party.person_key);
  data.signer = party.other;
  assert_code(cms_verify(&arena, write(&data), content, &read), CMS_CERTIFICATE);
}

static void rejects_more_than_the_one_encoding(void **state) {
  (void)state;
  struct cms_signed_data data = make(party.person, party.person_key);
  struct slice cms = write(&data);
  struct cms_signed_data read;
  assert_code(cms_verify(&arena, slice_sub(cms, 0, cms.len - 1), content, &read), CMS_SYNTAX);
  assert_code(cms_verify(&arena, slice_of(arena_copy(&arena, cms).ptr, cms.len + 1), content, &read), CMS_SYNTAX);
  assert_code(cms_verify(&arena, S(""), content, &read), CMS_SYNTAX);
  /* an attribute too many, signed by the right key */
  struct buf more;
  uint8_t digest[DIGEST_BYTES];
  struct slice attributes = data.attributes;
  struct slice members;
  assert_ok(der_expect(&attributes, DER_SET, &members));
  buf_init(&more, &arena, 512);
  size_t set = der_open(&more, DER_SET);
  buf_append(&more, members);
  size_t attribute = der_open(&more, DER_SEQUENCE);
  der_put_oid(&more, "1.2.840.113549.1.9.5");
  size_t values = der_open(&more, DER_SET);
  der_put_time(&more, 1717549200000);
  der_close(&more, values);
  der_close(&more, attribute);
  der_close_set_of(&more, set);
  data.attributes = buf_slice(&more);
  digest_sha256(data.attributes, digest);
  assert_ok(key_sign(party.person_key, digest, &arena, &data.signature));
  assert_code(cms_verify(&arena, write(&data), content, &read), CMS_CERTIFICATE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_written_verifies),
      cmocka_unit_test(attributes_are_sorted_and_without_signing_time),
      cmocka_unit_test(rejects_any_changed_byte),
      cmocka_unit_test(rejects_another_content),
      cmocka_unit_test(rejects_another_key_and_another_certificate),
      cmocka_unit_test(rejects_more_than_the_one_encoding),
  };
  return cmocka_run_group_tests(tests, make_parties, free_parties);
}
