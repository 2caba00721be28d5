#include "authenticator/authenticator.h"

/* One row an authenticator, whatever its kind; what is unique across people (a credential id, a ceremony) has a table of its own.
 * `counter` is a passkey's signature counter and the last time step a TOTP was used for. */
static const char version_1[] =
    "CREATE TABLE authenticator (person_id id/public NOT NULL, authenticator_id id/public NOT NULL, kind int/public NOT NULL,"
    " state int/public NOT NULL, name text/personal NOT NULL, made_at time/public NOT NULL, used_at time/public,"
    " key bytes/secret, counter int/public NOT NULL DEFAULT 0, failures int/public NOT NULL DEFAULT 0,"
    " flags int/public NOT NULL DEFAULT 0, PRIMARY KEY (person_id, authenticator_id));"

    "CREATE TABLE authenticator_passkey (credential_id bytes/personal PRIMARY KEY, person_id id/public NOT NULL,"
    " authenticator_id id/public NOT NULL, transports text/public, aaguid bytes/public NOT NULL, format text/public NOT NULL,"
    " attestation int/public NOT NULL);"
    "CREATE INDEX authenticator_passkey_by_person ON authenticator_passkey (person_id);"
    "CREATE TABLE authenticator_handle (person_id id/public PRIMARY KEY, user_handle bytes/personal NOT NULL);"

    "CREATE TABLE authenticator_device (key_hash bytes/personal PRIMARY KEY, person_id id/public NOT NULL, authenticator_id id/public NOT NULL);"

    "CREATE TABLE authenticator_code (person_id id/public NOT NULL, code_hash bytes/secret NOT NULL, authenticator_id id/public NOT NULL,"
    " PRIMARY KEY (person_id, code_hash));"

    "CREATE TABLE authenticator_ceremony (ceremony_hash bytes/secret PRIMARY KEY, kind int/public NOT NULL, purpose int/public NOT NULL,"
    " is_named int/public NOT NULL, person_id id/public, session_id id/public, challenge bytes/secret NOT NULL, flags int/public NOT NULL,"
    " expires_at time/public NOT NULL);"
    "CREATE INDEX authenticator_ceremony_by_end ON authenticator_ceremony (expires_at);"

    "CREATE TABLE authenticator_limit (name text/public PRIMARY KEY, value int/public NOT NULL)";

/* Faces: how many tries in a row were none, and digests of pictures that were taken, so that none is taken twice. No picture, no template. */
static const char version_2[] =
    "CREATE TABLE authenticator_face (person_id id/public PRIMARY KEY, failures int/public NOT NULL);"
    "CREATE TABLE authenticator_face_shot (person_id id/public NOT NULL, shot_hash bytes/secret NOT NULL, at time/public NOT NULL,"
    " PRIMARY KEY (person_id, shot_hash));"
    "CREATE INDEX authenticator_face_shot_by_at ON authenticator_face_shot (at)";

/* What a passkey said of itself when it was added, whole: a service's policy is held against it later (passkey_policy.c). */
static const char version_3[] =
    "CREATE TABLE authenticator_attestation (person_id id/public NOT NULL, authenticator_id id/public NOT NULL, challenge bytes/public NOT NULL,"
    " response text/personal NOT NULL, PRIMARY KEY (person_id, authenticator_id))";

/* Ceremonies are kept by the browsers that began them (ceremony.c); what was used is remembered until it would have run out. */
static const char version_4[] =
    "DROP TABLE authenticator_ceremony;"
    "CREATE TABLE authenticator_ceremony_used (expires_at time/public NOT NULL, ceremony_hash bytes/secret NOT NULL,"
    " PRIMARY KEY (expires_at, ceremony_hash))";

const struct db_migration authenticator_migrations[] = {
    {"authenticator", 1, version_1}, {"authenticator", 2, version_2}, {"authenticator", 3, version_3}, {"authenticator", 4, version_4}, {0}};
