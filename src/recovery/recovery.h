/* recovery/recovery.h: how a holder gets their account back without the old phone: a case with proofs, a cool-off, and a veto.
 *
 * Standard   NIST SP 800-63B-4 4.2 (account recovery: recovery codes, recovery contacts, repeated proofing; notices on every validated address);
 *            Decree 69/2024 Art 15 (locks), Art 28 (records).
 * Begins     by whoever says so, at /recover, with a personal number: that alone does nothing and tells nothing, a number nobody has opens a case
 *            like any other. It gives a case number (spoken at a desk, to a helper) and a claim (a secret of the person, on paper or in the browser):
 *            only the claim ends a case, and no officer ever sees it. Nothing is ever sent to the old device.
 * Proofs     are a set; which set opens which path, with how many officers and how long a wait, is ONE table (paths.c). What a machine could not
 *            match needs a second officer; whose number and card are both lost needs two in any case.
 * Evidence   is taken under a ticket that lives a few minutes, names case and officer, and is used once; a picture that was evidence before, in any case,
 *            is refused, however its file was dressed up: RECOVERY_EVIDENCE_USED. What the machine said and whether the officer looked is kept with the
 *            case and is a line in the ledger, also when the evidence is refused.
 * SIM swap   a code to the account's number counts only when the number has been the account's for a while; it never opens a path alone.
 * Cool-off   when the last proof is in, every known address of the account is told, with a link that stops the case; so can a session of the holder's,
 *            and a desk. After a veto a further case is contested: two officers, the longest wait, and a link alone no longer stops it, for the thief may
 *            hold the phone.
 * Yields     the person sets password and passcode anew, every authenticator and session of before is gone (but the passkey that proved it), the number is the new one; the holder's
 *            own lock and the one for wrong passwords are lifted; signing and paying stay locked for a while, whatever anybody says.
 * Officers   never their own case, nor one they helped in; collector and approver are two people: checked here again, inside the write.
 * Passkey    another one, of the person's for a while, that verified its user just now, opens a path of its own: nobody at a desk is needed, the holder is
 *            told and waited for all the same, and at the end that passkey alone is left. A stolen key that was only touched proves nothing.
 * Threads    any. recovery_finish hashes and must not run inside a write.
 * Errors     enum recovery_error.
 */
#pragma once
#include "account/account.h"
#include "evidence/evidence.h"

enum recovery_error {
  RECOVERY_UNKNOWN = RESULT_CODE(RESULT_NOT_FOUND, MODULE_RECOVERY, 1),       /* No such case, claim or veto; or over. */
  RECOVERY_MOVE = RESULT_CODE(RESULT_CONFLICT, MODULE_RECOVERY, 2),           /* The case's state does not allow that move. */
  RECOVERY_CODE = RESULT_CODE(RESULT_REFUSED, MODULE_RECOVERY, 3),            /* The code is wrong, used or expired. */
  RECOVERY_EVIDENCE_USED = RESULT_CODE(RESULT_REFUSED, MODULE_RECOVERY, 4),   /* This evidence was brought before. */
  RECOVERY_EVIDENCE_STALE = RESULT_CODE(RESULT_REFUSED, MODULE_RECOVERY, 5),  /* Not taken just now, for this case, by this officer. */
  RECOVERY_NO_MATCH = RESULT_CODE(RESULT_REFUSED, MODULE_RECOVERY, 6),        /* Face or fingerprints are not that person's. */
  RECOVERY_CARD = RESULT_CODE(RESULT_REFUSED, MODULE_RECOVERY, 7),            /* Not the card the register knows, or no longer valid. */
  RECOVERY_OWN_CASE = RESULT_CODE(RESULT_REFUSED, MODULE_RECOVERY, 8),        /* An officer's own case, or one they helped in. */
  RECOVERY_SAME_OFFICER = RESULT_CODE(RESULT_REFUSED, MODULE_RECOVERY, 9),    /* Whoever collected does not approve. */
  RECOVERY_NOT_HELPER = RESULT_CODE(RESULT_REFUSED, MODULE_RECOVERY, 10),     /* Not a helper named long enough ago. */
  RECOVERY_TOO_EARLY = RESULT_CODE(RESULT_CONFLICT, MODULE_RECOVERY, 11),     /* The wait is not over. */
  RECOVERY_CONTESTED = RESULT_CODE(RESULT_REFUSED, MODULE_RECOVERY, 12),      /* Stopped once before: now only a session or a desk stops it. */
  RECOVERY_REASON = RESULT_CODE(RESULT_INVALID, MODULE_RECOVERY, 13),         /* A refusal names its reason, 5 to 300 characters. */
  RECOVERY_HELPER = RESULT_CODE(RESULT_INVALID, MODULE_RECOVERY, 14),         /* Nobody who can be a helper, or too many. */
  RECOVERY_LIMIT = RESULT_CODE(RESULT_INVALID, MODULE_RECOVERY, 15),          /* No such limit, or not a positive number. */
};

