/* What a client signs: assertions, DPoP proofs, passkeys. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/scenario.h"
#include "codec/base64url.h"

enum { PARTS_MAX = 6 };

static long long now_s(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (long long)now.tv_sec;
}

static const struct scenario_key *find_key(const struct scenario *scenario, struct slice name) {
  for (size_t i = 0; i < scenario->key_count; i++) {
    if (slice_eq(scenario->keys[i].name, name)) {
      return &scenario->keys[i];
    }
  }
  (void)fprintf(stderr, "no key %.*s\n", SLICE_ARG(name));
  exit(1);
}

static struct slice random_word(struct scenario_flow *flow) {
  uint8_t bytes[32];
  random_fill(flow->random, bytes, sizeof bytes);
  return base64url_write(&flow->arena, slice_of(bytes, sizeof bytes));
}

static void put_jwt(struct scenario_flow *flow, const struct scenario_key *key, const struct slice texts[2], struct buf *out) {
  struct slice input = arena_printf(&flow->arena, "%.*s.%.*s", SLICE_ARG(base64url_write(&flow->arena, texts[0])),
                                    SLICE_ARG(base64url_write(&flow->arena, texts[1])));
  uint8_t digest[DIGEST_BYTES];
  uint8_t raw[KEY_RAW_BYTES];
  struct slice der;
  digest_sha256(input, digest);
  bench_require(key_sign(key->key, digest, &flow->arena, &der));
  bench_require(key_signature_to_raw(der, raw));
  buf_append(out, input);
  buf_append_byte(out, '.');
  buf_append(out, base64url_write(&flow->arena, slice_of(raw, sizeof raw)));
}

static void put_assertion(struct scenario_flow *flow, const struct slice *parts, struct buf *out) {
  const struct scenario_key *key = find_key(flow->scenario, parts[1]);
  long long now = now_s();
  const struct slice texts[2] = {
      arena_printf(&flow->arena, "{\"alg\":\"ES256\",\"kid\":\"%.*s\"}", SLICE_ARG(key->name)),
      arena_printf(&flow->arena, "{\"iss\":\"%.*s\",\"sub\":\"%.*s\",\"aud\":\"%.*s\",\"jti\":\"%.*s\",\"iat\":%lld,\"exp\":%lld}", SLICE_ARG(parts[2]),
                   SLICE_ARG(parts[2]), SLICE_ARG(parts[3]), SLICE_ARG(random_word(flow)), now, now + 60)};
  put_jwt(flow, key, texts, out);
}

static void put_dpop(struct scenario_flow *flow, const struct slice *parts, struct buf *out) {
  const struct scenario_key *key = find_key(flow->scenario, parts[1]);
  struct slice ath = {0};
  struct slice nonce = scenario_taken(flow, S("nonce"));
  if (parts[4].len > 0) {
    uint8_t digest[DIGEST_BYTES];
    digest_sha256(scenario_taken(flow, parts[4]), digest);
    ath = arena_printf(&flow->arena, ",\"ath\":\"%.*s\"", SLICE_ARG(base64url_write(&flow->arena, slice_of(digest, sizeof digest))));
  }
  if (nonce.len > 0) {
    nonce = arena_printf(&flow->arena, ",\"nonce\":\"%.*s\"", SLICE_ARG(nonce));
  }
  const struct slice texts[2] = {
      arena_printf(&flow->arena, "{\"alg\":\"ES256\",\"typ\":\"dpop+jwt\",\"jwk\":%.*s}", SLICE_ARG(key->jwk)),
      arena_printf(&flow->arena, "{\"jti\":\"%.*s\",\"htm\":\"%.*s\",\"htu\":\"%.*s\",\"iat\":%lld%.*s%.*s}", SLICE_ARG(random_word(flow)),
                   SLICE_ARG(parts[2]), SLICE_ARG(parts[3]), now_s(), SLICE_ARG(ath), SLICE_ARG(nonce))};
  put_jwt(flow, key, texts, out);
}

/* 37 bytes: the relying party's hash, user present and verified, a counter that stays nought [WebAuthn 6.1]. */
static struct slice authenticator_data(struct scenario_flow *flow, struct slice rp_id) {
  uint8_t *bytes = arena_alloc(&flow->arena, 37);
  digest_sha256(rp_id, bytes);
  memset(bytes + DIGEST_BYTES, 0, 5);
  bytes[DIGEST_BYTES] = 0x05;
  return slice_of(bytes, 37);
}

static struct slice client_data(struct scenario_flow *flow, struct slice origin, struct slice challenge) {
  return arena_printf(&flow->arena, "{\"type\":\"webauthn.get\",\"challenge\":\"%.*s\",\"origin\":\"%.*s\",\"crossOrigin\":false}", SLICE_ARG(challenge),
                      SLICE_ARG(origin));
}

static void put_passkey(struct scenario_flow *flow, const struct slice *parts, struct buf *out) {
  uint8_t signed_bytes[37 + DIGEST_BYTES];
  uint8_t digest[DIGEST_BYTES];
  struct slice signature;
  memcpy(signed_bytes, authenticator_data(flow, parts[3]).ptr, 37);
  digest_sha256(client_data(flow, parts[2], scenario_taken(flow, parts[4])), signed_bytes + 37);
  digest_sha256(slice_of(signed_bytes, sizeof signed_bytes), digest);
  bench_require(key_sign(find_key(flow->scenario, parts[1])->key, digest, &flow->arena, &signature));
  buf_append(out, base64url_write(&flow->arena, signature));
}

bool scenario_proof(struct scenario_flow *flow, struct slice braces, struct buf *out) {
  struct slice parts[PARTS_MAX] = {0};
  for (size_t i = 0; braces.len > 0 && i < PARTS_MAX; i++) {
    parts[i] = slice_cut(&braces, ';');
  }
  if (slice_is(parts[0], "assertion")) {
    put_assertion(flow, parts, out);
  } else if (slice_is(parts[0], "dpop")) {
    put_dpop(flow, parts, out);
  } else if (slice_is(parts[0], "authenticator")) {
    buf_append(out, base64url_write(&flow->arena, authenticator_data(flow, parts[1])));
  } else if (slice_is(parts[0], "client_data")) {
    buf_append(out, base64url_write(&flow->arena, client_data(flow, parts[1], scenario_taken(flow, parts[2]))));
  } else if (slice_is(parts[0], "passkey")) {
    put_passkey(flow, parts, out);
  } else if (slice_is(parts[0], "random")) {
    buf_append(out, random_word(flow));
  } else {
    return false;
  }
  return true;
}
