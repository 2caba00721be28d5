#include "codec/base64url.h"
#include "crypto/token.h"
#include "oidc/acting.h"
#include "oidc/authorize/give.h"
#include "oidc/claims.h"
#include "oidc/parameters.h"

/* Bound to interaction, browser and session: another site, another browser and an earlier session cannot know it. The browser's cookie is the secret in it. */
struct slice oidc_form_token(struct arena *arena, const struct oidc_place *place) {
  uint8_t token[DIGEST_BYTES];
  const struct account_session *session = place->visitor->session;
  struct slice text = arena_printf(arena, "%.*s.%.*s.%lld.%lld.%lld", SLICE_ARG(place->id), SLICE_ARG(place->visitor->browser),
                                   (long long)session->session_id, (long long)session->acting_for_id, (long long)session->acting_organisation_id);
  token_stored_form("danh-oidc-consent-form", text, token);
  return base64url_write(arena, slice_of(token, sizeof token));
}

/* Whose attributes they are, and who acts for them. */
struct shown {
  struct oidc_person person;
  struct organisation organisation;
};

static result load_organisation(const struct oidc_asking *asking, struct db_tx *tx, const struct account_session *session, struct shown *shown,
                                struct oidc_consent_page *page) {
  struct mandate mandate;
  TRY(mandate_of_session(asking->env, tx, &(const struct mandate_use){session, {0}}, asking->arena, &mandate));
  TRY(organisation_load(tx, asking->arena, session->acting_organisation_id, &shown->organisation));
  page->acting_for = shown->organisation.name;
  page->is_for_organisation = true;
  return oidc_role_load(tx, asking->arena, &mandate, &page->role);
}

static result load_shown(const struct oidc_asking *asking, const struct account_session *session, struct shown *shown, struct oidc_consent_page *page) {
  struct register_person actor;
  bool is_for_person = session->acting_for_id != 0;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(asking->env->db, &tx));
  const struct oidc_person_key key = {is_for_person ? session->acting_for_id : session->person_id, ~UINT64_C(0)};
  TRY(oidc_person_load(asking->env, tx, asking->arena, &key, &shown->person));
  TRY(register_person_load(tx, asking->arena, session->person_id, &actor));
  page->person = actor.name;
  page->acting_for = is_for_person ? shown->person.person.name : (struct slice){0};
  page->takes_people = asking->client->takes_people;
  page->takes_organisations = asking->client->takes_organisations;
  if (session->acting_organisation_id != 0) {
    TRY(load_organisation(asking, tx, session, shown, page));
  }
  return asking->client->takes_organisations ? oidc_choices_load(asking, tx, session->person_id, page) : OK;
}

/* The page outlives the hold on the client. */
static struct oidc_words copy(struct arena *arena, struct oidc_words words) {
  return (struct oidc_words){arena_copy(arena, words.vi), words.en.len > 0 ? arena_copy(arena, words.en) : words.en};
}

result oidc_consent_page_fill(const struct oidc_asking *asking, const struct oidc_place *place, struct oidc_consent_page *ret_page) {
  const struct oidc_client *client = asking->client;
  const struct account_session *session = place->visitor->session;
  struct oidc_consent_page page = {.name = copy(asking->arena, client->name), .owner = copy(asking->arena, client->owner),
                                   .purpose = copy(asking->arena, client->purpose), .days = client->consent_days,
                                   .is_verified = asking->attributes_verified != 0,
                                   .is_offline = oidc_words_have(asking->scope, S("offline_access")),
                                   .form_token = oidc_form_token(asking->arena, place)};
  struct oidc_consent_line *lines = ARENA_ARRAY(asking->arena, struct oidc_consent_line, client->use_count + 1);
  uint64_t asked = oidc_asking_attributes(asking, session);
  struct shown shown = {0};
  TRY(load_shown(asking, session, &shown, &page));
  for (size_t i = 0; i < client->use_count; i++) {
    const struct oidc_attribute_use *use = &client->uses[i];
    if ((asked & OIDC_ATTRIBUTE_BIT(use->attribute)) != 0) {
      lines[page.line_count++] = (struct oidc_consent_line){
          .attribute = use->attribute, .purpose = copy(asking->arena, use->purpose), .is_required = use->is_required,
          .value = (OIDC_OF_ORGANISATION & OIDC_ATTRIBUTE_BIT(use->attribute)) != 0
                       ? oidc_organisation_shown(&shown.organisation, use->attribute)
                       : oidc_attribute_shown(&shown.person, use->attribute, false, asking->arena)};
    }
  }
  page.lines = lines;
  *ret_page = page;
  return OK;
}
