/* Verifying by writing again: each revision after the first is taken apart into the values of one signature, the update is
 * made once more from them, and every byte must be the same. So nothing can have been added besides the signature. What
 * the values say is then held against the CMS object, and that against certificate, chain and time. */
#include "codec/der.h"
#include "codec/hex.h"
#include "crypto/cms.h"
#include "sign/fields.h"

/* Clocks of two offices may differ. */
enum { CLOCK_SKEW_MS = 5 * 60 * 1000 };

struct check {
  struct arena *arena;
  const struct x509_trust *trust;
  const struct sign_field_row *row;
  struct pdf_document before, after;
  struct pdf_signature values;
  struct pdf_signed again;
  struct slice contents;
  struct cms_signed_data cms;
};

/* Codes of the layers below, as what they mean for a signed paper. */
static result as_sign_error(result found) {
  static const struct {
    uint16_t code, meaning;
  } meanings[] = {
      {CMS_DIGEST, SIGN_DIGEST},
      {CMS_SIGNATURE, SIGN_SIGNATURE},
      {CMS_SYNTAX, SIGN_SIGNATURE},
      {CMS_CERTIFICATE, SIGN_SIGNATURE},
      {CRYPTO_CERTIFICATE_SYNTAX, SIGN_CHAIN},
      {CRYPTO_CERTIFICATE_UNTRUSTED, SIGN_CHAIN},
      {CRYPTO_CERTIFICATE_EXPIRED, SIGN_TIME},
      {CRYPTO_CERTIFICATE_REVOKED, SIGN_REVOKED},
      {CRYPTO_CRL_UNUSABLE, SIGN_REVOKED},
      {PDF_SYNTAX, SIGN_STRUCTURE},
      {PDF_CONTENT, SIGN_STRUCTURE},
  };
  const struct fault fault = *fault_last();
  for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
    if (found.code == meanings[i].code) {
      return fault_set(fault.file, fault.line, meanings[i].meaning, "%s", fault.detail);
    }
  }
  return found;
}

static result check_bytes(struct check *check) {
  TRY(pdf_signature_read(check->arena, &check->after, check->row->name, &check->values, &check->contents));
  if (check->values.certifies != check->row->certifies) {
    FAIL(SIGN_STRUCTURE, "the %s signature does not certify as it should", check->row->name);
  }
  TRY(pdf_signature_add(check->arena, &check->before, &check->values, &check->again));
  struct slice wanted = check->again.bytes;
  struct slice found = check->after.bytes;
  size_t gap_at = check->again.gap_at;
  size_t gap_end = check->again.gap_end;
  if (wanted.len != found.len || !slice_eq(slice_sub(wanted, 0, gap_at), slice_sub(found, 0, gap_at)) ||
      !slice_eq(slice_from(wanted, gap_end), slice_from(found, gap_end))) {
    FAIL(SIGN_ADDED, "revision %zu holds more or other things than the %s signature", check->after.revision_count,
         check->row->name);
  }
  /* the gap is this string and nothing but it */
  struct slice digits = hex_write(check->arena, check->contents);
  if (!slice_eq(digits, slice_sub(found, gap_at + 1, gap_end - gap_at - 2)) || found.ptr[gap_at] != '<' ||
      found.ptr[gap_end - 1] != '>') {
    FAIL(SIGN_STRUCTURE, "/Contents is not in its one spelling");
  }
  return OK;
}

/* The CMS object, then noughts to the end of the room that its longest form would take. */
static result check_cms(struct check *check) {
  struct slice rest = check->contents;
  struct der_item item;
  struct digest_stream stream CLEANUP(digest_free) = {0};
  uint8_t digest[DIGEST_BYTES];
  size_t size = 0;
  if (!is_ok(der_next(&rest, &item))) {
    FAIL(SIGN_SIGNATURE, "/Contents holds no CMS object");
  }
  digest_begin(&stream);
  digest_add(&stream, slice_sub(check->after.bytes, 0, check->again.gap_at));
  digest_add(&stream, slice_from(check->after.bytes, check->again.gap_end));
  digest_end(&stream, digest);
  TRY(cms_verify(check->arena, item.whole, digest, &check->cms));
  TRY(cms_size_max(check->arena, check->cms.signer, check->cms.issuer, &size));
  bool padded = size == check->contents.len;
  for (size_t i = 0; i < rest.len; i++) {
    padded = padded && rest.ptr[i] == 0;
  }
  if (!padded) {
    FAIL(SIGN_STRUCTURE, "something stands behind the CMS object");
  }
  return OK;
}

