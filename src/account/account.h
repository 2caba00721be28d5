/* account/account.h: a person's e-ID: level, authenticators, enrolment, activation, locks, sessions, own history.
 *
 * Standard   Decree 69/2024 Art 7 (who may hold what), Art 10-12 (enrolment), Art 15 (locks), Art 28 (records).
 *            NIST SP 800-63B 5.1.1 in spirit: 8-64 characters, blocklist, no composition rule, no security questions.
 * Sign-in    the login name is the PIN (register/ keeps it unique). A PIN nobody has, an account not active and a wrong password
 *            run the same path, the same Argon2id, and answer ACCOUNT_CREDENTIALS; five wrong ones lock that login name (known or not) for 30 minutes:
 *            ACCOUNT_LOCKED_FOR_NOW. An attempt is counted on disk before it is checked, so parallel guesses do not get more of them.
 * Sessions   token: 256 random bits, 43 characters base64url, given once; stored as SHA-256 only. Idle and absolute limit; dead as soon as the
 *            account is not ACTIVE; locks revoke, and an unlock does not revive. They survive a restart. A sign-in always gives a new token, and
 *            ends the session the same browser had before. A session knows the means it was proven with; account_session_open is how every
 *            module that checked a proof opens one, account_session_raise how it adds to one. Biometric means lapse after 15 idle minutes
 *            [SP800-63B-4 2.3.3]: the session then goes on below level 3.
 * Codes      one-time, 8 digits, 7 days, five attempts, single use; stored salted and hashed; sent as a message (message/).
 * History    the holder's own acts and reads go to the session history (here), not to the ledger's read index.
 * Room       password, passcode and signing PIN are here; passkeys, TOTP, device keys and recovery codes are authenticator/'s.
 * Does not   ask who may do it (access/, before): but it re-checks inside its transaction that an officer neither enrols nor approves themself and that
 *            approver and collector are two people.
 * Threads    any. Functions that hash take the bounded pool (NULL: in place) and must not run inside a write function.
 * Shapes     passwords and codes are UTF-8 as typed; times Unix ms UTC; dates days since 1970-01-01; the PIN 12 digits.
 */
#pragma once
#include "access/access.h"
#include "base/pool.h"
#include "message/message.h"

