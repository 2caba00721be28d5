/* server/admin.h: the admin socket: writes that commands hand to the server that holds the installation. (private to server/)
 * Shapes     POST /writes/{name} with the JSON arguments; 200 with the answer, or 422 {"code": n, "detail": "..."}. POST /reload. GET /metrics.
 * Does not   trust anybody but the server's own user and root (SO_PEERCRED).
 */
#pragma once
#include "api/api.h"
#include "http/http.h"
#include "server/reload.h"

struct admin {
  struct server_installation *installation;
  struct server_writes writes;
  struct api *api; /* for its figures */
  struct server_reload *reload; /* NULL: nothing to reload */
  struct http_server *http;
};
/* admin: filled but for http; stays where it is until closed. */
MUST_USE result server_admin_open(struct admin *admin);
void server_admin_close(struct admin *admin);
const struct server_write *server_admin_find(const struct server_writes *writes, struct slice name);
