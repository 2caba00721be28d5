/* oidc/claims.h: a person as relying parties see them. (private to oidc/) */
#pragma once
#include "oidc/oidc.h"

/* Everything proven in the session, the passcode while it counts. */
unsigned oidc_means_now(struct env *env, const struct account_session *session);
/* The session as one client knows it: another name at each. */
MUST_USE result oidc_sid(struct env *env, int64_t session_id, struct slice client_id, struct arena *arena, struct slice *ret_sid);

/* The scope of a mandate that lets somebody sign in to a client for another: "sign_in:CLIENT". */
struct slice oidc_mandate_scope(struct slice client_id, struct arena *arena);

/* A person, read once for all attributes that are asked; what belongs to none of them stays empty. */
struct oidc_person {
  struct register_person person;
  struct register_residence residence; /* person_id 0: none */
  struct slice phone;
  struct slice email;
  int level;
  int64_t proven_at_ms; /* when the account was issued after its holder was seen; 0: never */
  int32_t today;
};
struct oidc_person_key {
  int64_t person_id;
  uint64_t attributes; /* OIDC_ATTRIBUTE_BIT; that of OIDC_ACCOUNT_LEVEL brings proven_at_ms too */
};
MUST_USE result oidc_person_load(struct env *env, struct db_tx *tx, struct arena *arena, const struct oidc_person_key *key, struct oidc_person *ret_person);
/* The claims of one attribute into an open object; what the register does not have is left out. */
void oidc_attribute_put(const struct oidc_person *person, enum oidc_attribute attribute, struct arena *arena, struct jout *out);
/* Enough of it to recognise, for the page; empty: the register has none. */
struct slice oidc_attribute_shown(const struct oidc_person *person, enum oidc_attribute attribute, bool english, struct arena *arena);

/* verified.c: verified_claims of OpenID Identity Assurance, from what the request asked for and the person agreed to. */
struct oidc_verified {
  const struct oidc_person *person;
  const struct oidc_claims *claims;
  int64_t now_ms;
};
extern const uint64_t oidc_verified_attributes; /* what can be asked for so: OIDC_ATTRIBUTE_BIT */
MUST_USE result oidc_verified_put(const struct oidc_verified *verified, struct arena *arena, struct jout *out);
