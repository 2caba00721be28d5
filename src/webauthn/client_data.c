#include "codec/base64url.h"
#include "codec/jin.h"
#include "codec/utf8.h"
#include "webauthn/ceremony.h"

enum { CLIENT_DATA_DEPTH_MAX = 8, CLIENT_DATA_VALUES_MAX = 64, ORIGIN_BYTES_MAX = 512, CHALLENGE_TEXT_MAX = 1024 };

static bool is_one_of(struct slice origin, const struct slice *origins, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (slice_eq(origin, origins[i])) {
      return true;
    }
  }
  return false;
}

static result check_challenge(const struct jin *data, const struct webauthn_expected *expected, struct arena *arena) {
  struct slice challenge = {0};
  if (!is_ok(jin_text(data, "challenge", CHALLENGE_TEXT_MAX, &challenge)) ||
      slice_empty(expected->challenge) || !slice_eq_secret(challenge, base64url_write(arena, expected->challenge))) {
    FAIL(WEBAUTHN_CHALLENGE_WRONG, "another challenge"); /* [WebAuthn 7.1 step 8 MUST; WebAuthn 7.2 step 11 MUST] */
  }
  return OK;
}

/* A page of ours, framed by nobody, or by a page that may. */
static result check_origins(const struct jin *data, const struct webauthn_party *party) {
  struct slice origin = {0};
  struct slice top = {0};
  bool is_framed = false;
  if (!is_ok(jin_text(data, "origin", ORIGIN_BYTES_MAX, &origin)) ||
      !is_one_of(origin, party->origins, party->origin_count)) {
    FAIL(WEBAUTHN_ORIGIN_WRONG, "another origin"); /* [WebAuthn 7.1 step 9 MUST; WebAuthn 7.2 step 12 MUST] */
  }
  if (!is_ok(jin_bool_optional(data, "crossOrigin", &is_framed)) || (is_framed && party->top_origin_count == 0)) {
    FAIL(WEBAUTHN_FRAMED, "crossOrigin"); /* [WebAuthn 7.1 step 10 MUST; WebAuthn 7.2 step 13 MUST] */
  }
  if (jin_find(data, "topOrigin") != NULL && /* [WebAuthn 7.1 step 11 MUST; WebAuthn 7.2 step 14 MUST] */
      (!is_ok(jin_text(data, "topOrigin", ORIGIN_BYTES_MAX, &top)) ||
       !is_one_of(top, party->top_origins, party->top_origin_count))) {
    FAIL(WEBAUTHN_FRAMED, "topOrigin");
  }
  return OK;
}

static result check_members(const struct webauthn_expected *expected, const char *type, struct slice client_data,
                            struct arena *arena) {
  struct jin_doc doc;
  const struct jin *data = NULL;
  struct slice found = {0};
  /* [WebAuthn 7.1 step 5 MUST; WebAuthn 7.2 step 8 MUST] UTF-8, strictly: a byte order mark is refused, which no browser writes. [RFC8259 8.1 MUST NOT] */
  if (client_data.len > WEBAUTHN_CLIENT_DATA_BYTES_MAX || slice_starts(client_data, S("\xEF\xBB\xBF")) ||
      !utf8_is_valid(client_data)) {
    FAIL(WEBAUTHN_CLIENT_DATA_SYNTAX, "not UTF-8, too long, or begins with a byte order mark");
  }
  /* [WebAuthn 7.1 step 6 MUST; WebAuthn 7.2 step 9 MUST] a name that stands twice is refused: parsers differ on which one counts */
  jin_doc_init(&doc, arena,
               (struct jin_limits){WEBAUTHN_CLIENT_DATA_BYTES_MAX, CLIENT_DATA_DEPTH_MAX, CLIENT_DATA_VALUES_MAX});
  if (!is_ok(jin_parse(&doc, client_data, &data)) || data->type != JIN_OBJECT) {
    FAIL(WEBAUTHN_CLIENT_DATA_SYNTAX, "not a JSON object");
  }
  if (!is_ok(jin_text(data, "type", 64, &found)) || !slice_is(found, type)) {
    FAIL(WEBAUTHN_TYPE_WRONG, "not %s", type); /* [WebAuthn 7.1 step 7 MUST; WebAuthn 7.2 step 10 MUST] */
  }
  TRY(check_challenge(data, expected, arena));
  return check_origins(data, expected->party);
}

result webauthn_client_data_check(const struct webauthn_expected *expected, const char *type, struct slice client_data,
                                  uint8_t ret_hash[static DIGEST_BYTES]) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  TRY(check_members(expected, type, client_data, &arena));
  digest_sha256(client_data, ret_hash); /* [WebAuthn 7.1 step 12 MUST; WebAuthn 7.2 step 20 MUST] of the bytes as they came */
  return OK;
}
