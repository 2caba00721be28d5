/* The holder's own ways to sign in, and where they are signed in: GET /api/me/authenticators, and what changes them. */
#include "authenticator/authenticator.h"

#include "api/resources.h"
#include "base/number.h"
#include "codec/qr.h"

enum { NAME_BYTES_MAX = 240, ANSWER_BYTES_MAX = 64 * 1024, SECRET_BYTES_MAX_TYPED = 1024 };

static result require(struct api_call *call, enum access_act act) {
  const struct access_request request = {
      .act = act, .actor_id = call->session.person_id, .level = call->session.level, .subject_id = call->session.person_id};
  return access_require(call->env, &request);
}

/* A refused change says which level, how fresh. */
static result explain(struct api_call *call, result changed) {
  if (!is_code(changed, AUTHENTICATOR_STEP_UP)) {
    return changed;
  }
  const struct fault why = *fault_last();
  struct authenticator_limits limits;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(authenticator_best(tx, call->session.person_id, &call->level_needed));
  TRY(authenticator_limits_load(tx, &limits));
  call->age_max_s = limits.fresh_ms / 1000;
  return fault_set(why.file, why.line, changed.code, "%s", why.detail);
}

static struct slice id_text(struct api_call *call, int64_t id) { return arena_printf(call->arena, "%lld", (long long)id); }

static void put_time_or_null(struct jout *out, const char *name, int64_t at_ms) {
  if (at_ms == 0) {
    jout_put_null(out, name);
  } else {
    jout_put_instant(out, name, at_ms);
  }
}

static void put_authenticators(struct api_call *call, const struct authenticator_list *list) {
  struct jout *out = &call->out;
  jout_put_list(out, "authenticators");
  for (size_t i = 0; i < list->count; i++) {
    const struct authenticator *item = &list->items[i];
    jout_object(out);
    jout_put_text(out, "id", id_text(call, item->id));
    jout_put_text(out, "kind", authenticator_kind_name(item->kind));
    jout_put_text(out, "name", item->name);
    jout_put_str(out, "state", item->state == AUTHENTICATOR_ACTIVE ? "active" : "suspended");
    jout_put_instant(out, "made_at", item->made_at_ms);
    put_time_or_null(out, "used_at", item->used_at_ms);
    jout_put_bool(out, "may_be_copied", item->may_be_copied);
    if (item->kind == AUTHENTICATOR_RECOVERY_CODES) {
      jout_put_int(out, "codes_left", item->codes_left);
    } else {
      jout_put_null(out, "codes_left");
    }
    jout_object_end(out);
  }
  jout_list_end(out);
}

static void put_sessions(struct api_call *call, const struct account_session_list *list) {
  struct jout *out = &call->out;
  jout_put_list(out, "sessions");
  for (size_t i = 0; i < list->count; i++) {
    const struct account_session *item = &list->items[i];
    jout_object(out);
    jout_put_text(out, "id", id_text(call, item->session_id));
    jout_put_bool(out, "current", item->session_id == call->session.session_id);
    jout_put_text(out, "device", account_agent_name(call->arena, item->agent, call->language == API_ENGLISH));
    jout_put_instant(out, "created_at", item->created_at_ms);
    jout_put_instant(out, "seen_at", item->seen_at_ms);
    jout_put_int(out, "level", account_session_authentication(call->env, item));
    jout_object_end(out);
  }
  jout_list_end(out);
}

static void put_now(struct api_call *call, int best, const struct authenticator_limits *limits) {
  struct jout *out = &call->out;
  struct account_amr amr = account_session_amr(call->env, &call->session);
  jout_put_int(out, "level", account_session_authentication(call->env, &call->session));
  jout_put_int(out, "best_level", best);
  jout_put_bool(out, "may_change", account_session_authentication(call->env, &call->session) >= best &&
                                       clock_now_ms(call->env->clock) - call->session.auth_at_ms <= limits->fresh_ms);
  jout_put_instant(out, "authenticated_at", call->session.auth_at_ms);
  jout_put_list(out, "amr");
  for (size_t i = 0; i < amr.count; i++) {
    jout_text(out, slice_str(amr.names[i]));
  }
  jout_list_end(out);
}

