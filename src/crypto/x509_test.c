#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/unit_test.h"
#include "codec/der.h"
#include "crypto/crl.h"
#include "crypto/key.h"

enum { DAY = 24 * 3600 * 1000 };
static const int64_t start_ms = 1717549200000; /* 2024-06-05 */
static const int64_t year_ms = (int64_t)365 * DAY;

static struct arena arena;

static struct ca {
  struct key *root_key;
  struct key *issuing_key;
  struct key *person_key;
  struct slice root;
  struct slice issuing;
  struct slice person;
  struct slice crls[2];
} ca;

static result sign_with(void *context, const uint8_t digest[static DIGEST_BYTES], struct arena *to,
                        struct slice *ret_signature) {
  return key_sign(context, digest, to, ret_signature);
}

static result refuse_to_sign(void *context, const uint8_t digest[static DIGEST_BYTES], struct arena *to,
                             struct slice *ret_signature) {
  (void)context, (void)digest, (void)to, (void)ret_signature;
  FAIL(CRYPTO_PROOF_WRONG, "refused");
}

static struct x509_request request_for(enum x509_profile profile, const char *name, const struct key *key,
                                       struct slice issuer) {
  struct x509_request request = {
      .profile = profile, .issuer = issuer, .not_before_ms = start_ms, .not_after_ms = start_ms + 5 * year_ms};
  request.subject =
      (struct x509_name){S("Sở Tư pháp thành phố Hà Nội"), S("Phòng Lý lịch tư pháp"), slice_str(name), S("P-17")};
  assert_ok(key_public(key, &arena, &request.spki));
  memset(request.serial, 0x11 + (int)profile, sizeof request.serial);
  x509_serial_from(request.serial);
  request.crl_url = issuer.len ? S("http://localhost:8080/pki/issuing.crl") : S("");
  return request;
}

static struct slice certify(struct x509_request request, struct key *by) {
  struct slice certificate = {0};
  struct x509_issuer_key issuer_key = {sign_with, by};
  assert_ok(x509_write(&request, &issuer_key, &arena, &certificate));
  return certificate;
}

static struct slice list_revoked(struct slice issuer, struct key *by, const struct crl_entry *entries, size_t count) {
  struct slice crl = {0};
  struct x509_issuer_key issuer_key = {sign_with, by};
  struct crl_request request = {issuer, 1 + (int64_t)count, start_ms, start_ms + 30 * (int64_t)DAY, entries, count};
  assert_ok(crl_write(&request, &issuer_key, &arena, &crl));
  return crl;
}

static int setup(void **state) {
  (void)state;
  arena_init(&arena);
  assert_ok(key_generate(&ca.root_key));
  assert_ok(key_generate(&ca.issuing_key));
  assert_ok(key_generate(&ca.person_key));
  struct x509_request root = request_for(X509_ROOT_CA, "Danh Demo Root CA", ca.root_key, (struct slice){0});
  root.not_after_ms = start_ms + 20 * year_ms;
  ca.root = certify(root, ca.root_key);
  struct x509_request issuing = request_for(X509_ISSUING_CA, "Danh Demo Issuing CA", ca.issuing_key, ca.root);
  issuing.not_after_ms = start_ms + 10 * year_ms;
  ca.issuing = certify(issuing, ca.root_key);
  ca.person = certify(request_for(X509_PERSON_SIGNING, "Nguyễn Văn Đức", ca.person_key, ca.issuing), ca.issuing_key);
  ca.crls[0] = list_revoked(ca.root, ca.root_key, NULL, 0);
  ca.crls[1] = list_revoked(ca.issuing, ca.issuing_key, NULL, 0);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  key_free(&ca.root_key);
  key_free(&ca.issuing_key);
  key_free(&ca.person_key);
  arena_free(&arena);
  return 0;
}

static struct x509_trust trust_at(int64_t at_ms) {
  return (struct x509_trust){ca.root, &ca.issuing, 1, ca.crls, 2, at_ms};
}

