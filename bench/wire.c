#include "bench/wire.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct wire_address wire_address_of(const char *text) {
  struct wire_address address = {0};
  if (text[0] == '/') {
    struct sockaddr_un *local = (struct sockaddr_un *)&address.storage;
    address.length = sizeof *local;
    local->sun_family = AF_UNIX;
    if (snprintf(local->sun_path, sizeof local->sun_path, "%s", text) >= (int)sizeof local->sun_path) {
      (void)fprintf(stderr, "a socket's path is too long: %s\n", text);
      exit(2);
    }
    return address;
  }
  struct sockaddr_in *to = (struct sockaddr_in *)&address.storage;
  address.length = sizeof *to;
  to->sin_family = AF_INET;
  to->sin_port = htons((uint16_t)strtol(text, NULL, 10));
  to->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int wire_dial_at(const struct wire_address *address) {
  int fd = socket(address->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, (const struct sockaddr *)&address->storage, address->length) != 0) {
    (void)close(fd);
    return -1;
  }
  if (address->storage.ss_family == AF_INET) {
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  }
  return fd;
}

int wire_dial(int port) {
  char text[16];
  (void)snprintf(text, sizeof text, "%d", port);
  const struct wire_address address = wire_address_of(text);
  return wire_dial_at(&address);
}

bool wire_send(int fd, struct slice request) {
  const char *bytes = (const char *)request.ptr;
  size_t length = request.len;
  while (length > 0) {
    ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
    if (sent <= 0) {
      return false;
    }
    bytes += sent;
    length -= (size_t)sent;
  }
  return true;
}

size_t wire_whole_length(const char *answer) {
  const char *end = strstr(answer, "\r\n\r\n");
  if (end == NULL) {
    return 0;
  }
  const char *length = strcasestr(answer, "\r\ncontent-length:");
  size_t body = length != NULL && length < end ? strtoul(length + 17, NULL, 10) : 0;
  return (size_t)(end - answer) + 4 + body;
}

int wire_status(const char *answer) { return (int)strtol(answer + 9, NULL, 10); }

bool wire_is_last(const char *answer) {
  const char *end = strstr(answer, "\r\n\r\n");
  const char *at = strcasestr(answer, "\r\nconnection: close");
  return at != NULL && at < end + 2;
}

int wire_exchange(int fd, struct slice request, char *answer) {
  if (fd < 0 || !wire_send(fd, request)) {
    return -1;
  }
  size_t got = 0;
  size_t whole = 0;
  while (whole == 0 || got < whole) {
    ssize_t part = recv(fd, answer + got, WIRE_ANSWER_BYTES_MAX - 1 - got, 0);
    if (part <= 0) {
      return -1;
    }
    got += (size_t)part;
    answer[got] = 0;
    whole = whole == 0 ? wire_whole_length(answer) : whole;
  }
  return wire_status(answer);
}


static int by_time(const void *a, const void *b) {
  int32_t x = *(const int32_t *)a;
  int32_t y = *(const int32_t *)b;
  return (x > y) - (x < y);
}


void wire_sort(int32_t *times_us, size_t count) { qsort(times_us, count, sizeof *times_us, by_time); }

double wire_quantile_ms(const int32_t *times_us, size_t count, double part) {
  return count ? (double)times_us[(size_t)((double)(count - 1) * part)] / 1000 : 0;
}
