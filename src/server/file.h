/* server/file.h: small files that danh.ini names. (private to server/) */
#pragma once
#include "server/server.h"

MUST_USE result server_file_read(struct arena *arena, struct slice path, size_t bytes_max, struct slice *ret_bytes);
/* One line, blanks around it taken off; at most 200 bytes. SERVER_CONFIG. */
MUST_USE result server_secret_read(struct arena *arena, struct slice path, struct slice *ret_secret);
