/* server/surge.h: the waiting room of this node, kept in DIR/waiting, and its figures. (private to server/) */
#pragma once
#include <stdatomic.h>

#include "http/http.h"
#include "server/server.h"

struct server_surge {
  struct admission_room *room;
  struct rounds *rounds;
  struct http_server *_Atomic http; /* once it listens */
  struct http_class classes[API_CLASSES];
};
/* A room that cannot be kept on the disk is kept in memory, and the log says so. BASE_IO. */
MUST_USE result server_surge_open(struct server_installation *installation, struct server_surge *ret_surge);
/* What danh.ini says now: of the room at once, of the door once it is there. */
void server_surge_settle(struct server_surge *surge, const struct server_config_surge *config);
void server_surge_close(struct server_surge *surge);
/* For api_surge: of what may be under way for people inside. */
int server_surge_fullness(void *surge);
void server_surge_write(const struct server_surge *surge, struct buf *out);
