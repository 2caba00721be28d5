/* Attestation by phones: android-key and apple. Both put the ceremony's hash into a certificate of the credential's key. */
#include "codec/der.h"
#include "webauthn/attestation.h"

static result check_same_key(const struct webauthn_statement *statement) {
  if (!slice_eq(statement->certificate.spki, statement->spki)) {
    FAIL(WEBAUTHN_ATTESTATION_WRONG, "the certificate is of another key than the credential");
  }
  return OK;
}

/* ---- apple ---- */

/* SEQUENCE { [1] EXPLICIT OCTET STRING } */
static result read_nonce(struct slice value, struct slice *ret_nonce) {
  struct slice content = {0};
  struct slice explicit = {0};
  TRY(der_expect(&value, DER_SEQUENCE, &content));
  TRY(der_end(value));
  TRY(der_expect(&content, DER_CONTEXT_CONSTRUCTED(1), &explicit));
  TRY(der_end(content));
  TRY(der_expect(&explicit, DER_OCTET_STRING, ret_nonce));
  return der_end(explicit);
}

/* [WebAuthn 8.8 MUST] */
result webauthn_apple_verify(const struct webauthn_statement *statement) {
  uint8_t nonce[DIGEST_BYTES];
  struct attested_extension extension;
  struct slice certified = {0};
  TRY(webauthn_statement_members(statement, (const char *const[]){"x5c", NULL}));
  struct digest_stream stream CLEANUP(digest_free) = {0};
  digest_begin(&stream);
  digest_add(&stream, statement->signed_parts[0]);
  digest_add(&stream, statement->signed_parts[1]);
  digest_end(&stream, nonce);
  if (!attested_find_extension(&statement->certificate, "1.2.840.113635.100.8.2", &extension) ||
      !is_ok(read_nonce(extension.value, &certified)) || !slice_eq(certified, slice_of(nonce, sizeof nonce))) {
    FAIL(WEBAUTHN_ATTESTATION_WRONG, "the certificate is of another ceremony");
  }
  return check_same_key(statement);
}

/* ---- android-key ---- */

/* Tags of an AuthorizationList, and the values wanted of them: made in the device, to sign. */
enum { TAG_PURPOSE = 1, TAG_ALL_APPLICATIONS = 600, TAG_ORIGIN = 702, KM_PURPOSE_SIGN = 2, KM_ORIGIN_GENERATED = 0 };

struct authorizations {
  bool all_applications;
  bool is_generated;
  bool may_sign;
};

/* The tag's number, which DER writes over several bytes above 30 [X690 8.1.2.4]; what remains begins with the length. */
static result read_tag(struct slice *rest, uint32_t *ret_number) {
  if (slice_empty(*rest) || (rest->ptr[0] & 0xE0) != 0xA0) {
    FAIL(WEBAUTHN_ATTESTATION_WRONG, "an authorization that is not tagged");
  }
  uint32_t number = rest->ptr[0] & 0x1F;
  *rest = slice_from(*rest, 1);
  if (number < 0x1F) {
    *ret_number = number;
    return OK;
  }
  number = 0;
  for (int i = 0; i < 3 && !slice_empty(*rest); i++) {
    uint8_t byte = rest->ptr[0];
    number = number << 7 | (byte & 0x7Fu);
    *rest = slice_from(*rest, 1);
    if (!(byte & 0x80)) {
      *ret_number = number;
      return OK;
    }
  }
  FAIL(WEBAUTHN_ATTESTATION_WRONG, "an authorization's tag");
}

/* The content behind a tag that is read: as that of an OCTET STRING would be. */
static result read_content(struct slice *rest, struct arena *arena, struct slice *ret_content) {
  uint8_t *copy = arena_alloc(arena, rest->len + 1);
  copy[0] = DER_OCTET_STRING;
  if (rest->len > 0) {
    memcpy(copy + 1, rest->ptr, rest->len);
  }
  struct slice tagged = slice_of(copy, rest->len + 1);
  TRY(der_expect(&tagged, DER_OCTET_STRING, ret_content));
  *rest = slice_from(*rest, rest->len - tagged.len);
  return OK;
}

/* SET OF INTEGER holds the number; alone, not beside others. */
static bool is_set_of(struct slice content, int64_t wanted) {
  struct slice set = {0};
  int64_t number = 0;
  return is_ok(der_expect(&content, DER_SET, &set)) && slice_empty(content) && is_ok(der_read_int(&set, &number)) &&
         slice_empty(set) && number == wanted;
}

static bool is_number(struct slice content, int64_t wanted) {
  int64_t number = 0;
  return is_ok(der_read_int(&content, &number)) && slice_empty(content) && number == wanted;
}

static result read_authorizations(struct slice list, struct authorizations *found) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  while (!slice_empty(list)) {
    uint32_t tag = 0;
    struct slice content = {0};
    TRY(read_tag(&list, &tag));
    TRY(read_content(&list, &arena, &content));
    found->all_applications = found->all_applications || tag == TAG_ALL_APPLICATIONS;
    found->may_sign = found->may_sign || (tag == TAG_PURPOSE && is_set_of(content, KM_PURPOSE_SIGN));
    found->is_generated = found->is_generated || (tag == TAG_ORIGIN && is_number(content, KM_ORIGIN_GENERATED));
  }
  return OK;
}

/* KeyDescription: version, security level, keymaster version, its security level, challenge, unique id, what software
 * enforces, what the trusted environment enforces. Only the last counts for purpose and origin. */
static result read_description(struct slice value, struct slice *ret_challenge, struct authorizations *ret_found) {
  struct slice content = {0};
  struct slice list = {0};
  struct der_item item;
  struct authorizations by_software = {0};
  struct authorizations found = {0};
  TRY(der_expect(&value, DER_SEQUENCE, &content));
  TRY(der_end(value));
  for (int i = 0; i < 4; i++) {
    TRY(der_next(&content, &item));
  }
  TRY(der_expect(&content, DER_OCTET_STRING, ret_challenge));
  TRY(der_next(&content, &item));
  TRY(der_expect(&content, DER_SEQUENCE, &list));
  TRY(read_authorizations(list, &by_software));
  TRY(der_expect(&content, DER_SEQUENCE, &list));
  TRY(read_authorizations(list, &found));
  TRY(der_end(content));
  found.all_applications = found.all_applications || by_software.all_applications;
  *ret_found = found;
  return OK;
}

/* [WebAuthn 8.4 MUST] */
result webauthn_android_verify(const struct webauthn_statement *statement) {
  enum verifier_scheme scheme = VERIFIER_ES256;
  struct attested_extension extension;
  struct slice challenge = {0};
  struct authorizations found = {0};
  TRY(webauthn_statement_members(statement, (const char *const[]){"alg", "sig", "x5c", NULL}));
  TRY(webauthn_statement_scheme(statement, &scheme));
  TRY(webauthn_statement_signature(statement, scheme, statement->signed_parts));
  TRY(check_same_key(statement));
  if (!attested_find_extension(&statement->certificate, "1.3.6.1.4.1.11129.2.1.17", &extension) ||
      !is_ok(read_description(extension.value, &challenge, &found))) {
    FAIL(WEBAUTHN_ATTESTATION_WRONG, "the certificate does not describe the key");
  }
  if (!slice_eq(challenge, statement->signed_parts[1])) {
    FAIL(WEBAUTHN_ATTESTATION_WRONG, "the certificate is of another ceremony");
  }
  if (found.all_applications || !found.is_generated || !found.may_sign) {
    FAIL(WEBAUTHN_ATTESTATION_WRONG, "the key is open to all applications, was brought in, or is for something else");
  }
  return OK;
}
