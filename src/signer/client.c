/* The port over the socket. Two lanes, each a connection with one batch under way: a thread that finds a lane free takes whatever requests
 * have gathered (its own among them, or next in turn), sends them in one write, reads all replies, and wakes their threads. When the
 * signer is away the batch is sent again until five seconds have gone. */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/parking.h"
#include "base/sleeping.h"
#include "signer/wire.h"

/* Two lanes: while the signer works on one batch, the next is being written. A batch is what a server's workers can want at once. */
enum { LANES = 2, BATCH_MAX = 64, PATIENCE_MS = 5000, PAUSE_FIRST_MS = 5, PAUSE_MAX_MS = 100, LOOK_UP_MS = 200 /* how often a silent signer is held against the deadline */ };
enum { INPUT_BYTES = 16 * SIGNER_WIRE_REPLY_BYTES_MAX, OUTPUT_BYTES = BATCH_MAX * SIGNER_WIRE_REQUEST_BYTES_MAX };

/* A thread that waits. It is woken after the lock has been left, lest it wake to wait for that; and leaves its stack only once it has been woken as often
 * as was promised under the lock. */
struct sleeper {
  struct parking woken;
  unsigned promised;
};

/* One request, on the stack of the thread that waits for it. */
struct waiting {
  uint32_t number;
  struct slice frame;
  int64_t deadline_ms;
  struct arena *arena; /* the thread sleeps, so whoever carries its request may use it */
  struct signer_wire_reply reply;
  result outcome;
  bool done;
  struct sleeper *sleeper; /* may wait for several */
  struct waiting *next;
};

struct lane {
  int fd; /* -1: not connected */
  bool busy;
  uint8_t input[INPUT_BYTES];
  uint8_t output[OUTPUT_BYTES];
  size_t held;
};

struct client {
  struct signer port; /* first: the port is the object */
  struct sockaddr_un address;
  atomic_uint number;
  pthread_mutex_t lock;
  struct waiting *first; /* not yet carried */
  struct waiting **last;
  struct lane lanes[LANES];
  struct signer_client_counts counted;
};

struct batch {
  struct waiting *items[BATCH_MAX];
  size_t count;
  int64_t deadline_ms;
};

static int64_t now_ms(void) {
  return clock_monotonic_us() / 1000;
}

static result lost(const char *what) {
  FAIL(SIGNER_UNAVAILABLE, "signer: %s", what);
}

/* ---- one exchange ---- */

static void disconnect(struct lane *lane) {
  if (lane->fd >= 0) {
    (void)close(lane->fd);
    lane->fd = -1;
  }
  lane->held = 0;
}

static bool connect_lane(const struct client *client, struct lane *lane) {
  const struct timeval look_up = {.tv_sec = 0, .tv_usec = LOOK_UP_MS * 1000};
  lane->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (lane->fd >= 0 && (connect(lane->fd, (const struct sockaddr *)&client->address, sizeof client->address) != 0 ||
                        setsockopt(lane->fd, SOL_SOCKET, SO_RCVTIMEO, &look_up, sizeof look_up) != 0)) {
    disconnect(lane);
  }
  return lane->fd >= 0;
}

static result send_batch(struct lane *lane, const struct batch *batch) {
  size_t len = 0;
  for (size_t i = 0; i < batch->count; i++) {
    memcpy(lane->output + len, batch->items[i]->frame.ptr, batch->items[i]->frame.len);
    len += batch->items[i]->frame.len;
  }
  result sent_all = OK;
  for (struct slice rest = slice_of(lane->output, len); rest.len > 0 && is_ok(sent_all);) {
    ssize_t sent = send(lane->fd, rest.ptr, rest.len, MSG_NOSIGNAL);
    if (sent < 0 && errno != EINTR) {
      sent_all = lost("connection broke while sending");
    }
    rest = slice_from(rest, sent > 0 ? (size_t)sent : 0);
  }
  explicit_bzero(lane->output, len); /* proofs and PIN keys */
  return sent_all;
}