static void reads_back_what_it_wrote(void **state) {
  (void)state;
  struct x509 person;
  struct x509 issuing;
  assert_ok(x509_parse(ca.person, &person));
  assert_ok(x509_parse(ca.issuing, &issuing));
  assert_true(slice_is(person.subject_name.common_name, "Nguyễn Văn Đức"));
  assert_true(slice_is(person.subject_name.organization, "Sở Tư pháp thành phố Hà Nội"));
  assert_true(slice_is(person.subject_name.serial_number, "P-17"));
  assert_true(slice_is(person.issuer_common_name, "Danh Demo Issuing CA"));
  assert_true(slice_is(person.crl_url, "http://localhost:8080/pki/issuing.crl"));
  assert_true(person.not_before_ms == start_ms && person.not_after_ms == start_ms + 5 * year_ms);
  assert_int_equal(person.serial.len, X509_SERIAL_BYTES);
  assert_true(person.serial.ptr[0] < 0x80); /* [RFC5280 4.1.2.2 MUST] positive */
  assert_true(person.may_sign_documents && !person.is_ca);
  assert_true(issuing.is_ca && !issuing.may_sign_documents);
  assert_true(x509_has_policy(&person, X509_POLICY_PERSON));
  assert_false(x509_has_policy(&person, X509_POLICY_SEAL));
  assert_true(slice_eq(person.authority_key_id, issuing.subject_key_id));
}

static void chain_is_believed_only_at_its_time_and_by_its_root(void **state) {
  (void)state;
  struct x509_trust good = trust_at(start_ms + DAY);
  assert_ok(x509_verify(&good, ca.person));
  assert_ok(x509_verify(&good, ca.issuing));
  struct x509_trust trust = trust_at(start_ms - 1000);
  assert_code(x509_verify(&trust, ca.person), CRYPTO_CERTIFICATE_EXPIRED);
  trust = trust_at(start_ms + 6 * year_ms);
  assert_code(x509_verify(&trust, ca.person), CRYPTO_CERTIFICATE_EXPIRED);
  trust = trust_at(start_ms + 31 * (int64_t)DAY);
  assert_code(x509_verify(&trust, ca.person), CRYPTO_CRL_UNUSABLE);
  trust = good;
  trust.intermediate_count = 0;
  assert_code(x509_verify(&trust, ca.person), CRYPTO_CERTIFICATE_UNTRUSTED);
  trust = good;
  trust.crl_count = 1; /* the root's alone */
  assert_code(x509_verify(&trust, ca.person), CRYPTO_CRL_UNUSABLE);
  trust = good;
  trust.root = certify(request_for(X509_ROOT_CA, "Danh Demo Root CA", ca.person_key, (struct slice){0}), ca.person_key);
  assert_code(x509_verify(&trust, ca.person), CRYPTO_CERTIFICATE_UNTRUSTED);
  for (size_t i = ca.person.len - 60; i < ca.person.len; i += 7) {
    uint8_t *altered = (uint8_t *)(uintptr_t)arena_copy(&arena, ca.person).ptr;
    altered[i] ^= 1;
    assert_false(is_ok(x509_verify(&good, slice_of(altered, ca.person.len))));
  }
  assert_code(x509_verify(&good, S("")), CRYPTO_CERTIFICATE_SYNTAX);
}

static void a_person_cannot_act_as_ca(void **state) {
  (void)state;
  struct slice certificate = {0};
  struct x509_issuer_key person = {sign_with, ca.person_key};
  struct x509_request request = request_for(X509_PERSON_SIGNING, "Kẻ giả mạo", ca.person_key, ca.person);
  assert_code(x509_write(&request, &person, &arena, &certificate), CRYPTO_CERTIFICATE_SYNTAX);
  /* A CA made under the issuing CA is one too many: its path length is nought. */
  struct slice below = certify(request_for(X509_ISSUING_CA, "Below", ca.person_key, ca.issuing), ca.issuing_key);
  struct slice leaf = certify(request_for(X509_PERSON_SIGNING, "Leaf", ca.root_key, below), ca.person_key);
  struct slice intermediates[] = {ca.issuing, below};
  struct x509_trust trust = trust_at(start_ms + DAY);
  trust.intermediates = intermediates;
  trust.intermediate_count = 2;
  assert_code(x509_verify(&trust, leaf), CRYPTO_CERTIFICATE_UNTRUSTED);
}

