/* Client metadata as registered: RFC 7591 2, OpenID Connect Registration 2, Back-Channel Logout 2.2, CIBA 4, RFC 8705 2.1.2, RFC 9126 6, RFC 9101 10.5,
 * RFC 9449 5.2, JARM 3; ours begin with danh_. Strict: what is not understood is refused, not kept. */
#include "oidc/acting.h"
#include "oidc/client.h"
#include "oidc/parameters.h"
#include "oidc/passkey_rule.h"
#include "oidc/uri.h"

enum {
  URIS_MAX = 20,
  TEXT_BYTES_MAX = 300,
  URI_BYTES_MAX = 1024,
  KEYS_BYTES_MAX = 32 * 1024,
  CLIENT_ID_BYTES_MAX = 64,
  CONSENT_DAYS = 365,
};

struct reading {
  const struct jin *root;
  struct arena *arena;
  struct oidc_client *client;
};

static const char *const known[] = {
    "client_id", "client_name", "client_name#en", "application_type", "redirect_uris", "post_logout_redirect_uris", "token_endpoint_auth_method",
    "token_endpoint_auth_signing_alg", "grant_types", "response_types", "response_modes", "scope", "jwks", "jwks_uri", "default_acr_values",
    "backchannel_logout_uri", "backchannel_logout_session_required", "require_pushed_authorization_requests", "require_signed_request_object",
    "request_object_signing_alg", "dpop_bound_access_tokens", "tls_client_certificate_bound_access_tokens", "tls_client_auth_subject_dn",
    "tls_client_auth_san_dns", "userinfo_signed_response_alg", "id_token_signed_response_alg", "authorization_signed_response_alg",
    "introspection_signed_response_alg", "subject_type", "backchannel_token_delivery_mode", "backchannel_client_notification_endpoint",
    "backchannel_authentication_request_signing_alg", "backchannel_user_code_parameter", "client_uri", "policy_uri", "tos_uri", "contacts",
    "software_id", "software_version", "danh_profile", "danh_owner", "danh_owner#en", "danh_purpose", "danh_purpose#en", "danh_attributes",
    "danh_sector", "danh_acr_min", "danh_resources", "danh_consent_days", "danh_claims_in_id_token", "danh_passkeys", "danh_accepts", NULL};

bool oidc_client_member_is_known(struct slice name) {
  size_t at = 0;
  while (known[at] != NULL && !slice_is(name, known[at])) {
    at++;
  }
  return known[at] != NULL;
}

static result read_texts(const struct reading *r, const char *name, struct oidc_texts *ret_texts) {
  const struct jin *list = NULL;
  if (!jin_has(r->root, name)) {
    return OK;
  }
  TRY(jin_list(r->root, name, URIS_MAX, &list));
  struct slice *items = ARENA_ARRAY(r->arena, struct slice, list->count + 1);
  for (size_t i = 0; i < list->count; i++) {
    TRY(jin_as_text(&list->items[i], URI_BYTES_MAX, &items[i]));
  }
  *ret_texts = (struct oidc_texts){items, list->count};
  return OK;
}

/* A set of words: bit i for words[i]. */
static result read_set(const struct reading *r, const char *name, const char *const *words, unsigned *ret_set) {
  const struct jin *list = NULL;
  unsigned set = 0;
  if (!jin_has(r->root, name)) {
    return OK;
  }
  TRY(jin_list(r->root, name, URIS_MAX, &list));
  for (size_t i = 0; i < list->count; i++) {
    size_t index = 0;
    TRY(jin_as_word(&list->items[i], words, &index));
    set |= 1U << index;
  }
  *ret_set = set;
  return OK;
}

static result read_word(const struct reading *r, const char *name, const char *const *words, size_t *ret_index) {
  return jin_has(r->root, name) ? jin_word(r->root, name, words, ret_index) : OK;
}

static result read_words(const struct reading *r, const char *vi, const char *en, struct oidc_words *ret_words) {
  TRY(jin_text(r->root, vi, TEXT_BYTES_MAX, &ret_words->vi));
  return jin_text_optional(r->root, en, TEXT_BYTES_MAX, &ret_words->en);
}

/* [FAPI2-SP 5.3.2.2-8 SHALL] F25, [RFC6749 3.1.2 MUST NOT] a fragment, [RFC8252 7.3] */
static bool is_address(const struct reading *r, struct slice text) {
  struct oidc_uri uri;
  return oidc_uri_parse(text, &uri) &&
         (slice_is(uri.scheme, "https") || (r->client->is_native && oidc_uri_is_loopback(&uri)));
}

