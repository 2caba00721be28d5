#include "bench/wire.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int wire_dial(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
    (void)close(fd);
    return -1;
  }
  (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  return fd;
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