static void revocation_counts_from_its_time_on(void **state) {
  (void)state;
  struct x509 person;
  struct x509 issuing;
  assert_ok(x509_parse(ca.person, &person));
  assert_ok(x509_parse(ca.issuing, &issuing));
  const struct crl_entry entries[] = {{S("\x42"), start_ms, CRL_UNSPECIFIED},
                                      {person.serial, start_ms + 2 * DAY, CRL_KEY_COMPROMISE}};
  struct slice crls[] = {ca.crls[0], ca.crls[1], list_revoked(ca.issuing, ca.issuing_key, entries, 2)};
  struct x509_trust trust = trust_at(start_ms + DAY);
  trust.crls = crls;
  trust.crl_count = 3; /* the older list of nobody does not win */
  assert_ok(x509_verify(&trust, ca.person));
  trust.at_ms = start_ms + 2 * DAY;
  assert_code(x509_verify(&trust, ca.person), CRYPTO_CERTIFICATE_REVOKED);
  const struct crl_entry ca_entry = {issuing.serial, start_ms + DAY, CRL_CA_COMPROMISE};
  struct slice with_ca[] = {list_revoked(ca.root, ca.root_key, &ca_entry, 1), ca.crls[1]};
  trust = trust_at(start_ms + 2 * DAY);
  trust.crls = with_ca;
  assert_code(x509_verify(&trust, ca.person), CRYPTO_CERTIFICATE_REVOKED);
  struct slice forged[] = {ca.crls[0], list_revoked(ca.issuing, ca.person_key, NULL, 0)};
  trust.crls = forged;
  assert_code(x509_verify(&trust, ca.person), CRYPTO_CRL_UNUSABLE);
  struct crl crl;
  assert_code(crl_parse(ca.person, &crl), CRYPTO_CERTIFICATE_SYNTAX);
  assert_code(crl_parse(slice_sub(crls[2], 0, 50), &crl), CRYPTO_CERTIFICATE_SYNTAX);
}

static void refuses_subjects_that_no_certificate_may_have(void **state) {
  (void)state;
  struct slice certificate = {0};
  struct x509_issuer_key by = {sign_with, ca.issuing_key};
  struct x509_request good = request_for(X509_AGENCY_SEAL, "Sở Tư pháp", ca.person_key, ca.issuing);
  assert_ok(x509_write(&good, &by, &arena, &certificate));
  struct x509_request wrong[7];
  for (size_t i = 0; i < 7; i++) {
    wrong[i] = good;
  }
  wrong[0].subject.common_name = S("");
  wrong[1].subject.common_name = S("0123456789012345678901234567890123456789012345678901234567890123x");
  wrong[2].subject.organization = S("a\nb");
  wrong[3].subject.serial_number = S("Đ");
  wrong[4].not_after_ms = wrong[4].not_before_ms;
  wrong[5].subject.common_name = S("\xC3");
  wrong[6].serial[0] = 0xFF;
  for (size_t i = 0; i < 7; i++) {
    assert_code(x509_write(&wrong[i], &by, &arena, &certificate), CRYPTO_CERTIFICATE_SYNTAX);
  }
  struct x509_issuer_key refusing = {refuse_to_sign, NULL};
  assert_code(x509_write(&good, &refusing, &arena, &certificate), CRYPTO_PROOF_WRONG);
  good.spki = S("not a key");
  assert_code(x509_write(&good, &by, &arena, &certificate), CRYPTO_KEY_INVALID);
}

static void refuses_every_cut_certificate(void **state) {
  (void)state;
  struct x509 x509;
  for (size_t len = 0; len < ca.person.len; len++) {
    assert_code(x509_parse(slice_sub(ca.person, 0, len), &x509), CRYPTO_CERTIFICATE_SYNTAX);
  }
}

static bool holds(struct slice bytes, struct slice part) { return memmem(bytes.ptr, bytes.len, part.ptr, part.len) != NULL; }

