/* The sandbox's own pages: /sandbox with its people, and the token inspector. Nowhere else: 404. */
#include "sandbox/sandbox.h"

#include "api/page.h"
#include "api/resources.h"
#include "api/sandbox.h"
#include "jose/jose.h"

enum { TOKEN_BYTES_MAX = 16 * 1024, CLIENTS_MAX = 200 };

result api_sandbox_check(const struct api_call *call) {
  if (!call->api->options.is_sandbox) {
    FAIL(SANDBOX_ELSEWHERE, "no sandbox");
  }
  return OK;
}

static struct slice people_rows(const struct api_call *call) {
  bool english = call->language == API_ENGLISH;
  struct buf rows;
  buf_init(&rows, call->arena, 32 * 1024);
  for (size_t i = 0; i < SANDBOX_PEOPLE; i++) {
    const struct sandbox_person *person = &sandbox_people[i];
    struct slice level = person->level > 0 ? arena_printf(call->arena, "%d", person->level) : S("");
    const struct page row = {.name = "sandbox_person",
                             PAGE_VALUES({"key", slice_str(person->name)}, {"pin", slice_str(person->pin)}, {"name", slice_str(person->full_name)},
                                         {"born", slice_str(person->birth)}, {"level", level},
                                         {"account", slice_str(sandbox_account_words(person->account, english))},
                                         {"purpose", slice_str(english ? person->purpose_en : person->purpose_vi)},
                                         {"totp", sandbox_totp_secret(call->arena, person->name)})};
    buf_append(&rows, api_page_fill(call, &row));
  }
  return buf_slice(&rows);
}

static result client_rows(const struct api_call *call, struct slice *ret_rows) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct oidc_client_list list;
  struct buf rows;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(oidc_client_list(tx, call->arena, S(""), CLIENTS_MAX, &list));
  buf_init(&rows, call->arena, 1024);
  for (size_t i = 0; i < list.count; i++) {
    const struct page row = {.name = "sandbox_client_row",
                             PAGE_VALUES({"id", list.items[i].client_id}, {"name", api_sandbox_client_name(call->arena, list.items[i].metadata)})};
    buf_append(&rows, api_page_fill(call, &row));
  }
  *ret_rows = buf_slice(&rows);
  return OK;
}

result api_sandbox_page(struct api_call *call) {
  struct slice clients;
  struct slice keys;
  TRY(api_sandbox_check(call));
  TRY(client_rows(call, &clients));
  TRY(api_sandbox_key_rows(call, &keys));
  api_page_send(call, &(const struct page){.name = "sandbox",
                                       .status = 200,
                                       PAGE_VALUES({"issuer", call->env->origin}, {"password", S(SANDBOX_PASSWORD)}, {"passcode", S(SANDBOX_PASSCODE)},
                                                   {"clients", clients}, {"keys", keys}, {"people", people_rows(call)})});
  return OK;
}

/* ---- the token inspector ---- */

struct inspection {
  struct api_call *call;
  struct slice token;
  struct slice signature; /* a sentence */
  bool is_bad;
  struct slice times;
  struct slice binding;
  struct slice introspection;
};

static struct slice text_of(const struct jin *object, const char *name) {
  const struct jin *value = object == NULL ? NULL : jin_find(object, name);
  return value != NULL && value->type == JIN_TEXT ? value->text : S("");
}

/* Under the key the header's kid names in our signer. */
static result verify_ours(struct inspection *inspection) {
  static const char *const types[] = {"at+jwt", "JWT", "logout+jwt", "token-introspection+jwt", NULL};
  static const struct jose_rules rules = {.algorithms = JOSE_ALGORITHMS, .types = types, .bytes_max = TOKEN_BYTES_MAX};
  struct api_call *call = inspection->call;
  struct jose_jws jws;
  struct jose_jwk jwk;
  struct slice spki;
  TRY(jose_jws_parse(inspection->token, &rules, call->arena, &jws));
  TRY(call->env->signer->key_public(call->env->signer, arena_printf(call->arena, "oidc/%.*s", SLICE_ARG(jws.kid)), call->arena, &spki));
  TRY(jose_jwk_of(spki, jws.kid, &jwk));
  TRY(jose_jws_verify(NULL, &jws, &jwk));
  inspection->signature = arena_printf(call->arena, "%.*s %.*s", SLICE_ARG(api_page_text_find(call, "sandbox_token.good")), SLICE_ARG(jws.kid));
  return OK;
}

