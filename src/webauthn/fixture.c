#include "webauthn/fixture.h"

#include <assert.h>

#include "base/random.h"
#include "codec/base64url.h"
#include "codec/der.h"
#include "crypto/digest.h"
#include "webauthn/fixture_key.h"

#define UNIT "Authenticator Attestation"
#define ROOT_UNIT "Root of the maker"
#define INTERMEDIATE_UNIT "Line of the maker"

/* ---- CBOR ---- */
static void put_head(struct buf *out, uint8_t major, uint64_t argument) {
  uint8_t bytes[3] = {(uint8_t)(major << 5 | 25), (uint8_t)(argument >> 8), (uint8_t)argument};
  if (argument < 24) {
    buf_append_byte(out, (uint8_t)((uint64_t)major << 5 | argument));
  } else if (argument < 256) {
    buf_append_byte(out, (uint8_t)(major << 5 | 24));
    buf_append_byte(out, (uint8_t)argument);
  } else {
    buf_append(out, slice_of(bytes, sizeof bytes));
  }
}
static void put_int(struct buf *out, int64_t number) {
  put_head(out, number < 0 ? 1 : 0, (uint64_t)(number < 0 ? -1 - number : number));
}
static void put_bytes(struct buf *out, struct slice bytes) {
  put_head(out, 2, bytes.len);
  buf_append(out, bytes);
}
static void put_text(struct buf *out, const char *text) {
  put_head(out, 3, strlen(text));
  buf_append_str(out, text);
}
static void put_named_bytes(struct buf *out, const char *name, struct slice bytes) {
  put_text(out, name);
  put_bytes(out, bytes);
}
static void put_labelled_bytes(struct buf *out, int64_t label, struct slice bytes) {
  put_int(out, label);
  put_bytes(out, bytes);
}
static void put_labelled_int(struct buf *out, int64_t label, int64_t number) {
  put_int(out, label);
  put_int(out, number);
}
static void put_number(struct buf *out, size_t bytes, uint64_t number) {
  for (size_t i = bytes; i > 0; i--) {
    buf_append_byte(out, (uint8_t)(number >> (8 * (i - 1))));
  }
}
static void put_sized(struct buf *out, struct slice bytes) {
  put_number(out, 2, bytes.len);
  buf_append(out, bytes);
}

static struct slice sha256(struct webauthn_fixture *fixture, struct slice bytes) {
  uint8_t *digest = arena_alloc(&fixture->arena, DIGEST_BYTES);
  digest_sha256(bytes, digest);
  return slice_of(digest, DIGEST_BYTES);
}

static struct slice joined(struct webauthn_fixture *fixture, struct slice a, struct slice b) {
  struct buf out;
  buf_init(&out, &fixture->arena, a.len + b.len);
  buf_append(&out, a);
  buf_append(&out, b);
  return buf_slice(&out);
}

/* ---- the authenticator ---- */
void webauthn_fixture_open(struct webauthn_fixture *fixture, enum webauthn_algorithm algorithm) {
  *fixture =
      (struct webauthn_fixture){.algorithm = algorithm, .party_id = S("danh.example"), .flags = 0x05, .counter = 7};
  arena_init(&fixture->arena);
  fixture->credential = webauthn_fixture_key_new(algorithm);
  fixture->other = webauthn_fixture_key_new(algorithm);
  fixture->maker = webauthn_fixture_key_new(WEBAUTHN_ES256);
  fixture->authority = webauthn_fixture_key_new(WEBAUTHN_ES256);
  struct webauthn_fixture_key *root = webauthn_fixture_key_new(WEBAUTHN_ES256);
  struct webauthn_fixture_certificate certificate = {
      .serial = 1, .issuer_unit = ROOT_UNIT, .unit = ROOT_UNIT, .is_ca = true, .issuer = root};
  certificate.spki = webauthn_fixture_key_spki(root, &fixture->arena);
  fixture->root = webauthn_fixture_certificate_write(&certificate, &fixture->arena);
  certificate.unit = INTERMEDIATE_UNIT;
  certificate.serial = 2;
  certificate.spki = webauthn_fixture_key_spki(fixture->authority, &fixture->arena);
  fixture->intermediate = webauthn_fixture_certificate_write(&certificate, &fixture->arena);
  webauthn_fixture_key_free(root);
  fixture->id = sha256(fixture, certificate.spki);
  fixture->aaguid = slice_sub(sha256(fixture, S("a model")), 0, WEBAUTHN_AAGUID_BYTES);
}

