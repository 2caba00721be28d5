/* oidc/token.h: the token endpoint: one table of grant types. (private to oidc/)
 *
 * A call goes: client (caller.c) -> proof of possession (dpop.c) -> grant type -> its file. A grant's file uses things up and stores rows in one
 * write, then has the tokens signed: a crash between them costs the client its code, never a token nobody knows of.
 * Standard   RFC 6749 3.2, 4.1.3, 4.4, 5, 6; RFC 7636 4.6; RFC 8707 2.2; RFC 9068; RFC 9449 5; OpenID Connect Core 3.1.3, 12; FAPI 2.0 5.3.2.
 * Adding one a row in token.c, a bit in enum oidc_grant_type, a file token_<name>.c.
 */
#pragma once
#include "oidc/oidc.h"
#include "oidc/parameters.h"

/* A call on its way through the endpoint. */
struct oidc_exchange {
  struct env *env;
  const struct oidc_call *call;
  struct arena *arena;
  const struct oidc_caller *caller;
  struct slice dpop_thumbprint; /* empty: no proof came */
};
static inline struct slice oidc_exchange_get(const struct oidc_exchange *exchange, const char *name) {
  return url_form_get(exchange->call->form, name);
}

typedef result (*oidc_grant_fn)(const struct oidc_exchange *exchange, struct slice *ret_json);
result oidc_token_code(const struct oidc_exchange *exchange, struct slice *ret_json);
result oidc_token_refresh(const struct oidc_exchange *exchange, struct slice *ret_json);
result oidc_token_client_credentials(const struct oidc_exchange *exchange, struct slice *ret_json);
result oidc_token_device(const struct oidc_exchange *exchange, struct slice *ret_json);
result oidc_token_ciba(const struct oidc_exchange *exchange, struct slice *ret_json);

/* Every word of `asked` is one of `granted`, and there is one. */
bool oidc_words_within(struct slice asked, struct slice granted);
/* The one resource asked for: among those granted; none asked: the first granted, else this server. OIDC_RESOURCE: not granted, or several. */
MUST_USE result oidc_exchange_audience(const struct oidc_exchange *exchange, struct slice granted, struct slice *ret_audience);
