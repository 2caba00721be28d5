/* sandbox/sandbox.h: an integrator's country: fifty documented people, an inspector, fault switches. */
#pragma once
#include "env/env.h"

extern const struct db_migration sandbox_migrations[]; /* ended by {0} */
