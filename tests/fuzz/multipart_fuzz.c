/* Any bytes as a form with files: what is accepted lies inside the body, each name once. */
#include <stdlib.h>

#include "codec/multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct slice body = slice_of(bytes, len);
  struct multipart_form form;
  if (!is_ok(multipart_parse(S("multipart/form-data; boundary=x"), body, &form))) {
    return 0;
  }
  for (size_t i = 0; i < form.count; i++) {
    struct slice value = form.parts[i].value;
    if (form.parts[i].name.len == 0 || value.ptr < bytes || value.ptr + value.len > bytes + len) {
      abort();
    }
  }
  return 0;
}