void webauthn_fixture_close(struct webauthn_fixture *fixture) {
  webauthn_fixture_key_free(fixture->credential);
  webauthn_fixture_key_free(fixture->other);
  webauthn_fixture_key_free(fixture->maker);
  webauthn_fixture_key_free(fixture->authority);
  arena_free(&fixture->arena);
}

struct slice webauthn_fixture_client_data(struct webauthn_fixture *fixture, const char *type, struct slice challenge,
                                          const char *more) {
  struct slice text = base64url_write(&fixture->arena, challenge);
  return arena_printf(&fixture->arena,
                      "{\"type\":\"%s\",\"challenge\":\"%.*s\",\"origin\":\"https://%.*s\",\"crossOrigin\":false%s}",
                      type, SLICE_ARG(text), SLICE_ARG(fixture->party_id), more);
}

struct slice webauthn_fixture_cose_key(struct webauthn_fixture *fixture) {
  struct slice spki = webauthn_fixture_key_spki(fixture->credential, &fixture->arena);
  struct buf out;
  buf_init(&out, &fixture->arena, 300);
  put_head(&out, 5, fixture->algorithm == WEBAUTHN_ES256 ? 5 : 4);
  put_labelled_int(&out, 1, fixture->algorithm == WEBAUTHN_ES256 ? 2 : fixture->algorithm == WEBAUTHN_EDDSA ? 1 : 3);
  put_labelled_int(&out, 3, fixture->algorithm);
  if (fixture->algorithm == WEBAUTHN_RS256) {
    put_labelled_bytes(&out, -1, webauthn_fixture_key_modulus(fixture->credential, &fixture->arena));
    put_labelled_bytes(&out, -2, S("\x01\x00\x01"));
    return buf_slice(&out);
  }
  bool is_p256 = fixture->algorithm == WEBAUTHN_ES256;
  put_labelled_int(&out, -1, is_p256 ? 1 : 6);
  put_labelled_bytes(&out, -2, is_p256 ? slice_sub(spki, 27, 32) : slice_from(spki, spki.len - 32));
  if (is_p256) {
    put_labelled_bytes(&out, -3, slice_from(spki, 59));
  }
  return buf_slice(&out);
}

struct slice webauthn_fixture_auth_data(struct webauthn_fixture *fixture, bool is_registration) {
  struct buf out;
  buf_init(&out, &fixture->arena, 512);
  buf_append(&out, sha256(fixture, fixture->party_id));
  buf_append_byte(
      &out, (uint8_t)(fixture->flags | (is_registration ? 0x40 : 0) | (slice_empty(fixture->extensions) ? 0 : 0x80)));
  put_number(&out, 4, fixture->counter);
  if (is_registration) {
    buf_append(&out, fixture->aaguid);
    put_sized(&out, fixture->id);
    buf_append(&out, webauthn_fixture_cose_key(fixture));
  }
  buf_append(&out, fixture->extensions);
  buf_append(&out, fixture->trailing);
  return buf_slice(&out);
}

struct slice webauthn_fixture_sign(struct webauthn_fixture *fixture, struct slice auth_data, struct slice client_data) {
  return webauthn_fixture_key_sign(fixture->credential, joined(fixture, auth_data, sha256(fixture, client_data)),
                                   &fixture->arena);
}

/* ---- statements ---- */
struct making {
  struct webauthn_fixture *fixture;
  struct slice auth_data;
  struct slice hash; /* of the client data */
  struct slice both;
  struct slice spki; /* of the certificate */
  struct webauthn_fixture_extension extensions[4];
  size_t extension_count;
};

static bool has(const struct making *making, enum webauthn_fixture_defect defect) {
  return making->fixture->defect == defect;
}

static struct slice sign(const struct making *making, const struct webauthn_fixture_key *key, struct slice message) {
  return webauthn_fixture_key_sign(has(making, DEFECT_SIGNER) ? making->fixture->other : key, message,
                                   &making->fixture->arena);
}

static void add_extension(struct making *making, const char *oid, bool is_critical, struct slice value) {
  making->extensions[making->extension_count++] = (struct webauthn_fixture_extension){oid, is_critical, value};
}

static struct slice ceremony_hash(const struct making *making, struct slice hash) {
  return has(making, DEFECT_CEREMONY) ? sha256(making->fixture, hash) : hash;
}

static struct slice leaf(const struct making *making, bool has_no_subject) {
  struct webauthn_fixture_certificate certificate = {
      .serial = 3,
      .issuer_unit = INTERMEDIATE_UNIT,
      .unit = has(making, DEFECT_UNIT) ? "Something else" : UNIT,
      .has_no_subject = has_no_subject,
      .is_v1 = has(making, DEFECT_VERSION),
      .is_ca = has(making, DEFECT_CA),
      .spki = making->spki,
      .issuer = making->fixture->authority,
      .extensions = making->extensions,
      .extension_count = making->extension_count,
  };
  return webauthn_fixture_certificate_write(&certificate, &making->fixture->arena);
}

