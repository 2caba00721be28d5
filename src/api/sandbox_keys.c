/* The sandbox's key rotation: the provider's real keys move on, for everybody, so that an integrator sees whether their client follows. */
#include "sandbox/sandbox.h"

#include "api/page.h"
#include "api/resources.h"
#include "api/sandbox.h"

/* One step is what happens every thirty days: who has read the keys within them knows the next one. Two at once is a rotation without notice: what signs
 * then is a key nobody has read. */
static result rotate(struct api_call *call, bool is_announced, struct oidc_key_list *ret_keys) {
  TRY(oidc_keys_rotate(call->env, 0));
  if (!is_announced) {
    TRY(oidc_keys_rotate(call->env, 0));
  }
  TRY(oidc_key_list(call->env, call->arena, ret_keys));
  struct buf text;
  buf_init(&text, call->arena, 512);
  for (size_t i = 0; i < ret_keys->count; i++) {
    buf_printf(&text, "%s%s %.*s", i == 0 ? "" : "\n", ret_keys->items[i].state, SLICE_ARG(ret_keys->items[i].kid));
  }
  const struct sandbox_event event = {.at_ms = clock_now_ms(call->env->clock),
                                      .is_everybodys = true,
                                      .request = slice_str(is_announced ? "signing keys rotated" : "signing keys rotated without notice"),
                                      .status = 201,
                                      .answer = buf_slice(&text)};
  sandbox_event_add(call->api->events, &event);
  return OK;
}

result api_sandbox_key_rows(const struct api_call *call, struct slice *ret_rows) {
  struct oidc_key_list keys;
  struct buf rows;
  TRY(oidc_key_list(call->env, call->arena, &keys));
  buf_init(&rows, call->arena, 1024);
  for (size_t i = 0; i < keys.count; i++) {
    const struct oidc_key_row *key = &keys.items[i];
    const char *text = (const char *)arena_printf(call->arena, "sandbox.key_%s", key->state).ptr;
    const struct page row = {.name = "sandbox_key",
                             PAGE_VALUES({"kid", key->kid}, {"state", api_page_text_find(call, text)},
                                         {"since", clock_instant_write(call->arena, key->since_ms)})};
    buf_append(&rows, api_page_fill(call, &row));
  }
  *ret_rows = buf_slice(&rows);
  return OK;
}

result api_sandbox_rotate(struct api_call *call) {
  struct url_form form;
  struct oidc_key_list keys;
  TRY(api_sandbox_check(call));
  TRY(api_form(call, &form));
  TRY(rotate(call, url_form_get(&form, "announced").len > 0, &keys));
  http_redirect(call->http, S("/sandbox#keys"));
  return OK;
}

result api_sandbox_rotation_create(struct api_call *call) {
  const struct jin *root = NULL;
  bool is_announced = true;
  struct oidc_key_list keys;
  TRY(api_sandbox_check(call));
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"announced", NULL}));
  TRY(jin_bool(root, "announced", &is_announced));
  TRY(rotate(call, is_announced, &keys));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_list(out, "keys");
  for (size_t i = 0; i < keys.count; i++) {
    jout_object(out);
    jout_put_text(out, "kid", keys.items[i].kid);
    jout_put_str(out, "state", keys.items[i].state);
    jout_put_instant(out, "since", keys.items[i].since_ms);
    jout_object_end(out);
  }
  jout_list_end(out);
  jout_object_end(out);
  api_send(call, 201);
  return OK;
}
