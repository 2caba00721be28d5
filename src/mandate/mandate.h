/* mandate/mandate.h: who may act for whom: guardian, delegate, representative and staff of an organisation. */
#pragma once
#include "env/env.h"

extern const struct db_migration mandate_migrations[]; /* ended by {0} */