/* Under the key in its own header: a DPoP proof. */
static result verify_proof(struct inspection *inspection, const struct jin *header) {
  static const char *const types[] = {"dpop+jwt", NULL};
  static const struct jose_rules rules = {
      .algorithms = JOSE_ALGORITHMS, .types = types, .is_type_needed = true, .is_jwk_expected = true, .bytes_max = TOKEN_BYTES_MAX};
  struct api_call *call = inspection->call;
  struct jose_jws jws;
  struct jose_jwk jwk;
  const struct jin *object = NULL;
  TRY(jose_jws_parse(inspection->token, &rules, call->arena, &jws));
  TRY(jin_object(header, "jwk", &object));
  TRY(jose_jwk_parse(object, call->arena, &jwk));
  TRY(jose_jws_verify(NULL, &jws, &jwk));
  inspection->signature = arena_printf(call->arena, "%.*s, jkt %.*s", SLICE_ARG(api_page_text_find(call, "sandbox_token.own_key")),
                                       SLICE_ARG(jose_jwk_thumbprint(&jwk, call->arena)));
  return OK;
}

static void read_times(struct inspection *inspection, const struct jin *claims) {
  struct api_call *call = inspection->call;
  int64_t expires_ms = 0;
  if (!is_ok(jose_claims_time(claims, "exp", &expires_ms)) || expires_ms == JOSE_TIME_NONE) {
    return;
  }
  bool is_past = expires_ms <= clock_now_ms(call->env->clock);
  inspection->times = arena_printf(call->arena, "%.*s %.*s", SLICE_ARG(api_page_text_find(call, is_past ? "sandbox_token.expired" : "sandbox_token.lives")),
                                   SLICE_ARG(clock_instant_write(call->arena, expires_ms)));
}

static void read_binding(struct inspection *inspection, const struct jin *claims) {
  const struct jin *cnf = jin_find(claims, "cnf");
  if (cnf == NULL || cnf->type != JIN_OBJECT) {
    return;
  }
  struct slice jkt = text_of(cnf, "jkt");
  struct slice value = jkt.len > 0 ? jkt : text_of(cnf, "x5t#S256");
  struct slice words = api_page_text_find(inspection->call, jkt.len > 0 ? "sandbox_token.bound_jkt" : "sandbox_token.bound_x5t");
  inspection->binding = arena_printf(inspection->call->arena, "%.*s %.*s", SLICE_ARG(words), SLICE_ARG(value));
}

static void inspect(struct inspection *inspection) {
  struct api_call *call = inspection->call;
  const struct jin *header = api_sandbox_token_part(call->arena, inspection->token, 0);
  const struct jin *claims = api_sandbox_token_part(call->arena, inspection->token, 1);
  if (header == NULL || claims == NULL) {
    return;
  }
  result verified = jin_has(header, "jwk") ? verify_proof(inspection, header) : verify_ours(inspection);
  if (!is_ok(verified)) {
    inspection->is_bad = true;
    inspection->signature = arena_printf(call->arena, "%.*s: %s", SLICE_ARG(api_page_text_find(call, "sandbox_token.wrong")), fault_last()->detail);
  }
  read_times(inspection, claims);
  read_binding(inspection, claims);
}

/* What /oidc/introspect would say to the token's own client: of access tokens, and of refresh tokens, which are no JWT. */
static result introspect(struct inspection *inspection) {
  struct api_call *call = inspection->call;
  const struct jin *header = api_sandbox_token_part(call->arena, inspection->token, 0);
  struct slice json;
  if (inspection->token.len == 0 || (header != NULL && !slice_is(text_of(header, "typ"), "at+jwt"))) {
    return OK;
  }
  TRY(oidc_introspection_show(call->env, inspection->token, call->arena, &json));
  inspection->introspection = api_sandbox_json_text(call->arena, json);
  return OK;
}

static void send_inspection(struct api_call *call, const struct inspection *inspection) {
  struct slice header = api_sandbox_token_text(call->arena, inspection->token, 0);
  api_page_send(call, &(const struct page){
                      .name = "sandbox_token",
                      .status = 200,
                      PAGE_VALUES({"token", inspection->token}, {"shown", inspection->token}, {"opaque", header.len == 0 ? S("1") : S("")},
                                  {"header", header}, {"claims", api_sandbox_token_text(call->arena, inspection->token, 1)},
                                  {"signature", inspection->signature}, {"bad", inspection->is_bad ? S("1") : S("")},
                                  {"times", inspection->times}, {"binding", inspection->binding}, {"introspection", inspection->introspection})});
}

result api_sandbox_token_page(struct api_call *call) {
  TRY(api_sandbox_check(call));
  send_inspection(call, &(const struct inspection){.call = call});
  return OK;
}

result api_sandbox_token(struct api_call *call) {
  struct url_form form;
  TRY(api_sandbox_check(call));
  TRY(api_form(call, &form));
  struct inspection inspection = {.call = call, .token = slice_trim(url_form_get(&form, "token"))};
  inspect(&inspection);
  TRY(introspect(&inspection));
  send_inspection(call, &inspection);
  return OK;
}
