/* access/access.h: who may do what: ONE table, role x act x scope (table.c), asked in one place before domain code.
 *
 * How to ask   api/ (or the CLI) builds a struct access_request out of the session and of facts it has just read, and calls access_require
 *              once, before the domain function. A write function that decides on facts which may have changed since (who decided, who
 *              collected) asks access_check again, inside its transaction, with what it has re-read.
 * Roles        a role is a post in an agency and a place, with dates (register/). Whoever acts without a post acts as citizen; the
 *              system itself (jobs, timers, the machine's own command line) says so with is_system: an empty session is nobody, not the system.
 * Officers     reach only dossiers of their agency and the people in them, state a purpose for each look-up, never handle their own case;
 *              decider and sealer are two people; whoever collected an enrolment never approves it; every officer's session is level 2.
 * Refusals     of sensitive acts (table.c marks them) are ledger entries "access.refused": access_require writes them.
 * Does not     decide whether the dossier is in a state for the act (dossier/), whether the applicant fulfils the procedure's
 *              conditions (procedure/), or find the facts: a request with a fact left out is refused, never waved through.
 * Errors       below, kind REFUSED but for ACCESS_PURPOSE and ACCESS_FACTS (our defect). Each names the first scope rule that failed, in the order of
 *              the enum.
 */
#pragma once
#include "register/register.h"

enum access_error {
  ACCESS_ROLE = RESULT_CODE(RESULT_REFUSED, MODULE_ACCESS, 1),         /* This act is not among the powers of the role. */
  ACCESS_POST_EXPIRED = RESULT_CODE(RESULT_REFUSED, MODULE_ACCESS, 2), /* The post is not held today: not yet begun, or ended. */
  ACCESS_LEVEL = RESULT_CODE(RESULT_REFUSED, MODULE_ACCESS, 3),        /* The act needs an e-ID account of a higher level. */
  ACCESS_OTHER_PERSON = RESULT_CODE(RESULT_REFUSED, MODULE_ACCESS, 4), /* A citizen acts for themself, or under a mandate. */
  ACCESS_OTHER_AGENCY = RESULT_CODE(RESULT_REFUSED, MODULE_ACCESS, 5), /* The dossier belongs to another agency. */
  ACCESS_OTHER_PLACE = RESULT_CODE(RESULT_REFUSED, MODULE_ACCESS, 6),  /* The dossier belongs to another province. */
  ACCESS_NO_DOSSIER = RESULT_CODE(RESULT_REFUSED, MODULE_ACCESS, 7),   /* The person is in no dossier of the officer's agency. */
  ACCESS_OWN_CASE = RESULT_CODE(RESULT_REFUSED, MODULE_ACCESS, 8),     /* An officer never handles their own case. */
  ACCESS_SAME_PERSON = RESULT_CODE(RESULT_REFUSED, MODULE_ACCESS, 9),  /* Two steps that need two people: decide and seal; collect and approve. */
  ACCESS_PASSCODE = RESULT_CODE(RESULT_REFUSED, MODULE_ACCESS, 10),    /* Opens only after the 6-digit passcode. */
  ACCESS_PURPOSE = RESULT_CODE(RESULT_INVALID, MODULE_ACCESS, 11),     /* A look-up states its purpose, in at least ten characters. */
  ACCESS_FACTS = RESULT_CODE(RESULT_INTERNAL, MODULE_ACCESS, 12),      /* The caller left out a fact that the rule needs: our defect. */
};

enum access_role {
  ACCESS_CITIZEN = 0,      /* whoever acts without a post */
  ACCESS_ONE_STOP_OFFICER, /* receives at the one-stop desk, hands out slips and results */
  ACCESS_RECORDS_OFFICER,  /* processes: looks up registers, asks for supplements, drafts */
  ACCESS_DECIDER,          /* the competent person: decides, refuses, signs */
  ACCESS_SEALER,           /* keeps the agency's seal */
  ACCESS_SUPERVISOR,       /* statistics, refunds, lateness of one province (or all, from a national agency) */
  ACCESS_COLLECTOR,        /* takes level-2 enrolments at the desk */
  ACCESS_APPROVER,         /* approves them */
  ACCESS_OPERATOR,         /* runs the installation: accounts, imports; sees no dossier */
  ACCESS_SYSTEM,           /* timers, jobs, the command line: is_system */
  ACCESS_ROLE_COUNT
};
enum { ACCESS_ROLE_NONE = -1 };
/* "one_stop_officer" and so on: what register posts store and the API shows. */
struct slice access_role_name(enum access_role role);
/* ACCESS_ROLE_NONE for anything else. "citizen" and "system" are no posts and give ACCESS_ROLE_NONE too. */
int access_role_find(struct slice name);

