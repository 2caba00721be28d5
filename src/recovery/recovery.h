/* recovery/recovery.h: how a holder gets their account back without the old phone. */
#pragma once
#include "env/env.h"

extern const struct db_migration recovery_migrations[]; /* ended by {0} */
