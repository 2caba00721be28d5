#include "oidc/code.h"

#include "codec/base64url.h"
#include "crypto/seal.h"
#include "oidc/acting.h"

/* Numbers as base-128, lowest first, the high bit of a byte for "more"; a text is its length and its bytes. */
enum { TEXT_BYTES_MAX = 8 * 1024, NUMBER_BYTES_MAX = 9, ABOUT_BYTES_MAX = 96, FOR_SELF = 1, FOR_MANDATE = 2 };

static void put_number(struct buf *out, int64_t number) {
  uint64_t rest = (uint64_t)number;
  for (; rest >= 0x80; rest >>= 7) {
    buf_append_byte(out, (uint8_t)(rest | 0x80));
  }
  buf_append_byte(out, (uint8_t)rest);
}

static void put_text(struct buf *out, struct slice text) {
  put_number(out, (int64_t)text.len);
  buf_append(out, text);
}

struct reading {
  struct slice rest;
  bool is_broken;
};

static int64_t get_number(struct reading *reading) {
  uint64_t number = 0;
  for (int i = 0; i < NUMBER_BYTES_MAX && reading->rest.len > 0; i++) {
    uint8_t byte = reading->rest.ptr[0];
    reading->rest = slice_from(reading->rest, 1);
    number |= (uint64_t)(byte & 0x7f) << (7 * i);
    if ((byte & 0x80) == 0) {
      return (int64_t)number;
    }
  }
  reading->is_broken = true;
  return 0;
}

static struct slice get_text(struct reading *reading) {
  size_t length = (size_t)get_number(reading);
  if (length > reading->rest.len) {
    reading->is_broken = true;
    return (struct slice){0};
  }
  struct slice text = slice_sub(reading->rest, 0, length);
  reading->rest = slice_from(reading->rest, length);
  return text;
}

static void put(struct buf *out, const struct oidc_code *code) {
  const struct oidc_grant *grant = &code->grant;
  bool has_mandate = oidc_grant_is_for_another(grant);
  put_number(out, has_mandate ? FOR_MANDATE : FOR_SELF);
  put_number(out, grant->person_id);
  put_number(out, grant->grant_id);
  put_number(out, grant->session_id);
  put_number(out, (int64_t)grant->attributes_id_token);
  put_number(out, (int64_t)grant->attributes_userinfo);
  put_number(out, (int64_t)grant->attributes_verified);
  put_number(out, grant->acr);
  put_number(out, grant->means);
  put_number(out, grant->auth_at_ms);
  put_number(out, grant->acting_for_id);
  if (has_mandate) {
    put_number(out, grant->acting_organisation_id);
    put_number(out, grant->mandate_id);
  }
  put_number(out, code->issued_at_ms);
  put_text(out, grant->scope);
  put_text(out, grant->resources);
  put_text(out, grant->verified);
  put_text(out, code->redirect_uri_digest);
  put_text(out, code->code_challenge);
  put_text(out, code->nonce);
  put_text(out, code->dpop_jkt);
}

static bool get(struct slice plain, struct oidc_code *ret_code) {
  struct reading reading = {.rest = plain};
  struct oidc_code code = {.issued_at_ms = 0};
  struct oidc_grant *grant = &code.grant;
  int64_t form = get_number(&reading);
  grant->person_id = get_number(&reading);
  grant->grant_id = get_number(&reading);
  grant->session_id = get_number(&reading);
  grant->attributes_id_token = (uint64_t)get_number(&reading);
  grant->attributes_userinfo = (uint64_t)get_number(&reading);
  grant->attributes_verified = (uint64_t)get_number(&reading);
  grant->acr = (int)get_number(&reading);
  grant->means = (unsigned)get_number(&reading);
  grant->auth_at_ms = get_number(&reading);
  grant->acting_for_id = get_number(&reading);
  if (form == FOR_MANDATE) {
    grant->acting_organisation_id = get_number(&reading);
    grant->mandate_id = get_number(&reading);
  }
  code.issued_at_ms = get_number(&reading);
  grant->scope = get_text(&reading);
  grant->resources = get_text(&reading);
  grant->verified = get_text(&reading);
  code.redirect_uri_digest = get_text(&reading);
  code.code_challenge = get_text(&reading);
  code.nonce = get_text(&reading);
  code.dpop_jkt = get_text(&reading);
  *ret_code = code;
  return (form == FOR_MANDATE || (form == FOR_SELF && !oidc_grant_is_for_another(grant))) && !reading.is_broken && reading.rest.len == 0;
}

/* Another client's code does not open [RFC6749 4.1.3 MUST]; the rightful one may still bring it. */
static struct slice about(struct arena *arena, struct slice client_id) {
  return arena_printf(arena, "danh-oidc-code:%.*s", SLICE_ARG(slice_sub(client_id, 0, ABOUT_BYTES_MAX)));
}

result oidc_code_write(struct env *env, struct arena *arena, const struct oidc_code *code, struct slice *ret_text) {
  struct buf plain;
  struct slice sealed = {0};
  if (env->sealing == NULL) {
    FAIL(OIDC_KEYS_MISSING, "no sealing key");
  }
  buf_init(&plain, arena, 512);
  put(&plain, code);
  TRY(seal_write_brief(env->sealing, about(arena, code->grant.client_id), buf_slice(&plain), arena, &sealed));
  *ret_text = base64url_write(arena, sealed);
  return OK;
}

result oidc_code_read(struct env *env, struct arena *arena, struct slice client_id, struct slice text, struct oidc_code *ret_code) {
  struct slice sealed = {0};
  struct slice plain = {0};
  struct oidc_code code;
  if (env->sealing == NULL) {
    FAIL(OIDC_KEYS_MISSING, "no sealing key");
  }
  if (text.len > TEXT_BYTES_MAX || !is_ok(base64url_parse(text, arena, &sealed)) ||
      !is_ok(seal_read_brief(env->sealing, about(arena, client_id), sealed, arena, &plain)) || !get(plain, &code)) {
    FAIL(OIDC_CODE_UNKNOWN, "not a code of ours for this client");
  }
  code.grant.client_id = client_id;
  *ret_code = code;
  return OK;
}

bool oidc_code_is_too_old(struct env *env, const struct oidc_code *code) {
  return clock_now_ms(env->clock) - code->issued_at_ms > OIDC_CODE_LIFETIME_S * 1000;
}
