/* account/session.h: rows behind a token. (private to account/) */
#pragma once
#include "account/account.h"
#include "crypto/token.h"

struct account_token_hash {
  uint8_t bytes[DIGEST_BYTES];
};
/* A new token into ret_token, its stored form returned. */
struct account_token_hash account_token_new(struct env *env, struct account_token *ret_token);
struct account_token_hash account_token_hash(struct slice token);

struct account_session_start {
  int64_t person_id;
  int level;
  unsigned means;
  int64_t passkey_id;
  struct slice agent;
  const struct account_token_hash *hash;
  const struct account_limits *limits;
};
/* The live session behind a token; ACCOUNT_SESSION. Moves no idle limit. */
MUST_USE result account_session_read(struct env *env, struct db_tx *tx, struct slice token, struct account_session *ret_session);
/* Inside the sign-in's write: ends the session behind a token, whoever's it is. A token nobody has ends nothing. */
MUST_USE result account_session_replace(struct env *env, struct db_tx *tx, struct slice token);
/* Inside the sign-in's write. The oldest session ends when there are too many. */
MUST_USE result account_session_start(struct env *env, struct db_tx *tx, const struct account_session_start *start,
                                      struct account_session *ret_session);
/* account_session_open without asking whether the account may be used: the caller has. */
struct account_granted {
  struct account_token token;
  struct account_session session;
};
MUST_USE result account_session_grant(struct env *env, struct db_tx *tx, const struct account_proof *proof, int level,
                                      struct account_granted *ret_granted);
/* A browser not seen before: remembered, and told to the holder. */
MUST_USE result account_browser_note(struct env *env, struct db_tx *tx, int64_t person_id, const struct account_client *client);
