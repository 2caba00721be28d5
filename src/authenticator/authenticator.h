/* authenticator/authenticator.h: what a person proves themself with beside password and passcode: passkeys and security keys, TOTP, the key
 * of an app on its device, recovery codes. How each is added, used, listed, renamed and removed.
 *
 * Standard   NIST SP 800-63B-4 (3.1.2 recovery codes, 3.1.4-3.1.7 one-time codes and keys, 4 binding); RFC 6238 TOTP; Web Authentication
 *            Level 3 (webauthn/ verifies, here lie challenges and records); RFC 7515 ES256 for device keys. Decree 69/2024 Art 20: what each
 *            counts for is account/'s table of means.
 * Kinds      one table (kinds.c): name, how many a person may have, whether a ceremony comes first, how an answer is checked. One more kind
 *            is one more row and file.
 * Proving    authenticator_begin gives a ceremony: an id, and what the browser or app needs. authenticator_prove checks the answer and opens a
 *            session, or raises the one there is, in the write that uses the ceremony, the time step or the code up: of fifty at once one succeeds,
 *            and after a restart the same is refused.
 * Names      a ceremony for a number nobody has, or whose holder has no passkey, looks the same as any other: one credential, always the
 *            same for that number [WebAuthn 14.6.2].
 * Changes    adding, renaming and removing need a session of the account's best level, proven a moment ago (AUTHENTICATOR_STEP_UP), write
 *            history and ledger, and tell the holder on the account's own number [SP800-63B-4 4.1.2 SHALL] [SP800-63B-4 4.6 SHALL].
 * Face       adds to a session, never opens one; the picture goes to the matcher and is not kept; the same picture is not taken twice; each try
 *            that is no match counts, unsure and not alive too (face.c).
 * Guessing   account_try_...: five wrong ones and half an hour, by name and by person; a TOTP with a hundred wrong codes in a row is suspended
 *            [SP800-63B-4 3.2.2 SHALL].
 * Stored     TOTP secrets sealed under env->sealing, a key outside the database; recovery codes as hashes; of keys the public half.
 * Does not   send codes (message/), know passwords and passcodes (account/), or recover an account (recovery/).
 * Threads    any; nothing here may be called inside a write except where it takes a tx.
 * Shapes     ids are per person; codes as typed, spaces and hyphens allowed; times Unix ms UTC.
 */
#pragma once
#include "account/account.h"
#include "webauthn/webauthn.h"

enum authenticator_error {
  AUTHENTICATOR_UNKNOWN = RESULT_CODE(RESULT_NOT_FOUND, MODULE_AUTHENTICATOR, 1), /* The person has no such authenticator. */
  AUTHENTICATOR_STEP_UP = RESULT_CODE(RESULT_REFUSED, MODULE_AUTHENTICATOR, 2),   /* Needs the account's best level, proven a moment ago. */
  AUTHENTICATOR_CEREMONY = RESULT_CODE(RESULT_REFUSED, MODULE_AUTHENTICATOR, 3),  /* The challenge is used, expired or somebody else's. */
  AUTHENTICATOR_WRONG = RESULT_CODE(RESULT_REFUSED, MODULE_AUTHENTICATOR, 4),     /* The code or answer is wrong. */
  AUTHENTICATOR_USED = RESULT_CODE(RESULT_REFUSED, MODULE_AUTHENTICATOR, 5),      /* That code has been used already: wait for the next. */
  AUTHENTICATOR_SUSPENDED = RESULT_CODE(RESULT_REFUSED, MODULE_AUTHENTICATOR, 6), /* Suspended: it may have been copied or guessed at. */
  AUTHENTICATOR_TAKEN = RESULT_CODE(RESULT_CONFLICT, MODULE_AUTHENTICATOR, 7),    /* This key is registered already. */
  AUTHENTICATOR_TOO_MANY = RESULT_CODE(RESULT_CONFLICT, MODULE_AUTHENTICATOR, 8), /* As many of that kind as one may have. */
  AUTHENTICATOR_NAME = RESULT_CODE(RESULT_INVALID, MODULE_AUTHENTICATOR, 9),      /* A name has 1 to 60 characters. */
  AUTHENTICATOR_KEY = RESULT_CODE(RESULT_INVALID, MODULE_AUTHENTICATOR, 10),      /* Not a P-256 public key. */
  AUTHENTICATOR_LIMIT = RESULT_CODE(RESULT_INVALID, MODULE_AUTHENTICATOR, 11),    /* No such limit, or not a positive number. */
  AUTHENTICATOR_NO_SEALING = RESULT_CODE(RESULT_INTERNAL, MODULE_AUTHENTICATOR, 12), /* The installation has no key to seal secrets with. */
  AUTHENTICATOR_KIND = RESULT_CODE(RESULT_INVALID, MODULE_AUTHENTICATOR, 13),     /* That kind does not do this. */
  AUTHENTICATOR_FACE_OTHER = RESULT_CODE(RESULT_REFUSED, MODULE_AUTHENTICATOR, 14),  /* The face is not this person's. */
  AUTHENTICATOR_FACE_UNSURE = RESULT_CODE(RESULT_REFUSED, MODULE_AUTHENTICATOR, 15), /* The matcher cannot tell, or saw nobody alive. */
  AUTHENTICATOR_FACE_USED = RESULT_CODE(RESULT_REFUSED, MODULE_AUTHENTICATOR, 16),   /* That very picture has been used already. */
  AUTHENTICATOR_FACE_CLOSED = RESULT_CODE(RESULT_REFUSED, MODULE_AUTHENTICATOR, 17), /* Fifty tries in a row failed: this way is closed. */
};

