/* oidc/authorize/give.h: from a request that has passed to what happens next: sign in, agree, or a code. (private to oidc/) */
#pragma once
#include "oidc/authorize/pipeline.h"
#include "oidc/consent.h"

/* Where the person is: at the authorization endpoint itself (id empty) or behind it. */
struct oidc_place {
  const struct oidc_visitor *visitor;
  struct slice id; /* of the interaction */
  int64_t began_at_ms;
};
/* A code about to be given; give.c and ending.c fill it from the top. */
struct oidc_giving {
  const struct oidc_asking *asking;
  const struct oidc_place *place;
  struct oidc_agreement agreement;
  int64_t mandate_id;
  bool is_new_agreement;
  result may_share;
  struct oidc_grant grant;
};
/* Whether who is signed in is whom the client asked for. */
MUST_USE result oidc_place_is_right(const struct oidc_asking *asking, const struct oidc_place *place, bool *ret_is_right);
/* Whether the session, of whom there is no rule on passkeys, is fresh and proven as it must be. */
bool oidc_giving_is_session_enough(const struct oidc_giving *giving);
/* What is agreed to, and whether the person may share at all. As oidc_session_check. */
MUST_USE result oidc_giving_find(struct oidc_giving *giving, struct db_tx *tx);
bool oidc_giving_is_agreed(const struct oidc_giving *giving);
void oidc_giving_fill(struct oidc_giving *giving);
/* To the client, with the code. */
MUST_USE result oidc_giving_respond(const struct oidc_giving *giving, struct oidc_next *ret_next);

/* The code at once if session and consent suffice; else the step that is missing. */
MUST_USE result oidc_decide_next(const struct oidc_asking *asking, const struct oidc_place *place, struct oidc_next *ret_next);
/* The person's answer to the page. */
MUST_USE result oidc_decide_answer(const struct oidc_asking *asking, const struct oidc_place *place, const struct oidc_decision *decision,
                                   struct oidc_next *ret_next);
/* A new one for this request. *ret_browser is empty when the visitor's cookie goes on. */
MUST_USE result oidc_interaction_begin(const struct oidc_asking *asking, const struct oidc_visitor *visitor, struct slice *ret_id,
                                       struct slice *ret_browser);
/* The request of an interaction, checked anew; asking has env and arena. OIDC_INTERACTION. */
MUST_USE result oidc_interaction_take_up(struct oidc_asking *asking, const struct oidc_interaction_key *key, struct oidc_place *place);
/* A session that acts for another needs a mandate for this very service, now: *ret_mandate_id; and the service takes such as it acts for. MANDATE_...,
 * OIDC_ORGANISATION_NEEDED, OIDC_PERSON_NEEDED. */
MUST_USE result oidc_session_check(const struct oidc_asking *asking, struct db_tx *tx, const struct account_session *session, int64_t *ret_mandate_id);
/* consent_page.c */
MUST_USE result oidc_consent_page_fill(const struct oidc_asking *asking, const struct oidc_place *place, struct oidc_consent_page *ret_page);
struct slice oidc_form_token(struct arena *arena, const struct oidc_place *place);
