/* Spoils an ID token on purpose: its signature, its key, or one claim, signed anew so that only that is wrong. */
#include "api/sandbox.h"
#include "crypto/digest.h"
#include "jose/jose.h"
#include "sandbox/sandbox.h"

#define UNKNOWN_KID "sandbox-unknown"
static const int64_t HOUR_S = 3600;

struct twisting {
  struct api_call *call;
  unsigned faults;
  struct slice key; /* of the signer */
};

static result sign(void *context, const uint8_t digest[static DIGEST_BYTES], struct arena *arena, struct slice *ret_signature) {
  const struct twisting *twisting = context;
  struct signer *signer = twisting->call->env->signer;
  struct signer_request request = {.key = twisting->key, .profile = SIGNER_TOKEN, .reference = S("sandbox")};
  memcpy(request.digest, digest, DIGEST_BYTES);
  return signer->sign(signer, &request, arena, ret_signature);
}

static void put_value(struct jout *out, const struct jin *value) {
  switch (value->type) {
    case JIN_TEXT: jout_text(out, value->text); break;
    case JIN_INT: jout_int(out, value->number); break;
    case JIN_BOOL: jout_bool(out, value->boolean); break;
    case JIN_LIST:
      jout_list(out);
      for (size_t i = 0; i < value->count; i++) {
        put_value(out, &value->items[i]);
      }
      jout_list_end(out);
      break;
    case JIN_OBJECT:
      jout_object(out);
      for (size_t i = 0; i < value->count; i++) {
        jout_name_slice(out, value->items[i].name);
        put_value(out, &value->items[i]);
      }
      jout_object_end(out);
      break;
    default: jout_null(out);
  }
}

/* A claim as the switches want it. */
static void put_claim(const struct twisting *twisting, struct jout *out, const struct jin *claim) {
  int64_t now_s = clock_now_ms(twisting->call->env->clock) / 1000;
  jout_name_slice(out, claim->name);
  if ((twisting->faults & SANDBOX_FAULT_ID_EXPIRED) != 0 && slice_is(claim->name, "exp")) {
    jout_int(out, now_s - HOUR_S);
  } else if ((twisting->faults & SANDBOX_FAULT_ID_EXPIRED) != 0 && slice_is(claim->name, "iat")) {
    jout_int(out, now_s - HOUR_S - 300);
  } else if ((twisting->faults & SANDBOX_FAULT_NONCE) != 0 && slice_is(claim->name, "nonce")) {
    jout_text(out, S("another-nonce"));
  } else if ((twisting->faults & SANDBOX_FAULT_AUDIENCE) != 0 && slice_is(claim->name, "aud")) {
    jout_text(out, S("another-client"));
  } else {
    put_value(out, claim);
  }
}

static result sign_anew(struct twisting *twisting, const struct jin *header, const struct jin *claims, struct slice *ret_token) {
  struct api_call *call = twisting->call;
  bool is_unknown = (twisting->faults & SANDBOX_FAULT_KEY) != 0;
  const struct jin *kid = jin_find(header, "kid");
  struct slice name = is_unknown || kid == NULL ? S(UNKNOWN_KID) : kid->text;
  twisting->key = arena_printf(call->arena, "oidc/%.*s", SLICE_ARG(name));
  if (is_unknown) {
    struct slice public_key;
    const struct signer_new_key unknown = {.name = twisting->key, .profile = SIGNER_TOKEN};
    TRY(call->env->signer->key_create(call->env->signer, &unknown, call->arena, &public_key));
  }
  struct buf text;
  struct jout out;
  buf_init(&text, call->arena, 1024);
  jout_init(&out, &text);
  jout_object(&out);
  for (size_t i = 0; i < claims->count; i++) {
    put_claim(twisting, &out, &claims->items[i]);
  }
  jout_object_end(&out);
  const struct jose_signing signing = {.kid = name, .type = "JWT", .sign = sign, .context = twisting};
  return jose_jwt_write(&signing, buf_slice(&text), call->arena, ret_token);
}

/* Another first character of the signature: base64url still, and another number. */
static struct slice break_signature(struct arena *arena, struct slice token) {
  struct slice broken = arena_copy(arena, token);
  const uint8_t *dot = memrchr(broken.ptr, '.', broken.len);
  uint8_t *at = (uint8_t *)arena_alloc(arena, broken.len);
  size_t place = dot == NULL ? 0 : (size_t)(dot - broken.ptr) + 1;
  memcpy(at, broken.ptr, broken.len);
  if (place < broken.len) {
    at[place] = at[place] == 'A' ? 'B' : 'A';
  }
  return slice_of(at, broken.len);
}

static result twist_token(struct twisting *twisting, struct slice token, struct slice *ret_token) {
  struct arena *arena = twisting->call->arena;
  const struct jin *header = api_sandbox_token_part(arena, token, 0);
  const struct jin *claims = api_sandbox_token_part(arena, token, 1);
  *ret_token = token;
  if (header == NULL || claims == NULL) {
    return OK;
  }
  if ((twisting->faults & ~(unsigned)SANDBOX_FAULT_SIGNATURE) != 0) {
    TRY(sign_anew(twisting, header, claims, ret_token));
  }
  if ((twisting->faults & SANDBOX_FAULT_SIGNATURE) != 0) {
    *ret_token = break_signature(arena, *ret_token);
  }
  return OK;
}

result api_sandbox_twist(struct api_call *call, unsigned faults) {
  struct twisting twisting = {.call = call,
                              .faults = faults & (SANDBOX_FAULT_SIGNATURE | SANDBOX_FAULT_KEY | SANDBOX_FAULT_ID_EXPIRED | SANDBOX_FAULT_NONCE |
                                                  SANDBOX_FAULT_AUDIENCE)};
  struct jin_doc doc;
  const struct jin *root = NULL;
  jin_doc_init(&doc, call->arena, JIN_LIMITS_DEFAULT);
  if (twisting.faults == 0 || call->http->response.status != 200 || !is_ok(jin_parse(&doc, call->http->response.body, &root)) ||
      !jin_has(root, "id_token")) {
    return OK;
  }
  struct buf text;
  struct jout out;
  buf_init(&text, call->arena, 2048);
  jout_init(&out, &text);
  jout_object(&out);
  for (size_t i = 0; i < root->count; i++) {
    const struct jin *member = &root->items[i];
    struct slice token;
    jout_name_slice(&out, member->name);
    if (slice_is(member->name, "id_token")) {
      TRY(twist_token(&twisting, member->text, &token));
      jout_text(&out, token);
    } else {
      put_value(&out, member);
    }
  }
  jout_object_end(&out);
  call->http->response.body = buf_slice(&text);
  return OK;
}
