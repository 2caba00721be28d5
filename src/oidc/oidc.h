/* oidc/oidc.h: the OpenID Provider: relying parties, authorization, consent, claims, grants and codes, end of sessions.
 *
 * Standard   OpenID Connect Core 1.0; RFC 6749, 7636, 9126 (PAR), 9101 (JAR), JARM, 9207 (iss), 8707 (resource); FAPI 2.0 Security Profile and
 *            Message Signing; OpenID Connect RP-Initiated and Back-Channel Logout; OpenID Identity Assurance 1.0.
 * Profiles   a client's: fapi2 (PAR, confidential, sender-constrained), fapi2-message-signing (signed requests and responses too), baseline.
 * Stored     requests as SHA-256 of 256 random bits beside a time-ordered key; codes not at all (code.h); a stolen table opens nothing.
 * Does not   speak HTTP (api/oidc_*.c), sign in (account/, authenticator/), or say who may register a client (access/).
 * Shapes     person ids internal, never shown: a relying party sees `sub`, another one for each sector (pairwise).
 * Errors     enum oidc_error; oidc_error_find gives each its OAuth word and status.
 */
#pragma once
#include "account/account.h"
#include "codec/jin.h"
#include "codec/jout.h"
#include "codec/url.h"
#include "env/env.h"
#include "jose/jose.h"

