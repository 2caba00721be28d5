/* oidc/attribute.h: the table of attributes: how the protocol asks for each, and what people read. (private to oidc/) */
#pragma once
#include "oidc/oidc.h"

struct oidc_attribute_row {
  const char *name;   /* in registrations, consents, the ledger; a scope of its own too */
  const char *scope;  /* of OpenID Connect Core 5.4; NULL: none */
  const char *claims; /* the claims that ask for it, blanks between */
  const char *vi;
  const char *en;
};
extern const struct oidc_attribute_row oidc_attribute_rows[OIDC_ATTRIBUTE_COUNT];

/* What one word of `scope` asks for; 0 for a word that asks for no attribute. */
uint64_t oidc_attributes_of_scope(struct slice word);
/* What one claim name asks for; 0: not one of ours. */
uint64_t oidc_attributes_of_claim(struct slice claim);
/* openid, offline_access, and every word that asks for attributes. */
bool oidc_scope_is_ours(struct slice word);
