/* Any bytes as a pushed authorization request: nothing that passes has gone around redirect, PKCE, state or the registered attributes. */
#include <stdlib.h>

#include "oidc/authorize/pipeline_fixture.h"
#include "oidc/parameters.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct oidc_client client;
  struct clock clock = clock_fixed(1800000000000);
  struct env env = {.clock = &clock, .origin = S("https://danh.example")};
  if (!is_ok(pipeline_client_read(&arena, PIPELINE_CLIENT, &client))) {
    abort();
  }
  struct oidc_asking asking = {.env = &env, .arena = &arena, .endpoint = OIDC_AT_PAR, .client = &client};
  if (!is_ok(oidc_parameters_parse(slice_of(bytes, len), &arena, &asking.parameters)) || !is_ok(oidc_asking_check(&asking))) {
    return 0;
  }
  bool is_home = slice_is(asking.redirect_uri, "https://library.example/cb") || slice_starts(asking.redirect_uri, S("http://127.0.0.1"));
  if (!asking.may_redirect || !is_home || asking.code_challenge.len != 43 || asking.nonce.len > 4 * 64 || asking.level < 1 || asking.level > 4 ||
      (oidc_asking_attributes(&asking, &(const struct account_session){0}) & ~client.attributes) != 0) {
    abort();
  }
  struct url_form again;
  struct slice written = oidc_parameters_write(&asking.parameters, &arena);
  if (!is_ok(oidc_parameters_parse(written, &arena, &again)) || again.count > asking.parameters.count) {
    abort();
  }
  return 0;
}
