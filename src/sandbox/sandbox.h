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
#include "codec/jout.h"

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

/* Of a person with an authenticator app: the secret in base32, else empty. */
struct slice sandbox_totp_secret(struct arena *arena, const char *name);

/* An object of a list. */
void sandbox_person_put(struct jout *out, struct arena *arena, const struct sandbox_person *person);

/* The organisation of organisation_representative, organisation_second and organisation_staff. */
#define SANDBOX_ORGANISATION "9900000099"

/* What everybody in it signs in with. Public on purpose. */
#define SANDBOX_PASSWORD "hoa-sen-trang-ho-tay"
#define SANDBOX_PASSCODE "730264"
/* Initial access token of dynamic registration here. */
#define SANDBOX_REGISTRATION_TOKEN "sandbox-registration"
/* The people, their families, accounts, posts, organisation, mandates and authenticator apps, in one write. Harmless when they are there. */
MUST_USE result sandbox_create(struct env *env);
/* doc/sandbox-people.md, whole. */
struct slice sandbox_people_document(struct arena *arena);

/* ---- Faults: what goes wrong on purpose, by client ---- */

enum sandbox_fault {
  SANDBOX_FAULT_SLOW = 1 << 0,          /* every protocol answer waits SANDBOX_SLOW_MS */
  SANDBOX_FAULT_REFUSE = 1 << 1,        /* the person refuses: access_denied */
  SANDBOX_FAULT_EXPIRED = 1 << 2,       /* codes, refresh and access tokens count as expired */
  SANDBOX_FAULT_SERVER_ERROR = 1 << 3,  /* 500 server_error */
  SANDBOX_FAULT_UNAVAILABLE = 1 << 4,   /* 503 temporarily_unavailable, with Retry-After */
  SANDBOX_FAULT_SIGNATURE = 1 << 5,     /* ID tokens whose signature does not hold */
  SANDBOX_FAULT_KEY = 1 << 6,           /* ID tokens under a key the JWKS does not have: a rotation not followed */
  SANDBOX_FAULT_ID_EXPIRED = 1 << 7,    /* ID tokens that ran out an hour ago */
  SANDBOX_FAULT_NONCE = 1 << 8,         /* ID tokens with another nonce */
  SANDBOX_FAULT_AUDIENCE = 1 << 9,      /* ID tokens for another client */
};
enum { SANDBOX_FAULT_COUNT = 10, SANDBOX_SLOW_MS = 6000 };
struct sandbox_fault_row {
  enum sandbox_fault fault;
  const char *name; /* "slow" */
  const char *words_vi, *words_en;
};
extern const struct sandbox_fault_row sandbox_faults[SANDBOX_FAULT_COUNT];
/* 0: no such switch. */
unsigned sandbox_fault_find(struct slice name);
/* The whole set of a client at once; a client the table does not know has none. */
MUST_USE result sandbox_faults_load(struct db_tx *tx, struct slice client_id, unsigned *ret_faults);
MUST_USE result sandbox_faults_save(struct env *env, struct slice client_id, unsigned faults);

/* ---- Events: the last of each client's requests, in memory ---- */

enum { SANDBOX_EVENTS_MAX = 1000, SANDBOX_EVENT_BYTES_MAX = 6000 };
struct sandbox_event {
  int64_t number; /* ascending */
  int64_t at_ms;
  struct slice client_id; /* empty: nobody could tell */
  bool is_everybodys;     /* what concerns each client, and stands among its own: keys that rotate, keys that are read */
  struct slice request;   /* "POST /oidc/token" */
  struct slice parameters; /* a line each; secrets cut to their first characters */
  int status;
  struct slice error;  /* "invalid_grant"; empty: none */
  struct slice answer; /* description, or where it redirected to; secrets cut */
  struct slice checks; /* a line each: what was checked, what refused and by which rule */
  struct slice fault;  /* the switch that acted; empty: none */
};
struct sandbox_events;
struct sandbox_events *sandbox_events_new(void);
void sandbox_events_free(struct sandbox_events **events); /* NULL is fine */
/* Takes a copy; number is given here. Slices together at most SANDBOX_EVENT_BYTES_MAX, else they are cut. */
void sandbox_event_add(struct sandbox_events *events, const struct sandbox_event *event);
/* Newest first: that client's, and what is everybody's; client_id empty: all. */
size_t sandbox_event_list(struct sandbox_events *events, struct slice client_id, struct arena *arena, struct sandbox_event *ret_items, size_t room);
/* "eyJhbGci…(812)": what may be shown of a secret. */
struct slice sandbox_cut(struct arena *arena, struct slice secret);
/* Whether a parameter of that name carries one. */
bool sandbox_is_secret(struct slice name);