/* 1..59: clients, authorization, logout. 60..127: keys, client authentication, tokens. */
enum oidc_error {
  OIDC_CLIENT_UNKNOWN = RESULT_CODE(RESULT_NOT_FOUND, MODULE_OIDC, 1),    /* No such client, or it is disabled. */
  OIDC_CLIENT_TAKEN = RESULT_CODE(RESULT_CONFLICT, MODULE_OIDC, 2),       /* A client of that id is registered. */
  OIDC_CLIENT_METADATA = RESULT_CODE(RESULT_INVALID, MODULE_OIDC, 3),     /* The client's metadata contradict each other or a profile. */
  OIDC_REDIRECT_URI = RESULT_CODE(RESULT_INVALID, MODULE_OIDC, 4),        /* redirect_uri is missing or not registered, letter by letter. */
  OIDC_REQUEST = RESULT_CODE(RESULT_INVALID, MODULE_OIDC, 5),             /* A parameter is missing, doubled, unknown to us or wrong. */
  OIDC_RESPONSE_TYPE = RESULT_CODE(RESULT_INVALID, MODULE_OIDC, 6),       /* Another response_type than code. */
  OIDC_RESPONSE_MODE = RESULT_CODE(RESULT_INVALID, MODULE_OIDC, 7),       /* A response_mode this client or this server does not use. */
  OIDC_SCOPE = RESULT_CODE(RESULT_INVALID, MODULE_OIDC, 8),               /* A scope that is unknown or not registered for the client. */
  OIDC_PKCE_MISSING = RESULT_CODE(RESULT_INVALID, MODULE_OIDC, 9),        /* No code_challenge, or another method than S256. */
  OIDC_PAR_REQUIRED = RESULT_CODE(RESULT_INVALID, MODULE_OIDC, 10),       /* The client's profile takes pushed requests only. */
  OIDC_REQUEST_URI = RESULT_CODE(RESULT_INVALID, MODULE_OIDC, 11),        /* request_uri unknown, used, expired, another client's, or not ours. */
  OIDC_REQUEST_OBJECT = RESULT_CODE(RESULT_INVALID, MODULE_OIDC, 12),     /* The signed request object is missing where needed, or does not hold. */
  OIDC_RESOURCE = RESULT_CODE(RESULT_INVALID, MODULE_OIDC, 13),           /* A resource that is not an absolute URI, or not the client's. */
  OIDC_DPOP_JKT = RESULT_CODE(RESULT_INVALID, MODULE_OIDC, 14),           /* dpop_jkt and the proof's key differ, or dpop_jkt is no thumbprint. */
  OIDC_GRANT_TYPE_CLIENT = RESULT_CODE(RESULT_REFUSED, MODULE_OIDC, 15),  /* The client is not registered for this way of authorization. */
  OIDC_ACCESS_DENIED = RESULT_CODE(RESULT_REFUSED, MODULE_OIDC, 16),      /* The person refused. */
  OIDC_LOGIN_REQUIRED = RESULT_CODE(RESULT_REFUSED, MODULE_OIDC, 17),     /* prompt=none, and nobody is signed in well or freshly enough. */
  OIDC_CONSENT_REQUIRED = RESULT_CODE(RESULT_REFUSED, MODULE_OIDC, 18),   /* prompt=none, and consent is not remembered. */
  OIDC_UNMET_LEVEL = RESULT_CODE(RESULT_REFUSED, MODULE_OIDC, 19),        /* An essential acr nobody can reach here. */
  OIDC_INTERACTION = RESULT_CODE(RESULT_NOT_FOUND, MODULE_OIDC, 20),      /* No such interaction in this browser, or it is over. */
  OIDC_CONSENT_FORM = RESULT_CODE(RESULT_REFUSED, MODULE_OIDC, 21),       /* The form is not the page we sent this browser. */
  OIDC_CODE_UNKNOWN = RESULT_CODE(RESULT_REFUSED, MODULE_OIDC, 22),       /* No such code, expired, used, or another client's. */
  OIDC_GRANT_ENDED = RESULT_CODE(RESULT_REFUSED, MODULE_OIDC, 23),        /* The grant was revoked, or its session is over. */
  OIDC_CONSENT_UNKNOWN = RESULT_CODE(RESULT_NOT_FOUND, MODULE_OIDC, 24),  /* This person gave that client no consent. */
  OIDC_LOGOUT_REQUEST = RESULT_CODE(RESULT_INVALID, MODULE_OIDC, 25),     /* id_token_hint, client_id and post_logout_redirect_uri do not fit. */
  OIDC_REQUEST_UNSUPPORTED = RESULT_CODE(RESULT_INVALID, MODULE_OIDC, 26),     /* A request object where none is taken. */
  OIDC_REQUEST_URI_UNSUPPORTED = RESULT_CODE(RESULT_INVALID, MODULE_OIDC, 27), /* A request_uri that leads elsewhere. */
  OIDC_INTERACTION_REQUIRED = RESULT_CODE(RESULT_REFUSED, MODULE_OIDC, 28),    /* prompt=none, and something has to be asked. */
  OIDC_CLIENT_UNREGISTERED = RESULT_CODE(RESULT_NOT_FOUND, MODULE_OIDC, 30), /* The register, as operators keep it, has no such client. */
  OIDC_CLIENT_NO_SECRET = RESULT_CODE(RESULT_CONFLICT, MODULE_OIDC, 29),  /* The client proves itself otherwise than by a secret of ours. */
  OIDC_PENDING = RESULT_CODE(RESULT_REFUSED, MODULE_OIDC, 40),            /* The person has not answered yet. */
  OIDC_SLOW_DOWN = RESULT_CODE(RESULT_REFUSED, MODULE_OIDC, 41),          /* The same, and the client asks too often. */
  OIDC_WAITING_EXPIRED = RESULT_CODE(RESULT_REFUSED, MODULE_OIDC, 42),    /* The device's or counter's request ran out. */
  OIDC_WAITING_UNKNOWN = RESULT_CODE(RESULT_NOT_FOUND, MODULE_OIDC, 43),  /* Nothing waits there for this person: wrong code, answered, or over. */
  OIDC_PERSON_UNKNOWN = RESULT_CODE(RESULT_INVALID, MODULE_OIDC, 44),     /* The hint names nobody in a form we know. */
  OIDC_BINDING_MESSAGE = RESULT_CODE(RESULT_INVALID, MODULE_OIDC, 45),    /* binding_message is missing where needed, too long, or not plain text. */
  OIDC_WAITING_LEVEL = RESULT_CODE(RESULT_REFUSED, MODULE_OIDC, 46),      /* The session has not proven enough for what is approved. */
  OIDC_REGISTRATION_OFF = RESULT_CODE(RESULT_NOT_FOUND, MODULE_OIDC, 47), /* Clients do not register themselves here. */
  OIDC_REGISTRATION_TOKEN = RESULT_CODE(RESULT_REFUSED, MODULE_OIDC, 48), /* No registration or initial access token that is good for this. */
  OIDC_CLIENT_CREDENTIALS = RESULT_CODE(RESULT_REFUSED, MODULE_OIDC, 60), /* The client has not proven itself in its own one way. */
  OIDC_CLIENT_KEYS = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_OIDC, 61),    /* The client's keys have not been fetched from its jwks_uri yet. */
  OIDC_DPOP_MISSING = RESULT_CODE(RESULT_INVALID, MODULE_OIDC, 62),       /* The client's tokens are bound to a key, and no proof of it came. */
  OIDC_DPOP_PROOF = RESULT_CODE(RESULT_INVALID, MODULE_OIDC, 63),         /* A proof that does not hold, or came twice. */
  OIDC_DPOP_NONCE = RESULT_CODE(RESULT_REFUSED, MODULE_OIDC, 64),         /* The proof lacks a nonce of ours that is still good. */
  OIDC_GRANT_TYPE = RESULT_CODE(RESULT_INVALID, MODULE_OIDC, 65),         /* No such grant type here. */
  OIDC_CODE_MISMATCH = RESULT_CODE(RESULT_REFUSED, MODULE_OIDC, 66),      /* redirect_uri, code_verifier or key are not the request's. */
  OIDC_REFRESH_UNKNOWN = RESULT_CODE(RESULT_REFUSED, MODULE_OIDC, 67),    /* No such refresh token, ended, another client's, or used. */
  OIDC_TOKEN_MISSING = RESULT_CODE(RESULT_REFUSED, MODULE_OIDC, 68),      /* No access token in the Authorization header. */
  OIDC_TOKEN_INVALID = RESULT_CODE(RESULT_REFUSED, MODULE_OIDC, 69),      /* Not an access token of ours that is good now, here and for this sender. */
  OIDC_TOKEN_SCOPE = RESULT_CODE(RESULT_REFUSED, MODULE_OIDC, 70),        /* The token does not reach so far. */
  OIDC_KEYS_MISSING = RESULT_CODE(RESULT_INTERNAL, MODULE_OIDC, 71),      /* There is no active signing key. */
  OIDC_KEY_ROTATING = RESULT_CODE(RESULT_CONFLICT, MODULE_OIDC, 72),      /* Somebody else rotated the keys at the same moment. */
};
/* What the protocol calls a failure: "invalid_request", and the status where it is answered in place. */
struct oidc_error_row {
  uint16_t code;
  int status;
  const char *name;
  const char *description; /* ASCII without quotes [RFC6749 4.1.2.1]; says nothing about people */
};
/* Codes of other modules answer as server_error or temporarily_unavailable. */
const struct oidc_error_row *oidc_error_find(uint16_t code);

