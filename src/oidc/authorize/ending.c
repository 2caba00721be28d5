/* An interaction that ends in the write of the sign-in it waited for. What is decided here is a part of what oidc_decide_next decides, by the same functions;
 * everything else is left to it. */
#include "oidc/authorize/give.h"
#include "oidc/authorize/kept.h"

struct oidc_ending {
  struct oidc_asking asking;
  struct oidc_place place;
  struct oidc_visitor visitor;
  /* set by the write */
  struct account_session session;
  struct oidc_giving giving;
  bool is_ended;
};

void oidc_ending_free(struct oidc_ending **ending) {
  if (*ending != NULL) {
    oidc_asking_clear(&(*ending)->asking);
    *ending = NULL;
  }
}

result oidc_ending_prepare(struct env *env, struct arena *arena, const struct oidc_interaction_key *key, struct oidc_ending **ret_ending) {
  struct oidc_ending *ending CLEANUP(oidc_ending_free) = ARENA_NEW(arena, struct oidc_ending);
  *ending = (struct oidc_ending){.asking = {.env = env, .arena = arena}, .visitor = {.browser = key->visitor->browser}};
  TRY(oidc_interaction_take_up(&ending->asking, key, &ending->place));
  ending->place.visitor = &ending->visitor;
  const struct oidc_client *client = ending->asking.client;
  if (client->passkeys != NULL || !client->takes_people || ending->asking.request_id == 0) {
    FAIL(OIDC_INTERACTION, "not one that ends by a sign-in alone");
  }
  *ret_ending = ending;
  ending = NULL;
  return OK;
}

static result is_due(struct oidc_ending *ending, struct db_tx *tx, bool *ret_is_due) {
  struct oidc_giving *giving = &ending->giving;
  bool is_right = false;
  *ret_is_due = false;
  TRY(oidc_place_is_right(&ending->asking, &ending->place, &is_right));
  if (!is_right || !oidc_giving_is_session_enough(giving)) {
    return OK;
  }
  TRY(oidc_giving_find(giving, tx));
  *ret_is_due = oidc_giving_is_agreed(giving) && is_ok(giving->may_share);
  return OK;
}

result oidc_ending_write(struct db_tx *tx, void *arg, const struct account_session *session) {
  struct oidc_ending *ending = arg;
  bool is_ready = false;
  ending->is_ended = false;
  ending->session = *session;
  ending->visitor.session = &ending->session;
  ending->giving = (struct oidc_giving){.asking = &ending->asking, .place = &ending->place};
  if (session->acting_for_id != 0 || session->acting_organisation_id != 0) {
    return OK; /* whether a mandate still holds is a question of its own */
  }
  TRY(is_due(ending, tx, &is_ready));
  result used = is_ready ? oidc_kept_use(tx, &ending->asking) : OK;
  if (is_code(used, OIDC_REQUEST_URI) || is_code(used, OIDC_INTERACTION)) {
    return OK; /* somebody was faster; the sign-in stands */
  }
  TRY(used);
  if (is_ready) {
    oidc_giving_fill(&ending->giving);
    ending->is_ended = true;
  }
  return OK;
}

bool oidc_ending_is_ended(const struct oidc_ending *ending) { return ending != NULL && ending->is_ended; }

result oidc_ending_respond(const struct oidc_ending *ending, struct oidc_next *ret_next) { return oidc_giving_respond(&ending->giving, ret_next); }
