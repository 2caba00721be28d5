/* The port over the socket: a thread takes a connection from the pool, sends its request and waits. When the signer
 * is away it tries again, and sends again, until five seconds have gone. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "signer/wire.h"

/* As many as a server has workers; more would only wait for the same fdatasync. */
enum { POOL_MAX = 64, PATIENCE_MS = 5000, PAUSE_FIRST_MS = 5, PAUSE_MAX_MS = 100 };

struct client {
  struct signer port; /* first: the port is the object */
  struct sockaddr_un address;
  pthread_mutex_t lock;
  pthread_cond_t freed;
  int in_use;
  int idle[POOL_MAX];
  int idle_count;
  uint32_t number;
};

/* ---- the pool ---- */

/* Waits for a turn. An idle connection, or -1: open one. */
static int take_turn(struct client *client, uint32_t *ret_number) {
  (void)pthread_mutex_lock(&client->lock);
  while (client->in_use == POOL_MAX) {
    (void)pthread_cond_wait(&client->freed, &client->lock);
  }
  client->in_use++;
  *ret_number = ++client->number;
  int fd = client->idle_count > 0 ? client->idle[--client->idle_count] : -1;
  (void)pthread_mutex_unlock(&client->lock);
  return fd;
}

/* fd -1: there is no connection to keep. */
static void end_turn(struct client *client, int fd) {
  (void)pthread_mutex_lock(&client->lock);
  client->in_use--;
  if (fd >= 0) {
    client->idle[client->idle_count++] = fd; /* idle + in_use <= POOL_MAX */
  }
  (void)pthread_cond_signal(&client->freed);
  (void)pthread_mutex_unlock(&client->lock);
}

/* After a failure: the others idle are as dead. */
static void close_idle(struct client *client) {
  (void)pthread_mutex_lock(&client->lock);
  while (client->idle_count > 0) {
    (void)close(client->idle[--client->idle_count]);
  }
  (void)pthread_mutex_unlock(&client->lock);
}

static int connect_once(const struct client *client) {
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect(fd, (const struct sockaddr *)&client->address, sizeof client->address) != 0) {
    (void)close(fd);
    fd = -1;
  }
  return fd;
}

/* ---- one exchange ---- */

static int64_t now_ms(void) {
  return clock_monotonic_us() / 1000;
}

static result lost(const char *what) {
  FAIL(SIGNER_UNAVAILABLE, "signer: %s", what);
}

static result send_frame(int fd, struct slice frame) {
  while (frame.len > 0) {
    ssize_t sent = send(fd, frame.ptr, frame.len, MSG_NOSIGNAL);
    if (sent < 0 && errno != EINTR) {
      return lost("connection broke while sending");
    }
    frame = slice_from(frame, sent > 0 ? (size_t)sent : 0);
  }
  return OK;
}

static result await_frame(int fd, int64_t deadline_ms, uint8_t frame[static SIGNER_WIRE_REPLY_BYTES_MAX],
                          size_t *ret_length) {
  size_t held = 0;
  size_t length = 0;
  while (length == 0 || held < length) {
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    int64_t left_ms = deadline_ms - now_ms();
    if (left_ms <= 0 || poll(&ready, 1, (int)left_ms) == 0) {
      return lost("no answer in time");
    }
    ssize_t got = recv(fd, frame + held, SIGNER_WIRE_REPLY_BYTES_MAX - held, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
      return lost("connection broke while waiting");
    }
    held += got > 0 ? (size_t)got : 0;
    TRY(signer_wire_length(slice_of(frame, held), SIGNER_WIRE_REPLY_BYTES_MAX, &length));
  }
  *ret_length = length;
  return OK;
}

/* SIGNER_UNAVAILABLE: the connection is of no use any more. Otherwise *ret_reply is the signer's answer. */
static result exchange(int fd, struct slice request, int64_t deadline_ms, struct arena *arena,
                       struct signer_wire_reply *ret_reply) {
  uint8_t frame[SIGNER_WIRE_REPLY_BYTES_MAX];
  size_t length = 0;
  struct signer_wire_reply reply;
  TRY(send_frame(fd, request));
  TRY(await_frame(fd, deadline_ms, frame, &length));
  if (!is_ok(signer_wire_reply_read(arena_copy(arena, slice_of(frame, length)), &reply))) {
    return lost("not a reply");
  }
  *ret_reply = reply;
  return OK;
}

struct sending {
  struct client *client;
  int fd; /* -1: not connected */
  uint32_t number;
  struct slice frame;
  int64_t deadline_ms;
};

static result send_until_answered(struct sending *sending, struct arena *arena, struct signer_wire_reply *ret_reply) {
  int64_t pause_ms = PAUSE_FIRST_MS;
  for (;;) {
    bool fresh = sending->fd < 0;
    if (fresh) {
      sending->fd = connect_once(sending->client);
    }
    if (sending->fd >= 0) {
      result exchanged = exchange(sending->fd, sending->frame, sending->deadline_ms, arena, ret_reply);
      if (is_ok(exchanged) && ret_reply->number == sending->number) {
        return OK;
      }
      (void)close(sending->fd);
      sending->fd = -1;
      close_idle(sending->client);
    }
    if (now_ms() >= sending->deadline_ms) {
      return lost("away for five seconds");
    }
    if (fresh) {
      (void)usleep((useconds_t)(pause_ms * 1000));
      pause_ms = pause_ms * 2 < PAUSE_MAX_MS ? pause_ms * 2 : PAUSE_MAX_MS;
    }
  }
}

static result call(struct signer *signer, struct signer_wire_request *request, struct arena *arena,
                   struct slice *ret_answer) {
  struct client *client = (struct client *)signer;
  struct signer_wire_reply reply = {0};
  struct buf frame;
  buf_init(&frame, arena, SIGNER_WIRE_REQUEST_BYTES_MAX); /* does not grow, so no copy of a proof stays behind */
  struct sending sending = {.client = client, .deadline_ms = now_ms() + PATIENCE_MS};
  sending.fd = take_turn(client, &request->number);
  sending.number = request->number;
  result called = signer_wire_request_write(request, &frame);
  if (is_ok(called)) {
    sending.frame = buf_slice(&frame);
    called = send_until_answered(&sending, arena, &reply);
  }
  end_turn(client, sending.fd);
  explicit_bzero(frame.ptr, frame.len);
  TRY(called);
  if (reply.code != 0) {
    FAIL(reply.code, "refused by the signer");
  }
  *ret_answer = reply.answer;
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
  *client = (struct client){.port = {client_sign, client_key_create, client_key_public}, .address = address};
  (void)pthread_mutex_init(&client->lock, NULL);
  (void)pthread_cond_init(&client->freed, NULL);
  *ret_signer = &client->port;
  return OK;
}

void signer_client_close(struct signer **signer) {
  struct client *client = (struct client *)*signer;
  if (client != NULL) {
    close_idle(client);
    (void)pthread_mutex_destroy(&client->lock);
    (void)pthread_cond_destroy(&client->freed);
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
