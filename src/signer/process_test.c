/* The signer as a process of its own, killed while it is being used. This program is also that process: see main. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/unit_test.h"
#include "crypto/key_many.h"
#include "crypto/pin_proof.h"
#include "signer/signer.h"
#include "signer/wire.h"

struct place {
  char dir[64];
  char socket[96];
  struct arena arena;
  struct signer *signer;
  struct signer_child *child;
};

/* In a folder of such a name the signer signs one by one, as on a processor without lanes: see main. */
#define ONE_BY_ONE "/tmp/danh-signer-one-by-one-"

static int setup_in(void **state, const char *dir) {
  struct place *place = heap_alloc(sizeof *place);
  *place = (struct place){.dir = ""};
  (void)snprintf(place->dir, sizeof place->dir, "%sXXXXXX", dir);
  assert_non_null(mkdtemp(place->dir));
  (void)snprintf(place->socket, sizeof place->socket, "%s/signer.sock", place->dir);
  arena_init(&place->arena);
  assert_ok(signer_child_start(NULL, place->dir, &place->child));
  assert_ok(signer_client_open(place->socket, &place->signer));
  *state = place;
  return 0;
}

static int setup(void **state) { return setup_in(state, "/tmp/danh-signer-"); }
static int setup_one_by_one(void **state) { return setup_in(state, ONE_BY_ONE); }

static int teardown(void **state) {
  struct place *place = *state;
  signer_client_close(&place->signer);
  signer_child_stop(&place->child);
  struct slice command = arena_printf(&place->arena, "rm -r %s", place->dir);
  int removed = system(arena_cstr(&place->arena, command));
  arena_free(&place->arena);
  free(place);
  return removed;
}

static void answers_and_refuses_as_the_policy_says(void **state) {
  struct place *place = *state;
  struct slice spki = {0};
  struct slice signature = {0};
  struct key *key CLEANUP(key_free) = NULL;
  struct signer_figures figures = {0};
  struct signer_request request = {.key = S("message/danh"), .profile = SIGNER_MESSAGE};
  assert_ok(signer_client_health(place->signer));
  assert_code(place->signer->sign(place->signer, &request, &place->arena, &signature), SIGNER_KEY_UNKNOWN);
  assert_ok(place->signer->key_create(
      place->signer, &(struct signer_new_key){.name = request.key, .profile = SIGNER_MESSAGE}, &place->arena, &spki));
  assert_ok(place->signer->sign(place->signer, &request, &place->arena, &signature));
  assert_ok(key_load_public(spki, &key));
  assert_ok(key_verify(key, request.digest, signature));
  request.profile = SIGNER_CERTIFICATE;
  assert_code(place->signer->sign(place->signer, &request, &place->arena, &signature), SIGNER_PROFILE_REFUSED);
  assert_ok(signer_client_figures(place->signer, &figures));
  assert_int_equal(figures.signatures, 1);
  struct stat status;
  assert_int_equal(stat(place->socket, &status), 0);
  assert_int_equal(status.st_mode & 0777, 0600);
}

enum { TOKEN_THREADS = 40, TOKENS = 50 };

struct tokens {
  struct place *place;
  struct key *key;
  int number;
  int failed;
};

static void *sign_tokens(void *arg) {
  struct tokens *tokens = arg;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  for (int i = 0; i < TOKENS; i++) {
    struct signer_request request = {.key = S("oidc/k1"), .profile = SIGNER_TOKEN};
    struct slice signature = {0};
    const int text[2] = {tokens->number, i};
    struct signer_request before = request;
    digest_sha256(slice_of(&i, sizeof i), before.digest);
    digest_sha256(slice_of(text, sizeof text), request.digest);
    if (i % 2 == 0) {
      tokens->failed += !is_ok(tokens->place->signer->sign(tokens->place->signer, &request, &arena, &signature)) ||
                        !is_ok(key_verify(tokens->key, request.digest, signature));
      continue;
    }
    struct signer_request pair[2] = {before, request};
    struct slice both[2] = {0};
    tokens->failed += !is_ok(env_sign_all(tokens->place->signer, pair, 2, &arena, both)) || !is_ok(key_verify(tokens->key, before.digest, both[0])) ||
                      !is_ok(key_verify(tokens->key, request.digest, both[1]));
  }
  return NULL;
}

