/* server/file.h: small files that danh.ini names, and folders. (private to server/) */
#pragma once
#include "server/server.h"

/* path: of a file, or "credential:NAME": what systemd shows this service alone (LoadCredential=secret:/etc/danh/secret); outside of the service, for
 * those who may read there, /etc/danh/secret/NAME. */
MUST_USE result server_file_read(struct arena *arena, struct slice path, size_t bytes_max, struct slice *ret_bytes);
/* One line, blanks around it taken off; at most 200 bytes. SERVER_CONFIG. */
MUST_USE result server_secret_read(struct arena *arena, struct slice path, struct slice *ret_secret);
/* Names that were given or taken in that folder are on the disk. BASE_IO. */
MUST_USE result server_folder_sync(const char *folder);
