/* bench/surge.c: a crowd that comes by the clock, whatever the answers do (scenario.h).
 *
 *   bench_surge DOOR NEWCOMERS_DOOR FILE CONNECTIONS PER_SECOND SECONDS AFTER_PER_SECOND AFTER_SECONDS
 * A door is a port, or the path of a Unix socket, as a proxy has it. Everybody is somebody else, on a connection of their own; who holds no place in the waiting
 * room yet comes to NEWCOMERS_DOOR, as a proxy would send them (0: to DOOR like all). An arrival is due at its instant; one that finds CONNECTIONS in use waits
 * for one, and that counts: all times are since the instant. Those who are inside come first: after DIALS_A_TURN arrivals it is looked whether answers came.
 * How late this program itself was is printed too: an arrival dialled after its instant; an answer read after it was last seen that none was there.
 * Who is refused is gone, by an answer (503) or by the system (the connection is refused or reset), unless an answer gave them a place in the waiting room
 * ({place}, a cookie): then they come again after as long as it said, or a second after the system refused them, and that is a new instant.
 * After the crowd a few more come at their own pace: how long until a whole second of them is neither refused nor slow? One thread that never sleeps.
 * Prints one JSON object.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/scenario.h"
#include "bench/wire.h"

enum {
  MEGA = 1000000, CONNECTIONS_MAX = 4096, TIMES_MAX = 4 * 1024 * 1024, QUEUE_MAX = 1 << 21, TICKS = 1024, TICK_US = 100000, TICKET_BYTES = 64, SLOW_US = MEGA,
  AGAIN_US = MEGA, AFTER_MAX = 128, REFUSED = 503, DIALS_A_TURN = 32,
};

/* Somebody who is due. */
struct person {
  int64_t due_us;
  char place[TICKET_BYTES]; /* empty: comes for the first time */
};
struct people {
  struct person *items;
  size_t count;
  size_t capacity;
};
struct visit {
  int fd; /* -1: none; not connected while nobody is here */
  sa_family_t family; /* of the socket */
  bool is_up;
  bool is_after;
  size_t step;
  size_t got;
  struct person person;
  struct scenario_flow flow;
  char *answer;
};
struct times {
  int32_t *us;
  size_t count;
};
struct load {
  const struct scenario *scenario;
  struct wire_address door;
  struct wire_address newcomers; /* length 0: none */
  int poll;
  int64_t looked_us; /* for answers, the last time but this one */
  struct visit *visits;
  struct visit **idle;
  int idle_count;
  struct person *queue; /* due, first come first served */
  size_t first;
  size_t last;
  struct people later[TICKS]; /* who comes again, by the tick */
  int64_t tick;
  int64_t began_us;
  int64_t crowd_us;
  int64_t end_us;
  double per_s;
  double after_per_s;
  size_t arrived;
  size_t begun;
  size_t *unused; /* rows whose people were refused before anything came of them: others take them */
  size_t unused_count;
  size_t returned;
  size_t broken_off; /* refused after they had been let in */
  size_t lost;
  int odd_status; /* the first that was neither expected nor a refusal */
  struct times served;
  struct times refused; /* by an answer */
  struct times turned;  /* by the system */
  struct times settled; /* served in the crowd's time */
  struct times dialled_late;
  struct times read_late; /* at the most */
  int bad_after[AFTER_MAX]; /* refused or slow, by second after the crowd */
  int good_after[AFTER_MAX];
  struct random random;
};

static void note(struct times *times, int64_t us) {
  if (times->us == NULL) {
    times->us = heap_alloc(TIMES_MAX * sizeof *times->us);
  }
  if (times->count < TIMES_MAX) {
    times->us[times->count++] = (int32_t)us;
  }
}

static void enqueue(struct load *load, const struct person *person) {
  if (load->last - load->first < QUEUE_MAX) {
    load->queue[load->last++ % QUEUE_MAX] = *person;
  } else {
    load->lost++;
  }
}

static void note_after(struct load *load, const struct visit *visit, bool is_good) {
  int64_t second = (visit->person.due_us - load->crowd_us) / MEGA;
  if (visit->is_after && second >= 0 && second < AFTER_MAX) {
    *(is_good ? &load->good_after[second] : &load->bad_after[second]) += 1;
  }
}

/* A header's value up to the first ';' or the line's end. */
static struct slice header_of(const char *answer, const char *name) {
  const char *end = strstr(answer, "\r\n\r\n");
  const char *at = strcasestr(answer, name);
  if (at == NULL || end == NULL || at > end) {
    return (struct slice){0};
  }
  at += strlen(name);
  return slice_of(at, strcspn(at, ";\r"));
}

