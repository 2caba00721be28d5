/* recovery/case.h: a case as a row, its one mover, its codes. (private to recovery/) */
#pragma once
#include "ledger/ledger.h"
#include "crypto/token.h"
#include "recovery/recovery.h"

struct recovery_step {
  const struct recovery_case *of;
  enum recovery_state to;     /* the same as before: no move, only the line */
  const char *kind;           /* of the ledger entry: "recovery.collected" */
  struct account_actor actor;
  struct slice detail;        /* members of a JSON object, without braces; empty: none */
};
/* Held against the table; the row's state, ended_at, the ledger line and the holder's history, in one. RECOVERY_MOVE. */
MUST_USE result recovery_move(struct env *env, struct db_tx *tx, const struct recovery_step *step);

struct recovery_key {
  int64_t person_id;
  int64_t case_id;
};
/* Cases whose time is over read as EXPIRED, whatever the row says. RECOVERY_UNKNOWN. */
MUST_USE result recovery_load(struct env *env, struct db_tx *tx, struct arena *arena, struct recovery_key key, struct recovery_case *ret_case);
MUST_USE result recovery_proofs_save(struct db_tx *tx, const struct recovery_case *of);

/* Which path these proofs open, and for how long the holder is waited for. RECOVERY_PATH_NONE: another officer is needed, or more proofs. */
enum recovery_path recovery_path_of(unsigned proofs, bool is_contested);
int64_t recovery_wait_ms(const struct recovery_limits *limits, enum recovery_path path);

/* If the proofs open a path now: the wait begins. Else, once an officer has seen the person, COLLECTED. Tells the holder either way. */
MUST_USE result recovery_advance(struct env *env, struct db_tx *tx, struct recovery_case *of, const struct account_actor *actor);

MUST_USE result recovery_findings_save(struct db_tx *tx, const struct recovery_case *of, const struct recovery_finding findings[static RECOVERY_FINDINGS]);
/* "recovery.compared" in the ledger. */
MUST_USE result recovery_findings_record(struct env *env, struct db_tx *tx, const struct recovery_case *of, const struct recovery_collection *collection);
/* open.c: whether the case's passkey still is the person's, in use, and for long enough. */
MUST_USE result recovery_passkey_find(struct env *env, struct db_tx *tx, const struct recovery_case *of, bool *ret_counts);

/* An officer in their own case, or one they helped in. RECOVERY_OWN_CASE. */
MUST_USE result recovery_officer_check(const struct recovery_case *of, int64_t officer_id);

/* Codes as people write them: 0-9 and letters without I, L, O and U, in groups of four. */
void recovery_code_make(struct env *env, size_t groups, char *ret_text);
/* Upper case, no blanks or hyphens, O as 0, I and L as 1; at most 40 characters are kept. */
struct slice recovery_code_read(struct arena *arena, struct slice typed);

enum { RECOVERY_NUMBER_GROUPS = 2, RECOVERY_CLAIM_GROUPS = 6 };
#define RECOVERY_LABEL_CLAIM "danh-recovery-claim"
#define RECOVERY_LABEL_VETO "danh-recovery-veto"
#define RECOVERY_LABEL_CAPTURE "danh-recovery-capture"
