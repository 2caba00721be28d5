#include "account/account.h"

enum factor { KNOWLEDGE = 1, POSSESSION = 2, BIOMETRIC = 4 };

static const struct {
  enum account_means means;
  enum factor factor;
} table[] = {
    {ACCOUNT_MEANS_PASSWORD, KNOWLEDGE},  {ACCOUNT_MEANS_PASSCODE, KNOWLEDGE},   {ACCOUNT_MEANS_ONE_TIME_CODE, POSSESSION},
    {ACCOUNT_MEANS_DEVICE, POSSESSION},   {ACCOUNT_MEANS_CARD, POSSESSION},      {ACCOUNT_MEANS_FACE, BIOMETRIC},
    {ACCOUNT_MEANS_FINGERPRINT, BIOMETRIC},
};

int account_authentication_of(unsigned means) {
  unsigned factors = 0;
  int count = 0;
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    if (means & (unsigned)table[i].means) {
      factors |= (unsigned)table[i].factor;
      count++;
    }
  }
  if (factors == (KNOWLEDGE | POSSESSION | BIOMETRIC)) {
    return ACCOUNT_BIOMETRIC_WITH_POSSESSION_AND_KNOWLEDGE;
  }
  if (factors & BIOMETRIC) {
    /* A face alone is below what the decree counts as level 3, and level 1 and 2 are those without biometric: one factor is one factor. */
    return count >= 2 ? ACCOUNT_BIOMETRIC_WITH_ANOTHER : ACCOUNT_ONE_FACTOR;
  }
  return count >= 2 ? ACCOUNT_TWO_FACTORS : count;
}

int account_session_authentication(struct env *env, const struct account_session *session) {
  return account_authentication_of(ACCOUNT_MEANS_PASSWORD | (account_passcode_is_ok(env, session) ? (unsigned)ACCOUNT_MEANS_PASSCODE : 0));
}