/* [RFC5280 4.2 MUST] keyUsage, which is critical, is given a number that nobody knows. */
static void refuses_a_critical_extension_it_does_not_know(void **state) {
  (void)state;
  struct x509 x509;
  uint8_t *bytes = ARENA_ARRAY(&arena, uint8_t, ca.person.len);
  memcpy(bytes, ca.person.ptr, ca.person.len);
  uint8_t *usage = memmem(bytes, ca.person.len, "\x06\x03\x55\x1d\x0f\x01\x01\xff", 8);
  assert_non_null(usage);
  usage[4] = 0x7F;
  assert_code(x509_parse(slice_of(bytes, ca.person.len), &x509), CRYPTO_CERTIFICATE_SYNTAX);
}

static void lists_name_their_issuer_key_and_leave_out_what_is_empty(void **state) {
  (void)state;
  struct slice rest = ca.crls[1];
  struct slice list;
  struct slice tbs;
  struct der_item item;
  assert_true(holds(ca.crls[1], S("\x06\x03\x55\x1d\x23"))); /* [RFC5280 5.2.1 MUST] */
  /* [RFC5758 3.2 MUST] ecdsa-with-SHA256 without parameters */
  assert_true(holds(ca.person, S("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02\x03")));
  assert_ok(der_expect(&rest, DER_SEQUENCE, &list));
  assert_ok(der_expect(&list, DER_SEQUENCE, &tbs));
  for (int i = 0; i < 5; i++) { /* version, algorithm, issuer, this and next update */
    assert_ok(der_next(&tbs, &item));
  }
  assert_false(der_is_next(tbs, DER_SEQUENCE)); /* [RFC5280 5.1.2.6 MUST] */
}

static void put_file(const char *path, struct slice bytes) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, file), bytes.len);
  assert_int_equal(fclose(file), 0);
}

/* Somebody else's verdict: the openssl program builds the chain with both CRLs and reads the names. */
static void openssl_program_agrees(void **state) {
  (void)state;
  char dir[] = "/tmp/danh-x509-XXXXXX";
  assert_non_null(mkdtemp(dir));
  const struct {
    const char *name;
    struct slice bytes;
  } files[] = {
      {"root", ca.root}, {"issuing", ca.issuing}, {"person", ca.person}, {"r.crl", ca.crls[0]}, {"i.crl", ca.crls[1]}};
  for (size_t i = 0; i < 5; i++) {
    put_file(arena_cstr(&arena, arena_printf(&arena, "%s/%s", dir, files[i].name)), files[i].bytes);
  }
  struct slice command = arena_printf(
      &arena,
      "cd %s && for f in root issuing person; do openssl x509 -inform DER -in $f -out $f.pem || exit 1; done; "
      "for f in r i; do openssl crl -inform DER -in $f.crl -out $f.pem || exit 1; done; cat r.pem i.pem > crls.pem; "
      "openssl verify -x509_strict -crl_check_all -attime %lld -CAfile root.pem -untrusted issuing.pem -CRLfile "
      "crls.pem person.pem >out 2>&1 "
      "|| { cat out >&2; exit 2; }; openssl x509 -in person.pem -noout -text -nameopt utf8,sep_comma_plus > text && "
      "grep -q 'CN=Nguyễn Văn Đức' text && grep -q 'Digital Signature, Non Repudiation' text && grep -q 'CA:FALSE' "
      "text && "
      "openssl x509 -in issuing.pem -noout -text | grep -q 'CA:TRUE, pathlen:0' && rm -r %s",
      dir, (long long)((start_ms + DAY) / 1000), dir);
  assert_int_equal(system(arena_cstr(&arena, command)), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_back_what_it_wrote),
      cmocka_unit_test(chain_is_believed_only_at_its_time_and_by_its_root),
      cmocka_unit_test(a_person_cannot_act_as_ca),
      cmocka_unit_test(revocation_counts_from_its_time_on),
      cmocka_unit_test(refuses_subjects_that_no_certificate_may_have),
      cmocka_unit_test(refuses_every_cut_certificate),
      cmocka_unit_test(refuses_a_critical_extension_it_does_not_know),
      cmocka_unit_test(lists_name_their_issuer_key_and_leave_out_what_is_empty),
      cmocka_unit_test(openssl_program_agrees),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
