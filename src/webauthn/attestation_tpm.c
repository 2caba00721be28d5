/* Attestation by a Trusted Platform Module [WebAuthn 8.3]. Numbers are big-endian; "2B" is a length of two bytes and
 * that many bytes [TPM 2.0 Part 2 10.4.2].
 *
 *   pubArea, TPMT_PUBLIC:   2 type | 2 nameAlg | 4 attributes | 2B policy | parameters | unique
 *     RSA parameters:       2 symmetric | 2 scheme (2 its hash) | 2 bits | 4 exponent       unique: 2B modulus
 *     ECC parameters:       2 symmetric | 2 scheme (2 its hash) | 2 curve | 2 kdf (2 hash)  unique: 2B x | 2B y
 *   certInfo, TPMS_ATTEST:  4 magic | 2 type | 2B signer | 2B extraData | 17 clock | 8 firmware | 2B name | 2B qualified
 */
#include "codec/der.h"
#include "webauthn/attestation.h"

enum { TPM_GENERATED_VALUE = 0x544347, TPM_ST_ATTEST_CERTIFY = 0x8017 }; /* the magic's first byte is FF */
enum {
  TPM_ALG_RSA = 0x0001,
  TPM_ALG_SHA256 = 0x000B,
  TPM_ALG_NULL = 0x0010,
  TPM_ALG_ECC = 0x0023,
  TPM_ECC_P256 = 0x0003
};
enum { CLOCK_AND_FIRMWARE_BYTES = 25, RSA_EXPONENT_DEFAULT = 65537 };

/* Reads on; once something was missing, everything after it is nought and `is_short` stays. */
struct tpm_reader {
  struct slice rest;
  bool is_short;
};

static struct slice take(struct tpm_reader *reader, size_t count) {
  reader->is_short = reader->is_short || reader->rest.len < count;
  if (reader->is_short) {
    return (struct slice){0};
  }
  struct slice taken = slice_sub(reader->rest, 0, count);
  reader->rest = slice_from(reader->rest, count);
  return taken;
}

static uint32_t take_number(struct tpm_reader *reader, size_t count) {
  struct slice bytes = take(reader, count);
  uint32_t number = 0;
  for (size_t i = 0; i < bytes.len; i++) {
    number = number << 8 | bytes.ptr[i];
  }
  return number;
}

static struct slice take_sized(struct tpm_reader *reader) {
  return take(reader, take_number(reader, 2));
}

/* An algorithm; unless it is none, the hash behind it. */
static void skip_scheme(struct tpm_reader *reader) {
  if (take_number(reader, 2) != TPM_ALG_NULL) {
    (void)take(reader, 2);
  }
}

static struct slice read_ecc(struct tpm_reader *reader, struct arena *arena) {
  skip_scheme(reader);
  uint32_t curve = take_number(reader, 2);
  skip_scheme(reader);
  struct slice x = take_sized(reader);
  struct slice y = take_sized(reader);
  return curve == TPM_ECC_P256 ? webauthn_spki_p256(x, y, arena) : (struct slice){0};
}

static struct slice read_rsa(struct tpm_reader *reader, struct arena *arena) {
  skip_scheme(reader);
  (void)take_number(reader, 2);
  uint32_t exponent = take_number(reader, 4);
  struct slice modulus = take_sized(reader);
  exponent = exponent == 0 ? RSA_EXPONENT_DEFAULT : exponent; /* [TPM 2.0 Part 2 12.2.3.5] */
  uint8_t bytes[] = {(uint8_t)(exponent >> 24), (uint8_t)(exponent >> 16), (uint8_t)(exponent >> 8), (uint8_t)exponent};
  return webauthn_spki_rsa(modulus, slice_of(bytes, sizeof bytes), arena);
}

/* The TPM's key is the credential's [WebAuthn 8.3 MUST]. */
static result check_public_area(const struct webauthn_statement *statement, struct slice area) {
  struct tpm_reader reader = {.rest = area};
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  uint32_t type = take_number(&reader, 2);
  uint32_t name_algorithm = take_number(&reader, 2);
  (void)take(&reader, 4);
  (void)take_sized(&reader);
  uint32_t symmetric = take_number(&reader, 2);
  if (reader.is_short || symmetric != TPM_ALG_NULL || name_algorithm != TPM_ALG_SHA256 ||
      (type != TPM_ALG_RSA && type != TPM_ALG_ECC)) {
    FAIL(WEBAUTHN_ATTESTATION_WRONG, "pubArea is not a signing key named by SHA-256");
  }
  struct slice spki = type == TPM_ALG_ECC ? read_ecc(&reader, &arena) : read_rsa(&reader, &arena);
  if (reader.is_short || reader.rest.len > 0 || !slice_eq(spki, statement->spki)) {
    FAIL(WEBAUTHN_ATTESTATION_WRONG, "pubArea is of another key than the credential");
  }
  return OK;
}