enum account_error {
  ACCOUNT_UNKNOWN = RESULT_CODE(RESULT_NOT_FOUND, MODULE_ACCOUNT, 1),         /* This person has no e-ID account. */
  ACCOUNT_MOVE = RESULT_CODE(RESULT_CONFLICT, MODULE_ACCOUNT, 2),             /* The account's state does not allow that move. */
  ACCOUNT_CREDENTIALS = RESULT_CODE(RESULT_REFUSED, MODULE_ACCOUNT, 3),       /* Personal number or password is wrong. */
  ACCOUNT_LOCKED_FOR_NOW = RESULT_CODE(RESULT_REFUSED, MODULE_ACCOUNT, 4),    /* Too many wrong attempts: try again later. */
  ACCOUNT_LOCKED = RESULT_CODE(RESULT_REFUSED, MODULE_ACCOUNT, 5),            /* Right password, but the account is locked on a legal ground. */
  ACCOUNT_TOO_MANY = RESULT_CODE(RESULT_REFUSED, MODULE_ACCOUNT, 6),          /* Too many wrong attempts from this network: account_guess_wait. */
  ACCOUNT_SESSION = RESULT_CODE(RESULT_REFUSED, MODULE_ACCOUNT, 7),           /* No such session, or it has ended. */
  ACCOUNT_CODE = RESULT_CODE(RESULT_REFUSED, MODULE_ACCOUNT, 8),              /* The code is wrong, used or expired. */
  ACCOUNT_PASSWORD_LENGTH = RESULT_CODE(RESULT_INVALID, MODULE_ACCOUNT, 9),   /* A password has 8 to 64 characters. */
  ACCOUNT_PASSWORD_COMMON = RESULT_CODE(RESULT_INVALID, MODULE_ACCOUNT, 10),  /* That password is among those tried first. */
  ACCOUNT_PASSWORD_PERSONAL = RESULT_CODE(RESULT_INVALID, MODULE_ACCOUNT, 11),/* That password is made of your number, name or birth date. */
  ACCOUNT_PASSCODE_FORM = RESULT_CODE(RESULT_INVALID, MODULE_ACCOUNT, 12),    /* A passcode is six digits. */
  ACCOUNT_PASSCODE_TRIVIAL = RESULT_CODE(RESULT_INVALID, MODULE_ACCOUNT, 13), /* That passcode is a sequence, a repetition or your birth date. */
  ACCOUNT_PASSCODE = RESULT_CODE(RESULT_REFUSED, MODULE_ACCOUNT, 14),         /* The passcode is wrong. */
  ACCOUNT_LEVEL = RESULT_CODE(RESULT_CONFLICT, MODULE_ACCOUNT, 15),           /* The level only rises from 1 to 2. */
  ACCOUNT_NOT_ELIGIBLE = RESULT_CODE(RESULT_REFUSED, MODULE_ACCOUNT, 16),     /* The law does not give this person an account of that level. */
  ACCOUNT_BIOMETRICS = RESULT_CODE(RESULT_REFUSED, MODULE_ACCOUNT, 17),       /* Face and fingerprints were not both matched. */
  ACCOUNT_PHONE = RESULT_CODE(RESULT_INVALID, MODULE_ACCOUNT, 18),            /* Not a mobile number. */
  ACCOUNT_PHONE_TAKEN = RESULT_CODE(RESULT_CONFLICT, MODULE_ACCOUNT, 19),     /* The phone number is bound to another account. */
  ACCOUNT_OWN_CASE = RESULT_CODE(RESULT_REFUSED, MODULE_ACCOUNT, 20),         /* An officer never enrols or approves themself. */
  ACCOUNT_SAME_OFFICER = RESULT_CODE(RESULT_REFUSED, MODULE_ACCOUNT, 21),     /* Whoever collected an enrolment does not approve it. */
  ACCOUNT_POST = RESULT_CODE(RESULT_REFUSED, MODULE_ACCOUNT, 22),             /* This post is not yours today. */
  ACCOUNT_GROUND = RESULT_CODE(RESULT_INVALID, MODULE_ACCOUNT, 23),           /* No such lock ground, or not one that may be set or lifted so. */
  ACCOUNT_SIGNING_PIN_FORM = RESULT_CODE(RESULT_INVALID, MODULE_ACCOUNT, 24), /* A signing PIN is 6 to 12 digits and no sequence. */
  ACCOUNT_SIGNING_PIN_SET = RESULT_CODE(RESULT_CONFLICT, MODULE_ACCOUNT, 25), /* This person's signing key has a PIN already. */
  ACCOUNT_GUARDIAN = RESULT_CODE(RESULT_INVALID, MODULE_ACCOUNT, 26),         /* Under 14, or a ward: a parent or guardian comes along. */
  ACCOUNT_LIMIT = RESULT_CODE(RESULT_INVALID, MODULE_ACCOUNT, 27),            /* No such limit, not a positive number, or above what it may be. */
  ACCOUNT_REASON = RESULT_CODE(RESULT_INVALID, MODULE_ACCOUNT, 28),           /* A lock or a rejection names its reason. */
  ACCOUNT_DEMONSTRATION = RESULT_CODE(RESULT_REFUSED, MODULE_ACCOUNT, 29),    /* Accounts are made at the desk; so only in a demonstration. */
  ACCOUNT_NO_CARD = RESULT_CODE(RESULT_REFUSED, MODULE_ACCOUNT, 30),          /* No valid card: level 2 then goes with the card procedure. */
  ACCOUNT_NOT_GUARDIAN = RESULT_CODE(RESULT_REFUSED, MODULE_ACCOUNT, 31),     /* The register knows them neither as parent nor as guardian. */
  ACCOUNT_GUARDIAN_UNFIT = RESULT_CODE(RESULT_REFUSED, MODULE_ACCOUNT, 32),   /* Dead, a minor, or a ward themself: stands in for nobody. */
  ACCOUNT_GUARDIAN_LEVEL = RESULT_CODE(RESULT_REFUSED, MODULE_ACCOUNT, 33),   /* The guardian has no active level-2 account. */
  ACCOUNT_GUARDIAN_PHONE = RESULT_CODE(RESULT_INVALID, MODULE_ACCOUNT, 34),   /* A minor's or ward's number is the guardian's own. */
  ACCOUNT_GUARDIAN_ALONE = RESULT_CODE(RESULT_INVALID, MODULE_ACCOUNT, 35),   /* 14 or over and no ward: nobody enrols for them. */
  ACCOUNT_REJECTION = RESULT_CODE(RESULT_INVALID, MODULE_ACCOUNT, 36),        /* A rejection names at least one field, each once, with its reason. */
  ACCOUNT_PASSWORD_PRESENT = RESULT_CODE(RESULT_REFUSED, MODULE_ACCOUNT, 37),  /* The present password is asked for, and it is another. */
  ACCOUNT_CAPABILITY_LOCKED = RESULT_CODE(RESULT_REFUSED, MODULE_ACCOUNT, 40), /* This one thing is locked; the rest of the account works. */
};
/* One sentence for each code, Vietnamese and English; empty for a code that is not account's. */
struct slice account_sentence(uint16_t code, bool english);

extern const struct db_migration account_migrations[]; /* ended by {0} */

/* The life of an account; the level is an attribute, not a state.
 *
 *   NONE -> REGISTERED -> VERIFYING -> APPROVED -> ACTIVE <-> LOCKED -> CLOSED
 *               ^             |
 *               |             v
 *               +--------- REJECTED        (a rejected person may enrol anew)
 *
 * LOCKED exactly when the set of lock grounds is not empty. CLOSED is final: the record stays for good [Decree 69/2024 Art 28].
 */
enum account_state {
  ACCOUNT_NONE = 0, /* no row */
  ACCOUNT_REGISTERED,
  ACCOUNT_VERIFYING,
  ACCOUNT_REJECTED,
  ACCOUNT_APPROVED, /* issued; a one-time code is out */
  ACCOUNT_ACTIVE,
  ACCOUNT_STATE_LOCKED,
  ACCOUNT_CLOSED,
  ACCOUNT_STATE_COUNT
};
struct slice account_state_name(enum account_state state); /* "active" */
bool account_move_is_allowed(enum account_state from, enum account_state to);