static void put_path(struct buf *out, const struct making *making, struct slice certificate, bool is_alone) {
  size_t count = has(making, DEFECT_EMPTY_PATH) ? 0 : is_alone && !has(making, DEFECT_TWO_CERTIFICATES) ? 1 : 2;
  put_text(out, "x5c");
  put_head(out, 4, count);
  if (count > 0) {
    put_bytes(out, certificate);
  }
  if (count > 1) {
    put_bytes(out, making->fixture->intermediate);
  }
}

static void put_map(struct buf *out, const struct making *making, uint8_t members) {
  put_head(out, 5, has(making, DEFECT_MEMBER) ? members + 1u : members);
}
static void put_unknown(struct buf *out, const struct making *making) {
  if (has(making, DEFECT_MEMBER)) {
    put_named_bytes(out, "zzzzzzzzz", S("?"));
  }
}
static void put_algorithm(struct buf *out, const struct making *making, enum webauthn_algorithm algorithm) {
  put_text(out, "alg");
  put_int(out, !has(making, DEFECT_ALGORITHM) ? algorithm
               : algorithm == WEBAUTHN_ES256  ? WEBAUTHN_RS256
                                              : WEBAUTHN_ES256);
}
static struct slice wrap_octets(struct webauthn_fixture *fixture, struct slice bytes) {
  return joined(fixture, slice_of((uint8_t[]){0x04, (uint8_t)bytes.len}, 2), bytes);
}

static void put_packed(struct buf *out, struct making *making, bool is_self) {
  struct webauthn_fixture *fixture = making->fixture;
  put_map(out, making, is_self ? 2 : 3);
  put_algorithm(out, making, is_self ? fixture->algorithm : WEBAUTHN_ES256);
  put_named_bytes(out, "sig", sign(making, is_self ? fixture->credential : fixture->maker, making->both));
  if (!is_self) {
    struct slice model =
        has(making, DEFECT_MODEL) ? slice_sub(making->hash, 0, WEBAUTHN_AAGUID_BYTES) : fixture->aaguid;
    add_extension(making, "1.3.6.1.4.1.45724.1.1.4", false, wrap_octets(fixture, model));
    put_path(out, making, leaf(making, false), false);
  }
  put_unknown(out, making);
}

/* The key of the statement: the credential's, or another's. */
static struct slice public_area(const struct making *making) {
  struct webauthn_fixture *fixture = making->fixture;
  const struct webauthn_fixture_key *key = has(making, DEFECT_OTHER_KEY) ? fixture->other : fixture->credential;
  struct slice spki = webauthn_fixture_key_spki(key, &fixture->arena);
  struct buf out;
  buf_init(&out, &fixture->arena, 512);
  bool is_rsa = fixture->algorithm == WEBAUTHN_RS256;
  put_number(&out, 2, is_rsa ? 0x0001 : 0x0023);
  put_number(&out, 2, 0x000B);
  put_number(&out, 4, 0x00060472); /* fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth, noDA, sign */
  put_sized(&out, sha256(fixture, S("policy")));
  put_number(&out, 2, 0x0010);
  put_number(&out, 2, 0x0010);
  if (is_rsa) {
    put_number(&out, 2, 2048);
    put_number(&out, 4, 0);
    put_sized(&out, webauthn_fixture_key_modulus(key, &fixture->arena));
  } else {
    put_number(&out, 2, 0x0003);
    put_number(&out, 2, 0x0010);
    put_sized(&out, slice_sub(spki, 27, 32));
    put_sized(&out, slice_from(spki, 59));
  }
  return buf_slice(&out);
}

static struct slice cert_info(const struct making *making, struct slice area) {
  struct webauthn_fixture *fixture = making->fixture;
  struct slice name =
      joined(fixture, S("\x00\x0B"), sha256(fixture, has(making, DEFECT_TPM_NAME) ? making->hash : area));
  struct buf out;
  buf_init(&out, &fixture->arena, 256);
  put_number(&out, 4, has(making, DEFECT_TPM_MAGIC) ? 0xFF544346 : 0xFF544347);
  put_number(&out, 2, has(making, DEFECT_TPM_TYPE) ? 0x8018 : 0x8017);
  put_sized(&out, joined(fixture, S("\x00\x0B"), sha256(fixture, S("signer"))));
  put_sized(&out, ceremony_hash(making, sha256(fixture, making->both)));
  buf_append(&out, slice_sub(sha256(fixture, S("clock")), 0, 17));
  put_number(&out, 8, 1);
  put_sized(&out, name);
  put_sized(&out, joined(fixture, S("\x00\x0B"), sha256(fixture, S("qualified"))));
  return buf_slice(&out);
}

