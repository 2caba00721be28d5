/* Any bytes as a form: what is accepted is UTF-8 within limits, and survives being written and read again. */
#include <stdlib.h>

#include "codec/url.h"
#include "codec/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct url_form form;
  if (!is_ok(url_form_parse(slice_of(bytes, len), &arena, &form))) {
    return 0;
  }
  struct buf written;
  buf_init(&written, &arena, 256);
  for (size_t i = 0; i < form.count; i++) {
    if (!utf8_is_valid(form.fields[i].name) || !utf8_is_valid(form.fields[i].value)) {
      abort();
    }
    url_form_put(&written, arena_cstr(&arena, form.fields[i].name), form.fields[i].value);
  }
  struct url_form again;
  if (!is_ok(url_form_parse(buf_slice(&written), &arena, &again)) || again.count != form.count) {
    abort();
  }
  for (size_t i = 0; i < form.count; i++) {
    if (!slice_eq(form.fields[i].name, again.fields[i].name) ||
        !slice_eq(form.fields[i].value, again.fields[i].value)) {
      abort();
    }
  }
  return 0;
}
