/* api/interact.h: the browser's side of an authorization. (private to api/) */
#pragma once
#include "api/page.h"
#include "oidc/oidc.h"

/* Carries out what oidc/ says is next: a redirect, a page, a form. */
MUST_USE result api_step_send(struct api_call *call, const struct oidc_next *next);
/* The interaction that the sign-in about to be tried may end in its own write; NULL: none. For CLEANUP(oidc_ending_free). */
struct oidc_ending *api_interact_prepare(struct api_call *call, struct slice next);
/* From the sign-in that an interaction sent somebody to, with the session that came of it: to the client at once when nothing else is missing, without a
 * way back over the interaction's address; else, or when `next` is no interaction, to `next`. */
MUST_USE result api_interact_end(struct api_call *call, struct slice next, const struct account_session *session);
/* Whose browser this is: its session, if any, and its cookie of interactions. */
struct oidc_visitor api_visitor(const struct api_call *call);
/* form-action of this page: ours and that origin; empty: as on every page. */
void api_form_may_lead_to(struct api_call *call, struct slice origin);
/* A page whose form ends, by redirects, at a client: browsers hold form-action against every step, so the client's origin is named in it. `next` is the
 * path the form leads to: anything but an interaction of this browser leaves the page's policy as it is. Returns the number that the client says will
 * sign in (login_hint), to be filled in for the person, who may change it; empty: none. */
struct slice api_interact_allow_form(struct api_call *call, struct slice next);
/* The attributes of a consent page, filled: those that are needed, those with a box. */
void api_consent_lines(struct api_call *call, const struct oidc_consent_page *page, struct slice *ret_required, struct slice *ret_optional);
/* The answer to such a page. */
struct oidc_decision api_consent_decision(const struct api_call *call, const struct url_form *form);
/* The request of a counter that the address names, for whoever is signed in. OIDC_WAITING_UNKNOWN: that is no number of one. */
MUST_USE result api_approval_key(struct api_call *call, struct oidc_waiting_key *ret_key);
