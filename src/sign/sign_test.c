#include "sign/sign.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/unit_test.h"
#include "crypto/cms.h"
#include "crypto/crl.h"
#include "sign/fixture.h"

static struct sign_fixture fixture;

static int open_fixture(void **state) {
  (void)state;
  sign_fixture_open(&fixture);
  return 0;
}

static int close_fixture(void **state) {
  (void)state;
  sign_fixture_close(&fixture);
  return 0;
}

static struct x509_trust trust(void) {
  return (struct x509_trust){.root = fixture.root, .at_ms = fixture.now_ms + 3600 * 1000};
}

static struct slice paper(struct arena *arena) {
  struct pdf_certificate certificate = sign_fixture_paper();
  struct slice pdf = {0};
  assert_ok(pdf_certificate_write(fixture.renderer, arena, &certificate, &pdf));
  return pdf;
}

static struct slice signed_by_person(struct arena *arena) {
  struct sign_order order = sign_fixture_order(&fixture, SIGN_PERSON, paper(arena));
  struct slice pdf = {0};
  assert_ok(sign_fixture_sign(&fixture, arena, &order, &pdf));
  return pdf;
}

static struct slice sealed(struct arena *arena) {
  struct slice pdf = {0};
  assert_ok(sign_fixture_paper_signed(&fixture, arena, &pdf));
  return pdf;
}

static uint16_t verify(struct slice pdf) {
  struct arena arena = {0};
  struct sign_report report;
  struct x509_trust at = trust();
  uint16_t code = sign_verify(&arena, pdf, &at, &report).code;
  arena_free(&arena);
  return code;
}

static void both_signatures_verify(void **state) {
  (void)state;
  struct arena arena = {0};
  struct sign_report report = {0};
  struct x509_trust at = trust();
  assert_ok(sign_verify(&arena, signed_by_person(&arena), &at, &report));
  assert_false(report.sealed);
  assert_false(report.revocation_checked);
  assert_ok(sign_verify(&arena, sealed(&arena), &at, &report));
  assert_true(report.sealed);
  assert_true(slice_is(report.person.name, "Phạm Quốc Khánh"));
  assert_true(slice_is(report.person.reason, "Cấp Phiếu lý lịch tư pháp"));
  assert_true(slice_is(report.seal.name, "Sở Tư pháp thành phố Hà Nội"));
  assert_true(slice_is(report.seal.issuer, "Danh Demonstration Issuing CA"));
  assert_int_equal(report.person.signed_at_ms, fixture.now_ms + 5000);
  assert_true(report.person.covers < report.seal.covers);
  arena_free(&arena);
}

/* After a restart the officer's PIN proof must still fit. */
static void preparing_again_gives_the_same_digest(void **state) {
  (void)state;
  struct arena arena = {0};
  struct sign_prepared first;
  struct sign_prepared second;
  struct sign_order order = sign_fixture_order(&fixture, SIGN_PERSON, paper(&arena));
  assert_ok(sign_prepare(fixture.renderer, &arena, &order, &first));
  assert_ok(sign_prepare(fixture.renderer, &arena, &order, &second));
  assert_memory_equal(first.digest, second.digest, sizeof first.digest);
  order.signed_at_ms += 1000;
  assert_ok(sign_prepare(fixture.renderer, &arena, &order, &second));
  assert_memory_not_equal(first.digest, second.digest, sizeof first.digest);
  arena_free(&arena);
}

static void rejects_signing_out_of_order(void **state) {
  (void)state;
  struct arena arena = {0};
  struct sign_prepared prepared;
  struct slice done = sealed(&arena);
  const struct {
    enum sign_field field;
    struct slice pdf;
  } cases[] = {
      {SIGN_SEAL, paper(&arena)},
      {SIGN_PERSON, signed_by_person(&arena)},
      {SIGN_PERSON, done},
      {SIGN_SEAL, done},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct sign_order order = sign_fixture_order(&fixture, cases[i].field, cases[i].pdf);
    assert_code(sign_prepare(fixture.renderer, &arena, &order, &prepared), SIGN_ORDER);
  }
  arena_free(&arena);
}

