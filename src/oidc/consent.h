/* oidc/consent.h: what a person agreed to, remembered. (private to oidc/) */
#pragma once
#include "oidc/oidc.h"

struct oidc_agreement {
  int64_t person_id;
  const struct oidc_client *client;
  int64_t acting_for_id;
  int64_t acting_organisation_id; /* 0: a person */
  uint64_t asked;      /* all that was put before them, agreed to or not */
  uint64_t attributes; /* agreed to */
  int64_t until_ms;    /* these two: as oidc_agreement_find found them */
  int64_t used_at_ms;
  struct slice subject; /* the person as the client knows them; needed to save */
};
/* Fills asked, attributes and times with what is remembered: nothing if it ran out, or the service now gives another purpose, of its own
 * or of an attribute that was asked. */
MUST_USE result oidc_agreement_find(struct env *env, struct db_tx *tx, struct oidc_agreement *agreement);
/* Whether that covers a request for these: everything asked was put before them, everything required agreed to. */
bool oidc_agreement_covers(const struct oidc_agreement *agreement, uint64_t asked);
/* Inside a write: given anew, with its ledger entry. */
MUST_USE result oidc_agreement_save(struct env *env, struct db_tx *tx, const struct oidc_agreement *agreement);
/* Inside a write: it is relied on for these attributes. OIDC_CONSENT_UNKNOWN: revoked a moment ago, or given anew for less. */
MUST_USE result oidc_agreement_use(struct env *env, struct db_tx *tx, const struct oidc_agreement *agreement);
/* Whether a use now is to be written down. */
bool oidc_agreement_is_use_due(int64_t used_at_ms, int64_t now_ms);
/* What oidc_subject keeps of a subject, to find the person by a hint of the client's. */
struct slice oidc_subject_hash(struct slice subject, struct arena *arena);
/* ["name","phone"] */
void oidc_attributes_put(struct jout *out, const char *name, uint64_t attributes);
