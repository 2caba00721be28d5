#include "base/supervisor.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"

/* The number an environment variable holds; -1: none, or something else. */
static int64_t number_of(const char *variable) {
  const char *text = getenv(variable);
  char *end = NULL;
  long long number = text != NULL && *text >= '0' && *text <= '9' ? strtoll(text, &end, 10) : -1;
  return end != NULL && *end == '\0' ? number : -1;
}

void supervisor_notify(const char *state) {
  const char *path = getenv("NOTIFY_SOCKET");
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = path == NULL ? 0 : strlen(path);
  if (length < 2 || length >= sizeof address.sun_path || (path[0] != '/' && path[0] != '@')) {
    return;
  }
  memcpy(address.sun_path, path, length);
  if (path[0] == '@') {
    address.sun_path[0] = '\0'; /* a name without a file */
  }
  /* A word to the watchdog is worth no waiting: where ten lie unread, nobody reads. What is said once is. */
  int flags = MSG_NOSIGNAL | (strcmp(state, "WATCHDOG=1") == 0 ? MSG_DONTWAIT : 0);
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd >= 0) {
    (void)sendto(fd, state, strlen(state), flags, (const struct sockaddr *)&address,
                 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
    close(fd);
  }
}

void supervisor_notify_reloading(void) {
  char state[64];
  (void)snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_monotonic_us());
  supervisor_notify(state);
}

int64_t supervisor_watchdog_us(void) {
  int64_t watched = number_of("WATCHDOG_PID");
  int64_t silence_us = number_of("WATCHDOG_USEC");
  bool is_us = getenv("WATCHDOG_PID") == NULL || watched == getpid();
  return is_us && silence_us > 0 ? silence_us : 0;
}

int supervisor_sockets(void) {
  int64_t count = number_of("LISTEN_FDS");
  if (number_of("LISTEN_PID") != getpid() || count < 1 || count > SUPERVISOR_SOCKETS_MAX) {
    return 0;
  }
  for (int fd = SUPERVISOR_SOCKETS_FIRST; fd < SUPERVISOR_SOCKETS_FIRST + (int)count; fd++) {
    int flags = fcntl(fd, F_GETFD);
    if (flags < 0 || fcntl(fd, F_SETFD, flags | FD_CLOEXEC) != 0) {
      return 0;
    }
  }
  return (int)count;
}