/* Lock grounds: a set [Decree 69/2024 Art 15]. Those below "register" come and go with what the register says. */
enum account_ground {
  ACCOUNT_GROUND_WRONG_PASSWORD = 1 << 0, /* ends by itself after the lock time */
  ACCOUNT_GROUND_HOLDER = 1 << 1,         /* the holder asked (form TK03) */
  ACCOUNT_GROUND_TERMS = 1 << 2,          /* breach of the terms of use */
  ACCOUNT_GROUND_AUTHORITY = 1 << 3,      /* request of a competent authority */
  ACCOUNT_GROUND_CARD = 1 << 4,           /* register: card revoked, held, locked or expired */
  ACCOUNT_GROUND_DEATH = 1 << 5,          /* register */
  ACCOUNT_GROUND_RESIDENCE = 1 << 6,      /* foreigner: passport or residence ended */
};
/* "holder" ... ; 0 for an unknown word */
struct slice account_ground_name(enum account_ground ground);
unsigned account_ground_find(struct slice name);

struct account {
  int64_t person_id;
  enum account_state state;
  int level;        /* 0 before approval, then 1 or 2 */
  unsigned grounds; /* set of enum account_ground; not empty exactly in LOCKED */
  bool has_password;
  bool has_passcode;
  bool has_signing_pin;
  int64_t registered_at_ms;
  int64_t approved_at_ms;  /* 0: not */
  int64_t activated_at_ms; /* 0: not */
};
MUST_USE result account_load(struct db_tx *tx, int64_t person_id, struct account *ret_account); /* without a row: state NONE, OK */

/* Who acts, for ledger and checks. person_id 0: the system. role: "one_stop_officer@H26.11", empty for the holder. */
struct account_actor {
  int64_t person_id;
  struct slice role;
};

/* ---- Enrolment at level 2, used by the dossier engine inside its own transaction -------------------------------------------------- */

/* May this person hold an account of that level on that civil date? [Decree 69/2024 Art 7] ACCOUNT_NOT_ELIGIBLE (dead, too young), ACCOUNT_NO_CARD.
 * ret_guardian_needed: under 14 or a ward. */
MUST_USE result account_eligible(struct db_tx *tx, int64_t person_id, int level, int32_t on, bool *ret_guardian_needed);

struct account_enrolment {
  int64_t person_id;
  int level;                  /* 1 or 2 */
  struct slice dossier_code;
  struct account_actor officer; /* who collects, or (approve, reject) decides */
  struct slice phone;         /* mobile in own name: "0912345678" or "+84912345678"; a minor's is the guardian's */
  struct slice email;         /* optional */
  int64_t guardian_id;        /* the parent or guardian who came along; 0: nobody */
  bool face_matched;          /* level 2: the officer authenticates face and fingerprints against the identity database */
  bool fingerprints_matched;
  bool in_app;                /* level 1: nobody at a desk; officer is who applies (the person, or their guardian), or 0 when the system decides */
};
/* "+84 912 345 678" as the ten digits it is kept as. ACCOUNT_PHONE. */
MUST_USE result account_phone_normal(struct arena *arena, struct slice phone, struct slice *ret_phone);
/* NONE or REJECTED -> REGISTERED -> VERIFYING; an ACTIVE level-1 account keeps its state while its level-2 enrolment is verified. */
MUST_USE result account_enrol_collect(struct env *env, struct db_tx *tx, const struct account_enrolment *enrolment);
/* Whatever account_enrol_collect would refuse, asked before anything is written; dossier_code is not read. */
MUST_USE result account_enrol_check(struct env *env, struct db_tx *tx, const struct account_enrolment *enrolment);
/* VERIFYING -> APPROVED, the level is set and the one-time code goes out (or level 1 -> 2 of an ACTIVE account, and no code). Only person_id,
 * dossier_code and officer are read. */
MUST_USE result account_enrol_approve(struct env *env, struct db_tx *tx, const struct account_enrolment *decision);
/* What is wrong, field by field, so that the collector can mend it: the person may enrol anew at once. */
struct account_objection {
  struct slice field;  /* "card", "face", "fingerprints", "phone", "email", "guardian", "other" */
  struct slice reason; /* 5 to 300 characters */
};
struct account_rejection {
  const struct account_objection *objections;
  size_t count;
};
/* VERIFYING -> REJECTED (an ACTIVE level-1 account keeps its state), and the reasons go out as a message. ACCOUNT_REJECTION. */
MUST_USE result account_enrol_reject(struct env *env, struct db_tx *tx, const struct account_enrolment *decision,
                                     const struct account_rejection *rejection);
/* ACCOUNT_REJECTION: no field, an unknown one, one twice, a reason too short or too long. */
MUST_USE result account_rejection_check(const struct account_rejection *rejection);
/* "Số điện thoại: không chính chủ; Thẻ căn cước: đã hết hạn" */
struct slice account_rejection_write(struct arena *arena, const struct account_rejection *rejection);

