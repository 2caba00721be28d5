/* Who is calling: the session behind the cookie, the post it acts in; and GET /api/session, PUT /api/session/post, POST /api/session/passcode. */
#include "api/mandates.h"
#include "api/resources.h"
#include "api/words.h"
#include "base/number.h"
#include "organisation/organisation.h"

static result load_post(struct api_call *call) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  const struct register_holding holding = {.person_id = call->session.person_id, .post_id = call->session.post_id};
  return access_post_load(call->env, tx, &holding, call->arena, &call->post);
}

/* For whom the session acts, as things stand at this very call: what was revoked a moment ago is gone. */
result api_session_mandate_load(struct api_call *call) {
  call->has_mandate_ended = false;
  call->mandate = (struct mandate){.kind = MANDATE_SELF, .actor_id = call->session.person_id, .principal_id = call->session.person_id};
  if (!account_session_is_for_another(&call->session)) {
    return OK;
  }
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  result found = api_mandate_require(call, tx, "", &call->mandate);
  call->has_mandate_ended = is_code(found, MANDATE_ENDED);
  return call->has_mandate_ended ? OK : found;
}

result api_mandate_require(struct api_call *call, struct db_tx *tx, const char *scope, struct mandate *ret_mandate) {
  return mandate_of_session(call->env, tx, &(const struct mandate_use){&call->session, slice_str(scope)}, call->arena, ret_mandate);
}

const char *api_session_cookie(const struct api_call *call) { return call->api->is_https ? "__Host-danh_session" : "danh_session"; }

result api_session_load(struct api_call *call) {
  struct slice token = http_cookie(&call->http->request, api_session_cookie(call));
  if (token.len == 0) {
    return OK;
  }
  result found = account_session_find(call->env, token, &call->session);
  if (is_code(found, ACCOUNT_SESSION)) {
    return OK;
  }
  TRY(found);
  call->has_session = true;
  TRY(api_session_mandate_load(call));
  if (call->session.post_id == 0) {
    return OK;
  }
  /* a post that has ended since leaves the person a citizen */
  result loaded = load_post(call);
  if (is_code(loaded, ACCESS_POST_EXPIRED)) {
    call->post = (struct access_post){0};
    return OK;
  }
  return loaded;
}

result api_capability_check(struct api_call *call, enum account_capability capability) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  return account_capability_check(call->env, tx, call->session.person_id, capability);
}

struct slice api_role(const struct api_call *call) {
  if (call->post.post_id == 0) {
    return (struct slice){0};
  }
  return arena_printf(call->arena, "%.*s@%.*s", SLICE_ARG(access_role_name(call->post.role)),
                      SLICE_ARG(call->post.agency));
}

static void put_post(struct api_call *call, const struct register_post *post) {
  struct jout *out = &call->out;
  jout_object(out);
  jout_put_text(out, "post_id", arena_printf(call->arena, "%lld", (long long)post->post_id));
  api_put_code_name(call, "role", api_roles, slice_str(register_role_name(post->role)));
  jout_put_object(out, "agency");
  jout_put_text(out, "code", post->agency_code);
  api_put_text(out, "name", post->agency_name_vi, post->agency_name_en);
  jout_object_end(out);
  jout_put_date(out, "valid_from", post->from);
  if (post->to == REGISTER_OPEN) {
    jout_put_null(out, "valid_to");
  } else {
    jout_put_date(out, "valid_to", post->to);
  }
  jout_object_end(out);
}

static void put_acting(struct api_call *call) {
  struct jout *out = &call->out;
  bool has_post = call->post.post_id != 0;
  jout_put_text_or_null(
      out, "acting_post",
      has_post ? arena_printf(call->arena, "%lld", (long long)call->post.post_id) : (struct slice){0});
  enum access_role role = has_post ? call->post.role : ACCESS_CITIZEN;
  jout_put_list(out, "acts");
  for (int act = 0; act < ACCESS_ACT_COUNT; act++) {
    if (access_role_has(role, (enum access_act)act)) {
      jout_text(out, access_act_name((enum access_act)act));
    }
  }
  jout_list_end(out);
}

static void put_person(struct api_call *call, const struct register_bearer *bearer, int32_t today) {
  struct jout *out = &call->out;
  jout_put_object(out, "person");
  jout_put_text(out, "name", bearer->name);
  jout_put_text(out, "pin_masked", api_pin_masked(call->arena, bearer->pin));
  jout_put_int(out, "level", call->session.level);
  jout_put_bool(out, "digital_citizen", bearer->is_digital_citizen);
  if (bearer->card_expires - today < REGISTER_CARD_ENDS_SOON_DAYS) {
    jout_put_date(out, "card_ends_on", bearer->card_expires);
  } else {
    jout_put_null(out, "card_ends_on");
  }
  jout_object_end(out);
}

