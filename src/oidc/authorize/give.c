#include "oidc/authorize/give.h"

#include "mandate/mandate.h"
#include "oidc/authorize/kept.h"
#include "oidc/authorize/respond.h"
#include "oidc/claims.h"
#include "oidc/code.h"
#include "oidc/grant.h"
#include "oidc/passkey_rule.h"
#include "oidc/standing.h"
#include "oidc/uri.h"

/* ---- is the session good enough? ---- */

/* Signed in since this request began, at its own sign-in page. */
static bool is_of_now(const struct oidc_place *place) {
  return place->id.len > 0 && place->visitor->session->auth_at_ms >= place->began_at_ms;
}

static bool is_fresh_enough(const struct oidc_asking *asking, const struct oidc_place *place) {
  const struct account_session *session = place->visitor->session;
  int64_t age_ms = clock_now_ms(asking->env->clock) - session->auth_at_ms;
  bool is_asked_again = (asking->prompt & OIDC_PROMPT_LOGIN) != 0;                               /* [OIDC Core 3.1.2.1 SHOULD] reauthenticate */
  bool is_too_old = asking->max_age_s >= 0 && age_ms > asking->max_age_s * 1000;                 /* [OIDC Core 3.1.2.1 MUST] max_age */
  return is_of_now(place) || !(is_asked_again || is_too_old);
}

/* Where the person is, with their session as it counts for this client. */
struct standing {
  struct oidc_counted counted;
  struct oidc_visitor visitor;
  struct oidc_place place;
};

static result stand(const struct oidc_asking *asking, const struct oidc_place *place, struct standing *standing) {
  standing->visitor = *place->visitor;
  standing->place = *place;
  standing->place.visitor = &standing->visitor;
  if (place->visitor->session == NULL) {
    return OK;
  }
  TRY(oidc_session_count(asking->env, asking->client, place->visitor->session, &standing->counted));
  standing->visitor.session = &standing->counted.session;
  return OK;
}

static bool is_level_reached(const struct oidc_asking *asking, const struct standing *standing) {
  return !standing->counted.is_passkey_missing && account_session_authentication(asking->env, standing->visitor.session) >= asking->level;
}

bool oidc_giving_is_session_enough(const struct oidc_giving *giving) {
  const struct account_session *session = giving->place->visitor->session;
  return is_fresh_enough(giving->asking, giving->place) && account_session_authentication(giving->asking->env, session) >= giving->asking->level;
}

/* Whoever the client would learn of is the one it asked for: under a mandate, whom it acts for. */
result oidc_place_is_right(const struct oidc_asking *asking, const struct oidc_place *place, bool *ret_is_right) {
  return oidc_asking_is_for(asking, place->visitor->session, ret_is_right);
}

result oidc_session_check(const struct oidc_asking *asking, struct db_tx *tx, const struct account_session *session, int64_t *ret_mandate_id) {
  const struct oidc_client *client = asking->client;
  struct mandate mandate = {0};
  if (session->acting_organisation_id != 0 ? !client->takes_organisations : !client->takes_people) {
    FAIL(session->acting_organisation_id != 0 ? OIDC_PERSON_NEEDED : OIDC_ORGANISATION_NEEDED, "whom the session acts for is none of this client's");
  }
  if (account_session_is_for_another(session)) {
    const struct mandate_use use = {session, oidc_mandate_scope(client->client_id, asking->arena)};
    TRY(mandate_of_session(asking->env, tx, &use, asking->arena, &mandate));
  }
  *ret_mandate_id = mandate.mandate_id;
  return OK;
}

/* ---- giving ---- */

static result session_may_share(const struct oidc_giving *giving, struct db_tx *tx) {
  result may = oidc_session_may_share(giving->asking->env, tx, giving->place->visitor->session);
  if (is_code(may, ACCOUNT_SESSION)) {
    FAIL(OIDC_LOGIN_REQUIRED, "the session ended a moment ago");
  }
  return may;
}

/* What uses something up, or is agreed to anew. The grant itself begins when the code is redeemed (code.h). */
static result write_given(struct db_tx *tx, void *arg) {
  struct oidc_giving *giving = arg;
  const struct oidc_asking *asking = giving->asking;
  int64_t mandate_id = 0;
  TRY(session_may_share(giving, tx));
  TRY(oidc_session_check(asking, tx, giving->place->visitor->session, &mandate_id));
  if (mandate_id != giving->grant.mandate_id) {
    FAIL(MANDATE_ENDED, "the session acts under another mandate than a moment ago");
  }
  TRY(oidc_kept_use(tx, asking));
  return giving->is_new_agreement ? oidc_agreement_save(asking->env, tx, &giving->agreement) : OK;
}

