#include "oidc/authorize/pipeline.h"

enum { STATE_BYTES_MAX = 1024 };

/* OAuth 2.0 Multiple Response Types 2.1, Form Post; JARM 2.3. fragment and the implicit types do not exist here: a code is never in a fragment, a token
 * never in an address [RFC9700 2.1.2], B2, B5. */
static const struct {
  const char *name;
  enum oidc_response_mode mode;
} modes[] = {{"query", OIDC_MODE_QUERY},         {"query.jwt", OIDC_MODE_QUERY_JWT},         {"jwt", OIDC_MODE_QUERY_JWT}, /* [JARM 2.3.4] the default for code */
             {"form_post", OIDC_MODE_FORM_POST}, {"form_post.jwt", OIDC_MODE_FORM_POST_JWT}};

static bool is_used(const struct oidc_asking *asking, enum oidc_response_mode mode) {
  return (asking->client->response_modes & 1U << mode) != 0;
}

/* What a failure is sent in, until the request has said what it wants. */
static enum oidc_response_mode usual_mode(const struct oidc_asking *asking) {
  return is_used(asking, OIDC_MODE_QUERY) || !is_used(asking, OIDC_MODE_QUERY_JWT) ? OIDC_MODE_QUERY : OIDC_MODE_QUERY_JWT;
}

static result choose_mode(struct oidc_asking *asking) {
  struct slice asked = oidc_asking_get(asking, "response_mode");
  asking->mode = usual_mode(asking);
  if (asked.len == 0) {
    return OK;
  }
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
    if (slice_is(asked, modes[i].name) && is_used(asking, modes[i].mode)) {
      asking->mode = modes[i].mode;
      return OK;
    }
  }
  FAIL(OIDC_RESPONSE_MODE, "a response_mode we or the client do not use");
}

result oidc_check_response(struct oidc_asking *asking) {
  struct slice state = oidc_asking_get(asking, "state");
  asking->mode = usual_mode(asking);
  if (state.len > STATE_BYTES_MAX) {
    FAIL(OIDC_REQUEST, "state is too long");
  }
  asking->state = state;
  TRY(choose_mode(asking));
  if (!slice_is(oidc_asking_get(asking, "response_type"), "code")) { /* [FAPI2-SP 5.3.2.2-1 SHALL] F18, B2 */
    FAIL(oidc_asking_get(asking, "response_type").len == 0 ? OIDC_REQUEST : OIDC_RESPONSE_TYPE, "response_type is not code");
  }
  return OK;
}
