/* What a token says, for who may ask [RFC7662], also as a signed answer [RFC9701]. */
#include "oidc/access.h"
#include "oidc/acting.h"
#include "oidc/handle.h"
#include "oidc/token.h"

static bool has_text(const struct oidc_texts *texts, struct slice text) {
  bool has = false;
  for (size_t i = 0; i < texts->count; i++) {
    has |= slice_eq(texts->items[i], text);
  }
  return has;
}

/* The token's own client; or a resource server: registered with scope `introspection` and the token's audience among its resources. To everybody else
 * a token is not active [RFC7662 2.2, 4]. */
static bool may_ask(const struct oidc_client *client, const struct oidc_access *access) {
  return slice_eq(client->client_id, access->client_id) ||
         (has_text(&client->scopes, S("introspection")) && has_text(&client->resources, access->audience));
}

static void put_claim(struct jout *out, const struct jin *claims, const char *name) {
  const struct jin *value = jin_find(claims, name);
  if (value != NULL && value->type == JIN_INT) {
    jout_put_int(out, name, value->number);
  } else if (value != NULL && value->type == JIN_TEXT) {
    jout_put_text(out, name, value->text);
  }
}

static void put_access(struct jout *out, const struct oidc_access *access) {
  static const char *const copied[] = {"iss", "sub", "aud", "client_id", "jti", "iat", "exp", "scope", "auth_time", "acr"};
  jout_put_bool(out, "active", true);
  jout_put_str(out, "token_type", access->dpop_jkt.len > 0 ? "DPoP" : "Bearer");
  for (size_t i = 0; i < sizeof copied / sizeof *copied; i++) {
    put_claim(out, access->claims, copied[i]);
  }
  oidc_actor_put(out, access->actor);
  oidc_confirmation_put(out, access->dpop_jkt, access->x5t);
}

struct question {
  struct env *env;
  struct arena *arena;
  const struct oidc_client *client; /* who asks; NULL: whichever client the token is of */
  struct slice token;
};

/* Whether the mandate its grant was given under still holds. */
static result refresh_stands(const struct question *question, struct db_tx *tx, const struct db_rows *rows, bool *ret_stands) {
  const struct oidc_grant grant = {.person_id = db_int(rows, 4), .client_id = db_text_copy(rows, 1, question->arena), .acting_for_id = db_int(rows, 5),
                                   .acting_organisation_id = db_int(rows, 6), .mandate_id = db_int(rows, 7), .created_at_ms = db_int(rows, 8)};
  struct mandate mandate;
  result stands = oidc_grant_stands(question->env, tx, question->arena, &grant, &mandate);
  *ret_stands = is_ok(stands);
  return is_code(stands, OIDC_GRANT_ENDED) ? OK : stands;
}

/* A refresh token, to its own client. false: not active. */
static result put_refresh(const struct question *question, struct jout *out, bool *ret_is_active) {
  struct env *env = question->env;
  const struct oidc_client *client = question->client;
  struct oidc_handle handle = {0};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  *ret_is_active = false;
  if (!oidc_handle_read(question->token, OIDC_HANDLE_REFRESH, question->arena, &handle)) {
    return OK;
  }
  TRY(db_read_begin(env->db, &tx));
  TRY(db_query(tx,
               "SELECT r.token_hash, r.client_id, r.expires_at, g.scope, g.person_id, g.acting_for_id, g.acting_organisation_id, g.mandate_id, g.created_at"
               " FROM oidc_refresh r JOIN oidc_grant g ON g.person_id = r.person_id"
               " AND g.grant_id = r.grant_id WHERE r.token_id = $1 AND r.state = $2 AND g.state = $3 AND r.expires_at > $4",
               DB_ARGS(db_of_int(handle.id), db_of_int(OIDC_REFRESH_LIVE), db_of_int(OIDC_GRANT_LIVE), db_of_int(clock_now_ms(env->clock))), &rows));
  bool is_there = db_rows_next(&rows);
  TRY(rows.status);
  if (is_there) {
    TRY(refresh_stands(question, tx, &rows, &is_there));
  }
  if (is_there && slice_eq_secret(db_bytes(&rows, 0), slice_of(handle.stored, sizeof handle.stored)) &&
      (client == NULL || slice_eq(db_text(&rows, 1), client->client_id))) {
    jout_put_bool(out, "active", true);
    jout_put_text(out, "client_id", db_text(&rows, 1));
    jout_put_int(out, "exp", db_int(&rows, 2) / 1000);
    jout_put_text(out, "scope", db_text(&rows, 3));
    *ret_is_active = true;
  }
  return OK;
}

static result put_answer(const struct question *question, struct jout *out) {
  struct oidc_access access = {0};
  bool is_active = false;
  result loaded = oidc_access_load(question->env, question->token, question->arena, &access);
  if (!is_ok(loaded) && !is_code(loaded, OIDC_TOKEN_INVALID)) {
    return loaded;
  }
  jout_object(out);
  if (is_ok(loaded) && (question->client == NULL || may_ask(question->client, &access))) {
    put_access(out, &access);
    is_active = true;
  } else if (!is_ok(loaded)) {
    TRY(put_refresh(question, out, &is_active));
  }
  if (!is_active) {
    jout_put_bool(out, "active", false);
  }
  jout_object_end(out);
  return OK;
}

result oidc_introspection_show(struct env *env, struct slice token, struct arena *arena, struct slice *ret_json) {
  struct buf text;
  struct jout out;
  buf_init(&text, arena, 512);
  jout_init(&out, &text);
  TRY(put_answer(&(const struct question){.env = env, .arena = arena, .token = token}, &out));
  *ret_json = buf_slice(&text);
  return OK;
}

/* [RFC9701 5] */
static result sign_answer(struct env *env, struct arena *arena, struct slice client_id, struct slice answer, struct slice *ret_jwt) {
  struct buf text;
  struct jout out;
  buf_init(&text, arena, 1024);
  jout_init(&out, &text);
  jout_object(&out);
  jout_put_text(&out, "iss", env->origin);
  jout_put_text(&out, "aud", client_id);
  jout_put_int(&out, "iat", clock_now_ms(env->clock) / 1000);
  jout_put_raw(&out, "token_introspection", answer);
  jout_object_end(&out);
  return oidc_jwt_write(env, "token-introspection+jwt", buf_slice(&text), arena, ret_jwt);
}

result oidc_introspect(struct env *env, const struct oidc_call *call, struct arena *arena, struct oidc_answer *ret_answer) {
  struct oidc_caller caller CLEANUP(oidc_caller_release) = {0};
  struct buf text;
  struct jout out;
  TRY(oidc_caller_authenticate(env, call, arena, &caller));
  if (caller.client->auth_method == OIDC_AUTH_NONE) { /* [RFC7662 2.1 MUST] some authorization */
    FAIL(OIDC_CLIENT_CREDENTIALS, "a public client may not ask");
  }
  TRY(oidc_caller_settle(env, &caller));
  struct slice token = url_form_get(call->form, "token");
  if (token.len == 0) {
    FAIL(OIDC_REQUEST, "no token");
  }
  buf_init(&text, arena, 512);
  jout_init(&out, &text);
  TRY(put_answer(&(const struct question){env, arena, caller.client, token}, &out));
  struct oidc_answer answer = {"application/json", buf_slice(&text)};
  if (slice_is(call->accept, "application/token-introspection+jwt")) {
    answer.content_type = "application/token-introspection+jwt";
    TRY(sign_answer(env, arena, caller.client->client_id, buf_slice(&text), &answer.body));
  }
  *ret_answer = answer;
  return OK;
}
