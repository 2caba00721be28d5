/* oidc/acting.h: for whom a person acts at a relying party: themself, another person, or an organisation. (private to oidc/)
 *
 * Standard   RFC 8693 4.1 (act), OpenID Connect Core 8.1 (pairwise subjects), Civil Code 2015 Art 134, 137 (representatives of legal persons).
 * Subject    whom everything is about: sub is theirs, a person's and an organisation's never the same; act names who acts, and by what.
 * Ends       a grant names the very mandate it was given under. Whatever is asked of it, that mandate is looked up as it is now: one that was
 *            revoked and given anew is another one, and the grant is over.
 */
#pragma once
#include "mandate/mandate.h"
#include "oidc/oidc.h"
#include "organisation/organisation.h"

/* Attributes of an organisation; all others are a person's. */
#define OIDC_OF_ORGANISATION                                                                                                              \
  (OIDC_ATTRIBUTE_BIT(OIDC_ORGANISATION_NAME) | OIDC_ATTRIBUTE_BIT(OIDC_ORGANISATION_CODE) | OIDC_ATTRIBUTE_BIT(OIDC_ORGANISATION_TAX_CODE) | \
   OIDC_ATTRIBUTE_BIT(OIDC_ORGANISATION_ADDRESS))

static inline bool oidc_grant_is_for_another(const struct oidc_grant *grant) { return grant->acting_for_id != 0 || grant->acting_organisation_id != 0; }

/* The mandate a grant stands on: MANDATE_SELF without looking, or as it is now. OIDC_GRANT_ENDED: it ended, or is another one by now. */
MUST_USE result oidc_grant_stands(struct env *env, struct db_tx *tx, struct arena *arena, const struct oidc_grant *grant, struct mandate *ret_mandate);

/* sub of whom a session acts for. */
MUST_USE result oidc_session_subject(struct env *env, struct slice sector, const struct account_session *session, struct arena *arena,
                                     struct slice *ret_sub);
/* Pairwise subject of an organisation. */
MUST_USE result oidc_organisation_subject(struct env *env, struct slice sector, int64_t organisation_id, struct arena *arena, struct slice *ret_sub);
/* sub of who acts; empty: they act for themself. */
MUST_USE result oidc_grant_actor(struct env *env, const struct oidc_grant *grant, struct slice sector, struct arena *arena, struct slice *ret_sub);

/* Everybody an entry of the ledger is about: who acts, and the person or organisation they act for. */
struct oidc_acting {
  int64_t person_id;
  int64_t principal_id; /* 0: nobody else */
  int64_t ids[2];
  size_t count;
};
struct oidc_acting oidc_acting_of(int64_t person_id, int64_t acting_for_id, int64_t acting_organisation_id);
/* "organisation": in an object that is open; nothing for people. */
void oidc_acting_put(struct jout *out, int64_t acting_organisation_id);

/* The claims of those attributes that are an organisation's, into an open object. */
void oidc_organisation_put(const struct organisation *organisation, uint64_t attributes, struct jout *out);
/* The same for the page. */
struct slice oidc_organisation_shown(const struct organisation *organisation, enum oidc_attribute attribute);

/* The organisations in whose name this person may sign in to the client now. */
struct oidc_asking;
MUST_USE result oidc_choices_load(const struct oidc_asking *asking, struct db_tx *tx, int64_t person_id, struct oidc_consent_page *page);
/* "Giám đốc", "Kế toán": in which role. */
MUST_USE result oidc_role_load(struct db_tx *tx, struct arena *arena, const struct mandate *mandate, struct oidc_words *ret_role);
