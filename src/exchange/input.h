/* exchange/input.h: the Signature-Input field: one labelled inner list with parameters [RFC9421 4.1; RFC8941 3.1.1].
 * (private to exchange/) Deviates   exactly one label; parameters created, keyid, alg, tag once each and required,
 * nonce optional, others refused (a window is the verifier's own: created and its policy).
 */
#pragma once
#include "exchange/exchange.h"

enum { INPUT_COMPONENTS_MAX = 16 };

struct input_component {
  struct slice name;
  bool from_request;
};
struct input {
  struct slice label;
  struct slice params; /* the inner list with its parameters, as it stands in the field */
  struct input_component components[INPUT_COMPONENTS_MAX];
  size_t component_count;
  int64_t created_s;
  struct slice keyid;
  struct slice alg;
  struct slice nonce;
  struct slice tag;
};
MUST_USE result exchange_input_parse(struct arena *arena, struct slice text, struct input *ret_input);
bool exchange_input_covers(const struct input *input, struct slice name, bool from_request);
