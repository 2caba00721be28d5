#include "mandate/mandate.h"

/* One row a mandate that somebody gave: first in its key is who acts by it, for that is who asks on every request. Those of the register have no row. */
static const char version_1[] =
    "CREATE TABLE mandate (person_id id/public NOT NULL, mandate_id id/public NOT NULL, kind int/public NOT NULL, state int/public NOT NULL,"
    " principal_id id/personal, organisation_id id/personal, role text/personal, scopes text/personal NOT NULL,"
    " from_date int/public NOT NULL, to_date int/public NOT NULL, given_at time/public NOT NULL, given_by id/personal NOT NULL,"
    " accepted_at time/public, accepted_by id/personal, ended_at time/public, ended_by id/personal, end_reason text/personal,"
    " document_office text/personal, document_number text/personal, document_date int/personal, agency text/public,"
    " PRIMARY KEY (person_id, mandate_id));"
    "CREATE UNIQUE INDEX mandate_by_id ON mandate (mandate_id);"
    "CREATE INDEX mandate_by_principal ON mandate (principal_id, mandate_id);"
    "CREATE INDEX mandate_by_organisation ON mandate (organisation_id, mandate_id);"
    "CREATE INDEX mandate_by_agency ON mandate (agency, state, mandate_id)";

const struct db_migration mandate_migrations[] = {{"mandate", 1, version_1}, {0}};