extern const struct db_migration recovery_migrations[]; /* ended by {0} */

/*   OPENED --(proofs)--> COLLECTED --(second officer)--> COOLING -> DONE
 *     |                      |  '--(one was enough)------^  |
 *     |                      |--> REJECTED (officer)        |--> VETOED (holder)
 *     |--> COOLING (code path, no desk)                     |--> REJECTED
 *     '--> EXPIRED <---------'------------------------------'    (its time is over)
 */
enum recovery_state {
  RECOVERY_OPENED = 1, /* said at /recover; proofs are missing */
  RECOVERY_COLLECTED,  /* an officer has seen the person; another one must agree */
  RECOVERY_COOLING,    /* all proofs are in, the holder is told, the wait runs; after it the claim ends it */
  RECOVERY_DONE,
  RECOVERY_VETOED,
  RECOVERY_REJECTED,
  RECOVERY_EXPIRED,
  RECOVERY_STATE_COUNT
};
struct slice recovery_state_name(enum recovery_state state); /* "opened" */
bool recovery_move_is_allowed(enum recovery_state from, enum recovery_state to);

enum recovery_proof {
  RECOVERY_PROOF_PERSON = 1 << 0, /* face and fingerprints at a desk, matched or seen by an officer */
  RECOVERY_PROOF_MATCHED = 1 << 1,/* both matched by the machine */
  RECOVERY_PROOF_CARD = 1 << 2,   /* the register's own card, valid */
  RECOVERY_PROOF_NUMBER = 1 << 3, /* a code to a number that is the account's long enough */
  RECOVERY_PROOF_HELPER = 1 << 4, /* a helper named before, with a fresh proof of their own */
  RECOVERY_PROOF_CODE = 1 << 5,   /* a recovery code */
  RECOVERY_PROOF_SECOND = 1 << 6, /* the second officer */
  RECOVERY_PROOF_PASSKEY = 1 << 7,/* a passkey that is the person's long enough, with its user verified */
};
struct slice recovery_proof_name(enum recovery_proof proof); /* "person" */

enum recovery_path {
  RECOVERY_PATH_NONE = 0,
  RECOVERY_BY_CARD_AND_NUMBER,
  RECOVERY_BY_CARD,
  RECOVERY_BY_HELPER,
  RECOVERY_BY_CODE,
  RECOVERY_BY_TWO_OFFICERS,
  RECOVERY_BY_PASSKEY, /* numbers are stored */
  RECOVERY_PATH_COUNT
};
struct slice recovery_path_name(enum recovery_path path); /* "card_and_number" */

/* ---- the person: /recover ---- */

enum { RECOVERY_NUMBER_CHARACTERS = 9, RECOVERY_CLAIM_CHARACTERS = 29 };
struct recovery_opening {
  struct slice pin; /* as typed, known or not */
  struct account_client client;
};
struct recovery_opened {
  char number[RECOVERY_NUMBER_CHARACTERS + 1]; /* "K7QM-2XHD": no secret */
  char claim[RECOVERY_CLAIM_CHARACTERS + 1];   /* "XXXX-XXXX-XXXX-XXXX-XXXX-XXXX": the person's alone, given once */
};
/* ACCOUNT_TOO_MANY. */
MUST_USE result recovery_open(struct env *env, const struct recovery_opening *opening, struct recovery_opened *ret_opened);

