/* The waiting room. Numbers only grow: called <= given <= reserved, and who holds a number up to `called` comes in once. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admission/ticket.h"
#include "base/result.h"

enum {
  VERSION = 1,
  BOOT_BYTES = 40,
  PLACES = 1 << 21,            /* numbers that are known one by one; who is further behind than that gets none */
  SECONDS = ADMISSION_TICKET_LASTS_S,
  ELSEWHERE = 1 << 16,
  RESERVE = 4096,              /* and what three rounds of keeping give */
  STEER_US = 50000,
  FULL_EMPTY = 200,             /* thousandths: people are called much faster */
  FULL_ROOMY = 400,             /* faster */
  FULL_CLOSE = 600,             /* slower, and who was called waits another moment */
  AGAIN_MIN_S = 1,
  AGAIN_MAX_S = 60,
};
static const double called_least = 1, called_first = 20, called_most = 1e6;
static const char magic[8] = "danhroom";

/* Something of another node that was used here. */
struct elsewhere {
  uint64_t name; /* 0: nothing */
  uint64_t used;
};

/* The file. Read and written by the machine that made it: no byte order. */
struct held {
  char magic[8];
  uint32_t version;
  uint32_t node;
  char boot[BOOT_BYTES]; /* of the machine when it was last written */
  uint64_t given;
  uint64_t called;
  uint64_t reserved; /* on disk before any number up to it is given */
  int64_t second;    /* the newest in `before` */
  double called_per_s;
  uint64_t before[SECONDS]; /* numbers given before the end of a second, by its remainder */
  struct elsewhere elsewhere[ELSEWHERE];
  uint8_t used[PLACES]; /* by a number's remainder: 0 has not come; then once for coming and once for each request */
};

struct admission_room {
  struct admission_key key;
  double called_max;
  pthread_mutex_t lock;
  struct held *held;
  int64_t advanced_us;
  int64_t steered_us;
  double ready; /* parts of people that may be called */
  uint64_t given_then; /* at the last keeping */
  uint64_t came_then;
  uint64_t came;
  uint64_t refused;
};

/* ---- the file */

static void read_boot(char ret_boot[static BOOT_BYTES]) {
  memset(ret_boot, 0, BOOT_BYTES);
  int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
  if (fd >= 0) {
    (void)!read(fd, ret_boot, BOOT_BYTES - 1);
    close(fd);
  }
}