static void rejects_certificates_for_other_purposes(void **state) {
  (void)state;
  struct arena arena = {0};
  struct sign_prepared prepared;
  struct sign_order order = sign_fixture_order(&fixture, SIGN_PERSON, paper(&arena));
  order.certificate = fixture.seal;
  assert_code(sign_prepare(fixture.renderer, &arena, &order, &prepared), SIGN_CERTIFICATE);
  order.certificate = fixture.issuing;
  assert_code(sign_prepare(fixture.renderer, &arena, &order, &prepared), SIGN_CERTIFICATE);
  order.certificate = fixture.person;
  order.signed_at_ms = fixture.now_ms - CLOCK_DAY_MS;
  assert_code(sign_prepare(fixture.renderer, &arena, &order, &prepared), SIGN_TIME);
  arena_free(&arena);
}

static void rejects_a_signature_by_another_key(void **state) {
  (void)state;
  struct arena arena = {0};
  struct sign_prepared prepared;
  struct slice pdf;
  struct sign_order order = sign_fixture_order(&fixture, SIGN_PERSON, paper(&arena));
  assert_ok(sign_prepare(fixture.renderer, &arena, &order, &prepared));
  assert_code(sign_complete(&fixture.env, &arena, &prepared, &(struct sign_authority){.key = S("officer/2")}, &pdf),
              SIGN_SIGNATURE);
  arena_free(&arena);
}

static void rejects_unsigned_papers_and_other_roots(void **state) {
  (void)state;
  struct arena arena = {0};
  struct sign_report report;
  struct x509_trust at = trust();
  struct slice pdf = sealed(&arena);
  assert_code(sign_verify(&arena, paper(&arena), &at, &report), SIGN_UNSIGNED);
  assert_code(sign_verify(&arena, S("%PDF-1.7"), &at, &report), SIGN_STRUCTURE);
  at.at_ms = fixture.now_ms - CLOCK_DAY_MS;
  assert_code(sign_verify(&arena, pdf, &at, &report), SIGN_TIME);
  at.at_ms = fixture.now_ms + (int64_t)6 * 365 * CLOCK_DAY_MS;
  assert_code(sign_verify(&arena, pdf, &at, &report), SIGN_TIME);
  struct sign_fixture other;
  sign_fixture_open(&other);
  at = trust();
  at.root = other.root;
  assert_code(sign_verify(&arena, pdf, &at, &report), SIGN_CHAIN);
  sign_fixture_close(&other);
  arena_free(&arena);
}

static result sign_with(void *context, const uint8_t digest[static DIGEST_BYTES], struct arena *arena,
                        struct slice *ret_signature) {
  return key_sign(context, digest, arena, ret_signature);
}

static struct slice list_revoked(struct arena *arena, int issuer_index, const struct crl_entry *entries, size_t count) {
  struct slice crl = {0};
  const struct x509_issuer_key key = {sign_with, fixture.keys[issuer_index]};
  struct slice issuer = issuer_index == FIXTURE_ROOT ? fixture.root : fixture.issuing;
  struct crl_request request = {issuer, 1, fixture.now_ms, fixture.now_ms + 30 * (int64_t)CLOCK_DAY_MS, entries, count};
  assert_ok(crl_write(&request, &key, arena, &crl));
  return crl;
}

static void revocation_counts_when_lists_are_given(void **state) {
  (void)state;
  struct arena arena = {0};
  struct sign_report report = {0};
  struct x509 seal;
  struct slice pdf = sealed(&arena);
  assert_ok(x509_parse(fixture.seal, &seal));
  struct slice crls[2] = {list_revoked(&arena, FIXTURE_ROOT, NULL, 0), list_revoked(&arena, FIXTURE_ISSUING, NULL, 0)};
  struct x509_trust at = trust();
  at.crls = crls;
  at.crl_count = 2;
  assert_ok(sign_verify(&arena, pdf, &at, &report));
  assert_true(report.revocation_checked);
  const struct crl_entry entry = {seal.serial, fixture.now_ms + 1000, CRL_KEY_COMPROMISE};
  crls[1] = list_revoked(&arena, FIXTURE_ISSUING, &entry, 1);
  assert_code(sign_verify(&arena, pdf, &at, &report), SIGN_REVOKED);
  at.crl_count = 1; /* nothing says whether the seal was revoked */
  assert_code(sign_verify(&arena, pdf, &at, &report), SIGN_REVOKED);
  arena_free(&arena);
}

