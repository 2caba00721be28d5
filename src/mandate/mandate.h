/* mandate/mandate.h: who may act for whom: parent, guardian, delegate, representative and staff of an organisation.
 *
 * Kinds      parent, guardian   from the register, no row: a minor's or ward's; ends the moment the register says otherwise. From 14 a minor holds
 *                               an account of their own [Decree 69/2024 Art 7]: signing in for them and their record of reads end then, the rest at 18.
 *            delegate           a person gives it (scopes, last day), the delegate accepts it; both need an active level-2 account, always.
 *            notarised          a notarised authorisation brought to the counter: one officer enters it, another confirms it.
 *            representative     an organisation's legal representative, from organisation/, no row.
 *            staff              of an organisation, named by its representative (role, scopes, last day), accepted by whom it names.
 * Scopes     words of one table (mandate_scopes); "sign_in:CLIENT" names a relying party. A kind from the register has every scope its table gives.
 * One step   whoever acts for another gives nothing on: a delegate of a delegate does not exist.
 * Sessions   mandate_choose says for whom a session acts; mandate_of_session is asked on every request and reads everything anew, so that a
 *            revocation, a death, a birthday or the register's word holds from the next request on. Nothing is cached.
 * Ledger     every move is an entry that names both persons; whoever reads or acts under a mandate puts both into theirs:
 *            mandate_ledger_fill sets actor_role ("parent", "delegate" ...) and on_behalf_of, mandate_detail_put the member "mandate".
 * Does not   ask who may do it (access/, before), nor check that a client of "sign_in:" is registered (oidc/).
 * Shapes     dates are civil, both ends inclusive; scopes one text, a space between the words.
 */
#pragma once
#include "account/account.h"
#include "codec/jout.h"
#include "ledger/ledger.h"

enum mandate_error {
  MANDATE_NONE = RESULT_CODE(RESULT_REFUSED, MODULE_MANDATE, 1),      /* Nothing lets this person act for that one. */
  MANDATE_SCOPE = RESULT_CODE(RESULT_REFUSED, MODULE_MANDATE, 2),     /* There is a mandate, but not for this. */
  MANDATE_ENDED = RESULT_CODE(RESULT_REFUSED, MODULE_MANDATE, 3),     /* The session's mandate has ended: be yourself again first. */
  MANDATE_SELF_ONLY = RESULT_CODE(RESULT_REFUSED, MODULE_MANDATE, 4), /* This one does for oneself alone: be yourself again first. */
  MANDATE_UNKNOWN = RESULT_CODE(RESULT_NOT_FOUND, MODULE_MANDATE, 5), /* No such mandate, or not the caller's. */
  MANDATE_MOVE = RESULT_CODE(RESULT_CONFLICT, MODULE_MANDATE, 6),     /* Its state does not allow that. */
  MANDATE_DELEGATE_UNFIT = RESULT_CODE(RESULT_INVALID, MODULE_MANDATE, 7), /* Nobody of that number and name may be given it. */
  MANDATE_GIVER_UNFIT = RESULT_CODE(RESULT_REFUSED, MODULE_MANDATE, 8), /* A minor, a ward, or no level-2 account: gives no mandate. */
  MANDATE_SCOPES = RESULT_CODE(RESULT_INVALID, MODULE_MANDATE, 9),    /* No scope, one twice, or one that this kind cannot have. */
  MANDATE_DATES = RESULT_CODE(RESULT_INVALID, MODULE_MANDATE, 10),    /* The last day is past, or too far away. */
  MANDATE_TOO_MANY = RESULT_CODE(RESULT_CONFLICT, MODULE_MANDATE, 11), /* Too many that are open, or the same one is open already. */
  MANDATE_DOCUMENT = RESULT_CODE(RESULT_INVALID, MODULE_MANDATE, 12), /* Office, number and day of the notarised paper. */
  MANDATE_SAME_OFFICER = RESULT_CODE(RESULT_REFUSED, MODULE_MANDATE, 13), /* Whoever entered it does not confirm it. */
  MANDATE_OWN_CASE = RESULT_CODE(RESULT_REFUSED, MODULE_MANDATE, 14), /* An officer enters and confirms nothing of their own. */
  MANDATE_REASON = RESULT_CODE(RESULT_INVALID, MODULE_MANDATE, 15),   /* A reason has 5 to 300 characters. */
};

extern const struct db_migration mandate_migrations[]; /* ended by {0} */

