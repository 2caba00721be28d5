/* Interactions: a request that waits for a person at one browser. */
#include "crypto/token.h"
#include "oidc/authorize/give.h"
#include "oidc/authorize/pushed.h"
#include "oidc/authorize/respond.h"
#include "oidc/uri.h"

enum { LIFETIME_MS = 30 * 60 * 1000 };

#define LABEL "danh-oidc-interaction"
#define BROWSER_LABEL "danh-oidc-browser"

/* ---- beginning ---- */

struct beginning {
  const struct oidc_asking *asking;
  struct slice parameters;
  struct slice hash;
  struct slice browser_hash;
};

static result write_begun(struct db_tx *tx, void *arg) {
  const struct beginning *b = arg;
  int64_t now = clock_now_ms(b->asking->env->clock);
  return db_run(tx,
                "INSERT INTO oidc_interaction (interaction_hash, browser_hash, client_id, parameters, uri_hash, is_pushed, was_signed,"
                " dpop_jkt, began_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                DB_ARGS(db_of_bytes(b->hash), db_of_bytes(b->browser_hash), db_of_text(b->asking->client->client_id), db_of_text(b->parameters),
                        b->asking->uri_hash.len > 0 ? db_of_bytes(b->asking->uri_hash) : db_of_null(), db_of_int(b->asking->is_pushed),
                        db_of_int(b->asking->was_signed),
                        db_of_text_or_null(b->asking->dpop_jkt), db_of_int(now), db_of_int(now + LIFETIME_MS)),
                NULL);
}

result oidc_interaction_begin(const struct oidc_asking *asking, const struct oidc_visitor *visitor, struct slice *ret_id, struct slice *ret_browser) {
  struct arena *arena = asking->arena;
  bool is_known = visitor->browser.len == TOKEN_TEXT_BYTES;
  struct slice browser = is_known ? visitor->browser : token_make(asking->env->random, arena);
  struct slice id = token_make(asking->env->random, arena);
  struct beginning beginning = {.asking = asking,
                                .parameters = oidc_parameters_write(&asking->parameters, arena),
                                .hash = oidc_stored_form(LABEL, id, arena),
                                .browser_hash = oidc_stored_form(BROWSER_LABEL, browser, arena)};
  TRY(db_write(asking->env->db, write_begun, &beginning));
  *ret_id = id;
  *ret_browser = is_known ? (struct slice){0} : browser;
  return OK;
}

result oidc_interaction_end(struct env *env, struct db_tx *tx, struct slice interaction_hash) {
  int64_t changed = 0;
  TRY(db_run(tx, "UPDATE oidc_interaction SET ended_at = $2 WHERE interaction_hash = $1 AND ended_at IS NULL",
             DB_ARGS(db_of_bytes(interaction_hash), db_of_int(clock_now_ms(env->clock))), &changed));
  if (changed == 0) {
    FAIL(OIDC_INTERACTION, "ended a moment ago");
  }
  return OK;
}

/* ---- going on ---- */

static result read_row(struct oidc_asking *asking, const struct oidc_interaction_key *key, struct oidc_place *place, struct slice *ret_client_id) {
  struct arena *arena = asking->arena;
  if (key->id.len != TOKEN_TEXT_BYTES || key->visitor->browser.len != TOKEN_TEXT_BYTES) {
    FAIL(OIDC_INTERACTION, "not an interaction, or no browser of ours");
  }
  *place = (struct oidc_place){.visitor = key->visitor, .id = key->id, .interaction_hash = oidc_stored_form(LABEL, key->id, arena)};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(asking->env->db, &tx));
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT browser_hash, client_id, parameters, uri_hash, is_pushed, dpop_jkt, began_at, was_signed FROM oidc_interaction"
               " WHERE interaction_hash = $1 AND expires_at > $2 AND ended_at IS NULL",
               DB_ARGS(db_of_bytes(place->interaction_hash), db_of_int(clock_now_ms(asking->env->clock))), &rows));
  bool is_found = db_rows_next(&rows);
  TRY(rows.status);
  /* another browser's: an address sent to a victim leads nowhere */
  if (!is_found || !slice_eq_secret(db_bytes(&rows, 0), oidc_stored_form(BROWSER_LABEL, key->visitor->browser, arena))) {
    FAIL(OIDC_INTERACTION, "none here for this browser");
  }
  *ret_client_id = db_text_copy(&rows, 1, arena);
  TRY(oidc_parameters_parse(db_text_copy(&rows, 2, arena), arena, &asking->parameters));
  asking->uri_hash = db_bytes_copy(&rows, 3, arena);
  asking->is_pushed = db_int(&rows, 4) != 0;
  asking->proof_thumbprint = db_text_copy(&rows, 5, arena);
  asking->is_stored = true;
  place->began_at_ms = db_int(&rows, 6);
  asking->was_signed = db_int(&rows, 7) != 0;
  return OK;
}

/* The request of an interaction, checked anew. */
static result take_up(struct oidc_asking *asking, const struct oidc_interaction_key *key, struct oidc_place *place) {
  struct slice client_id = {0};
  asking->endpoint = OIDC_AT_AUTHORIZE;
  TRY(read_row(asking, key, place, &client_id));
  TRY(oidc_client_load(asking->env, client_id, &asking->client));
  return oidc_asking_check(asking);
}

result oidc_interaction_go_on(struct env *env, struct arena *arena, const struct oidc_interaction_key *key, struct oidc_next *ret_next) {
  struct oidc_asking asking CLEANUP(oidc_asking_clear) = {.env = env, .arena = arena};
  struct oidc_place place = {0};
  result taken = take_up(&asking, key, &place);
  if (!is_ok(taken)) {
    return asking.may_redirect ? oidc_respond(&asking, &(const struct oidc_outcome){.failure = taken}, ret_next) : taken;
  }
  return oidc_decide_next(&asking, &place, ret_next);
}

result oidc_interaction_decide(struct env *env, struct arena *arena, const struct oidc_interaction_key *key, const struct oidc_decision *decision,
                               struct oidc_next *ret_next) {
  struct oidc_asking asking CLEANUP(oidc_asking_clear) = {.env = env, .arena = arena};
  struct oidc_place place = {0};
  result taken = take_up(&asking, key, &place);
  TRY(taken);
  return oidc_decide_answer(&asking, &place, decision, ret_next);
}

result oidc_interaction_load(struct env *env, struct arena *arena, const struct oidc_interaction_key *key, struct oidc_interaction *ret_interaction) {
  struct oidc_asking asking CLEANUP(oidc_asking_clear) = {.env = env, .arena = arena};
  struct oidc_place place = {0};
  result taken = take_up(&asking, key, &place);
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
