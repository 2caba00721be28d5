/* authenticator/authenticator.h: what a person proves themself with: passkeys, one-time codes, devices, recovery codes. */
#pragma once
#include "env/env.h"

extern const struct db_migration authenticator_migrations[]; /* ended by {0} */
