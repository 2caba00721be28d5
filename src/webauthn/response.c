/* What PublicKeyCredential.toJSON() gives [WebAuthn 5.1]. Members that are not read here are left alone: browsers add some. */
#include "codec/base64url.h"
#include "codec/jin.h"
#include "webauthn/webauthn.h"

enum { RESPONSE_DEPTH_MAX = 8, RESPONSE_VALUES_MAX = 256, TRANSPORTS_MAX = 16 };

static const char *const transport_words[] = {"ble", "hybrid",     "internal",
                                              "nfc", "smart-card", "usb"}; /* [WebAuthn 5.8.4] */
enum { TRANSPORT_WORDS = sizeof transport_words / sizeof *transport_words };

static result read_bytes(const struct jin *object, const char *name, struct arena *arena, struct slice *ret_bytes) {
  struct slice text = {0};
  TRY(jin_text(object, name, WEBAUTHN_RESPONSE_BYTES_MAX, &text));
  return base64url_parse(text, arena, ret_bytes);
}

/* The parts both kinds share; `id` is said twice and has to be the same. */
static result read_credential(struct slice json, struct arena *arena, const struct jin **ret_root,
                              const struct jin **ret_response, struct slice *ret_id) {
  struct jin_doc *doc = ARENA_NEW(arena, struct jin_doc);
  const struct jin *root = NULL;
  struct slice text = {0};
  struct slice raw_id = {0};
  struct slice type = {0};
  jin_doc_init(doc, arena, (struct jin_limits){WEBAUTHN_RESPONSE_BYTES_MAX, RESPONSE_DEPTH_MAX, RESPONSE_VALUES_MAX});
  TRY(jin_parse(doc, json, &root));
  TRY(jin_text(root, "type", 32, &type));
  TRY(jin_text(root, "id", 2 * WEBAUTHN_CREDENTIAL_ID_BYTES_MAX, &text));
  TRY(jin_text(root, "rawId", 2 * WEBAUTHN_CREDENTIAL_ID_BYTES_MAX, &raw_id));
  TRY(jin_object(root, "response", ret_response));
  if (!slice_is(type, "public-key") || !slice_eq(text, raw_id)) { /* [WebAuthn 5.1] */
    FAIL(WEBAUTHN_RESPONSE_SYNTAX, "not a public-key credential with one id");
  }
  *ret_root = root;
  return base64url_parse(text, arena, ret_id);
}

static struct slice read_transports(const struct jin *response, struct arena *arena) {
  const struct jin *list = jin_find(response, "transports");
  bool found[TRANSPORT_WORDS] = {false};
  struct buf out;
  buf_init(&out, arena, 48);
  for (size_t i = 0; list != NULL && list->type == JIN_LIST && i < list->count && i < TRANSPORTS_MAX; i++) {
    size_t word = 0;
    /* [WebAuthn 5.8.4 MUST] words that are not known are ignored */
    if (is_ok(jin_as_word(&list->items[i],
                          (const char *const[]){"ble", "hybrid", "internal", "nfc", "smart-card", "usb", NULL},
                          &word))) {
      found[word] = true;
    }
  }
  for (size_t i = 0; i < TRANSPORT_WORDS; i++) {
    if (found[i]) {
      buf_append_str(&out, out.len > 0 ? " " : "");
      buf_append_str(&out, transport_words[i]);
    }
  }
  return buf_slice(&out);
}

/* Whether anything but `asked` (NULL: nothing) stands among the results. */
static bool has_unasked(const struct jin *results, const char *asked) {
  for (size_t i = 0; results != NULL && i < results->count; i++) {
    if (results->type != JIN_OBJECT || asked == NULL || !slice_is(results->items[i].name, asked)) {
      return true;
    }
  }
  return false;
}

static result read_registration(struct slice json, struct arena *arena, struct webauthn_registration *registration) {
  const struct jin *root = NULL;
  const struct jin *response = NULL;
  TRY(read_credential(json, arena, &root, &response, &registration->id));
  TRY(read_bytes(response, "clientDataJSON", arena, &registration->client_data));
  TRY(read_bytes(response, "attestationObject", arena, &registration->attestation_object));
  registration->transports = read_transports(response, arena);
  const struct jin *results = jin_find(root, "clientExtensionResults");
  registration->has_unasked_extension = has_unasked(results, "credProps");
  if (results != NULL && jin_has(results, "credProps")) { /* [WebAuthn 10.1.3] */
    const struct jin *properties = NULL;
    TRY(jin_object(results, "credProps", &properties));
    TRY(jin_bool_optional(properties, "rk", &registration->is_discoverable));
  }
  return OK;
}

result webauthn_registration_read(struct slice response_json, struct arena *arena,
                                  struct webauthn_registration *ret_registration) {
  struct webauthn_registration registration = {0};
  if (!is_ok(read_registration(response_json, arena, &registration))) {
    FAIL(WEBAUTHN_RESPONSE_SYNTAX, "not a registration response");
  }
  *ret_registration = registration;
  return OK;
}

static result read_assertion(struct slice json, struct arena *arena, struct webauthn_assertion *assertion) {
  const struct jin *root = NULL;
  const struct jin *response = NULL;
  struct slice handle = {0};
  TRY(read_credential(json, arena, &root, &response, &assertion->id));
  TRY(read_bytes(response, "clientDataJSON", arena, &assertion->client_data));
  TRY(read_bytes(response, "authenticatorData", arena, &assertion->authenticator_data));
  TRY(read_bytes(response, "signature", arena, &assertion->signature));
  TRY(jin_text_optional(response, "userHandle", 2 * WEBAUTHN_USER_HANDLE_BYTES_MAX, &handle));
  assertion->has_unasked_extension = has_unasked(jin_find(root, "clientExtensionResults"), NULL);
  return base64url_parse(handle, arena, &assertion->user_handle);
}

result webauthn_assertion_read(struct slice response_json, struct arena *arena,
                               struct webauthn_assertion *ret_assertion) {
  struct webauthn_assertion assertion = {0};
  if (!is_ok(read_assertion(response_json, arena, &assertion))) {
    FAIL(WEBAUTHN_RESPONSE_SYNTAX, "not an authentication response");
  }
  *ret_assertion = assertion;
  return OK;
}
