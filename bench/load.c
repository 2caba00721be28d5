/* bench/load.c: many clients of one server on loopback, each with its own kept-alive connection and one request at a time.
 *
 *   bench_load submit PORT SESSIONS CLIENTS SECONDS    POST /api/dossiers: every submission by another person and certificate
 *   bench_load read PORT SESSIONS CLIENTS SECONDS PATH  GET PATH, every request in another person's session
 *   bench_load start PORT PATH MS_MAX                  connects again and again until PATH is answered: ms since the call
 * SESSIONS is what bench_sessions printed. Threads with blocking sockets: what the client costs is printed beside what it
 * got (processor time of this process), since both share the machine with the server. Prints one JSON object.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/wire.h"

enum {
  TOKEN_BYTES = 43,
  REQUEST_BYTES_MAX = 2048,
  TIMES_MAX = 4 * 1024 * 1024,
  STARTING_WAIT_US = 500,
};

struct session {
  char token[TOKEN_BYTES + 1];
  long long payable[2];
};

struct load {
  const char *path; /* NULL: submit */
  int port;
  struct session *sessions;
  size_t session_count;
  int64_t until_us;
  atomic_size_t next;
  atomic_size_t taken; /* of times */
  atomic_size_t failed;
  atomic_int first_failure; /* its status */
  int32_t *times_us;
};

static size_t write_read(const struct load *load, size_t number, char *request) {
  const struct session *session = &load->sessions[number % load->session_count];
  return (size_t)snprintf(request, REQUEST_BYTES_MAX,
                          "GET %s HTTP/1.1\r\nHost: localhost:%d\r\nCookie: danh_session=%s\r\nAccept: */*\r\n\r\n", load->path,
                          load->port, session->token);
}

static size_t write_submission(const struct load *load, size_t number, char *request) {
  const struct session *session = &load->sessions[number / 2];
  char body[REQUEST_BYTES_MAX / 2];
  int length = snprintf(
      body, sizeof body,
      "{\"procedure\":\"lltp\",\"subject\":\"self\",\"certificate\":%zu,\"copies\":1,\"purpose\":\"Bổ sung hồ sơ xin việc\","
      "\"ban_information\":false,\"answers\":{\"history\":[{\"from\":\"2018-06\",\"to\":null,\"place\":\"Nơi thường trú\","
      "\"work\":\"Lao động tự do\"}]},\"consent\":true,\"payable_shown\":%lld}",
      number % 2 + 1, session->payable[number % 2]);
  return (size_t)snprintf(request, REQUEST_BYTES_MAX,
                          "POST /api/dossiers HTTP/1.1\r\nHost: localhost:%d\r\nOrigin: http://localhost:%d\r\nCookie: "
                          "danh_session=%s\r\nIdempotency-Key: bench-submission-%zu\r\nContent-Type: application/json\r\n"
                          "Content-Length: %d\r\n\r\n%s",
                          load->port, load->port, session->token, number, length, body);
}

/* The next request that somebody may make; 0: nobody is left. */
static size_t write_next(struct load *load, char *request) {
  size_t number = atomic_fetch_add(&load->next, 1);
  if (load->path != NULL) {
    return write_read(load, number, request);
  }
  while (number / 2 < load->session_count && load->sessions[number / 2].payable[number % 2] < 0) {
    number = atomic_fetch_add(&load->next, 1);
  }
  return number / 2 < load->session_count ? write_submission(load, number, request) : 0;
}

static void note(struct load *load, int status, int64_t took_us) {
  if (status != (load->path != NULL ? 200 : 201)) {
    if (atomic_fetch_add(&load->failed, 1) == 0) {
      atomic_store(&load->first_failure, status);
    }
    return;
  }
  size_t at = atomic_fetch_add(&load->taken, 1);
  if (at < TIMES_MAX) {
    load->times_us[at] = (int32_t)took_us;
  }
}

