#include "server/matcher.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* keep behind the headers under test */
#include "base/unit_test.h"

/* An engine of one answer. */
struct engine {
  char dir[64];
  char path[96];
  int listener;
  pthread_t thread;
  struct slice answer;
  char heard[4096];
  size_t heard_bytes;
  size_t wanted; /* bytes of a request */
};

static void *serve(void *arg) {
  struct engine *engine = arg;
  int fd = accept(engine->listener, NULL, NULL);
  while (engine->heard_bytes < engine->wanted) {
    ssize_t got = recv(fd, engine->heard + engine->heard_bytes, sizeof engine->heard - engine->heard_bytes, 0);
    if (got <= 0) {
      break;
    }
    engine->heard_bytes += (size_t)got;
  }
  ssize_t sent = send(fd, engine->answer.ptr, engine->answer.len, MSG_NOSIGNAL);
  (void)sent;
  (void)close(fd);
  return NULL;
}

static void open_engine(struct engine *engine, const char *request, const char *answer) {
  *engine = (struct engine){.answer = slice_str(answer), .wanted = strlen(request)};
  (void)snprintf(engine->dir, sizeof engine->dir, "/tmp/danh-matcher-XXXXXX");
  assert_non_null(mkdtemp(engine->dir));
  (void)snprintf(engine->path, sizeof engine->path, "%s/socket", engine->dir);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  memcpy(address.sun_path, engine->path, strlen(engine->path) + 1);
  engine->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_int_equal(bind(engine->listener, (struct sockaddr *)&address, sizeof address), 0);
  assert_int_equal(listen(engine->listener, 1), 0);
  assert_int_equal(pthread_create(&engine->thread, NULL, serve, engine), 0);
}

static void close_engine(struct engine *engine, const char *request) {
  assert_int_equal(pthread_join(engine->thread, NULL), 0);
  assert_true(slice_is(slice_of(engine->heard, engine->heard_bytes), request));
  (void)close(engine->listener);
  (void)unlink(engine->path);
  (void)rmdir(engine->dir);
}

#define REQUEST "danh-matcher/1 COMPARE face 001093047064 6\nsample"

static void opinions_are_understood_and_nothing_else_is(void **state) {
  (void)state;
  static const struct {
    const char *answer;
    uint16_t code;
    enum evidence_verdict verdict;
    int score;
  } cases[] = {
      {"MATCH 973 engine-2.1\n", 0, EVIDENCE_MATCH, 973},
      {"NO_MATCH 12 engine-2.1\n", 0, EVIDENCE_NO_MATCH, 12},
      {"UNSURE - engine-2.1\n", 0, EVIDENCE_UNSURE, -1},
      {"UNUSABLE - engine-2.1 no_face\n", 0, EVIDENCE_UNUSABLE, -1},
      {"NONE\n", EVIDENCE_NO_REFERENCE, 0, 0},
      {"MATCH 973 engine-2.1", EVIDENCE_MATCHER_AWAY, 0, 0}, /* broken off */
      {"MATCH 1001 engine-2.1\n", EVIDENCE_MATCHER_AWAY, 0, 0},
      {"MATCH\n", EVIDENCE_MATCHER_AWAY, 0, 0},
      {"MATCH 973\n", EVIDENCE_MATCHER_AWAY, 0, 0},
      {"match 973 engine-2.1\n", EVIDENCE_MATCHER_AWAY, 0, 0},
      {"PERHAPS 973 engine-2.1\n", EVIDENCE_MATCHER_AWAY, 0, 0},
      {"", EVIDENCE_MATCHER_AWAY, 0, 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct arena arena CLEANUP(arena_free);
    struct engine engine;
    struct evidence_opinion opinion;
    const struct evidence_question question = {.pin = S("001093047064"), .kind = EVIDENCE_PORTRAIT, .sample = S("sample")};
    arena_init(&arena);
    open_engine(&engine, REQUEST, cases[i].answer);
    const struct evidence_matcher *matcher = server_matcher_new(&arena, slice_str(engine.path));
    result compared = matcher->compare(matcher, &arena, &question, &opinion);
    close_engine(&engine, REQUEST);
    assert_code(compared, cases[i].code);
    if (is_ok(compared)) {
      assert_true(opinion.verdict == cases[i].verdict && opinion.score == cases[i].score && slice_is(opinion.engine, "engine-2.1"));
    }
  }
}

static void portraits_come_whole_or_not_at_all(void **state) {
  (void)state;
  static const struct {
    const char *answer;
    uint16_t code;
  } cases[] = {{"PICTURE 4\nabcd", 0}, {"PICTURE 5\nabcd", EVIDENCE_MATCHER_AWAY}, {"PICTURE 0\n", EVIDENCE_MATCHER_AWAY},
               {"PICTURE 99999999\nabcd", EVIDENCE_MATCHER_AWAY}, {"NONE\n", EVIDENCE_NO_REFERENCE}};
  static const char request[] = "danh-matcher/1 PORTRAIT 001093047064\n";
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct arena arena CLEANUP(arena_free);
    struct engine engine;
    struct slice bytes;
    arena_init(&arena);
    open_engine(&engine, request, cases[i].answer);
    const struct evidence_matcher *matcher = server_matcher_new(&arena, slice_str(engine.path));
    result got = matcher->portrait(matcher, &arena, S("001093047064"), &bytes);
    close_engine(&engine, request);
    assert_code(got, cases[i].code);
    assert_true(!is_ok(got) || slice_is(bytes, "abcd"));
  }
}

static void an_absent_engine_is_away(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct evidence_opinion opinion;
  struct slice bytes;
  const struct evidence_question question = {.pin = S("001093047064"), .kind = EVIDENCE_FACE, .sample = S("sample")};
  const struct evidence_matcher *matcher = server_matcher_new(&arena, S("/nowhere/at/all"));
  assert_code(matcher->compare(matcher, &arena, &question, &opinion), EVIDENCE_MATCHER_AWAY);
  assert_code(matcher->portrait(matcher, &arena, S("001093047064"), &bytes), EVIDENCE_MATCHER_AWAY);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(opinions_are_understood_and_nothing_else_is),
      cmocka_unit_test(portraits_come_whole_or_not_at_all),
      cmocka_unit_test(an_absent_engine_is_away),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
