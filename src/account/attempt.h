/* account/attempt.h: counts wrong attempts, on disk, before they are checked: parallel guesses get no more tries than a row of them. (private to
 * account/)
 * How        taken first (counts one), given back or cleared when it was right. At `max` failures everything further is refused until `pause_ms` have
 *            passed since the last one; then the count begins anew.
 * Shapes     what was tried is stored as SHA-256 under a label, known or not: rows say nothing about who exists.
 */
#pragma once
#include "account/account.h"

enum account_attempt_kind {
  ACCOUNT_ATTEMPT_SIGN_IN,  /* a login name, whoever's */
  ACCOUNT_ATTEMPT_CODE,     /* a login name at activation */
  ACCOUNT_ATTEMPT_PASSCODE, /* a person id */
  ACCOUNT_ATTEMPT_STEP_UP,  /* a person id */
  ACCOUNT_ATTEMPT_NETWORK,  /* where a client comes from: wrong attempts of every kind together */
};
struct account_attempt {
  enum account_attempt_kind kind;
  struct slice tried;
  int64_t max;
  int64_t pause_ms;
};
/* ret_allowed false: refused and not counted. ret_last: this was the last one allowed. */
MUST_USE result account_attempt_take(struct env *env, struct db_tx *tx, const struct account_attempt *attempt, bool *ret_allowed,
                                     bool *ret_last);
/* The attempt was wrong: the pause runs from now. Known and unknown names write the same row here. */
MUST_USE result account_attempt_wrong(struct env *env, struct db_tx *tx, const struct account_attempt *attempt);
/* Until `pause_ms` have passed since the last one; not positive: they have. */
MUST_USE result account_attempt_wait_ms(struct env *env, struct db_tx *tx, const struct account_attempt *attempt, int64_t *ret_wait_ms);
/* One less: it was right, or never checked. */
MUST_USE result account_attempt_give_back(struct db_tx *tx, const struct account_attempt *attempt);
MUST_USE result account_attempt_clear(struct db_tx *tx, const struct account_attempt *attempt);
