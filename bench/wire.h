/* bench/wire.h: a client's end of one kept-alive HTTP connection on loopback, with blocking sockets, and the times it measured. */
#pragma once
#include "bench/bench.h"

enum { WIRE_ANSWER_BYTES_MAX = 1024 * 1024 };

/* -1: nobody listens. */
int wire_dial(int port);
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