static result read_addresses(const struct reading *r, const char *name, struct oidc_texts *ret_texts) {
  TRY(read_texts(r, name, ret_texts));
  for (size_t i = 0; i < ret_texts->count; i++) {
    if (!is_address(r, ret_texts->items[i])) {
      return jin_refuse_field(r->root, name, "holds an address that is neither https nor a native client's loopback");
    }
  }
  return OK;
}

/* Where we call: https, or loopback for whoever tries it out on one machine. */
static result read_address(const struct reading *r, const char *name, struct slice *ret_address) {
  struct oidc_uri uri;
  TRY(jin_text_optional(r->root, name, URI_BYTES_MAX, ret_address));
  if (ret_address->len > 0 && (!oidc_uri_parse(*ret_address, &uri) || (!slice_is(uri.scheme, "https") && !oidc_uri_is_loopback(&uri)))) {
    return jin_refuse_field(r->root, name, "is no https address");
  }
  return OK;
}

static result read_identity(const struct reading *r) {
  struct oidc_client *c = r->client;
  static const char *const profiles[] = {"baseline", "fapi2", "fapi2-message-signing", NULL};
  static const char *const types[] = {"web", "native", NULL};
  size_t profile = 0;
  size_t type = 0;
  TRY(jin_text_optional(r->root, "client_id", CLIENT_ID_BYTES_MAX, &c->client_id));
  if (c->client_id.len > 0 && !oidc_client_id_is_good(c->client_id)) {
    return jin_refuse_field(r->root, "client_id", "is not 3 to 64 of A-Z, a-z, 0-9, '.', '_' and '-'");
  }
  TRY(read_words(r, "client_name", "client_name#en", &c->name));
  TRY(read_words(r, "danh_owner", "danh_owner#en", &c->owner));
  TRY(read_words(r, "danh_purpose", "danh_purpose#en", &c->purpose));
  TRY(read_word(r, "danh_profile", profiles, &profile));
  TRY(read_word(r, "application_type", types, &type));
  c->profile = (enum oidc_profile)(profile + 1);
  c->is_native = type == 1;
  return OK;
}

static result read_signing(const struct reading *r) {
  static const char *const ours[] = {"ES256", NULL};
  static const char *const theirs[] = {"ES256", "PS256", "EdDSA", NULL};
  static const struct {
    const char *name;
    const char *const *words;
  } algorithms[] = {{"id_token_signed_response_alg", ours},      {"authorization_signed_response_alg", ours},
                    {"introspection_signed_response_alg", ours}, {"token_endpoint_auth_signing_alg", theirs},
                    {"request_object_signing_alg", theirs},      {"backchannel_authentication_request_signing_alg", theirs}};
  size_t index = 0;
  for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++) {
    TRY(read_word(r, algorithms[i].name, algorithms[i].words, &index));
  }
  static const char *const pairwise[] = {"pairwise", NULL};
  TRY(read_word(r, "subject_type", pairwise, &index));
  index = SIZE_MAX;
  TRY(read_word(r, "userinfo_signed_response_alg", ours, &index));
  r->client->userinfo_signed_response_alg = index == 0 ? S("ES256") : (struct slice){0};
  return OK;
}

static result read_authentication(const struct reading *r) {
  struct oidc_client *c = r->client;
  static const char *const methods[] = {"none", "client_secret_basic", "client_secret_post", "private_key_jwt", "tls_client_auth",
                                        "self_signed_tls_client_auth", NULL};
  size_t method = OIDC_AUTH_PRIVATE_KEY_JWT - 1;
  const struct jin *keys = NULL;
  TRY(read_word(r, "token_endpoint_auth_method", methods, &method));
  c->auth_method = (enum oidc_client_auth)(method + 1);
  TRY(jin_text_optional(r->root, "tls_client_auth_subject_dn", URI_BYTES_MAX, &c->tls_subject_dn));
  TRY(jin_text_optional(r->root, "tls_client_auth_san_dns", TEXT_BYTES_MAX, &c->tls_san_dns));
  TRY(read_address(r, "jwks_uri", &c->jwks_uri));
  if (jin_has(r->root, "jwks")) {
    TRY(jin_object(r->root, "jwks", &keys));
    TRY(oidc_client_keys_write(keys, r->arena, &c->jwks));
  }
  if (c->jwks.len > KEYS_BYTES_MAX || (c->jwks.len > 0 && c->jwks_uri.len > 0)) { /* [RFC7591 2 MUST NOT] both */
    return jin_refuse_field(r->root, "jwks", "is too long, or stands beside jwks_uri");
  }
  TRY(jin_bool_optional(r->root, "dpop_bound_access_tokens", &c->dpop_bound_access_tokens));
  return jin_bool_optional(r->root, "tls_client_certificate_bound_access_tokens", &c->tls_bound_access_tokens);
}

