#include "account/account.h"

enum factor { KNOWLEDGE = 1, POSSESSION = 2, BIOMETRIC = 4 };

/* Each means once: its factors and its name in a token [RFC8176 2]. The row's place is the bit's. */
static const struct {
  enum account_means means;
  unsigned factors;
  const char *name;
  const char *method; /* NULL: has none of its own */
} table[] = {
    {ACCOUNT_MEANS_PASSWORD, KNOWLEDGE, "password", "pwd"},
    {ACCOUNT_MEANS_PASSCODE, KNOWLEDGE, "passcode", "pin"},
    {ACCOUNT_MEANS_ONE_TIME_CODE, POSSESSION, "one_time_code", "otp"},
    {ACCOUNT_MEANS_DEVICE, POSSESSION, "device", NULL},
    {ACCOUNT_MEANS_CARD, POSSESSION, "card", "sc"},
    {ACCOUNT_MEANS_FACE, BIOMETRIC, "face", "face"},
    {ACCOUNT_MEANS_FINGERPRINT, BIOMETRIC, "fingerprint", "fpt"},
    {ACCOUNT_MEANS_IRIS, BIOMETRIC, "iris", "iris"},
    {ACCOUNT_MEANS_PASSKEY, POSSESSION, "passkey", "user"},
    {ACCOUNT_MEANS_PASSKEY_VERIFIED, POSSESSION | KNOWLEDGE, "passkey_verified", "user"},
    {ACCOUNT_MEANS_TOTP, POSSESSION, "totp", "otp"},
    {ACCOUNT_MEANS_RECOVERY_CODE, POSSESSION, "recovery_code", "rcv"},
    {ACCOUNT_MEANS_KEY_STAYS, 0, "key_stays", NULL},
};
enum { MEANS = sizeof table / sizeof *table };

struct tally {
  unsigned factors;
  int count;
};

static struct tally tally_of(unsigned means) {
  struct tally tally = {0};
  /* the same key touched and verified is one passkey: it has its two factors already */
  if (means & ACCOUNT_MEANS_PASSKEY_VERIFIED) {
    means &= ~(unsigned)ACCOUNT_MEANS_PASSKEY;
  }
  for (size_t i = 0; i < MEANS; i++) {
    if (means & (unsigned)table[i].means) {
      tally.factors |= table[i].factors;
      tally.count += __builtin_popcount(table[i].factors);
    }
  }
  return tally;
}

int account_authentication_of(unsigned means) {
  struct tally tally = tally_of(means);
  if (tally.factors == (KNOWLEDGE | POSSESSION | BIOMETRIC)) {
    return ACCOUNT_BIOMETRIC_WITH_POSSESSION_AND_KNOWLEDGE;
  }
  if (tally.factors & BIOMETRIC) {
    /* A face alone is below what the decree counts as level 3, and level 1 and 2 are those without biometric: one factor is one factor. */
    return tally.count >= 2 ? ACCOUNT_BIOMETRIC_WITH_ANOTHER : ACCOUNT_ONE_FACTOR;
  }
  return tally.count >= 2 ? ACCOUNT_TWO_FACTORS : tally.count;
}

static unsigned means_now(struct env *env, const struct account_session *session) {
  return session->means | (account_passcode_is_ok(env, session) ? (unsigned)ACCOUNT_MEANS_PASSCODE : 0);
}

int account_session_authentication(struct env *env, const struct account_session *session) {
  return account_authentication_of(means_now(env, session));
}

static const char *const acrs[] = {"urn:danh:acr:1", "urn:danh:acr:2", "urn:danh:acr:3", "urn:danh:acr:4"};
enum { ACRS = sizeof acrs / sizeof *acrs };

struct slice account_acr_name(int authentication) {
  return authentication >= 1 && authentication <= ACRS ? slice_str(acrs[authentication - 1]) : S("");
}

int account_acr_find(struct slice acr) {
  for (int i = 0; i < ACRS; i++) {
    if (slice_is(acr, acrs[i])) {
      return i + 1;
    }
  }
  return 0;
}

const char *account_means_name(size_t index) { return index < MEANS ? table[index].name : NULL; }

static void add_method(struct account_amr *amr, const char *name) {
  for (size_t i = 0; i < amr->count; i++) {
    if (strcmp(amr->names[i], name) == 0) {
      return;
    }
  }
  amr->names[amr->count++] = name;
}

struct account_amr account_session_amr(struct env *env, const struct account_session *session) {
  unsigned means = means_now(env, session);
  struct account_amr amr = {0};
  for (size_t i = 0; i < MEANS; i++) {
    if (means & (unsigned)table[i].means && table[i].method != NULL) {
      add_method(&amr, table[i].method);
    }
  }
  if (means & (ACCOUNT_MEANS_PASSKEY | ACCOUNT_MEANS_PASSKEY_VERIFIED | ACCOUNT_MEANS_DEVICE)) {
    add_method(&amr, means & ACCOUNT_MEANS_KEY_STAYS ? "hwk" : "swk");
  }
  /* two kinds of factor, not two of one kind: password and passcode are level 2 by the decree, and no "mfa" */
  if (__builtin_popcount(tally_of(means).factors) >= 2) {
    add_method(&amr, "mfa");
  }
  return amr;
}
