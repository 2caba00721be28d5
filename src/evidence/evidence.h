/* evidence/evidence.h: photographs and biometric samples as sealed files, and the matcher that compares them. */
#pragma once
#include "env/env.h"

extern const struct db_migration evidence_migrations[]; /* ended by {0} */
