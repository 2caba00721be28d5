#include "base/supervisor.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/unit_test.h"

/* A socket under an abstract name of this process, as the one that listens to services. */
static int listen_for_states(char *ret_name, size_t size) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int length = snprintf(ret_name, size, "@danh-supervisor-test-%d", (int)getpid());
  memcpy(address.sun_path, ret_name, (size_t)length);
  address.sun_path[0] = '\0';
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  assert_return_code(bind(fd, (const struct sockaddr *)&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)length)), 0);
  return fd;
}

static void a_state_reaches_whoever_started_us(void **state) {
  (void)state;
  char name[64];
  char said[64] = "";
  int fd = listen_for_states(name, sizeof name);
  setenv("NOTIFY_SOCKET", name, 1);
  supervisor_notify("READY=1");
  assert_int_equal(recv(fd, said, sizeof said, 0), 7);
  assert_memory_equal(said, "READY=1", 7);
  supervisor_notify_reloading();
  ssize_t length = recv(fd, said, sizeof said - 1, 0);
  assert_true(length > 27 && strncmp(said, "RELOADING=1\nMONOTONIC_USEC=", 27) == 0);
  for (int i = 0; i < 1000; i++) { /* nobody reads: it goes on all the same */
    supervisor_notify("WATCHDOG=1");
  }
  int waiting = 0;
  while (recv(fd, said, sizeof said, 0) == 10) {
    waiting++;
  }
  assert_true(waiting > 0);
  for (size_t i = 0; i < 3; i++) {
    const char *const elsewhere[] = {"", "not/absolute", "@"};
    setenv("NOTIFY_SOCKET", elsewhere[i], 1);
    supervisor_notify("READY=1");
    assert_int_equal(recv(fd, said, sizeof said, 0), -1);
  }
  unsetenv("NOTIFY_SOCKET");
  supervisor_notify("READY=1");
  assert_int_equal(recv(fd, said, sizeof said, 0), -1);
  close(fd);
}

static void set_number(const char *name, long number) {
  char text[32];
  (void)snprintf(text, sizeof text, "%ld", number);
  setenv(name, text, 1);
}

static void a_watchdog_set_for_another_process_does_not_watch_us(void **state) {
  (void)state;
  assert_int_equal(supervisor_watchdog_us(), 0);
  setenv("WATCHDOG_USEC", "30000000", 1);
  assert_int_equal(supervisor_watchdog_us(), 30000000);
  set_number("WATCHDOG_PID", getpid());
  assert_int_equal(supervisor_watchdog_us(), 30000000);
  set_number("WATCHDOG_PID", getppid());
  assert_int_equal(supervisor_watchdog_us(), 0);
  unsetenv("WATCHDOG_PID");
  const char *const wrong[] = {"", "-5", "30s", "0"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    setenv("WATCHDOG_USEC", wrong[i], 1);
    assert_int_equal(supervisor_watchdog_us(), 0);
  }
  unsetenv("WATCHDOG_USEC");
}

static void sockets_passed_to_another_process_are_not_ours(void **state) {
  (void)state;
  assert_int_equal(supervisor_sockets(), 0);
  setenv("LISTEN_FDS", "1", 1);
  assert_int_equal(supervisor_sockets(), 0); /* nobody says to whom */
  set_number("LISTEN_PID", getppid());
  assert_int_equal(supervisor_sockets(), 0);
  set_number("LISTEN_PID", getpid());
  int before = fcntl(SUPERVISOR_SOCKETS_FIRST, F_DUPFD_CLOEXEC, 50);
  int made = socket(AF_UNIX, SOCK_STREAM, 0);
  assert_return_code(dup2(made, SUPERVISOR_SOCKETS_FIRST), 0);
  assert_int_equal(supervisor_sockets(), 1);
  assert_true((fcntl(SUPERVISOR_SOCKETS_FIRST, F_GETFD) & FD_CLOEXEC) != 0);
  const char *const wrong[] = {"0", "-1", "9", "1x"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    setenv("LISTEN_FDS", wrong[i], 1);
    assert_int_equal(supervisor_sockets(), 0);
  }
  if (made != SUPERVISOR_SOCKETS_FIRST) {
    close(made);
  }
  if (before >= 0) {
    (void)dup2(before, SUPERVISOR_SOCKETS_FIRST);
    close(before);
  } else {
    close(SUPERVISOR_SOCKETS_FIRST);
  }
  unsetenv("LISTEN_FDS");
  unsetenv("LISTEN_PID");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_state_reaches_whoever_started_us),
      cmocka_unit_test(a_watchdog_set_for_another_process_does_not_watch_us),
      cmocka_unit_test(sockets_passed_to_another_process_are_not_ours),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
