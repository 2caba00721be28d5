/* Mandates as a citizen sees them: for whom I act, who acts for me; an organisation's staff for who represents it; and for whom the session acts. */
#include "api/mandates.h"

#include "api/people.h"
#include "api/resources.h"
#include "base/number.h"

enum { PIN_DIGITS = 12, NAME_BYTES_MAX = 200, REASON_BYTES_MAX = 1200, ROLE_BYTES_MAX = 32, ID_DIGITS_MAX = 19 };

static struct access_request own_request(const struct api_call *call, enum access_act act) {
  return (struct access_request){.act = act,
                                 .actor_id = call->session.person_id,
                                 .level = call->session.level,
                                 .passcode_ok = account_passcode_is_ok(call->env, &call->session),
                                 .subject_id = call->session.person_id};
}

static result require(const struct api_call *call, enum access_act act) {
  const struct access_request request = own_request(call, act);
  return access_require(call->env, &request);
}

/* ---- reading ---- */

static result put_list(struct api_call *call, struct db_tx *tx, const char *name, const struct mandate_list *list) {
  jout_put_list(&call->out, name);
  for (size_t i = 0; i < list->count; i++) {
    TRY(api_mandate_put(call, tx, &list->items[i]));
  }
  jout_list_end(&call->out);
  return OK;
}

/* The words a form may choose from: a delegate's, or for an organisation its staff's. */
static void put_choices(struct api_call *call, enum mandate_kind kind) {
  struct jout *out = &call->out;
  struct buf words;
  buf_init(&words, call->arena, 256);
  for (const struct mandate_scope *scope = mandate_scopes; scope->word != NULL; scope++) {
    if (scope->kinds & 1u << kind) {
      buf_printf(&words, "%s%s", words.len > 0 ? " " : "", scope->word);
    }
  }
  jout_put_object(out, "choices");
  api_mandate_put_scopes(call, buf_slice(&words));
  jout_put_list(out, "roles");
  for (const struct mandate_word *role = mandate_staff_roles; kind == MANDATE_STAFF && role->word != NULL; role++) {
    jout_object(out);
    jout_put_str(out, "code", role->word);
    api_put_text(out, "name", slice_str(role->vi), slice_str(role->en));
    jout_object_end(out);
  }
  jout_list_end(out);
  jout_put_date(out, "to_max", api_today(call) + MANDATE_DAYS_MAX - 1);
  jout_object_end(out);
}

result api_mandates_list(struct api_call *call) {
  const struct mandate_principal principal = {call->session.person_id, call->session.acting_organisation_id};
  bool is_organisation = principal.organisation_id != 0;
  struct mandate_list mine = {0};
  struct mandate_list others;
  struct mandate mandate;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(require(call, ACCESS_MANDATE_VIEW));
  TRY(db_read_begin(call->env->db, &tx));
  if (is_organisation) {
    TRY(api_mandate_require(call, tx, "organisation.staff", &mandate));
  } else {
    TRY(mandate_list_for(call->env, tx, call->session.person_id, call->arena, &mine));
  }
  TRY(mandate_list_of(call->env, tx, &principal, call->arena, &others));
  struct jout *out = api_begin(call);
  jout_object(out);
  TRY(put_list(call, tx, "for", &mine));
  TRY(put_list(call, tx, "of", &others));
  put_choices(call, is_organisation ? MANDATE_STAFF : MANDATE_DELEGATE);
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}

/* ---- giving ---- */

struct giving {
  struct env *env;
  struct access_request request;
  struct mandate_offer offer;
  int64_t mandate_id;
};

static result write_offer(struct db_tx *tx, void *arg) {
  struct giving *giving = arg;
  TRY(access_check(giving->env, &giving->request));
  return mandate_give(giving->env, tx, &giving->offer, &giving->mandate_id);
}

/* A number and name that do not fit count against the network, as every question about somebody unknown does. */
static result give(struct api_call *call, struct giving *giving) {
  struct slice network = api_client(call).network;
  TRY(account_guess_begin(call->env, network));
  result given = access_refusal_record(call->env, &giving->request, db_write(call->env->db, write_offer, giving));
  if (!is_code(given, MANDATE_DELEGATE_UNFIT)) {
    const struct fault why = *fault_last();
    TRY(account_guess_right(call->env, network));
    if (!is_ok(given)) {
      return fault_set(why.file, why.line, given.code, "%s", why.detail);
    }
  }
  return given;
}

result api_mandate_give(struct api_call *call) {
  const struct jin *root = NULL;
  struct mandate mandate;
  struct giving giving = {.env = call->env,
                          .request = own_request(call, ACCESS_MANDATE_GIVE),
                          .offer = {.giver_id = call->session.person_id, .organisation_id = call->session.acting_organisation_id}};
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"pin", "name", "scopes", "to", "role", NULL}));
  TRY(jin_text(root, "pin", PIN_DIGITS, &giving.offer.pin));
  TRY(jin_text(root, "name", NAME_BYTES_MAX, &giving.offer.name));
  TRY(api_mandate_read_scopes(call, root, &giving.offer.scopes));
  TRY(jin_date(root, "to", &giving.offer.to));
  TRY(jin_text_optional(root, "role", ROLE_BYTES_MAX, &giving.offer.role));
  TRY(require(call, ACCESS_MANDATE_GIVE)); /* before the number is looked at */
  TRY(give(call, &giving));
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(mandate_load(call->env, tx, giving.mandate_id, call->arena, &mandate));
  (void)api_begin(call);
  TRY(api_mandate_put(call, tx, &mandate));
  api_send(call, 201);
  return OK;
}

/* ---- moving ---- */

static result move(struct api_call *call, enum access_act act, enum mandate_state to) {
  const struct jin *root = NULL;
  struct mandate_step step = {.to = to, .actor = {.person_id = call->session.person_id}};
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"reason", NULL}));
  TRY(jin_text_optional(root, "reason", REASON_BYTES_MAX, &step.reason));
  TRY(api_mandate_id(call, &step.mandate_id));
  TRY(require(call, act));
  return api_mandate_move(call, &step);
}

result api_mandate_accept(struct api_call *call) { return move(call, ACCESS_MANDATE_ACCEPT, MANDATE_ACTIVE); }
result api_mandate_decline(struct api_call *call) { return move(call, ACCESS_MANDATE_END, MANDATE_DECLINED); }
result api_mandate_withdraw(struct api_call *call) { return move(call, ACCESS_MANDATE_END, MANDATE_WITHDRAWN); }
result api_mandate_revoke(struct api_call *call) { return move(call, ACCESS_MANDATE_END, MANDATE_REVOKED); }

/* ---- for whom the session acts ---- */

static result read_ref(const struct jin *root, const char *name, int64_t *ret_id) {
  struct slice text = S("");
  TRY(jin_text_optional(root, name, ID_DIGITS_MAX, &text));
  if (text.len > 0 && !is_ok(number_parse(text, ret_id))) {
    return jin_refuse_field(root, name, "is not a ref");
  }
  return OK;
}

result api_session_mandate(struct api_call *call) {
  const struct jin *root = NULL;
  struct mandate_principal principal = {0};
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"person", "organisation", NULL}));
  TRY(read_ref(root, "person", &principal.person_id));
  TRY(read_ref(root, "organisation", &principal.organisation_id));
  if (principal.person_id != 0 && principal.organisation_id != 0) {
    return jin_refuse_field(root, "organisation", "or a person, not both");
  }
  TRY(mandate_choose(call->env, &call->session, &principal));
  call->post = (struct access_post){0};
  TRY(api_session_mandate_load(call));
  return api_session_read(call);
}