struct recovery_case {
  int64_t person_id; /* 0: nobody has that number, which nobody is told */
  int64_t case_id;
  struct slice number;
  enum recovery_state state;
  enum recovery_path path; /* from COOLING on */
  unsigned proofs;         /* set of enum recovery_proof */
  bool is_contested;
  int64_t opened_at_ms;
  int64_t expires_at_ms;
  int64_t collected_by;
  int64_t collected_at_ms;
  int64_t approved_by;
  int64_t helper_id;
  int64_t passkey_id;    /* of authenticator/: the one that proved it; 0: none */
  int64_t cool_until_ms; /* 0: the wait has not begun */
  struct slice new_phone;
  struct slice reason; /* of a rejection */
};
/* By the claim, spaces and small letters allowed. RECOVERY_UNKNOWN. */
MUST_USE result recovery_of_claim(struct env *env, struct db_tx *tx, struct arena *arena, struct slice claim, struct recovery_case *ret_case);
struct recovery_entry {
  struct slice claim;
  struct slice code; /* recovery_number_prove: as typed */
  struct account_client client;
};
/* A code to the account's number, if there is one that counts; three a case. Whether there is, is not told. RECOVERY_MOVE. */
MUST_USE result recovery_number_ask(struct env *env, const struct recovery_entry *entry);
/* RECOVERY_CODE, ACCOUNT_TOO_MANY. */
MUST_USE result recovery_number_prove(struct env *env, const struct recovery_entry *entry);
/* A recovery code, used a moment ago at /sign-in: the session it opened vouches for it. RECOVERY_CODE: another person's session, or no such proof. */
MUST_USE result recovery_code_prove(struct env *env, struct slice claim, const struct account_session *session);
/* A passkey that verified its user a moment ago at /sign-in: the session it opened vouches for it. RECOVERY_CODE: another person's session, no such
 * proof, or a passkey that has not been the person's for long enough. */
MUST_USE result recovery_passkey_prove(struct env *env, struct slice claim, const struct account_session *session);
/* After the wait: password and passcode anew. RECOVERY_TOO_EARLY, ACCOUNT_PASSWORD_..., ACCOUNT_PASSCODE_... leave the case as it is. */
MUST_USE result recovery_finish(struct env *env, struct pool *pool, const struct recovery_entry *entry, const struct account_secrets *secrets);

/* ---- helpers: named by the holder, before ---- */

struct recovery_contact {
  int64_t helper_id;
  struct slice name;
  int64_t since_ms;
};
struct recovery_contact_list {
  const struct recovery_contact *items;
  size_t count;
};
MUST_USE result recovery_contact_list(struct db_tx *tx, int64_t person_id, struct arena *arena, struct recovery_contact_list *ret_list);
/* Inside a write, after authenticator_change_check. Told to both. RECOVERY_HELPER: nobody of that number, oneself, without an active level-2 account,
 * a fourth one. */
MUST_USE result recovery_contact_name(struct env *env, struct db_tx *tx, int64_t person_id, struct slice helper_pin);
MUST_USE result recovery_contact_drop(struct env *env, struct db_tx *tx, int64_t person_id, int64_t helper_id);
/* The helper in a session of their own, freshly proven (before). RECOVERY_NOT_HELPER. */
MUST_USE result recovery_help(struct env *env, struct db_tx *tx, int64_t helper_id, struct slice number);

/* ---- the desk ---- */