void oidc_giving_fill(struct oidc_giving *giving) {
  const struct oidc_asking *asking = giving->asking;
  const struct account_session *session = giving->place->visitor->session;
  uint64_t agreed = giving->agreement.attributes;
  giving->grant = (struct oidc_grant){.person_id = session->person_id,
                                      .grant_id = oidc_grant_number(asking->env, session->session_id),
                                      .client_id = asking->client->client_id,
                                      .session_id = session->session_id,
                                      .scope = asking->scope,
                                      .resources = asking->resources,
                                      .attributes_id_token = asking->attributes_id_token & agreed,
                                      .attributes_userinfo = asking->attributes_userinfo & agreed,
                                      .attributes_verified = session->acting_organisation_id != 0 ? 0 : asking->attributes_verified & agreed,
                                      .verified = asking->verified,
                                      .acr = account_session_authentication(asking->env, session),
                                      .means = oidc_means_now(asking->env, session),
                                      .auth_at_ms = session->auth_at_ms,
                                      .acting_for_id = giving->agreement.acting_for_id,
                                      .acting_organisation_id = giving->agreement.acting_organisation_id,
                                      .mandate_id = giving->mandate_id};
}

result oidc_giving_respond(const struct oidc_giving *giving, struct oidc_next *ret_next) {
  const struct oidc_asking *asking = giving->asking;
  struct slice text = {0};
  uint8_t digest[DIGEST_BYTES];
  digest_sha256(asking->redirect_uri, digest);
  const struct oidc_code code = {.grant = giving->grant,
                                 .redirect_uri_digest = slice_of(digest, sizeof digest),
                                 .code_challenge = asking->code_challenge,
                                 .nonce = asking->nonce,
                                 .dpop_jkt = asking->dpop_jkt,
                                 .issued_at_ms = clock_now_ms(asking->env->clock)};
  TRY(oidc_code_write(asking->env, asking->arena, &code, &text));
  return oidc_respond(asking, &(const struct oidc_outcome){.code = text}, ret_next);
}

static result give(struct oidc_giving *giving, struct oidc_next *ret_next) {
  const struct oidc_asking *asking = giving->asking;
  bool is_written = asking->request_id != 0 || giving->is_new_agreement;
  oidc_giving_fill(giving);
  result given = is_written ? db_write(asking->env->db, write_given, giving) : giving->may_share;
  if (is_code(given, OIDC_GRANT_ENDED)) { /* the holder locked sharing: the service hears no, and not why */
    return oidc_respond(asking, &(const struct oidc_outcome){.failure = {OIDC_ACCESS_DENIED}}, ret_next);
  }
  TRY(given);
  return oidc_giving_respond(giving, ret_next);
}

/* ---- what is missing ---- */

static struct oidc_agreement agreement_of(const struct oidc_asking *asking, const struct account_session *session) {
  return (struct oidc_agreement){.person_id = session->person_id, .client = asking->client, .acting_for_id = session->acting_for_id,
                                 .acting_organisation_id = session->acting_organisation_id};
}

result oidc_giving_find(struct oidc_giving *giving, struct db_tx *tx) {
  const struct oidc_asking *asking = giving->asking;
  const struct account_session *session = giving->place->visitor->session;
  giving->agreement = agreement_of(asking, session);
  TRY(oidc_session_check(asking, tx, session, &giving->mandate_id));
  giving->may_share = session_may_share(giving, tx);
  return oidc_agreement_find(asking->env, tx, &giving->agreement);
}

bool oidc_giving_is_agreed(const struct oidc_giving *giving) {
  bool is_asked_again = (giving->asking->prompt & (OIDC_PROMPT_CONSENT | OIDC_PROMPT_SELECT)) != 0;
  return !is_asked_again && oidc_agreement_covers(&giving->agreement, oidc_asking_attributes(giving->asking, giving->place->visitor->session));
}

static result read_agreement(struct oidc_giving *giving) {
  struct env *env = giving->asking->env;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  uint64_t moment = 0;
  bool is_kept = db_moment(env->db, &moment);
  TRY(db_read_begin(env->db, &tx));
  TRY(oidc_giving_find(giving, tx));
  if (is_kept && is_ok(giving->may_share)) {
    oidc_standing_keep(env, moment, giving->place->visitor->session, &giving->agreement);
  }
  return OK;
}

static result find_agreement(struct oidc_giving *giving) {
  const struct account_session *session = giving->place->visitor->session;
  giving->agreement = agreement_of(giving->asking, session);
  if (!oidc_standing_find(giving->asking->env, session, &giving->agreement)) {
    return read_agreement(giving);
  }
  giving->may_share = OK;
  return oidc_session_check(giving->asking, NULL, session, &giving->mandate_id); /* acts for nobody else: nothing is read */
}

/* prompt=none shows nothing: what is missing is told to the client [OIDC Core 3.1.2.6]. */
static result miss(const struct oidc_asking *asking, uint16_t code, struct oidc_next *ret_next) {
  return oidc_respond(asking, &(const struct oidc_outcome){.failure = {code}}, ret_next);
}

