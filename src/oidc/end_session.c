/* OpenID Connect RP-Initiated Logout 1.0, section 2 and 3. */
#include "oidc/oidc.h"
#include "oidc/uri.h"

enum { AUD_BYTES_MAX = 64, STATE_BYTES_MAX = 1024 };

/* Whose request it is: the hint's audience, or client_id; both only if they agree [RP-Initiated 2 MUST]. */
static result find_client_id(struct env *env, struct arena *arena, const struct url_form *form, struct slice *ret_client_id) {
  struct slice hint = url_form_get(form, "id_token_hint");
  struct slice named = url_form_get(form, "client_id");
  struct slice audience = named;
  const struct jin *claims = NULL;
  if (hint.len > 0) {
    if (!is_ok(oidc_id_token_read(env, hint, arena, &claims)) || !is_ok(jose_claims_text(claims, "aud", AUD_BYTES_MAX, &audience))) {
      FAIL(OIDC_LOGOUT_REQUEST, "not an ID token of ours");
    }
  }
  if (named.len > 0 && !slice_eq(named, audience)) {
    FAIL(OIDC_LOGOUT_REQUEST, "client_id is not the hint's");
  }
  *ret_client_id = audience;
  return OK;
}

static bool is_registered(const struct oidc_client *client, struct slice uri) {
  for (size_t i = 0; i < client->post_logout_redirect_uris.count; i++) {
    if (oidc_uri_is_same(client->post_logout_redirect_uris.items[i], uri, client->is_native)) {
      return true;
    }
  }
  return false;
}

static struct slice with_state(struct arena *arena, struct slice uri, struct slice state) {
  struct buf query;
  buf_init(&query, arena, state.len + 16);
  if (state.len > 0) {
    url_form_put(&query, "state", state);
  }
  return state.len == 0 ? arena_copy(arena, uri)
                        : arena_printf(arena, "%.*s%s%.*s", SLICE_ARG(uri), slice_find(uri, '?', 0) < uri.len ? "&" : "?", SLICE_ARG(buf_slice(&query)));
}

result oidc_end_session(struct env *env, struct arena *arena, const struct url_form *form, struct oidc_end_session *ret_end) {
  struct slice client_id = {0};
  struct slice uri = url_form_get(form, "post_logout_redirect_uri");
  struct slice state = url_form_get(form, "state");
  struct oidc_end_session end = {0};
  const struct oidc_client *client CLEANUP(oidc_client_release) = NULL;
  TRY(find_client_id(env, arena, form, &client_id));
  if (client_id.len > 0) {
    TRY(oidc_client_load(env, client_id, &client));
    end.client_name = (struct oidc_words){arena_copy(arena, client->name.vi), client->name.en.len > 0 ? arena_copy(arena, client->name.en) : client->name.en};
  }
  if (uri.len > 0) {
    if (client == NULL || !is_registered(client, uri) || state.len > STATE_BYTES_MAX) { /* [RP-Initiated 3 MUST NOT] */
      FAIL(OIDC_LOGOUT_REQUEST, "not an address this client may send people to");
    }
    end.location = with_state(arena, uri, state);
    end.client_origin = oidc_uri_origin(arena, uri);
  }
  *ret_end = end;
  return OK;
}
