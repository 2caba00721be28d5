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
  OIDC_CLIENT_CHANGED = RESULT_CODE(RESULT_CONFLICT, MODULE_OIDC, 31),    /* Another changed it since it was read. */
  OIDC_PENDING = RESULT_CODE(RESULT_REFUSED, MODULE_OIDC, 40),            /* The person has not answered yet. */
  OIDC_SLOW_DOWN = RESULT_CODE(RESULT_REFUSED, MODULE_OIDC, 41),          /* The same, and the client asks too often. */
  OIDC_WAITING_EXPIRED = RESULT_CODE(RESULT_REFUSED, MODULE_OIDC, 42),    /* The device's or counter's request ran out. */
  OIDC_WAITING_UNKNOWN = RESULT_CODE(RESULT_NOT_FOUND, MODULE_OIDC, 43),  /* Nothing waits there for this person: wrong code, answered, or over. */
  OIDC_PERSON_UNKNOWN = RESULT_CODE(RESULT_INVALID, MODULE_OIDC, 44),     /* The hint names nobody in a form we know. */
  OIDC_BINDING_MESSAGE = RESULT_CODE(RESULT_INVALID, MODULE_OIDC, 45),    /* binding_message is missing where needed, too long, or not plain text. */
  OIDC_WAITING_LEVEL = RESULT_CODE(RESULT_REFUSED, MODULE_OIDC, 46),      /* The session has not proven enough for what is approved. */
  OIDC_ORGANISATION_NEEDED = RESULT_CODE(RESULT_REFUSED, MODULE_OIDC, 49), /* The client takes organisations alone, and the session acts for none. */
  OIDC_PERSON_NEEDED = RESULT_CODE(RESULT_REFUSED, MODULE_OIDC, 50),      /* The client takes people alone, and the session acts for an organisation. */
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

/* Bits of a set, below 62; numbers are stored and never reused. */
enum oidc_attribute {
  OIDC_NAME = 0, OIDC_NAME_PARTS, OIDC_BIRTHDATE, OIDC_GENDER, OIDC_NATIONALITY,
  OIDC_PIN, /* only with a legal ground in the registration */
  OIDC_PHONE, OIDC_EMAIL, OIDC_ADDRESS,
  OIDC_RESIDENCE, /* the province alone */
  OIDC_ACCOUNT_LEVEL, OIDC_AGE_OVER_14, OIDC_AGE_OVER_16, OIDC_AGE_OVER_18, OIDC_PLACE_OF_BIRTH,
  OIDC_ORGANISATION_NAME, OIDC_ORGANISATION_CODE, OIDC_ORGANISATION_TAX_CODE, OIDC_ORGANISATION_ADDRESS, /* of whom somebody signs in for */
  OIDC_ATTRIBUTE_COUNT
};
#define OIDC_ATTRIBUTE_BIT(attribute) (UINT64_C(1) << (attribute))
/* "name", "pin" ...: what registrations, consents and the ledger call it. */
const char *oidc_attribute_name(enum oidc_attribute attribute);
/* OIDC_ATTRIBUTE_COUNT: no such attribute. */
enum oidc_attribute oidc_attribute_find(struct slice name);
struct slice oidc_attribute_label(enum oidc_attribute attribute, bool english); /* for people */

/* ---- The rest, in parts: each needs those before it ------------------------------------------------------------------------------------ */
#include "oidc/oidc_clients.h"
#include "oidc/oidc_grants.h"
#include "oidc/oidc_authorization.h"
#include "oidc/oidc_tokens.h"
#include "oidc/oidc_waiting.h"
#include "oidc/oidc_registration.h"
