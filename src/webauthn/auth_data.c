/* Authenticator data [WebAuthn 6.1]:
 *
 *   32 rpIdHash | 1 flags | 4 signCount | 16 aaguid | 2 length L | L credentialId | COSE_Key | map of extensions
 *                                         `------------ with the flag AT ---------------'  `- with the flag ED -'
 */
#include "webauthn/ceremony.h"

enum { FIXED_BYTES = 37, ATTESTED_FIXED_BYTES = 18 };

static result read_cbor(struct slice *rest, enum cin_type type, struct arena *arena, const struct cin **ret_value) {
  const struct cin *value = NULL;
  if (!is_ok(cin_next(arena, rest, &value)) || value->type != type) { /* [WebAuthn 6.5.1 MUST] canonical */
    FAIL(WEBAUTHN_AUTH_DATA_SYNTAX, "key or extensions are not canonical CBOR");
  }
  *ret_value = value;
  return OK;
}

static result read_attested(struct slice *rest, struct arena *arena, struct webauthn_auth_data *auth_data) {
  if (rest->len < ATTESTED_FIXED_BYTES) {
    FAIL(WEBAUTHN_AUTH_DATA_SYNTAX, "attested credential data cut short");
  }
  size_t length = (size_t)rest->ptr[16] << 8 | rest->ptr[17];
  auth_data->aaguid = slice_sub(*rest, 0, WEBAUTHN_AAGUID_BYTES);
  *rest = slice_from(*rest, ATTESTED_FIXED_BYTES);
  if (length == 0 || length > WEBAUTHN_CREDENTIAL_ID_BYTES_MAX) { /* [WebAuthn 6.5.1 MUST; WebAuthn 7.1 step 25 MUST] */
    FAIL(WEBAUTHN_CREDENTIAL_ID_LENGTH, "%zu bytes", length);
  }
  if (rest->len < length) {
    FAIL(WEBAUTHN_AUTH_DATA_SYNTAX, "credential id cut short");
  }
  auth_data->id = slice_sub(*rest, 0, length);
  *rest = slice_from(*rest, length);
  return read_cbor(rest, CIN_MAP, arena, &auth_data->public_key);
}

result webauthn_auth_data_parse(struct slice bytes, struct arena *arena, struct webauthn_auth_data *ret_auth_data) {
  if (bytes.len < FIXED_BYTES) {
    FAIL(WEBAUTHN_AUTH_DATA_SYNTAX, "%zu bytes of authenticator data", bytes.len);
  }
  const uint8_t *at = bytes.ptr + DIGEST_BYTES + 1;
  struct webauthn_auth_data read = {
      .bytes = bytes,
      .party_hash = slice_sub(bytes, 0, DIGEST_BYTES),
      .flags = bytes.ptr[DIGEST_BYTES],
      .counter = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3],
  };
  struct slice rest = slice_from(bytes, FIXED_BYTES);
  if (read.flags & WEBAUTHN_ATTESTED) {
    TRY(read_attested(&rest, arena, &read));
  }
  if (read.flags & WEBAUTHN_EXTENDED) {
    TRY(read_cbor(&rest, CIN_MAP, arena, &read.extensions));
  }
  if (rest.len > 0) { /* [WebAuthn 6.1] its length follows from its flags */
    FAIL(WEBAUTHN_AUTH_DATA_SYNTAX, "%zu bytes after the authenticator data", rest.len);
  }
  *ret_auth_data = read;
  return OK;
}

/* We ask authenticators for no extension [WebAuthn 7.1 step 28 MUST; WebAuthn 7.2 step 23 MUST]. Browsers ask security keys for
 * credProtect when a credential shall be discoverable: one number, the level of protection. */
static result check_extensions(const struct cin *extensions) {
  for (size_t i = 0; extensions != NULL && i < extensions->count; i++) {
    const struct cin *name = &extensions->items[2 * i];
    if (name->type != CIN_TEXT || !slice_is(name->bytes, "credProtect") ||
        extensions->items[2 * i + 1].type != CIN_INT) {
      FAIL(WEBAUTHN_EXTENSION_UNASKED, "an authenticator extension that was not asked for");
    }
  }
  return OK;
}

result webauthn_auth_data_check(const struct webauthn_expected *expected, const struct webauthn_auth_data *auth_data) {
  uint8_t hash[DIGEST_BYTES];
  digest_sha256(expected->party->id, hash);
  if (!slice_eq(auth_data->party_hash,
                slice_of(hash, sizeof hash))) { /* [WebAuthn 7.1 step 14 MUST; WebAuthn 7.2 step 15 MUST] */
    FAIL(WEBAUTHN_PARTY_WRONG, "made for another relying party");
  }
  if (!(auth_data->flags &
        WEBAUTHN_USER_PRESENT)) { /* [WebAuthn 7.1 step 15 MUST; WebAuthn 7.2 step 16 MUST]: conditional creation is never asked for */
    FAIL(WEBAUTHN_USER_ABSENT, "nobody was present");
  }
  /* [WebAuthn 7.1 step 16 MUST; WebAuthn 7.2 step 17 MUST] */
  if (expected->user_verification_required && !(auth_data->flags & WEBAUTHN_USER_VERIFIED)) {
    FAIL(WEBAUTHN_USER_UNVERIFIED, "user verification was required");
  }
  /* [WebAuthn 7.1 step 17 MUST; WebAuthn 7.2 step 18 MUST] */
  if (!(auth_data->flags & WEBAUTHN_BACKUP_ELIGIBLE) && auth_data->flags & WEBAUTHN_BACKED_UP) {
    FAIL(WEBAUTHN_BACKUP_WRONG, "backed up, yet not eligible");
  }
  return check_extensions(auth_data->extensions);
}
