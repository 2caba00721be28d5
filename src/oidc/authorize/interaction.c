/* Interactions: a request that waits for a person at one browser. */
#include "crypto/token.h"
#include "oidc/authorize/give.h"
#include "oidc/authorize/kept.h"
#include "oidc/authorize/respond.h"
#include "oidc/parameters.h"
#include "oidc/uri.h"

/* ---- beginning ---- */

struct beginning {
  const struct oidc_asking *asking;
  struct slice parameters;
  struct slice handle;
};

static result write_begun(struct db_tx *tx, void *arg) {
  struct beginning *b = arg;
  return oidc_kept_add(tx, b->asking, b->parameters, &b->handle);
}

/* A pushed request has its row already. */
static result keep(const struct oidc_asking *asking, struct slice *ret_handle) {
  struct beginning beginning = {.asking = asking, .handle = asking->request_handle};
  if (asking->request_id == 0) {
    beginning.parameters = oidc_parameters_write(&asking->parameters, asking->arena);
    TRY(db_write(asking->env->db, write_begun, &beginning));
    oidc_kept_hold(asking, beginning.parameters, beginning.handle);
  }
  *ret_handle = beginning.handle;
  return OK;
}

result oidc_interaction_begin(const struct oidc_asking *asking, const struct oidc_visitor *visitor, struct slice *ret_id, struct slice *ret_browser) {
  bool is_known = visitor->browser.len == TOKEN_TEXT_BYTES;
  struct slice browser = is_known ? visitor->browser : token_make(asking->env->random, asking->arena);
  struct slice handle = {0};
  TRY(keep(asking, &handle));
  TRY(oidc_interaction_id_write(asking, handle, browser, ret_id));
  *ret_browser = is_known ? (struct slice){0} : browser;
  return OK;
}

/* ---- going on ---- */

static result find(struct oidc_asking *asking, const struct oidc_interaction_key *key, struct oidc_place *place, struct slice *ret_client_id) {
  enum { AGE_MAX_S = OIDC_PUSHED_LIFETIME_S + OIDC_INTERACTION_LIFETIME_S };
  struct oidc_kept kept;
  struct slice handle = {0};
  *place = (struct oidc_place){.visitor = key->visitor, .id = key->id};
  TRY(oidc_interaction_id_read(asking, key->id, key->visitor->browser, &handle, &place->began_at_ms));
  result found = oidc_kept_find(asking->env, asking->arena, handle, AGE_MAX_S, &kept);
  if (is_code(found, OIDC_REQUEST_URI)) {
    FAIL(OIDC_INTERACTION, "answered");
  }
  TRY(found);
  *ret_client_id = kept.client_id;
  return oidc_asking_take_up(asking, &kept);
}

/* The request of an interaction, checked anew. */
result oidc_interaction_take_up(struct oidc_asking *asking, const struct oidc_interaction_key *key, struct oidc_place *place) {
  struct slice client_id = {0};
  asking->endpoint = OIDC_AT_AUTHORIZE;
  TRY(find(asking, key, place, &client_id));
  TRY(oidc_client_load(asking->env, client_id, &asking->client));
  return oidc_asking_check(asking);
}

result oidc_interaction_go_on(struct env *env, struct arena *arena, const struct oidc_interaction_key *key, struct oidc_next *ret_next) {
  struct oidc_asking asking CLEANUP(oidc_asking_clear) = {.env = env, .arena = arena};
  struct oidc_place place = {0};
  result taken = oidc_interaction_take_up(&asking, key, &place);
  if (!is_ok(taken)) {
    return asking.may_redirect ? oidc_respond(&asking, &(const struct oidc_outcome){.failure = taken}, ret_next) : taken;
  }
  return oidc_decide_next(&asking, &place, ret_next);
}

result oidc_interaction_decide(struct env *env, struct arena *arena, const struct oidc_interaction_key *key, const struct oidc_decision *decision,
                               struct oidc_next *ret_next) {
  struct oidc_asking asking CLEANUP(oidc_asking_clear) = {.env = env, .arena = arena};
  struct oidc_place place = {0};
  result taken = oidc_interaction_take_up(&asking, key, &place);
  TRY(taken);
  return oidc_decide_answer(&asking, &place, decision, ret_next);
}

result oidc_interaction_load(struct env *env, struct arena *arena, const struct oidc_interaction_key *key, struct oidc_interaction *ret_interaction) {
  struct oidc_asking asking CLEANUP(oidc_asking_clear) = {.env = env, .arena = arena};
  struct oidc_place place = {0};
  result taken = oidc_interaction_take_up(&asking, key, &place);
  TRY(taken);
  struct oidc_words name = asking.client->name;
  *ret_interaction = (struct oidc_interaction){
      .client_id = arena_copy(arena, asking.client->client_id),
      .client_name = {arena_copy(arena, name.vi), name.en.len > 0 ? arena_copy(arena, name.en) : name.en},
      .client_origin = oidc_uri_origin(arena, asking.redirect_uri),
      .login_hint = asking.login_hint};
  return OK;
}

/* ---- the endpoint ---- */

result oidc_authorize(struct env *env, struct arena *arena, struct slice text, const struct oidc_visitor *visitor, struct oidc_next *ret_next) {
  struct oidc_asking asking CLEANUP(oidc_asking_clear) = {.env = env, .arena = arena, .endpoint = OIDC_AT_AUTHORIZE};
  const struct oidc_place place = {.visitor = visitor};
  if (!is_ok(oidc_parameters_parse(text, arena, &asking.parameters))) { /* [RFC6749 3.1 MUST NOT] twice: which redirect_uri would count? */
    FAIL(OIDC_REQUEST, "badly encoded, or a parameter twice");
  }
  result checked = oidc_asking_check(&asking);
  if (!is_ok(checked)) {
    return asking.may_redirect ? oidc_respond(&asking, &(const struct oidc_outcome){.failure = checked}, ret_next) : checked;
  }
  return oidc_decide_next(&asking, &place, ret_next);
}
