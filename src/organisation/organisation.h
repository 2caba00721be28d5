/* organisation/organisation.h: what the state knows of organisations: business register, legal representatives. */
#pragma once
#include "env/env.h"

extern const struct db_migration organisation_migrations[]; /* ended by {0} */
