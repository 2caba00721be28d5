/* The port over the socket. Two lanes, each a connection with one batch under way: a thread that finds a lane free takes whatever requests
 * have gathered (its own among them, or next in turn), sends them in one write, reads all replies, and wakes their threads. When the
 * signer is away the batch is sent again until five seconds have gone. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/sleeping.h"
#include "signer/wire.h"

/* Two lanes: while the signer works on one batch, the next is being written. A batch is what a server's workers can want at once. */
enum { LANES = 2, BATCH_MAX = 64, PATIENCE_MS = 5000, PAUSE_FIRST_MS = 5, PAUSE_MAX_MS = 100 };
enum { INPUT_BYTES = 16 * SIGNER_WIRE_REPLY_BYTES_MAX, OUTPUT_BYTES = BATCH_MAX * SIGNER_WIRE_REQUEST_BYTES_MAX };

/* One request, on the stack of the thread that waits for it. */
struct waiting {
  uint32_t number;
  struct slice frame;
  int64_t deadline_ms;
  struct arena *arena; /* the thread sleeps, so whoever carries its request may use it */
  struct signer_wire_reply reply;
  result outcome;
  bool done;
  pthread_cond_t woken;
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
  const struct timeval look_up = {.tv_sec = 0, .tv_usec = 200 * 1000}; /* how often a silent signer is held against the deadline */
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
    ssize_t got = recv(lane->fd, lane->input + lane->held, INPUT_BYTES - lane->held, 0);
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
      (void)usleep((useconds_t)(pause_ms * 1000));
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

/* Carries one batch: leaves the lock for it. */
static void lead(struct client *client, struct lane *lane) {
  struct batch batch = {.count = 0};
  gather(client, &batch);
  lane->busy = true;
  (void)pthread_mutex_unlock(&client->lock);
  result outcome = carry(client, lane, &batch);
  (void)pthread_mutex_lock(&client->lock);
  lane->busy = false;
  for (size_t i = 0; i < batch.count; i++) {
    batch.items[i]->outcome = outcome;
    batch.items[i]->done = true;
    (void)pthread_cond_signal(&batch.items[i]->woken);
  }
  if (client->first != NULL) {
    (void)pthread_cond_signal(&client->first->woken); /* somebody has to lead what gathered meanwhile */
  }
}

static void wait_for(struct client *client, struct waiting *own) {
  (void)pthread_cond_init(&own->woken, NULL);
  (void)pthread_mutex_lock(&client->lock);
  *client->last = own;
  client->last = &own->next;
  while (!own->done) {
    struct lane *lane = client->first != NULL ? free_lane(client) : NULL;
    if (lane != NULL) {
      lead(client, lane);
    } else {
      (void)pthread_cond_wait(&own->woken, &client->lock);
    }
  }
  (void)pthread_mutex_unlock(&client->lock);
  (void)pthread_cond_destroy(&own->woken);
}

static result call(struct signer *signer, struct signer_wire_request *request, struct arena *arena,
                   struct slice *ret_answer) {
  struct client *client = (struct client *)signer;
  struct buf frame;
  buf_init(&frame, arena, SIGNER_WIRE_REQUEST_BYTES_MAX); /* does not grow, so no copy of a proof stays behind */
  request->number = atomic_fetch_add(&client->number, 1) + 1;
  TRY(signer_wire_request_write(request, &frame));
  struct waiting own = {
      .number = request->number, .frame = buf_slice(&frame), .deadline_ms = now_ms() + PATIENCE_MS, .arena = arena};
  sleeping_begin();
  wait_for(client, &own);
  sleeping_end();
  explicit_bzero(frame.ptr, frame.len);
  if (!is_ok(own.outcome)) {
    return lost("away for five seconds"); /* again: the record of the failure is another thread's */
  }
  if (own.reply.code != 0) {
    FAIL(own.reply.code, "refused by the signer");
  }
  *ret_answer = own.reply.answer;
  return OK;
}

/* ---- the port ---- */

static result client_sign(struct signer *signer, const struct signer_request *request, struct arena *arena,
                          struct slice *ret_signature) {
  struct signer_wire_request wire = {.operation = SIGNER_OPERATION_SIGN, .request = *request};
  return call(signer, &wire, arena, ret_signature);
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

result signer_client_open(const char *path, struct signer **ret_signer) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t len = strlen(path);
  if (len >= sizeof address.sun_path) {
    FAIL(SIGNER_FOLDER_UNUSABLE, "the socket's path is longer than %zu bytes", sizeof address.sun_path - 1);
  }
  memcpy(address.sun_path, path, len);
  struct client *client = heap_alloc(sizeof *client);
  memset(client, 0, sizeof *client);
  client->port = (struct signer){client_sign, client_key_create, client_key_public};
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