/* Every page lies behind an interaction: the endpoint begins it. */
static result lead(const struct oidc_asking *asking, const struct oidc_place *place, enum oidc_step step, struct oidc_next *ret_next) {
  struct oidc_next next = {.step = step, .interaction = place->id, .level = asking->level,
                           .client_origin = oidc_uri_origin(asking->arena, asking->redirect_uri), .ui_locales = oidc_asking_get(asking, "ui_locales")};
  if (place->id.len == 0) {
    TRY(oidc_interaction_begin(asking, place->visitor, &next.interaction, &next.browser));
  }
  *ret_next = next;
  return OK;
}

static result send_to_sign_in(const struct oidc_asking *asking, const struct standing *standing, bool is_fresh, struct oidc_next *ret_next) {
  const struct oidc_place *place = &standing->place;
  if ((asking->prompt & OIDC_PROMPT_NONE) != 0) {
    return miss(asking, OIDC_LOGIN_REQUIRED, ret_next);
  }
  TRY(lead(asking, place, OIDC_STEP_SIGN_IN, ret_next));
  ret_next->is_fresh = is_fresh;
  ret_next->is_passkey_asked = standing->counted.is_passkey_missing || standing->counted.is_passkey_refused;
  return OK;
}

static result show_page(const struct oidc_asking *asking, const struct oidc_place *place, struct oidc_next *ret_next) {
  if ((asking->prompt & OIDC_PROMPT_NONE) != 0) {
    return miss(asking, OIDC_CONSENT_REQUIRED, ret_next);
  }
  if (place->id.len == 0) {
    return lead(asking, place, OIDC_STEP_INTERACT, ret_next);
  }
  struct oidc_next next = {.step = OIDC_STEP_CONSENT, .interaction = place->id,
                           .client_origin = oidc_uri_origin(asking->arena, asking->redirect_uri)};
  TRY(oidc_consent_page_fill(asking, place, &next.page));
  *ret_next = next;
  return OK;
}

result oidc_decide_next(const struct oidc_asking *asking, const struct oidc_place *at, struct oidc_next *ret_next) {
  struct standing standing = {0};
  const struct oidc_place *place = &standing.place;
  TRY(stand(asking, at, &standing));
  if (place->visitor->session == NULL) {
    return send_to_sign_in(asking, &standing, false, ret_next);
  }
  bool is_right = false;
  TRY(oidc_place_is_right(asking, place, &is_right));
  if (!is_right) { /* [OIDC Core 3.1.2.2 MUST NOT] nothing of another person: once somebody may sign in as the right one, then the client is told */
    return is_of_now(place) ? miss(asking, OIDC_LOGIN_REQUIRED, ret_next) : send_to_sign_in(asking, &standing, true, ret_next);
  }
  bool is_fresh = is_fresh_enough(asking, place);
  if (!is_fresh || !is_level_reached(asking, &standing)) {
    return send_to_sign_in(asking, &standing, !is_fresh, ret_next);
  }
  struct oidc_giving giving = {.asking = asking, .place = place};
  result found = find_agreement(&giving);
  if (is_code(found, OIDC_ORGANISATION_NEEDED) || is_code(found, OIDC_PERSON_NEEDED)) {
    return (asking->prompt & OIDC_PROMPT_NONE) != 0 ? miss(asking, found.code, ret_next) : show_page(asking, place, ret_next);
  }
  TRY(found);
  if (!oidc_giving_is_agreed(&giving)) {
    return show_page(asking, place, ret_next);
  }
  return give(&giving, ret_next);
}

static result write_refused(struct db_tx *tx, void *arg) { return oidc_kept_use(tx, arg); }

result oidc_decide_answer(const struct oidc_asking *asking, const struct oidc_place *at, const struct oidc_decision *decision,
                          struct oidc_next *ret_next) {
  struct standing standing = {0};
  const struct oidc_place *place = &standing.place;
  bool is_right = false;
  TRY(stand(asking, at, &standing));
  if (place->visitor->session != NULL) {
    TRY(oidc_place_is_right(asking, place, &is_right));
  }
  if (!is_right || !is_fresh_enough(asking, place) || !is_level_reached(asking, &standing)) {
    return oidc_decide_next(asking, at, ret_next); /* signed out or stepped down while the page was open */
  }
  if (!slice_eq_secret(decision->form_token, oidc_form_token(asking->arena, place))) {
    FAIL(OIDC_CONSENT_FORM, "not the form of this interaction, browser and session");
  }
  if (!decision->agrees) {
    struct oidc_asking refused = *asking;
    TRY(db_write(asking->env->db, write_refused, &refused));
    return miss(asking, OIDC_ACCESS_DENIED, ret_next);
  }
  struct oidc_giving giving = {.asking = asking, .place = place, .is_new_agreement = true};
  TRY(find_agreement(&giving));
  giving.agreement.asked = oidc_asking_attributes(asking, place->visitor->session);
  giving.agreement.attributes = giving.agreement.asked & (decision->attributes | asking->client->attributes_required);
  TRY(oidc_subject(asking->env, asking->client->sector, giving.agreement.person_id, asking->arena, &giving.agreement.subject));
  return give(&giving, ret_next);
}
