/* Loaded before danh by the dynamic linker: the next sync of danh.db's log fails, once, when the file that DANH_FAIL_SYNC names is there. */
#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

__attribute__((visibility("default"))) int fdatasync(int fd) {
  const char *order = getenv("DANH_FAIL_SYNC");
  char link[64];
  char path[512] = "";
  (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  if (order != NULL && readlink(link, path, sizeof path - 1) > 0 && strstr(path, "danh.db-wal") != NULL && unlink(order) == 0) {
    errno = EIO;
    return -1;
  }
  return ((__typeof__(&fdatasync))(uintptr_t)dlsym(RTLD_NEXT, "fdatasync"))(fd);
}