/* An enrolment as it was collected and decided. */
struct account_enrolled {
  enum account_state state; /* VERIFYING, APPROVED or REJECTED */
  struct slice dossier_code;
  int64_t collected_at_ms;
  int64_t decided_at_ms; /* 0: open */
  struct slice phone;
  struct slice email;
  int64_t guardian_id;
  bool face_matched;
  bool fingerprints_matched;
  struct account_rejection rejection; /* count 0: not rejected */
};
/* dossier_code empty: the person's newest. ACCOUNT_UNKNOWN. */
MUST_USE result account_enrolled_load(struct db_tx *tx, struct arena *arena, const struct account_enrolment *key,
                                      struct account_enrolled *ret_enrolled);
/* The decree in force on that date, with its article on enrolment. */
struct slice account_enrol_basis(int32_t date);

/* Four separate counters; rate = activated / collected. */
struct account_counters {
  int64_t cards;     /* people with a card in the register */
  int64_t collected; /* e-ID dossiers collected */
  int64_t issued;    /* accounts approved */
  int64_t activated; /* accounts activated at least once */
};
MUST_USE result account_count(struct db_tx *tx, struct account_counters *ret_counters);

/* ---- Activation: code, then password and passcode ---------------------------------------------------------------------------------- */

enum { ACCOUNT_TOKEN_CHARACTERS = 43, ACCOUNT_CODE_DIGITS = 8, ACCOUNT_PASSCODE_DIGITS = 6 };
struct account_token {
  char text[ACCOUNT_TOKEN_CHARACTERS + 1];
};

struct account_client {
  struct slice address; /* as the HTTP edge saw it; shown in the holder's own history */
  struct slice network; /* what wrong attempts count against: the address, of IPv6 the /64 one household or company has */
  struct slice agent;   /* User-Agent, cut at 200 bytes; shown in the holder's own session list */
  struct slice browser; /* the token of this browser's lasting cookie: one not seen before is told to the holder; empty: not a browser */
};

struct account_code_entry {
  struct slice pin;
  struct slice code;
  struct account_client client;
};
/* Uses the code up and gives a ticket that lives 15 minutes: two at once, one wins. Unknown PIN, wrong, used and expired code: ACCOUNT_CODE. */
MUST_USE result account_activate_begin(struct env *env, const struct account_code_entry *entry, struct account_token *ret_ticket);

struct account_secrets {
  struct slice password;
  struct slice passcode;
};
/* APPROVED -> ACTIVE. A password or passcode the rules refuse leaves the ticket usable. */
MUST_USE result account_activate_finish(struct env *env, struct pool *pool, struct slice ticket, const struct account_secrets *secrets);
/* The ticket a code would buy, for somebody APPROVED who has proven their number a moment ago: account_activate_finish takes it. Inside a write. */
MUST_USE result account_activate_ticket(struct env *env, struct db_tx *tx, int64_t person_id, struct account_token *ret_ticket);
/* A new code for an APPROVED account (the old one dies): at the desk. */
MUST_USE result account_code_issue(struct env *env, struct db_tx *tx, int64_t person_id, const struct account_actor *actor);

/* The rules alone, for a form that answers while one types. The personal check needs the person. */
MUST_USE result account_password_check_rules(struct db_tx *tx, int64_t person_id, struct slice password);
MUST_USE result account_passcode_check_rules(struct db_tx *tx, int64_t person_id, struct slice passcode);

/* A notice to every address of the account, its number and its e-mail: what happened to it, so that its holder can object. Inside a write; an account
 * without either is told nothing, which is no error. */
struct account_notice {
  int64_t person_id;
  struct slice purpose;    /* a word: "locked", "new_device", "recovery" */
  struct slice text;       /* Vietnamese */
  struct slice text_en;    /* may be empty */
  struct slice subject;    /* of the e-mail; empty: "Thông báo về tài khoản định danh điện tử" */
  struct slice subject_en;
};
MUST_USE result account_notify(struct env *env, struct db_tx *tx, const struct account_notice *notice);

/* The same in one Vietnamese sentence, purpose "account". */
MUST_USE result account_notice_send(struct env *env, struct db_tx *tx, int64_t person_id, struct slice text);

/* ---- New password or passcode of an account in use ---------------------------------------------------------------------------------- */

/* A session proves who signed in, a phone in a thief's hand too. What would shut the holder out is asked of whoever knows the present password; who
 * forgot it goes through a recovery, which waits and can be stopped. Counted with step-ups. ACCOUNT_PASSWORD_PRESENT, ACCOUNT_LOCKED_FOR_NOW,
 * ACCOUNT_TOO_MANY, BASE_POOL_FULL. Not inside a write. */
struct account_confirmation {
  int64_t person_id;
  struct slice password;
  struct account_client client;
};
MUST_USE result account_password_confirm(struct env *env, struct pool *pool, const struct account_confirmation *confirmation);

struct account_new_secrets {
  int64_t person_id;
  struct account_secrets secrets; /* empty: stays as it is */
};
struct account_stored_secrets {
  struct slice password; /* stored forms; empty: stays */
  struct slice passcode;
  int64_t person_id;
  struct account_actor actor;
  int64_t keep_session_id; /* every other session ends; 0: every one */
};
/* Rules and hash, before the write; fills password and passcode only. ACCOUNT_PASSWORD_..., ACCOUNT_PASSCODE_..., BASE_POOL_FULL. */
MUST_USE result account_secrets_prepare(struct env *env, struct pool *pool, const struct account_new_secrets *secrets, struct arena *arena,
                                        struct account_stored_secrets *ret_stored);