/* Room on the disk for all of it: a page of a mapped file that finds none would end the process. */
static result map_file(const char *path, struct held **ret_held) {
  int fd = path == NULL ? -1 : open(path, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (path != NULL && (fd < 0 || posix_fallocate(fd, 0, sizeof(struct held)) != 0)) {
    int why = errno;
    if (fd >= 0) {
      close(fd);
    }
    FAIL(BASE_IO, "the waiting room's file: errno %d", why);
  }
  void *memory = mmap(NULL, sizeof(struct held), PROT_READ | PROT_WRITE, fd >= 0 ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS, fd, 0);
  if (fd >= 0) {
    close(fd);
  }
  if (memory == MAP_FAILED) {
    FAIL(BASE_IO, "the waiting room cannot be mapped: errno %d", errno);
  }
  *ret_held = memory;
  return OK;
}

static void begin(struct held *held, uint32_t node) {
  char boot[BOOT_BYTES];
  read_boot(boot);
  bool is_known = memcmp(held->magic, magic, sizeof magic) == 0 && held->version == VERSION;
  if (!is_known) {
    memset(held, 0, offsetof(struct held, before)); /* the rest is noughts in a file that was just made */
    memcpy(held->magic, magic, sizeof magic);
    held->version = VERSION;
    held->node = node;
    held->called_per_s = called_first;
  } else if (memcmp(held->boot, boot, BOOT_BYTES) != 0) {
    bool was_empty = held->called == held->given;
    held->given = held->reserved; /* the machine went down: numbers up to that may have been given */
    held->called = was_empty ? held->given : held->called;
  }
  memcpy(held->boot, boot, BOOT_BYTES);
}

void admission_room_keep(struct admission_room *room) {
  pthread_mutex_lock(&room->lock);
  struct held *held = room->held;
  held->reserved = held->given + RESERVE + 3 * (held->given - room->given_then);
  room->given_then = held->given;
  pthread_mutex_unlock(&room->lock);
  (void)msync(room->held, sizeof *room->held, MS_SYNC); /* a disk that fails takes the numbers of a crash, and nothing else */
}

void admission_room_limit(struct admission_room *room, int64_t called_max) {
  pthread_mutex_lock(&room->lock);
  room->called_max = called_max > 0 ? (double)called_max : called_most;
  pthread_mutex_unlock(&room->lock);
}

result admission_room_open(const struct admission_room_options *options, struct admission_room **ret_room) {
  struct held *held = NULL;
  TRY(map_file(options->path, &held));
  begin(held, options->node);
  struct admission_room *room = heap_alloc(sizeof *room);
  *room = (struct admission_room){.key = options->key, .held = held, .given_then = held->given};
  pthread_mutex_init(&room->lock, NULL);
  admission_room_limit(room, options->called_max);
  admission_room_keep(room);
  *ret_room = room;
  return OK;
}

void admission_room_close(struct admission_room **slot) {
  struct admission_room *room = *slot;
  if (room == NULL) {
    return;
  }
  *slot = NULL;
  (void)msync(room->held, sizeof *room->held, MS_SYNC);
  munmap(room->held, sizeof *room->held);
  pthread_mutex_destroy(&room->lock);
  free(room);
}

/* ---- calling; all below is under the lock */

static uint64_t waiting(const struct held *held) { return held->given - held->called; }

/* While somebody waits, as many are called as come and find room. While nobody does, it is noted how many come, to begin with; and not forgotten at once, for
 * in a crowd the room is empty for moments only. */
static void steer(struct admission_room *room, int full) {
  struct held *held = room->held;
  if (waiting(held) == 0) {
    double came_per_s = (double)(room->came - room->came_then) * 1e6 / STEER_US;
    double least = came_per_s > called_first ? came_per_s : called_first;
    double before = held->called_per_s * 0.98;
    held->called_per_s = before > least ? before : least;
  } else if (full >= FULL_CLOSE) {
    held->called_per_s *= 0.85;
  } else if (full < FULL_ROOMY) {
    held->called_per_s *= full < FULL_EMPTY ? 1.5 : 1.1;
  }
  room->came_then = room->came;
  held->called_per_s = held->called_per_s < called_least ? called_least : held->called_per_s;
  held->called_per_s = held->called_per_s > room->called_max ? room->called_max : held->called_per_s;
}

static void call_people(struct admission_room *room, int64_t passed_us) {
  struct held *held = room->held;
  room->ready += held->called_per_s * (double)passed_us / 1e6;
  uint64_t most = waiting(held);
  uint64_t now = room->ready >= (double)most ? most : (uint64_t)room->ready;
  held->called += now;
  room->ready = waiting(held) == 0 ? 0 : room->ready - (double)now;
}

/* Which numbers a second had given: for who comes from another node. */
static void note_second(struct held *held, int64_t now_s) {
  int64_t first = now_s - held->second > SECONDS ? now_s - SECONDS + 1 : held->second + 1;
  for (int64_t second = first; second <= now_s; second++) {
    held->before[second % SECONDS] = held->given;
  }
  if (now_s >= held->second) {
    held->second = now_s;
    held->before[now_s % SECONDS] = held->given;
  }
}

static void advance(struct admission_room *room, const struct admission_asker *asker) {
  if (room->advanced_us == 0) {
    room->advanced_us = room->steered_us = asker->now_us;
  }
  int64_t passed_us = asker->now_us - room->advanced_us;
  if (passed_us > 0) {
    room->advanced_us = asker->now_us;
    call_people(room, passed_us);
  }
  if (asker->now_us - room->steered_us >= STEER_US) {
    steer(room, asker->full);
    room->steered_us = asker->now_us;
  }
  note_second(room->held, asker->now_ms / 1000);
}

/* ---- tickets */

/* Something of another node, as this one remembers it. */
static uint64_t name_elsewhere(enum ticket_kind kind, const struct ticket *ticket) {
  uint64_t name = (ticket->number * 2 + (uint64_t)kind) * 0x9e3779b97f4a7c15u ^ (uint64_t)ticket->node << 32 ^ (uint64_t)ticket->at_s;
  return name | 1;
}

static uint64_t used_elsewhere(const struct held *held, uint64_t name) {
  const struct elsewhere *slot = &held->elsewhere[(name >> 40) % ELSEWHERE];
  return slot->name == name ? slot->used : 0;
}

static void note_elsewhere(struct held *held, uint64_t name, uint64_t used) {
  held->elsewhere[(name >> 40) % ELSEWHERE] = (struct elsewhere){name, used};
}

static bool is_known(const struct held *held, const struct ticket *ticket) {
  return ticket->number <= held->given && ticket->number + PLACES > held->given;
}

static uint8_t *used_of(struct held *held, const struct ticket *ticket) { return &held->used[ticket->number % PLACES]; }

static bool use_admission(struct admission_room *room, const struct admission_asker *asker) {
  struct held *held = room->held;
  struct ticket ticket;
  if (!admission_ticket_read(&room->key, TICKET_ADMISSION, asker->admission, &ticket) || ticket.at_s <= asker->now_ms / 1000) {
    return false;
  }
  if (ticket.node != held->node) {
    uint64_t name = name_elsewhere(TICKET_ADMISSION, &ticket);
    uint64_t times = used_elsewhere(held, name);
    note_elsewhere(held, name, times + 1);
    return times < ADMISSION_REQUESTS;
  }
  uint8_t *used = used_of(held, &ticket);
  if (!is_known(held, &ticket) || *used == 0 || *used > ADMISSION_REQUESTS) {
    return false;
  }
  (*used)++;
  return true;
}

/* A ticket that is one: when its turn is, in our numbers. */
static bool find_turn(struct admission_room *room, const struct admission_asker *asker, struct ticket *ret_ticket, uint64_t *ret_turn) {
  struct held *held = room->held;
  int64_t now_s = asker->now_ms / 1000;
  if (!admission_ticket_read(&room->key, TICKET_PLACE, asker->ticket, ret_ticket) || ret_ticket->at_s + ADMISSION_TICKET_LASTS_S <= now_s) {
    return false;
  }
  if (ret_ticket->node == held->node) {
    *ret_turn = ret_ticket->number;
    return is_known(held, ret_ticket) && *used_of(held, ret_ticket) == 0;
  }
  int64_t second = ret_ticket->at_s < held->second ? ret_ticket->at_s : held->second;
  *ret_turn = held->before[second % SECONDS];
  return used_elsewhere(held, name_elsewhere(TICKET_PLACE, ret_ticket)) == 0;
}

static void let_in(struct admission_room *room, const struct admission_asker *asker, const struct ticket *ticket, struct admission_place *ret_place) {
  struct held *held = room->held;
  if (ticket->node == held->node) {
    *used_of(held, ticket) = 1;
  } else {
    note_elsewhere(held, name_elsewhere(TICKET_PLACE, ticket), 1);
  }
  room->came++;
  const struct ticket admission = {.number = ticket->number, .at_s = asker->now_ms / 1000 + ADMISSION_LASTS_S, .node = ticket->node};
  *ret_place = (struct admission_place){.answer = ADMISSION_COMES, .is_new = true};
  admission_ticket_write(&room->key, TICKET_ADMISSION, &admission, ret_place->text);
}

static struct ticket give_number(struct admission_room *room, const struct admission_asker *asker) {
  struct held *held = room->held;
  const struct ticket ticket = {.number = ++held->given, .at_s = asker->now_ms / 1000, .node = held->node};
  *used_of(held, &ticket) = 0;
  held->before[held->second % SECONDS] = held->given;
  return ticket;
}

static void tell_place(const struct admission_room *room, uint64_t turn, struct admission_place *place) {
  const struct held *held = room->held;
  place->answer = ADMISSION_WAITS;
  place->ahead = turn > held->called ? (int64_t)(turn - held->called) - 1 : 0;
  place->wait_s = (int64_t)((double)(place->ahead + 1) / held->called_per_s) + 1;
  int64_t again_s = place->wait_s > AGAIN_MAX_S ? AGAIN_MAX_S : place->wait_s;
  place->again_s = (int)(again_s < AGAIN_MIN_S ? AGAIN_MIN_S : again_s);
}

static void ask(struct admission_room *room, const struct admission_asker *asker, struct admission_place *ret_place) {
  struct held *held = room->held;
  struct ticket ticket;
  uint64_t turn = 0;
  advance(room, asker);
  *ret_place = (struct admission_place){.answer = ADMISSION_HOLDS};
  if (asker->admission.len > 0 && use_admission(room, asker)) {
    return;
  }
  if (asker->ticket.len > 0 && find_turn(room, asker, &ticket, &turn)) {
    if (turn <= held->called && !asker->is_refused && asker->full < FULL_CLOSE) {
      let_in(room, asker, &ticket, ret_place);
    } else {
      memcpy(ret_place->text, asker->ticket.ptr, ADMISSION_TEXT_BYTES);
      tell_place(room, turn, ret_place);
    }
    return;
  }
  room->refused += asker->ticket.len > 0 || asker->admission.len > 0;
  if (waiting(held) + 1 >= PLACES) {
    ret_place->answer = ADMISSION_CROWD;
    ret_place->again_s = AGAIN_MAX_S;
    return;
  }
  bool is_alone = waiting(held) == 0;
  ticket = give_number(room, asker);
  held->called = is_alone && !asker->is_refused ? held->given : held->called;
  if (held->called == held->given || asker->is_inside) {
    let_in(room, asker, &ticket, ret_place);
    return;
  }
  admission_ticket_write(&room->key, TICKET_PLACE, &ticket, ret_place->text);
  ret_place->is_new = true;
  tell_place(room, ticket.number, ret_place);
}

/* ---- from outside */

void admission_room_ask(struct admission_room *room, const struct admission_asker *asker, struct admission_place *ret_place) {
  pthread_mutex_lock(&room->lock);
  ask(room, asker, ret_place);
  pthread_mutex_unlock(&room->lock);
}

bool admission_room_holds(struct admission_room *room, const struct admission_asker *asker) {
  pthread_mutex_lock(&room->lock);
  bool holds = asker->admission.len > 0 && use_admission(room, asker);
  room->refused += !holds && asker->admission.len > 0;
  pthread_mutex_unlock(&room->lock);
  return holds;
}

bool admission_room_is_empty(struct admission_room *room, const struct admission_asker *asker) {
  pthread_mutex_lock(&room->lock);
  advance(room, asker);
  bool is_empty = waiting(room->held) == 0;
  pthread_mutex_unlock(&room->lock);
  return is_empty;
}

int admission_room_again_s(struct admission_room *room) {
  pthread_mutex_lock(&room->lock);
  struct admission_place place;
  tell_place(room, room->held->given + 1, &place);
  pthread_mutex_unlock(&room->lock);
  return place.again_s;
}

struct admission_room_figures admission_room_figures(struct admission_room *room) {
  pthread_mutex_lock(&room->lock);
  const struct admission_room_figures figures = {.given = room->held->given,
                                                 .waiting = waiting(room->held),
                                                 .came = room->came,
                                                 .refused = room->refused,
                                                 .called_per_s = room->held->called_per_s};
  pthread_mutex_unlock(&room->lock);
  return figures;
}
