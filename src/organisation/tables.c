#include "organisation/organisation.h"

/* What is unique across organisations, each of their three numbers, has a table of its own. Dates are civil; to_date is REGISTER_OPEN while it lasts. */
static const char version_1[] =
    "CREATE TABLE organisation (organisation_id id/public PRIMARY KEY, code text/public NOT NULL, tax_code text/public NOT NULL,"
    " enterprise_code text/public, name text/public NOT NULL, short_name text/public, foreign_name text/public,"
    " founded_on int/public NOT NULL, head_office text/public NOT NULL, province text/public NOT NULL,"
    " status int/public NOT NULL CHECK (status BETWEEN 1 AND 3), in_database int/public NOT NULL);"
    "CREATE TABLE organisation_code (code text/public PRIMARY KEY, organisation_id id/public NOT NULL);"

    "CREATE TABLE organisation_representative (organisation_id id/public NOT NULL, person_id id/personal NOT NULL, from_date int/public NOT NULL,"
    " to_date int/public NOT NULL, title text/public NOT NULL, PRIMARY KEY (organisation_id, person_id, from_date));"
    "CREATE INDEX organisation_representative_by_person ON organisation_representative (person_id);"

    "CREATE TABLE organisation_account (organisation_id id/public PRIMARY KEY, state int/public NOT NULL, representative_id id/personal NOT NULL,"
    " dossier_code text/public NOT NULL, since time/public NOT NULL, approved_at time/public, reason text/personal);"
    "CREATE TABLE organisation_consent (organisation_id id/public NOT NULL, dossier_code text/public NOT NULL, person_id id/personal NOT NULL,"
    " answered_at time/public, consents int/public NOT NULL DEFAULT 0, PRIMARY KEY (organisation_id, dossier_code, person_id));"
    "CREATE INDEX organisation_consent_by_person ON organisation_consent (person_id)";

const struct db_migration organisation_migrations[] = {{"organisation", 1, version_1}, {0}};
