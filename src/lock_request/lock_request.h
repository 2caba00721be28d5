/* lock_request/lock_request.h: an authority asks in writing that an account, or one thing it can do, be locked or unlocked.
 *
 * Standard   Decree 69/2024 Art 15: forwarded within 1 working day of its receipt, decided and notified within 2 of the forwarding; a refusal is in
 *            writing and gives its reason.
 * Officers   whoever entered or forwarded a request does not decide it; nobody handles one about themself. Who has the power at all is access/'s.
 * Granting   sets or lifts ACCOUNT_GROUND_AUTHORITY, or the authority's capability lock, in the same write; the holder is told. An account works again
 *            when its whole set of grounds is empty (account/), and a lock with a last day ends by itself (account_refresh). Several authorities may
 *            have locked the same: it stays locked until the last of them ends, and an unlock names the granted lock that it ends.
 * Does not   judge the authority's competence: that is what the two officers are for.
 * Shapes     dates civil days; `until` the last day, inclusive; texts trimmed UTF-8.
 */
#pragma once
#include "account/account.h"

enum lock_request_error {
  LOCK_REQUEST_UNKNOWN = RESULT_CODE(RESULT_NOT_FOUND, MODULE_LOCK_REQUEST, 1),      /* No such request at this agency. */
  LOCK_REQUEST_MOVE = RESULT_CODE(RESULT_CONFLICT, MODULE_LOCK_REQUEST, 2),          /* Its state does not allow that. */
  LOCK_REQUEST_TEXT = RESULT_CODE(RESULT_INVALID, MODULE_LOCK_REQUEST, 3),           /* Authority, number, ground or reason: too short or too long. */
  LOCK_REQUEST_DATES = RESULT_CODE(RESULT_INVALID, MODULE_LOCK_REQUEST, 4),          /* A document of the future, or a last day that is past. */
  LOCK_REQUEST_ENTERED = RESULT_CODE(RESULT_CONFLICT, MODULE_LOCK_REQUEST, 5),       /* That document is entered already for this person. */
  LOCK_REQUEST_OWN_CASE = RESULT_CODE(RESULT_REFUSED, MODULE_LOCK_REQUEST, 6),       /* An officer handles none about themself. */
  LOCK_REQUEST_SAME_OFFICER = RESULT_CODE(RESULT_REFUSED, MODULE_LOCK_REQUEST, 7),   /* Who entered or forwarded it does not decide. */
  LOCK_REQUEST_NOT_STANDING = RESULT_CODE(RESULT_CONFLICT, MODULE_LOCK_REQUEST, 8),  /* What is to be unlocked is no lock in force. */
  LOCK_REQUEST_NO_ACCOUNT = RESULT_CODE(RESULT_CONFLICT, MODULE_LOCK_REQUEST, 9),    /* The person has no e-ID account in use. */
};

extern const struct db_migration lock_request_migrations[]; /* ended by {0} */

/*   RECEIVED -> FORWARDED -> GRANTED -> LIFTED   (a granted lock, by a granted unlock)
 *      |           | '-----> REFUSED
 *      '-----------'-------> WITHDRAWN          (by the authority)
 */
enum lock_request_state {
  LOCK_REQUEST_RECEIVED = 1,
  LOCK_REQUEST_FORWARDED,
  LOCK_REQUEST_GRANTED,
  LOCK_REQUEST_REFUSED,
  LOCK_REQUEST_WITHDRAWN,
  LOCK_REQUEST_LIFTED,
  LOCK_REQUEST_STATE_COUNT
};
struct slice lock_request_state_name(enum lock_request_state state); /* "received" ... */
bool lock_request_move_is_allowed(enum lock_request_state from, enum lock_request_state to);

struct lock_request {
  int64_t person_id;
  int64_t request_id;
  enum lock_request_state state;
  int64_t lifts;           /* an unlock: the granted lock it ends; 0: asks for a lock */
  unsigned capability;     /* enum account_capability; 0: the whole account */
  struct slice agency;     /* where it was received */
  struct slice authority;  /* who asks */
  struct slice number;     /* of its document */
  int32_t date;
  struct slice ground;     /* in the authority's words */
  int32_t until;           /* 0: until lifted */
  int64_t received_at_ms;
  int64_t received_by;
  int32_t forward_due;
  int64_t forwarded_at_ms; /* 0: not */
  int64_t forwarded_by;
  int32_t decide_due;      /* 0: not forwarded */
  int64_t decided_at_ms;   /* 0: not */
  int64_t decided_by;
  struct slice answer;     /* the written answer to the authority; empty: none yet */
};
struct lock_request_list {
  const struct lock_request *items;
  size_t count;
};

/* person_id, lifts (then capability and until are that lock's), capability, agency, authority, number, date, ground, until and received_by are read.
 * Inside a write. LOCK_REQUEST_TEXT, _DATES, _ENTERED, _OWN_CASE, _NOT_STANDING, _NO_ACCOUNT. */
MUST_USE result lock_request_enter(struct env *env, struct db_tx *tx, const struct lock_request *entered, const struct account_actor *officer,
                                   int64_t *ret_request_id);
struct lock_request_step {
  int64_t request_id;
  enum lock_request_state to; /* FORWARDED, GRANTED, REFUSED, WITHDRAWN */
  struct account_actor officer;
  struct slice agency; /* of the officer */
  struct slice reason; /* REFUSED */
};
/* The one function that moves it. Inside a write. LOCK_REQUEST_UNKNOWN, _MOVE, _TEXT, _DATES, _OWN_CASE, _SAME_OFFICER, _NOT_STANDING; account/'s. */
MUST_USE result lock_request_move(struct env *env, struct db_tx *tx, const struct lock_request_step *step);

MUST_USE result lock_request_load(struct db_tx *tx, int64_t request_id, struct arena *arena, struct lock_request *ret_request);
/* The day its next step is due; 0: none is. */
int32_t lock_request_due(const struct lock_request *request);
/* A granted lock that still holds. */
bool lock_request_is_standing(struct env *env, const struct lock_request *request);
enum { LOCK_REQUEST_LISTED_MAX = 100 };
/* Of an agency, without those about `officer_id`: open ones by arrival, then the others, newest first. */
MUST_USE result lock_request_list(struct db_tx *tx, struct slice agency, int64_t officer_id, struct arena *arena, struct lock_request_list *ret_list);
