/* The signer as a child of the server. One thread starts it, waits for its end, and starts it again: almost at
 * once the first time, later with growing pauses, so that a signer that cannot start does not eat the machine. The thread that
 * starts it also lives as long as it: the kernel's parent-death signal goes by thread. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/condition.h"
#include "signer/signer.h"

enum { PAUSE_FIRST_MS = 10, PAUSE_MAX_MS = 1000, HEALTHY_AFTER_US = 5 * 1000 * 1000, PATH_BYTES_MAX = 4096 };

extern char **environ;

struct signer_child {
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t stop_asked;
  bool stopping;
  pid_t pid; /* 0: not running */
  char program[PATH_BYTES_MAX];
  char data_dir[PATH_BYTES_MAX];
};

static pid_t spawn(struct signer_child *child) {
  char parent[16];
  (void)snprintf(parent, sizeof parent, "%d", (int)getpid());
  char *arguments[] = {
      (char[]){"danh"}, (char[]){"signer"}, (char[]){"--data"}, child->data_dir, (char[]){"--parent"}, parent, NULL};
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none;
  sigset_t all;
  (void)sigemptyset(&none);
  (void)sigfillset(&all);
  (void)posix_spawn_file_actions_init(&actions);
  (void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  (void)posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1); /* neither sockets nor the database */
  (void)posix_spawnattr_init(&attributes);
  (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  (void)posix_spawnattr_setsigmask(&attributes, &none);
  (void)posix_spawnattr_setsigdefault(&attributes, &all);
  (void)posix_spawnattr_setpgroup(&attributes, 0); /* Ctrl-C ends the server, which ends the signer last */
  pid_t pid = 0;
  int error = posix_spawn(&pid, child->program, &actions, &attributes, arguments, environ);
  (void)posix_spawnattr_destroy(&attributes);
  (void)posix_spawn_file_actions_destroy(&actions);
  return error == 0 ? pid : 0;
}

static void await_end(pid_t pid) {
  while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
  }
}

/* Under the lock; ends early when asked to stop. */
static void pause_for(struct signer_child *child, int64_t pause_ms) {
  const struct timespec until = condition_in(pause_ms * 1000);
  while (!child->stopping && pthread_cond_timedwait(&child->stop_asked, &child->lock, &until) == 0) {
  }
}

static void *supervise(void *arg) {
  struct signer_child *child = arg;
  int64_t pause_ms = 0;
  (void)pthread_mutex_lock(&child->lock);
  while (!child->stopping) {
    int64_t started_us = clock_monotonic_us();
    pid_t pid = spawn(child); /* under the lock: stop cannot miss it */
    child->pid = pid;
    (void)pthread_mutex_unlock(&child->lock);
    if (pid > 0) {
      await_end(pid);
    }
    (void)pthread_mutex_lock(&child->lock);
    child->pid = 0;
    bool healthy = clock_monotonic_us() - started_us > HEALTHY_AFTER_US;
    pause_ms = healthy ? 0 : pause_ms == 0 ? PAUSE_FIRST_MS : pause_ms * 2 < PAUSE_MAX_MS ? pause_ms * 2 : PAUSE_MAX_MS;
    pause_for(child, pause_ms);
  }
  (void)pthread_mutex_unlock(&child->lock);
  return NULL;
}

result signer_child_start(const char *program, const char *data_dir, struct signer_child **ret_child) {
  struct signer_child *child = heap_alloc(sizeof *child);
  memset(child, 0, sizeof *child);
  int program_len = snprintf(child->program, sizeof child->program, "%s", program ? program : "/proc/self/exe");
  int data_len = snprintf(child->data_dir, sizeof child->data_dir, "%s", data_dir);
  if (program_len < 0 || program_len >= PATH_BYTES_MAX || data_len < 0 || data_len >= PATH_BYTES_MAX) {
    free(child);
    FAIL(SIGNER_FOLDER_UNUSABLE, "path too long");
  }
  (void)pthread_mutex_init(&child->lock, NULL);
  condition_init(&child->stop_asked);
  if (pthread_create(&child->thread, NULL, supervise, child) != 0) {
    free(child);
    FAIL(SIGNER_UNAVAILABLE, "no thread for the signer's supervision");
  }
  *ret_child = child;
  return OK;
}

void signer_child_stop(struct signer_child **ref) {
  struct signer_child *child = *ref;
  if (child == NULL) {
    return;
  }
  (void)pthread_mutex_lock(&child->lock);
  child->stopping = true;
  if (child->pid > 0) {
    (void)kill(child->pid, SIGTERM);
  }
  (void)pthread_cond_signal(&child->stop_asked);
  (void)pthread_mutex_unlock(&child->lock);
  (void)pthread_join(child->thread, NULL);
  (void)pthread_mutex_destroy(&child->lock);
  (void)pthread_cond_destroy(&child->stop_asked);
  free(child);
  *ref = NULL;
}

int signer_child_pid(struct signer_child *child) {
  (void)pthread_mutex_lock(&child->lock);
  int pid = (int)child->pid;
  (void)pthread_mutex_unlock(&child->lock);
  return pid;
}
