#include "oidc/oidc.h"
#include "oidc/token_tables.h"
#include "oidc/waiting/tables.h"

/* Clients, authorization, consent. A row found by what a browser or a client brings is keyed by its SHA-256; what is a person's begins with person_id. */
static const char version_1[] =
    "CREATE TABLE oidc_client (client_id text/public PRIMARY KEY, version int/public NOT NULL, status int/public NOT NULL,"
    " metadata text/public NOT NULL, secret_hash bytes/secret, is_dynamic int/public NOT NULL DEFAULT 0, created_at time/public NOT NULL,"
    " changed_at time/public NOT NULL, changed_by id/public NOT NULL);"
    "CREATE TABLE oidc_client_jwks (client_id text/public PRIMARY KEY, jwks text/public NOT NULL, fetched_at time/public NOT NULL);"

    /* one row a thing that is kept in memory: a change raises it, a reader compares it */
    "CREATE TABLE oidc_version (name text/public PRIMARY KEY, version int/public NOT NULL);"
    "CREATE TABLE oidc_secret (name text/public PRIMARY KEY, secret bytes/secret NOT NULL);"

    /* parameters: as pushed or sent, out of the request object, form encoding */
    "CREATE TABLE oidc_pushed (uri_hash bytes/secret PRIMARY KEY, client_id text/public NOT NULL, parameters text/personal NOT NULL,"
    " dpop_jkt text/public, was_signed int/public NOT NULL, expires_at time/public NOT NULL, used_at time/public) HEAP;"
    "CREATE INDEX oidc_pushed_by_expiry ON oidc_pushed (expires_at);"

    "CREATE TABLE oidc_interaction (interaction_hash bytes/secret PRIMARY KEY, browser_hash bytes/secret NOT NULL,"
    " client_id text/public NOT NULL, parameters text/personal NOT NULL, uri_hash bytes/secret, is_pushed int/public NOT NULL,"
    " was_signed int/public NOT NULL, dpop_jkt text/public, began_at time/public NOT NULL, expires_at time/public NOT NULL, ended_at time/public) HEAP;"
    "CREATE INDEX oidc_interaction_by_expiry ON oidc_interaction (expires_at);"

    /* sid: not written any more, it follows from session and client (claims.h) */
    "CREATE TABLE oidc_grant (person_id id/public NOT NULL, grant_id id/public NOT NULL, client_id text/public NOT NULL,"
    " state int/public NOT NULL, session_id id/public, sid text/secret, scope text/public NOT NULL, resources text/public,"
    " id_token_attributes int/public NOT NULL, userinfo_attributes int/public NOT NULL, verified_attributes int/public NOT NULL,"
    " verified text/public, acr int/public NOT NULL,"
    " means int/public NOT NULL, auth_at time/public NOT NULL, acting_for_id id/public, created_at time/public NOT NULL,"
    " revoked_at time/public, PRIMARY KEY (person_id, grant_id));"

    "CREATE TABLE oidc_code (code_hash bytes/secret PRIMARY KEY, person_id id/public NOT NULL, grant_id id/public NOT NULL,"
    " client_id text/public NOT NULL, redirect_uri text/public NOT NULL, code_challenge text/public, nonce text/secret,"
    " dpop_jkt text/public, issued_at time/public NOT NULL, used_at time/public) HEAP;"
    "CREATE INDEX oidc_code_by_issue ON oidc_code (issued_at);"

    "CREATE TABLE oidc_consent (person_id id/public NOT NULL, client_id text/public NOT NULL, acting_for_id id/public NOT NULL,"
    " asked int/public NOT NULL, attributes int/public NOT NULL, purpose text/public NOT NULL, purpose_en text/public, given_at time/public NOT NULL,"
    " until time/public NOT NULL, used_at time/public NOT NULL, PRIMARY KEY (person_id, client_id, acting_for_id));"

    /* who must be told when a session ends: one row a session and client */
    "CREATE TABLE oidc_login (person_id id/public NOT NULL, session_id id/public NOT NULL, client_id text/public NOT NULL,"
    " sid text/secret NOT NULL, since time/public NOT NULL, PRIMARY KEY (person_id, session_id, client_id))";

/* Requests kept until they are answered, pushed or behind an interaction, by a time-ordered key: they arrive at the end and leave from the front.
 * Codes are kept by whoever has them (code.h). */
static const char version_5[] =
    "DROP TABLE oidc_pushed; DROP TABLE oidc_interaction; DROP TABLE oidc_code;"
    /* parameters: as pushed or sent, out of the request object, form encoding */
    "CREATE TABLE oidc_request (request_id id/public PRIMARY KEY, secret_hash bytes/secret NOT NULL, client_id text/public NOT NULL,"
    " parameters text/personal NOT NULL, dpop_jkt text/public, was_signed int/public NOT NULL, is_pushed int/public NOT NULL, used_at time/public)";

/* what each attribute asked was said to be for; rows of before have none, and are asked anew */
static const char version_6[] = "ALTER TABLE oidc_consent ADD COLUMN purposes bytes/public";

/* who acts for an organisation, and under which mandate anybody acts for another. In oidc_consent acting_for_id is the organisation's number then, so that
 * a consent for each stands beside the person's own. */
static const char version_7[] =
    "ALTER TABLE oidc_grant ADD COLUMN acting_organisation_id id/public; ALTER TABLE oidc_grant ADD COLUMN mandate_id id/public;"
    "ALTER TABLE oidc_consent ADD COLUMN acting_organisation_id id/public;"
    "CREATE INDEX oidc_consent_by_organisation ON oidc_consent (acting_organisation_id, given_at)";

/* with which certificates clients proved themselves lately, so that an operator hears before one of them ends */
static const char version_8[] =
    "CREATE TABLE oidc_presented (client_id text/public NOT NULL, thumbprint bytes/public NOT NULL, not_after time/public NOT NULL,"
    " seen_at time/public NOT NULL, PRIMARY KEY (client_id, thumbprint))";

/* Access tokens name their grant themselves (access_id.h): a row of one that was revoked or read, no row of the others. grant_id: of a client's own token
 * a number drawn for it. */
static const char version_9[] =
    "DROP TABLE oidc_access;"
    "CREATE TABLE oidc_access (token_id id/public NOT NULL, grant_id id/public NOT NULL, revoked_at time/public, read_at time/public,"
    " PRIMARY KEY (token_id, grant_id))";

extern const char oidc_registration_tables[]; /* registration.c */

const struct db_migration oidc_migrations[] = {{"oidc", 1, version_1}, {"oidc", 2, oidc_token_tables}, {"oidc", 3, oidc_waiting_tables}, {"oidc", 4, oidc_registration_tables}, {"oidc", 5, version_5}, {"oidc", 6, version_6}, {"oidc", 7, version_7}, {"oidc", 8, version_8}, {"oidc", 9, version_9}, {0}};
