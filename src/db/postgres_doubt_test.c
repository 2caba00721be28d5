/* Commits whose connection is lost before their answer: what became of them. Needs DANH_TEST_POSTGRES=postgresql://... */
#include <libpq-fe.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "db/fixture_test.h"

static int set_up_here(void **state) { return db_engine_is_postgres() ? set_up(state) : set_up_empty(state); }

#define POSTGRES_ONLY()           \
  do {                            \
    if (!db_engine_is_postgres()) \
      skip();                     \
  } while (0)

/* Stands between program and server, and cuts the line when COMMIT comes by: before it reaches the server, or before the answer does. Or already when
 * the session's first mark is prepared. Or COMMIT stays on its way, while the program believes the line cut. */
enum cut { CUT_NOTHING, CUT_BEFORE_MARK, CUT_BEFORE_COMMIT, CUT_AFTER_COMMIT, CUT_AND_LATE };
struct cutter {
  int listener;
  int port;
  _Atomic enum cut cut; /* the next such; then nothing more */
  atomic_bool may_arrive; /* what is late */
  atomic_bool is_answered;
  pthread_t thread;
};

static int connect_unix(const char *folder, const char *port) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  (void)snprintf(address.sun_path, sizeof address.sun_path, "%.80s/.s.PGSQL.%.8s", folder, port);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
  return fd;
}

static int connect_internet(const char *host, const char *port) {
  struct addrinfo *found = NULL;
  assert_int_equal(getaddrinfo(host, port, &(const struct addrinfo){.ai_socktype = SOCK_STREAM}, &found), 0);
  int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_int_equal(connect(fd, found->ai_addr, found->ai_addrlen), 0);
  freeaddrinfo(found);
  return fd;
}

static int connect_real(void) {
  PGconn *handle = PQconnectdb(getenv("DANH_TEST_POSTGRES"));
  assert_int_equal(PQstatus(handle), CONNECTION_OK);
  int fd = PQhost(handle)[0] == '/' ? connect_unix(PQhost(handle), PQport(handle)) : connect_internet(PQhost(handle), PQport(handle));
  PQfinish(handle);
  return fd;
}

static void late_wait(struct cutter *cutter, int program) {
  (void)shutdown(program, SHUT_RDWR);
  while (!atomic_load(&cutter->may_arrive)) {
    (void)usleep(1000);
  }
}

/* True: the line stays. */
static bool pass_on(struct cutter *cutter, int from, int to, bool is_asking) {
  char bytes[16384];
  ssize_t length = recv(from, bytes, sizeof bytes, 0);
  if (length <= 0) {
    return false;
  }
  const char *awaited = atomic_load(&cutter->cut) == CUT_BEFORE_MARK ? "UPDATE write_mark" : "COMMIT";
  bool is_awaited = is_asking && memmem(bytes, (size_t)length, awaited, strlen(awaited)) != NULL;
  enum cut cut = is_awaited ? atomic_exchange(&cutter->cut, CUT_NOTHING) : CUT_NOTHING;
  if (cut == CUT_BEFORE_MARK || cut == CUT_BEFORE_COMMIT) {
    return false;
  }
  if (cut == CUT_AND_LATE) {
    late_wait(cutter, from);
  }
  bool is_passed = send(to, bytes, (size_t)length, MSG_NOSIGNAL) == length;
  if (cut == CUT_AFTER_COMMIT || cut == CUT_AND_LATE) {
    (void)poll(&(struct pollfd){.fd = to, .events = POLLIN}, 1, 5000); /* the answer is on its way: it has happened, or been refused */
    atomic_store(&cutter->is_answered, true);
    return false;
  }
  return is_passed;
}

static void *line_main(void *arg) {
  struct cutter *cutter = arg;
  int program = accept(cutter->listener, NULL, NULL);
  int server = connect_real();
  pthread_t next;
  assert_int_equal(pthread_create(&next, NULL, line_main, cutter), 0); /* whoever connects again */
  (void)pthread_detach(next);
  for (bool stays = true; stays;) {
    struct pollfd waits[2] = {{.fd = program, .events = POLLIN}, {.fd = server, .events = POLLIN}};
    (void)poll(waits, 2, -1);
    stays = waits[0].revents != 0 ? pass_on(cutter, program, server, true) : pass_on(cutter, server, program, false);
  }
  (void)close(program);
  (void)close(server);
  return NULL;
}

