/* server/supervise.h: the main thread while the server serves: it waits for signals, and tells whoever started the server how things are. (private to server/)
 *
 *   SIGTERM, SIGINT   the server shall stop         SIGHUP   danh.ini as it now stands is to be taken over
 *
 * Watchdog   While loops turn and the queue to the workers moves, systemd hears of it; a server that hangs falls silent and is started anew.
 */
#pragma once
#include <signal.h>

#include "http/http.h"

struct server_supervision {
  struct http_server *http;
  const struct clock *clock;
  void (*reload)(void *app);
  bool (*has_failed)(void *app); /* nothing more can be written: the server shall end */
  void *app;
};
/* Blocks the signals above, in this thread and those it starts; *ret_before as it was. */
void server_supervise_begin(sigset_t *ret_before);
/* Returns the signal that asks to stop; 0: it has failed. */
int server_supervise_wait(const struct server_supervision *supervision);
/* Until one more signal asks to stop, or so many seconds are over. */
void server_supervise_drain(const struct server_supervision *supervision, int seconds);