/* History, ledger, a notice, and the person's other sessions end. */
MUST_USE result account_secrets_save(struct env *env, struct db_tx *tx, const struct account_stored_secrets *stored);

/* ---- Sign-in and sessions ---------------------------------------------------------------------------------------------------------- */

/* A question anybody may ask, but not try through: counted on disk before it is answered, given back when it was right. ACCOUNT_TOO_MANY. */
MUST_USE result account_guess_begin(struct env *env, struct slice network);
MUST_USE result account_guess_right(struct env *env, struct slice network);
/* How long until a network that was refused may try again: seconds, at least 1. */
MUST_USE result account_guess_wait(struct env *env, struct slice network, int64_t *ret_wait_s);

/* An attempt at something that can be guessed, of any module: inside its write, before it is checked. One login name has one row of wrong ones
 * whether a password or a recovery code was typed; a step-up counts against the person. Networks count them all together. */
enum account_try_kind { ACCOUNT_TRY_NAME, ACCOUNT_TRY_STEP_UP };
struct account_try {
  enum account_try_kind kind;
  struct slice name;     /* ACCOUNT_TRY_NAME: the personal number as typed, known or not */
  int64_t person_id;     /* 0: nobody by that name */
  struct account_client client;
};
struct account_try_answer {
  uint16_t refused; /* 0: may be checked; else ACCOUNT_TOO_MANY or ACCOUNT_LOCKED_FOR_NOW, and nothing was counted */
  bool is_last;     /* if this one is wrong, it was the last for a while */
};
MUST_USE result account_try_begin(struct env *env, struct db_tx *tx, const struct account_try *attempt, struct account_try_answer *ret_answer);
MUST_USE result account_try_right(struct db_tx *tx, const struct account_try *attempt);
/* It was not checked at all. */
MUST_USE result account_try_give_back(struct db_tx *tx, const struct account_try *attempt);
/* History; and the temporary lock when it was the last for that name. */
MUST_USE result account_try_wrong(struct env *env, struct db_tx *tx, const struct account_try *attempt, bool was_last);

struct account_credentials {
  struct slice pin;
  struct slice password;
  struct account_client client;
  struct slice replaces; /* the token this browser holds already; empty: none. Its session ends when the new one begins, whoever's it was */
  bool is_again;         /* proving oneself anew: that session, if it is the same person's, goes on with this proof alone, under another token */
};
struct account_session {
  int64_t session_id;
  int64_t person_id;
  int level;
  int64_t post_id; /* the acting post; 0: citizen */
  int64_t created_at_ms;
  int64_t seen_at_ms;
  int64_t ends_at_ms;          /* the absolute limit */
  int64_t passcode_ok_until_ms; /* 0: not given */
  unsigned means;              /* set of enum account_means, all proven in this session */
  int64_t passkey_id;          /* of authenticator/: the passkey among the means; 0: none */
  int64_t auth_at_ms;          /* of the oldest proof among them: what max_age and auth_time count from */
  int64_t mandate_id;          /* under which it acts for another; 0: none, or one of the register's (mandate/) */
  int64_t acting_for_id;       /* the person acted for; 0: for oneself, or an organisation */
  int64_t acting_organisation_id;
  int64_t idle_ms;             /* it ends after so long without a request */
  struct slice agent;          /* account_session_list only */
};
/* Sessions as last read: a commit that ends or changes one says so (db_mark). Bounded; where several processes write nothing is kept. */
struct account_memory *account_memory_open(void);
void account_memory_close(struct account_memory **memory); /* NULL is fine */
MUST_USE result account_sign_in(struct env *env, struct pool *pool, const struct account_credentials *credentials,
                                struct account_token *ret_token, struct account_session *ret_session);
/* Every request. Moves the idle limit at most once a minute. ACCOUNT_SESSION. */
MUST_USE result account_session_find(struct env *env, struct slice token, struct account_session *ret_session);
/* A session that was just opened, by a write that began after that moment (db_moment): its first request finds it without looking it up. */
void account_session_keep(struct env *env, const struct account_token *token, const struct account_session *session, uint64_t moment);
MUST_USE result account_sign_out(struct env *env, struct slice token);
/* 0: back to citizen. The post must be the person's own and held today: ACCOUNT_POST. Changes the session given; it acts for nobody else then. */
MUST_USE result account_session_choose_post(struct env *env, struct account_session *session, int64_t post_id);
/* For whom it acts, as its members say; leaves any post. For mandate/, which has checked it, inside its write. ACCOUNT_SESSION. */
MUST_USE result account_session_act_for(struct db_tx *tx, const struct account_session *session);
static inline bool account_session_is_for_another(const struct account_session *session) {
  return session->acting_for_id != 0 || session->acting_organisation_id != 0;
}
/* Live sessions of one person, newest first. */
struct account_session_list {
  const struct account_session *items;
  size_t count;
};
MUST_USE result account_session_list(struct env *env, struct db_tx *tx, int64_t person_id, struct arena *arena, struct account_session_list *ret_list);
/* "Chrome trên Android", out of a User-Agent. */
struct slice account_agent_name(struct arena *arena, struct slice agent, bool english);
/* Whether it is still there, inside a write that hangs on it. */
MUST_USE result account_session_is_live(struct db_tx *tx, const struct account_session *session, bool *ret_is_live);
/* Sessions that have ended in any way (signed out, replaced, taken away, locked, run out) and are still followed by somebody: whoever tells the
 * followers takes them out, inside the write that makes sure they are told. */
