/* The register of relying parties for whoever runs the installation: list, one, new, replaced, switched off and on, a new secret. The writes are those of
 * `danh client`, with the operator's post in the ledger entry. */
#include "api/resources.h"
#include "api/words.h"
#include "base/number.h"
#include "oidc/oidc.h"

enum { PAGE_ROWS = 100, CLIENT_ID_BYTES_MAX = 64 };

static const struct api_word states[] = {{"active", "Đang kết nối", "Active"}, {"disabled", "Đã ngừng", "Switched off"}, {0}};
static const char *const profiles[] = {
    [OIDC_BASELINE] = "baseline", [OIDC_FAPI2] = "fapi2", [OIDC_FAPI2_MESSAGE_SIGNING] = "fapi2-message-signing"};
static const char *const methods[] = {
    [OIDC_AUTH_NONE] = "none",
    [OIDC_AUTH_SECRET_BASIC] = "client_secret_basic",
    [OIDC_AUTH_SECRET_POST] = "client_secret_post",
    [OIDC_AUTH_PRIVATE_KEY_JWT] = "private_key_jwt",
    [OIDC_AUTH_TLS] = "tls_client_auth",
    [OIDC_AUTH_SELF_SIGNED_TLS] = "self_signed_tls_client_auth",
};

static result require(struct api_call *call, enum access_act act) {
  const struct access_request request = {.act = act, .actor_id = call->session.person_id, .level = call->session.level, .post = &call->post};
  return access_require(call->env, &request);
}

/* ---- what is shown ---- */

static void put_words(struct jout *out, const char *name, const struct oidc_words *words) {
  jout_put_object(out, name);
  jout_put_text(out, "vi", words->vi);
  jout_put_text(out, "en", oidc_words_in(words, true));
  jout_object_end(out);
}

static void put_attribute(struct jout *out, enum oidc_attribute attribute) {
  jout_put_str(out, "name", oidc_attribute_name(attribute));
  jout_put_object(out, "label");
  jout_put_text(out, "vi", oidc_attribute_label(attribute, false));
  jout_put_text(out, "en", oidc_attribute_label(attribute, true));
  jout_object_end(out);
}

static void put_uses(struct jout *out, const struct oidc_client *client) {
  jout_put_list(out, "attributes");
  for (size_t i = 0; i < client->use_count; i++) {
    jout_object(out);
    put_attribute(out, client->uses[i].attribute);
    put_words(out, "purpose", &client->uses[i].purpose);
    jout_put_bool(out, "required", client->uses[i].is_required);
    jout_object_end(out);
  }
  jout_list_end(out);
}

/* Schema Client, without its braces. */
static result put_client(struct api_call *call, const struct oidc_client_row *row) {
  struct jout *out = &call->out;
  struct jin_doc doc;
  struct oidc_client client;
  const struct jin *metadata = NULL;
  jin_doc_init(&doc, call->arena, JIN_LIMITS_DEFAULT);
  TRY(jin_parse(&doc, row->metadata, &metadata));
  TRY(oidc_client_read(metadata, call->arena, &client));
  jout_put_text(out, "client_id", row->client_id);
  api_put_code_name(call, "status", states, row->status == OIDC_CLIENT_ACTIVE ? S("active") : S("disabled"));
  jout_put_bool(out, "dynamic", row->is_dynamic);
  jout_put_instant(out, "created_at", row->created_at_ms);
  jout_put_instant(out, "changed_at", row->changed_at_ms);
  jout_put_int(out, "version", row->version);
  put_words(out, "name", &client.name);
  put_words(out, "owner", &client.owner);
  put_words(out, "purpose", &client.purpose);
  jout_put_str(out, "profile", profiles[client.profile]);
  jout_put_str(out, "authentication", methods[client.auth_method]);
  jout_put_int(out, "level", client.acr_min);
  put_uses(out, &client);
  jout_put_list(out, "redirect_uris");
  for (size_t i = 0; i < client.redirect_uris.count; i++) {
    jout_text(out, client.redirect_uris.items[i]);
  }
  jout_list_end(out);
  return OK;
}

static result load_row(struct api_call *call, struct slice client_id, struct oidc_client_row *ret_row) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  return oidc_client_row_load(tx, call->arena, client_id, ret_row);
}

/* Schema ClientMade: the secret stands here and nowhere again. */
static result send_client(struct api_call *call, const struct oidc_client_made *made, int status) {
  struct oidc_client_row row;
  TRY(load_row(call, made->client_id, &row));
  struct jout *out = api_begin(call);
  jout_object(out);
  TRY(put_client(call, &row));
  jout_put_raw(out, "metadata", row.metadata);
  jout_put_text_or_null(out, "client_secret", made->secret);
  jout_object_end(out);
  api_send(call, status);
  return OK;
}