/* It speaks of this ceremony and of this key [WebAuthn 8.3 MUST]. */
static result check_cert_info(const struct webauthn_statement *statement, struct slice info, struct slice area) {
  uint8_t signed_hash[DIGEST_BYTES];
  uint8_t name[2 + DIGEST_BYTES] = {TPM_ALG_SHA256 >> 8, TPM_ALG_SHA256};
  struct digest_stream stream CLEANUP(digest_free) = {0};
  digest_begin(&stream);
  digest_add(&stream, statement->signed_parts[0]);
  digest_add(&stream, statement->signed_parts[1]);
  digest_end(&stream, signed_hash);
  digest_sha256(area, name + 2);

  struct tpm_reader reader = {.rest = info};
  uint32_t magic = take_number(&reader, 4);
  uint32_t type = take_number(&reader, 2);
  (void)take_sized(&reader);
  struct slice extra = take_sized(&reader);
  (void)take(&reader, CLOCK_AND_FIRMWARE_BYTES);
  struct slice attested_name = take_sized(&reader);
  (void)take_sized(&reader);
  if (reader.is_short || reader.rest.len > 0 || magic != (0xFF000000u | TPM_GENERATED_VALUE) ||
      type != TPM_ST_ATTEST_CERTIFY) {
    FAIL(WEBAUTHN_ATTESTATION_WRONG, "certInfo is not a TPM's certification");
  }
  if (!slice_eq(extra, slice_of(signed_hash, sizeof signed_hash))) {
    FAIL(WEBAUTHN_ATTESTATION_WRONG, "certInfo is of another ceremony");
  }
  if (!slice_eq(attested_name, slice_of(name, sizeof name))) {
    FAIL(WEBAUTHN_ATTESTATION_WRONG, "certInfo is of another key");
  }
  return OK;
}

/* The subject's alternative name has a directory name that says maker, model and version of the TPM. */
static struct slice find_directory_name(const struct attested_certificate *certificate) {
  struct attested_extension extension;
  struct slice names = {0};
  struct slice name = {0};
  struct der_item item;
  if (!attested_find_extension(certificate, "2.5.29.17", &extension) ||
      !is_ok(der_expect(&extension.value, DER_SEQUENCE, &names))) {
    return name;
  }
  while (!slice_empty(names) && is_ok(der_next(&names, &item))) {
    if (item.tag == DER_CONTEXT_CONSTRUCTED(4) && is_ok(der_expect(&item.content, DER_SEQUENCE, &name))) {
      return name;
    }
  }
  return (struct slice){0};
}

/* [WebAuthn 8.3.1 MUST] */
static result check_certificate(const struct attested_certificate *certificate) {
  static const char *const said[] = {"2.23.133.2.1", "2.23.133.2.2", "2.23.133.2.3"};
  if (certificate->version != 3 || !slice_empty(certificate->subject) || !attested_is_end_entity(certificate)) {
    FAIL(WEBAUTHN_ATTESTATION_WRONG, "the TPM's certificate is not v3, names a subject, or is a CA's");
  }
  if (!attested_has_purpose(certificate, "2.23.133.8.3")) {
    FAIL(WEBAUTHN_ATTESTATION_WRONG, "the TPM's certificate is for something else");
  }
  struct slice name = find_directory_name(certificate);
  for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
    if (slice_empty(attested_find_attribute(name, said[i]))) {
      FAIL(WEBAUTHN_ATTESTATION_WRONG, "the TPM's certificate does not say %s", said[i]);
    }
  }
  return OK;
}

result webauthn_tpm_verify(const struct webauthn_statement *statement) {
  enum verifier_scheme scheme = VERIFIER_ES256;
  struct slice info = {0};
  struct slice area = {0};
  const struct cin *version = NULL;
  TRY(webauthn_statement_members(statement,
                                 (const char *const[]){"alg", "sig", "ver", "x5c", "pubArea", "certInfo", NULL}));
  if (!is_ok(cin_expect(statement->map, "ver", CIN_TEXT, &version)) || !slice_is(version->bytes, "2.0")) {
    FAIL(WEBAUTHN_ATTESTATION_WRONG, "not version 2.0");
  }
  TRY(webauthn_statement_scheme(statement, &scheme));
  TRY(webauthn_statement_bytes(statement, "pubArea", &area));
  TRY(webauthn_statement_bytes(statement, "certInfo", &info));
  TRY(check_public_area(statement, area));
  TRY(check_certificate(&statement->certificate));
  TRY(webauthn_statement_model(statement));
  TRY(webauthn_statement_signature(statement, scheme, (struct slice[2]){info}));
  return check_cert_info(statement, info, area);
}
