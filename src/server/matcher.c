#include "server/matcher.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/number.h"

enum { WAIT_S = 10, LINE_BYTES_MAX = 200 };

struct server_matcher {
  struct evidence_matcher matcher; /* first: what the port points to */
  const char *socket;
};

static void close_fd(const int *fd) {
  if (*fd >= 0) {
    (void)close(*fd);
  }
}

static int dial(const struct server_matcher *matcher) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  const struct timeval wait = {.tv_sec = WAIT_S};
  if (snprintf(address.sun_path, sizeof address.sun_path, "%s", matcher->socket) >= (int)sizeof address.sun_path) {
    return -1;
  }
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
  if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
    (void)close(fd);
    return -1;
  }
  return fd;
}

static bool send_all(int fd, struct slice bytes) {
  while (bytes.len > 0) {
    ssize_t sent = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
    if (sent <= 0) {
      return false;
    }
    bytes = slice_from(bytes, (size_t)sent);
  }
  return true;
}

/* One line without its end; empty: none came. */
static struct slice read_line(int fd, struct arena *arena) {
  char *line = arena_alloc(arena, LINE_BYTES_MAX);
  for (size_t length = 0; length < LINE_BYTES_MAX && recv(fd, line + length, 1, 0) == 1; length++) {
    if (line[length] == '\n') {
      return slice_of(line, length);
    }
  }
  return S("");
}

static result away(const char *why) { FAIL(EVIDENCE_MATCHER_AWAY, "the matcher %s", why); }

/* The verdict's line: "MATCH 973 engine-2.1" or "UNUSABLE - engine-2.1 no_face". */
static result parse_opinion(struct slice line, struct evidence_opinion *ret_opinion) {
  static const struct {
    const char *word;
    enum evidence_verdict verdict;
  } words[] = {{"MATCH", EVIDENCE_MATCH}, {"NO_MATCH", EVIDENCE_NO_MATCH}, {"UNSURE", EVIDENCE_UNSURE}, {"UNUSABLE", EVIDENCE_UNUSABLE}};
  struct slice rest = line;
  struct slice word = slice_cut(&rest, ' ');
  struct slice score = slice_cut(&rest, ' ');
  struct evidence_opinion opinion = {.score = -1, .engine = slice_cut(&rest, ' '), .reason = rest};
  int64_t number = -1;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    opinion.verdict = slice_is(word, words[i].word) ? words[i].verdict : opinion.verdict;
  }
  bool is_scored = slice_is(score, "-") || (is_ok(number_parse(score, &number)) && number <= 1000);
  if (opinion.verdict == 0 || !is_scored || slice_empty(opinion.engine)) {
    return away("did not answer with a verdict");
  }
  opinion.score = (int)number;
  *ret_opinion = opinion;
  return OK;
}

static result compare(const struct evidence_matcher *port, struct arena *arena, const struct evidence_question *question,
                      struct evidence_opinion *ret_opinion) {
  const struct server_matcher *matcher = (const struct server_matcher *)(const void *)port;
  int fd CLEANUP(close_fd) = dial(matcher);
  enum evidence_kind kind = question->kind == EVIDENCE_PORTRAIT ? EVIDENCE_FACE : question->kind;
  struct slice head = arena_printf(arena, "danh-matcher/1 COMPARE %s%s %.*s %zu\n", question->is_live ? "live_" : "", evidence_kind_name(kind),
                                   SLICE_ARG(question->pin), question->sample.len);
  if (fd < 0 || !send_all(fd, head) || !send_all(fd, question->sample)) {
    return away("cannot be reached");
  }
  struct slice line = read_line(fd, arena);
  if (slice_is(line, "NONE")) {
    FAIL(EVIDENCE_NO_REFERENCE, "the identity database has no such sample");
  }
  return parse_opinion(line, ret_opinion);
}

static result portrait(const struct evidence_matcher *port, struct arena *arena, struct slice pin, struct slice *ret_bytes) {
  const struct server_matcher *matcher = (const struct server_matcher *)(const void *)port;
  int fd CLEANUP(close_fd) = dial(matcher);
  int64_t length = 0;
  if (fd < 0 || !send_all(fd, arena_printf(arena, "danh-matcher/1 PORTRAIT %.*s\n", SLICE_ARG(pin)))) {
    return away("cannot be reached");
  }
  struct slice line = read_line(fd, arena);
  if (slice_is(line, "NONE")) {
    FAIL(EVIDENCE_NO_REFERENCE, "the identity database has no such portrait");
  }
  if (!slice_starts(line, S("PICTURE ")) || !is_ok(number_parse(slice_from(line, 8), &length)) || length < 1 || length > EVIDENCE_BYTES_MAX) {
    return away("did not answer with a picture");
  }
  uint8_t *bytes = arena_alloc(arena, (size_t)length);
  for (size_t at = 0; at < (size_t)length;) {
    ssize_t got = recv(fd, bytes + at, (size_t)length - at, 0);
    if (got <= 0) {
      return away("broke off in the middle of a picture");
    }
    at += (size_t)got;
  }
  *ret_bytes = slice_of(bytes, (size_t)length);
  return OK;
}

const struct evidence_matcher *server_matcher_new(struct arena *arena, struct slice socket) {
  struct server_matcher *matcher = ARENA_NEW(arena, struct server_matcher);
  *matcher = (struct server_matcher){.matcher = {.name = "matcher", .compare = compare, .portrait = portrait}, .socket = arena_cstr(arena, socket)};
  return &matcher->matcher;
}
