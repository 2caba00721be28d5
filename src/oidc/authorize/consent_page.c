#include "codec/base64url.h"
#include "crypto/token.h"
#include "oidc/authorize/give.h"
#include "oidc/claims.h"
#include "oidc/parameters.h"

/* Bound to interaction, browser and session: another site, another browser and an earlier session cannot know it. The browser's cookie is the secret in it. */
struct slice oidc_form_token(struct arena *arena, const struct oidc_place *place) {
  uint8_t token[DIGEST_BYTES];
  struct slice text = arena_printf(arena, "%.*s.%.*s.%lld.%lld", SLICE_ARG(place->id), SLICE_ARG(place->visitor->browser),
                                   (long long)place->visitor->session->session_id, (long long)place->visitor->session->acting_for_id);
  token_stored_form("danh-oidc-consent-form", text, token);
  return base64url_write(arena, slice_of(token, sizeof token));
}

/* The person whose attributes they are, and who acts for them. */
static result load_people(const struct oidc_asking *asking, const struct account_session *session, struct oidc_person *ret_person,
                          struct oidc_consent_page *page) {
  struct register_person actor;
  bool is_for_another = session->acting_for_id != 0;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(asking->env->db, &tx));
  TRY(oidc_person_load(asking->env, tx, asking->arena, is_for_another ? session->acting_for_id : session->person_id, ret_person));
  TRY(register_person_load(tx, asking->arena, session->person_id, &actor));
  page->person = actor.name;
  page->acting_for = is_for_another ? ret_person->person.name : (struct slice){0};
  return OK;
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
                                   .is_offline = oidc_words_have(asking->scope, S("offline_access")),
                                   .form_token = oidc_form_token(asking->arena, place)};
  struct oidc_consent_line *lines = ARENA_ARRAY(asking->arena, struct oidc_consent_line, client->use_count + 1);
  uint64_t asked = oidc_asking_attributes(asking);
  struct oidc_person person;
  TRY(load_people(asking, session, &person, &page));
  for (size_t i = 0; i < client->use_count; i++) {
    const struct oidc_attribute_use *use = &client->uses[i];
    if ((asked & OIDC_ATTRIBUTE_BIT(use->attribute)) != 0) {
      lines[page.line_count++] = (struct oidc_consent_line){
          .attribute = use->attribute, .purpose = copy(asking->arena, use->purpose), .is_required = use->is_required,
          .value = oidc_attribute_shown(&person, use->attribute, false, asking->arena)};
    }
  }
  page.lines = lines;
  *ret_page = page;
  return OK;
}