/* The replies that have come whole, in the order of the requests. */
static result take_replies(struct lane *lane, const struct batch *batch, size_t *answered) {
  size_t used = 0;
  for (;;) {
    size_t length = 0;
    struct slice rest = slice_of(lane->input + used, lane->held - used);
    TRY(signer_wire_length(rest, SIGNER_WIRE_REPLY_BYTES_MAX, &length));
    if (length == 0 || rest.len < length) {
      break;
    }
    if (*answered == batch->count) {
      return lost("a reply nobody asked for");
    }
    struct waiting *item = batch->items[*answered];
    struct slice frame = arena_copy(item->arena, slice_sub(rest, 0, length));
    if (!is_ok(signer_wire_reply_read(frame, &item->reply)) || item->reply.number != item->number) {
      return lost("not the reply");
    }
    ++*answered;
    used += length;
  }
  memmove(lane->input, lane->input + used, lane->held - used);
  lane->held -= used;
  return OK;
}

static result exchange(struct lane *lane, const struct batch *batch) {
  size_t answered = 0;
  TRY(send_batch(lane, batch));
  while (answered < batch->count) {
    if (parking_is_shared()) {
      parking_await(lane->fd, LOOK_UP_MS);
    }
    ssize_t got = recv(lane->fd, lane->input + lane->held, INPUT_BYTES - lane->held, parking_is_shared() ? MSG_DONTWAIT : 0);
    bool is_silent = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    if (is_silent && now_ms() >= batch->deadline_ms) {
      return lost("no answer in time");
    }
    if (got == 0 || (got < 0 && !is_silent)) {
      return lost("connection broke while waiting");
    }
    lane->held += got > 0 ? (size_t)got : 0;
    TRY(take_replies(lane, batch, &answered));
  }
  return OK;
}

/* SIGNER_UNAVAILABLE: the connection was of no use, nor were new ones until the deadline. */
static result carry(struct client *client, struct lane *lane, const struct batch *batch) {
  int64_t pause_ms = PAUSE_FIRST_MS;
  for (;;) {
    bool fresh = lane->fd < 0;
    if ((!fresh || connect_lane(client, lane)) && is_ok(exchange(lane, batch))) {
      return OK;
    }
    disconnect(lane);
    if (now_ms() >= batch->deadline_ms) {
      return lost("away for five seconds");
    }
    if (fresh) {
      parking_rest((int)pause_ms);
      pause_ms = pause_ms * 2 < PAUSE_MAX_MS ? pause_ms * 2 : PAUSE_MAX_MS;
    }
  }
}

/* ---- turns, all under the lock ---- */

static struct lane *free_lane(struct client *client) {
  for (size_t i = 0; i < LANES; i++) {
    if (!client->lanes[i].busy) {
      return &client->lanes[i];
    }
  }
  return NULL;
}

static void gather(struct client *client, struct batch *batch) {
  size_t bytes = 0;
  while (client->first != NULL && batch->count < BATCH_MAX && bytes + client->first->frame.len <= OUTPUT_BYTES) {
    struct waiting *item = client->first;
    client->first = item->next;
    bytes += item->frame.len;
    batch->items[batch->count++] = item;
    batch->deadline_ms = item->deadline_ms; /* of the last to come: the others have waited longer */
  }
  if (client->first == NULL) {
    client->last = &client->first;
  }
}

static struct parking *promise(struct sleeper *sleeper) {
  sleeper->promised++;
  return &sleeper->woken;
}

/* Carries one batch: leaves the lock for it, and to wake the others whose requests were in it. */
static void lead(struct client *client, struct lane *lane, const struct sleeper *leader) {
  struct batch batch = {.count = 0};
  struct parking *posts[BATCH_MAX + 1];
  struct parking_bell bell = {.count = 0};
  size_t post_count = 0;
  gather(client, &batch);
  lane->busy = true;
  (void)pthread_mutex_unlock(&client->lock);
  result outcome = carry(client, lane, &batch);
  (void)pthread_mutex_lock(&client->lock);
  lane->busy = false;
  for (size_t i = 0; i < batch.count; i++) {
    struct sleeper *sleeper = batch.items[i]->sleeper;
    bool is_last_of_it = i + 1 == batch.count || batch.items[i + 1]->sleeper != sleeper; /* one thread's stand together */
    batch.items[i]->outcome = outcome;
    batch.items[i]->done = true;
    if (sleeper != leader && is_last_of_it) {
      posts[post_count++] = promise(sleeper);
    }
  }
  if (client->first != NULL && client->first->sleeper != leader) {
    posts[post_count++] = promise(client->first->sleeper); /* somebody has to lead what gathered meanwhile */
  }
  (void)pthread_mutex_unlock(&client->lock);
  for (size_t i = 0; i < post_count; i++) {
    parking_post(posts[i], &bell);
  }
  parking_ring(&bell);
  (void)pthread_mutex_lock(&client->lock);
}

