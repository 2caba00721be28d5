/* Whom the client expects: login_hint is a wish, id_token_hint is not. */
#include "oidc/acting.h"
#include "oidc/authorize/pipeline.h"
#include "oidc/parameters.h"

enum { HINT_BYTES_MAX = 256, SUBJECT_BYTES_MAX = 255 };

/* [OIDC Core 3.1.2.1] an ID token of ours, however old, for this client: its `sub` is one of this client's sector, and means nobody anywhere else. We need not
 * be in its audience. Our signature has to be by a key that is still shown: after a rotation that is a day. */
static result read_id_token_hint(struct oidc_asking *asking, struct slice id_token) {
  const struct jin *claims = NULL;
  struct slice subject = {0};
  if (!is_ok(oidc_id_token_read(asking->env, id_token, asking->arena, &claims)) ||
      !is_ok(jose_claims_audience_alone(claims, asking->client->client_id)) ||
      !is_ok(jose_claims_text(claims, "sub", SUBJECT_BYTES_MAX, &subject))) {
    FAIL(OIDC_REQUEST, "id_token_hint is no ID token of ours for this client");
  }
  if (asking->subjects.len > 0 && !oidc_words_have(asking->subjects, subject)) {
    FAIL(OIDC_REQUEST, "id_token_hint and the sub asked for are two people");
  }
  asking->subjects = subject;
  return OK;
}

result oidc_check_hints(struct oidc_asking *asking) {
  struct slice id_token = oidc_asking_get(asking, "id_token_hint");
  asking->login_hint = oidc_asking_get(asking, "login_hint");
  if (asking->login_hint.len > HINT_BYTES_MAX) {
    FAIL(OIDC_REQUEST, "login_hint is too long");
  }
  return id_token.len > 0 ? read_id_token_hint(asking, id_token) : OK;
}

result oidc_asking_is_for(const struct oidc_asking *asking, const struct account_session *session, bool *ret_is_for) {
  struct slice subject = {0};
  if (asking->subjects.len > 0) {
    TRY(oidc_session_subject(asking->env, asking->client->sector, session, asking->arena, &subject));
  }
  *ret_is_for = asking->subjects.len == 0 || oidc_words_have(asking->subjects, subject);
  return OK;
}