static result read_flows(const struct reading *r) {
  struct oidc_client *c = r->client;
  static const char *const grants[] = {"authorization_code", "refresh_token", "client_credentials",
                                       "urn:ietf:params:oauth:grant-type:device_code", "urn:openid:params:grant-type:ciba", NULL};
  static const char *const modes[] = {"query", "query.jwt", "form_post", "form_post.jwt", NULL};
  static const char *const types[] = {"code", NULL};
  unsigned response_types = 1;
  unsigned response_modes = 0;
  c->grant_types = OIDC_GRANT_CODE;
  TRY(read_set(r, "grant_types", grants, &c->grant_types));
  TRY(read_set(r, "response_types", types, &response_types));
  TRY(read_set(r, "response_modes", modes, &response_modes));
  c->response_modes = response_modes << OIDC_MODE_QUERY;
  if (!jin_has(r->root, "response_modes")) {
    c->response_modes = c->profile == OIDC_FAPI2_MESSAGE_SIGNING ? 1U << OIDC_MODE_QUERY_JWT
                                                                 : 1U << OIDC_MODE_QUERY | 1U << OIDC_MODE_QUERY_JWT | 1U << OIDC_MODE_FORM_POST;
  }
  TRY(read_addresses(r, "redirect_uris", &c->redirect_uris));
  TRY(read_addresses(r, "post_logout_redirect_uris", &c->post_logout_redirect_uris));
  TRY(read_address(r, "backchannel_logout_uri", &c->backchannel_logout_uri));
  bool ignored = true; /* the session is always named */
  TRY(jin_bool_optional(r->root, "backchannel_logout_session_required", &ignored));
  TRY(jin_bool_optional(r->root, "require_pushed_authorization_requests", &c->require_par));
  TRY(jin_bool_optional(r->root, "require_signed_request_object", &c->require_signed_request_object));
  if (((c->grant_types & OIDC_GRANT_CODE) != 0) != (c->redirect_uris.count > 0)) {
    return jin_refuse_field(r->root, "redirect_uris", "is needed for authorization_code, and for it alone");
  }
  return OK;
}

static result read_ciba(const struct reading *r) {
  struct oidc_client *c = r->client;
  static const char *const modes[] = {"poll", "ping", NULL};
  size_t mode = 0;
  TRY(read_word(r, "backchannel_token_delivery_mode", modes, &mode));
  TRY(read_address(r, "backchannel_client_notification_endpoint", &c->ciba_notification_endpoint));
  bool ignored = false; /* [CIBA 4]: it applies only where the provider takes user codes, and we announce none */
  TRY(jin_bool_optional(r->root, "backchannel_user_code_parameter", &ignored));
  if ((c->grant_types & OIDC_GRANT_CIBA) != 0) {
    c->ciba_mode = mode == 0 ? OIDC_CIBA_POLL : OIDC_CIBA_PING;
  }
  if ((c->ciba_mode == OIDC_CIBA_PING) != (c->ciba_notification_endpoint.len > 0)) { /* [CIBA 4 REQUIRED] */
    return jin_refuse_field(r->root, "backchannel_client_notification_endpoint", "belongs to the delivery mode ping, and is needed there");
  }
  return OK;
}

/* Scopes of sign-in are every client's; what remains are those of other APIs. */
static result read_scopes(const struct reading *r) {
  struct slice rest = {0};
  TRY(jin_text_optional(r->root, "scope", URI_BYTES_MAX, &rest));
  struct slice *items = ARENA_ARRAY(r->arena, struct slice, rest.len / 2 + 1);
  size_t count = 0;
  while (rest.len > 0) {
    struct slice word = slice_cut(&rest, ' ');
    if (word.len > 0 && !oidc_scope_is_ours(word)) {
      items[count++] = word;
    }
  }
  r->client->scopes = (struct oidc_texts){items, count};
  return read_texts(r, "danh_resources", &r->client->resources);
}

