/* exchange/exchange.h: signed messages between systems: what Danh sends to other public systems, and what they answer.
 *
 * Standard   RFC 9421 (HTTP Message Signatures) with ecdsa-p256-sha256, RFC 9530 (Content-Digest, sha-256).
 * Deviates   stricter than RFC 9421: one signature a message; the algorithm is fixed by the key, `alg` must agree;
 * created, keyid and tag are required; the covered components must be at least the policy's. Does not   send (http/),
 * hold private keys (env->signer), or remember nonces: deliveries are idempotent by their key. Shapes     header names
 * in lower case; times in Unix seconds on the wire. Errors     enum exchange_error; a defect in the other side's
 * message is never internal.
 */
#pragma once
#include "base/arena.h"

enum exchange_error {
  EXCHANGE_SYNTAX =
      RESULT_CODE(RESULT_INVALID, MODULE_EXCHANGE, 1), /* Signature fields missing, doubled or malformed. */
  EXCHANGE_COVERAGE =
      RESULT_CODE(RESULT_REFUSED, MODULE_EXCHANGE, 2),             /* Not everything that must be signed is signed. */
  EXCHANGE_TIME = RESULT_CODE(RESULT_REFUSED, MODULE_EXCHANGE, 3), /* Signed too long ago, or in the future. */
  EXCHANGE_KEY =
      RESULT_CODE(RESULT_REFUSED, MODULE_EXCHANGE, 4), /* An unknown key, or another algorithm than the key's. */
  EXCHANGE_SIGNATURE = RESULT_CODE(RESULT_REFUSED, MODULE_EXCHANGE, 5), /* The signature does not fit the message. */
  EXCHANGE_DIGEST = RESULT_CODE(RESULT_REFUSED, MODULE_EXCHANGE, 6),    /* The body does not fit its Content-Digest. */
};

struct exchange_field {
  struct slice name;
  struct slice value;
};

/* A request (status 0) or a response with the request it answers. */
struct exchange_message {
  struct slice method;     /* "POST" */
  struct slice target_uri; /* "http://127.0.0.1:9001/deliveries": from trusted configuration, never from Host */
  int status;
  const struct exchange_field *fields;
  size_t field_count;
  struct slice body;
  const struct exchange_message *request; /* of a response */
};

/* A covered component: "@method", "@target-uri", "@status" or a header name; from_request: the `;req` parameter
 * [RFC9421 2.4]. */
struct exchange_component {
  const char *name;
  bool from_request;
};

struct exchange_signature {
  const struct exchange_component *components;
  size_t component_count;
  int64_t created_s;
  struct slice keyid; /* printable ASCII without quotes and backslashes */
  struct slice nonce; /* may be empty */
  struct slice tag;   /* "danh-delivery", "danh-acknowledgement" */
};

/* sha-256=:...: [RFC9530 2] */
struct slice exchange_content_digest(struct arena *arena, struct slice body);

/* Signing in two steps, the signature between them being made elsewhere. */
struct exchange_prepared {
  uint8_t digest[32]; /* SHA-256 of the signature base: what the key signs */
  struct slice base;  /* the signature base itself [RFC9421 2.5] */
  struct slice input; /* value of Signature-Input */
};
MUST_USE result exchange_prepare(struct arena *arena, const struct exchange_message *message,
                                 const struct exchange_signature *signature, struct exchange_prepared *ret_prepared);
/* Value of Signature, from a DER ECDSA-Sig-Value. */
MUST_USE result exchange_signature_value(struct arena *arena, struct slice der_signature, struct slice *ret_value);

struct exchange_policy {
  const struct exchange_component *components; /* must all be covered */
  size_t component_count;
  struct slice tag;
  struct slice keyid;      /* the one peer this message may come from */
  struct slice public_key; /* DER SubjectPublicKeyInfo, P-256 */
  int64_t now_s;
  int64_t age_max_s; /* older is refused; more than 60 s in the future too */
};
/* Content-Digest against the body, then the signature. */
MUST_USE result exchange_verify(struct arena *arena, const struct exchange_message *message,
                                const struct exchange_policy *policy);

/* What a delivery covers, and its acknowledgement. */
extern const struct exchange_component exchange_delivery_components[];
extern const size_t exchange_delivery_component_count;
extern const struct exchange_component exchange_acknowledgement_components[];
extern const size_t exchange_acknowledgement_component_count;