result api_authenticators_list(struct api_call *call) {
  struct authenticator_list list;
  struct account_session_list sessions;
  struct authenticator_limits limits;
  struct account account;
  int best = 0;
  TRY(require(call, ACCESS_AUTHENTICATOR_VIEW));
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(account_load(tx, call->session.person_id, &account));
  TRY(authenticator_list(tx, call->session.person_id, call->arena, &list));
  TRY(authenticator_best(tx, call->session.person_id, &best));
  TRY(authenticator_limits_load(tx, &limits));
  TRY(account_session_list(call->env, tx, call->session.person_id, call->arena, &sessions));
  struct jout *out = api_begin(call);
  jout_object(out);
  put_now(call, best, &limits);
  jout_put_bool(out, "has_password", account.has_password);
  jout_put_bool(out, "has_passcode", account.has_passcode);
  put_authenticators(call, &list);
  put_sessions(call, &sessions);
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}

static result kind_of(struct api_call *call, enum authenticator_kind *ret_kind) {
  int kind = authenticator_kind_find(http_param(call->http, "kind"));
  if (kind == 0) {
    FAIL(AUTHENTICATOR_UNKNOWN, "no such kind");
  }
  *ret_kind = (enum authenticator_kind)kind;
  return OK;
}

result api_authenticator_begin(struct api_call *call) {
  const struct jin *root = NULL;
  struct authenticator_ceremony ceremony = {0};
  struct authenticator_beginning beginning = {.session = &call->session, .is_verified = true};
  struct qr qr;
  TRY(kind_of(call, &beginning.kind));
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"sha256", "attested", NULL}));
  TRY(jin_bool_optional(root, "sha256", &beginning.is_sha256));
  TRY(jin_bool_optional(root, "attested", &beginning.is_attested));
  TRY(require(call, ACCESS_AUTHENTICATOR_CHANGE));
  TRY(explain(call, authenticator_add_begin(call->env, &beginning, call->arena, &ceremony)));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_text(out, "ceremony", ceremony.id);
  if (ceremony.json.len > 0) {
    jout_put_raw(out, "options", ceremony.json);
  } else {
    TRY(qr_make(ceremony.uri, QR_MEDIUM, call->arena, &qr));
    jout_put_text(out, "secret", ceremony.secret);
    jout_put_text(out, "uri", ceremony.uri);
    jout_put_text(out, "qr_svg", qr_svg(call->arena, &qr, slice_str(api_words(call, "Mã QR để thêm vào ứng dụng tạo mã", "QR code for your authenticator app"))));
  }
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}

static result make_codes(struct api_call *call) {
  struct authenticator_codes codes;
  TRY(explain(call, authenticator_codes_make(call->env, &call->session, &codes)));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_list(out, "codes");
  for (int i = 0; i < AUTHENTICATOR_CODES; i++) {
    jout_text(out, slice_str(codes.text[i]));
  }
  jout_list_end(out);
  jout_object_end(out);
  api_send(call, 201);
  return OK;
}

result api_authenticator_add(struct api_call *call) {
  const struct jin *root = NULL;
  struct authenticator_addition addition = {.session = &call->session, .client = api_client(call)};
  int64_t id = 0;
  TRY(kind_of(call, &addition.kind));
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"ceremony", "answer", "key", "name", NULL}));
  TRY(require(call, ACCESS_AUTHENTICATOR_CHANGE));
  if (addition.kind == AUTHENTICATOR_RECOVERY_CODES) {
    return make_codes(call);
  }
  TRY(jin_text(root, "ceremony", AUTHENTICATOR_CEREMONY_BYTES_MAX, &addition.ceremony));
  TRY(jin_text(root, "answer", ANSWER_BYTES_MAX, &addition.answer));
  TRY(jin_text_optional(root, "key", SECRET_BYTES_MAX_TYPED, &addition.key));
  TRY(jin_text_optional(root, "name", NAME_BYTES_MAX, &addition.name));
  TRY(explain(call, authenticator_add(call->env, &addition, &id)));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_text(out, "id", id_text(call, id));
  jout_object_end(out);
  api_send(call, 201);
  return OK;
}