/* What a registration may ask for, as the citizen will read it. */
static void put_known_attributes(struct jout *out) {
  jout_put_list(out, "attributes");
  for (int i = 0; i < OIDC_ATTRIBUTE_COUNT; i++) {
    jout_object(out);
    put_attribute(out, (enum oidc_attribute)i);
    jout_object_end(out);
  }
  jout_list_end(out);
}

result api_clients_list(struct api_call *call) {
  struct url_form query;
  struct oidc_client_list list;
  TRY(require(call, ACCESS_CLIENT_VIEW));
  TRY(api_query(call, &query));
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(call->env->db, &tx));
    TRY(oidc_client_list(tx, call->arena, url_form_get(&query, "after"), PAGE_ROWS, &list));
  }
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_list(out, "items");
  for (size_t i = 0; i < list.count; i++) {
    jout_object(out);
    TRY(put_client(call, &list.items[i]));
    jout_object_end(out);
  }
  jout_list_end(out);
  jout_put_text_or_null(out, "next", list.count == PAGE_ROWS ? list.items[list.count - 1].client_id : (struct slice){0});
  put_known_attributes(out);
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}

result api_client_read(struct api_call *call) {
  TRY(require(call, ACCESS_CLIENT_VIEW));
  return send_client(call, &(const struct oidc_client_made){.client_id = http_param(call->http, "client_id")}, 200);
}

/* ---- writes ---- */

static struct account_actor actor_of(const struct api_call *call) { return (struct account_actor){call->session.person_id, api_role(call)}; }

/* If-Match: "7", the version that was read; without it a script replaces whatever there is. */
static result read_version(struct api_call *call, int64_t *ret_version) {
  struct slice text = http_header(&call->http->request, "If-Match");
  bool is_quoted = text.len > 2 && text.ptr[0] == '"' && text.ptr[text.len - 1] == '"';
  if (text.len == 0) {
    return OK;
  }
  if (!is_quoted || !is_ok(number_parse(slice_sub(text, 1, text.len - 2), ret_version)) || *ret_version <= 0) {
    FAIL(OIDC_CLIENT_CHANGED, "no version of ours");
  }
  return OK;
}

static result save(struct api_call *call, struct slice client_id, struct oidc_client_made *ret_made) {
  struct oidc_client_order order = {.actor = actor_of(call), .client_id = client_id, .replaces = client_id.len > 0};
  struct slice named = {0};
  TRY(require(call, ACCESS_CLIENT_REGISTER));
  TRY(read_version(call, &order.version));
  TRY(api_body(call, &order.metadata));
  order.metadata_text = call->http->request.body;
  TRY(jin_text_optional(order.metadata, "client_id", CLIENT_ID_BYTES_MAX, &named));
  if (order.replaces && named.len > 0 && !slice_eq(named, client_id)) {
    return jin_refuse_field(order.metadata, "client_id", "is another client's");
  }
  return oidc_client_save(call->env, call->arena, &order, ret_made);
}

result api_client_register(struct api_call *call) {
  struct oidc_client_made made;
  TRY(save(call, (struct slice){0}, &made));
  return send_client(call, &made, 201);
}

result api_client_replace(struct api_call *call) {
  struct oidc_client_made made;
  TRY(save(call, http_param(call->http, "client_id"), &made));
  return send_client(call, &made, 200);
}

/* The change that a call with an empty object asks for. */
static result read_change(struct api_call *call, struct oidc_client_change *ret_change) {
  const struct jin *root = NULL;
  TRY(require(call, ACCESS_CLIENT_REGISTER));
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){NULL}));
  *ret_change = (struct oidc_client_change){actor_of(call), http_param(call->http, "client_id")};
  return OK;
}

result api_client_disable(struct api_call *call) {
  struct oidc_client_change change;
  TRY(read_change(call, &change));
  TRY(oidc_client_disable(call->env, &change));
  return send_client(call, &(const struct oidc_client_made){.client_id = change.client_id}, 200);
}

result api_client_enable(struct api_call *call) {
  struct oidc_client_change change;
  TRY(read_change(call, &change));
  TRY(oidc_client_enable(call->env, &change));
  return send_client(call, &(const struct oidc_client_made){.client_id = change.client_id}, 200);
}

result api_client_secret(struct api_call *call) {
  struct oidc_client_change change;
  struct oidc_client_made made = {0};
  TRY(read_change(call, &change));
  made.client_id = change.client_id;
  TRY(oidc_client_secret_new(call->env, call->arena, &change, &made.secret));
  return send_client(call, &made, 200);
}
