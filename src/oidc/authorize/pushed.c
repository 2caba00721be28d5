/* The PAR endpoint's storage. */
#include "oidc/authorize/pushed.h"

#include "crypto/token.h"
#include "oidc/authorize/pipeline.h"

#define URI_PREFIX "urn:ietf:params:oauth:request_uri:"
#define LABEL "danh-oidc-request-uri"

enum { PUSH_PARAMETERS_BYTES_MAX = 32 * 1024 }; /* P6: what one request may keep here for five minutes */

struct pushing {
  struct env *env;
  const struct oidc_caller *caller;
  const struct oidc_asking *asking;
  struct slice parameters;
  struct slice uri_hash;
};

static result write_pushed(struct db_tx *tx, void *arg) {
  const struct pushing *p = arg;
  TRY(oidc_caller_use(tx, p->caller));
  int64_t expires_at = clock_now_ms(p->env->clock) + OIDC_PUSHED_LIFETIME_S * 1000;
  return db_run(tx,
                "INSERT INTO oidc_pushed (uri_hash, client_id, parameters, dpop_jkt, was_signed, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
                DB_ARGS(db_of_bytes(p->uri_hash), db_of_text(p->asking->client->client_id), db_of_text(p->parameters),
                        db_of_text_or_null(p->asking->dpop_jkt), db_of_int(p->asking->was_signed), db_of_int(expires_at)),
                NULL);
}

/* What proved the client is no part of its request, and is not kept. */
static struct url_form without_credentials(const struct url_form *form, struct arena *arena) {
  struct url_form kept = {ARENA_ARRAY(arena, struct url_field, form->count + 1), 0};
  for (size_t i = 0; i < form->count; i++) {
    struct slice name = form->fields[i].name;
    if (!slice_is(name, "client_secret") && !slice_is(name, "client_assertion") && !slice_is(name, "client_assertion_type")) {
      kept.fields[kept.count++] = form->fields[i];
    }
  }
  return kept;
}

result oidc_push(struct env *env, struct arena *arena, const struct oidc_push *push, struct oidc_push_made *ret_made) {
  struct oidc_asking asking = {.env = env, .arena = arena, .endpoint = OIDC_AT_PAR, .parameters = without_credentials(push->form, arena),
                               .client = push->caller->client, .proof_thumbprint = push->proof_thumbprint};
  struct slice token = token_make(env->random, arena);
  struct pushing pushing = {.env = env, .caller = push->caller, .asking = &asking, .uri_hash = oidc_stored_form(LABEL, token, arena)};
  TRY(oidc_asking_check(&asking));
  pushing.parameters = oidc_parameters_write(&asking.parameters, arena);
  if (pushing.parameters.len > PUSH_PARAMETERS_BYTES_MAX) {
    FAIL(OIDC_REQUEST, "too long a request");
  }
  TRY(db_write(env->db, write_pushed, &pushing));
  *ret_made = (struct oidc_push_made){arena_printf(arena, URI_PREFIX "%.*s", SLICE_ARG(token)), OIDC_PUSHED_LIFETIME_S};
  return OK;
}

result oidc_pushed_find(struct env *env, struct arena *arena, struct slice request_uri, struct oidc_pushed *ret_pushed) {
  if (!slice_starts(request_uri, S(URI_PREFIX))) { /* we follow no address a request names [RFC9101 10.4] */
    FAIL(OIDC_REQUEST_URI_UNSUPPORTED, "not one of ours");
  }
  struct slice hash = oidc_stored_form(LABEL, slice_from(request_uri, sizeof URI_PREFIX - 1), arena);
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(env->db, &tx));
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT client_id, parameters, dpop_jkt, was_signed FROM oidc_pushed WHERE uri_hash = $1 AND expires_at > $2 AND used_at IS NULL",
               DB_ARGS(db_of_bytes(hash), db_of_int(clock_now_ms(env->clock))), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(OIDC_REQUEST_URI, "unknown, expired or used");
  }
  *ret_pushed = (struct oidc_pushed){hash, db_text_copy(&rows, 0, arena), db_text_copy(&rows, 1, arena), db_text_copy(&rows, 2, arena),
                                     db_int(&rows, 3) != 0};
  return OK;
}

result oidc_pushed_use(struct env *env, struct db_tx *tx, struct slice uri_hash) {
  int64_t changed = 0;
  TRY(db_run(tx, "UPDATE oidc_pushed SET used_at = $2 WHERE uri_hash = $1 AND used_at IS NULL",
             DB_ARGS(db_of_bytes(uri_hash), db_of_int(clock_now_ms(env->clock))), &changed));
  if (changed == 0) { /* F28 */
    FAIL(OIDC_REQUEST_URI, "used a moment ago");
  }
  return OK;
}