/* By its number. RECOVERY_UNKNOWN also for a case of nobody. */
MUST_USE result recovery_of_number(struct env *env, struct db_tx *tx, struct arena *arena, struct slice number, struct recovery_case *ret_case);
/* A ticket for pictures taken now: the capture device or the desk's page sends it along. RECOVERY_OWN_CASE. */
MUST_USE result recovery_capture_begin(struct env *env, struct slice number, const struct account_actor *officer, struct account_token *ret_ticket);
enum { RECOVERY_FINDINGS = 2 };
/* What the machine said of a picture, and whether the officer compared it by eye and says that it is theirs. */
struct recovery_finding {
  enum evidence_kind kind; /* EVIDENCE_FACE, EVIDENCE_FINGERPRINTS */
  struct evidence_opinion opinion;
  bool is_seen;
};
struct recovery_collection {
  struct slice number;
  struct account_actor officer;
  struct slice ticket;
  struct slice card_number;   /* as read from the card; empty: none was shown */
  int32_t card_issued;        /* as read; compared with the register */
  struct slice new_phone;     /* in own name; empty: stays */
  struct slice face;          /* the pictures, for one use; empty: none */
  struct slice fingerprints;
  struct recovery_finding findings[RECOVERY_FINDINGS]; /* of the face, of the fingerprints: evidence_ask said; an eye counts only where the machine cannot tell */
};
/* OPENED -> COLLECTED or COOLING. RECOVERY_EVIDENCE_..., RECOVERY_NO_MATCH, RECOVERY_CARD, RECOVERY_OWN_CASE, ACCOUNT_PHONE... */
MUST_USE result recovery_collect(struct env *env, const struct recovery_collection *collection);
/* What was found when the pictures were brought, for the second officer; 0 before. */
MUST_USE result recovery_findings_load(struct db_tx *tx, struct arena *arena, const struct recovery_case *of,
                                       struct recovery_finding ret_findings[static RECOVERY_FINDINGS], size_t *ret_count);
struct recovery_decision {
  struct slice number;
  struct account_actor officer;
  struct slice reason; /* reject */
};
/* COLLECTED -> COOLING, by another officer. Inside a write. */
MUST_USE result recovery_approve(struct env *env, struct db_tx *tx, const struct recovery_decision *decision);
/* Inside a write. Also the desk's veto for a holder who came. */
MUST_USE result recovery_reject(struct env *env, struct db_tx *tx, const struct recovery_decision *decision);

/* ---- the holder: veto ---- */

/* What lies behind the link, to show before the button. RECOVERY_UNKNOWN. */
MUST_USE result recovery_of_veto(struct env *env, struct db_tx *tx, struct arena *arena, struct slice veto, struct recovery_case *ret_case);
/* By the link. RECOVERY_CONTESTED. */
MUST_USE result recovery_veto(struct env *env, struct slice veto);
/* Of the holder, newest first; open ones and those of the last 30 days. */
struct recovery_list {
  const struct recovery_case *items;
  size_t count;
};
MUST_USE result recovery_list(struct env *env, struct db_tx *tx, int64_t person_id, struct arena *arena, struct recovery_list *ret_list);
/* By the holder's own session. Inside a write; a contested one after authenticator_change_check. */
MUST_USE result recovery_veto_own(struct env *env, struct db_tx *tx, int64_t person_id, struct slice number);

/* ---- limits ---- */
struct recovery_limits {
  int64_t case_lifetime_ms;        /* 30 days */
  int64_t capture_lifetime_ms;     /* 10 minutes */
  int64_t cool_off_near_ms;        /* 24 hours: card and number */
  int64_t cool_off_ms;             /* 72 hours: card, helper, recovery code, passkey */
  int64_t cool_off_far_ms;         /* 7 days: two officers, contested */
  int64_t number_settled_ms;       /* 14 days: how long a number must be the account's to count */
  int64_t helper_settled_ms;       /* 7 days: how long a helper must have been one */
  int64_t passkey_settled_ms;      /* 7 days: how long a passkey must have been the person's */
  int64_t contested_ms;            /* 30 days after a veto */
  int64_t locked_after_ms;         /* 72 hours: signing and paying, after */
  int64_t finish_ms;               /* 14 days after the wait the claim is dead */
};
MUST_USE result recovery_limits_load(struct db_tx *tx, struct recovery_limits *ret_limits);
MUST_USE result recovery_limit_set(struct env *env, struct db_tx *tx, struct slice name, int64_t value);
/* Cases whose time is over. */
MUST_USE result recovery_sweep(struct env *env);
