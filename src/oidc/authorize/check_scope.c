#include "oidc/authorize/pipeline.h"
#include "oidc/parameters.h"

static bool is_registered(const struct oidc_asking *asking, struct slice word) {
  const struct oidc_texts *scopes = &asking->client->scopes;
  for (size_t i = 0; i < scopes->count; i++) {
    if (slice_eq(scopes->items[i], word)) {
      return true;
    }
  }
  return oidc_scope_is_ours(word);
}

/* offline_access only for clients that may refresh, and it is no word of theirs otherwise [OIDC Core 11]. */
static bool is_granted(const struct oidc_asking *asking, struct slice word) {
  return !slice_is(word, "offline_access") || (asking->client->grant_types & OIDC_GRANT_REFRESH) != 0;
}

result oidc_check_scope(struct oidc_asking *asking) {
  struct slice rest = oidc_asking_get(asking, "scope");
  struct buf granted;
  uint64_t attributes = 0;
  buf_init(&granted, asking->arena, rest.len + 1);
  while (rest.len > 0) {
    struct slice word = slice_cut(&rest, ' ');
    if (word.len > 0 && !is_registered(asking, word)) {
      FAIL(OIDC_SCOPE, "a scope this client is not registered for");
    }
    if (word.len > 0 && is_granted(asking, word) && !oidc_words_have(buf_slice(&granted), word)) {
      if (granted.len > 0) {
        buf_append_byte(&granted, ' ');
      }
      buf_append(&granted, word);
      attributes |= oidc_attributes_of_scope(word);
    }
  }
  asking->scope = buf_slice(&granted);
  asking->is_openid = oidc_words_have(asking->scope, S("openid"));
  if (asking->scope.len == 0) {
    FAIL(OIDC_SCOPE, "no scope");
  }
  /* what the registration does not name is not given, whatever is asked [OIDC Core 5.4]: claims by scope come from userinfo */
  attributes &= asking->client->attributes;
  asking->attributes_userinfo = attributes;
  asking->attributes_id_token = asking->client->id_token_has_claims ? attributes : 0;
  return OK;
}
