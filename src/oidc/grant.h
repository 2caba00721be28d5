/* oidc/grant.h: what authorization and token endpoint add to the grants of oidc.h. (private to oidc/) */
#pragma once
#include "oidc/oidc.h"

/* What a row keeps of a secret of ours: its SHA-256 under a label. */
struct slice oidc_stored_form(const char *label, struct slice token, struct arena *arena);
/* Inside a write: the row of a grant whose id and state are set; created_at is filled in. */
MUST_USE result oidc_grant_insert(struct env *env, struct db_tx *tx, struct oidc_grant *grant);
/* Whether that grant has begun, whatever became of it. */
MUST_USE result oidc_grant_is_there(struct db_tx *tx, const struct oidc_grant *grant, bool *ret_is_there);
/* Inside a write: what the client learns is a read by another, in the ledger. OIDC_GRANT_ENDED: the mandate it stands on is over. */
MUST_USE result oidc_given_record(struct env *env, struct db_tx *tx, struct arena *arena, const struct oidc_client *client, const struct oidc_grant *grant);
/* An account that is locked, or whose sharing is, tells nobody anything: asked before every token is made or honoured. OIDC_GRANT_ENDED. */
MUST_USE result oidc_may_share(struct env *env, struct db_tx *tx, int64_t person_id);