struct account_ended {
  int64_t person_id;
  int64_t session_id;
};
struct account_ended_list {
  const struct account_ended *items; /* at most 100 */
  size_t count;
};
MUST_USE result account_ended_list(struct db_tx *tx, struct arena *arena, struct account_ended_list *ret_list);
MUST_USE result account_ended_forget(struct db_tx *tx, const struct account_ended *ended);
/* One of the person's own; ACCOUNT_SESSION. */
MUST_USE result account_session_revoke(struct env *env, int64_t person_id, int64_t session_id);
/* Opens wallet documents for a while (passcode_ok_until_ms). Five wrong ones: ACCOUNT_LOCKED_FOR_NOW for 30 minutes; the password is not touched. */
MUST_USE result account_passcode_check(struct env *env, struct pool *pool, struct account_session *session, struct slice passcode);
/* The same digits as a step-up: they count as long as the session does (account_session_raise). */
struct account_passcode_entry {
  const struct account_session *session;
  struct slice passcode;
  struct account_client client;
  struct slice replaces; /* the session's token */
};
MUST_USE result account_passcode_raise(struct env *env, struct pool *pool, const struct account_passcode_entry *entry,
                                       struct account_token *ret_token, struct account_session *ret_session);
static inline bool account_passcode_is_ok(struct env *env, const struct account_session *session) {
  return clock_now_ms(env->clock) < session->passcode_ok_until_ms;
}

/* ---- What was proven: means, level, acr and amr --------------------------------------------------------------------------------------- */

/* The level of an authentication [Decree 69/2024 Art 3, 20]: how somebody has proved themself just now, 1 to 4. Not the account's level (1 or 2): two
 * types on purpose. Which service needs which is the service's setting. */
enum account_authentication {
  ACCOUNT_ONE_FACTOR = 1,
  ACCOUNT_TWO_FACTORS,            /* different ones, no biometric */
  ACCOUNT_BIOMETRIC_WITH_ANOTHER, /* two or more different ones, one of them biometric */
  ACCOUNT_BIOMETRIC_WITH_POSSESSION_AND_KNOWLEDGE,
};
/* The law's biometric is only what the platform or the chip matched itself; a telephone that unlocks a passkey by face vouches for knowledge alone. */
enum account_means {
  ACCOUNT_MEANS_PASSWORD = 1 << 0,
  ACCOUNT_MEANS_PASSCODE = 1 << 1,
  ACCOUNT_MEANS_ONE_TIME_CODE = 1 << 2, /* sent to the number or address of the account */
  ACCOUNT_MEANS_DEVICE = 1 << 3,        /* the key the app keeps on its device */
  ACCOUNT_MEANS_CARD = 1 << 4,
  ACCOUNT_MEANS_FACE = 1 << 5,
  ACCOUNT_MEANS_FINGERPRINT = 1 << 6,
  ACCOUNT_MEANS_IRIS = 1 << 7,
  ACCOUNT_MEANS_PASSKEY = 1 << 8,          /* a passkey or security key, touched: possession */
  ACCOUNT_MEANS_PASSKEY_VERIFIED = 1 << 9, /* and it verified its user: possession and knowledge in one */
  ACCOUNT_MEANS_TOTP = 1 << 10,
  ACCOUNT_MEANS_RECOVERY_CODE = 1 << 11,
  ACCOUNT_MEANS_KEY_STAYS = 1 << 12, /* no factor of its own: the key that was used does not leave its hardware [SP800-63B-4 2.3] */
};
/* Of a set of means; 0 for none. */
int account_authentication_of(unsigned means);
/* Of what was proven in the session, and the passcode while it counts as given. */
int account_session_authentication(struct env *env, const struct account_session *session);
/* "urn:danh:acr:2" for 1 to 4, empty otherwise; and back, 0 for any other text. */
struct slice account_acr_name(int authentication);
int account_acr_find(struct slice acr);
/* The methods behind it, as RFC 8176 names them, and "rcv" for a recovery code. */
enum { ACCOUNT_AMR_MAX = 16 };
struct account_amr {
  const char *names[ACCOUNT_AMR_MAX];
  size_t count;
};
struct account_amr account_session_amr(struct env *env, const struct account_session *session);
/* "passkey_verified" ...: for ledger and JSON, in the order of the enum; NULL after the last. */
const char *account_means_name(size_t index);

/* Somebody has proved themself, whatever module checked it: used inside that module's write, beside the row that makes the proof single-use. */
struct account_proof {
  int64_t person_id;
  unsigned means; /* proven just now; never empty */
  int64_t passkey_id; /* with a passkey's means: which it was; of two in one session the newer counts, unless it proved less */
  struct account_client client;
  struct slice replaces; /* the token this browser holds; empty: none */
  bool is_whole;         /* raise only: this proof stands alone: what was proven before no longer counts, and auth_at_ms is now */
};
/* A new session; the one behind `replaces` ends, whoever's it was. Writes history and ledger. The token is for the one who proved it and is given
 * once. The account is brought up to now first: ACCOUNT_LOCKED_FOR_NOW, ACCOUNT_LOCKED when it may not be used. */
