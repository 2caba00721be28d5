/* oidc/oidc_grants.h: what one authorization gave, the claims it lets a client see, and consent. (a part of oidc/oidc.h, which includes it; include that) */
#pragma once
#include "oidc/oidc.h"

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
  struct slice scope; /* granted, words with blanks between */
  struct slice resources; /* granted, blanks between; empty: this server */
  uint64_t attributes_id_token; /* sets, agreed to */
  uint64_t attributes_userinfo;
  uint64_t attributes_verified;  /* agreed to inside verified_claims */
  struct slice verified;         /* JSON: what was asked in verified_claims, by target; empty: nothing */
  int acr;               /* authentication level 1..4 */
  unsigned means;        /* set of enum account_means */
  int64_t auth_at_ms;
  int64_t acting_for_id; /* the person acted for; 0: themself, or an organisation */
  int64_t acting_organisation_id; /* 0: a person */
  int64_t mandate_id;    /* under which; 0: the register's, or for themself */
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

/* ---- Claims ---------------------------------------------------------------------------------------------------------------------------- */

enum oidc_claims_target { OIDC_CLAIMS_ID_TOKEN = 1, OIDC_CLAIMS_USERINFO };
struct oidc_claims {
  const struct oidc_grant *grant;
  const struct oidc_client *client;
  enum oidc_claims_target target;
};
/* Members into an open object: always `sub`; for the ID token sid, acr, amr, auth_time; the attributes and verified_claims agreed to. Under a mandate
 * all this is of the person acted for, `act` names who acts and by what [RFC8693 4.1], and OIDC_GRANT_ENDED says that the mandate has ended. For an
 * organisation sub and organisation_... are its own, and what the person agreed to tell of themself stands in `act`. iss, aud, exp, iat, nonce are the caller's. Reads the register as it is now. */
MUST_USE result oidc_claims_put(struct env *env, struct db_tx *tx, struct arena *arena, const struct oidc_claims *claims, struct jout *out);
/* sub of everything issued under a grant: whom it is about, under a mandate the person or organisation acted for. */
MUST_USE result oidc_grant_subject(struct env *env, const struct oidc_grant *grant, struct slice sector, struct arena *arena, struct slice *ret_sub);
/* Pairwise subject of a person for a sector: 43 characters. */
MUST_USE result oidc_subject(struct env *env, struct slice sector, int64_t person_id, struct arena *arena, struct slice *ret_sub);

/* ---- Consent --------------------------------------------------------------------------------------------------------------------------- */

struct oidc_consent {
  struct slice client_id;
  struct oidc_words client_name;
  struct oidc_words owner;
  struct oidc_words purpose; /* as it was shown */
  uint64_t attributes;
  int64_t given_by;
  int64_t acting_for_id;
  int64_t acting_organisation_id;
  struct slice organisation; /* its name; empty: a person */
  int64_t given_at_ms;
  int64_t until_ms;
  int64_t used_at_ms; /* the last authorization, to the hour */
};
struct oidc_consent_list { const struct oidc_consent *items; size_t count; };
/* Whose: a person's own, for whomever they gave it; or an organisation's, whoever gave it. */
struct oidc_consent_holder {
  int64_t person_id;
  int64_t organisation_id; /* 0: the person's */
};
/* What was agreed to and is not revoked, newest first. */
MUST_USE result oidc_consent_list(struct db_tx *tx, struct arena *arena, const struct oidc_consent_holder *holder, struct oidc_consent_list *ret_list);
/* Forgets every such consent to that client, and its grants: their tokens are dead with this write. person_id: who does it. OIDC_CONSENT_UNKNOWN. */
MUST_USE result oidc_consent_revoke(struct env *env, const struct oidc_consent_holder *holder, struct slice client_id);
