/* account/authenticator.h: what a person proves themself with: rows of a kind, their stored secrets, and the rules new ones keep. (private to
 * account/)
 * Room       each kind has number 1 alone; what a person may have several of is authenticator/'s.
 * Does not   count wrong attempts (attempt.h, runs before).
 */
#pragma once
#include "account/account.h"

enum account_authenticator_kind {
  ACCOUNT_PASSWORD_KIND = 1,
  ACCOUNT_PASSCODE_KIND,
  ACCOUNT_SIGNING_PIN_KIND, /* no secret here: the signer has it */
};

/* In the pool, on the text's NFC. Not inside a write. BASE_POOL_FULL. */
MUST_USE result account_secret_hash(struct pool *pool, struct slice text, struct arena *arena, struct slice *ret_stored);
/* stored empty: the same work for nobody. Errors CRYPTO_PASSWORD_WRONG, BASE_POOL_FULL. */
MUST_USE result account_secret_verify(struct pool *pool, struct slice text, struct slice stored);

/* Replaces what was there. stored may be empty (signing PIN). */
MUST_USE result account_authenticator_save(struct env *env, struct db_tx *tx, int64_t person_id, enum account_authenticator_kind kind,
                                           struct slice stored);
/* Empty when there is none. */
MUST_USE result account_authenticator_load(struct db_tx *tx, int64_t person_id, enum account_authenticator_kind kind,
                                           struct arena *arena, struct slice *ret_stored);

/* One more wrong one in a row, and one that was right. At a hundred the secret is forgotten: nothing opens with it until it is set anew. */
MUST_USE result account_authenticator_wrong(struct env *env, struct db_tx *tx, int64_t person_id, enum account_authenticator_kind kind);
MUST_USE result account_authenticator_right(struct db_tx *tx, int64_t person_id, enum account_authenticator_kind kind);

/* Six digits that are a sequence, a repetition, or one of the commonest. */
bool account_digits_are_trivial(struct slice digits);
bool account_is_digits(struct slice text);

/* The blocklist: folded (lower case, no diacritics), letters and digits only; ended by NULL. common_passwords.c. */
extern const char *const account_common_passwords[];