MUST_USE result account_session_open(struct env *env, struct db_tx *tx, const struct account_proof *proof, struct account_token *ret_token,
                                     struct account_session *ret_session);
/* The session behind `replaces`, which must be this person's, goes on with these means added, under another token: the old one is dead (no
 * fixation). Its end does not move. ACCOUNT_SESSION. */
MUST_USE result account_session_raise(struct env *env, struct db_tx *tx, const struct account_proof *proof, struct account_token *ret_token,
                                      struct account_session *ret_session);

/* The holder's own history, kept five years [Decree 69/2024 Art 28]: sign-ins, failures, own reads. */
struct account_event {
  int64_t event_id;   /* list only */
  int64_t at_ms;      /* 0, but in a list: now */
  int64_t person_id;
  int64_t session_id; /* 0: none */
  struct slice kind;  /* "signed_in", "sign_in_failed", "document_opened", "dossier_viewed" ... */
  struct slice detail; /* a dossier code, a document id; may be empty */
};
MUST_USE result account_history_append(struct env *env, struct db_tx *tx, const struct account_event *event);
/* The same in a write of its own. While no server takes writes (db_is_away) some hundred lines wait in this process, and end with it. DB_UNREACHABLE: no more can. */
MUST_USE result account_history_record(struct env *env, const struct account_event *event);
MUST_USE result account_history_flush(struct env *env); /* writes those that wait, with their times: every second or so while there is a primary */
struct account_history_query {
  int64_t person_id;
  int64_t before_id; /* events older than this one; 0: from the newest */
  int limit;
};
/* Newest first. */
MUST_USE result account_history_list(struct db_tx *tx, const struct account_history_query *query, struct arena *arena, struct account_event **ret_events, size_t *ret_count);

/* ---- Locks --------------------------------------------------------------------------------------------------------------------------- */

struct account_lock {
  int64_t person_id;
  enum account_ground ground;
  struct account_actor actor;
  struct slice reason; /* in Vietnamese; shown to the holder */
  int64_t until_ms;    /* 0: until lifted */
};
/* Adds a ground; the first one moves ACTIVE -> LOCKED and ends every session. A second lock on the same ground is no error; an authority's moves
 * reason and end. */
MUST_USE result account_lock(struct env *env, struct db_tx *tx, const struct account_lock *lock);
/* Takes a ground out; LOCKED -> ACTIVE only when the set is empty. ACCOUNT_GROUND if it was not in the set. */
MUST_USE result account_unlock(struct env *env, struct db_tx *tx, const struct account_lock *lock);
/* Grounds that end by themselves and those the register gives (card, death, residence): brings the set up to now. */
MUST_USE result account_refresh(struct env *env, struct db_tx *tx, int64_t person_id);
/* What an account can do may be locked one by one: a victim keeps the rest. Each row says who set it, and until when; the same capability may be
 * locked by several, and works again when none is left. */
enum account_capability {
  ACCOUNT_CAPABILITY_SIGN = 1 << 0,   /* signatures under the person's own key */
  ACCOUNT_CAPABILITY_SHARE = 1 << 1,  /* telling a relying party anything, signing in there included */
  ACCOUNT_CAPABILITY_SUBMIT = 1 << 2, /* filing dossiers */
  ACCOUNT_CAPABILITY_PAY = 1 << 3,
};
enum { ACCOUNT_CAPABILITY_COUNT = 4 };
/* "sign", "share", "submit", "pay"; empty and 0 for anything else. */
struct slice account_capability_name(enum account_capability capability);
unsigned account_capability_find(struct slice name);
/* Who may take it away again is whoever set it: the holder after a fresh proof (authenticator_change_check, before), an operator, and of a recovery
 * nobody but its time: whoever recovered may be the thief. */
enum account_locker { ACCOUNT_LOCKER_HOLDER = 1, ACCOUNT_LOCKER_AUTHORITY, ACCOUNT_LOCKER_RECOVERY };
struct slice account_locker_name(enum account_locker locker); /* "holder", "authority", "recovery" */
struct account_capability_lock {
  int64_t person_id;
  enum account_capability capability;
  enum account_locker locker;
  struct account_actor actor;
  struct slice reason; /* Vietnamese, shown to the holder; the holder's own may be empty */
  int64_t since_ms;    /* list only */
  int64_t until_ms;    /* 0: until lifted */
};
/* Inside a write; a second one by the same locker moves reason and end, a recovery's end only outwards. ACCOUNT_UNKNOWN, ACCOUNT_REASON. */
MUST_USE result account_capability_lock(struct env *env, struct db_tx *tx, const struct account_capability_lock *lock);
/* person_id, capability, locker and actor are read. ACCOUNT_GROUND: it is not locked so, or ends by itself alone. */
MUST_USE result account_capability_unlock(struct env *env, struct db_tx *tx, const struct account_capability_lock *lock);
/* May this account do it now? Asked before every such act, and by oidc/ for every token it honours. ACCOUNT_LOCKED when the account as a whole is not
 * active, ACCOUNT_CAPABILITY_LOCKED. */