static struct cutter *cutter_open(void) {
  struct cutter *cutter = calloc(1, sizeof *cutter);
  cutter->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  assert_int_equal(bind(cutter->listener, (struct sockaddr *)&address, length), 0);
  assert_int_equal(listen(cutter->listener, 16), 0);
  assert_int_equal(getsockname(cutter->listener, (struct sockaddr *)&address, &length), 0);
  cutter->port = ntohs(address.sin_port);
  assert_int_equal(pthread_create(&cutter->thread, NULL, line_main, cutter), 0);
  (void)pthread_detach(cutter->thread); /* ends with the process, waiting for one more line */
  return cutter;
}

/* The fixture's database, through the cutter. */
static struct db *open_through(const struct fixture *fixture, const struct cutter *cutter) {
  PGconn *handle = PQconnectdb(fixture->place);
  char url[DB_ENGINE_PLACE_BYTES];
  (void)snprintf(url, sizeof url, "postgresql://%s@127.0.0.1:%d/%s?%s", PQuser(handle), cutter->port, PQdb(handle),
                 strstr(fixture->place, "options="));
  PQfinish(handle);
  struct db_options options = {.path = url, .mode = DB_WRITE, .migrations = note_migrations, .readers = 1};
  struct db *db = NULL;
  assert_ok(db_open(&options, &db));
  return db;
}

struct repeated {
  struct note note;
  int runs;
};

static result note_add_repeated(struct db_tx *tx, void *arg) {
  struct repeated *repeated = arg;
  repeated->runs++;
  return note_add(tx, &repeated->note);
}

static void a_commit_whose_answer_was_lost_is_found_out(void **state) {
  struct fixture *fixture = *state;
  POSTGRES_ONLY();
  struct cutter *cutter = cutter_open();
  struct db *db CLEANUP(db_close) = open_through(fixture, cutter);
  /* After each that was found out the session is a new one, without a commit before and with its mark still to prepare. */
  static const enum cut cuts[] = {CUT_BEFORE_MARK, CUT_NOTHING, CUT_BEFORE_COMMIT, CUT_AFTER_COMMIT, CUT_BEFORE_MARK, CUT_BEFORE_COMMIT, CUT_AFTER_COMMIT};
  static const int runs[] = {2, 1, 2, 1, 2, 2, 1}; /* a write that has happened is not done again, one that has not is */
  for (int i = 0; i < 7; i++) {
    struct repeated repeated = {.note = {8, i + 1, "in doubt"}};
    atomic_store(&cutter->cut, cuts[i]);
    assert_ok(db_write(db, note_add_repeated, &repeated));
    assert_int_equal(repeated.runs, runs[i]);
    assert_int_equal(notes_now(fixture->db, 8), i + 1);
  }
}

/* Nobody waits for any of it, and no key refuses it the second time. */
static result note_add_blindly(struct db_tx *tx, void *arg) {
  ++*(int *)arg;
  return db_run(tx, "INSERT INTO note (person_id, number) VALUES (9, 1 + CAST(random() * 1000000000 AS bigint))", DB_NO_ARGS, NULL);
}

static void a_commit_that_arrives_when_it_was_found_out_does_nothing(void **state) {
  struct fixture *fixture = *state;
  POSTGRES_ONLY();
  struct cutter *cutter = cutter_open();
  struct db *db CLEANUP(db_close) = open_through(fixture, cutter);
  int runs = 0;
  assert_ok(db_write(db, note_add_blindly, &runs)); /* after which everything is prepared */
  atomic_store(&cutter->cut, CUT_AND_LATE);
  assert_ok(db_write(db, note_add_blindly, &runs));
  assert_int_equal(runs, 3);
  atomic_store(&cutter->may_arrive, true);
  while (!atomic_load(&cutter->is_answered)) {
    (void)usleep(1000);
  }
  assert_int_equal(notes_now(fixture->db, 9), 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_commit_whose_answer_was_lost_is_found_out, set_up_here, tear_down),
      cmocka_unit_test_setup_teardown(a_commit_that_arrives_when_it_was_found_out_does_nothing, set_up_here, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
