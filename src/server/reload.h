/* server/reload.h: danh.ini as it now stands, taken over by the server that runs. (private to server/)
 *
 * All of it is read and checked first: SERVER_CONFIG, and nothing has changed. Requests, deliveries and messages under way finish by the settings they began
 * with. What only a start takes over is named, not refused: it stays named until then.
 * Threads    any; one after the other.
 */
#pragma once
#include <pthread.h>

#include "server/settings.h"

struct server_reload {
  const char *data;
  const struct clock *clock;
  struct snapshot_slot slot; /* the settings that stand */
  struct snapshot *started;  /* those the server started with */
  pthread_mutex_t lock;
  void (*settle)(void *app, const struct server_settings *settings); /* tells those who do not take the slot's themselves */
  void *app;
};
/* reload: data, clock, settle and app are filled. */
MUST_USE result server_reload_open(struct server_reload *reload);
void server_reload_close(struct server_reload *reload);
/* The log has a line of it too: configuration.taken, or configuration.refused. {"taken": ["[log] requests"], "at_start": ["[database] url"], "files": ["[bank] secret_file"]}; files: those whose content changed. */
MUST_USE result server_reload_run(struct server_reload *reload, struct buf *answer);
