/* oidc/authorize/pipeline.h: an authorization request and the checks it passes through. (private to oidc/)
 *
 * One request, one table (pipeline.c): rows are checks in order, columns the endpoints where they run. A check reads parameters, fills its part of
 * struct oidc_asking, or fails with the code the client is told.
 * Stored     a request that has passed is kept as its parameters alone (pushed, or behind an interaction) and passes again when it is taken up: what
 *            changed meanwhile, a client switched off or a redirect taken away, counts.
 * Redirects  before `may_redirect` nothing is known of where the browser came from: a failure is shown here and goes nowhere [RFC6749 4.1.2.1 MUST NOT].
 */
#pragma once
#include "oidc/attribute.h"
#include "oidc/oidc.h"

enum oidc_endpoint { OIDC_AT_PAR, OIDC_AT_AUTHORIZE, OIDC_AT_DEVICE, OIDC_AT_CIBA, OIDC_ENDPOINT_COUNT };

enum oidc_prompt { OIDC_PROMPT_NONE = 1 << 0, OIDC_PROMPT_LOGIN = 1 << 1, OIDC_PROMPT_CONSENT = 1 << 2, OIDC_PROMPT_SELECT = 1 << 3 };

struct oidc_asking {
  struct env *env;
  struct arena *arena;
  enum oidc_endpoint endpoint;
  struct url_form parameters;       /* what counts: as sent, as pushed, or out of the request object */
  const struct oidc_client *client; /* held by whoever runs the checks; at OIDC_AT_AUTHORIZE found by check_client */
  bool is_stored;                   /* taken up again from an interaction: the request object has been verified */
  bool is_pushed;
  bool was_signed;                  /* came as a signed request object */
  struct slice proof_thumbprint;    /* of a DPoP proof that came with the request; empty: none */
  int64_t request_id;               /* of the kept request its answer uses up; 0: none is kept */
  struct slice request_handle;
  /* filled by the checks */
  bool may_redirect;
  struct slice redirect_uri;
  struct slice state;
  enum oidc_response_mode mode;
  struct slice scope;     /* granted if agreed to */
  bool is_openid;
  struct slice nonce;
  struct slice code_challenge;
  struct slice dpop_jkt;
  struct slice resources;
  uint64_t attributes_id_token;
  uint64_t attributes_userinfo;
  uint64_t attributes_verified;
  struct slice verified; /* JSON of verified_claims asked for; empty: none */
  int level;             /* authentication level needed, 1..4 */
  unsigned prompt;       /* set of enum oidc_prompt */
  int64_t max_age_s;     /* -1: any */
  struct slice login_hint;
  struct slice subjects; /* who it must be, as `sub` of this client, blanks between; empty: anybody */
  int64_t person_id;     /* CIBA: whom a hint names; 0: nobody we know, which is not told */
  struct slice message;  /* CIBA: binding_message */
  struct slice ping_token;
  int64_t lifetime_s;
};

/* Parameters are set; runs the endpoint's column. Where check_client holds the client:  struct oidc_asking asking CLEANUP(oidc_asking_clear) = {...}; */
MUST_USE result oidc_asking_check(struct oidc_asking *asking);

void oidc_asking_clear(struct oidc_asking *asking);

static inline struct slice oidc_asking_get(const struct oidc_asking *asking, const char *name) {
  return url_form_get(&asking->parameters, name);
}
/* What is asked of whom the session acts for: of an organisation what is its own, and of the person who acts for it what is theirs; nothing of it is
 * verified by a document of theirs. Of a person nothing that is an organisation's. */
uint64_t oidc_asking_attributes(const struct oidc_asking *asking, const struct account_session *session);

/* Whether the one the session acts for, as this client knows them, is one the request is for. */
MUST_USE result oidc_asking_is_for(const struct oidc_asking *asking, const struct account_session *session, bool *ret_is_for);

/* check_<name>.c each. */
result oidc_check_client(struct oidc_asking *asking);
result oidc_check_pushed(struct oidc_asking *asking);
result oidc_check_request_object(struct oidc_asking *asking);
result oidc_check_redirect_uri(struct oidc_asking *asking);
result oidc_check_response(struct oidc_asking *asking);
result oidc_check_grant_type(struct oidc_asking *asking);
result oidc_check_scope(struct oidc_asking *asking);
result oidc_check_pkce(struct oidc_asking *asking);
result oidc_check_nonce(struct oidc_asking *asking);
result oidc_check_resource(struct oidc_asking *asking);
result oidc_check_claims(struct oidc_asking *asking);
result oidc_check_level(struct oidc_asking *asking);
result oidc_check_prompt(struct oidc_asking *asking);
result oidc_check_dpop_jkt(struct oidc_asking *asking);
result oidc_check_hints(struct oidc_asking *asking);
result oidc_check_person(struct oidc_asking *asking);
result oidc_check_binding_message(struct oidc_asking *asking);
result oidc_check_delivery(struct oidc_asking *asking);
