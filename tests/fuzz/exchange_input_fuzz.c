/* Any text as the Signature-Input field of a message: what is taken lies within what was sent, and covers what it says. */
#include "exchange/input.h"
#include "fuzz.h"

static bool is_within(struct slice part, struct slice whole) {
  return part.len == 0 || (part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice text = slice_of(bytes, len);
  struct input input;
  if (!is_ok(exchange_input_parse(&arena, text, &input))) {
    return 0;
  }
  fuzz_check(input.label.len > 0 && input.created_s >= 0 && input.component_count <= INPUT_COMPONENTS_MAX);
  fuzz_check(input.params.len > 0 && memmem(text.ptr, text.len, input.params.ptr, input.params.len) != NULL);
  const struct slice parts[] = {input.label, input.keyid, input.alg, input.nonce, input.tag};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    fuzz_check(is_within(parts[i], text));
  }
  for (size_t i = 0; i < input.component_count; i++) {
    const struct input_component *component = &input.components[i];
    fuzz_check(is_within(component->name, text) && exchange_input_covers(&input, component->name, component->from_request));
  }
  return 0;
}
