#include "oidc/token_tables.h"

/* Keys, and everything issued. Rows of tokens are keyed by a time-ordered id, so they arrive at the end of their table and leave from its front. */
const char oidc_token_tables[] =
    "CREATE TABLE oidc_key (kid text/public PRIMARY KEY, state int/public NOT NULL, spki bytes/public NOT NULL, made_at time/public NOT NULL,"
    " moved_at time/public NOT NULL);"

    /* an assertion used up: its own expiry is the front of the key, since the same assertion always has the same one */
    "CREATE TABLE oidc_assertion (expires_at time/public NOT NULL, assertion_hash bytes/secret NOT NULL, PRIMARY KEY (expires_at, assertion_hash));"

    /* person_id and grant_id null: the client acts for itself */
    "CREATE TABLE oidc_access (token_id id/public PRIMARY KEY, person_id id/public, grant_id id/public, client_id text/public NOT NULL,"
    " revoked_at time/public, read_at time/public);"

    /* state 1 live, 2 replaced by a newer one (public clients) */
    "CREATE TABLE oidc_refresh (token_id id/public PRIMARY KEY, token_hash bytes/secret NOT NULL, person_id id/public NOT NULL,"
    " grant_id id/public NOT NULL, client_id text/public NOT NULL, dpop_jkt text/public, state int/public NOT NULL,"
    " expires_at time/public NOT NULL);"

    /* when a client's jwks_uri was asked last, and how often in a row in vain */
    "CREATE TABLE oidc_jwks_fetch (client_id text/public PRIMARY KEY, asked_at time/public NOT NULL, failures int/public NOT NULL)";