extern const struct db_migration oidc_migrations[]; /* ended by {0} */

/* ---- The provider's memory: what is read again and again. Nothing in it is lost with it. env->oidc; NULL: every load asks the database. */

struct oidc_memory;
MUST_USE result oidc_memory_open(struct env *env, struct oidc_memory **ret_memory);
void oidc_memory_close(struct oidc_memory **memory); /* NULL is fine */

/* ---- Attributes: what a relying party may learn of a person ------------------------------------------------------------------------ */

/* Bits of a set; numbers are stored and never reused. */
enum oidc_attribute {
  OIDC_NAME = 0, OIDC_NAME_PARTS, OIDC_BIRTHDATE, OIDC_GENDER, OIDC_NATIONALITY,
  OIDC_PIN, /* only with a legal ground in the registration */
  OIDC_PHONE, OIDC_EMAIL, OIDC_ADDRESS,
  OIDC_RESIDENCE, /* the province alone */
  OIDC_ACCOUNT_LEVEL, OIDC_AGE_OVER_14, OIDC_AGE_OVER_16, OIDC_AGE_OVER_18, OIDC_PLACE_OF_BIRTH,
  OIDC_ATTRIBUTE_COUNT
};
#define OIDC_ATTRIBUTE_BIT(attribute) (UINT64_C(1) << (attribute))
/* "name", "pin" ...: what registrations, consents and the ledger call it. */
const char *oidc_attribute_name(enum oidc_attribute attribute);
/* OIDC_ATTRIBUTE_COUNT: no such attribute. */
enum oidc_attribute oidc_attribute_find(struct slice name);
struct slice oidc_attribute_label(enum oidc_attribute attribute, bool english); /* for people */

/* ---- Clients: the relying parties -------------------------------------------------------------------------------------------------- */

enum oidc_profile { OIDC_BASELINE = 1, OIDC_FAPI2, OIDC_FAPI2_MESSAGE_SIGNING };
enum oidc_client_auth {
  OIDC_AUTH_NONE = 1, /* native public clients; PKCE */
  OIDC_AUTH_SECRET_BASIC, OIDC_AUTH_SECRET_POST, OIDC_AUTH_PRIVATE_KEY_JWT,
  OIDC_AUTH_TLS,             /* tls_client_auth: subject of a certificate of a known CA */
  OIDC_AUTH_SELF_SIGNED_TLS, /* a certificate of the client's jwks */
};
enum oidc_grant_type {
  OIDC_GRANT_CODE = 1 << 0, OIDC_GRANT_REFRESH = 1 << 1, OIDC_GRANT_CLIENT_CREDENTIALS = 1 << 2, OIDC_GRANT_DEVICE = 1 << 3, OIDC_GRANT_CIBA = 1 << 4,
};
enum oidc_response_mode { OIDC_MODE_QUERY = 1, OIDC_MODE_QUERY_JWT, OIDC_MODE_FORM_POST, OIDC_MODE_FORM_POST_JWT };
enum oidc_ciba_mode { OIDC_CIBA_NONE, OIDC_CIBA_POLL, OIDC_CIBA_PING };
enum oidc_client_status { OIDC_CLIENT_ACTIVE = 1, OIDC_CLIENT_DISABLED };

struct oidc_words { struct slice vi, en; }; /* en empty: as vi */
struct oidc_texts { const struct slice *items; size_t count; };
struct oidc_attribute_use {
  enum oidc_attribute attribute;
  bool is_required; /* without it the service does not work; else the person may leave it out */
  struct oidc_words purpose;
};