/* The name of whom the session acts for; of nobody else it learns anything. */
static result principal_name(struct api_call *call, struct db_tx *tx, struct slice *ret_name) {
  struct register_person person;
  struct organisation organisation;
  if (call->session.acting_organisation_id != 0) {
    TRY(organisation_load(tx, call->arena, call->session.acting_organisation_id, &organisation));
    *ret_name = organisation.name;
  } else {
    TRY(register_person_load(tx, call->arena, call->session.acting_for_id, &person));
    *ret_name = person.name;
  }
  return OK;
}

/* "acting_for": what the bar on every screen shows. */
static result put_acting_for(struct api_call *call) {
  struct jout *out = &call->out;
  const struct account_session *session = &call->session;
  struct slice name;
  if (!account_session_is_for_another(session)) {
    jout_put_null(out, "acting_for");
    return OK;
  }
  bool is_organisation = session->acting_organisation_id != 0;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_look_begin(call->env->db, &tx));
  TRY(principal_name(call, tx, &name));
  jout_put_object(out, "acting_for");
  jout_put_text(out, "ref", arena_printf(call->arena, "%lld", (long long)(is_organisation ? session->acting_organisation_id : session->acting_for_id)));
  jout_put_bool(out, "organisation", is_organisation);
  jout_put_text(out, "name", name);
  jout_put_bool(out, "ended", call->has_mandate_ended);
  if (call->has_mandate_ended) {
    jout_put_null(out, "kind");
  } else {
    api_put_code_name(call, "kind", api_roles, mandate_kind_name(call->mandate.kind));
  }
  api_mandate_put_scopes(call, call->has_mandate_ended ? S("") : call->mandate.scopes);
  if (call->has_mandate_ended || call->mandate.to == REGISTER_OPEN) {
    jout_put_null(out, "to");
  } else {
    jout_put_date(out, "to", call->mandate.to);
  }
  jout_object_end(out);
  return OK;
}

static result load_bearer(struct api_call *call, int32_t today, struct register_bearer *ret_bearer) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_look_begin(call->env->db, &tx));
  return register_bearer_load(tx, call->arena, call->session.person_id, today, ret_bearer);
}

result api_session_read(struct api_call *call) {
  int64_t now_ms = clock_now_ms(call->env->clock);
  struct register_bearer bearer;
  int32_t today = clock_date_of(now_ms);
  TRY(load_bearer(call, today, &bearer));
  struct jout *out = api_begin(call);
  jout_object(out);
  put_person(call, &bearer, today);
  jout_put_list(out, "posts");
  for (size_t i = 0; i < bearer.posts.count; i++) {
    put_post(call, &bearer.posts.items[i]);
  }
  jout_list_end(out);
  put_acting(call);
  TRY(put_acting_for(call));
  jout_put_str(out, "language", api_words(call, "vi", "en"));
  jout_put_list(out, "languages");
  jout_text(out, S("vi"));
  jout_text(out, S("en"));
  jout_list_end(out);
  jout_put_bool(out, "demo", call->api->options.is_demo);
  jout_put_instant(out, "now", now_ms);
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}

result api_session_post(struct api_call *call) {
  const struct jin *root = NULL;
  struct slice text = {0};
  int64_t post_id = 0;
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"post_id", NULL}));
  if (jin_find(root, "post_id") == NULL) {
    return jin_refuse_field(root, "post_id", "is required");
  }
  TRY(jin_text_optional(root, "post_id", 19, &text));
  if (text.len > 0 && !is_ok(number_parse(text, &post_id))) {
    return jin_refuse_field(root, "post_id", "is not an id");
  }
  TRY(account_session_choose_post(call->env, &call->session, post_id));
  call->post = (struct access_post){0};
  TRY(api_session_mandate_load(call));
  if (post_id != 0) {
    TRY(load_post(call));
  }
  return api_session_read(call);
}

result api_session_passcode(struct api_call *call) {
  const struct jin *root = NULL;
  struct slice passcode;
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"passcode", NULL}));
  TRY(jin_text(root, "passcode", 6, &passcode));
  TRY(account_passcode_check(call->env, call->env->hashing, &call->session, passcode));
  call->http->response.status = 204;
  return OK;
}
