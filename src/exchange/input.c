#include "exchange/input.h"

enum { TEXT_BYTES_MAX = 256 };

struct cursor {
  struct slice rest;
};

static bool take(struct cursor *c, char byte) {
  if (c->rest.len == 0 || c->rest.ptr[0] != (uint8_t)byte) {
    return false;
  }
  c->rest = slice_from(c->rest, 1);
  return true;
}

/* [RFC8941 3.3.3] sf-string, without escapes: no name or key id of ours needs them. */
static bool take_string(struct cursor *c, struct slice *ret_text) {
  if (!take(c, '"')) {
    return false;
  }
  size_t len = 0;
  while (len < c->rest.len && c->rest.ptr[len] != '"') {
    uint8_t byte = c->rest.ptr[len];
    if (byte < 0x20 || byte > 0x7E || byte == '\\') {
      return false;
    }
    len++;
  }
  *ret_text = slice_sub(c->rest, 0, len);
  c->rest = slice_from(c->rest, len);
  return len <= TEXT_BYTES_MAX && take(c, '"');
}

/* [RFC8941 3.1.2] key */
static bool take_key(struct cursor *c, struct slice *ret_key) {
  size_t len = 0;
  while (len < c->rest.len) {
    uint8_t b = c->rest.ptr[len];
    bool lower = b >= 'a' && b <= 'z';
    bool later = (b >= '0' && b <= '9') || b == '-' || b == '_' || b == '.' || b == '*';
    if (!lower && !(len > 0 && later)) {
      break;
    }
    len++;
  }
  *ret_key = slice_sub(c->rest, 0, len);
  c->rest = slice_from(c->rest, len);
  return len > 0;
}

static bool take_integer(struct cursor *c, int64_t *ret_number) {
  int64_t number = 0;
  size_t len = 0;
  while (len < c->rest.len && c->rest.ptr[len] >= '0' && c->rest.ptr[len] <= '9' && len < 15) { /* [RFC8941 3.3.1] */
    number = number * 10 + (c->rest.ptr[len] - '0');
    len++;
  }
  *ret_number = number;
  c->rest = slice_from(c->rest, len);
  return len > 0;
}

bool exchange_input_covers(const struct input *input, struct slice name, bool from_request) {
  for (size_t i = 0; i < input->component_count; i++) {
    if (slice_eq(input->components[i].name, name) && input->components[i].from_request == from_request) {
      return true;
    }
  }
  return false;
}

static bool take_component(struct cursor *c, struct input *input) {
  struct input_component component = {0};
  if (input->component_count == INPUT_COMPONENTS_MAX || !take_string(c, &component.name) ||
      slice_empty(component.name)) {
    return false;
  }
  if (take(c, ';')) {
    struct slice key;
    if (!take_key(c, &key) || !slice_is(key, "req")) {
      return false;
    }
    component.from_request = true;
  }
  if (exchange_input_covers(input, component.name, component.from_request)) {
    return false; /* [RFC9421 2.5] a component identifier occurs once */
  }
  input->components[input->component_count++] = component;
  return true;
}

static bool take_components(struct cursor *c, struct input *input) {
  if (!take(c, '(')) {
    return false;
  }
  while (!take(c, ')')) {
    if (input->component_count > 0 && !take(c, ' ')) {
      return false;
    }
    if (!take_component(c, input)) {
      return false;
    }
  }
  return input->component_count > 0;
}

static bool take_parameters(struct cursor *c, struct input *input) {
  bool has_created = false;
  while (take(c, ';')) {
    struct slice key;
    if (!take_key(c, &key) || !take(c, '=')) {
      return false;
    }
    struct slice *text = slice_is(key, "keyid")   ? &input->keyid
                         : slice_is(key, "alg")   ? &input->alg
                         : slice_is(key, "nonce") ? &input->nonce
                         : slice_is(key, "tag")   ? &input->tag
                                                  : NULL;
    if (text != NULL) {
      if (!slice_empty(*text) || !take_string(c, text) || slice_empty(*text)) {
        return false;
      }
    } else if (!slice_is(key, "created") || has_created || !take_integer(c, &input->created_s)) {
      return false;
    } else {
      has_created = true;
    }
  }
  return has_created && !slice_empty(input->keyid) && !slice_empty(input->alg) && !slice_empty(input->tag);
}

result exchange_input_parse(struct arena *arena, struct slice text, struct input *ret_input) {
  struct input input = {0};
  struct cursor c = {slice_trim(text)};
  if (!take_key(&c, &input.label) || !take(&c, '=')) {
    FAIL(EXCHANGE_SYNTAX, "Signature-Input has no label");
  }
  struct slice from = c.rest;
  if (!take_components(&c, &input) || !take_parameters(&c, &input) || c.rest.len != 0) {
    FAIL(EXCHANGE_SYNTAX, "Signature-Input is not one inner list with the parameters we require");
  }
  input.params = arena_copy(arena, from);
  *ret_input = input;
  return OK;
}