MUST_USE result account_capability_check(struct env *env, struct db_tx *tx, int64_t person_id, enum account_capability capability);
/* The same for what hangs on a session, in one look. ACCOUNT_SESSION: it has ended. */
MUST_USE result account_session_check(struct env *env, struct db_tx *tx, const struct account_session *session, enum account_capability capability);
struct account_capability_list {
  const struct account_capability_lock *items;
  size_t count;
};
MUST_USE result account_capability_list(struct env *env, struct db_tx *tx, int64_t person_id, struct arena *arena, struct account_capability_list *ret_list);
/* The grounds an account is locked on, as rows: for the holder's own page. */
struct account_ground_list {
  const struct account_lock *items; /* until_ms 0: until lifted */
  size_t count;
};
MUST_USE result account_ground_list(struct db_tx *tx, int64_t person_id, struct arena *arena, struct account_ground_list *ret_list);
/* Where the account is written to, and since when its number is bound; since 0: from the beginning. Empty: none. */
struct account_address {
  struct slice phone;
  struct slice email;
  int64_t phone_since_ms;
};
MUST_USE result account_address_load(struct db_tx *tx, int64_t person_id, struct arena *arena, struct account_address *ret_address);
/* Whether it could become this account's: normal form "0912345678". ACCOUNT_PHONE, ACCOUNT_PHONE_TAKEN. */
MUST_USE result account_phone_check(struct db_tx *tx, struct arena *arena, int64_t person_id, struct slice phone, struct slice *ret_phone);
/* Another number in own name, at a desk that has seen the person: bound to this account alone from now on. ACCOUNT_PHONE, ACCOUNT_PHONE_TAKEN. */
MUST_USE result account_phone_change(struct env *env, struct db_tx *tx, int64_t person_id, struct slice phone);

/* LOCKED -> CLOSED. */
MUST_USE result account_close(struct env *env, struct db_tx *tx, int64_t person_id, const struct account_actor *actor);
/* Drops what has ended: expired locks, dead sessions, used codes, history past five years. One write of at most 1,000 rows each. */
MUST_USE result account_sweep(struct env *env);

/* ---- Officers' signing PIN ------------------------------------------------------------------------------------------------------------ */

/* Makes the key "officer/<person_id>" in the signer under this PIN. 6 to 12 digits, no sequence. */
MUST_USE result account_signing_pin_set(struct env *env, struct pool *pool, int64_t person_id, struct slice signing_pin);
struct account_signing {
  int64_t person_id;
  struct slice signing_pin;
  uint8_t digest[32]; /* of what is signed */
};
/* pin_proof for a struct signer_request with the key "officer/<person_id>" and profile SIGNER_PERSONAL. Does not know whether the PIN is right: the signer does. */
MUST_USE result account_pin_proof(struct env *env, struct pool *pool, const struct account_signing *signing, uint8_t ret_proof[32]);

/* ---- Limits: defaults in limits.c, changed ones in a table ------------------------------------------------------------ */

struct account_limits {
  int64_t wrong_passwords_max;     /* 5 */
  int64_t wrong_password_lock_ms;  /* 30 minutes (not confirmed in a public source) */
  int64_t wrong_codes_max;         /* 5, of one code */
  int64_t wrong_passcodes_max;     /* 5 */
  int64_t address_failures_max;    /* 100 wrong attempts from one network ... */
  int64_t address_window_ms;       /* ... without a pause of 10 minutes */
  int64_t code_lifetime_ms;        /* 7 days (not confirmed in a public source) */
  int64_t ticket_lifetime_ms;      /* 15 minutes */
  int64_t session_idle_ms;         /* 30 minutes */
  int64_t session_lifetime_ms;     /* 12 hours */
  int64_t passcode_lifetime_ms;    /* 5 minutes */
  int64_t sessions_max;            /* 5 devices at once; the oldest ends when a sixth begins */
};
MUST_USE result account_limits_load(struct db_tx *tx, struct account_limits *ret_limits);
/* name: as above ("session_idle_ms"); value > 0, and for a session's times no more than [SP800-63B-4 2.2.3] lets it be. ACCOUNT_LIMIT. */
MUST_USE result account_limit_set(struct env *env, struct db_tx *tx, struct slice name, int64_t value);

/* ---- Demonstration, synth, replay ------------------------------------------------------------------------------------------------------ */

struct account_demo {
  int64_t person_id;
  int level;
  struct slice password; /* empty: no authenticator, so nobody can sign in; cheap, for thousands */
  struct slice passcode;
  int64_t at_ms;         /* 0: now */
  struct slice password_stored; /* instead of password and passcode: what account_demo_hash made, one hash for many published accounts */
  struct slice passcode_stored;
  struct slice phone;    /* empty: none; bound to the account unless it is the guardian's */
  int64_t guardian_id;   /* whose number it is; 0: the person's own */
};
/* Puts the stored forms of its password and passcode in their place. Not inside a write. */
MUST_USE result account_demo_hash(struct pool *pool, struct arena *arena, struct account_demo *demo);
/* Through the same moves and writes as anybody else, in one transaction, by the system. Hashes before it writes. */
MUST_USE result account_demo_create(struct env *env, struct pool *pool, const struct account_demo *demo);
/* The same inside a transaction of the caller's: password and passcode must be empty, or hashed by account_demo_hash. */
MUST_USE result account_demo_append(struct env *env, struct db_tx *tx, const struct account_demo *demo);
