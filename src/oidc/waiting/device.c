/* POST /oidc/device_authorization [RFC8628 3.1]: a device without keyboard gets a code that a person types elsewhere. */
#include "crypto/token.h"
#include "oidc/waiting/waiting.h"

enum { TRIES = 4 }; /* a user code that is out already: 34 bits against what ten minutes hold */

struct beginning {
  struct env *env;
  const struct oidc_caller *caller;
  struct oidc_waiting_new order;
  int64_t waiting_id;
};

static result write_begun(struct db_tx *tx, void *arg) {
  struct beginning *b = arg;
  TRY(oidc_caller_use(tx, b->caller));
  return oidc_waiting_add(b->env, tx, &b->order, &b->waiting_id);
}

static result begin(struct beginning *b, struct slice *ret_user_code) {
  struct arena *arena = b->order.asking->arena;
  result written = {DB_DUPLICATE};
  for (int i = 0; i < TRIES && is_code(written, DB_DUPLICATE); i++) {
    *ret_user_code = oidc_user_code_make(b->env, arena);
    (void)oidc_user_code_tidy(*ret_user_code, arena, &b->order.user_code);
    written = db_write(b->env->db, write_begun, b);
  }
  return written;
}

result oidc_device_authorize(struct env *env, const struct oidc_call *call, struct arena *arena, struct slice *ret_json) {
  struct oidc_caller caller CLEANUP(oidc_caller_release) = {0};
  TRY(oidc_caller_authenticate(env, call, arena, &caller));
  struct oidc_asking asking = {.env = env, .arena = arena, .endpoint = OIDC_AT_DEVICE, .parameters = *call->form, .client = caller.client};
  TRY(oidc_asking_check(&asking));
  struct slice user_code = {0};
  struct beginning beginning = {.env = env, .caller = &caller,
                                .order = {.kind = OIDC_WAITING_DEVICE, .asking = &asking, .secret = token_make(env->random, arena),
                                          .lifetime_s = OIDC_DEVICE_LIFETIME_S}};
  TRY(begin(&beginning, &user_code));
  struct buf text;
  struct jout out;
  buf_init(&text, arena, 512);
  jout_init(&out, &text);
  jout_object(&out);
  jout_put_text(&out, "device_code", beginning.order.secret);
  jout_put_text(&out, "user_code", user_code);
  jout_put_text(&out, "verification_uri", arena_printf(arena, "%.*s/device", SLICE_ARG(env->origin)));
  jout_put_text(&out, "verification_uri_complete", arena_printf(arena, "%.*s/device?user_code=%.*s", SLICE_ARG(env->origin), SLICE_ARG(user_code)));
  jout_put_int(&out, "expires_in", OIDC_DEVICE_LIFETIME_S);
  jout_put_int(&out, "interval", OIDC_WAITING_INTERVAL_S);
  jout_object_end(&out);
  *ret_json = buf_slice(&text);
  return OK;
}
