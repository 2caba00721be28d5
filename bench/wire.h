/* bench/wire.h: a client's end of one kept-alive HTTP connection on loopback or a Unix socket, with blocking sockets, and the times it measured. */
#pragma once
#include <sys/socket.h>

#include "bench/bench.h"

enum { WIRE_ANSWER_BYTES_MAX = 1024 * 1024 };

struct wire_address {
  struct sockaddr_storage storage;
  socklen_t length; /* 0: none */
};

/* -1: nobody listens. */
int wire_dial(int port);
/* "8080": that port on loopback; "/run/danh/web.sock": a Unix socket, as a proxy has it. Ends the program on anything else. */
struct wire_address wire_address_of(const char *text);
int wire_dial_at(const struct wire_address *address);
/* The status; -1: the connection is gone. answer holds WIRE_ANSWER_BYTES_MAX and ends with a NUL. */
int wire_exchange(int fd, struct slice request, char *answer);

/* The same in parts. */
bool wire_send(int fd, struct slice request);
size_t wire_whole_length(const char *answer); /* of head and body, once the head has come; 0: not yet */
int wire_status(const char *answer);
/* The server closes the connection behind this answer. */
bool wire_is_last(const char *answer);

void wire_sort(int32_t *times_us, size_t count);
/* Of sorted times. */
double wire_quantile_ms(const int32_t *times_us, size_t count, double part);
