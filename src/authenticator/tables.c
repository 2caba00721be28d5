#include "authenticator/authenticator.h"

const struct db_migration authenticator_migrations[] = {{0}};