enum access_act {
  /* a citizen's own */
  ACCESS_DOSSIER_SUBMIT,     /* also by the one-stop officer for a citizen at the desk */
  ACCESS_DOSSIER_VIEW_OWN,   /* timeline, slips, payment of an own dossier */
  ACCESS_DOSSIER_WITHDRAW,
  ACCESS_DOSSIER_SUPPLEMENT, /* answers a supplement request */
  ACCESS_DOSSIER_PAY,
  ACCESS_DOCUMENT_LIST,      /* the wallet's list: kinds and dates */
  ACCESS_DOCUMENT_OPEN,      /* a document's content: needs the passcode */
  ACCESS_READS_VIEW,         /* who read my data */
  ACCESS_HISTORY_VIEW,       /* own sessions and reads */
  ACCESS_ACCOUNT_LOCK_OWN,   /* form TK03: immediate; also one capability alone */
  ACCESS_ACCOUNT_UNLOCK_OWN, /* a capability the holder locked; with a fresh proof, which the api asks for */
  ACCESS_RECOVERY_OWN,       /* names helpers, sees and stops own recoveries */
  ACCESS_RECOVERY_HELP,      /* confirms for somebody who named one a helper */
  ACCESS_AUTHENTICATOR_VIEW,   /* own ways to sign in, devices, sessions */
  ACCESS_AUTHENTICATOR_CHANGE, /* adds, renames, removes one; a new password (authenticator/ asks for the proof) */
  ACCESS_SESSION_END,          /* signs out elsewhere */
  ACCESS_MANDATE_VIEW,       /* for whom one may act, and who may act for one */
  ACCESS_MANDATE_GIVE,       /* needs the passcode */
  ACCESS_MANDATE_ACCEPT,
  ACCESS_MANDATE_END,        /* declines, withdraws, revokes */
  ACCESS_MISUSE_REPORT,      /* of one's own data */
  /* the desk */
  ACCESS_QUEUE_VIEW,         /* of the post's own agency */
  ACCESS_DOSSIER_ASSIST,     /* reads form and fee of somebody who stands at the counter or wrote by post; with purpose */
  ACCESS_DOSSIER_VIEW,       /* with purpose */
  ACCESS_DOSSIER_RECEIVE,
  ACCESS_DOSSIER_LOOK_UP,    /* register look-ups on the people in the dossier; with purpose */
  ACCESS_DOSSIER_SUPPLEMENT_REQUEST,
  ACCESS_DOSSIER_COMPONENT_REQUEST, /* asking for a paper: the engine refuses what a register supplies */
  ACCESS_DOSSIER_COMPLEX,   /* states a legal ground for a longer time */
  ACCESS_DOSSIER_REFUSE,
  ACCESS_DOSSIER_DECIDE,
  ACCESS_DOSSIER_SIGN,       /* the competent person's signature */
  ACCESS_DOSSIER_SEAL,
  ACCESS_DOSSIER_APOLOGY,
  ACCESS_DOSSIER_RETURN,
  ACCESS_REGISTER_SEARCH,    /* a person of the agency's dossiers; with purpose */
  ACCESS_ENROL_COLLECT,
  ACCESS_ENROL_APPROVE,
  ACCESS_ENROL_REJECT,
  ACCESS_RECOVERY_VIEW,      /* a recovery at the desk, any desk; with purpose */
  ACCESS_RECOVERY_COLLECT,
  ACCESS_RECOVERY_APPROVE,   /* the second officer */
  ACCESS_RECOVERY_REJECT,
  ACCESS_ENROL_APPLY,        /* a parent or guardian, in the app, for a child or ward */
  ACCESS_ORGANISATION_ENROL, /* its legal representative, in the app: applies, or consents */
  ACCESS_EVIDENCE_VIEW,      /* pictures of an enrolment; with purpose */
  ACCESS_ENROL_CODE,         /* sends another one-time code to somebody approved */
  ACCESS_MANDATE_ENTER,      /* a notarised authorisation */
  ACCESS_LOCK_REQUEST_VIEW,  /* authorities' requests to lock an account, of the agency */
  ACCESS_LOCK_REQUEST_ENTER, /* enters, forwards, withdraws one for the authority */
  ACCESS_LOCK_REQUEST_DECIDE,
  ACCESS_MANDATE_CONFIRM,    /* by another officer; also declines and ends it */
  /* the house */
  ACCESS_MISUSE_VIEW,        /* reports of misuse in the province */
  ACCESS_MISUSE_ANSWER,
  ACCESS_REPORT_VIEW,        /* figures without personal data */
  ACCESS_REFUND_VIEW,
  ACCESS_ACCOUNT_SHOW,       /* with purpose */
  ACCESS_ACCOUNT_CREATE,
  ACCESS_ACCOUNT_LOCK,
  ACCESS_ACCOUNT_UNLOCK,
  ACCESS_REGISTER_IMPORT,
  ACCESS_LEDGER_REBUILD,
  ACCESS_BACKUP_MAKE,        /* of the whole installation */
  ACCESS_CLIENT_VIEW,        /* the register of relying parties */
  ACCESS_CLIENT_REGISTER,    /* adds, changes, disables one */
  ACCESS_SIGNING_KEY_ROTATE, /* the OpenID Provider's: the next key signs from now on */
  ACCESS_CERTIFICATE_RENEW,  /* of the system, an agency, an officer in office */
  ACCESS_ACT_COUNT
};
/* "dossier.submit" and so on: for ledger entries and messages. */
struct slice access_act_name(enum access_act act);

