/* The registered claims of a JWT [RFC7519 4.1], held against what the caller expects. */
#include "jose/jose.h"

#define TIME_S_MAX INT64_C(253402300799) /* the year 9999: beyond it a time is nonsense, and sums cannot overflow */
#define LIFETIME_S_MAX INT64_C(1000000000) /* about 30 years */

/* [RFC7519 2] NumericDate: a JSON number of seconds, and "non-integer values can be represented". What is finer than a millisecond is cut off. */
result jose_claims_time(const struct jin *claims, const char *name, int64_t *ret_ms) {
  const struct jin *value = jin_find(claims, name);
  bool is_whole = value != NULL && value->type == JIN_INT && value->number >= 0 && value->number <= TIME_S_MAX;
  bool is_real = value != NULL && value->type == JIN_REAL && value->real >= 0 && value->real <= (double)TIME_S_MAX; /* false for what is no number */
  if (value != NULL && !is_whole && !is_real) {
    FAIL(JOSE_CLAIM, "%s is not a time in seconds", name);
  }
  *ret_ms = value == NULL ? JOSE_TIME_NONE : is_whole ? value->number * 1000 : (int64_t)(value->real * 1000);
  return OK;
}

static result check_expiry(const struct jin *claims, const struct jose_times *times) {
  int64_t exp_ms = 0;
  TRY(jose_claims_time(claims, "exp", &exp_ms));
  if (exp_ms == JOSE_TIME_NONE) {
    if (times->is_expiry_needed) {
      FAIL(JOSE_CLAIM, "no exp");
    }
    return OK;
  }
  if (exp_ms <= times->now_ms) { /* [RFC7519 4.1.4 MUST] on or after it */
    FAIL(JOSE_EXPIRED, "expired");
  }
  int64_t limit_s = times->lifetime_max_s > 0 ? times->lifetime_max_s : LIFETIME_S_MAX;
  if (exp_ms - times->now_ms > limit_s * 1000) {
    FAIL(JOSE_EXPIRED, "would last longer than may be asked for");
  }
  return OK;
}

/* [FAPI 5.3.2.1 SHALL] up to 10 s ahead is taken, over 60 s is not. */
static result check_not_ahead(const struct jin *claims, const struct jose_times *times, const char *name, bool is_needed) {
  int64_t at_ms = 0;
  TRY(jose_claims_time(claims, name, &at_ms));
  if (at_ms == JOSE_TIME_NONE && is_needed) {
    FAIL(JOSE_CLAIM, "no %s", name);
  }
  if (at_ms > times->now_ms + JOSE_AHEAD_MAX_S * 1000) {
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
