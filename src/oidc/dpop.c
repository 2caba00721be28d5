/* Proofs of possession at our endpoints: nonces and one use, beside what jose/ verifies. */
#include "codec/base64url.h"
#include "oidc/memory.h"

enum { STAMP_BYTES = 8, MAC_BYTES = 16, NONCE_BYTES = STAMP_BYTES + MAC_BYTES, NONCE_LIFETIME_S = 300 };

/* Without a memory (one-shot commands, tests of other things) there is no epoch, so no nonce is good and no proof is taken. */
static void nonce_at(const struct oidc_memory *memory, int64_t at_s, uint8_t ret_nonce[static NONCE_BYTES]) {
  uint8_t mac[DIGEST_BYTES];
  for (int i = 0; i < STAMP_BYTES; i++) {
    ret_nonce[i] = (uint8_t)((uint64_t)at_s >> (8 * (STAMP_BYTES - 1 - i)));
  }
  digest_hmac_sha256(slice_of(memory->nonce_epoch, sizeof memory->nonce_epoch), slice_of(ret_nonce, STAMP_BYTES), mac);
  memcpy(ret_nonce + STAMP_BYTES, mac, MAC_BYTES);
}

struct slice oidc_dpop_nonce(struct env *env, struct arena *arena) {
  uint8_t nonce[NONCE_BYTES];
  if (env->oidc == NULL) {
    return (struct slice){0};
  }
  nonce_at(env->oidc, clock_now_ms(env->clock) / 1000, nonce);
  return base64url_write(arena, slice_of(nonce, sizeof nonce));
}

/* [RFC9449 8, 9]: ours, of this run of the program, not older than its lifetime. */
static bool is_good_nonce(struct env *env, struct slice text, struct arena *arena) {
  struct slice nonce = {0};
  uint8_t due[NONCE_BYTES];
  uint64_t stamp = 0;
  if (env->oidc == NULL || !is_ok(base64url_parse(text, arena, &nonce)) || nonce.len != NONCE_BYTES) {
    return false;
  }
  for (int i = 0; i < STAMP_BYTES; i++) {
    stamp = stamp << 8 | nonce.ptr[i];
  }
  int64_t now_s = clock_now_ms(env->clock) / 1000;
  int64_t at_s = (int64_t)(stamp & INT64_MAX);
  nonce_at(env->oidc, at_s, due);
  return slice_eq_secret(nonce, slice_of(due, sizeof due)) && at_s <= now_s && now_s - at_s <= NONCE_LIFETIME_S;
}

result oidc_dpop_check(struct env *env, const struct oidc_call *call, struct slice access_token, struct arena *arena,
                       struct slice *ret_thumbprint) {
  struct jose_dpop dpop = {0};
  if (call->is_dpop_twice) { /* [RFC9449 4.3 (1)] */
    FAIL(OIDC_DPOP_PROOF, "more than one proof");
  }
  if (call->dpop.len == 0) {
    *ret_thumbprint = (struct slice){0};
    return OK;
  }
  const struct jose_dpop_rules rules = {slice_str(call->method), arena_printf(arena, "%.*s%s", SLICE_ARG(env->origin), call->path),
                                        clock_now_ms(env->clock), access_token};
  if (!is_ok(jose_dpop_verify(env->oidc == NULL ? NULL : env->oidc->keyring, call->dpop, &rules, arena, &dpop))) {
    FAIL(OIDC_DPOP_PROOF, "the proof does not hold");
  }
  if (!is_good_nonce(env, dpop.nonce, arena)) { /* [RFC9449 4.3 (10)] */
    FAIL(OIDC_DPOP_NONCE, "no nonce, or one that is over");
  }
  struct oidc_mark mark = oidc_mark_of(dpop.thumbprint, dpop.jti);
  if (!oidc_seen_add(env->oidc->proofs, &mark, rules.now_ms / 1000)) { /* [RFC9449 11.1] */
    FAIL(OIDC_DPOP_PROOF, "the proof came before");
  }
  *ret_thumbprint = dpop.thumbprint;
  return OK;
}
