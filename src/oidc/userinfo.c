/* What a person let a client know, told to whoever holds the access token [OIDC Core 5.3]. The first reading with a token is an entry of the ledger
 * before the answer leaves; the same token reads the same again without another. */
#include "ledger/ledger.h"
#include "oidc/access.h"
#include "oidc/acting.h"
#include "oidc/token.h"

struct reading {
  struct env *env;
  struct arena *arena;
  const struct oidc_access *access;
  const struct oidc_client *client;
  struct oidc_grant grant;
};

static struct slice detail_of(const struct reading *reading) {
  struct buf text;
  struct jout out;
  buf_init(&text, reading->arena, 256);
  jout_init(&out, &text);
  jout_object(&out);
  jout_put_text(&out, "client_id", reading->client->client_id);
  jout_put_text(&out, "client", reading->client->name.vi);
  jout_put_list(&out, "attributes");
  for (int i = 0; i < OIDC_ATTRIBUTE_COUNT; i++) {
    if ((reading->grant.attributes_userinfo & OIDC_ATTRIBUTE_BIT(i)) != 0) {
      jout_text(&out, slice_str(oidc_attribute_name((enum oidc_attribute)i)));
    }
  }
  jout_list_end(&out);
  oidc_acting_put(&out, reading->grant.acting_organisation_id);
  jout_object_end(&out);
  return buf_slice(&text);
}

static result write_reading(struct db_tx *tx, void *arg) {
  const struct reading *reading = arg;
  int64_t changed = 0;
  TRY(db_run(tx, "UPDATE oidc_access SET read_at = $2 WHERE token_id = $1 AND read_at IS NULL",
             DB_ARGS(db_of_int(reading->access->token_id), db_of_int(clock_now_ms(reading->env->clock))), &changed));
  if (changed == 0) {
    return OK;
  }
  const struct oidc_grant *grant = &reading->grant;
  const struct oidc_acting acting = oidc_acting_of(grant->person_id, grant->acting_for_id, grant->acting_organisation_id);
  bool is_of_person_for = grant->acting_for_id != 0; /* nothing of who acts for a person is told */
  const struct ledger_entry entry = {.kind = "oidc.userinfo.read",
                                     .actor_role = arena_printf(reading->arena, "client:%.*s", SLICE_ARG(reading->client->client_id)),
                                     .on_behalf_of = acting.principal_id,
                                     .subjects = is_of_person_for ? &acting.principal_id : acting.ids,
                                     .subject_count = is_of_person_for ? 1 : acting.count,
                                     .legal_basis = reading->client->purpose.vi,
                                     .detail = detail_of(reading)};
  return ledger_append(reading->env, tx, &entry);
}

static result load(struct reading *reading, struct jout *out) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(reading->env->db, &tx));
  const struct oidc_claims claims = {&reading->grant, reading->client, OIDC_CLAIMS_USERINFO};
  result loaded = oidc_grant_load(tx, reading->arena, reading->access->person_id, reading->access->grant_id, &reading->grant);
  loaded = is_ok(loaded) ? oidc_claims_put(reading->env, tx, reading->arena, &claims, out) : loaded;
  if (is_code(loaded, OIDC_GRANT_ENDED)) { /* it, or the mandate it was given under */
    FAIL(OIDC_TOKEN_INVALID, "the grant has ended");
  }
  return loaded;
}

result oidc_userinfo(struct env *env, const struct oidc_call *call, struct arena *arena, struct oidc_answer *ret_answer) {
  struct oidc_access access = {0};
  const struct oidc_client *client CLEANUP(oidc_client_release) = NULL;
  struct buf text;
  struct jout out;
  TRY(oidc_access_check(env, call, arena, &access));
  if (!slice_eq(access.audience, env->origin)) { /* [RFC9068 4 MUST], [RFC9700 2.3]: a token for another resource */
    FAIL(OIDC_TOKEN_INVALID, "for another audience");
  }
  if (access.person_id == 0 || !oidc_words_have(access.scope, S("openid"))) {
    FAIL(OIDC_TOKEN_SCOPE, "no openid");
  }
  TRY(oidc_client_load(env, access.client_id, &client));
  struct reading reading = {.env = env, .arena = arena, .access = &access, .client = client};
  bool is_signed = client->userinfo_signed_response_alg.len > 0;
  buf_init(&text, arena, 1024);
  jout_init(&out, &text);
  jout_object(&out);
  if (is_signed) { /* [OIDC Core 5.3.2 SHOULD] */
    jout_put_text(&out, "iss", env->origin);
    jout_put_text(&out, "aud", client->client_id);
  }
  TRY(load(&reading, &out));
  jout_object_end(&out);
  if (!access.was_read) {
    TRY(db_write(env->db, write_reading, &reading));
  }
  struct oidc_answer answer = {"application/json", buf_slice(&text)};
  if (is_signed) {
    answer.content_type = "application/jwt";
    TRY(oidc_jwt_write(env, "JWT", buf_slice(&text), arena, &answer.body));
  }
  *ret_answer = answer;
  return OK;
}
