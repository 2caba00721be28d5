#include "crypto/password_memory.h"

#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "crypto/password.h"

enum { KEPT_MAX = 64,                    /* as a pool has threads at most */
       PIECE_BYTES = 2 * 1024 * 1024 }; /* given back in one call: not so much that others would wait for it */

static struct {
  pthread_mutex_t lock;
  void *memory[KEPT_MAX];
  int count;
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER};

static _Thread_local struct {
  bool is_hashing;
  void *memory; /* what libsodium computes in now */
} mine;

void password_memory_begin(void) { mine.is_hashing = true; }
void password_memory_end(void) { mine.is_hashing = false; }

static void *take(void) {
  (void)pthread_mutex_lock(&kept.lock);
  void *memory = kept.count > 0 ? kept.memory[--kept.count] : NULL;
  (void)pthread_mutex_unlock(&kept.lock);
  return memory;
}

static int unmap(void *address, size_t length) { return (int)syscall(SYS_munmap, address, length); }

static void give_back(uint8_t *memory) {
  for (size_t at = 0; at < PASSWORD_MEMORY_BYTES; at += PIECE_BYTES) {
    size_t rest = PASSWORD_MEMORY_BYTES - at;
    (void)unmap(memory + at, rest < PIECE_BYTES ? rest : PIECE_BYTES);
  }
}

void password_memory_release(void) {
  for (void *memory = take(); memory != NULL; memory = take()) {
    give_back(memory);
  }
}

struct slice password_memory_next(void) {
  (void)pthread_mutex_lock(&kept.lock);
  struct slice next = kept.count > 0 ? slice_of(kept.memory[kept.count - 1], PASSWORD_MEMORY_BYTES) : S("");
  (void)pthread_mutex_unlock(&kept.lock);
  return next;
}

#if !defined PASSWORD_MEMORY_IS_WATCHED

/* Filled page by page as it is written to, which is interrupted for whoever wants the core; in pages of 2 MiB where the system has them. */
static void *map_new(int protection, int flags) {
  void *memory = (void *)syscall(SYS_mmap, NULL, PASSWORD_MEMORY_BYTES, protection, flags & ~MAP_POPULATE, -1, 0); // NOLINT(performance-no-int-to-ptr)
  if (memory != MAP_FAILED) {
    (void)madvise(memory, PASSWORD_MEMORY_BYTES, MADV_HUGEPAGE);
    (void)madvise(memory, PASSWORD_MEMORY_BYTES, MADV_DONTDUMP);
  }
  return memory;
}

static bool keep(void *memory) {
  (void)pthread_mutex_lock(&kept.lock);
  bool has_room = kept.count < KEPT_MAX;
  if (has_room) {
    kept.memory[kept.count++] = memory;
  }
  (void)pthread_mutex_unlock(&kept.lock);
  return has_room;
}

/* The names the linker knows them by: to the compiler, whose headers rename mmap, they are these. */
__attribute__((visibility("default"))) void *password_memory_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset) __asm__("mmap");
__attribute__((visibility("default"))) int password_memory_munmap(void *address, size_t length) __asm__("munmap");

void *password_memory_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset) {
  if (!mine.is_hashing || mine.memory != NULL || length != PASSWORD_MEMORY_BYTES || address != NULL || !(flags & MAP_ANONYMOUS)) {
    return (void *)syscall(SYS_mmap, address, length, protection, flags, fd, offset); // NOLINT(performance-no-int-to-ptr)
  }
  void *memory = take();
  if (memory == NULL) {
    memory = map_new(protection, flags);
  }
  mine.memory = memory == MAP_FAILED ? NULL : memory;
  return memory;
}

int password_memory_munmap(void *address, size_t length) {
  if (mine.memory == NULL || address != mine.memory) {
    return unmap(address, length);
  }
  mine.memory = NULL;
  explicit_bzero(address, PASSWORD_MEMORY_BYTES);
  return keep(address) ? 0 : unmap(address, length);
}

#endif
