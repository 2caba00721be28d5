/* oidc/grant.h: what the authorization endpoint adds to grants and codes of oidc.h. (private to oidc/) */
#pragma once
#include "oidc/oidc.h"

/* What a row keeps of a secret of ours: its SHA-256 under a label. */
struct slice oidc_stored_form(const char *label, struct slice token, struct arena *arena);
/* Inside a write. The row lives as long as a replay has to be recognised: the grant it would end. */
MUST_USE result oidc_code_add(struct env *env, struct db_tx *tx, struct arena *arena, const struct oidc_code *code);
/* An account that is locked, or whose sharing is, tells nobody anything: asked before every token is made or honoured. OIDC_GRANT_ENDED. */
MUST_USE result oidc_may_share(struct env *env, struct db_tx *tx, int64_t person_id);