static bool are_done(const struct waiting *own, size_t count) {
  bool all = true;
  for (size_t i = 0; i < count; i++) {
    all &= own[i].done;
  }
  return all;
}

/* Under the lock, which it leaves. */
static void sleep_once(struct client *client, struct sleeper *sleeper, unsigned *woken) {
  (void)pthread_mutex_unlock(&client->lock);
  parking_wait(&sleeper->woken);
  ++*woken;
  (void)pthread_mutex_lock(&client->lock);
}

static void wait_for(struct client *client, struct waiting *own, size_t count) {
  struct sleeper sleeper = {.promised = 0};
  unsigned woken = 0;
  parking_init(&sleeper.woken);
  (void)pthread_mutex_lock(&client->lock);
  for (size_t i = 0; i < count; i++) {
    own[i].sleeper = &sleeper;
    *client->last = &own[i];
    client->last = &own[i].next;
  }
  (void)pthread_mutex_unlock(&client->lock);
  parking_pass(); /* others of this thread may want a signature as well: one batch */
  (void)pthread_mutex_lock(&client->lock);
  while (!are_done(own, count)) {
    struct lane *lane = client->first != NULL ? free_lane(client) : NULL;
    if (lane != NULL) {
      lead(client, lane, &sleeper);
    } else {
      sleep_once(client, &sleeper, &woken);
    }
  }
  while (woken < sleeper.promised) {
    sleep_once(client, &sleeper, &woken);
  }
  (void)pthread_mutex_unlock(&client->lock);
  parking_end(&sleeper.woken);
}

static result queue_up(struct client *client, struct signer_wire_request *request, struct arena *arena, struct waiting *ret_own) {
  struct buf frame;
  buf_init(&frame, arena, SIGNER_WIRE_REQUEST_BYTES_MAX); /* does not grow, so no copy of a proof stays behind */
  request->number = atomic_fetch_add(&client->number, 1) + 1;
  TRY(signer_wire_request_write(request, &frame));
  *ret_own = (struct waiting){
      .number = request->number, .frame = buf_slice(&frame), .deadline_ms = now_ms() + PATIENCE_MS, .arena = arena};
  return OK;
}

static result outcome_of(const struct waiting *own) {
  if (!is_ok(own->outcome)) {
    return lost("away for five seconds"); /* again: the record of the failure is another thread's */
  }
  if (own->reply.code != 0) {
    FAIL(own->reply.code, "refused by the signer");
  }
  return OK;
}

static result call_all(struct signer *signer, struct signer_wire_request *requests, size_t count, struct arena *arena,
                       struct slice *ret_answers) {
  struct client *client = (struct client *)signer;
  struct waiting own[ENV_SIGN_MAX];
  assert(count > 0 && count <= ENV_SIGN_MAX);
  for (size_t i = 0; i < count; i++) {
    TRY(queue_up(client, &requests[i], arena, &own[i]));
  }
  (void)sleeping_begin();
  wait_for(client, own, count);
  sleeping_end();
  for (size_t i = 0; i < count; i++) {
    explicit_bzero((void *)(uintptr_t)own[i].frame.ptr, own[i].frame.len);
  }
  for (size_t i = 0; i < count; i++) {
    TRY(outcome_of(&own[i]));
  }
  for (size_t i = 0; i < count; i++) {
    ret_answers[i] = own[i].reply.answer;
  }
  return OK;
}