enum mandate_kind {
  MANDATE_SELF = 0,
  MANDATE_PARENT,
  MANDATE_GUARDIAN,
  MANDATE_DELEGATE,
  MANDATE_NOTARISED,
  MANDATE_REPRESENTATIVE,
  MANDATE_STAFF,
  MANDATE_KIND_COUNT
};
struct slice mandate_kind_name(enum mandate_kind kind); /* "parent" ...: also the ledger's actor_role */

/* The life of a mandate that has a row.
 *
 *   OFFERED -> ACTIVE -> REVOKED       by either of the two, at any time
 *      |-> DECLINED                    by whom it names (of a notarised one: by the second officer)
 *      '-> WITHDRAWN                   by whom it is from, before it was accepted
 *
 * EXPIRED is no move: a mandate past its last day, or an offer that nobody accepted in time, reads so.
 */
enum mandate_state {
  MANDATE_OFFERED = 1, /* waits for whom it names; a notarised one for a second officer */
  MANDATE_ACTIVE,
  MANDATE_DECLINED,
  MANDATE_WITHDRAWN,
  MANDATE_REVOKED,
  MANDATE_EXPIRED, /* read, never stored */
  MANDATE_STATE_COUNT
};
struct slice mandate_state_name(enum mandate_state state);
bool mandate_move_is_allowed(enum mandate_state from, enum mandate_state to);

enum {
  MANDATE_DAYS_MAX = 366,            /* the year of an authority that names no other term [Civil Code 2015 Art 563]; a shorter one may follow */
  MANDATE_NOTARISED_DAYS_MAX = 3660, /* what a notarised paper may say */
  MANDATE_OFFER_DAYS = 7,            /* to accept it in */
  MANDATE_OPEN_MAX = 20,             /* that one person gives, offered or active; an organisation: 200 */
  MANDATE_OPEN_OF_ORGANISATION_MAX = 200,
};

struct mandate {
  enum mandate_kind kind;
  enum mandate_state state;
  int64_t mandate_id;      /* 0: from the register, no row */
  int64_t actor_id;        /* who acts */
  int64_t principal_id;    /* for whom; 0: for an organisation */
  int64_t organisation_id; /* 0: for a person */
  struct slice role;       /* staff: a word of mandate_staff_roles */
  struct slice scopes;     /* "dossier.lltp wallet.view" */
  int32_t from, to;        /* REGISTER_OPEN while the register says so */
  int64_t given_at_ms;     /* rows only, as below */
  int64_t given_by;        /* the person, the organisation's representative, or the officer who entered it */
  int64_t accepted_at_ms;
  int64_t accepted_by; /* the delegate; of a notarised one the second officer */
  int64_t ended_at_ms;
  int64_t ended_by;
  struct slice end_reason;
  struct slice document_office, document_number; /* notarised */
  int32_t document_date;
  struct slice agency; /* of the officer who entered it */
};
struct mandate_list {
  const struct mandate *items;
  size_t count;
};

/* ---- Scopes ---- */

struct mandate_scope {
  const char *word; /* "sign_in:" stands for every word that begins so */
  unsigned kinds;   /* set of 1 << enum mandate_kind that can have it */
  int minor_until;  /* a parent has it for a child below that age */
  const char *vi, *en;
};
extern const struct mandate_scope mandate_scopes[]; /* ended by a row without a word */
/* NULL: no such scope. */
const struct mandate_scope *mandate_scope_find(struct slice word);
bool mandate_scopes_have(struct slice scopes, struct slice word);

struct mandate_word {
  const char *word, *vi, *en;
};
extern const struct mandate_word mandate_staff_roles[]; /* ended by a row without a word */

/* ---- Asking ---- */

struct mandate_question {
  int64_t actor_id;
  int64_t principal_id;    /* the person acted for; themself: MANDATE_SELF */
  int64_t organisation_id; /* or the organisation; 0: a person */
  struct slice scope;      /* one word; empty: any at all */
  bool is_at_counter;      /* an officer has the paper and the person before them: the one who acts by a notarised paper needs no account */
};
/* The mandate under which the actor may do that today, or MANDATE_NONE, MANDATE_SCOPE. Inside a read or a write. */
MUST_USE result mandate_check(struct env *env, struct db_tx *tx, const struct mandate_question *question, struct arena *arena,
                              struct mandate *ret_mandate);