/* As registered; immutable while held. */
struct oidc_client {
  struct slice client_id; /* 3 to 64 of [A-Za-z0-9._-] */
  int64_t version;        /* another one with every change */
  enum oidc_client_status status;
  enum oidc_profile profile;
  bool is_native;         /* application_type native: loopback redirects, any port [RFC8252 7.3] */
  struct oidc_words name;
  struct oidc_words purpose; /* why it signs people in */
  struct oidc_words owner;   /* agency or organisation */
  struct oidc_texts redirect_uris;
  struct oidc_texts post_logout_redirect_uris;
  struct slice backchannel_logout_uri; /* empty: none */
  struct slice sector;                 /* for pairwise subjects: a host name */
  enum oidc_client_auth auth_method;
  struct slice secret_hash;   /* SHA-256 of a secret of ours, 32 bytes; empty: none */
  struct slice tls_subject_dn; /* tls_client_auth [RFC8705 2.1.2] */
  struct slice tls_san_dns;
  struct slice jwks;     /* JSON Web Key Set, as registered or as last fetched from jwks_uri; empty: none yet */
  struct slice jwks_uri; /* empty: keys are registered by value */
  struct jose_jwks keys; /* jwks, read: none if there are none yet */
  unsigned grant_types;    /* set of enum oidc_grant_type */
  unsigned response_modes; /* set of 1 << enum oidc_response_mode */
  struct oidc_texts scopes;    /* scopes of other APIs, beside those of sign-in */
  struct oidc_texts resources; /* whom access tokens may be for [RFC8707]; empty: this server alone */
  const struct oidc_attribute_use *uses;
  size_t use_count;
  uint64_t attributes; /* set: all uses */
  uint64_t attributes_required;
  int acr_min;     /* 1..4: authentication level below which nobody is let through */
  int acr_default; /* default_acr_values; 0: none */
  const struct oidc_passkey_rule *passkeys; /* which ones count here (passkey_rule.h); NULL: any */
  int consent_days; /* how long a consent is remembered, 1..365 */
  bool require_par;
  bool require_signed_request_object;
  bool dpop_bound_access_tokens;
  bool tls_bound_access_tokens;
  bool id_token_has_claims; /* attributes in the ID token too, not only at userinfo */
  struct slice userinfo_signed_response_alg; /* "ES256" or empty: plain JSON */
  enum oidc_ciba_mode ciba_mode;
  struct slice ciba_notification_endpoint;
  bool ciba_user_code;
  bool is_dynamic; /* registered itself (RFC 7591) */
  int64_t created_at_ms;
};
/* Held until released:  const struct oidc_client *client CLEANUP(oidc_client_release) = NULL;
 * OIDC_CLIENT_UNKNOWN: none, or disabled. From memory while its version row stands. */
MUST_USE result oidc_client_load(struct env *env, struct slice client_id, const struct oidc_client **ret_client);
void oidc_client_release(const struct oidc_client **client);
static inline struct slice oidc_words_in(const struct oidc_words *words, bool english) {
  return english && words->en.len > 0 ? words->en : words->vi;
}

/* Strict: metadata of RFC 7591 and of OpenID Connect Registration by their names, ours beside them (doc/integrate.md); an unknown member, a redirect
 * that is neither https nor a native client's loopback, or a contradiction to the profile is refused with its path. client_id may be absent. */
MUST_USE result oidc_client_read(const struct jin *root, struct arena *arena, struct oidc_client *ret_client);

/* Whether oidc_client_read knows that member. */
bool oidc_client_member_is_known(struct slice name);

struct oidc_client_order {
  struct account_actor actor;  /* who registers; person_id 0: the system or the client itself */
  struct slice client_id;      /* empty: as the metadata say, else a random one */
  const struct jin *metadata;  /* as oidc_client_read takes it */
  struct slice metadata_text;  /* the same as text: what is stored */
  bool replaces;               /* an existing one; false: OIDC_CLIENT_TAKEN */
  bool is_dynamic;
};
struct oidc_client_made {
  struct slice client_id;
  struct slice secret; /* given once, for client_secret_* methods; else empty */
};
MUST_USE result oidc_client_save(struct env *env, struct arena *arena, const struct oidc_client_order *order, struct oidc_client_made *ret_made);
struct oidc_client_change { struct account_actor actor; struct slice client_id; };
MUST_USE result oidc_client_disable(struct env *env, const struct oidc_client_change *change);
MUST_USE result oidc_client_enable(struct env *env, const struct oidc_client_change *change);
MUST_USE result oidc_client_secret_new(struct env *env, struct arena *arena, const struct oidc_client_change *change, struct slice *ret_secret);
/* Keys fetched from jwks_uri: by the server, never on a request's path. */
MUST_USE result oidc_client_jwks_store(struct env *env, struct slice client_id, struct slice jwks);

struct oidc_client_row {
  struct slice client_id;
  enum oidc_client_status status;
  struct slice metadata; /* JSON as registered */
  bool is_dynamic;
  int64_t created_at_ms;
  int64_t changed_at_ms;
};
struct oidc_client_list { const struct oidc_client_row *items; size_t count; };
/* By client_id after `after`; at most `limit`. */
MUST_USE result oidc_client_list(struct db_tx *tx, struct arena *arena, struct slice after, int limit, struct oidc_client_list *ret_list);
/* One, disabled ones too. OIDC_CLIENT_UNREGISTERED. */
MUST_USE result oidc_client_row_load(struct db_tx *tx, struct arena *arena, struct slice client_id, struct oidc_client_row *ret_row);

/* ---- Grants ---------------------------------------------------------------------------------------------------------------- */

/* What one authorization gave: everything issued under it names (person_id, grant_id).
 *
 *   LIVE -> REVOKED     (code replayed, token revoked, consent revoked, lock, sign-out for grants without offline_access)
 */
