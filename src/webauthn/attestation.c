#include "webauthn/attestation.h"

static result none_verify(const struct webauthn_statement *statement) {
  if (statement->map->count != 0) { /* [WebAuthn 8.7] an empty map */
    FAIL(WEBAUTHN_ATTESTATION_WRONG, "format none with a statement");
  }
  return OK;
}

enum path { PATH_NONE, PATH_OPTIONAL, PATH_REQUIRED };

/* The formats of 8 that are known here. A second opinion is asked for where libfido2 knows the format. */
static const struct format {
  const char *name;
  enum path path;
  bool is_known_to_fido;
  result (*verify)(const struct webauthn_statement *statement);
} formats[] = {
    {"none", PATH_NONE, false, none_verify},
    {"packed", PATH_OPTIONAL, true, webauthn_packed_verify},
    {"tpm", PATH_REQUIRED, true, webauthn_tpm_verify},
    {"fido-u2f", PATH_REQUIRED, true, webauthn_u2f_verify},
    {"apple", PATH_REQUIRED, false, webauthn_apple_verify},
    {"android-key", PATH_REQUIRED, false, webauthn_android_verify},
};

result webauthn_statement_members(const struct webauthn_statement *statement, const char *const *names) {
  size_t count = 0;
  for (; names[count] != NULL; count++) {
    if (cin_find(statement->map, names[count]) == NULL) {
      FAIL(WEBAUTHN_ATTESTATION_WRONG, "statement without %s", names[count]);
    }
  }
  if (statement->map->count != count) {
    FAIL(WEBAUTHN_ATTESTATION_WRONG, "statement with a member that its format does not know");
  }
  return OK;
}

result webauthn_statement_scheme(const struct webauthn_statement *statement, enum verifier_scheme *ret_scheme) {
  const struct cin *algorithm = NULL;
  if (!is_ok(cin_expect(statement->map, "alg", CIN_INT, &algorithm)) ||
      !webauthn_scheme_of(algorithm->number, ret_scheme)) {
    FAIL(WEBAUTHN_ATTESTATION_WRONG, "statement signed with an algorithm that is not known here");
  }
  return OK;
}

result webauthn_statement_bytes(const struct webauthn_statement *statement, const char *name, struct slice *ret_bytes) {
  const struct cin *value = NULL;
  if (!is_ok(cin_expect(statement->map, name, CIN_BYTES, &value))) {
    FAIL(WEBAUTHN_ATTESTATION_WRONG, "statement without %s", name);
  }
  *ret_bytes = value->bytes;
  return OK;
}

result webauthn_statement_signature(const struct webauthn_statement *statement, enum verifier_scheme scheme,
                                    const struct slice message[static 2]) {
  struct verifier *verifier CLEANUP(verifier_free) = NULL;
  struct slice signature = {0};
  TRY(webauthn_statement_bytes(statement, "sig", &signature));
  if (!is_ok(verifier_load(statement->certificate.spki, &verifier)) ||
      !is_ok(verifier_check(verifier, scheme, message, signature))) {
    FAIL(WEBAUTHN_ATTESTATION_WRONG, "the statement's signature does not match");
  }
  return OK;
}

/* id-fido-gen-ce-aaguid: an OCTET STRING within the extension's [WebAuthn 8.2.1 MUST; WebAuthn 8.2; WebAuthn 8.3] */
result webauthn_statement_model(const struct webauthn_statement *statement) {
  struct attested_extension extension;
  if (!attested_find_extension(&statement->certificate, "1.3.6.1.4.1.45724.1.1.4", &extension)) {
    return OK;
  }
  struct slice value = extension.value;
  bool is_octets =
      value.len == 2 + WEBAUTHN_AAGUID_BYTES && value.ptr[0] == 0x04 && value.ptr[1] == WEBAUTHN_AAGUID_BYTES;
  if (extension.is_critical || !is_octets || !slice_eq(slice_from(value, 2), statement->auth_data->aaguid)) {
    FAIL(WEBAUTHN_ATTESTATION_WRONG, "the certificate is of another model");
  }
  return OK;
}

static result read_path(struct webauthn_statement *statement) {
  const struct cin *list = NULL;
  if (!is_ok(cin_expect(statement->map, "x5c", CIN_LIST, &list)) || list->count == 0 ||
      list->count > WEBAUTHN_PATH_MAX) {
    FAIL(WEBAUTHN_ATTESTATION_WRONG, "x5c is no list of certificates");
  }
  for (size_t i = 0; i < list->count; i++) {
    if (list->items[i].type != CIN_BYTES) {
      FAIL(WEBAUTHN_ATTESTATION_WRONG, "x5c holds something else than bytes");
    }
    statement->path[i] = list->items[i].bytes;
  }
  if (!is_ok(attested_parse(statement->path[0], &statement->certificate))) {
    FAIL(WEBAUTHN_ATTESTATION_WRONG, "x5c begins with something else than a certificate");
  }
  statement->path_count = list->count;
  return OK;
}

result webauthn_statement_verify(struct webauthn_statement *statement, enum webauthn_attestation *ret_attestation) {
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
    const struct format *format = &formats[i];
    if (!slice_is(statement->format, format->name)) { /* [WebAuthn 7.1 step 21 MUST] case-sensitive */
      continue;
    }
    bool has_path = cin_find(statement->map, "x5c") != NULL;
    if (has_path || format->path == PATH_REQUIRED) {
      TRY(read_path(statement));
    }
    TRY(format->verify(statement)); /* [WebAuthn 7.1 step 22 MUST] */
    if (format->is_known_to_fido) {
      TRY(webauthn_fido_verify(statement));
    }
    *ret_attestation = format->path == PATH_NONE ? WEBAUTHN_ATTESTATION_NONE
                       : has_path                ? WEBAUTHN_ATTESTATION_CERTIFIED
                                                 : WEBAUTHN_ATTESTATION_SELF;
    return OK;
  }
  FAIL(WEBAUTHN_FORMAT_UNKNOWN, "attestation format is not known here");
}