/* GeneralNames { [4] Name } with maker, model and version. */
static struct slice tpm_names(struct making *making) {
  static const char *const oids[] = {"2.23.133.2.1", "2.23.133.2.2", "2.23.133.2.3"};
  static const char *const texts[] = {"id:4E544300", "NPCT6xx", "id:13"};
  struct buf out;
  buf_init(&out, &making->fixture->arena, 256);
  size_t names = der_open(&out, DER_SEQUENCE);
  size_t directory = der_open(&out, DER_CONTEXT_CONSTRUCTED(4));
  size_t name = der_open(&out, DER_SEQUENCE);
  size_t set = der_open(&out, DER_SET);
  for (size_t i = has(making, DEFECT_TPM_MAKER) ? 1 : 0; i < 3; i++) {
    size_t pair = der_open(&out, DER_SEQUENCE);
    der_put_oid(&out, oids[i]);
    der_put(&out, DER_UTF8_STRING, slice_str(texts[i]));
    der_close(&out, pair);
  }
  der_close(&out, set);
  der_close(&out, name);
  der_close(&out, directory);
  der_close(&out, names);
  return buf_slice(&out);
}

static void put_tpm(struct buf *out, struct making *making) {
  struct webauthn_fixture *fixture = making->fixture;
  struct slice area = public_area(making);
  struct slice info = cert_info(making, area);
  struct buf purposes;
  buf_init(&purposes, &fixture->arena, 32);
  size_t list = der_open(&purposes, DER_SEQUENCE);
  der_put_oid(&purposes, has(making, DEFECT_TPM_PURPOSE) ? "1.3.6.1.5.5.7.3.2" : "2.23.133.8.3");
  der_close(&purposes, list);
  add_extension(making, "2.5.29.17", true, tpm_names(making));
  add_extension(making, "2.5.29.37", false, buf_slice(&purposes));
  if (has(making, DEFECT_MODEL)) {
    add_extension(making, "1.3.6.1.4.1.45724.1.1.4", false,
                  wrap_octets(fixture, slice_sub(making->hash, 0, WEBAUTHN_AAGUID_BYTES)));
  }
  put_map(out, making, 6);
  put_algorithm(out, making, WEBAUTHN_ES256);
  put_named_bytes(out, "sig", sign(making, fixture->maker, info));
  put_text(out, "ver");
  put_text(out, has(making, DEFECT_TPM_VERSION) ? "1.2" : "2.0");
  put_path(out, making, leaf(making, !has(making, DEFECT_TPM_SUBJECT)), false);
  put_named_bytes(out, "pubArea", area);
  put_named_bytes(out, "certInfo", info);
  put_unknown(out, making);
}

static void put_u2f(struct buf *out, struct making *making) {
  struct webauthn_fixture *fixture = making->fixture;
  const struct webauthn_fixture_key *key = has(making, DEFECT_OTHER_KEY) ? fixture->other : fixture->credential;
  struct slice spki = webauthn_fixture_key_spki(key, &fixture->arena);
  struct buf message;
  buf_init(&message, &fixture->arena, 256);
  buf_append_byte(&message, 0);
  buf_append(&message, slice_sub(making->auth_data, 0, 32));
  buf_append(&message, ceremony_hash(making, making->hash));
  buf_append(&message, fixture->id);
  buf_append(&message, slice_from(spki, spki.len - 65));
  put_map(out, making, 2);
  put_named_bytes(out, "sig", sign(making, fixture->maker, buf_slice(&message)));
  put_path(out, making, leaf(making, false), true);
  put_unknown(out, making);
}

static void put_apple(struct buf *out, struct making *making) {
  struct slice nonce = ceremony_hash(making, sha256(making->fixture, making->both));
  struct buf value;
  buf_init(&value, &making->fixture->arena, 64);
  size_t sequence = der_open(&value, DER_SEQUENCE);
  size_t context = der_open(&value, DER_CONTEXT_CONSTRUCTED(1));
  der_put(&value, DER_OCTET_STRING, nonce);
  der_close(&value, context);
  der_close(&value, sequence);
  add_extension(making, "1.2.840.113635.100.8.2", false, buf_slice(&value));
  put_map(out, making, 1);
  put_path(out, making, leaf(making, false), false);
  put_unknown(out, making);
}