static result read_use(const struct reading *r, const struct jin *item, struct oidc_attribute_use *ret_use) {
  const struct jin *use = NULL;
  struct slice name = {0};
  TRY(jin_as_object(item, &use));
  TRY(jin_fields(use, (const char *const[]){"name", "purpose", "purpose#en", "required", NULL}));
  TRY(jin_text(use, "name", TEXT_BYTES_MAX, &name));
  TRY(jin_text(use, "purpose", TEXT_BYTES_MAX, &ret_use->purpose.vi));
  TRY(jin_text_optional(use, "purpose#en", TEXT_BYTES_MAX, &ret_use->purpose.en));
  TRY(jin_bool_optional(use, "required", &ret_use->is_required));
  ret_use->attribute = oidc_attribute_find(name);
  uint64_t bit = ret_use->attribute == OIDC_ATTRIBUTE_COUNT ? 0 : OIDC_ATTRIBUTE_BIT(ret_use->attribute);
  if (bit == 0 || (r->client->attributes & bit) != 0) {
    return jin_refuse_field(use, "name", "is no attribute, or named twice");
  }
  r->client->attributes |= bit;
  r->client->attributes_required |= ret_use->is_required ? bit : 0;
  return OK;
}

static result read_attributes(const struct reading *r) {
  const struct jin *list = NULL;
  if (!jin_has(r->root, "danh_attributes")) {
    return OK;
  }
  TRY(jin_list(r->root, "danh_attributes", OIDC_ATTRIBUTE_COUNT, &list));
  struct oidc_attribute_use *uses = ARENA_ARRAY(r->arena, struct oidc_attribute_use, list->count + 1);
  for (size_t i = 0; i < list->count; i++) {
    TRY(read_use(r, &list->items[i], &uses[i]));
  }
  r->client->uses = uses;
  r->client->use_count = list->count;
  return OK;
}

static result read_levels(const struct reading *r) {
  struct oidc_client *c = r->client;
  struct oidc_texts defaults = {0};
  int64_t least = 1;
  int64_t days = CONSENT_DAYS;
  TRY(jin_int_optional(r->root, "danh_acr_min", 1, 4, &least));
  TRY(jin_int_optional(r->root, "danh_consent_days", 1, CONSENT_DAYS, &days));
  TRY(jin_bool_optional(r->root, "danh_claims_in_id_token", &c->id_token_has_claims));
  TRY(read_texts(r, "default_acr_values", &defaults));
  for (size_t i = 0; i < defaults.count; i++) {
    int level = account_acr_find(defaults.items[i]);
    if (level == 0) {
      return jin_refuse_field(r->root, "default_acr_values", "names a level that is none of ours");
    }
    c->acr_default = c->acr_default == 0 || level < c->acr_default ? level : c->acr_default;
  }
  if (jin_has(r->root, "danh_passkeys")) {
    const struct jin *rule = NULL;
    TRY(jin_object(r->root, "danh_passkeys", &rule));
    TRY(oidc_passkey_rule_read(rule, r->arena, &c->passkeys));
  }
  c->acr_min = (int)least;
  c->consent_days = (int)days;
  return OK;
}

/* Who signs in: people, unless it says otherwise. What only an organisation has is asked of nobody else. */
static result read_accepts(const struct reading *r) {
  struct oidc_client *c = r->client;
  static const char *const kinds[] = {"person", "organisation", NULL};
  unsigned set = 1;
  TRY(read_set(r, "danh_accepts", kinds, &set));
  c->takes_people = (set & 1) != 0;
  c->takes_organisations = (set & 2) != 0;
  if (set == 0) {
    return jin_refuse_field(r->root, "danh_accepts", "names nobody");
  }
  if (!c->takes_organisations && (c->attributes & OIDC_OF_ORGANISATION) != 0) {
    return jin_refuse_field(r->root, "danh_accepts", "has no organisation, and an attribute of one is asked for");
  }
  if (!c->takes_people && (c->grant_types & OIDC_GRANT_CIBA) != 0) {
    return jin_refuse_field(r->root, "danh_accepts", "has no person, whom a counter asks for");
  }
  return OK;
}