static result check_certificate(struct check *check, struct sign_signature *signature) {
  struct x509 certificate;
  struct x509_trust trust = *check->trust;
  trust.intermediates = &check->cms.issuer;
  trust.intermediate_count = 1;
  TRY(trust.crl_count > 0 ? x509_verify(&trust, check->cms.signer) : x509_verify_chain(&trust, check->cms.signer));
  TRY(x509_parse(check->cms.signer, &certificate));
  if (!certificate.may_sign_documents || !x509_has_policy(&certificate, check->row->policy)) {
    FAIL(SIGN_CHAIN, "the certificate is not for the %s signature", check->row->name);
  }
  if (!slice_eq(check->values.name, certificate.subject_name.common_name)) {
    FAIL(SIGN_SIGNATURE, "/Name is not the certificate's");
  }
  int64_t signed_at_ms = check->values.signed_at_ms;
  if (signed_at_ms < certificate.not_before_ms || signed_at_ms > certificate.not_after_ms ||
      signed_at_ms > trust.at_ms + CLOCK_SKEW_MS) {
    FAIL(SIGN_TIME, "the claimed time of the %s signature cannot be", check->row->name);
  }
  *signature = (struct sign_signature){
      .name = certificate.subject_name.common_name,
      .organization = certificate.subject_name.organization,
      .issuer = certificate.issuer_common_name,
      .reason = check->values.reason,
      .place = check->values.place,
      .signed_at_ms = signed_at_ms,
      .covers = check->after.bytes.len,
  };
  return OK;
}

static result check_signature(struct check *check, struct sign_signature *signature) {
  TRY(check_bytes(check));
  TRY(check_cms(check));
  return check_certificate(check, signature);
}

static result verify_one(struct arena *arena, const struct pdf_document *document, enum sign_field field,
                         const struct x509_trust *trust, struct sign_signature *signature) {
  const struct sign_field_row *row = &sign_fields[field];
  struct check check = {.arena = arena, .trust = trust, .row = row};
  TRY(pdf_document_at(arena, document, row->revisions_before, &check.before));
  TRY(pdf_document_at(arena, document, row->revisions_before + 1, &check.after));
  return check_signature(&check, signature);
}

static result verify(struct arena *arena, struct slice pdf, const struct x509_trust *trust,
                     struct sign_report *report) {
  struct pdf_document document;
  TRY(pdf_document_open(arena, pdf, &document));
  if (document.revision_count == 1) {
    FAIL(SIGN_UNSIGNED, "there is no signature");
  }
  if (document.revision_count > sign_fields[SIGN_SEAL].revisions_before + 1) {
    FAIL(SIGN_ADDED, "%zu revisions: something was added after the seal", document.revision_count);
  }
  report->sealed = document.revision_count > sign_fields[SIGN_SEAL].revisions_before;
  report->revocation_checked = trust->crl_count > 0;
  TRY(verify_one(arena, &document, SIGN_PERSON, trust, &report->person));
  if (!report->sealed) {
    return OK;
  }
  TRY(verify_one(arena, &document, SIGN_SEAL, trust, &report->seal));
  if (report->seal.signed_at_ms < report->person.signed_at_ms) {
    FAIL(SIGN_TIME, "the seal claims to be older than the signature under it");
  }
  return OK;
}

result sign_verify(struct arena *arena, struct slice pdf, const struct x509_trust *trust,
                   struct sign_report *ret_report) {
  struct sign_report report = {0};
  result verified = verify(arena, pdf, trust, &report);
  if (!is_ok(verified)) {
    return as_sign_error(verified);
  }
  *ret_report = report;
  return OK;
}