static result call(struct signer *signer, struct signer_wire_request *request, struct arena *arena, struct slice *ret_answer) {
  return call_all(signer, request, 1, arena, ret_answer);
}

/* ---- the port ---- */

static result client_sign(struct signer *signer, const struct signer_request *request, struct arena *arena,
                          struct slice *ret_signature) {
  struct signer_wire_request wire = {.operation = SIGNER_OPERATION_SIGN, .request = *request};
  struct signer_client_counts *counted = &((struct client *)signer)->counted;
  int64_t began_us = clock_monotonic_us();
  result signed_here = call(signer, &wire, arena, ret_signature);
  if (is_ok(signed_here)) {
    histogram_add(&counted->took, clock_monotonic_us() - began_us);
  } else {
    (void)atomic_fetch_add(result_kind(signed_here) == RESULT_UNAVAILABLE ? &counted->lost : &counted->refused, 1);
  }
  return signed_here;
}

const struct signer_client_counts *signer_client_counted(struct signer *signer) { return &((struct client *)signer)->counted; }

static result client_sign_all(struct signer *signer, const struct signer_request *requests, size_t count, struct arena *arena,
                              struct slice *ret_signatures) {
  struct signer_wire_request wire[ENV_SIGN_MAX];
  assert(count <= ENV_SIGN_MAX);
  for (size_t i = 0; i < count; i++) {
    wire[i] = (struct signer_wire_request){.operation = SIGNER_OPERATION_SIGN, .request = requests[i]};
  }
  return call_all(signer, wire, count, arena, ret_signatures);
}

static result client_key_create(struct signer *signer, const struct signer_new_key *key, struct arena *arena,
                                struct slice *ret_public_key) {
  struct signer_wire_request wire = {.operation = SIGNER_OPERATION_KEY_CREATE,
                                     .request = {.key = key->name, .profile = key->profile, .pin_proof = key->pin_key}};
  return call(signer, &wire, arena, ret_public_key);
}

static result client_key_public(struct signer *signer, struct slice key, struct arena *arena,
                                struct slice *ret_public_key) {
  struct signer_wire_request wire = {.operation = SIGNER_OPERATION_KEY_PUBLIC, .request = {.key = key}};
  return call(signer, &wire, arena, ret_public_key);
}

bool signer_is_listening(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t len = strlen(path);
  int fd = len < sizeof address.sun_path ? socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1;
  if (fd < 0) {
    return false;
  }
  memcpy(address.sun_path, path, len);
  bool is_listening = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
  (void)close(fd);
  return is_listening;
}

result signer_client_open(const char *path, struct signer **ret_signer) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t len = strlen(path);
  if (len >= sizeof address.sun_path) {
    FAIL(SIGNER_FOLDER_UNUSABLE, "the socket's path is longer than %zu bytes", sizeof address.sun_path - 1);
  }
  memcpy(address.sun_path, path, len);
  struct client *client = heap_alloc(sizeof *client);
  memset(client, 0, sizeof *client);
  client->port = (struct signer){client_sign, client_key_create, client_key_public, client_sign_all};
  client->address = address;
  client->last = &client->first;
  for (size_t i = 0; i < LANES; i++) {
    client->lanes[i].fd = -1;
  }
  (void)pthread_mutex_init(&client->lock, NULL);
  *ret_signer = &client->port;
  return OK;
}

void signer_client_close(struct signer **signer) {
  struct client *client = (struct client *)*signer;
  if (client != NULL) {
    for (size_t i = 0; i < LANES; i++) {
      disconnect(&client->lanes[i]);
    }
    (void)pthread_mutex_destroy(&client->lock);
    free(client);
    *signer = NULL;
  }
}

result signer_client_health(struct signer *signer) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice answer = {0};
  struct signer_wire_request wire = {.operation = SIGNER_OPERATION_HEALTH};
  return call(signer, &wire, &arena, &answer);
}

result signer_client_figures(struct signer *signer, struct signer_figures *ret_figures) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice answer = {0};
  struct signer_wire_request wire = {.operation = SIGNER_OPERATION_COUNT};
  TRY(call(signer, &wire, &arena, &answer));
  return signer_wire_figures_read(answer, ret_figures);
}
