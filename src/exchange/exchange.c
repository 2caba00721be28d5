#include "exchange/exchange.h"

#include "base/buf.h"
#include "codec/base64.h"
#include "crypto/digest.h"
#include "crypto/key.h"
#include "exchange/input.h"

static const int64_t FUTURE_MAX_S = 60;

const struct exchange_component exchange_delivery_components[] = {{"@method", false},
                                                                  {"@target-uri", false},
                                                                  {"content-type", false},
                                                                  {"content-digest", false},
                                                                  {"idempotency-key", false}};
const size_t exchange_delivery_component_count =
    sizeof exchange_delivery_components / sizeof *exchange_delivery_components;

/* [RFC9421 2.4] the answer is bound to the question it answers. */
const struct exchange_component exchange_acknowledgement_components[] = {
    {"@status", false},    {"content-type", false},  {"content-digest", false}, {"@method", true},
    {"@target-uri", true}, {"content-digest", true}, {"idempotency-key", true}};
const size_t exchange_acknowledgement_component_count =
    sizeof exchange_acknowledgement_components / sizeof *exchange_acknowledgement_components;

struct slice exchange_content_digest(struct arena *arena, struct slice body) {
  uint8_t digest[32];
  digest_sha256(body, digest);
  return arena_printf(arena, "sha-256=:%.*s:", SLICE_ARG(base64_write(arena, slice_of(digest, sizeof digest))));
}

/* The one field of that name. [RFC9421 2.1] several lines would be joined; here a second one is refused, so nothing can
 * hide in it. */
/* [RFC9110 5.1] field names have no case: a client or a proxy on the way may have changed it. `name` is lower-case. */
static bool is_name(struct slice field, struct slice name) {
  for (size_t i = 0; i < field.len && i < name.len; i++) {
    uint8_t c = field.ptr[i];
    if ((uint8_t)(c >= 'A' && c <= 'Z' ? c + 32 : c) != name.ptr[i]) {
      return false;
    }
  }
  return field.len == name.len;
}

static result find_field(const struct exchange_message *message, struct slice name, struct slice *ret_value) {
  size_t found = 0;
  for (size_t i = 0; i < message->field_count; i++) {
    if (is_name(message->fields[i].name, name)) {
      *ret_value = slice_trim(message->fields[i].value);
      found++;
    }
  }
  if (found != 1) {
    FAIL(EXCHANGE_SYNTAX, "%zu fields of a name that must stand once", found);
  }
  return OK;
}

/* [RFC9421 2.1, 2.2] */
static result component_value(struct arena *arena, const struct exchange_message *message, struct slice name,
                              struct slice *ret_value) {
  if (slice_is(name, "@method")) {
    *ret_value = message->method;
  } else if (slice_is(name, "@target-uri")) {
    *ret_value = message->target_uri;
  } else if (slice_is(name, "@status")) {
    if (message->status == 0) {
      FAIL(EXCHANGE_SYNTAX, "@status of a request");
    }
    *ret_value = arena_printf(arena, "%03d", message->status);
  } else if (name.len > 0 && name.ptr[0] == '@') {
    FAIL(EXCHANGE_SYNTAX, "a derived component we do not know");
  } else {
    return find_field(message, name, ret_value);
  }
  return OK;
}

/* [RFC9421 2.5] one line a component, then the signature parameters; no newline at the end. */
static result write_base(struct arena *arena, const struct exchange_message *message, const struct input *input,
                         struct slice *ret_base) {
  struct buf base;
  buf_init(&base, arena, 512);
  for (size_t i = 0; i < input->component_count; i++) {
    const struct input_component *c = &input->components[i];
    const struct exchange_message *source = c->from_request ? message->request : message;
    struct slice value;
    if (source == NULL) {
      FAIL(EXCHANGE_SYNTAX, "a component of a request that is not there");
    }
    TRY(component_value(arena, source, c->name, &value));
    buf_printf(&base, "\"%.*s\"%s: %.*s\n", SLICE_ARG(c->name), c->from_request ? ";req" : "", SLICE_ARG(value));
  }
  buf_printf(&base, "\"@signature-params\": %.*s", SLICE_ARG(input->params));
  *ret_base = buf_slice(&base);
  return OK;
}