enum oidc_grant_state { OIDC_GRANT_LIVE = 1, OIDC_GRANT_REVOKED };
struct oidc_grant {
  int64_t person_id;
  int64_t grant_id;
  struct slice client_id;
  enum oidc_grant_state state;
  int64_t session_id; /* of account/; 0: none (device, CIBA) */
  struct slice sid;   /* the session as this client knows it; empty: none */
  struct slice scope; /* granted, words with blanks between */
  struct slice resources; /* granted, blanks between; empty: this server */
  uint64_t attributes_id_token; /* sets, agreed to */
  uint64_t attributes_userinfo;
  uint64_t attributes_verified;  /* agreed to inside verified_claims */
  struct slice verified;         /* JSON: what was asked in verified_claims, by target; empty: nothing */
  int acr;               /* authentication level 1..4 */
  unsigned means;        /* set of enum account_means */
  int64_t auth_at_ms;
  int64_t acting_for_id; /* the person acted for; 0: themself */
  int64_t created_at_ms;
};
/* Inside a write; grant_id and created_at are filled in. */
MUST_USE result oidc_grant_add(struct env *env, struct db_tx *tx, struct oidc_grant *grant);
/* OIDC_GRANT_ENDED: no such grant, or revoked. */
MUST_USE result oidc_grant_load(struct db_tx *tx, struct arena *arena, int64_t person_id, int64_t grant_id, struct oidc_grant *ret_grant);
/* Inside a write, with its ledger entry; a second time is no error. reason: "code_replayed", "token_revoked", "consent_revoked" ... */
struct oidc_revocation {
  int64_t person_id;
  int64_t grant_id;
  const char *reason;
  int64_t actor_person_id; /* 0: the system or the client */
};
MUST_USE result oidc_grant_revoke(struct env *env, struct db_tx *tx, const struct oidc_revocation *revocation);

/* A query or a form, with the standards' rules: nothing twice [RFC6749 3.1 MUST NOT], but `resource` several times, which becomes one with blanks between
 * [RFC8707 2]. CODEC_FORM_DUPLICATE, CODEC_URL_SYNTAX, CODEC_FORM_LIMIT. */
MUST_USE result oidc_parameters_parse(struct slice text, struct arena *arena, struct url_form *ret_form);

/* ---- Authorization ------------------------------------------------------------------------------------------------------------------- */

/* PAR: an authenticated client leaves its request here and gets a reference, good for 5 minutes and one authorization. */
struct oidc_caller;
struct oidc_push {
  const struct oidc_caller *caller; /* its assertion is used up with the request */
  const struct url_form *form;
  struct slice proof_thumbprint; /* of the DPoP proof that came with it; empty: none */
};
struct oidc_push_made { struct slice request_uri; int64_t expires_in_s; };
MUST_USE result oidc_push(struct env *env, struct arena *arena, const struct oidc_push *push, struct oidc_push_made *ret_made);

/* Who sits at the browser. */
struct oidc_visitor {
  const struct account_session *session; /* NULL: nobody is signed in */
  struct slice browser;                  /* this browser's cookie of interactions; empty: none yet */
};

/* One line of the consent page. */
struct oidc_consent_line {
  enum oidc_attribute attribute;
  struct oidc_words purpose;
  struct slice value; /* partly shown: enough to recognise; empty: the register has none */
  bool is_required;   /* else it has a box to tick */
};
struct oidc_consent_page {
  struct oidc_words name, owner, purpose;
  struct slice person;     /* who is signed in */
  struct slice acting_for; /* for whom; empty: themself */
  const struct oidc_consent_line *lines;
  size_t line_count;
  int days;                /* how long it is remembered */
  bool is_offline;         /* the service may come back while the person is away */
  struct slice form_token; /* must come back with the answer */
};

/* What the browser is to do. */
enum oidc_step {
  OIDC_STEP_REDIRECT, /* to the client, with a code or an error: 303 to `location` */
  OIDC_STEP_FORM,     /* the same by a form posted to `location`: `fields` */
  OIDC_STEP_INTERACT, /* to /interact/{interaction}, with `browser` as a cookie if it is not empty */
  OIDC_STEP_SIGN_IN,  /* to /sign-in with `level` and `is_fresh`, and back to /interact/{interaction} */
  OIDC_STEP_CONSENT,  /* show `page` */
};
struct oidc_next {
  enum oidc_step step;
  struct slice location;
  struct url_form fields;
  struct slice interaction;
  struct slice browser;
  int level;
  bool is_fresh, is_passkey_asked; /* the latter: one that this service takes; a level alone does not do */
  struct oidc_consent_page page;
  struct slice client_origin; /* where forms of this interaction may lead: for the page's form-action */
  struct slice ui_locales;    /* as asked; may be empty */
};
/* /oidc/authorize. text: the query, or the body of a POST. Fails only where nothing may be sent to a client: OIDC_CLIENT_UNKNOWN, OIDC_REDIRECT_URI,
 * OIDC_REQUEST_URI ...; every other failure is a step to the client [RFC6749 4.1.2.1]. */
MUST_USE result oidc_authorize(struct env *env, struct arena *arena, struct slice text, const struct oidc_visitor *visitor,
                               struct oidc_next *ret_next);

/* The checks of the endpoint at that path, in the order they run, and the rules they hold a request against: for the sandbox's inspector. false: no more. */
bool oidc_check_of_path(struct slice path, size_t index, const char **ret_name, const char **ret_rule);

