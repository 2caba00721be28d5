#include "misuse/misuse.h"

static const char version_1[] =
    "CREATE TABLE misuse_report (person_id id/public NOT NULL, report_id id/public NOT NULL, entry_id id/public NOT NULL, reader_id id/personal,"
    " state int/public NOT NULL, province text/public NOT NULL, reason text/sensitive NOT NULL, reported_at time/public NOT NULL,"
    " due_date int/public NOT NULL, answered_at time/public, answered_by id/personal, answer text/sensitive, PRIMARY KEY (person_id, report_id));"
    "CREATE UNIQUE INDEX misuse_report_by_entry ON misuse_report (person_id, entry_id);"
    "CREATE UNIQUE INDEX misuse_report_by_id ON misuse_report (report_id);"
    "CREATE INDEX misuse_report_by_province ON misuse_report (province, state, due_date)";

const struct db_migration misuse_migrations[] = {{"misuse", 1, version_1}, {0}};