static struct slice write_params(struct arena *arena, const struct exchange_signature *s) {
  struct buf params;
  buf_init(&params, arena, 256);
  buf_append_byte(&params, '(');
  for (size_t i = 0; i < s->component_count; i++) {
    buf_printf(&params, "%s\"%s\"%s", i ? " " : "", s->components[i].name, s->components[i].from_request ? ";req" : "");
  }
  buf_printf(&params, ");created=%lld;keyid=\"%.*s\";alg=\"ecdsa-p256-sha256\"", (long long)s->created_s,
             SLICE_ARG(s->keyid));
  if (!slice_empty(s->nonce)) {
    buf_printf(&params, ";nonce=\"%.*s\"", SLICE_ARG(s->nonce));
  }
  buf_printf(&params, ";tag=\"%.*s\"", SLICE_ARG(s->tag));
  return buf_slice(&params);
}

result exchange_prepare(struct arena *arena, const struct exchange_message *message,
                        const struct exchange_signature *signature, struct exchange_prepared *ret_prepared) {
  struct exchange_prepared prepared = {.input =
                                           arena_printf(arena, "sig1=%.*s", SLICE_ARG(write_params(arena, signature)))};
  struct input input;
  TRY(exchange_input_parse(arena, prepared.input,
                           &input)); /* what we write, we can read: the names are held to the grammar too */
  TRY(write_base(arena, message, &input, &prepared.base));
  digest_sha256(prepared.base, prepared.digest);
  *ret_prepared = prepared;
  return OK;
}

result exchange_signature_value(struct arena *arena, struct slice der_signature, struct slice *ret_value) {
  uint8_t raw[KEY_RAW_BYTES]; /* [RFC9421 3.3.4] r || s */
  TRY(key_signature_to_raw(der_signature, raw));
  *ret_value = arena_printf(arena, "sig1=:%.*s:", SLICE_ARG(base64_write(arena, slice_of(raw, sizeof raw))));
  return OK;
}

static result check_digest(struct arena *arena, const struct exchange_message *message) {
  struct slice claimed;
  TRY(find_field(message, S("content-digest"), &claimed));
  if (!slice_eq_secret(claimed, exchange_content_digest(arena, message->body))) {
    FAIL(EXCHANGE_DIGEST, "content-digest is not the body's");
  }
  return OK;
}

static result check_coverage(const struct input *input, const struct exchange_policy *policy) {
  for (size_t i = 0; i < policy->component_count; i++) {
    if (!exchange_input_covers(input, slice_str(policy->components[i].name), policy->components[i].from_request)) {
      FAIL(EXCHANGE_COVERAGE, "not covered: %s", policy->components[i].name);
    }
  }
  return OK;
}

static result check_parameters(const struct input *input, const struct exchange_policy *policy) {
  if (!slice_eq(input->keyid, policy->keyid) || !slice_is(input->alg, "ecdsa-p256-sha256")) {
    FAIL(EXCHANGE_KEY, "another key or algorithm than the peer's");
  }
  if (!slice_eq(input->tag, policy->tag)) {
    FAIL(EXCHANGE_COVERAGE, "a signature made for something else");
  }
  if (input->created_s > policy->now_s + FUTURE_MAX_S || input->created_s < policy->now_s - policy->age_max_s) {
    FAIL(EXCHANGE_TIME, "created outside the window");
  }
  return OK;
}

static result parse_signature(struct arena *arena, const struct exchange_message *message, const struct input *input,
                              struct slice *ret_raw) {
  struct slice value;
  TRY(find_field(message, S("signature"), &value));
  struct slice head = arena_printf(arena, "%.*s=:", SLICE_ARG(input->label));
  if (!slice_starts(value, head) || !slice_ends(value, S(":")) || value.len <= head.len) {
    FAIL(EXCHANGE_SYNTAX, "Signature is not one byte sequence under the input's label");
  }
  if (!is_ok(base64_parse(slice_sub(value, head.len, value.len - head.len - 1), arena, ret_raw))) {
    FAIL(EXCHANGE_SYNTAX, "Signature is not base64");
  }
  return OK;
}

result exchange_verify(struct arena *arena, const struct exchange_message *message,
                       const struct exchange_policy *policy) {
  struct slice text;
  struct input input;
  struct slice base;
  struct slice raw;
  uint8_t digest[32];
  TRY(check_digest(arena, message));
  TRY(find_field(message, S("signature-input"), &text));
  TRY(exchange_input_parse(arena, text, &input));
  TRY(check_coverage(&input, policy));
  TRY(check_parameters(&input, policy));
  TRY(parse_signature(arena, message, &input, &raw));
  TRY(write_base(arena, message, &input, &base));
  digest_sha256(base, digest);
  struct key *key CLEANUP(key_free) = NULL;
  TRY(key_load_public(policy->public_key, &key));
  if (!is_ok(key_verify_raw(key, digest, raw))) {
    FAIL(EXCHANGE_SIGNATURE, "signature does not verify");
  }
  return OK;
}
