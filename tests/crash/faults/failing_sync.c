/* Loaded by the dynamic linker before danh, or PostgreSQL: the next such call fails, once, when the file that DANH_FAIL_SYNC names is there. Which:
 * DANH_FAIL_SYNC_OF="CALL PART", the call's name and a part of the path that it is asked of; without it the sync of danh.db's log. */
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OURS __attribute__((visibility("default")))
#define REAL(name) ((__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name))

static bool is_failing(const char *call, int fd) {
  const char *order = getenv("DANH_FAIL_SYNC");
  const char *of = getenv("DANH_FAIL_SYNC_OF");
  char link[64];
  char path[512] = "";
  of = of != NULL ? of : "fdatasync danh.db-wal";
  (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  bool is_meant = order != NULL && strncmp(of, call, strlen(call)) == 0 && of[strlen(call)] == ' ';
  if (!is_meant || readlink(link, path, sizeof path - 1) <= 0 || strstr(path, of + strlen(call) + 1) == NULL || unlink(order) != 0) {
    return false;
  }
  errno = EIO;
  return true;
}

OURS int fdatasync(int fd) { return is_failing("fdatasync", fd) ? -1 : REAL(fdatasync)(fd); }
OURS int fsync(int fd) { return is_failing("fsync", fd) ? -1 : REAL(fsync)(fd); }
OURS int syncfs(int fd) { return is_failing("syncfs", fd) ? -1 : REAL(syncfs)(fd); }
