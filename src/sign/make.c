/* Making a signature: preparing the update, and fitting the CMS object in. */
#include "codec/hex.h"
#include "crypto/cms.h"
#include "crypto/key.h"
#include "sign/fields.h"

const struct sign_field_row sign_fields[2] = {
    [SIGN_PERSON] = {PDF_FIELD_PERSON, X509_POLICY_PERSON, SIGNER_PERSONAL, PDF_APPEARANCE_PERSON, 1, true},
    [SIGN_SEAL] = {PDF_FIELD_SEAL, X509_POLICY_SEAL, SIGNER_SEAL, PDF_APPEARANCE_SEAL, 2, false},
};

static result check_certificate(const struct sign_order *order, const struct x509 *certificate) {
  if (!certificate->may_sign_documents || !x509_has_policy(certificate, sign_fields[order->field].policy)) {
    FAIL(SIGN_CERTIFICATE, "the certificate is not for signature %d", order->field);
  }
  if (order->signed_at_ms < certificate->not_before_ms || order->signed_at_ms > certificate->not_after_ms) {
    FAIL(SIGN_TIME, "the certificate is not valid at the time of signing");
  }
  return OK;
}

static result draw_picture(struct pdf_renderer *renderer, struct arena *arena, const struct sign_order *order,
                           const struct pdf_field_shape *shape, struct pdf_signature *signature) {
  const struct pdf_appearance appearance = {
      .kind = sign_fields[order->field].picture,
      .name = signature->name,
      .above = order->above,
      .signed_at_ms = signature->signed_at_ms,
      .width = shape->width,
      .height = shape->height,
      .wide = shape->wide,
  };
  return pdf_appearance_write(renderer, arena, &appearance, &signature->picture);
}

/* SHA-256 of everything but the gap. */
static void digest_around(const struct pdf_signed *pdf, uint8_t ret_digest[static DIGEST_BYTES]) {
  struct digest_stream stream CLEANUP(digest_free) = {0};
  digest_begin(&stream);
  digest_add(&stream, slice_sub(pdf->bytes, 0, pdf->gap_at));
  digest_add(&stream, slice_from(pdf->bytes, pdf->gap_end));
  digest_end(&stream, ret_digest);
}

result sign_prepare(struct pdf_renderer *renderer, struct arena *arena, const struct sign_order *order,
                    struct sign_prepared *ret_prepared) {
  const struct sign_field_row *row = &sign_fields[order->field];
  struct pdf_document document;
  struct pdf_field_shape shape;
  struct x509 certificate;
  struct sign_prepared prepared = {.field = order->field, .certificate = order->certificate, .issuer = order->issuer};
  TRY(x509_parse(order->certificate, &certificate));
  TRY(check_certificate(order, &certificate));
  TRY(pdf_document_open(arena, order->pdf, &document));
  TRY(pdf_field_find(&document, row->name, &shape));
  if (shape.filled || document.revision_count != row->revisions_before) {
    FAIL(SIGN_ORDER, "signature %d on a paper of %zu revisions", order->field, document.revision_count);
  }
  TRY(cms_size_max(arena, order->certificate, order->issuer, &prepared.contents_bytes));
  struct pdf_signature signature = {
      .field = row->name,
      .name = certificate.subject_name.common_name,
      .reason = order->reason,
      .place = order->place,
      .signed_at_ms = order->signed_at_ms - order->signed_at_ms % 1000,
      .contents_bytes = prepared.contents_bytes,
      .certifies = row->certifies,
  };
  TRY(draw_picture(renderer, arena, order, &shape, &signature));
  TRY(pdf_signature_add(arena, &document, &signature, &prepared.pdf));
  uint8_t content_digest[DIGEST_BYTES];
  digest_around(&prepared.pdf, content_digest);
  TRY(cms_attributes_write(arena, content_digest, order->certificate, &prepared.attributes, prepared.digest));
  *ret_prepared = prepared;
  return OK;
}

static void free_key(struct key **key) {
  key_free(key);
}

static result check_signature(const struct sign_prepared *prepared, struct slice signature) {
  struct x509 certificate;
  struct key *key CLEANUP(free_key) = NULL;
  TRY(x509_parse(prepared->certificate, &certificate));
  TRY(key_load_public(certificate.spki, &key));
  if (!is_ok(key_verify(key, prepared->digest, signature))) {
    FAIL(SIGN_SIGNATURE, "the signature is not by the certificate's key");
  }
  return OK;
}

result sign_complete_with(struct arena *arena, const struct sign_prepared *prepared, struct slice signature,
                          struct slice *ret_pdf) {
  struct slice cms;
  TRY(check_signature(prepared, signature));
  const struct cms_signed_data data = {prepared->certificate, prepared->issuer, prepared->attributes, signature};
  TRY(cms_signed_data_write(arena, &data, &cms));
  if (cms.len > prepared->contents_bytes) {
    FAIL(SIGN_STRUCTURE, "%zu bytes do not fit into %zu", cms.len, prepared->contents_bytes);
  }
  struct slice digits = hex_write(arena, cms);
  struct slice pdf = arena_copy(arena, prepared->pdf.bytes);
  memcpy((uint8_t *)(uintptr_t)pdf.ptr + prepared->pdf.gap_at + 1, digits.ptr, digits.len);
  *ret_pdf = pdf;
  return OK;
}

result sign_complete(struct env *env, struct arena *arena, const struct sign_prepared *prepared,
                     const struct sign_authority *authority, struct slice *ret_pdf) {
  struct signer_request request = {
      .key = authority->key,
      .profile = sign_fields[prepared->field].profile,
      .reference = authority->reference,
      .pin_proof = authority->pin_proof,
  };
  struct slice signature;
  memcpy(request.digest, prepared->digest, sizeof request.digest);
  TRY(env->signer->sign(env->signer, &request, arena, &signature));
  return sign_complete_with(arena, prepared, signature, ret_pdf);
}
