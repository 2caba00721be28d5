/* POST /oidc/backchannel-authentication [CIBA 7]: a counter or a bank asks for a person, who answers in the app. */
#include "crypto/token.h"
#include "oidc/waiting/waiting.h"

struct beginning {
  const struct oidc_asking *asking;
  const struct oidc_caller *caller;
  struct oidc_waiting_new order;
  int64_t waiting_id;
};

/* More than a few at once are never put before the person: nobody approves one of many just to be left alone. The client is told nothing. */
static result check_quiet(struct db_tx *tx, struct beginning *b) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  b->order.person_id = b->asking->person_id;
  TRY(db_row(tx, "SELECT COUNT(*) FROM oidc_waiting WHERE person_id = $1 AND state = $2 AND expires_at > $3",
             DB_ARGS(db_of_int(b->asking->person_id), db_of_int(OIDC_WAITING_PENDING), db_of_int(clock_now_ms(b->asking->env->clock))), &rows));
  if (db_int(&rows, 0) >= OIDC_WAITING_OF_PERSON_MAX) {
    b->order.person_id = 0;
  }
  return OK;
}

/* No address in it: people learn to open the app themselves, not to follow a link. */
static result tell(struct db_tx *tx, const struct beginning *b) {
  const struct oidc_asking *asking = b->asking;
  const struct oidc_words *name = &asking->client->name;
  struct slice en = oidc_words_in(name, true);
  const char *dash = asking->message.len > 0 ? ": " : "";
  const struct account_notice notice = {
      .person_id = b->order.person_id,
      .purpose = S("approval"),
      .text = arena_printf(asking->arena, "%.*s đề nghị ông/bà xác nhận%s%.*s. Hãy tự mở ứng dụng Danh, mục Xác nhận. Nếu không phải ông/bà yêu cầu, hãy từ chối.",
                           SLICE_ARG(name->vi), dash, SLICE_ARG(asking->message)),
      .text_en = arena_printf(asking->arena, "%.*s asks you to approve%s%.*s. Open the Danh app yourself, under Approvals. If you did not ask for this, refuse.",
                              SLICE_ARG(en), dash, SLICE_ARG(asking->message))};
  return account_notify(asking->env, tx, &notice);
}

static result write_begun(struct db_tx *tx, void *arg) {
  struct beginning *b = arg;
  TRY(oidc_caller_use(tx, b->caller));
  TRY(check_quiet(tx, b));
  TRY(oidc_waiting_add(b->asking->env, tx, &b->order, &b->waiting_id));
  return b->order.person_id == 0 ? OK : tell(tx, b);
}

result oidc_backchannel_authenticate(struct env *env, const struct oidc_call *call, struct arena *arena, struct slice *ret_json) {
  struct oidc_caller caller CLEANUP(oidc_caller_release) = {0};
  TRY(oidc_caller_authenticate(env, call, arena, &caller));
  struct oidc_asking asking = {.env = env, .arena = arena, .endpoint = OIDC_AT_CIBA, .parameters = *call->form, .client = caller.client};
  TRY(oidc_asking_check(&asking));
  struct beginning beginning = {.asking = &asking, .caller = &caller,
                                .order = {.kind = OIDC_WAITING_CIBA, .asking = &asking, .secret = token_make(env->random, arena),
                                          .lifetime_s = asking.lifetime_s, .message = asking.message, .ping_token = asking.ping_token}};
  TRY(db_write(env->db, write_begun, &beginning));
  struct buf text;
  struct jout out;
  buf_init(&text, arena, 256);
  jout_init(&out, &text);
  jout_object(&out);
  jout_put_text(&out, "auth_req_id", beginning.order.secret);
  jout_put_int(&out, "expires_in", asking.lifetime_s);
  jout_put_int(&out, "interval", OIDC_WAITING_INTERVAL_S);
  jout_object_end(&out);
  *ret_json = buf_slice(&text);
  return OK;
}
