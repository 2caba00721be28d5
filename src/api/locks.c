/* The holder's own locks, helpers and recoveries: GET /api/me/locks, POST /api/me/lock, /api/me/capabilities/{name}/lock and /unlock,
 * /api/me/helpers, /api/me/helpers/{id}/drop, /api/me/recoveries/{number}/stop and /help. */
#include "api/resources.h"
#include "api/words.h"
#include "authenticator/authenticator.h"
#include "base/number.h"
#include "recovery/recovery.h"

enum { REASON_BYTES_MAX = 1200, PIN_DIGITS = 12, DAYS_MAX = 366 };

static result require_self(struct api_call *call, enum access_act act) {
  const struct access_request request = {
      .act = act, .actor_id = call->session.person_id, .level = call->session.level, .subject_id = call->session.person_id};
  return access_require(call->env, &request);
}

static result read_empty(struct api_call *call) {
  const struct jin *root = NULL;
  TRY(api_body(call, &root));
  return jin_fields(root, (const char *const[]){NULL});
}

/* ---- what there is ---- */

static void put_until(struct jout *out, int64_t until_ms) {
  if (until_ms == 0) {
    jout_put_null(out, "until");
  } else {
    jout_put_instant(out, "until", until_ms);
  }
}

static result put_capabilities(struct api_call *call, struct db_tx *tx) {
  struct account_capability_list list;
  TRY(account_capability_list(call->env, tx, call->session.person_id, call->arena, &list));
  struct jout *out = &call->out;
  jout_put_list(out, "capabilities");
  for (int i = 0; i < ACCOUNT_CAPABILITY_COUNT; i++) {
    enum account_capability capability = (enum account_capability)(1 << i);
    jout_object(out);
    jout_put_text(out, "capability", account_capability_name(capability));
    jout_put_list(out, "locks");
    for (size_t at = 0; at < list.count; at++) {
      const struct account_capability_lock *lock = &list.items[at];
      if (lock->capability != capability) {
        continue;
      }
      jout_object(out);
      jout_put_text(out, "by", account_locker_name(lock->locker));
      jout_put_instant(out, "since", lock->since_ms);
      put_until(out, lock->until_ms);
      jout_put_text_or_null(out, "reason", lock->reason);
      jout_object_end(out);
    }
    jout_list_end(out);
    jout_object_end(out);
  }
  jout_list_end(out);
  return OK;
}

static result put_contacts(struct api_call *call, struct db_tx *tx) {
  struct recovery_contact_list list;
  TRY(recovery_contact_list(tx, call->session.person_id, call->arena, &list));
  struct jout *out = &call->out;
  jout_put_list(out, "helpers");
  for (size_t i = 0; i < list.count; i++) {
    jout_object(out);
    jout_put_text(out, "id", arena_printf(call->arena, "%lld", (long long)list.items[i].helper_id));
    jout_put_text(out, "name", list.items[i].name);
    jout_put_instant(out, "since", list.items[i].since_ms);
    jout_object_end(out);
  }
  jout_list_end(out);
  return OK;
}

static result put_recoveries(struct api_call *call, struct db_tx *tx) {
  struct recovery_list list;
  TRY(recovery_list(call->env, tx, call->session.person_id, call->arena, &list));
  struct jout *out = &call->out;
  jout_put_list(out, "recoveries");
  for (size_t i = 0; i < list.count; i++) {
    jout_object(out);
    api_recovery_put(call, &list.items[i]);
    jout_put_bool(out, "can_be_stopped", recovery_move_is_allowed(list.items[i].state, RECOVERY_VETOED));
    jout_object_end(out);
  }
  jout_list_end(out);
  return OK;
}

result api_me_locks(struct api_call *call) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(require_self(call, ACCESS_RECOVERY_OWN));
  TRY(db_read_begin(call->env->db, &tx));
  struct jout *out = api_begin(call);
  jout_object(out);
  TRY(put_capabilities(call, tx));
  TRY(put_contacts(call, tx));
  TRY(put_recoveries(call, tx));
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}

/* ---- the account as a whole: form TK03 ---- */

struct changing {
  struct api_call *call;
  struct account_lock lock;
  struct account_capability_lock capability;
  struct slice text; /* a number */
  int64_t id;
};

static result write_lock(struct db_tx *tx, void *arg) {
  const struct changing *c = arg;
  return account_lock(c->call->env, tx, &c->lock);
}

/* Immediate [Decree 69/2024 Art 15]; every session ends with it, this one too. */
result api_me_lock(struct api_call *call) {
  const struct jin *root = NULL;
  struct changing c = {.call = call,
                       .lock = {.person_id = call->session.person_id, .ground = ACCOUNT_GROUND_HOLDER, .actor = {call->session.person_id, S("")}}};
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"reason", NULL}));
  TRY(jin_text_optional(root, "reason", REASON_BYTES_MAX, &c.lock.reason));
  TRY(require_self(call, ACCESS_ACCOUNT_LOCK_OWN));
  TRY(db_write(call->env->db, write_lock, &c));
  api_cookie(call, api_session_cookie(call), (struct slice){0}, 0);
  call->http->response.status = 204;
  return OK;
}

/* ---- one capability ---- */