/* [EN319142-1 6.3] the signed bytes are all but /Contents, so a changed byte shows in a digest, in /Contents, or in the
 * structure. Each byte of the file is changed in turn: all of them with DANH_TEST_LONG, a sample otherwise. */
static void rejects_any_changed_byte(void **state) {
  (void)state;
  struct arena arena = {0};
  struct slice pdf = sealed(&arena);
  struct pdf_document document;
  assert_ok(pdf_document_open(&arena, pdf, &document));
  size_t paper_end = document.revisions[0].end;
  bool all = getenv("DANH_TEST_LONG") != NULL;
  uint8_t *bytes = arena_alloc(&arena, pdf.len);
  memcpy(bytes, pdf.ptr, pdf.len);
  size_t step = 1;
  for (size_t at = 0; at < pdf.len; at += step) {
    static const uint8_t changes[] = {0x01, 0x20, 0x80, 0xFF}; /* 0x20: the other case of a letter */
    uint8_t was = bytes[at];
    bytes[at] = (uint8_t)(was ^ changes[at % 4]);
    if (verify(slice_of(bytes, pdf.len)) == 0) {
      fail_msg("byte %zu of %zu changed from 0x%02x to 0x%02x unseen", at, pdf.len, was, bytes[at]);
    }
    bytes[at] = was;
    step = all ? 1 : at < paper_end ? 101 : 7;
  }
  assert_int_equal(verify(slice_of(bytes, pdf.len)), 0);
  arena_free(&arena);
}

static void rejects_bytes_cut_or_added(void **state) {
  (void)state;
  struct arena arena = {0};
  struct slice pdf = sealed(&arena);
  struct pdf_document document;
  assert_ok(pdf_document_open(&arena, pdf, &document));
  assert_int_not_equal(verify(arena_printf(&arena, "%.*s\n", 8, "%PDF-1.7")), 0);
  struct buf longer;
  buf_init(&longer, &arena, pdf.len + 1);
  buf_append(&longer, pdf);
  buf_append_byte(&longer, '\n');
  assert_int_equal(verify(buf_slice(&longer)), SIGN_STRUCTURE);
  assert_int_equal(verify(slice_sub(pdf, 0, pdf.len - 1)), SIGN_STRUCTURE);
  /* cut back to a revision that was signed: still true, and not sealed */
  assert_int_equal(verify(slice_sub(pdf, 0, document.revisions[1].end)), 0);
  assert_int_equal(verify(slice_sub(pdf, 0, document.revisions[0].end)), SIGN_UNSIGNED);
  arena_free(&arena);
}

/* An update of our own form by hand: an object, table, trailer. */
static struct slice append_update(struct arena *arena, struct slice pdf, int64_t number, const char *value) {
  struct pdf_document document;
  struct buf out;
  assert_ok(pdf_document_open(arena, pdf, &document));
  const struct pdf_revision *last = &document.revisions[document.revision_count - 1];
  buf_init(&out, arena, pdf.len + 1024);
  buf_append(&out, pdf);
  buf_printf(&out, "%lld 0 obj\n%s\nendobj\n", (long long)number, value);
  size_t xref = out.len;
  size_t size = document.object_count > (size_t)number ? document.object_count : (size_t)number + 1;
  buf_printf(
      &out,
      "xref\n%lld 1\n%010zu 00000 n \ntrailer\n<< /Size %zu /Root 1 0 R /Info 2 0 R /ID [<00> <01>] /Prev %zu >>\n",
      (long long)number, pdf.len, size, last->xref_offset);
  buf_printf(&out, "startxref\n%zu\n%%%%EOF\n", xref);
  assert_ok(pdf_document_open(arena, buf_slice(&out), &document)); /* a good PDF, but for the signatures */
  return buf_slice(&out);
}

