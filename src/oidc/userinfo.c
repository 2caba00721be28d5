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
    if ((reading->access->grant.attributes_userinfo & OIDC_ATTRIBUTE_BIT(i)) != 0) {
      jout_text(&out, slice_str(oidc_attribute_name((enum oidc_attribute)i)));
    }
  }
  jout_list_end(&out);
  oidc_acting_put(&out, reading->access->grant.acting_organisation_id);
  jout_object_end(&out);
  return buf_slice(&text);
}

static result write_reading(struct db_tx *tx, void *arg) {
  const struct reading *reading = arg;
  bool is_first = false;
  TRY(oidc_access_mark_read(reading->env, tx, &reading->access->id, &is_first));
  if (!is_first) {
    return OK;
  }
  const struct oidc_grant *grant = &reading->access->grant;
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

static result check(struct env *env, const struct oidc_access *access) {
  if (!slice_eq(access->audience, env->origin)) { /* [RFC9068 4 MUST], [RFC9700 2.3]: a token for another resource */
    FAIL(OIDC_TOKEN_INVALID, "for another audience");
  }
  if (access->id.person_id == 0 || !oidc_words_have(access->scope, S("openid"))) {
    FAIL(OIDC_TOKEN_SCOPE, "no openid");
  }
  return OK;
}

/* The token, its grant and what it lets be known, as of one moment. */
static result load(struct reading *reading, struct oidc_access *access, struct jout *out) {
  struct env *env = reading->env;
  const struct oidc_claims claims = {&access->grant, reading->client, OIDC_CLAIMS_USERINFO};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(env->db, &tx));
  TRY(oidc_access_stands(env, tx, reading->arena, access));
  result put = oidc_claims_put(env, tx, reading->arena, &claims, out);
  if (is_code(put, OIDC_GRANT_ENDED)) { /* the mandate it was given under */
    FAIL(OIDC_TOKEN_INVALID, "the grant has ended");
  }
  return put;
}

static void release(struct reading *reading) { oidc_client_release(&reading->client); }

result oidc_userinfo(struct env *env, const struct oidc_call *call, struct arena *arena, struct oidc_answer *ret_answer) {
  struct oidc_access access = {0};
  struct reading reading CLEANUP(release) = {.env = env, .arena = arena, .access = &access};
  struct buf text;
  struct jout out;
  TRY(oidc_access_check(env, call, arena, &access));
  TRY(check(env, &access));
  TRY(oidc_client_load(env, access.client_id, &reading.client));
  bool is_signed = reading.client->userinfo_signed_response_alg.len > 0;
  buf_init(&text, arena, 1024);
  jout_init(&out, &text);
  jout_object(&out);
  if (is_signed) { /* [OIDC Core 5.3.2 SHOULD] */
    jout_put_text(&out, "iss", env->origin);
    jout_put_text(&out, "aud", reading.client->client_id);
  }
  TRY(load(&reading, &access, &out));
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