/* Requests travel together: each thread still gets the signature of its own digest, and the count holds. */
static void many_threads_each_get_their_own_signature(void **state) {
  struct place *place = *state;
  struct slice spki = {0};
  struct key *key CLEANUP(key_free) = NULL;
  pthread_t threads[TOKEN_THREADS];
  struct tokens tokens[TOKEN_THREADS];
  struct signer_figures figures = {0};
  assert_ok(place->signer->key_create(place->signer, &(struct signer_new_key){.name = S("oidc/k1"), .profile = SIGNER_TOKEN},
                                      &place->arena, &spki));
  assert_ok(key_load_public(spki, &key));
  for (int i = 0; i < TOKEN_THREADS; i++) {
    tokens[i] = (struct tokens){place, key, i, 0};
    assert_int_equal(pthread_create(&threads[i], NULL, sign_tokens, &tokens[i]), 0);
  }
  for (int i = 0; i < TOKEN_THREADS; i++) {
    (void)pthread_join(threads[i], NULL);
    assert_int_equal(tokens[i].failed, 0);
  }
  assert_ok(signer_client_figures(place->signer, &figures));
  assert_int_equal(figures.signatures, TOKEN_THREADS * TOKENS * 3 / 2); /* every other time two at once */
}

/* Several of one thread travel together: each is over its own digest, and one that is refused takes the others with it. */
static void signs_several_at_once_or_none(void **state) {
  struct place *place = *state;
  struct slice spki = {0};
  struct key *key CLEANUP(key_free) = NULL;
  struct signer_request requests[3];
  struct slice signatures[3] = {0};
  assert_ok(place->signer->key_create(place->signer, &(struct signer_new_key){.name = S("oidc/k1"), .profile = SIGNER_TOKEN}, &place->arena, &spki));
  assert_ok(key_load_public(spki, &key));
  for (int i = 0; i < 3; i++) {
    requests[i] = (struct signer_request){.key = S("oidc/k1"), .profile = SIGNER_TOKEN};
    digest_sha256(slice_of(&i, sizeof i), requests[i].digest);
  }
  assert_ok(env_sign_all(place->signer, requests, 3, &place->arena, signatures));
  for (int i = 0; i < 3; i++) {
    assert_ok(key_verify(key, requests[i].digest, signatures[i]));
    assert_false(is_ok(key_verify(key, requests[(i + 1) % 3].digest, signatures[i])));
  }
  requests[1].key = S("oidc/nobodys");
  struct slice none[3] = {0};
  assert_code(env_sign_all(place->signer, requests, 3, &place->arena, none), SIGNER_KEY_UNKNOWN);
  assert_true(none[0].len == 0 && none[2].len == 0);
}

static void a_second_signer_is_refused(void **state) {
  struct place *place = *state;
  struct clock clock = clock_shifted(0);
  struct signer *second = NULL;
  struct signer_local_options options = {.data_dir = place->dir, .clock = &clock};
  assert_ok(signer_client_health(place->signer));
  assert_code(signer_local_open(&options, &second), SIGNER_ALREADY_RUNNING);
}

enum { THREADS = 8, SIGNATURES = 150, KILLS = 6 };

struct load {
  struct place *place;
  struct key *key;
  int number;
  int failed;
};

static void *sign_many(void *arg) {
  struct load *load = arg;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  for (int i = 0; i < SIGNATURES; i++) {
    struct signer_request request = {.key = S("message/danh"), .profile = SIGNER_MESSAGE};
    struct slice signature = {0};
    const int text[2] = {load->number, i};
    digest_sha256(slice_of(text, sizeof text), request.digest);
    request.reference = arena_printf(&arena, "r-%d-%d", load->number, i);
    if (!is_ok(load->place->signer->sign(load->place->signer, &request, &arena, &signature)) ||
        !is_ok(key_verify(load->key, request.digest, signature))) {
      load->failed++;
    }
    (void)usleep(2000);
  }
  return NULL;
}

static bool log_has(struct place *place, const char *reference) {
  struct slice command = arena_printf(&place->arena, "grep -q ' %s ' %s/signer/signatures.log", reference, place->dir);
  return system(arena_cstr(&place->arena, command)) == 0;
}

static void every_request_is_answered_while_the_signer_is_killed(void **state) {
  struct place *place = *state;
  struct slice spki = {0};
  struct key *key CLEANUP(key_free) = NULL;
  pthread_t threads[THREADS];
  struct load loads[THREADS];
  assert_ok(place->signer->key_create(place->signer,
                                      &(struct signer_new_key){.name = S("message/danh"), .profile = SIGNER_MESSAGE},
                                      &place->arena, &spki));
  assert_ok(key_load_public(spki, &key));
  for (int i = 0; i < THREADS; i++) {
    loads[i] = (struct load){place, key, i, 0};
    assert_int_equal(pthread_create(&threads[i], NULL, sign_many, &loads[i]), 0);
  }
  int killed = 0;
  for (int i = 0; i < KILLS || (killed < 2 && i < 1000); i++) { /* a busy machine takes longer to start it again */
    (void)usleep(60 * 1000);
    int pid = signer_child_pid(place->child);
    killed += pid > 0 && kill(pid, SIGKILL) == 0;
  }
  for (int i = 0; i < THREADS; i++) {
    assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(loads[i].failed, 0);
  }
  assert_true(killed >= 2);
  struct signer_figures figures = {0};
  assert_ok(signer_log_verify(place->dir, &figures));
  assert_true(figures.signatures >= THREADS * SIGNATURES); /* a signature may be counted twice and given once */
  assert_true(log_has(place, "r-0-0") && log_has(place, "r-7-149"));
}

