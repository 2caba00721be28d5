/* oidc/grant.h: what authorization and token endpoint add to the grants of oidc.h. (private to oidc/) */
#pragma once
#include "oidc/access_id.h"

/* What a row keeps of a secret of ours: its SHA-256 under a label. */
struct slice oidc_stored_form(const char *label, struct slice token, struct arena *arena);
/* For a grant under that session: not before the session's own number, whatever the clock has done since. */
int64_t oidc_grant_number(struct env *env, int64_t session_id);
/* Inside a write: the row of a grant whose id and state are set; created_at is filled in. *ret_is_there: it had begun before, and nothing is written. */
MUST_USE result oidc_grant_begin(struct env *env, struct db_tx *tx, struct oidc_grant *grant, bool *ret_is_there);
/* Whether that grant has begun, whatever became of it. */
MUST_USE result oidc_grant_is_there(struct db_tx *tx, const struct oidc_grant *grant, bool *ret_is_there);
/* Inside a write: what the client learns is a read by another, in the ledger. OIDC_GRANT_ENDED: the mandate it stands on is over. */
MUST_USE result oidc_given_record(struct env *env, struct db_tx *tx, struct arena *arena, const struct oidc_client *client, const struct oidc_grant *grant);
/* An account that is locked, or whose sharing is, tells nobody anything: asked before every token is made or honoured. OIDC_GRANT_ENDED. */
MUST_USE result oidc_may_share(struct env *env, struct db_tx *tx, int64_t person_id);
/* The same of what hangs on a session. ACCOUNT_SESSION: it has ended. */
MUST_USE result oidc_session_may_share(struct env *env, struct db_tx *tx, const struct account_session *session);
/* What a row says of one access token; without a row neither. */
struct oidc_token_marks {
  bool is_revoked;
  bool was_read; /* its userinfo was, and the ledger says so */
};
/* The grant of a person's access token, and what is marked of the token. OIDC_GRANT_ENDED: no such grant, or revoked. */
MUST_USE result oidc_grant_load_for(struct db_tx *tx, struct arena *arena, const struct oidc_access_id *id, struct oidc_token_marks *ret_marks,
                                    struct oidc_grant *ret_grant);