/* /interact/{id}: belongs to one browser, lives 30 minutes, and ends with an answer to the client. */
struct oidc_interaction_key {
  struct slice id;
  const struct oidc_visitor *visitor;
};
/* Checks everything anew. OIDC_INTERACTION. */
MUST_USE result oidc_interaction_go_on(struct env *env, struct arena *arena, const struct oidc_interaction_key *key, struct oidc_next *ret_next);
struct oidc_decision {
  bool agrees;
  uint64_t attributes;     /* ticked boxes; what is required is added */
  struct slice form_token; /* of the page */
};
/* OIDC_CONSENT_FORM; OIDC_INTERACTION. */
MUST_USE result oidc_interaction_decide(struct env *env, struct arena *arena, const struct oidc_interaction_key *key,
                                        const struct oidc_decision *decision, struct oidc_next *ret_next);
/* For the pages on the way (sign-in): what it is about. OIDC_INTERACTION. */
struct oidc_interaction {
  struct slice client_id;
  struct oidc_words client_name;
  struct slice client_origin;
  struct slice login_hint;
};
MUST_USE result oidc_interaction_load(struct env *env, struct arena *arena, const struct oidc_interaction_key *key,
                                      struct oidc_interaction *ret_interaction);

/* ---- Claims ---------------------------------------------------------------------------------------------------------------------------- */

enum oidc_claims_target { OIDC_CLAIMS_ID_TOKEN = 1, OIDC_CLAIMS_USERINFO };
struct oidc_claims {
  const struct oidc_grant *grant;
  const struct oidc_client *client;
  enum oidc_claims_target target;
};
/* Members into an open object: always `sub`; for the ID token sid, acr, amr, auth_time; the attributes and verified_claims agreed to. Under a mandate
 * all this is of the person acted for, `act` names who acts [RFC8693 4.1], and OIDC_GRANT_ENDED says that the mandate has ended. iss, aud, exp, iat, nonce, at_hash are the caller's. Reads the register as it is now. */
MUST_USE result oidc_claims_put(struct env *env, struct db_tx *tx, struct arena *arena, const struct oidc_claims *claims, struct jout *out);
/* sub of everything issued under a grant: the person it is about, who under a mandate is the one acted for. */
MUST_USE result oidc_grant_subject(struct env *env, const struct oidc_grant *grant, struct slice sector, struct arena *arena, struct slice *ret_sub);
/* Pairwise subject of a person for a sector: 43 characters. */
MUST_USE result oidc_subject(struct env *env, struct slice sector, int64_t person_id, struct arena *arena, struct slice *ret_sub);

/* ---- The end of a session ------------------------------------------------------------------------------------------------------------- */

/* RP-Initiated Logout: what a client asks for at /oidc/end-session, checked. Nobody is signed out by it: the person is asked. */
struct oidc_end_session {
  struct oidc_words client_name; /* empty: no client is named */
  struct slice location;         /* where to go afterwards, state included; empty: nowhere but here */
  struct slice client_origin;    /* of `location`, for the page's form-action */
};
/* OIDC_LOGOUT_REQUEST: the hint is not ours, names another client, or the address is not registered letter by letter. */
MUST_USE result oidc_end_session(struct env *env, struct arena *arena, const struct url_form *form, struct oidc_end_session *ret_end);

/* Back-Channel Logout. Once a second: for each session that ended, deliveries to the clients it had signed in to, and the end of their grants that
 * were not offline_access. ret_count: deliveries added; then wake the outbox. */
MUST_USE result oidc_logout_tend(struct env *env, int64_t *ret_count);
#define OIDC_LOGOUT_DESTINATION "relying_parties" /* in the outbox: a family, one member a client */
/* One delivery: where to, and the body of the POST, a fresh logout token in it. location empty: the client is gone, or it has been tried for a day. */
struct oidc_logout_call {
  struct slice location;
  struct slice body;
};
MUST_USE result oidc_logout_write(struct env *env, struct arena *arena, struct slice payload, struct oidc_logout_call *ret_call);

/* ---- Consent --------------------------------------------------------------------------------------------------------------------------- */

struct oidc_consent {
  struct slice client_id;
  struct oidc_words client_name;
  struct oidc_words owner;
  struct oidc_words purpose; /* as it was shown */
  uint64_t attributes;
  int64_t acting_for_id;
  int64_t given_at_ms;
  int64_t until_ms;
  int64_t used_at_ms; /* the last authorization, to the hour */
};
struct oidc_consent_list { const struct oidc_consent *items; size_t count; };
/* What a person agreed to and has not revoked, newest first. */
MUST_USE result oidc_consent_list(struct db_tx *tx, struct arena *arena, int64_t person_id, struct oidc_consent_list *ret_list);
/* Forgets every consent of the person to that client, and its grants: their tokens are dead with this write. OIDC_CONSENT_UNKNOWN. */
MUST_USE result oidc_consent_revoke(struct env *env, int64_t person_id, struct slice client_id);

