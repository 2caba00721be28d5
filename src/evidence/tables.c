#include "evidence/evidence.h"

/* evidence_file says whose a file is: what the folder holds beyond it is left over. */
static const char version_1[] =
    "CREATE TABLE evidence (person_id id/public NOT NULL, evidence_id id/public NOT NULL, kind int/public NOT NULL, reference text/public,"
    " file bytes/sensitive NOT NULL, content bytes/sensitive NOT NULL, wrapped_key bytes/secret NOT NULL, media_type text/public NOT NULL,"
    " size int/public NOT NULL, kept_by id/public, kept_at time/public NOT NULL, keep_until time/public NOT NULL,"
    " PRIMARY KEY (person_id, evidence_id));"
    "CREATE INDEX evidence_by_end ON evidence (keep_until);"
    "CREATE TABLE evidence_file (file bytes/sensitive PRIMARY KEY, person_id id/public NOT NULL)";

/* What the matcher said of it, for the second officer and the auditor. */
static const char version_2[] =
    "CREATE TABLE evidence_opinion (person_id id/public NOT NULL, evidence_id id/public NOT NULL, verdict int/personal NOT NULL, score int/personal NOT NULL,"
    " engine text/public NOT NULL, reason text/personal NOT NULL, demonstration int/public NOT NULL, PRIMARY KEY (person_id, evidence_id))";

const struct db_migration evidence_migrations[] = {{"evidence", 1, version_1}, {"evidence", 2, version_2}, {0}};