static result capability_of(struct api_call *call, struct changing *c) {
  unsigned capability = account_capability_find(http_param(call->http, "capability"));
  if (capability == 0) {
    FAIL(ACCOUNT_GROUND, "no such capability");
  }
  c->call = call;
  c->capability = (struct account_capability_lock){.person_id = call->session.person_id,
                                                   .capability = (enum account_capability)capability,
                                                   .locker = ACCOUNT_LOCKER_HOLDER,
                                                   .actor = {call->session.person_id, S("")}};
  return OK;
}

static result write_capability_lock(struct db_tx *tx, void *arg) {
  const struct changing *c = arg;
  return account_capability_lock(c->call->env, tx, &c->capability);
}

/* The thief who holds the session must not undo what the holder did: a fresh proof at the account's best level first. */
static result write_capability_unlock(struct db_tx *tx, void *arg) {
  const struct changing *c = arg;
  TRY(authenticator_change_check(c->call->env, tx, &c->call->session));
  return account_capability_unlock(c->call->env, tx, &c->capability);
}

result api_me_capability_lock(struct api_call *call) {
  const struct jin *root = NULL;
  struct changing c = {0};
  int64_t days = 0;
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"days", NULL}));
  if (jin_find(root, "days") != NULL) {
    TRY(jin_int(root, "days", 1, DAYS_MAX, &days));
  }
  TRY(capability_of(call, &c));
  c.capability.until_ms = days > 0 ? clock_now_ms(call->env->clock) + days * CLOCK_DAY_MS : 0;
  TRY(require_self(call, ACCESS_ACCOUNT_LOCK_OWN));
  TRY(db_write(call->env->db, write_capability_lock, &c));
  return api_me_locks(call);
}

result api_me_capability_unlock(struct api_call *call) {
  struct changing c = {0};
  TRY(read_empty(call));
  TRY(capability_of(call, &c));
  TRY(require_self(call, ACCESS_ACCOUNT_UNLOCK_OWN));
  TRY(db_write(call->env->db, write_capability_unlock, &c));
  return api_me_locks(call);
}

/* ---- helpers ---- */

static result write_contact_name(struct db_tx *tx, void *arg) {
  const struct changing *c = arg;
  TRY(authenticator_change_check(c->call->env, tx, &c->call->session));
  return recovery_contact_name(c->call->env, tx, c->call->session.person_id, c->text);
}
static result write_contact_drop(struct db_tx *tx, void *arg) {
  const struct changing *c = arg;
  TRY(authenticator_change_check(c->call->env, tx, &c->call->session));
  return recovery_contact_drop(c->call->env, tx, c->call->session.person_id, c->id);
}

result api_me_contact_name(struct api_call *call) {
  const struct jin *root = NULL;
  struct changing c = {.call = call};
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"pin", NULL}));
  TRY(jin_text(root, "pin", PIN_DIGITS, &c.text));
  TRY(require_self(call, ACCESS_RECOVERY_OWN));
  TRY(account_guess_begin(call->env, api_client(call).network)); /* which numbers have an account is not to be tried out here */
  TRY(db_write(call->env->db, write_contact_name, &c));
  TRY(account_guess_right(call->env, api_client(call).network));
  return api_me_locks(call);
}

result api_me_contact_drop(struct api_call *call) {
  struct changing c = {.call = call};
  TRY(read_empty(call));
  if (!is_ok(number_parse(http_param(call->http, "id"), &c.id))) {
    FAIL(RECOVERY_HELPER, "not an id");
  }
  TRY(require_self(call, ACCESS_RECOVERY_OWN));
  TRY(db_write(call->env->db, write_contact_drop, &c));
  return api_me_locks(call);
}

/* ---- recoveries: one's own is stopped, another's confirmed ---- */

/* A contested one takes a fresh proof: the thief may hold the session as well as the phone. */
static result write_stop(struct db_tx *tx, void *arg) {
  const struct changing *c = arg;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct recovery_case of = {0};
  TRY(recovery_of_number(c->call->env, tx, &arena, c->text, &of));
  if (of.is_contested) {
    TRY(authenticator_change_check(c->call->env, tx, &c->call->session));
  }
  return recovery_veto_own(c->call->env, tx, c->call->session.person_id, c->text);
}
static result write_help(struct db_tx *tx, void *arg) {
  const struct changing *c = arg;
  TRY(authenticator_change_check(c->call->env, tx, &c->call->session));
  return recovery_help(c->call->env, tx, c->call->session.person_id, c->text);
}

result api_me_recovery_stop(struct api_call *call) {
  struct changing c = {.call = call, .text = http_param(call->http, "number")};
  TRY(read_empty(call));
  TRY(require_self(call, ACCESS_RECOVERY_OWN));
  TRY(db_write(call->env->db, write_stop, &c));
  return api_me_locks(call);
}

result api_me_recovery_help(struct api_call *call) {
  struct changing c = {.call = call, .text = http_param(call->http, "number")};
  TRY(read_empty(call));
  TRY(require_self(call, ACCESS_RECOVERY_HELP));
  TRY(account_guess_begin(call->env, api_client(call).network));
  TRY(db_write(call->env->db, write_help, &c));
  TRY(account_guess_right(call->env, api_client(call).network));
  call->http->response.status = 204;
  return OK;
}
