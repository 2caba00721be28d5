#include "oidc/acting.h"

#include "oidc/authorize/pipeline.h"
#include "oidc/claims.h"

/* ---- does it still hold? ---- */

result oidc_grant_stands(struct env *env, struct db_tx *tx, struct arena *arena, const struct oidc_grant *grant, struct mandate *ret_mandate) {
  const struct mandate_question question = {.actor_id = grant->person_id,
                                            .principal_id = grant->acting_for_id,
                                            .organisation_id = grant->acting_organisation_id,
                                            .scope = oidc_mandate_scope(grant->client_id, arena)};
  if (!oidc_grant_is_for_another(grant)) {
    *ret_mandate = (struct mandate){.kind = MANDATE_SELF, .state = MANDATE_ACTIVE, .actor_id = grant->person_id, .principal_id = grant->person_id};
    return OK;
  }
  result checked = mandate_check(env, tx, &question, arena, ret_mandate);
  if (is_code(checked, MANDATE_NONE) || is_code(checked, MANDATE_SCOPE)) {
    FAIL(OIDC_GRANT_ENDED, "the mandate has ended");
  }
  TRY(checked);
  bool is_same = ret_mandate->mandate_id == grant->mandate_id;
  bool began_later = ret_mandate->mandate_id == 0 && ret_mandate->from > clock_date_of(grant->created_at_ms); /* a representative again, after a pause */
  if (!is_same || began_later) {
    FAIL(OIDC_GRANT_ENDED, "the mandate is another one by now");
  }
  return OK;
}

/* ---- subjects ---- */

result oidc_session_subject(struct env *env, struct slice sector, const struct account_session *session, struct arena *arena,
                            struct slice *ret_sub) {
  const struct oidc_grant as_granted = {.person_id = session->person_id, .acting_for_id = session->acting_for_id,
                                        .acting_organisation_id = session->acting_organisation_id};
  return oidc_grant_subject(env, &as_granted, sector, arena, ret_sub);
}

result oidc_grant_subject(struct env *env, const struct oidc_grant *grant, struct slice sector, struct arena *arena, struct slice *ret_sub) {
  if (grant->acting_organisation_id != 0) {
    return oidc_organisation_subject(env, sector, grant->acting_organisation_id, arena, ret_sub);
  }
  return oidc_subject(env, sector, grant->acting_for_id != 0 ? grant->acting_for_id : grant->person_id, arena, ret_sub);
}

result oidc_grant_actor(struct env *env, const struct oidc_grant *grant, struct slice sector, struct arena *arena, struct slice *ret_sub) {
  *ret_sub = (struct slice){0};
  return oidc_grant_is_for_another(grant) ? oidc_subject(env, sector, grant->person_id, arena, ret_sub) : OK;
}

/* ---- the ledger ---- */

struct oidc_acting oidc_acting_of(int64_t person_id, int64_t acting_for_id, int64_t acting_organisation_id) {
  int64_t principal_id = acting_organisation_id != 0 ? acting_organisation_id : acting_for_id;
  return (struct oidc_acting){person_id, principal_id, {person_id, principal_id}, principal_id == 0 ? 1 : 2};
}

void oidc_acting_put(struct jout *out, int64_t acting_organisation_id) {
  struct arena scratch CLEANUP(arena_free);
  arena_init(&scratch);
  if (acting_organisation_id != 0) {
    jout_put_text(out, "organisation", arena_printf(&scratch, "%lld", (long long)acting_organisation_id));
  }
}

/* ---- the organisation's attributes ---- */

/* As its business registration publishes it: nothing is hidden of it on the page. */
struct slice oidc_organisation_shown(const struct organisation *organisation, enum oidc_attribute attribute) {
  if (attribute == OIDC_ORGANISATION_NAME) {
    return organisation->name;
  }
  if (attribute == OIDC_ORGANISATION_CODE) {
    return organisation->code;
  }
  return attribute == OIDC_ORGANISATION_TAX_CODE ? organisation->tax_code : organisation->head_office;
}

void oidc_organisation_put(const struct organisation *organisation, uint64_t attributes, struct jout *out) {
  for (int at = OIDC_ORGANISATION_NAME; at <= OIDC_ORGANISATION_ADDRESS; at++) {
    struct slice value = oidc_organisation_shown(organisation, (enum oidc_attribute)at);
    if ((attributes & OIDC_ATTRIBUTE_BIT(at)) != 0 && value.len > 0) {
      jout_put_text(out, oidc_attribute_name((enum oidc_attribute)at), value);
    }
  }
}

/* ---- what the page offers ---- */

static result title_of(struct db_tx *tx, struct arena *arena, const struct mandate *mandate, struct oidc_words *role) {
  struct organisation_representative_list list;
  TRY(organisation_representatives_load(tx, arena, mandate->organisation_id, mandate->from, &list));
  for (size_t i = 0; i < list.count; i++) {
    if (list.items[i].person_id == mandate->actor_id && list.items[i].title.len > 0) {
      role->vi = list.items[i].title;
    }
  }
  return OK;
}

result oidc_role_load(struct db_tx *tx, struct arena *arena, const struct mandate *mandate, struct oidc_words *ret_role) {
  struct oidc_words role = {S("Người đại diện theo pháp luật"), S("Legal representative")};
  if (mandate->kind == MANDATE_REPRESENTATIVE) {
    TRY(title_of(tx, arena, mandate, &role));
  }
  for (const struct mandate_word *word = mandate_staff_roles; mandate->kind == MANDATE_STAFF && word->word != NULL; word++) {
    if (slice_is(mandate->role, word->word)) {
      role = (struct oidc_words){slice_str(word->vi), slice_str(word->en)};
    }
  }
  *ret_role = role;
  return OK;
}

result oidc_choices_load(const struct oidc_asking *asking, struct db_tx *tx, int64_t person_id, struct oidc_consent_page *page) {
  struct mandate_list list;
  struct arena *arena = asking->arena;
  struct slice scope = oidc_mandate_scope(asking->client->client_id, arena);
  TRY(mandate_list_for(asking->env, tx, person_id, arena, &list));
  struct oidc_choice *choices = ARENA_ARRAY(arena, struct oidc_choice, list.count + 1);
  size_t count = 0;
  for (size_t i = 0; i < list.count; i++) {
    const struct mandate *mandate = &list.items[i];
    struct organisation organisation;
    if (mandate->organisation_id == 0 || mandate->state != MANDATE_ACTIVE || !mandate_scopes_have(mandate->scopes, scope)) {
      continue;
    }
    TRY(organisation_load(tx, arena, mandate->organisation_id, &organisation));
    choices[count] = (struct oidc_choice){.organisation_id = mandate->organisation_id, .name = organisation.name};
    TRY(oidc_role_load(tx, arena, mandate, &choices[count].role));
    count++;
  }
  page->choices = choices;
  page->choice_count = count;
  return OK;
}
