#include "recovery/recovery.h"

/* What is unique across people (case number, claim, veto, capture ticket, evidence) has a small table of its own. A case of a number nobody has lies
 * under person 0. */
const struct db_migration recovery_migrations[] = {
    {"recovery", 1,
     "CREATE TABLE recovery_case (person_id id/public NOT NULL, case_id id/public NOT NULL, number text/public NOT NULL, state int/public NOT NULL,"
     " path int/public NOT NULL DEFAULT 0, proofs int/public NOT NULL DEFAULT 0, contested int/public NOT NULL DEFAULT 0,"
     " opened_at time/public NOT NULL, expires_at time/public NOT NULL, collected_by id/public NOT NULL DEFAULT 0, collected_at time/public NOT NULL DEFAULT 0,"
     " approved_by id/public NOT NULL DEFAULT 0, helper_id id/personal NOT NULL DEFAULT 0, cool_until time/public NOT NULL DEFAULT 0,"
     " ended_at time/public NOT NULL DEFAULT 0, new_phone text/personal, reason text/personal, code_salt bytes/secret, code_hash bytes/secret,"
     " code_expires_at time/public NOT NULL DEFAULT 0, code_wrong int/public NOT NULL DEFAULT 0, code_asked int/public NOT NULL DEFAULT 0, PRIMARY KEY (person_id, case_id));"
     "CREATE INDEX recovery_case_open ON recovery_case (expires_at) WHERE state <= 3;"
     "CREATE TABLE recovery_number (number text/public PRIMARY KEY, person_id id/public NOT NULL, case_id id/public NOT NULL);"
     "CREATE TABLE recovery_claim (claim_hash bytes/secret PRIMARY KEY, person_id id/public NOT NULL, case_id id/public NOT NULL);"
     "CREATE TABLE recovery_veto (veto_hash bytes/secret PRIMARY KEY, person_id id/public NOT NULL, case_id id/public NOT NULL);"
     "CREATE TABLE recovery_capture (ticket_hash bytes/secret PRIMARY KEY, person_id id/public NOT NULL, case_id id/public NOT NULL,"
     " officer_id id/public NOT NULL, expires_at time/public NOT NULL);"
     "CREATE INDEX recovery_capture_by_end ON recovery_capture (expires_at);"
     "CREATE TABLE recovery_evidence (content bytes/secret PRIMARY KEY, person_id id/public NOT NULL, case_id id/public NOT NULL,"
     " brought_at time/public NOT NULL);"
     "CREATE TABLE recovery_helper (person_id id/public NOT NULL, helper_id id/personal NOT NULL, since time/public NOT NULL,"
     " PRIMARY KEY (person_id, helper_id));"
     "CREATE TABLE recovery_limit (name text/public PRIMARY KEY, value int/public NOT NULL)"},
    {"recovery", 2,
     "CREATE TABLE recovery_finding (person_id id/public NOT NULL, case_id id/public NOT NULL, kind int/public NOT NULL, verdict int/personal NOT NULL,"
     " score int/personal NOT NULL, engine text/public NOT NULL, reason text/personal NOT NULL, demonstration int/public NOT NULL, seen int/personal NOT NULL,"
     " PRIMARY KEY (person_id, case_id, kind))"},
    {"recovery", 3, "ALTER TABLE recovery_case ADD COLUMN passkey_id id/public NOT NULL DEFAULT 0"},
    {0},
};