/* The last day on which parents act for somebody born then. */
int32_t mandate_child_until(struct register_birth birth);
/* The same as a yes or no, for access_request.represents. */
MUST_USE result mandate_covers(struct env *env, struct db_tx *tx, const struct mandate_question *question, bool *ret_covers);

/* For whom the person may act today, and what is offered to them: those of the register first. */
MUST_USE result mandate_list_for(struct env *env, struct db_tx *tx, int64_t actor_id, struct arena *arena, struct mandate_list *ret_list);
/* Who may act for the person or the organisation, those that ended included: those of the register first, then the newest. */
struct mandate_principal {
  int64_t person_id;
  int64_t organisation_id; /* 0: the person */
};
MUST_USE result mandate_list_of(struct env *env, struct db_tx *tx, const struct mandate_principal *principal, struct arena *arena,
                                struct mandate_list *ret_list);
/* One that has a row. MANDATE_UNKNOWN. */
MUST_USE result mandate_load(struct env *env, struct db_tx *tx, int64_t mandate_id, struct arena *arena, struct mandate *ret_mandate);

/* ---- Giving, accepting, ending: inside a write ---- */

struct mandate_offer {
  int64_t giver_id;        /* who is signed in */
  int64_t organisation_id; /* 0: the giver themself; else one the giver represents */
  struct slice pin, name;  /* of whom it names: both must be right, a slip of one digit empowers a stranger */
  struct slice role;       /* staff */
  struct slice scopes;
  int32_t to;
};
/* OFFERED; a message tells whom it names. MANDATE_DELEGATE_UNFIT, _GIVER_UNFIT, _SCOPES, _DATES, _TOO_MANY, _NONE. */
MUST_USE result mandate_give(struct env *env, struct db_tx *tx, const struct mandate_offer *offer, int64_t *ret_mandate_id);

struct mandate_paper {
  struct account_actor officer;
  struct slice agency;
  int64_t principal_id, actor_id;
  struct slice scopes;
  int32_t to;
  struct slice office, number;
  int32_t date;
};
/* OFFERED, until another officer of the agency confirms it; both people are told. */
MUST_USE result mandate_enter(struct env *env, struct db_tx *tx, const struct mandate_paper *paper, int64_t *ret_mandate_id);
/* Notarised ones of an agency that wait for a second officer, oldest first. */
MUST_USE result mandate_list_entered(struct env *env, struct db_tx *tx, struct slice agency, struct arena *arena, struct mandate_list *ret_list);

struct mandate_step {
  int64_t mandate_id;
  enum mandate_state to;      /* ACTIVE, DECLINED, WITHDRAWN, REVOKED */
  struct account_actor actor; /* role empty: one of the two persons, or the organisation's representative */
  struct slice agency;        /* of the officer */
  struct slice reason;        /* DECLINED by an officer: needed; REVOKED: may be empty */
};
/* The one function that moves it: state, who, when, the ledger line, a message to the other side. MANDATE_MOVE, _UNKNOWN (not the actor's to
 * move), _SAME_OFFICER, _OWN_CASE, _GIVER_UNFIT, _DELEGATE_UNFIT (fell below what it needs since). */
MUST_USE result mandate_move(struct env *env, struct db_tx *tx, const struct mandate_step *step);

/* ---- Sessions ---- */

/* For whom the session acts from now on; principal and organisation 0: for themself. Leaves any post. In a write of its own, with history and
 * ledger. Changes the session given. MANDATE_NONE. */
MUST_USE result mandate_choose(struct env *env, struct account_session *session, const struct mandate_principal *principal);
/* Asked on each request: MANDATE_SELF, or the mandate as it is now; MANDATE_ENDED when it no longer holds, MANDATE_SCOPE when it holds, but not for
 * this word (empty: any). For OpenID Connect: scope "sign_in:CLIENT"; the subject of the tokens is the principal, `act` names the actor [RFC8693 4.1].
 */
struct mandate_use {
  const struct account_session *session;
  struct slice scope;
};
MUST_USE result mandate_of_session(struct env *env, struct db_tx *tx, const struct mandate_use *use, struct arena *arena, struct mandate *ret_mandate);

/* ---- Ledger ---- */

/* actor_person_id, actor_role and on_behalf_of of what is done or read under it. */
void mandate_ledger_fill(const struct mandate *mandate, struct ledger_entry *entry);
/* "mandate": "delegate:4711", in an object that is open; nothing for oneself. */
void mandate_detail_put(struct jout *out, const struct mandate *mandate);
