/* oidc/oidc.h: the OpenID Provider. */
#pragma once
#include "env/env.h"

extern const struct db_migration oidc_migrations[]; /* ended by {0} */
