/* Any bytes as a PDF and as a signed paper: the readers must stay inside them, and nothing may verify that was not signed. */
#include <stdlib.h>

#include "sign/sign.h"

static void walk(const struct pdf_document *document, const struct pdf_value *value, int depth) {
  for (size_t i = 0; depth < 16 && i < value->count; i++) {
    walk(document, &value->items[i], depth + 1);
    const struct pdf_value *there = pdf_follow(document, &value->items[i]);
    if (there != NULL && there->raw.len > document->bytes.len) {
      abort();
    }
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice input = slice_of(bytes, len);
  const struct x509_trust trust = {0}; /* no root: nothing can be good */
  struct pdf_document document;
  struct sign_report report;
  struct pdf_field_shape shape;
  struct pdf_signature signature;
  struct slice contents;
  if (is_ok(pdf_document_open(&arena, input, &document))) {
    for (size_t number = 1; number < document.object_count; number++) {
      const struct pdf_value *value = pdf_object_find(&document, (int64_t)number);
      if (value != NULL) {
        walk(&document, value, 0);
      }
    }
    (void)!is_ok(pdf_field_find(&document, PDF_FIELD_PERSON, &shape));
    (void)!is_ok(pdf_signature_read(&arena, &document, PDF_FIELD_PERSON, &signature, &contents));
  }
  if (is_ok(sign_verify(&arena, input, &trust, &report))) {
    abort();
  }
  return 0;
}
