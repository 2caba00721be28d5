/* oidc/oidc_authorization.h: pushed requests, the authorization endpoint, interactions, the end of a session. (a part of oidc/oidc.h, which includes it; include that) */
#pragma once
#include "oidc/oidc.h"

/* ---- Authorization ------------------------------------------------------------------------------------------------------------------- */

/* PAR: an authenticated client leaves its request here and gets a reference, good for 5 minutes and one authorization. */
struct oidc_caller;
struct oidc_push {
  const struct oidc_caller *caller; /* its assertion is used up with the request */
  const struct url_form *form;
  struct slice proof_thumbprint; /* of the DPoP proof that came with it; empty: none */
};
struct oidc_push_made { struct slice request_uri; int64_t expires_in_s; };
MUST_USE result oidc_push(struct env *env, struct arena *arena, const struct oidc_push *push, struct oidc_push_made *ret_made);

/* Who sits at the browser. */
struct oidc_visitor {
  const struct account_session *session; /* NULL: nobody is signed in */
  struct slice browser;                  /* this browser's cookie of interactions; empty: none yet */
};

/* One line of the consent page. */
struct oidc_consent_line {
  enum oidc_attribute attribute;
  struct oidc_words purpose;
  struct slice value; /* partly shown: enough to recognise; empty: the register has none */
  bool is_required;   /* else it has a box to tick */
};
struct oidc_choice {
  int64_t organisation_id;
  struct slice name;
  struct oidc_words role;
};
struct oidc_consent_page {
  struct oidc_words name, owner, purpose;
  struct slice person;     /* who is signed in */
  struct slice acting_for; /* for whom; empty: themself */
  bool is_for_organisation;
  struct oidc_words role;  /* in which, for an organisation */
  const struct oidc_choice *choices; /* organisations in whose name they may go on */
  size_t choice_count;
  bool takes_people;       /* else one of them has to be chosen */
  bool takes_organisations; /* else the person goes on for themself */
  const struct oidc_consent_line *lines;
  size_t line_count;
  int days;                /* how long it is remembered */
  bool is_verified;        /* the service also hears the level of the identity, since when, and by what kind of document (verified_claims) */
  bool is_offline;         /* the service may come back while the person is away */
  struct slice form_token; /* must come back with the answer */
};

/* What the browser is to do. */
enum oidc_step {
  OIDC_STEP_REDIRECT, /* to the client, with a code or an error: 303 to `location` */
  OIDC_STEP_FORM,     /* the same by a form posted to `location`: `fields` */
  OIDC_STEP_INTERACT, /* to /interact/{interaction}, with `browser` as a cookie if it is not empty */
  OIDC_STEP_SIGN_IN,  /* to /sign-in with `level` and `is_fresh`, and back to /interact/{interaction} */
  OIDC_STEP_CONSENT,  /* show `page` */
};
struct oidc_next {
  enum oidc_step step;
  struct slice location;
  struct url_form fields;
  struct slice interaction;
  struct slice browser;
  int level;
  bool is_fresh, is_passkey_asked; /* the latter: one that this service takes; a level alone does not do */
  struct oidc_consent_page page;
  struct slice client_origin; /* where forms of this interaction may lead: for the page's form-action */
  struct slice ui_locales;    /* as asked; may be empty */
};
/* /oidc/authorize. text: the query, or the body of a POST. Fails only where nothing may be sent to a client: OIDC_CLIENT_UNKNOWN, OIDC_REDIRECT_URI,
 * OIDC_REQUEST_URI ...; every other failure is a step to the client [RFC6749 4.1.2.1]. */
MUST_USE result oidc_authorize(struct env *env, struct arena *arena, struct slice text, const struct oidc_visitor *visitor,
                               struct oidc_next *ret_next);

/* The checks of the endpoint at that path, in the order they run, and the rules they hold a request against: for the sandbox's inspector. false: no more. */
bool oidc_check_of_path(struct slice path, size_t index, const char **ret_name, const char **ret_rule);

/* /interact/{id}: belongs to one browser, lives 30 minutes, and ends with an answer to the client. */
struct oidc_interaction_key {
  struct slice id;
  const struct oidc_visitor *visitor;
};
/* Checks everything anew. OIDC_INTERACTION. */
MUST_USE result oidc_interaction_go_on(struct env *env, struct arena *arena, const struct oidc_interaction_key *key, struct oidc_next *ret_next);
/* The end of an interaction in the very write that opens the session it waited for. Prepared before it (any failure: there is none to end so, and
 * oidc_interaction_go_on says why), `write` inside it, and if it was ended then the answer to the client. Whatever needs a page, a rule on passkeys
 * or a mandate, and a request that was used meanwhile, is not ended. */
struct oidc_ending;
MUST_USE result oidc_ending_prepare(struct env *env, struct arena *arena, const struct oidc_interaction_key *key, struct oidc_ending **ret_ending);
void oidc_ending_free(struct oidc_ending **ending); /* for CLEANUP */
MUST_USE result oidc_ending_write(struct db_tx *tx, void *ending, const struct account_session *session);
bool oidc_ending_is_ended(const struct oidc_ending *ending); /* NULL: no */
MUST_USE result oidc_ending_respond(const struct oidc_ending *ending, struct oidc_next *ret_next);

struct oidc_decision {
  bool agrees;
  uint64_t attributes;     /* ticked boxes; what is required is added */
  struct slice form_token; /* of the page */
};
/* OIDC_CONSENT_FORM; OIDC_INTERACTION. */
MUST_USE result oidc_interaction_decide(struct env *env, struct arena *arena, const struct oidc_interaction_key *key,
                                        const struct oidc_decision *decision, struct oidc_next *ret_next);
/* For the pages on the way (sign-in): what it is about. OIDC_INTERACTION. */
struct oidc_interaction {
  struct slice client_id;
  struct oidc_words client_name;
  struct slice client_origin;
  struct slice login_hint;
};
MUST_USE result oidc_interaction_load(struct env *env, struct arena *arena, const struct oidc_interaction_key *key,
                                      struct oidc_interaction *ret_interaction);

/* ---- The end of a session ------------------------------------------------------------------------------------------------------------- */

/* RP-Initiated Logout: what a client asks for at /oidc/end-session, checked. Nobody is signed out by it: the person is asked. */
struct oidc_end_session {
  struct oidc_words client_name; /* empty: no client is named */
  struct slice location;         /* where to go afterwards, state included; empty: nowhere but here */
  struct slice client_origin;    /* of `location`, for the page's form-action */
};
/* OIDC_LOGOUT_REQUEST: the hint is not ours, names another client, or the address is not registered letter by letter. */
MUST_USE result oidc_end_session(struct env *env, struct arena *arena, const struct url_form *form, struct oidc_end_session *ret_end);

/* Back-Channel Logout. Once a second: for each session that ended, deliveries to the clients it had signed in to, and the end of their grants that
 * were not offline_access. ret_count: deliveries added; then wake the outbox. */
MUST_USE result oidc_logout_tend(struct env *env, int64_t *ret_count);
#define OIDC_LOGOUT_DESTINATION "relying_parties" /* in the outbox: a family, one member a client */
/* One delivery: where to, and the body of the POST, a fresh logout token in it. location empty: the client is gone, or it has been tried for a day. */
struct oidc_logout_call {
  struct slice location;
  struct slice body;
  bool is_self_registered; /* an address nobody has looked at */
};
MUST_USE result oidc_logout_write(struct env *env, struct arena *arena, struct slice payload, struct oidc_logout_call *ret_call);
