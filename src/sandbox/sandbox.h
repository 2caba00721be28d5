/* sandbox/sandbox.h: an integrator's country: fifty documented people, an inspector, fault switches.
 *
 * People     people.def: fixed numbers, names, secrets and purposes; sandbox_create writes them through the same functions as anybody's. Published
 *            secrets are the reason that nothing of this runs elsewhere: the edges ask the installation's configuration (sandbox = 1) first.
 * Inspector  the last protocol events of each client, in memory: what was asked, which check refused it with its rule, what was answered. No secret
 *            is kept: codes, tokens and assertions are cut to their first characters.
 * Faults     switches by client that the edges ask before (and after) they answer a protocol request; on disk, so that they survive a restart.
 * Does not   answer HTTP (api/sandbox_*.c) or make keys and certificates (server/sandbox.c).
 * Errors     enum sandbox_error.
 */
#pragma once
#include "account/account.h"

enum sandbox_error {
  SANDBOX_ELSEWHERE = RESULT_CODE(RESULT_NOT_FOUND, MODULE_SANDBOX, 1), /* This installation is no sandbox. */
  SANDBOX_FAULT = RESULT_CODE(RESULT_INVALID, MODULE_SANDBOX, 2),       /* No such fault switch, or not at that endpoint. */
};

extern const struct db_migration sandbox_migrations[]; /* ended by {0} */

/* ---- People ---- */

enum sandbox_card {
  SANDBOX_CARD_NONE,
  SANDBOX_CARD_VALID,
  SANDBOX_CARD_EXPIRED,
  SANDBOX_CARD_EXPIRING, /* 20 days after the sandbox was made */
  SANDBOX_CARD_UNLIMITED,
};

/* What has happened to the account when the sandbox begins. */
enum sandbox_account {
  SANDBOX_ACCOUNT_NONE,
  SANDBOX_ACCOUNT_APPROVED, /* issued, its one-time code is out */
  SANDBOX_ACCOUNT_VERIFYING,
  SANDBOX_ACCOUNT_REJECTED,
  SANDBOX_ACCOUNT_ACTIVE,
  SANDBOX_ACCOUNT_UPGRADING, /* active at level 1, level 2 under verification */
  SANDBOX_ACCOUNT_LOCKED_HOLDER,
  SANDBOX_ACCOUNT_LOCKED_TERMS,
  SANDBOX_ACCOUNT_LOCKED_AUTHORITY,
  SANDBOX_ACCOUNT_LOCKED_BY_REGISTER, /* card or residence has ended */
  SANDBOX_ACCOUNT_LOCKED_TWICE,
  SANDBOX_ACCOUNT_LOCKED_PASSWORD,
  SANDBOX_ACCOUNT_UNLOCKED,
  SANDBOX_ACCOUNT_CLOSED,
  SANDBOX_ACCOUNT_DECEASED,
  SANDBOX_ACCOUNT_COUNT
};

struct sandbox_person {
  const char *name; /* "locked_holder" */
  const char *pin;
  const char *full_name;
  const char *birth;
  const char *nationality;
  enum sandbox_card card;
  enum sandbox_account account;
  int level;           /* of the account; 0: none */
  const char *contact; /* last two digits of the mobile; "": none */
  const char *purpose_vi, *purpose_en;
};
enum { SANDBOX_PEOPLE = 50 };
extern const struct sandbox_person sandbox_people[SANDBOX_PEOPLE];
/* "active, level 2", "locked: holder's request" */
const char *sandbox_account_words(enum sandbox_account account, bool english);

/* What everybody in it signs in with. Public on purpose. */
struct sandbox_secrets {
  struct slice password;
  struct slice passcode;
};
/* The people, their families, accounts and posts, in one write. Harmless when they are there. */
MUST_USE result sandbox_create(struct env *env, const struct sandbox_secrets *secrets);
/* doc/sandbox-people.md, whole. */
struct slice sandbox_people_document(struct arena *arena, const struct sandbox_secrets *secrets);
