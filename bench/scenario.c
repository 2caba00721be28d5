/* bench/scenario.c: many clients that each do what a file says (scenario.h), on a kept-alive connection of their own.
 *
 *   bench_scenario PORT FILE CLIENTS SECONDS [PER_SECOND]     flows as fast as they go; or begun at a steady rate, and timed from when they should have begun
 *   bench_scenario PORT FILE CLIENTS SECONDS sharing          as fast as they go, by a client that sleeps when there is nothing to do
 *                                                           and does not give way to the server's loops: people have processors of their own
 *   bench_scenario PORT FILE CLIENTS SECONDS fresh            as fast as they go, each flow on a connection of its own
 *   bench_scenario PORT FILE show                             one flow, each request and answer printed
 * PORT may be the path of a Unix socket. One thread. On a core of its own it never sleeps: a client that slept would have the server pay for waking it. Where server and client share the cores, one
 * that never slept would take from the server what it does not need. Prints one JSON object; the client's own processor time stands beside, for its
 * requests and its proofs' signatures cost the machine too.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/scenario.h"
#include "bench/wire.h"

enum { TIMES_MAX = 4 * 1024 * 1024, MEGA = 1000000, CLIENTS_MAX = 512, LOST = 999, SLEEP_MS = 100, LOOP_NICE = -10 };

struct client {
  int fd;
  bool is_busy;
  struct scenario_flow flow;
  size_t step;
  int64_t began_us;
  char *answer; /* WIRE_ANSWER_BYTES_MAX */
  size_t got;
};

struct load {
  const struct scenario *scenario;
  struct wire_address server;
  int poll;
  struct client *clients;
  int client_count;
  int64_t began_us;
  int64_t until_us;
  double per_s; /* 0: as fast as they go */
  bool is_sharing;
  bool is_fresh;
  size_t begun;
  size_t taken; /* of times */
  size_t failed;
  int first_failure; /* step * 1000 + status */
  struct random random;
  int32_t *times_us;
};

static void watch(struct load *load, struct client *client) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
  client->fd = wire_dial_at(&load->server);
  if (client->fd < 0 || epoll_ctl(load->poll, EPOLL_CTL_ADD, client->fd, &event) != 0) {
    (void)fprintf(stderr, "nobody answers\n");
    exit(1);
  }
}

static void begin_flow(struct load *load, struct client *client, int64_t began_us) {
  arena_reset(&client->flow.arena);
  struct arena arena = client->flow.arena;
  size_t number = load->begun++;
  client->flow = (struct scenario_flow){.scenario = load->scenario,
                                        .row = &load->scenario->rows[number % load->scenario->row_count],
                                        .arena = arena,
                                        .random = &load->random,
                                        .number = number};
  client->is_busy = true;
  client->step = 0;
  client->began_us = began_us;
}

static void dial_again(struct load *load, struct client *client) {
  (void)close(client->fd);
  watch(load, client);
}

static void end_flow(struct load *load, struct client *client, int status) {
  client->is_busy = false;
  if (status == 0) {
    load->times_us[load->taken < TIMES_MAX ? load->taken : TIMES_MAX - 1] = (int32_t)(clock_monotonic_us() - client->began_us);
    load->taken++;
  } else if (load->failed++ == 0) {
    load->first_failure = (int)(client->step + 1) * 1000 + status;
  }
  if (status == LOST || load->is_fresh) {
    dial_again(load, client);
  }
}

static void send_step(struct load *load, struct client *client) {
  client->got = 0;
  if (!wire_send(client->fd, scenario_request(&client->flow, &load->scenario->steps[client->step]))) {
    end_flow(load, client, LOST);
  }
}

/* The flow's next request, or its end. */
static void answered(struct load *load, struct client *client) {
  const struct scenario_step *step = &load->scenario->steps[client->step];
  int status = wire_status(client->answer);
  if (wire_is_last(client->answer)) { /* a proxy ends a connection after a thousand requests */
    dial_again(load, client);
  }
  if (status != step->expected || !scenario_take_all(&client->flow, step, client->answer)) {
    end_flow(load, client, status == step->expected ? 1 : status);
  } else if (++client->step == load->scenario->step_count) {
    end_flow(load, client, 0);
  } else {
    send_step(load, client);
  }
}

static void receive(struct load *load, struct client *client) {
  ssize_t part = recv(client->fd, client->answer + client->got, WIRE_ANSWER_BYTES_MAX - 1 - client->got, MSG_DONTWAIT);
  if (part < 0 && (errno == EAGAIN || errno == EINTR)) {
    return;
  }
  if (part <= 0) {
    end_flow(load, client, LOST);
    return;
  }
  client->got += (size_t)part;
  client->answer[client->got] = 0;
  size_t whole = wire_whole_length(client->answer);
  if (whole > 0 && client->got >= whole) {
    answered(load, client);
  }
}

