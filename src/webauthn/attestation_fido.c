/* The second opinion of libfido2 on the formats it knows. It reads some shapes alone: RSA keys of 2,048 bits with an
 * exponent of three bytes, and of TPMs what Windows writes (a policy and names of SHA-256). For other shapes the
 * verification here stands alone. */
#include <fido.h>

#include "webauthn/attestation.h"

enum { RSA_MODULUS_BYTES = 256, RSA_EXPONENT_BYTES = 3 };
/* Offsets and lengths of the TPM's structures with SHA-256 names; see attestation_tpm.c. */
enum {
  TPM_POLICY_LENGTH_AT = 8,
  TPM_POLICY_BYTES = 32,
  TPM_SIGNER_LENGTH_AT = 6,
  TPM_NAME_BYTES = 34,
  TPM_CERT_INFO_BYTES = 161
};

static void free_credential(fido_cred_t **credential) {
  fido_cred_free(credential);
}

static bool is_length_at(struct slice bytes, size_t at, size_t length) {
  return bytes.len >= at + 2 && ((size_t)bytes.ptr[at] << 8 | bytes.ptr[at + 1]) == length;
}

static bool is_shape_read(const struct webauthn_statement *statement) {
  const struct cin *area = cin_find(statement->map, "pubArea");
  const struct cin *info = cin_find(statement->map, "certInfo");
  const struct cin *modulus = cin_find_int(statement->auth_data->public_key, -1);
  const struct cin *exponent = cin_find_int(statement->auth_data->public_key, -2);
  if (statement->key->algorithm == WEBAUTHN_RS256 &&
      (modulus->bytes.len != RSA_MODULUS_BYTES || exponent->bytes.len != RSA_EXPONENT_BYTES)) {
    return false;
  }
  return area == NULL ||
         (is_length_at(area->bytes, TPM_POLICY_LENGTH_AT, TPM_POLICY_BYTES) && info->bytes.len == TPM_CERT_INFO_BYTES &&
          is_length_at(info->bytes, TPM_SIGNER_LENGTH_AT, TPM_NAME_BYTES));
}

/* It holds the extensions against those it would have asked for: told of what is there, which auth_data.c has judged. */
static int set_extensions(fido_cred_t *credential, const struct cin *extensions) {
  const struct cin *protection = extensions == NULL ? NULL : cin_find(extensions, "credProtect");
  return protection == NULL ? FIDO_OK : fido_cred_set_prot(credential, (int)protection->number);
}

result webauthn_fido_verify(const struct webauthn_statement *statement) {
  if (!is_shape_read(statement)) {
    return OK;
  }
  fido_init(0); /* settings of this thread */
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  fido_cred_t *credential CLEANUP(free_credential) = fido_cred_new();
  const struct slice *parts = statement->signed_parts;
  struct slice map = statement->map->whole;
  bool is_set = credential != NULL && fido_cred_set_type(credential, statement->key->algorithm) == FIDO_OK &&
                fido_cred_set_rp(credential, arena_cstr(&arena, statement->party_id), NULL) == FIDO_OK &&
                fido_cred_set_clientdata_hash(credential, parts[1].ptr, parts[1].len) == FIDO_OK &&
                fido_cred_set_authdata_raw(credential, parts[0].ptr, parts[0].len) == FIDO_OK &&
                set_extensions(credential, statement->auth_data->extensions) == FIDO_OK &&
                fido_cred_set_fmt(credential, arena_cstr(&arena, statement->format)) == FIDO_OK &&
                fido_cred_set_attstmt(credential, map.ptr, map.len) == FIDO_OK;
  int verdict = !is_set                     ? FIDO_ERR_INVALID_ARGUMENT
                : statement->path_count > 0 ? fido_cred_verify(credential)
                                            : fido_cred_verify_self(credential);
  if (verdict != FIDO_OK) {
    FAIL(WEBAUTHN_ATTESTATION_WRONG, "libfido2: %s", fido_strerr(verdict));
  }
  return OK;
}