static void come_later(struct load *load, const struct person *person) {
  struct people *people = &load->later[(person->due_us - load->began_us) / TICK_US % TICKS];
  if (people->count == people->capacity) {
    people->capacity = people->capacity * 2 + 64;
    people->items = heap_resize(people->items, people->capacity * sizeof *people->items);
  }
  people->items[people->count++] = *person;
}

static void come_again(struct load *load, const struct visit *visit, int64_t now_us) {
  struct slice place = header_of(visit->answer, "Set-Cookie: danh_place=");
  struct slice again = header_of(visit->answer, "Retry-After: ");
  struct person person = visit->person;
  if (place.len > 0 && place.len < TICKET_BYTES - 12) {
    (void)snprintf(person.place, sizeof person.place, "danh_place=%.*s", SLICE_ARG(place));
  }
  if (person.place[0] == '\0' || again.len == 0) {
    return;
  }
  person.due_us = now_us + strtol((const char *)again.ptr, NULL, 10) * MEGA;
  come_later(load, &person);
}

/* Without the wait that a proper end would leave behind: there are more people than ports. */
static void hang_up(struct visit *visit) {
  const struct linger at_once = {1, 0};
  if (visit->family == AF_INET) {
    (void)setsockopt(visit->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  (void)close(visit->fd);
  visit->fd = -1;
}

static int64_t leave(struct load *load, struct visit *visit, bool is_good) {
  int64_t now_us = clock_monotonic_us();
  load->idle[load->idle_count++] = visit;
  note_after(load, visit, is_good && now_us - visit->person.due_us < SLOW_US);
  return now_us;
}

static void give_row_back(struct load *load, const struct visit *visit) {
  if (visit->step == 0 && load->unused_count < CONNECTIONS_MAX) {
    load->unused[load->unused_count++] = visit->flow.number;
  }
}

static void end_visit(struct load *load, struct visit *visit, int status) {
  hang_up(visit);
  int64_t now_us = leave(load, visit, status == 0);
  int64_t took_us = now_us - visit->person.due_us;
  if (status == 0) {
    note(&load->served, took_us);
    if (now_us < load->crowd_us) {
      note(&load->settled, took_us);
    }
  } else if (status == REFUSED) {
    note(&load->refused, took_us);
    load->broken_off += visit->step > 0;
    give_row_back(load, visit);
    come_again(load, visit, now_us);
  } else if (load->lost++ == 0) {
    load->odd_status = (int)(visit->step + 1) * 1000 + status;
  }
}

/* The connection was refused, or taken away before an answer. */
static void turn_away(struct load *load, struct visit *visit) {
  int64_t now_us = leave(load, visit, false);
  note(&load->turned, now_us - visit->person.due_us);
  load->broken_off += visit->step > 0;
  if (visit->person.place[0] != '\0') {
    struct person person = visit->person;
    person.due_us = now_us + AGAIN_US;
    come_later(load, &person);
  }
}

static void send_step(struct load *load, struct visit *visit) {
  visit->got = 0;
  if (!wire_send(visit->fd, scenario_request(&visit->flow, &load->scenario->steps[visit->step]))) {
    hang_up(visit);
    turn_away(load, visit);
  }
}

/* A socket that was refused is used again: it has no connection, and keeps no port. */
static void open_socket(struct visit *visit, sa_family_t family) {
  visit->family = family;
  visit->fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (visit->fd < 0) {
    (void)fprintf(stderr, "no more sockets: %s\n", strerror(errno));
    exit(1);
  }
  if (family == AF_INET) {
    (void)setsockopt(visit->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  }
}

/* Connected, or an error: 0 and what it was. */
static int error_of(int fd) {
  int error = 0;
  socklen_t length = sizeof error;
  (void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
  return error;
}

static void begin_flow(struct load *load, struct visit *visit) {
  arena_reset(&visit->flow.arena);
  struct arena arena = visit->flow.arena;
  size_t number = load->unused_count > 0 ? load->unused[--load->unused_count] : load->begun++;
  visit->flow = (struct scenario_flow){
      .scenario = load->scenario, .row = &load->scenario->rows[number % load->scenario->row_count], .arena = arena, .random = &load->random, .number = number};
  if (visit->person.place[0] != '\0') {
    visit->flow.taken[visit->flow.taken_count].name = S("place");
    visit->flow.taken[visit->flow.taken_count++].value = slice_str(visit->person.place);
  }
  visit->is_up = true;
  send_step(load, visit);
}

/* The second call tells what became of the first: 0; EALREADY: nothing yet; or an error, after which the socket is as new. */
static int dial(int fd, const struct wire_address *to) {
  bool is_up = connect(fd, (const struct sockaddr *)&to->storage, to->length) == 0;
  is_up = is_up || (errno == EINPROGRESS && connect(fd, (const struct sockaddr *)&to->storage, to->length) == 0);
  return is_up ? 0 : errno;
}

static void begin_visit(struct load *load, struct visit *visit, const struct person *person) {
  const struct wire_address *to = person->place[0] == '\0' && load->newcomers.length > 0 ? &load->newcomers : &load->door;
  visit->person = *person;
  visit->is_after = person->due_us >= load->crowd_us && person->place[0] == '\0';
  visit->is_up = false;
  visit->step = 0;
  load->returned += person->place[0] != '\0';
  if (visit->fd >= 0 && visit->family != to->storage.ss_family) {
    hang_up(visit);
  }
  if (visit->fd < 0) {
    open_socket(visit, to->storage.ss_family);
  }
  if (person->due_us < load->crowd_us) {
    note(&load->dialled_late, clock_monotonic_us() - person->due_us);
  }
  int error = dial(visit->fd, to);
  if (error == 0 || error == EALREADY) {
    struct epoll_event event = {.events = (error == 0 ? EPOLLIN : EPOLLIN | EPOLLOUT) | EPOLLET, .data.ptr = visit};
    (void)epoll_ctl(load->poll, EPOLL_CTL_ADD, visit->fd, &event);
    if (error == 0) {
      begin_flow(load, visit);
    }
  } else if (error == ECONNREFUSED || error == ECONNRESET || error == EAGAIN /* a Unix socket's queue is full */) {
    turn_away(load, visit);
  } else {
    end_visit(load, visit, error); /* no ports: ours is the trouble */
  }
}

static void answered(struct load *load, struct visit *visit) {
  const struct scenario_step *step = &load->scenario->steps[visit->step];
  int status = wire_status(visit->answer);
  if (status != step->expected || !scenario_take_all(&visit->flow, step, visit->answer)) {
    end_visit(load, visit, status == step->expected ? 1 : status);
  } else if (++visit->step == load->scenario->step_count) {
    end_visit(load, visit, 0);
  } else {
    send_step(load, visit);
  }
}

static void receive(struct load *load, struct visit *visit) {
  ssize_t part = recv(visit->fd, visit->answer + visit->got, WIRE_ANSWER_BYTES_MAX - 1 - visit->got, MSG_DONTWAIT);
  if (part < 0 && (errno == EAGAIN || errno == EINTR)) {
    return;
  }
  if (part <= 0) {
    hang_up(visit);
    turn_away(load, visit);
    return;
  }
  visit->got += (size_t)part;
  visit->answer[visit->got] = 0;
  size_t whole = wire_whole_length(visit->answer);
  if (whole > 0 && visit->got >= whole) {
    if (load->looked_us < load->crowd_us) {
      note(&load->read_late, clock_monotonic_us() - load->looked_us);
    }
    answered(load, visit);
  } else {
    receive(load, visit); /* edges are told once */
  }
}

static void go_on(struct load *load, struct visit *visit, uint32_t events) {
  if (visit->fd < 0) {
    return;
  }
  if (visit->is_up) {
    receive(load, visit);
  } else if (error_of(visit->fd) != 0) {
    hang_up(visit);
    turn_away(load, visit);
  } else if ((events & EPOLLOUT) != 0) {
    begin_flow(load, visit);
  }
}

/* The next instant at which somebody comes for the first time; far away when nobody does any more. */
static int64_t next_due(const struct load *load) {
  size_t crowd = (size_t)(load->per_s * (double)(load->crowd_us - load->began_us) / MEGA);
  if (load->arrived < crowd) {
    return load->began_us + (int64_t)((double)load->arrived * MEGA / load->per_s);
  }
  int64_t due_us = load->after_per_s > 0 ? load->crowd_us + (int64_t)((double)(load->arrived - crowd) * MEGA / load->after_per_s) : INT64_MAX;
  return due_us < load->end_us ? due_us : INT64_MAX;
}

static void come(struct load *load, int64_t now_us) {
  for (int64_t due_us = next_due(load); due_us <= now_us; due_us = next_due(load)) {
    enqueue(load, &(const struct person){.due_us = due_us});
    load->arrived++;
  }
  for (; load->tick <= (now_us - load->began_us) / TICK_US - 1; load->tick++) {
    struct people *people = &load->later[load->tick % TICKS];
    for (size_t i = 0; i < people->count && now_us < load->crowd_us; i++) { /* after the crowd those who waited have gone home */
      enqueue(load, &people->items[i]);
    }
    people->count = 0;
  }
  for (int i = 0; i < DIALS_A_TURN && load->idle_count > 0 && load->first < load->last; i++) {
    begin_visit(load, load->idle[--load->idle_count], &load->queue[load->first++ % QUEUE_MAX]);
  }
}

static void run(struct load *load, int count) {
  struct epoll_event events[CONNECTIONS_MAX];
  int64_t now_us = clock_monotonic_us();
  while (now_us < load->end_us || load->idle_count < count) {
    int64_t looking_us = clock_monotonic_us();
    int ready = epoll_wait(load->poll, events, CONNECTIONS_MAX, 0);
    for (int i = 0; i < ready; i++) {
      go_on(load, events[i].data.ptr, events[i].events);
    }
    load->looked_us = looking_us;
    now_us = clock_monotonic_us();
    come(load, now_us);
  }
}

/* Seconds after the crowd until one in which everybody was served in time; -1: never. */
static int normal_after(const struct load *load) {
  for (int second = 0; second < AFTER_MAX; second++) {
    if (load->bad_after[second] == 0 && load->good_after[second] > 0) {
      return second;
    }
  }
  return -1;
}

static double processor_s(void) {
  struct rusage used;
  (void)getrusage(RUSAGE_SELF, &used);
  return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / MEGA;
}

static void print_times(const char *name, struct times *times) {
  wire_sort(times->us, times->count);
  (void)printf("\"%s\": %zu, \"%s_p50_ms\": %.1f, \"%s_p99_ms\": %.1f, ", name, times->count, name, wire_quantile_ms(times->us, times->count, 0.5), name,
               wire_quantile_ms(times->us, times->count, 0.99));
}

static void print(struct load *load) {
  double seconds = (double)(load->crowd_us - load->began_us) / MEGA;
  (void)printf("{\"arrived\": %zu, \"returned\": %zu, \"served_per_s\": %.0f, ", load->arrived, load->returned, (double)load->settled.count / seconds);
  print_times("served", &load->settled);
  print_times("refused", &load->refused);
  print_times("by_system", &load->turned);
  print_times("dialled_late", &load->dialled_late);
  print_times("read_late", &load->read_late);
  (void)printf("\"normal_after_s\": %d, \"broken_off\": %zu, \"lost\": %zu, \"odd_status\": %d, \"processor_s\": %.1f}\n", normal_after(load), load->broken_off,
               load->lost, load->odd_status, processor_s());
}

static struct load *read_load(char **argv, struct scenario *scenario) {
  scenario_read(argv[3], scenario);
  struct load *load = heap_alloc(sizeof *load);
  *load = (struct load){.scenario = scenario, .door = wire_address_of(argv[1]), .poll = epoll_create1(EPOLL_CLOEXEC), .random = random_system()};
  if (strcmp(argv[2], "0") != 0) {
    load->newcomers = wire_address_of(argv[2]);
  }
  load->per_s = strtod(argv[5], NULL);
  load->after_per_s = strtod(argv[7], NULL);
  return load;
}

int main(int argc, char **argv) {
  if (argc != 9) {
    (void)fprintf(stderr, "usage: bench_surge DOOR NEWCOMERS_DOOR FILE CONNECTIONS PER_SECOND SECONDS AFTER_PER_SECOND AFTER_SECONDS\n");
    return 2;
  }
  struct scenario scenario;
  struct load *load = read_load(argv, &scenario);
  int count = (int)strtol(argv[4], NULL, 10);
  count = count < 1 || count > CONNECTIONS_MAX ? CONNECTIONS_MAX : count;
  load->visits = heap_alloc((size_t)count * sizeof *load->visits);
  load->idle = heap_alloc((size_t)count * sizeof(struct visit *));
  load->queue = heap_alloc(QUEUE_MAX * sizeof *load->queue);
  load->unused = heap_alloc(CONNECTIONS_MAX * sizeof *load->unused);
  for (int i = 0; i < count; i++) {
    struct visit *visit = &load->visits[i];
    *visit = (struct visit){.fd = -1, .answer = heap_take(WIRE_ANSWER_BYTES_MAX)};
    arena_init(&visit->flow.arena);
    load->idle[load->idle_count++] = visit;
  }
  load->began_us = clock_monotonic_us();
  load->crowd_us = load->began_us + strtol(argv[6], NULL, 10) * MEGA;
  load->end_us = load->crowd_us + strtol(argv[8], NULL, 10) * MEGA;
  run(load, count);
  print(load);
  return 0;
}
