#include "oidc/waiting/tables.h"

/* found by what the client or the person brings, so keyed by its hash; a person's own by the second index. oidc_subject leads from what a client knows
 * of a person (an id_token_hint) back to them; rows come with consent. */
const char oidc_waiting_tables[] =
    "CREATE TABLE oidc_waiting (waiting_hash bytes/secret PRIMARY KEY, waiting_id id/public NOT NULL, kind int/public NOT NULL,"
    " state int/public NOT NULL, client_id text/public NOT NULL, user_code_hash bytes/secret, person_id id/public, grant_id id/public,"
    " parameters text/personal NOT NULL, message text/personal, ping_token text/secret, ping_id text/secret, interval_s int/public NOT NULL,"
    " polled_at time/public, created_at time/public NOT NULL, expires_at time/public NOT NULL) HEAP;"
    "CREATE UNIQUE INDEX oidc_waiting_by_user_code ON oidc_waiting (user_code_hash);"
    "CREATE INDEX oidc_waiting_by_person ON oidc_waiting (person_id, waiting_id);"
    "CREATE INDEX oidc_waiting_by_expiry ON oidc_waiting (expires_at);"
    "CREATE TABLE oidc_subject (subject_hash bytes/secret PRIMARY KEY, person_id id/public NOT NULL)";
