/* bench_floor PORT FILE: what the system alone costs an answer: one recv and one send, whatever is asked, of the bytes in FILE. Nothing is parsed, so it is
 * for a client that waits for each answer. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_BYTES_MAX = 64 * 1024, REQUEST_BYTES_MAX = 16 * 1024, EVENTS = 64 };

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int listen_at(int port) {
  const struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
  if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 || listen(fd, EVENTS) != 0) {
    fail("bench_floor: listen");
  }
  return fd;
}

static void watch(int queue, int fd) {
  if (fd < 0 || epoll_ctl(queue, EPOLL_CTL_ADD, fd, &(struct epoll_event){.events = EPOLLIN, .data.fd = fd}) != 0) {
    fail("bench_floor: watch");
  }
}

static void serve(int fd, const char *answer, size_t length) {
  static char request[REQUEST_BYTES_MAX];
  if (recv(fd, request, sizeof request, 0) <= 0 || send(fd, answer, length, MSG_NOSIGNAL) != (ssize_t)length) {
    (void)close(fd);
  }
}

int main(int argc, char **argv) {
  static char answer[ANSWER_BYTES_MAX];
  FILE *file = argc == 3 ? fopen(argv[2], "rb") : NULL;
  if (file == NULL) {
    fail("usage: bench_floor PORT FILE");
  }
  size_t length = fread(answer, 1, sizeof answer, file);
  (void)fclose(file);
  int door = listen_at((int)strtol(argv[1], NULL, 10));
  int queue = epoll_create1(EPOLL_CLOEXEC);
  watch(queue, door);
  (void)puts("ready");
  (void)fflush(stdout);
  for (;;) {
    struct epoll_event events[EVENTS];
    int count = epoll_wait(queue, events, EVENTS, -1);
    for (int i = 0; i < count; i++) {
      int fd = events[i].data.fd;
      if (fd != door) {
        serve(fd, answer, length);
        continue;
      }
      int fresh = accept4(door, NULL, NULL, SOCK_CLOEXEC);
      (void)setsockopt(fresh, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
      watch(queue, fresh);
    }
  }
}
