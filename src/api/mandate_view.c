/* A mandate as JSON, and what the routes on one have in common. */
#include "api/mandates.h"
#include "base/number.h"
#include "organisation/organisation.h"

enum { SCOPES_MAX = 16, SCOPE_BYTES_MAX = 80 };

static const struct api_word states[] = {
    {"offered", "Chờ chấp nhận", "Waiting to be accepted"},
    {"active", "Đang có hiệu lực", "In force"},
    {"declined", "Đã từ chối", "Declined"},
    {"withdrawn", "Đã rút lại", "Withdrawn"},
    {"revoked", "Đã chấm dứt", "Ended"},
    {"expired", "Đã hết hạn", "Expired"},
    {0},
};

static struct slice id_text(const struct api_call *call, int64_t id) { return arena_printf(call->arena, "%lld", (long long)id); }

static result put_person(struct api_call *call, struct db_tx *tx, const char *name, int64_t person_id) {
  struct register_person person;
  if (person_id == 0) {
    jout_put_null(&call->out, name);
    return OK;
  }
  TRY(register_person_load(tx, call->arena, person_id, &person));
  jout_put_object(&call->out, name);
  jout_put_text(&call->out, "ref", id_text(call, person_id));
  jout_put_text(&call->out, "name", person.name);
  jout_object_end(&call->out);
  return OK;
}

static result put_organisation(struct api_call *call, struct db_tx *tx, int64_t organisation_id) {
  struct organisation organisation;
  if (organisation_id == 0) {
    jout_put_null(&call->out, "organisation");
    return OK;
  }
  TRY(organisation_load(tx, call->arena, organisation_id, &organisation));
  jout_put_object(&call->out, "organisation");
  jout_put_text(&call->out, "ref", id_text(call, organisation_id));
  jout_put_text(&call->out, "name", organisation.name);
  jout_object_end(&call->out);
  return OK;
}

void api_mandate_put_scopes(struct api_call *call, struct slice scopes) {
  struct jout *out = &call->out;
  jout_put_list(out, "scopes");
  while (scopes.len > 0) {
    struct slice word = slice_cut(&scopes, ' ');
    const struct mandate_scope *scope = mandate_scope_find(word);
    if (scope == NULL) {
      continue;
    }
    size_t fixed = strlen(scope->word);
    struct slice client = slice_from(word, fixed < word.len ? fixed : word.len);
    jout_object(out);
    jout_put_text(out, "word", word);
    api_put_text(out, "name", slice_str(scope->vi), slice_str(scope->en));
    jout_put_text_or_null(out, "client", slice_is(client, "*") ? S("") : client);
    jout_object_end(out);
  }
  jout_list_end(out);
}

static void put_document(struct jout *out, const struct mandate *mandate) {
  if (mandate->kind != MANDATE_NOTARISED) {
    jout_put_null(out, "document");
    return;
  }
  jout_put_object(out, "document");
  jout_put_text(out, "office", mandate->document_office);
  jout_put_text(out, "number", mandate->document_number);
  jout_put_date(out, "date", mandate->document_date);
  jout_object_end(out);
}

static void put_instant_or_null(struct jout *out, const char *name, int64_t at_ms) {
  if (at_ms == 0) {
    jout_put_null(out, name);
  } else {
    jout_put_instant(out, name, at_ms);
  }
}

/* What the caller may do with it: mandate/ decides again. */
static void put_may(struct api_call *call, const struct mandate *mandate) {
  struct jout *out = &call->out;
  int64_t self = call->session.person_id;
  bool is_row = mandate->mandate_id != 0;
  bool is_officer = call->post.post_id != 0;
  bool is_actor = !is_officer && self == mandate->actor_id;
  bool is_principal = !is_officer && (self == mandate->principal_id ||
                                      (mandate->organisation_id != 0 && mandate->organisation_id == call->session.acting_organisation_id));
  bool is_offered = mandate->state == MANDATE_OFFERED;
  bool is_active = mandate->state == MANDATE_ACTIVE;
  bool is_paper = mandate->kind == MANDATE_NOTARISED;
  const struct {
    const char *word;
    bool may;
  } rows[] = {
      {"act", is_actor && is_active},
      {"accept", is_actor && is_offered && !is_paper},
      {"decline", is_actor && is_offered && !is_paper},
      {"confirm", is_officer && is_offered && self != mandate->given_by},
      {"reject", is_officer && is_offered},
      {"withdraw", is_principal && is_offered},
      {"revoke", is_row && is_active && (is_actor || is_principal || is_officer)},
  };
  jout_put_list(out, "may");
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    if (rows[i].may) {
      jout_text(out, slice_str(rows[i].word));
    }
  }
  jout_list_end(out);
}