/* What attackers of incremental updates do: replace a page's text, add an object, before and after the seal. */
static void rejects_updates_that_are_not_the_seal(void **state) {
  (void)state;
  struct arena arena = {0};
  struct slice pdf = signed_by_person(&arena);
  struct pdf_document document;
  assert_ok(pdf_document_open(&arena, pdf, &document));
  const int64_t fresh = (int64_t)document.object_count;
  for (int64_t number = 1; number <= fresh; number++) {
    int code = verify(append_update(&arena, pdf, number, "<< /Type /Catalog >>"));
    assert_true(code == SIGN_STRUCTURE || code == SIGN_ADDED);
  }
  /* and the seal over such an update: everything is signed, yet the person never saw it */
  struct slice changed = append_update(&arena, pdf, fresh, "<< >>");
  struct sign_prepared prepared;
  struct sign_order order = sign_fixture_order(&fixture, SIGN_SEAL, changed);
  assert_code(sign_prepare(fixture.renderer, &arena, &order, &prepared), SIGN_ORDER);
  assert_int_equal(verify(append_update(&arena, sealed(&arena), fresh + 2, "<< >>")), SIGN_ADDED);
  arena_free(&arena);
}

/* A seal whose key holder adds an object besides: signed by the right key over every byte, but not what a seal may do. */
static void rejects_a_seal_with_a_stowaway(void **state) {
  (void)state;
  struct arena arena = {0};
  struct sign_prepared prepared;
  struct sign_order order = sign_fixture_order(&fixture, SIGN_SEAL, signed_by_person(&arena));
  assert_ok(sign_prepare(fixture.renderer, &arena, &order, &prepared));
  struct slice signature;
  struct slice pdf;
  /* the reason in the dictionary is moved by one blank, and all is signed anew */
  uint8_t *bytes = (uint8_t *)(uintptr_t)prepared.pdf.bytes.ptr;
  size_t at = prepared.pdf.gap_end;
  while (memcmp(bytes + at, "/Type /XObject", 14) != 0) {
    at++;
  }
  memcpy(bytes + at, "/Type/XObject ", 14);
  struct slice all = prepared.pdf.bytes;
  uint8_t content[DIGEST_BYTES];
  struct digest_stream stream CLEANUP(digest_free) = {0};
  digest_begin(&stream);
  digest_add(&stream, slice_sub(all, 0, prepared.pdf.gap_at));
  digest_add(&stream, slice_from(all, prepared.pdf.gap_end));
  digest_end(&stream, content);
  assert_ok(cms_attributes_write(&arena, content, fixture.seal, &prepared.attributes, prepared.digest));
  assert_ok(key_sign(fixture.keys[FIXTURE_SEAL], prepared.digest, &arena, &signature));
  assert_ok(sign_complete_with(&arena, &prepared, signature, &pdf));
  assert_int_equal(verify(pdf), SIGN_ADDED);
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(both_signatures_verify),
      cmocka_unit_test(preparing_again_gives_the_same_digest),
      cmocka_unit_test(rejects_signing_out_of_order),
      cmocka_unit_test(rejects_certificates_for_other_purposes),
      cmocka_unit_test(rejects_a_signature_by_another_key),
      cmocka_unit_test(rejects_unsigned_papers_and_other_roots),
      cmocka_unit_test(revocation_counts_when_lists_are_given),
      cmocka_unit_test(rejects_any_changed_byte),
      cmocka_unit_test(rejects_bytes_cut_or_added),
      cmocka_unit_test(rejects_updates_that_are_not_the_seal),
      cmocka_unit_test(rejects_a_seal_with_a_stowaway),
  };
  return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
