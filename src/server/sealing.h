/* server/sealing.h: the key that seals secrets at rest, in a file of its own beside the database. (private to server/)
 * Does not   survive the loss of DIR/seal.key: a copy of the installation takes both, in places of their own. */
#pragma once
#include "server/server.h"

/* Fills env.sealing. BASE_IO. */
MUST_USE result server_sealing_open(struct server_installation *installation);
/* The first of seal.key and evidence.key that is not in that folder, as a path; NULL: both are. */
const char *server_sealing_missing(const char *data, struct arena *arena);