static void put_role(struct jout *out, struct slice role) {
  for (const struct mandate_word *word = mandate_staff_roles; word->word != NULL; word++) {
    if (slice_is(role, word->word)) {
      jout_put_object(out, "role");
      jout_put_str(out, "code", word->word);
      api_put_text(out, "name", slice_str(word->vi), slice_str(word->en));
      jout_object_end(out);
      return;
    }
  }
  jout_put_null(out, "role");
}

result api_mandate_put(struct api_call *call, struct db_tx *tx, const struct mandate *mandate) {
  struct jout *out = &call->out;
  jout_object(out);
  jout_put_text_or_null(out, "id", mandate->mandate_id != 0 ? id_text(call, mandate->mandate_id) : S(""));
  api_put_code_name(call, "kind", api_roles, mandate_kind_name(mandate->kind));
  api_put_code_name(call, "state", states, mandate_state_name(mandate->state));
  TRY(put_person(call, tx, "actor", mandate->actor_id));
  TRY(put_person(call, tx, "principal", mandate->principal_id));
  TRY(put_organisation(call, tx, mandate->organisation_id));
  put_role(out, mandate->role);
  api_mandate_put_scopes(call, mandate->scopes);
  jout_put_date(out, "from", mandate->from);
  if (mandate->to == REGISTER_OPEN) {
    jout_put_null(out, "to");
  } else {
    jout_put_date(out, "to", mandate->to);
  }
  put_instant_or_null(out, "given_at", mandate->given_at_ms);
  put_instant_or_null(out, "accepted_at", mandate->accepted_at_ms);
  put_instant_or_null(out, "ended_at", mandate->ended_at_ms);
  jout_put_text_or_null(out, "end_reason", mandate->end_reason);
  put_document(out, mandate);
  put_may(call, mandate);
  jout_object_end(out);
  return OK;
}

result api_mandate_read_scopes(struct api_call *call, const struct jin *root, struct slice *ret_scopes) {
  const struct jin *list = NULL;
  struct slice scopes = S("");
  TRY(jin_list(root, "scopes", SCOPES_MAX, &list));
  for (size_t i = 0; i < list->count; i++) {
    struct slice word;
    TRY(jin_as_text(&list->items[i], SCOPE_BYTES_MAX, &word));
    for (size_t at = 0; at < word.len; at++) {
      if (word.ptr[at] <= ' ') {
        return jin_refuse(&list->items[i], "is one word");
      }
    }
    scopes = arena_printf(call->arena, "%.*s%s%.*s", SLICE_ARG(scopes), i > 0 ? " " : "", SLICE_ARG(word));
  }
  *ret_scopes = scopes;
  return OK;
}

result api_mandate_id(const struct api_call *call, int64_t *ret_mandate_id) {
  if (!is_ok(number_parse(http_param(call->http, "id"), ret_mandate_id))) {
    FAIL(MANDATE_UNKNOWN, "not an id");
  }
  return OK;
}

struct moving {
  struct env *env;
  const struct mandate_step *step;
};

static result write_step(struct db_tx *tx, void *arg) {
  const struct moving *moving = arg;
  return mandate_move(moving->env, tx, moving->step);
}

result api_mandate_move(struct api_call *call, const struct mandate_step *step) {
  struct mandate mandate;
  TRY(db_write(call->env->db, write_step, &(struct moving){call->env, step}));
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(mandate_load(call->env, tx, step->mandate_id, call->arena, &mandate));
  (void)api_begin(call);
  TRY(api_mandate_put(call, tx, &mandate));
  api_send(call, 200);
  return OK;
}