static void *client(void *context) {
  struct load *load = context;
  char *answer = heap_alloc(WIRE_ANSWER_BYTES_MAX);
  char request[REQUEST_BYTES_MAX];
  int fd = wire_dial(load->port);
  while (clock_monotonic_us() < load->until_us) {
    size_t length = write_next(load, request);
    if (length == 0) {
      break;
    }
    int64_t began_us = clock_monotonic_us();
    int status = wire_exchange(fd, slice_of(request, length), answer);
    note(load, status, clock_monotonic_us() - began_us);
    if (status < 0) {
      (void)close(fd);
      fd = wire_dial(load->port);
    }
  }
  (void)close(fd);
  free(answer);
  return NULL;
}

static void read_sessions(const char *path, struct load *load) {
  FILE *file = fopen(path, "re");
  size_t room = 0;
  while (file != NULL) {
    if (load->session_count == room) {
      room = room ? room * 2 : 1024;
      load->sessions = realloc(load->sessions, room * sizeof *load->sessions);
    }
    struct session *next = &load->sessions[load->session_count];
    if (load->sessions == NULL || fscanf(file, "%43s %lld %lld", next->token, &next->payable[0], &next->payable[1]) != 3) {
      break;
    }
    load->session_count++;
  }
  if (file == NULL || load->session_count == 0) {
    (void)fprintf(stderr, "%s: no sessions\n", path);
    exit(1);
  }
  (void)fclose(file);
}

static int run_load(struct load *load, int clients, int64_t seconds) {
  load->times_us = heap_alloc(TIMES_MAX * sizeof *load->times_us);
  int64_t began_us = clock_monotonic_us();
  load->until_us = began_us + seconds * 1000000;
  bench_threads(clients, client, load);
  int64_t elapsed_us = clock_monotonic_us() - began_us;
  size_t count = load->taken < TIMES_MAX ? load->taken : TIMES_MAX;
  wire_sort(load->times_us, count);
  (void)printf("{\"requests_per_s\": %.0f, \"p50_ms\": %.2f, \"p99_ms\": %.2f, \"answered\": %zu, \"failed\": %zu, "
               "\"first_failure\": %d, \"client_processor_us_each\": %.1f}\n",
               bench_rate((int64_t)count, elapsed_us), wire_quantile_ms(load->times_us, count, 0.50),
               wire_quantile_ms(load->times_us, count, 0.99), count, (size_t)load->failed, load->first_failure,
               (double)bench_process_us(0) / (double)(count ? count : 1));
  free(load->times_us);
  free(load->sessions);
  return 0;
}

static int run_start(int port, const char *path, int64_t ms_max) {
  char *answer = heap_alloc(WIRE_ANSWER_BYTES_MAX);
  char request[REQUEST_BYTES_MAX];
  size_t length = (size_t)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost:%d\r\n\r\n", path, port);
  int64_t began_us = clock_monotonic_us();
  int status = -1;
  while (status < 0 && clock_monotonic_us() - began_us < ms_max * 1000) {
    int fd = wire_dial(port);
    status = wire_exchange(fd, slice_of(request, length), answer);
    (void)close(fd);
    if (status < 0) {
      (void)usleep(STARTING_WAIT_US);
    }
  }
  (void)printf("{\"status\": %d, \"ms\": %.1f}\n", status, (double)(clock_monotonic_us() - began_us) / 1000);
  free(answer);
  return status == 200 ? 0 : 1;
}

int main(int argc, char **argv) {
  if (argc == 5 && strcmp(argv[1], "start") == 0) {
    return run_start((int)strtol(argv[2], NULL, 10), argv[3], strtol(argv[4], NULL, 10));
  }
  bool is_read = argc == 7 && strcmp(argv[1], "read") == 0;
  if (!is_read && (argc != 6 || strcmp(argv[1], "submit") != 0)) {
    (void)fprintf(stderr, "usage: bench_load submit|read|start ... (load.c says how)\n");
    return 2;
  }
  struct load load = {.path = is_read ? argv[6] : NULL, .port = (int)strtol(argv[2], NULL, 10)};
  read_sessions(argv[3], &load);
  return run_load(&load, (int)strtol(argv[4], NULL, 10), strtol(argv[5], NULL, 10));
}
