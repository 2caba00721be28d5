#include "oidc/authorize/pipeline.h"

/* THE table: checks in order, and the endpoints where they run. */
#define X true
#define o false
static const struct {
  result (*check)(struct oidc_asking *asking);
  bool runs_at[OIDC_ENDPOINT_COUNT];
} rows[] = {
    /*                         PAR authorize device CIBA */
    {oidc_check_client,         {X, X, X, X}},
    {oidc_check_pushed,         {X, X, X, X}}, /* request_uri: ours and unused at authorize, nowhere else */
    {oidc_check_request_object, {X, X, o, X}},
    {oidc_check_redirect_uri,   {X, X, o, o}}, /* from here on failures go to the client */
    {oidc_check_response,       {X, X, o, o}},
    {oidc_check_grant_type,     {X, X, X, X}},
    {oidc_check_scope,          {X, X, X, X}},
    {oidc_check_pkce,           {X, X, o, o}},
    {oidc_check_nonce,          {X, X, o, o}},
    {oidc_check_resource,       {X, X, X, X}},
    {oidc_check_claims,         {X, X, o, o}},
    {oidc_check_level,          {X, X, X, X}},
    {oidc_check_prompt,         {X, X, o, o}},
    {oidc_check_dpop_jkt,       {X, X, o, o}},
    {oidc_check_hints,          {X, X, o, X}},
    {oidc_check_person,         {o, o, o, X}},
    {oidc_check_binding_message, {o, o, o, X}},
    {oidc_check_delivery,       {o, o, o, X}},
};
#undef X
#undef o

result oidc_asking_check(struct oidc_asking *asking) {
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    if (rows[i].runs_at[asking->endpoint]) {
      TRY(rows[i].check(asking));
    }
  }
  return OK;
}