extern const struct db_migration authenticator_migrations[]; /* ended by {0} */

enum authenticator_kind {
  AUTHENTICATOR_PASSKEY = 1, /* passkeys and security keys */
  AUTHENTICATOR_TOTP,
  AUTHENTICATOR_DEVICE,         /* the key of the app on one device */
  AUTHENTICATOR_RECOVERY_CODES, /* a sheet of ten */
  AUTHENTICATOR_FACE,           /* compared by the platform's matcher with the identity database: nobody adds or lists it */
  AUTHENTICATOR_KIND_COUNT
};
struct slice authenticator_kind_name(enum authenticator_kind kind); /* "passkey", "totp", "device", "recovery_codes", "face" */
/* 0 for an unknown word. */
int authenticator_kind_find(struct slice name);

/*   ACTIVE -> SUSPENDED (a counter that went back; a hundred wrong codes in a row): only removing it is left */
enum authenticator_state { AUTHENTICATOR_ACTIVE = 1, AUTHENTICATOR_STATE_SUSPENDED };

struct authenticator {
  int64_t id;
  enum authenticator_kind kind;
  enum authenticator_state state;
  struct slice name;
  int64_t made_at_ms;
  int64_t used_at_ms; /* 0: never; of a passkey that keeps no counter to the hour */
  bool may_be_copied; /* passkeys: kept by an account elsewhere and on its other devices */
  int codes_left;     /* recovery codes */
};
struct authenticator_list {
  const struct authenticator *items;
  size_t count;
};
/* Newest first. */
MUST_USE result authenticator_list(struct db_tx *tx, int64_t person_id, struct arena *arena, struct authenticator_list *ret_list);
/* The highest level of authentication the person could prove with what they have, password and passcode included. */
MUST_USE result authenticator_best(struct db_tx *tx, int64_t person_id, int *ret_level);
/* The same with a face, where the platform has a matcher and this way is open to the person. */
struct authenticator_reach {
  int level;
  bool has_face;
};
MUST_USE result authenticator_reach(struct env *env, struct db_tx *tx, int64_t person_id, struct authenticator_reach *ret_reach);

/* ---- Ceremonies ------------------------------------------------------------------------------------------------------------------------ */

enum { AUTHENTICATOR_CEREMONY_BYTES_MAX = 1024 }; /* of an id */
struct authenticator_ceremony {
  struct slice id;         /* goes to the browser, comes back with the answer; one use, a few minutes */
  struct slice json;       /* passkeys: the options; devices: {"challenge":...}; TOTP: empty */
  struct slice secret;     /* adding a TOTP: base32, to type */
  struct slice uri;        /* adding a TOTP: otpauth://..., to scan */
};
struct authenticator_beginning {
  enum authenticator_kind kind;
  const struct account_session *session; /* NULL: sign-in */
  struct slice pin;    /* sign-in: as typed, known or not; empty: the passkey itself says whose it is */
  bool is_verified;    /* passkeys: the device must verify its user */
  bool is_attested;    /* adding a passkey: it says of which model it is, for services that ask for certain ones */
  bool is_sha256;      /* adding a TOTP: SHA-256 instead of SHA-1, which not every app knows */
};
/* To sign in, or to step up when there is a session. AUTHENTICATOR_KIND for kinds whose answer needs no challenge. */
MUST_USE result authenticator_begin(struct env *env, const struct authenticator_beginning *beginning, struct arena *arena,
                                    struct authenticator_ceremony *ret_ceremony);
/* To add one. AUTHENTICATOR_STEP_UP, AUTHENTICATOR_TOO_MANY. */
MUST_USE result authenticator_add_begin(struct env *env, const struct authenticator_beginning *beginning, struct arena *arena,
                                        struct authenticator_ceremony *ret_ceremony);

/* ---- Proving ----------------------------------------------------------------------------------------------------------------------------- */

/* What goes into the write that opens the session, when it does: both are there, or neither. `write` may run twice, and sets what arg holds. */
struct authenticator_follow {
  result (*write)(struct db_tx *tx, void *arg, const struct account_session *session);
  void *arg;
};