/* Pairwise subjects: clients of one host see one subject [OIDC Core 8.1]. Loopback is everybody's, so a native client is a sector of its own. */
static result read_sector(const struct reading *r) {
  struct oidc_client *c = r->client;
  struct oidc_uri first;
  struct oidc_uri uri;
  TRY(jin_text_optional(r->root, "danh_sector", TEXT_BYTES_MAX, &c->sector));
  if (c->sector.len > 0 || c->redirect_uris.count == 0 || !oidc_uri_parse(c->redirect_uris.items[0], &first) || oidc_uri_is_loopback(&first)) {
    return OK; /* the client's own, once it has an id */
  }
  for (size_t i = 1; i < c->redirect_uris.count; i++) {
    if (!oidc_uri_parse(c->redirect_uris.items[i], &uri) || !slice_eq(uri.host, first.host)) { /* [OIDC Core 8.1 MUST] */
      return jin_refuse_field(r->root, "danh_sector", "is needed: redirect_uris lie on several hosts");
    }
  }
  c->sector = first.host;
  return OK;
}

/* Members without meaning for us, but of the standards: held to their type. */
static result read_rest(const struct reading *r) {
  static const char *const texts[] = {"client_uri", "policy_uri", "tos_uri", "software_id", "software_version", NULL};
  struct slice ignored = {0};
  struct oidc_texts contacts = {0};
  for (size_t i = 0; texts[i] != NULL; i++) {
    TRY(jin_text_optional(r->root, texts[i], URI_BYTES_MAX, &ignored));
  }
  return read_texts(r, "contacts", &contacts);
}

/* [FAPI2-SP 5.3.2.1 SHALL] F9 confidential, F10 sender-constrained, F11 private_key_jwt or mutual TLS; F20 pushed requests only. */
static result check_profile(const struct reading *r) {
  struct oidc_client *c = r->client;
  bool is_fapi = c->profile != OIDC_BASELINE;
  bool is_strong = c->auth_method >= OIDC_AUTH_PRIVATE_KEY_JWT;
  bool needs_keys = c->auth_method == OIDC_AUTH_PRIVATE_KEY_JWT || c->auth_method == OIDC_AUTH_SELF_SIGNED_TLS;
  c->require_par |= is_fapi;
  c->require_signed_request_object |= c->profile == OIDC_FAPI2_MESSAGE_SIGNING; /* [FAPI2-MS 5.3.1 SHALL] */
  if (is_fapi && (!is_strong || !(c->dpop_bound_access_tokens || c->tls_bound_access_tokens))) {
    return jin_refuse_field(r->root, "danh_profile", "asks for private_key_jwt or mutual TLS, and for bound access tokens");
  }
  if ((needs_keys || c->require_signed_request_object) && c->jwks.len == 0 && c->jwks_uri.len == 0) {
    return jin_refuse_field(r->root, "jwks", "is needed, or jwks_uri: something of this client is signed");
  }
  if (c->auth_method == OIDC_AUTH_TLS && (c->tls_subject_dn.len > 0) == (c->tls_san_dns.len > 0)) { /* [RFC8705 2.1.2 MUST] exactly one */
    return jin_refuse_field(r->root, "tls_client_auth_subject_dn", "or tls_client_auth_san_dns, one of them, is needed");
  }
  if (c->auth_method == OIDC_AUTH_NONE && (!c->is_native || (c->grant_types & (OIDC_GRANT_CLIENT_CREDENTIALS | OIDC_GRANT_CIBA)) != 0)) {
    return jin_refuse_field(r->root, "token_endpoint_auth_method", "none is for native clients, and not for those grant types");
  }
  return OK;
}

result oidc_client_read(const struct jin *root, struct arena *arena, struct oidc_client *ret_client) {
  struct oidc_client client = {.status = OIDC_CLIENT_ACTIVE};
  const struct reading reading = {root, arena, &client};
  static result (*const parts[])(const struct reading *) = {read_identity, read_signing,    read_authentication, read_flows, read_ciba, read_scopes,
                                                            read_attributes, read_accepts, read_levels, read_sector, read_rest, check_profile};
  TRY(jin_fields(root, known));
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    TRY(parts[i](&reading));
  }
  *ret_client = client;
  return OK;
}

/* ---- keys by value: checked for what they are, kept as they came ---- */

result oidc_client_keys_write(const struct jin *keys, struct arena *arena, struct slice *ret_text) {
  struct jose_jwks parsed;
  if (!is_ok(jose_jwks_parse(keys, arena, &parsed)) || parsed.count == 0) { /* a private key has no business here, and a shared one neither */
    return jin_refuse(keys, "holds no public key we take, or one that is not public");
  }
  struct buf text;
  struct jout out;
  buf_init(&text, arena, 1024);
  jout_init(&out, &text);
  oidc_value_write(keys, &out);
  *ret_text = buf_slice(&text);
  return OK;
}
