/* Requests of counters and banks for the app: what each asks for, and the answer. The rules are those of the pages /approvals: one answer, by the person
 * it is for, at the level the service needs. Who has not proven that level yet reads what would be sent, not its values, and may refuse. */
#include "api/interact.h"
#include "api/resources.h"
#include "authenticator/authenticator.h"

enum { FORM_TOKEN_BYTES_MAX = 64, ATTRIBUTE_BYTES_MAX = 64 };

/* ---- the list ---- */

static void put_words(struct jout *out, const char *name, const struct oidc_words *words) {
  api_put_text(out, name, words->vi, oidc_words_in(words, true));
}

static void put_line(struct jout *out, const struct oidc_consent_line *line, bool shows_value) {
  jout_object(out);
  jout_put_str(out, "name", oidc_attribute_name(line->attribute));
  api_put_text(out, "label", oidc_attribute_label(line->attribute, false), oidc_attribute_label(line->attribute, true));
  put_words(out, "purpose", &line->purpose);
  jout_put_bool(out, "required", line->is_required);
  jout_put_text_or_null(out, "value", shows_value ? line->value : (struct slice){0});
  jout_object_end(out);
}

/* Schema Approval. */
static void put_approval(struct api_call *call, const struct oidc_waiting_row *row, const struct oidc_waiting_page *page) {
  struct jout *out = &call->out;
  const struct oidc_consent_page *consent = &page->consent;
  jout_object(out);
  jout_put_text(out, "id", arena_printf(call->arena, "%lld", (long long)row->waiting_id));
  put_words(out, "client", &consent->name);
  put_words(out, "owner", &consent->owner);
  put_words(out, "purpose", &consent->purpose);
  jout_put_text_or_null(out, "message", page->message);
  jout_put_instant(out, "asked_at", row->created_at_ms);
  jout_put_instant(out, "expires_at", page->expires_at_ms);
  jout_put_int(out, "level", page->level);
  jout_put_bool(out, "level_reached", page->is_level_reached);
  jout_put_bool(out, "passkey_asked", page->is_passkey_asked);
  jout_put_list(out, "attributes");
  for (size_t i = 0; i < consent->line_count; i++) {
    put_line(out, &consent->lines[i], page->is_level_reached);
  }
  jout_list_end(out);
  jout_put_int(out, "remembered_days", consent->days);
  jout_put_bool(out, "offline", consent->is_offline);
  jout_put_text(out, "form_token", consent->form_token);
  jout_object_end(out);
}

static result load_rows(struct api_call *call, struct oidc_waiting_list *ret_list) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  return oidc_waiting_list(call->env, tx, call->arena, call->session.person_id, ret_list);
}

result api_approvals_list(struct api_call *call) {
  struct oidc_waiting_list list;
  TRY(load_rows(call, &list));
  struct oidc_waiting_page *pages = ARENA_ARRAY(call->arena, struct oidc_waiting_page, list.count + 1);
  for (size_t i = 0; i < list.count; i++) {
    const struct oidc_waiting_key key = {.waiting_id = list.items[i].waiting_id, .session = &call->session};
    result shown = oidc_waiting_show(call->env, call->arena, &key, &pages[i]);
    if (!is_code(shown, OIDC_WAITING_UNKNOWN)) { /* answered or over since: waiting_id stays 0 */
      TRY(shown);
    }
  }
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_list(out, "items");
  for (size_t i = 0; i < list.count; i++) {
    if (pages[i].waiting_id != 0) {
      put_approval(call, &list.items[i], &pages[i]);
    }
  }
  jout_list_end(out);
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}

/* ---- the answer ---- */

static result read_attributes(const struct jin *root, uint64_t *ret_attributes) {
  const struct jin *list = NULL;
  uint64_t attributes = 0;
  if (!jin_has(root, "attributes")) {
    *ret_attributes = 0;
    return OK;
  }
  TRY(jin_list(root, "attributes", OIDC_ATTRIBUTE_COUNT, &list));
  for (size_t i = 0; i < list->count; i++) {
    struct slice name = {0};
    TRY(jin_as_text(&list->items[i], ATTRIBUTE_BYTES_MAX, &name));
    enum oidc_attribute attribute = oidc_attribute_find(name);
    if (attribute == OIDC_ATTRIBUTE_COUNT) {
      return jin_refuse(&list->items[i], "is no attribute");
    }
    attributes |= OIDC_ATTRIBUTE_BIT(attribute);
  }
  *ret_attributes = attributes;
  return OK;
}

static result read_decision(struct api_call *call, struct oidc_decision *ret_decision) {
  const struct jin *root = NULL;
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"approves", "attributes", "form_token", NULL}));
  TRY(jin_bool(root, "approves", &ret_decision->agrees));
  TRY(read_attributes(root, &ret_decision->attributes));
  return jin_text(root, "form_token", FORM_TOKEN_BYTES_MAX, &ret_decision->form_token);
}

/* A program comes back with the level the request names [RFC9470 3 MUST]. */
static result require_level(struct api_call *call, const struct oidc_waiting_key *key) {
  struct oidc_waiting_page page;
  TRY(oidc_waiting_show(call->env, call->arena, key, &page));
  if (!page.is_level_reached) { /* as this client counts it: less than the session's own, where it does not take every passkey */
    call->level_needed = page.level;
    FAIL(AUTHENTICATOR_STEP_UP, "level %d is needed", page.level);
  }
  return OK;
}

result api_approval_answer(struct api_call *call) {
  struct oidc_waiting_key key;
  struct oidc_decision decision = {0};
  TRY(read_decision(call, &decision));
  TRY(api_approval_key(call, &key));
  if (decision.agrees) {
    TRY(require_level(call, &key));
  }
  TRY(oidc_waiting_decide(call->env, call->arena, &key, &decision));
  outbox_runner_wake(call->api->options.works.outbox); /* a ping goes out now */
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_bool(out, "approved", decision.agrees);
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}
