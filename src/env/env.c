#include "env/env.h"

#include <assert.h>

/* 2020-01-01T00:00:00Z: keeps 41 bits of ms good until 2089. */
static const int64_t ID_EPOCH_MS = 1577836800000;
enum { ID_RANDOM_BITS = 22 };

int64_t env_id_at(int64_t at_ms) {
  int64_t ms = at_ms - ID_EPOCH_MS;
  return (ms < 0 ? 0 : ms) << ID_RANDOM_BITS;
}

int64_t env_id_first(int64_t id) {
  return id >> ID_RANDOM_BITS << ID_RANDOM_BITS;
}

int64_t env_id_new(struct env *env) {
  return env_id_at(clock_now_ms(env->clock)) | (int64_t)random_below(env->random, 1u << ID_RANDOM_BITS);
}

result env_sign_all(struct signer *signer, const struct signer_request *requests, size_t count, struct arena *arena, struct slice *ret_signatures) {
  struct slice signatures[ENV_SIGN_MAX];
  assert(count > 0 && count <= ENV_SIGN_MAX);
  if (signer->sign_all != NULL) {
    return signer->sign_all(signer, requests, count, arena, ret_signatures);
  }
  for (size_t i = 0; i < count; i++) {
    TRY(signer->sign(signer, &requests[i], arena, &signatures[i]));
  }
  memcpy(ret_signatures, signatures, count * sizeof *signatures);
  return OK;
}