/* [1] purpose {SIGN}, [702] origin GENERATED, each wrapped; [600] allApplications where it is wrong. */
static struct slice authorizations(const struct making *making) {
  struct buf out;
  buf_init(&out, &making->fixture->arena, 32);
  buf_append(&out, has(making, DEFECT_ANDROID_PURPOSE) ? S("\xA1\x05\x31\x03\x02\x01\x03")
                                                       : S("\xA1\x05\x31\x03\x02\x01\x02"));
  buf_append(&out, has(making, DEFECT_ANDROID_ALL) ? S("\xBF\x84\x58\x02\x05\x00") : S(""));
  buf_append(
      &out, has(making, DEFECT_ANDROID_ORIGIN) ? S("\xBF\x85\x3E\x03\x02\x01\x02") : S("\xBF\x85\x3E\x03\x02\x01\x00"));
  return has(making, DEFECT_ANDROID_SILENT) ? S("") : buf_slice(&out);
}

static void put_android(struct buf *out, struct making *making) {
  struct webauthn_fixture *fixture = making->fixture;
  struct buf value;
  buf_init(&value, &fixture->arena, 128);
  size_t description = der_open(&value, DER_SEQUENCE);
  der_put_int(&value, 200);
  der_put(&value, DER_ENUMERATED, S("\x01"));
  der_put_int(&value, 200);
  der_put(&value, DER_ENUMERATED, S("\x01"));
  der_put(&value, DER_OCTET_STRING, ceremony_hash(making, making->hash));
  der_put(&value, DER_OCTET_STRING, S(""));
  der_put(&value, DER_SEQUENCE, S(""));
  der_put(&value, DER_SEQUENCE, authorizations(making));
  der_close(&value, description);
  add_extension(making, "1.3.6.1.4.1.11129.2.1.17", false, buf_slice(&value));
  put_map(out, making, 3);
  put_algorithm(out, making, fixture->algorithm);
  put_named_bytes(out, "sig",
                  sign(making, has(making, DEFECT_OTHER_KEY) ? fixture->other : fixture->credential, making->both));
  put_path(out, making, leaf(making, false), false);
  put_unknown(out, making);
}

static void put_statement(struct buf *out, struct making *making, enum webauthn_fixture_format format) {
  switch (format) {
    case FIXTURE_SELF:
    case FIXTURE_PACKED:
      put_packed(out, making, format == FIXTURE_SELF);
      break;
    case FIXTURE_TPM:
      put_tpm(out, making);
      break;
    case FIXTURE_U2F:
      put_u2f(out, making);
      break;
    case FIXTURE_APPLE:
      put_apple(out, making);
      break;
    case FIXTURE_ANDROID:
      put_android(out, making);
      break;
    default:
      put_map(out, making, 0);
      put_unknown(out, making);
  }
}

struct slice webauthn_fixture_attestation(struct webauthn_fixture *fixture, enum webauthn_fixture_format format,
                                          struct slice client_data) {
  static const char *const names[FIXTURE_FORMATS] = {"none",     "packed", "packed",     "tpm",
                                                     "fido-u2f", "apple",  "android-key"};
  struct making making = {
      .fixture = fixture, .auth_data = webauthn_fixture_auth_data(fixture, true), .hash = sha256(fixture, client_data)};
  bool certifies_key = format == FIXTURE_APPLE || format == FIXTURE_ANDROID;
  const struct webauthn_fixture_key *key = fixture->defect == DEFECT_OTHER_KEY ? fixture->other : fixture->credential;
  making.both = joined(fixture, making.auth_data, making.hash);
  making.spki = webauthn_fixture_key_spki(certifies_key ? key : fixture->maker, &fixture->arena);
  struct buf out;
  buf_init(&out, &fixture->arena, 2048);
  put_head(&out, 5, 3);
  put_text(&out, "fmt");
  put_text(&out, names[format]);
  put_text(&out, "attStmt");
  put_statement(&out, &making, format);
  put_named_bytes(&out, "authData", making.auth_data);
  return buf_slice(&out);
}

struct slice webauthn_fixture_object(struct webauthn_fixture *fixture, struct slice auth_data) {
  struct buf out;
  buf_init(&out, &fixture->arena, auth_data.len + 64);
  buf_append(&out, S("\xA3\x63"
                     "fmt"
                     "\x64"
                     "none"
                     "\x67"
                     "attStmt"
                     "\xA0"));
  put_named_bytes(&out, "authData", auth_data);
  return buf_slice(&out);
}
