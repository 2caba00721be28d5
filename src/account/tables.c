#include "account/account.h"

/* What is unique across people (phone, token, ticket) has a small table of its own; everything else begins with person_id.
 * account_attempt is keyed by a hash of what was tried, so that a login name nobody has is counted like any other. */
static const char version_1[] =
    "CREATE TABLE account (person_id id/public PRIMARY KEY, state int/public NOT NULL, level int/public NOT NULL DEFAULT 0,"
    " registered_at time/public NOT NULL, approved_at time/public, activated_at time/public,"
    " phone text/personal, email text/personal, guardian_id id/personal);"

    "CREATE TABLE account_phone (phone text/personal PRIMARY KEY, person_id id/public NOT NULL);"
    "CREATE INDEX account_phone_by_person ON account_phone (person_id);"

    "CREATE TABLE account_enrolment (person_id id/public NOT NULL, dossier_code text/public NOT NULL, level int/public NOT NULL,"
    " state int/public NOT NULL, collected_by id/public NOT NULL, collected_at time/public NOT NULL, decided_by id/public,"
    " decided_at time/public, reason text/personal, face_matched int/sensitive NOT NULL, fingerprints_matched int/sensitive NOT NULL,"
    " phone text/personal NOT NULL, email text/personal, guardian_id id/personal,"
    " PRIMARY KEY (person_id, dossier_code));"

    "CREATE TABLE account_lock (person_id id/public NOT NULL, ground int/personal NOT NULL, since time/public NOT NULL,"
    " until time/public, set_by id/public NOT NULL, reason text/personal, PRIMARY KEY (person_id, ground));"
    "CREATE INDEX account_lock_by_until ON account_lock (until);"

    "CREATE TABLE account_authenticator (person_id id/public NOT NULL, kind int/public NOT NULL, number int/public NOT NULL,"
    " secret text/secret, made_at time/public NOT NULL, PRIMARY KEY (person_id, kind, number));"

    "CREATE TABLE account_code (person_id id/public NOT NULL, code_id id/public NOT NULL, salt bytes/secret NOT NULL,"
    " hash bytes/secret NOT NULL, expires_at time/public NOT NULL, wrong int/public NOT NULL DEFAULT 0,"
    " PRIMARY KEY (person_id, code_id));"
    "CREATE TABLE account_ticket (ticket_hash bytes/secret PRIMARY KEY, person_id id/public NOT NULL, expires_at time/public NOT NULL);"

    "CREATE TABLE account_message (person_id id/public NOT NULL, message_id id/public NOT NULL, code_id id/public,"
    " created_at time/public NOT NULL, phone text/personal, body text/secret NOT NULL, PRIMARY KEY (person_id, message_id));"
    "CREATE INDEX account_message_by_id ON account_message (message_id);"

    "CREATE TABLE account_attempt (tried bytes/secret PRIMARY KEY, failures int/public NOT NULL, last_at time/public NOT NULL);"
    "CREATE INDEX account_attempt_by_last ON account_attempt (last_at);"

    "CREATE TABLE account_session (person_id id/public NOT NULL, session_id id/public NOT NULL, token_hash bytes/secret NOT NULL,"
    " post_id id/public, created_at time/public NOT NULL, seen_at time/public NOT NULL, idle_ms int/public NOT NULL,"
    " ends_at time/public NOT NULL, passcode_until time/public, agent text/personal, PRIMARY KEY (person_id, session_id));"
    "CREATE INDEX account_session_by_end ON account_session (ends_at);"
    "CREATE TABLE account_token (token_hash bytes/secret PRIMARY KEY, person_id id/public NOT NULL, session_id id/public NOT NULL);"

    "CREATE TABLE account_event (person_id id/public NOT NULL, event_id id/public NOT NULL, at time/public NOT NULL,"
    " session_id id/public, kind text/public NOT NULL, detail text/personal, PRIMARY KEY (person_id, event_id));"
    "CREATE INDEX account_event_by_at ON account_event (at);"

    "CREATE TABLE account_limit (name text/public PRIMARY KEY, value int/public NOT NULL)";

/* What a rejection says of each field. */
static const char version_2[] =
    "CREATE TABLE account_objection (person_id id/public NOT NULL, dossier_code text/public NOT NULL, number int/public NOT NULL,"
    " field text/public NOT NULL, reason text/personal NOT NULL, PRIMARY KEY (person_id, dossier_code, number))";

/* What a session was proven with, and when: until now there was the password alone. `failures` counts wrong ones in a row. Browsers a person
 * has signed in with, as the hash of a lasting cookie. */
static const char version_3[] =
    "ALTER TABLE account_session ADD COLUMN means int/public NOT NULL DEFAULT 1;"
    "ALTER TABLE account_session ADD COLUMN auth_at time/public NOT NULL DEFAULT 0;"
    "UPDATE account_session SET auth_at = created_at;"
    "ALTER TABLE account_authenticator ADD COLUMN failures int/public NOT NULL DEFAULT 0;"
    "CREATE TABLE account_browser (person_id id/public NOT NULL, browser_hash bytes/secret NOT NULL, seen_at time/public NOT NULL,"
    " PRIMARY KEY (person_id, browser_hash));"
    "CREATE INDEX account_browser_by_seen ON account_browser (seen_at)";

/* For whom a session acts: mandate/ says whether it may, on every request. */
static const char version_4[] =
    "ALTER TABLE account_session ADD COLUMN mandate_id id/public;"
    "ALTER TABLE account_session ADD COLUMN acting_for_id id/personal;"
    "ALTER TABLE account_session ADD COLUMN acting_organisation_id id/personal";

/* Messages are message/'s now. */
static const char version_5[] =
    "INSERT INTO message (person_id, message_id, kind, channel, state, address, purpose, code_id, subject, body, attempts, created_at, expires_at,"
    " next_attempt_at, sent_at, last_error)"
    " SELECT person_id, message_id, CASE WHEN code_id IS NULL THEN 2 ELSE 1 END, 1, 2, COALESCE(phone, ''), 'activation', COALESCE(code_id, 0), '',"
    " body, 0, created_at, created_at + 604800000, created_at, created_at, '' FROM account_message;"
    "DROP TABLE account_message;"
    "ALTER TABLE account_phone ADD COLUMN since time/public NOT NULL DEFAULT 0";

/* One capability locked by one of three. */
static const char version_6[] =
    "CREATE TABLE account_capability_lock (person_id id/public NOT NULL, capability int/personal NOT NULL, locker int/public NOT NULL,"
    " since time/public NOT NULL, until time/public, set_by id/public NOT NULL, reason text/personal,"
    " PRIMARY KEY (person_id, capability, locker));"
    "CREATE INDEX account_capability_lock_by_until ON account_capability_lock (until)";

/* Sessions that have ended, until whoever follows them (relying parties) has been told. */
static const char version_7[] =
    "CREATE TABLE account_session_ended (person_id id/public NOT NULL, session_id id/public NOT NULL, PRIMARY KEY (person_id, session_id))";

/* Which passkey a session was proven with: a service may ask for certain models. */
static const char version_8[] = "ALTER TABLE account_session ADD COLUMN passkey_id id/public";

const struct db_migration account_migrations[] = {
    {"account", 1, version_1}, {"account", 2, version_2}, {"account", 3, version_3}, {"account", 4, version_4}, {"account", 5, version_5},
    {"account", 6, version_6}, {"account", 7, version_7}, {"account", 8, version_8}, {0}};
