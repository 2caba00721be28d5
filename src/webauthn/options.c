#include "codec/base64url.h"
#include "codec/jout.h"
#include "webauthn/webauthn.h"

static void put_bytes(struct jout *out, const char *name, struct slice bytes) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  jout_put_text(out, name, base64url_write(&arena, bytes));
}

static void put_credentials(struct jout *out, const char *name, const struct webauthn_known_credential *credentials,
                            size_t count) {
  jout_put_list(out, name);
  for (size_t i = 0; i < count; i++) {
    struct slice words = credentials[i].transports;
    jout_object(out);
    jout_put_str(out, "type", "public-key");
    put_bytes(out, "id", credentials[i].id);
    if (!slice_empty(words)) {
      jout_put_list(out, "transports");
      while (!slice_empty(words)) {
        jout_text(out, slice_cut(&words, ' '));
      }
      jout_list_end(out);
    }
    jout_object_end(out);
  }
  jout_list_end(out);
}

static void put_algorithms(struct jout *out) {
  static const enum webauthn_algorithm offered[] = {WEBAUTHN_ES256, WEBAUTHN_EDDSA, WEBAUTHN_RS256};
  jout_put_list(out, "pubKeyCredParams");
  for (size_t i = 0; i < sizeof offered / sizeof *offered; i++) {
    jout_object(out);
    jout_put_str(out, "type", "public-key");
    jout_put_int(out, "alg", offered[i]);
    jout_object_end(out);
  }
  jout_list_end(out);
}

static const char *verification_word(const struct webauthn_expected *expected) {
  return expected->user_verification_required ? "required" : "preferred";
}

static void put_selection(struct jout *out, const struct webauthn_creation *creation) {
  jout_put_object(out, "authenticatorSelection");
  if (creation->is_security_key) {
    jout_put_str(out, "authenticatorAttachment", "cross-platform");
  }
  jout_put_str(out, "residentKey", creation->is_security_key ? "preferred" : "required");
  jout_put_bool(out, "requireResidentKey",
                !creation->is_security_key); /* for browsers of Level 1 [WebAuthn 5.4.4 SHOULD] */
  jout_put_str(out, "userVerification", verification_word(creation->expected));
  jout_object_end(out);
}

void webauthn_creation_write(const struct webauthn_creation *creation, struct buf *out_json) {
  struct jout out;
  jout_init(&out, out_json);
  jout_object(&out);
  jout_put_object(&out, "rp");
  jout_put_text(&out, "id", creation->expected->party->id);
  jout_put_text(&out, "name", creation->party_name);
  jout_object_end(&out);
  jout_put_object(&out, "user");
  put_bytes(&out, "id", creation->user_handle);
  jout_put_text(&out, "name", creation->user_name);
  jout_put_text(&out, "displayName", creation->user_display_name);
  jout_object_end(&out);
  put_bytes(&out, "challenge", creation->expected->challenge);
  put_algorithms(&out);
  jout_put_int(&out, "timeout", creation->timeout_ms);
  put_credentials(&out, "excludeCredentials", creation->exclude, creation->exclude_count);
  put_selection(&out, creation);
  jout_put_str(&out, "attestation", creation->is_attested ? "direct" : "none");
  jout_put_object(&out, "extensions");
  jout_put_bool(&out, "credProps", true);
  jout_object_end(&out);
  jout_object_end(&out);
}

void webauthn_request_write(const struct webauthn_request *request, struct buf *out_json) {
  struct jout out;
  jout_init(&out, out_json);
  jout_object(&out);
  put_bytes(&out, "challenge", request->expected->challenge);
  jout_put_int(&out, "timeout", request->timeout_ms);
  jout_put_text(&out, "rpId", request->expected->party->id);
  put_credentials(&out, "allowCredentials", request->allow, request->allow_count);
  jout_put_str(&out, "userVerification", verification_word(request->expected));
  jout_object_end(&out);
}