/* ---- What an endpoint is given ----------------------------------------------------------------------------------------------------- */
/* A call as the api layer has read it: parameters known to be there once [RFC6749 3.1 MUST; RFC6749 3.2 MUST], nothing else checked. */
struct oidc_call {
  const char *method; /* "POST" */
  const char *path;   /* "/oidc/token": behind env->origin it is the htu of a proof */
  const struct url_form *form;
  struct slice authorization; /* header, whole; empty: none */
  struct slice dpop;          /* header; empty: none */
  bool is_dpop_twice;         /* it came more than once */
  struct slice certificate;   /* PEM of the client's TLS certificate, of the proxy's Unix socket alone; empty: none */
  bool is_certificate_trusted; /* the proxy found a path to one of its client CAs */
  struct slice accept;         /* header: signed answers are asked for by it */
};
struct oidc_answer {
  const char *content_type;
  struct slice body;
};
/* ---- Clients prove themselves; proofs of possession ---------------------------------------------------------------------------------- */
struct oidc_caller { /* CLEANUP(oidc_caller_release) */
  const struct oidc_client *client; /* held */
  bool has_assertion;               /* its jti is to be used up */
  int64_t assertion_expires_ms;
  uint8_t assertion_hash[32];
  struct slice certificate_thumbprint; /* x5t#S256 of the TLS certificate; empty: none */
};
/* [RFC6749 2.3], [RFC7523 3], [RFC8705 2], OpenID Connect Core 9. One client, one method. Then either oidc_caller_use in the caller's own write, or
 * oidc_caller_settle: an assertion works once. OIDC_CLIENT_UNKNOWN, OIDC_CLIENT_CREDENTIALS: both are invalid_client outside. OIDC_CLIENT_KEYS. */
MUST_USE result oidc_caller_authenticate(struct env *env, const struct oidc_call *call, struct arena *arena, struct oidc_caller *ret_caller);
/* Inside a write, before anything else is written. OIDC_CLIENT_CREDENTIALS: the assertion came before. */
MUST_USE result oidc_caller_use(struct db_tx *tx, const struct oidc_caller *caller);
/* A write of its own, if there is anything to use up. */
MUST_USE result oidc_caller_settle(struct env *env, const struct oidc_caller *caller);
void oidc_caller_release(struct oidc_caller *caller);

/* The proof of this call [RFC9449 4.3]: its key's thumbprint, 43 characters; empty: the call has none. access_token: at a resource, else empty.
 * A proof needs a nonce of ours and works once. Nothing is stored: nonces are of this run of the program, so after a restart every older proof is
 * refused. OIDC_DPOP_PROOF, OIDC_DPOP_NONCE. */
MUST_USE result oidc_dpop_check(struct env *env, const struct oidc_call *call, struct slice access_token, struct arena *arena,
                                struct slice *ret_thumbprint);
/* For the DPoP-Nonce of an answer. */
struct slice oidc_dpop_nonce(struct env *env, struct arena *arena);

/* ---- Signing keys -------------------------------------------------------------------------------------------------------------------- */
/* A JWT of ours: ES256 by the active key. type: "at+jwt", "JWT", "logout+jwt", "token-introspection+jwt" ...; claims: a JSON object, taken as it is. */
MUST_USE result oidc_jwt_write(struct env *env, const char *type, struct slice claims, struct arena *arena, struct slice *ret_jwt);
/* An ID token of ours as a hint [OIDC Core 3.1.2.1]: signature and issuer alone, however old. OIDC_TOKEN_INVALID. */
MUST_USE result oidc_id_token_read(struct env *env, struct slice id_token, struct arena *arena, const struct jin **ret_claims);
/* Makes the next key the active one, and a new next. The old one is shown until nothing it signed is good any more. */
MUST_USE result oidc_keys_rotate(struct env *env, int64_t actor_person_id);
/* Once a minute, off the request path: makes the first keys, rotates on schedule. */
MUST_USE result oidc_keys_tend(struct env *env);
/* The JWK Set [RFC7517 5]: every key that may still verify something. */
MUST_USE result oidc_jwks(struct env *env, struct arena *arena, struct slice *ret_json);
struct oidc_key_row { struct slice kid; const char *state; int64_t since_ms; }; /* "next", "active", "retired" */
struct oidc_key_list { struct oidc_key_row *items; size_t count; };
/* The same keys for people: the active one first, then the next, then those before. */
MUST_USE result oidc_key_list(struct env *env, struct arena *arena, struct oidc_key_list *ret_list);
/* RFC 8414 and OpenID Connect Discovery: one document. */
MUST_USE result oidc_metadata(struct env *env, struct arena *arena, bool has_registration, struct slice *ret_json);

/* ---- Tokens -------------------------------------------------------------------------------------------------------------------------- */
enum {
  OIDC_ACCESS_LIFETIME_S = 300,            /* what a resource server that never asks us can be fooled for */
  OIDC_ID_TOKEN_LIFETIME_S = 300,
  OIDC_REFRESH_LIFETIME_S = 90 * 24 * 3600, /* without being used */
};
/* Once a minute too: rows that are over. */
MUST_USE result oidc_sweep(struct env *env);
/* POST /oidc/token */
MUST_USE result oidc_token(struct env *env, const struct oidc_call *call, struct arena *arena, struct slice *ret_json);
/* POST /oidc/introspect [RFC7662], [RFC9701]; _show: what the token's own client would hear, asking nobody who they are: for the sandbox alone */
MUST_USE result oidc_introspect(struct env *env, const struct oidc_call *call, struct arena *arena, struct oidc_answer *ret_answer);
MUST_USE result oidc_introspection_show(struct env *env, struct slice token, struct arena *arena, struct slice *ret_json);
/* POST /oidc/revoke [RFC7009] */
MUST_USE result oidc_revoke(struct env *env, const struct oidc_call *call, struct arena *arena);
/* GET or POST /oidc/userinfo */
MUST_USE result oidc_userinfo(struct env *env, const struct oidc_call *call, struct arena *arena, struct oidc_answer *ret_answer);