/* A role: a post in an agency and a place, with dates. access_post_load reads it from the register. */
struct access_post {
  int64_t post_id;
  enum access_role role;
  struct slice agency;   /* code, "H26.11" */
  struct slice province; /* two-digit code; empty: a national agency, every province */
  int32_t from;          /* civil dates; both inclusive */
  int32_t to;            /* REGISTER_OPEN while it lasts */
};
/* A post the person holds today, read from the register (of the holding, person_id and post_id are asked). ACCESS_POST_EXPIRED if they do not. */
MUST_USE result access_post_load(struct env *env, struct db_tx *tx, const struct register_holding *holding, struct arena *arena,
                                 struct access_post *ret_post);

/* What access must know of the dossier (or enrolment) the act is on. Person ids are 0 where nobody has done it yet. */
struct access_case {
  struct slice code;     /* the dossier's, for the record of a refusal; may be empty */
  struct slice agency;   /* that handles it now */
  struct slice province; /* of that agency */
  const int64_t *people; /* everybody in it: applicant, whom it is about, parents, representative */
  size_t people_count;
  int64_t applicant_id;  /* who filed it, or for whom the desk filed it */
  int64_t collected_by;  /* enrolment: the officer who collected */
  int64_t decided_by;
  int64_t signed_by;
};

struct access_request {
  enum access_act act;
  int64_t actor_id;      /* who is signed in */
  bool is_system;        /* nobody is: a timer, a job, the command line; actor_id 0 and no post */
  int level;             /* of the session's account, 0..2 */
  int level_needed;      /* by the procedure; 0: the table's own (2) */
  bool passcode_ok;      /* the session's passcode was given a moment ago */
  const struct access_post *post; /* NULL: acts as citizen */
  int64_t subject_id;    /* whose data or rights the act touches; 0: nobody in particular */
  bool represents;       /* mandate/ says: the actor may do this for the subject today */
  const struct access_case *dossier; /* NULL: none */
  struct slice purpose;
};

enum { ACCESS_PURPOSE_CHARACTERS_MIN = 10, ACCESS_PURPOSE_CHARACTERS_MAX = 300 };

/* Asks the table; writes nothing; may stand inside a write function. */
MUST_USE result access_check(struct env *env, const struct access_request *request);
/* access_check, and a refused sensitive act becomes a ledger entry. Not inside a write function. */
MUST_USE result access_require(struct env *env, const struct access_request *request);
/* For whoever asked access_check inside a write that then rolled back: hands `refused` back after recording it, if the act is sensitive. Other
 * results pass through untouched, so it may wrap any db_write. */
MUST_USE result access_refusal_record(struct env *env, const struct access_request *request, result refused);
/* May a post of this role do it at all? For menus; access_check still decides. */
bool access_role_has(enum access_role role, enum access_act act);

/* One sentence for each code, Vietnamese and English; empty for a code that is not access's. */
struct slice access_sentence(uint16_t code, bool english);
