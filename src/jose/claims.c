/* The registered claims of a JWT [RFC7519 4.1], held against what the caller expects. */
#include "jose/jose.h"

enum { CLAIM_S_MAX = 1000000000 }; /* about 30 years on top of today: beyond it a time is nonsense, and sums cannot overflow */

static int64_t now_s(const struct jose_times *times) { return times->now_ms / 1000; }

/* Whole seconds; false: absent. */
static result read_time(const struct jin *claims, const char *name, bool *ret_has, int64_t *ret_s) {
  const struct jin *value = jin_find(claims, name);
  *ret_has = value != NULL;
  if (value != NULL && (value->type != JIN_INT || value->number < 0 || value->number > INT64_MAX / 2000)) {
    FAIL(JOSE_CLAIM, "%s is not a time in whole seconds", name);
  }
  if (value != NULL) {
    *ret_s = value->number;
  }
  return OK;
}

static result check_expiry(const struct jin *claims, const struct jose_times *times) {
  bool has = false;
  int64_t exp = 0;
  TRY(read_time(claims, "exp", &has, &exp));
  if (!has && times->is_expiry_needed) {
    FAIL(JOSE_CLAIM, "no exp");
  }
  if (has && exp <= now_s(times)) { /* [RFC7519 4.1.4 MUST] on or after it */
    FAIL(JOSE_EXPIRED, "expired");
  }
  int64_t limit = times->lifetime_max_s > 0 ? times->lifetime_max_s : CLAIM_S_MAX;
  if (has && exp - now_s(times) > limit) {
    FAIL(JOSE_EXPIRED, "would last longer than may be asked for");
  }
  return OK;
}

/* [FAPI 5.3.2.1 SHALL] up to 10 s ahead is taken, over 60 s is not. */
static result check_not_ahead(const struct jin *claims, const struct jose_times *times, const char *name, bool is_needed) {
  bool has = false;
  int64_t at = 0;
  TRY(read_time(claims, name, &has, &at));
  if (!has && is_needed) {
    FAIL(JOSE_CLAIM, "no %s", name);
  }
  if (has && at > now_s(times) + JOSE_AHEAD_MAX_S) {
    FAIL(JOSE_NOT_YET, "%s lies ahead", name);
  }
  return OK;
}

result jose_claims_times(const struct jin *claims, const struct jose_times *times) {
  TRY(check_expiry(claims, times));
  TRY(check_not_ahead(claims, times, "nbf", false));
  return check_not_ahead(claims, times, "iat", times->is_issue_needed);
}

result jose_claims_text(const struct jin *claims, const char *name, size_t bytes_max, struct slice *ret_text) {
  const struct jin *value = jin_find(claims, name);
  if (value == NULL || value->type != JIN_TEXT || value->text.len == 0 || value->text.len > bytes_max) {
    FAIL(JOSE_CLAIM, "%s is missing, or not a text of its size", name);
  }
  *ret_text = value->text;
  return OK;
}

result jose_claims_issuer(const struct jin *claims, struct slice issuer) {
  struct slice iss = {0};
  TRY(jose_claims_text(claims, "iss", 2048, &iss));
  if (!slice_eq(iss, issuer)) {
    FAIL(JOSE_ISSUER, "another iss");
  }
  return OK;
}

result jose_claims_audience_alone(const struct jin *claims, struct slice audience) {
  const struct jin *value = jin_find(claims, "aud");
  if (value == NULL || value->type != JIN_TEXT || !slice_eq(value->text, audience)) {
    FAIL(JOSE_AUDIENCE, "aud is not the one text that names us");
  }
  return OK;
}

bool jose_claims_has_audience(const struct jin *claims, struct slice audience) {
  const struct jin *value = jin_find(claims, "aud");
  bool has = value != NULL && value->type == JIN_TEXT && slice_eq(value->text, audience);
  for (size_t i = 0; value != NULL && value->type == JIN_LIST && i < value->count; i++) {
    has |= value->items[i].type == JIN_TEXT && slice_eq(value->items[i].text, audience);
  }
  return has;
}
