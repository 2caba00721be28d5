#include "lock_request/lock_request.h"

static const char version_1[] =
    "CREATE TABLE lock_request (person_id id/public NOT NULL, request_id id/public NOT NULL, state int/public NOT NULL, lifts id/public,"
    " capability int/personal NOT NULL, agency text/public NOT NULL, authority text/personal NOT NULL, number text/personal NOT NULL,"
    " date int/personal NOT NULL, ground text/sensitive NOT NULL, until int/personal, received_at time/public NOT NULL, received_by id/personal NOT NULL,"
    " forward_due int/public NOT NULL, forwarded_at time/public, forwarded_by id/personal, decide_due int/public, decided_at time/public,"
    " decided_by id/personal, answer text/sensitive, PRIMARY KEY (person_id, request_id));"
    "CREATE UNIQUE INDEX lock_request_by_id ON lock_request (request_id);"
    "CREATE INDEX lock_request_by_agency ON lock_request (agency, state, received_at)";

const struct db_migration lock_request_migrations[] = {{"lock_request", 1, version_1}, {0}};
