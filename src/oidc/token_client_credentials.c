/* grant_type=client_credentials [RFC6749 4.4]: the client acts for itself. Nothing of it is stored but an assertion used up. */
#include "oidc/issue.h"
#include "oidc/token.h"

static struct slice join(const struct oidc_texts *texts, struct arena *arena) {
  struct buf joined;
  buf_init(&joined, arena, 128);
  for (size_t i = 0; i < texts->count; i++) {
    if (i > 0) {
      buf_append_byte(&joined, ' ');
    }
    buf_append(&joined, texts->items[i]);
  }
  return buf_slice(&joined);
}

result oidc_token_client_credentials(const struct oidc_exchange *exchange, struct slice *ret_json) {
  const struct oidc_client *client = exchange->caller->client;
  struct oidc_issue issue = {.client = client, .subject = client->client_id};
  struct slice registered = join(&client->scopes, exchange->arena);
  struct slice asked = oidc_exchange_get(exchange, "scope");
  if (client->auth_method == OIDC_AUTH_NONE) { /* [RFC6749 4.4 MUST] */
    FAIL(OIDC_GRANT_TYPE_CLIENT, "a public client has no credentials");
  }
  if (asked.len > 0 && !oidc_words_within(asked, registered)) {
    FAIL(OIDC_SCOPE, "a scope that is not registered");
  }
  issue.scope = asked.len > 0 ? asked : registered;
  TRY(oidc_exchange_audience(exchange, join(&client->resources, exchange->arena), &issue.audience));
  TRY(oidc_issue_bind(exchange->caller, exchange->dpop_thumbprint, &issue));
  TRY(oidc_caller_settle(exchange->env, exchange->caller));
  return oidc_issue_write(exchange->env, exchange->arena, &issue, ret_json);
}
