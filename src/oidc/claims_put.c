/* The claims of one grant, for the ID token or userinfo. */
#include "oidc/acting.h"
#include "oidc/claims.h"

static void put_attributes(const struct oidc_person *person, uint64_t attributes, struct arena *arena, struct jout *out) {
  for (int at = 0; at < OIDC_ATTRIBUTE_COUNT; at++) {
    if ((attributes & OIDC_ATTRIBUTE_BIT(at)) != 0) {
      oidc_attribute_put(person, (enum oidc_attribute)at, arena, out);
    }
  }
}

/* What was proven, how and when [OIDC Core 2], [RFC8176 2]. */
static result put_authentication(struct env *env, struct arena *arena, const struct oidc_grant *grant, struct jout *out) {
  const struct account_session proven = {.means = grant->means};
  struct account_amr amr = account_session_amr(env, &proven);
  if (grant->session_id != 0) {
    struct slice sid = {0};
    TRY(oidc_sid(env, grant->session_id, grant->client_id, arena, &sid));
    jout_put_text(out, "sid", sid); /* [OIDC Back-Channel 2.1] */
  }
  jout_put_text(out, "acr", account_acr_name(grant->acr));
  jout_put_list(out, "amr");
  for (size_t i = 0; i < amr.count; i++) {
    jout_text(out, slice_str(amr.names[i]));
  }
  jout_list_end(out);
  jout_put_int(out, "auth_time", grant->auth_at_ms / 1000);
  return OK;
}

static result put_organisation(struct db_tx *tx, struct arena *arena, const struct oidc_grant *grant, uint64_t attributes, struct jout *out) {
  struct organisation organisation;
  TRY(organisation_load(tx, arena, grant->acting_organisation_id, &organisation));
  oidc_organisation_put(&organisation, attributes, out);
  return OK;
}

/* Who acts, and by what, under the mandate that must still hold now [RFC8693 4.1]. In an organisation's name: in which role, and what they agreed to tell
 * of themself. */
static result put_actor(struct env *env, struct db_tx *tx, struct arena *arena, const struct oidc_claims *claims, struct jout *out) {
  const struct oidc_grant *grant = claims->grant;
  struct mandate mandate;
  struct slice sub = {0};
  uint64_t attributes = claims->target == OIDC_CLAIMS_ID_TOKEN ? grant->attributes_id_token : grant->attributes_userinfo;
  TRY(oidc_grant_stands(env, tx, arena, grant, &mandate));
  TRY(oidc_grant_actor(env, grant, claims->client->sector, arena, &sub));
  jout_put_object(out, "act");
  jout_put_text(out, "sub", sub);
  jout_put_text(out, "role", mandate_kind_name(mandate.kind));
  if (mandate.kind == MANDATE_STAFF) {
    jout_put_text(out, "staff_role", mandate.role);
  }
  if (grant->acting_organisation_id != 0 && (attributes & ~OIDC_OF_ORGANISATION) != 0) {
    struct oidc_person person;
    TRY(oidc_person_load(env, tx, arena, &(const struct oidc_person_key){grant->person_id, attributes}, &person));
    put_attributes(&person, attributes & ~OIDC_OF_ORGANISATION, arena, out);
  }
  jout_object_end(out);
  return OK;
}

static result put_person(struct env *env, struct db_tx *tx, struct arena *arena, const struct oidc_claims *claims, struct jout *out) {
  const struct oidc_grant *grant = claims->grant;
  uint64_t attributes = claims->target == OIDC_CLAIMS_ID_TOKEN ? grant->attributes_id_token : grant->attributes_userinfo;
  bool has_verified = grant->attributes_verified != 0 && grant->verified.len > 0;
  struct oidc_person person;
  if (attributes == 0 && !has_verified) {
    return OK;
  }
  uint64_t verified = has_verified ? grant->attributes_verified | OIDC_ATTRIBUTE_BIT(OIDC_ACCOUNT_LEVEL) : 0; /* how sure, and since when */
  const struct oidc_person_key key = {grant->acting_for_id != 0 ? grant->acting_for_id : grant->person_id, attributes | verified};
  TRY(oidc_person_load(env, tx, arena, &key, &person));
  put_attributes(&person, attributes, arena, out);
  return has_verified ? oidc_verified_put(&(const struct oidc_verified){&person, claims, clock_now_ms(env->clock)}, arena, out) : OK;
}

result oidc_claims_put(struct env *env, struct db_tx *tx, struct arena *arena, const struct oidc_claims *claims, struct jout *out) {
  const struct oidc_grant *grant = claims->grant;
  bool is_id_token = claims->target == OIDC_CLAIMS_ID_TOKEN;
  struct slice sub = {0};
  TRY(oidc_grant_subject(env, grant, claims->client->sector, arena, &sub));
  jout_put_text(out, "sub", sub);
  if (is_id_token) {
    TRY(put_authentication(env, arena, grant, out));
  }
  if (oidc_grant_is_for_another(grant)) {
    TRY(put_actor(env, tx, arena, claims, out));
  }
  return grant->acting_organisation_id == 0
             ? put_person(env, tx, arena, claims, out)
             : put_organisation(tx, arena, grant, is_id_token ? grant->attributes_id_token : grant->attributes_userinfo, out);
}
