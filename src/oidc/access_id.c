#include "oidc/access_id.h"

#include "codec/base64url.h"
#include "crypto/seal.h"

enum { NUMBERS = 3, NUMBER_BYTES = 8, TEXT_BYTES = 86 };
#define ABOUT S("danh-oidc-access")

struct oidc_access_id oidc_access_id_new(struct env *env, int64_t person_id, int64_t grant_id) {
  struct oidc_access_id id = {env_id_new(env), person_id, grant_id};
  if (person_id == 0) {
    uint64_t drawn = 0;
    random_fill(env->random, &drawn, sizeof drawn);
    id.grant_id = (int64_t)(drawn >> 1);
  }
  return id;
}

result oidc_access_id_write(struct env *env, struct arena *arena, const struct oidc_access_id *id, struct slice *ret_jti) {
  const int64_t numbers[NUMBERS] = {id->token_id, id->person_id, id->grant_id};
  uint8_t plain[NUMBERS * NUMBER_BYTES];
  struct slice sealed = {0};
  if (env->sealing == NULL) {
    FAIL(OIDC_KEYS_MISSING, "no sealing key");
  }
  for (size_t i = 0; i < sizeof plain; i++) {
    plain[i] = (uint8_t)((uint64_t)numbers[i / NUMBER_BYTES] >> (8 * (NUMBER_BYTES - 1 - i % NUMBER_BYTES)));
  }
  TRY(seal_write_brief(env->sealing, ABOUT, slice_of(plain, sizeof plain), arena, &sealed));
  *ret_jti = base64url_write(arena, sealed);
  return OK;
}

result oidc_access_id_read(struct env *env, struct arena *arena, struct slice jti, struct oidc_access_id *ret_id) {
  uint64_t numbers[NUMBERS] = {0};
  struct slice sealed = {0};
  struct slice plain = {0};
  if (env->sealing == NULL || jti.len != TEXT_BYTES || !is_ok(base64url_parse(jti, arena, &sealed)) ||
      !is_ok(seal_read_brief(env->sealing, ABOUT, sealed, arena, &plain)) || plain.len != (size_t)NUMBERS * NUMBER_BYTES) {
    FAIL(OIDC_TOKEN_INVALID, "its jti was not made here");
  }
  for (size_t i = 0; i < plain.len; i++) {
    numbers[i / NUMBER_BYTES] = numbers[i / NUMBER_BYTES] << 8 | plain.ptr[i];
  }
  *ret_id = (struct oidc_access_id){(int64_t)numbers[0], (int64_t)numbers[1], (int64_t)numbers[2]};
  return OK;
}