static void begin_flows(struct load *load) {
  int64_t now = clock_monotonic_us();
  for (int i = 0; i < load->client_count && now < load->until_us; i++) {
    int64_t turn = load->per_s > 0 ? load->began_us + (int64_t)((double)load->begun * MEGA / load->per_s) : now;
    if (turn > now) {
      return;
    }
    if (!load->clients[i].is_busy) {
      begin_flow(load, &load->clients[i], turn);
      send_step(load, &load->clients[i]);
    }
  }
}

static bool is_busy(const struct load *load) {
  bool is_any = false;
  for (int i = 0; i < load->client_count; i++) {
    is_any |= load->clients[i].is_busy;
  }
  return is_any;
}

static void run(struct load *load) {
  struct epoll_event events[CLIENTS_MAX];
  load->began_us = clock_monotonic_us();
  load->until_us += load->began_us;
  while (clock_monotonic_us() < load->until_us || is_busy(load)) {
    begin_flows(load);
    int count = epoll_wait(load->poll, events, CLIENTS_MAX, load->is_sharing ? SLEEP_MS : 0);
    for (int i = 0; i < count; i++) {
      receive(load, events[i].data.ptr);
    }
  }
}

static int show(struct load *load) {
  struct client *client = &load->clients[0];
  begin_flow(load, client, 0);
  for (; client->step < load->scenario->step_count; client->step++) {
    const struct scenario_step *step = &load->scenario->steps[client->step];
    struct slice request = scenario_request(&client->flow, step);
    int status = wire_exchange(client->fd, request, client->answer);
    (void)printf("%.*s\n--> %s\n\n", SLICE_ARG(request), status < 0 ? "nothing" : client->answer);
    if (status != step->expected || !scenario_take_all(&client->flow, step, client->answer)) {
      return 1;
    }
  }
  return 0;
}

int main(int argc, char **argv) {
  bool is_shown = argc == 4 && strcmp(argv[3], "show") == 0;
  if (argc < 5 && !is_shown) {
    (void)fprintf(stderr, "usage: bench_scenario PORT FILE CLIENTS SECONDS [PER_SECOND | sharing | fresh] | PORT FILE show\n");
    return 2;
  }
  struct scenario scenario;
  scenario_read(argv[2], &scenario);
  struct load load = {.scenario = &scenario, .server = wire_address_of(argv[1]), .poll = epoll_create1(EPOLL_CLOEXEC), .random = random_system()};
  load.client_count = is_shown ? 1 : (int)strtol(argv[3], NULL, 10);
  load.client_count = load.client_count < 1 || load.client_count > CLIENTS_MAX ? CLIENTS_MAX : load.client_count;
  load.clients = heap_alloc((size_t)load.client_count * sizeof *load.clients);
  for (int i = 0; i < load.client_count; i++) {
    load.clients[i] = (struct client){.answer = heap_alloc(WIRE_ANSWER_BYTES_MAX)};
    arena_init(&load.clients[i].flow.arena);
    watch(&load, &load.clients[i]);
  }
  if (is_shown) {
    return show(&load);
  }
  load.times_us = heap_alloc(TIMES_MAX * sizeof *load.times_us);
  load.is_sharing = argc > 5 && strcmp(argv[5], "sharing") == 0;
  if (load.is_sharing) {
    (void)setpriority(PRIO_PROCESS, 0, LOOP_NICE);
  }
  load.is_fresh = argc > 5 && strcmp(argv[5], "fresh") == 0;
  load.per_s = argc > 5 && !load.is_sharing && !load.is_fresh ? strtod(argv[5], NULL) : 0;
  load.until_us = strtol(argv[4], NULL, 10) * MEGA;
  int64_t own_us = bench_process_us(0);
  run(&load);
  own_us = bench_process_us(0) - own_us;
  int64_t elapsed_us = clock_monotonic_us() - load.began_us;
  size_t count = load.taken < TIMES_MAX ? load.taken : TIMES_MAX;
  wire_sort(load.times_us, count);
  (void)printf("{\"flows_per_s\": %.0f, \"p50_ms\": %.2f, \"p90_ms\": %.2f, \"p99_ms\": %.2f, \"flows\": %zu, \"failed\": %zu, \"first_failure\": %d,"
               " \"client_processor_us_each\": %.0f}\n",
               bench_rate((int64_t)count, elapsed_us), wire_quantile_ms(load.times_us, count, 0.50), wire_quantile_ms(load.times_us, count, 0.90),
               wire_quantile_ms(load.times_us, count, 0.99), count, load.failed, load.first_failure, (double)own_us / (double)(count ? count : 1));
  return 0;
}