struct authenticator_answer {
  enum authenticator_kind kind;
  const struct account_session *session; /* NULL: sign-in; else step-up */
  struct slice ceremony; /* passkeys and devices: the id */
  struct slice answer;   /* passkeys: the response in JSON; TOTP and recovery codes: as typed; devices: a compact JWS; face: a picture's bytes */
  struct slice pin;      /* sign-in with a code: as typed */
  bool is_whole;         /* step-up: what was proven before counts no longer */
  struct account_client client;
  struct slice replaces; /* the token this browser holds; needed for a step-up */
  const struct authenticator_follow *follow; /* NULL: nothing */
};
struct authenticator_granted {
  struct account_token token;
  struct account_session session;
};
/* AUTHENTICATOR_WRONG for whatever is wrong with a name, an answer or a record: who exists is not told. AUTHENTICATOR_CEREMONY, _USED, _SUSPENDED;
 * WEBAUTHN_...; ACCOUNT_TOO_MANY, ACCOUNT_LOCKED_FOR_NOW, ACCOUNT_LOCKED. */
MUST_USE result authenticator_prove(struct env *env, const struct authenticator_answer *answer, struct authenticator_granted *ret_granted);

/* A service's rule on passkeys, held against what one said of itself when it was added. Says no to a passkey that said nothing or is gone. */
struct authenticator_judging {
  int64_t person_id;
  int64_t passkey_id;
  const struct webauthn_policy *policy; /* at_ms is not read: certificates held when it was added */
};
MUST_USE result authenticator_passkey_judge(struct env *env, struct db_tx *tx, const struct authenticator_judging *judging, bool *ret_fits);

/* ---- Changes ------------------------------------------------------------------------------------------------------------------------------ */

struct authenticator_addition {
  enum authenticator_kind kind; /* not recovery codes */
  const struct account_session *session;
  struct slice ceremony;
  struct slice answer; /* passkeys: the registration in JSON; TOTP: the first code; devices: a JWS by the new key */
  struct slice key;    /* devices: the public JWK in JSON */
  struct slice name;   /* empty: a name by kind and browser */
  struct account_client client;
};
MUST_USE result authenticator_add(struct env *env, const struct authenticator_addition *addition, int64_t *ret_id);

/* For sandboxes: a TOTP whose secret is published, without a ceremony. Inside a write; history, ledger and notice as for any other. */
struct authenticator_demo {
  int64_t person_id;
  struct slice secret; /* TOTP_SHA1_SECRET_BYTES */
  struct slice name;
};
MUST_USE result authenticator_demo_append(struct env *env, struct db_tx *tx, const struct authenticator_demo *demo);

enum { AUTHENTICATOR_CODES = 10, AUTHENTICATOR_CODE_CHARACTERS = 29 };
struct authenticator_codes {
  char text[AUTHENTICATOR_CODES][AUTHENTICATOR_CODE_CHARACTERS + 1]; /* "XXXX-XXXX-XXXX-XXXX-XXXX-XXXX" */
};
/* A new sheet; the old one dies. Shown once. */
MUST_USE result authenticator_codes_make(struct env *env, const struct account_session *session, struct authenticator_codes *ret_codes);
struct authenticator_change {
  const struct account_session *session;
  int64_t id;
  struct slice name; /* authenticator_rename */
};
MUST_USE result authenticator_rename(struct env *env, const struct authenticator_change *change);
MUST_USE result authenticator_remove(struct env *env, const struct authenticator_change *change);
/* Whether the session may change what the person proves themself with: the best level, within fresh_ms. Also for a new password. */
MUST_USE result authenticator_change_check(struct env *env, struct db_tx *tx, const struct account_session *session);
/* Every one of a person's but keep_id (0: none is kept): at the end of a recovery, in its write. */
struct authenticator_clearing {
  int64_t person_id;
  int64_t keep_id;
  struct account_actor actor;
};
MUST_USE result authenticator_remove_all(struct env *env, struct db_tx *tx, const struct authenticator_clearing *clearing);

/* ---- Limits --------------------------------------------------------------------------------------------------------------------------------- */

struct authenticator_limits {
  int64_t devices_max;          /* 5 */
  int64_t passkeys_max;         /* 10 */
  int64_t totps_max;            /* 2 */
  int64_t ceremony_lifetime_ms; /* 5 minutes */
  int64_t fresh_ms;             /* 15 minutes: how long ago a proof may lie for a change */
};
MUST_USE result authenticator_limits_load(struct db_tx *tx, struct authenticator_limits *ret_limits);
MUST_USE result authenticator_limit_set(struct env *env, struct db_tx *tx, struct slice name, int64_t value);
/* Drops ceremonies that have run out. */
MUST_USE result authenticator_sweep(struct env *env);