static int connect_raw(struct place *place) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  memcpy(address.sun_path, place->socket, strlen(place->socket));
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
  return fd;
}

static void wrong_frames_end_their_connection_alone(void **state) {
  struct place *place = *state;
  assert_ok(signer_client_health(place->signer));
  static const struct slice wrong[] = {
      S_INIT("\xFF\xFF\xFF\xFFxxxx"),
      S_INIT("\0\0\0\0"),
      S_INIT("\0\0\4\0"),
      S_INIT("\0\0\0\54aaaa\11aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    int fd = connect_raw(place);
    char byte = 0;
    assert_int_equal(send(fd, wrong[i].ptr, wrong[i].len, MSG_NOSIGNAL), (ssize_t)wrong[i].len);
    ssize_t got = recv(fd, &byte, 1, 0);
    assert_true(got == 0 || (got < 0 && errno == ECONNRESET));
    assert_int_equal(close(fd), 0);
  }
  int pid = signer_child_pid(place->child);
  assert_ok(signer_client_health(place->signer));
  assert_int_equal(signer_child_pid(place->child), pid);
}

static void a_frame_in_pieces_and_two_at_once_are_both_read(void **state) {
  struct place *place = *state;
  struct buf frames;
  assert_ok(signer_client_health(place->signer));
  buf_init(&frames, &place->arena, 256);
  for (uint32_t i = 1; i <= 2; i++) {
    struct signer_wire_request request = {.number = i, .operation = SIGNER_OPERATION_HEALTH};
    assert_ok(signer_wire_request_write(&request, &frames));
  }
  int fd = connect_raw(place);
  assert_int_equal(send(fd, frames.ptr, 7, MSG_NOSIGNAL), 7);
  (void)usleep(20 * 1000);
  assert_int_equal(send(fd, frames.ptr + 7, frames.len - 7, MSG_NOSIGNAL), (ssize_t)frames.len - 7);
  uint8_t replies[24];
  assert_int_equal(recv(fd, replies, sizeof replies, MSG_WAITALL), 24);
  for (uint32_t i = 0; i < 2; i++) {
    struct signer_wire_reply reply;
    assert_ok(signer_wire_reply_read(slice_of(replies + i * 12, 12), &reply));
    assert_int_equal(reply.number, i + 1);
    assert_int_equal(reply.code, 0);
  }
  assert_int_equal(close(fd), 0);
}

enum { ROUND = 150, REFUSED_OF = 10, REPLIES_BYTES = ROUND * SIGNER_WIRE_REPLY_BYTES_MAX };

/* Request i of a round: mostly tokens of two keys, and between them everything else that can be asked for. */
static struct signer_wire_request asked(uint32_t i) {
  struct signer_wire_request wire = {.number = 1000 + i, .operation = SIGNER_OPERATION_SIGN};
  struct signer_request *request = &wire.request;
  *request = (struct signer_request){.key = i % 2 == 0 ? S("oidc/k1") : S("oidc/k2"), .profile = SIGNER_TOKEN};
  digest_sha256(slice_of(&i, sizeof i), request->digest);
  switch (i % REFUSED_OF) {
    case 3:
      request->key = S("message/danh");
      request->profile = SIGNER_MESSAGE;
      break;
    case 5:
      request->key = S("oidc/nobodys");
      break;
    case 6:
      request->profile = SIGNER_MESSAGE;
      break;
    case 8:
      wire.operation = SIGNER_OPERATION_HEALTH;
      break;
    case 9:
      wire.operation = SIGNER_OPERATION_KEY_PUBLIC;
      break;
    default:
      break;
  }
  return wire;
}

struct round_keys {
  struct key *keys[3]; /* oidc/k1, oidc/k2, message/danh */
  struct slice spki;   /* oidc/k2's */
};

static void assert_answered(const struct round_keys *keys, uint32_t i, const struct signer_wire_reply *reply) {
  const struct signer_wire_request wire = asked(i);
  assert_int_equal(reply->number, wire.number);
  switch (i % REFUSED_OF) {
    case 5:
      assert_int_equal(reply->code, SIGNER_KEY_UNKNOWN);
      assert_int_equal(reply->answer.len, 0);
      return;
    case 6:
      assert_int_equal(reply->code, SIGNER_PROFILE_REFUSED);
      assert_int_equal(reply->answer.len, 0);
      return;
    case 8:
      assert_int_equal(reply->code, 0);
      assert_int_equal(reply->answer.len, 0);
      return;
    case 9:
      assert_int_equal(reply->code, 0);
      assert_true(slice_eq(reply->answer, keys->spki));
      return;
    default:
      assert_int_equal(reply->code, 0);
      assert_ok(key_verify(keys->keys[i % REFUSED_OF == 3 ? 2 : i % 2], wire.request.digest, reply->answer));
  }
}

static void make_round_keys(struct place *place, struct round_keys *keys) {
  static const struct slice names[3] = {S_INIT("oidc/k1"), S_INIT("oidc/k2"), S_INIT("message/danh")};
  for (int i = 0; i < 3; i++) {
    const struct signer_new_key new_key = {.name = names[i], .profile = i < 2 ? SIGNER_TOKEN : SIGNER_MESSAGE};
    struct slice spki = {0};
    assert_ok(place->signer->key_create(place->signer, &new_key, &place->arena, &spki));
    assert_ok(key_load_public(spki, &keys->keys[i]));
    keys->spki = i == 1 ? spki : keys->spki;
  }
}

/* All that one write brings is one round: as many tokens as are signed at once, and twice as many. Each is answered as it would be alone, in its order. */
static void a_round_of_everything_is_answered_in_order(void **state) {
  struct place *place = *state;
  struct round_keys keys = {.keys = {NULL}};
  make_round_keys(place, &keys);
  static const uint32_t counts[] = {1, 2, 3, 9, 46, ROUND};
  for (size_t round = 0; round < sizeof counts / sizeof *counts; round++) {
    struct buf frames;
    buf_init(&frames, &place->arena, ROUND * 128);
    for (uint32_t i = 0; i < counts[round]; i++) {
      struct signer_wire_request wire = asked(i);
      assert_ok(signer_wire_request_write(&wire, &frames));
    }
    int fd = connect_raw(place);
    assert_int_equal(send(fd, frames.ptr, frames.len, MSG_NOSIGNAL), (ssize_t)frames.len);
    uint8_t *replies = arena_alloc(&place->arena, REPLIES_BYTES);
    size_t held = 0;
    size_t used = 0;
    for (uint32_t i = 0; i < counts[round];) {
      size_t length = 0;
      struct signer_wire_reply reply;
      assert_ok(signer_wire_length(slice_of(replies + used, held - used), SIGNER_WIRE_REPLY_BYTES_MAX, &length));
      if (length == 0 || held - used < length) {
        ssize_t got = recv(fd, replies + held, REPLIES_BYTES - held, 0);
        assert_true(got > 0);
        held += (size_t)got;
        continue;
      }
      assert_ok(signer_wire_reply_read(slice_of(replies + used, length), &reply));
      assert_answered(&keys, i, &reply);
      used += length;
      i++;
    }
    assert_int_equal(used, held);
    assert_int_equal(close(fd), 0);
  }
  struct signer_figures figures = {0};
  assert_ok(signer_client_figures(place->signer, &figures));
  assert_int_equal(figures.in_lanes > 0, key_many_is_here() && strncmp(place->dir, ONE_BY_ONE, strlen(ONE_BY_ONE)) != 0);
  for (int i = 0; i < 3; i++) {
    key_free(&keys.keys[i]);
  }
}

static void says_unavailable_when_nobody_listens(void **state) {
  struct place *place = *state;
  signer_child_stop(&place->child);
  assert_code(signer_client_health(place->signer), SIGNER_UNAVAILABLE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define TEST_ONE_BY_ONE(name) {#name "_one_by_one", name, setup_one_by_one, teardown, NULL}

int main(int count, char **arguments) {
  if (count == 6 && strcmp(arguments[1], "signer") == 0) { /* danh signer --data DIR --parent PID */
    struct clock clock = clock_shifted(0);
    struct signer_options options = {
        .data_dir = arguments[3], .clock = &clock, .parent_pid = (int)strtol(arguments[5], NULL, 10),
        .one_by_one = slice_starts(slice_str(arguments[3]), S(ONE_BY_ONE))};
    return is_ok(signer_run(&options)) ? 0 : 1;
  }
  const struct CMUnitTest tests[] = {
      TEST(answers_and_refuses_as_the_policy_says),
      TEST(a_second_signer_is_refused),
      TEST(many_threads_each_get_their_own_signature),
      TEST(signs_several_at_once_or_none),
      TEST(every_request_is_answered_while_the_signer_is_killed),
      TEST(wrong_frames_end_their_connection_alone),
      TEST(a_frame_in_pieces_and_two_at_once_are_both_read),
      TEST(a_round_of_everything_is_answered_in_order),
      TEST_ONE_BY_ONE(a_round_of_everything_is_answered_in_order),
      TEST_ONE_BY_ONE(many_threads_each_get_their_own_signature),
      TEST_ONE_BY_ONE(signs_several_at_once_or_none),
      TEST(says_unavailable_when_nobody_listens),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