/* ---- Clients' keys behind a jwks_uri [OIDC Core 10.1.1], [FAPI 5.6.3] ------------------------------------------------------------------ */
struct oidc_fetch {
  struct slice client_id, jwks_uri;
};
/* One client to be asked now, or none (client_id empty). For a thread of the server: it fetches over https within limits and gives back what came. */
MUST_USE result oidc_fetch_due(struct env *env, struct arena *arena, struct oidc_fetch *ret_fetch);
/* jwks empty: nothing usable came; what was there before stays. */
MUST_USE result oidc_fetch_done(struct env *env, const struct oidc_fetch *fetch, struct slice jwks);

/* ---- Authorization of a device or counter: the person answers elsewhere --------------------------------------------------------------- */
enum oidc_waiting_kind { OIDC_WAITING_DEVICE = 1, OIDC_WAITING_CIBA };

/* POST /oidc/device_authorization [RFC8628 3.1, 3.2] */
MUST_USE result oidc_device_authorize(struct env *env, const struct oidc_call *call, struct arena *arena, struct slice *ret_json);
/* POST /oidc/backchannel-authentication [CIBA 7] */
MUST_USE result oidc_backchannel_authenticate(struct env *env, const struct oidc_call *call, struct arena *arena, struct slice *ret_json);

/* What the person looks at: by user_code (device), or by the id in their own list (CIBA). */
struct oidc_waiting_key {
  struct slice user_code; /* as typed; empty: CIBA */
  int64_t waiting_id;
  const struct account_session *session;
};
struct oidc_waiting_page {
  enum oidc_waiting_kind kind;
  int64_t waiting_id;
  struct slice client_id;
  struct oidc_consent_page consent;
  struct slice message; /* binding_message: must be what the counter shows; may be empty */
  int level;            /* needed to approve */
  bool is_level_reached, is_passkey_asked;
  int64_t expires_at_ms;
};
/* OIDC_WAITING_UNKNOWN */
MUST_USE result oidc_waiting_show(struct env *env, struct arena *arena, const struct oidc_waiting_key *key, struct oidc_waiting_page *ret_page);
/* The answer, once. OIDC_WAITING_UNKNOWN, OIDC_WAITING_LEVEL, OIDC_CONSENT_FORM. */
MUST_USE result oidc_waiting_decide(struct env *env, struct arena *arena, const struct oidc_waiting_key *key, const struct oidc_decision *decision);

/* Pings to clients wait in the outbox, a family like that of sign-outs. */
#define OIDC_PING_DESTINATION "oidc_ping"

struct oidc_waiting_row {
  int64_t waiting_id;
  struct slice client_id;
  struct slice message;
  int64_t created_at_ms;
  int64_t expires_at_ms;
};
struct oidc_waiting_list { const struct oidc_waiting_row *items; size_t count; };
/* Of counters that wait for this person, newest first. */
MUST_USE result oidc_waiting_list(struct env *env, struct db_tx *tx, struct arena *arena, int64_t person_id, struct oidc_waiting_list *ret_list);

/* The token endpoint's side, inside a write: takes an approved request up, once. why 0: taken. Else nothing is given, the write must end well
 * (it counts the asking), and the client is told why: OIDC_PENDING, OIDC_SLOW_DOWN. OIDC_CODE_UNKNOWN, OIDC_WAITING_EXPIRED, OIDC_ACCESS_DENIED,
 * OIDC_GRANT_ENDED. */
struct oidc_waiting_poll {
  enum oidc_waiting_kind kind;
  struct slice secret; /* device_code, auth_req_id */
  struct slice client_id;
};
struct oidc_waiting_taken {
  struct oidc_grant grant;
  uint16_t why;
};
MUST_USE result oidc_waiting_take(struct env *env, struct db_tx *tx, struct arena *arena, const struct oidc_waiting_poll *poll,
                                  struct oidc_waiting_taken *ret_taken);
/* Inside a write, once a minute: what ran out an hour ago goes. */
MUST_USE result oidc_waiting_sweep(struct env *env, struct db_tx *tx);

/* ---- Clients that register themselves [RFC7591], [RFC7592] ----------------------------------------------------------------------------- */

struct oidc_registration {
  struct slice client_id;
  struct slice secret; /* given once */
  struct slice token;  /* registration access token */
  const struct jin *metadata;
  int64_t issued_at_s;
};
struct oidc_registration_key { struct slice client_id, token; };
/* Members we do not know are left out; what contradicts itself is refused with its place. ret_json: the answer, with everything the client keeps. */
MUST_USE result oidc_registration_create(struct env *env, struct arena *arena, const struct jin *asked, struct slice *ret_json);
/* OIDC_REGISTRATION_TOKEN for each of these. */
MUST_USE result oidc_registration_read(struct env *env, struct arena *arena, const struct oidc_registration_key *key, struct slice *ret_json);
MUST_USE result oidc_registration_replace(struct env *env, struct arena *arena, const struct oidc_registration_key *key, const struct jin *asked,
                                          struct slice *ret_json);
MUST_USE result oidc_registration_end(struct env *env, struct arena *arena, const struct oidc_registration_key *key);
