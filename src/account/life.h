/* account/life.h: the one function that moves an account, and the ledger line that belongs to it. (private to account/)
 * Shapes     one act may pass through several states (a collected enrolment is REGISTERED, then VERIFYING): every step is held against the table, the
 *            last state is stored, one ledger line names them all.
 * Errors     ACCOUNT_MOVE.
 */
#pragma once
#include "account/account.h"
#include "codec/jout.h"

struct account_step {
  int64_t person_id;
  const enum account_state *path; /* states to pass through, the last one stays; empty: no move, only the line */
  size_t path_count;
  const char *kind;               /* of the ledger entry */
  const char *legal_basis;        /* NULL: none */
  struct account_actor actor;
  struct slice detail;            /* members of a JSON object, without braces; empty: none */
  int64_t at_ms;                  /* 0: now */
};
#define ACCOUNT_PATH(...)                                  \
  .path = (const enum account_state[]){__VA_ARGS__},       \
  .path_count = sizeof((const enum account_state[]){__VA_ARGS__}) / sizeof(enum account_state)

MUST_USE result account_move(struct env *env, struct db_tx *tx, const struct account_step *step);

/* account_refresh, and the account as it then is. */
MUST_USE result account_refresh_load(struct env *env, struct db_tx *tx, int64_t person_id, struct account *ret_account);

/* Time-ordered, unique within a person: (ms since 2020) << 22 | 22 random bits. */
int64_t account_id_new(struct env *env);
/* A code to the number of the account: person, purpose, code, network and texts are read. MESSAGE_TOO_MANY. */
MUST_USE result account_code_message_send(struct env *env, struct db_tx *tx, const struct message *code);
/* The number is this account's from now on, and no longer anybody else's. Normal form "0912345678". ACCOUNT_PHONE_TAKEN. */
MUST_USE result account_phone_bind(struct env *env, struct db_tx *tx, int64_t person_id, struct slice phone);
/* Ends every session of a person. */
MUST_USE result account_sessions_end(struct db_tx *tx, int64_t person_id);
/* 0 -> 1 or 2, 1 -> 2. ACCOUNT_LEVEL. */
MUST_USE result account_level_raise(struct db_tx *tx, int64_t person_id, int level, int64_t at_ms);
/* But one; 0: every one. */
MUST_USE result account_sessions_end_but(struct db_tx *tx, int64_t person_id, int64_t session_id);
