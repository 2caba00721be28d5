/* grant_type=client_credentials [RFC6749 4.4]: the client acts for itself. */
#include "oidc/issue.h"
#include "oidc/token.h"

struct giving {
  const struct oidc_exchange *exchange;
  struct oidc_issue issue;
};

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

static result write_giving(struct db_tx *tx, void *arg) {
  struct giving *giving = arg;
  TRY(oidc_caller_use(tx, giving->exchange->caller));
  return oidc_issue_store(giving->exchange->env, tx, giving->exchange->arena, &giving->issue);
}

result oidc_token_client_credentials(const struct oidc_exchange *exchange, struct slice *ret_json) {
  const struct oidc_client *client = exchange->caller->client;
  struct giving giving = {.exchange = exchange, .issue = {.client = client, .subject = client->client_id}};
  struct slice registered = join(&client->scopes, exchange->arena);
  struct slice asked = oidc_exchange_get(exchange, "scope");
  if (client->auth_method == OIDC_AUTH_NONE) { /* [RFC6749 4.4 MUST] */
    FAIL(OIDC_GRANT_TYPE_CLIENT, "a public client has no credentials");
  }
  if (asked.len > 0 && !oidc_words_within(asked, registered)) {
    FAIL(OIDC_SCOPE, "a scope that is not registered");
  }
  giving.issue.scope = asked.len > 0 ? asked : registered;
  TRY(oidc_exchange_audience(exchange, join(&client->resources, exchange->arena), &giving.issue.audience));
  TRY(oidc_issue_bind(exchange->caller, exchange->dpop_thumbprint, &giving.issue));
  TRY(db_write(exchange->env->db, write_giving, &giving));
  return oidc_issue_write(exchange->env, exchange->arena, &giving.issue, ret_json);
}