static result id_of(struct api_call *call, uint16_t unknown, int64_t *ret_id) {
  if (!is_ok(number_parse(http_param(call->http, "id"), ret_id))) {
    FAIL(unknown, "not an id");
  }
  return OK;
}

result api_authenticator_rename(struct api_call *call) {
  const struct jin *root = NULL;
  struct authenticator_change change = {.session = &call->session};
  TRY(id_of(call, AUTHENTICATOR_UNKNOWN, &change.id));
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"name", NULL}));
  TRY(jin_text(root, "name", NAME_BYTES_MAX, &change.name));
  TRY(require(call, ACCESS_AUTHENTICATOR_CHANGE));
  TRY(explain(call, authenticator_rename(call->env, &change)));
  call->http->response.status = 204;
  return OK;
}

result api_authenticator_remove(struct api_call *call) {
  struct authenticator_change change = {.session = &call->session};
  TRY(id_of(call, AUTHENTICATOR_UNKNOWN, &change.id));
  TRY(require(call, ACCESS_AUTHENTICATOR_CHANGE));
  TRY(explain(call, authenticator_remove(call->env, &change)));
  call->http->response.status = 204;
  return OK;
}

/* Signing out elsewhere takes no more than being signed in: it only ever makes the account safer. */
result api_own_session_end(struct api_call *call) {
  int64_t id = 0;
  TRY(id_of(call, ACCOUNT_SESSION, &id));
  TRY(require(call, ACCESS_SESSION_END));
  result ended = account_session_revoke(call->env, call->session.person_id, id);
  if (is_code(ended, ACCOUNT_SESSION)) {
    FAIL(AUTHENTICATOR_UNKNOWN, "no such session of this person");
  }
  TRY(ended);
  call->http->response.status = 204;
  return OK;
}

struct saving {
  struct env *env;
  const struct account_session *session;
  struct account_stored_secrets stored;
};
static result write_secrets(struct db_tx *tx, void *arg) {
  struct saving *it = arg;
  TRY(authenticator_change_check(it->env, tx, it->session));
  return account_secrets_save(it->env, tx, &it->stored);
}

/* Before any guess is counted; the write looks again. */
static result check_change(struct api_call *call) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  return authenticator_change_check(call->env, tx, &call->session);
}

/* A new password or passcode, of whoever knows the present password: a stolen phone with its passkey and passcode would otherwise shut the holder out at
 * once, past the wait of a recovery by passkey. {"password":..., "current_password":...} or {"passcode":..., ...}; every other session ends. */
result api_own_password(struct api_call *call) {
  const struct jin *root = NULL;
  struct account_new_secrets secrets = {.person_id = call->session.person_id};
  struct saving saving = {.env = call->env, .session = &call->session};
  struct account_confirmation confirmation = {.person_id = call->session.person_id, .client = api_client(call)};
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"password", "passcode", "current_password", NULL}));
  TRY(jin_text_optional(root, "password", SECRET_BYTES_MAX_TYPED, &secrets.secrets.password));
  TRY(jin_text_optional(root, "passcode", SECRET_BYTES_MAX_TYPED, &secrets.secrets.passcode));
  if (secrets.secrets.password.len == 0 && secrets.secrets.passcode.len == 0) {
    return jin_refuse_field(root, "password", "is required");
  }
  TRY(require(call, ACCESS_AUTHENTICATOR_CHANGE));
  TRY(explain(call, check_change(call)));
  TRY(jin_text(root, "current_password", SECRET_BYTES_MAX_TYPED, &confirmation.password));
  TRY(account_password_confirm(call->env, call->env->hashing, &confirmation));
  TRY(account_secrets_prepare(call->env, call->env->hashing, &secrets, call->arena, &saving.stored));
  saving.stored.person_id = call->session.person_id;
  saving.stored.actor = (struct account_actor){call->session.person_id, S("")};
  saving.stored.keep_session_id = call->session.session_id;
  TRY(explain(call, db_write(call->env->db, write_secrets, &saving)));
  call->http->response.status = 204;
  return OK;
}
