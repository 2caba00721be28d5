#include "memory.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <link.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define OURS __attribute__((visibility("default")))

enum { RANGES_MAX = 8, FRAMES = 12, SKIPPED = 2, BETWEEN = 4 };

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

struct range {
  uintptr_t from, to;
  enum memory_owner owner;
};

static struct {
  struct memory_report *report;
  pthread_mutex_t mutex;
  struct range ranges[RANGES_MAX];
  int range_count;
  int64_t at;
  bool is_begun;
} memory = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static _Thread_local bool is_inside; /* what the counting itself allocates is not counted */

const char *memory_owner_name(enum memory_owner owner) {
  static const char *const names[] = {"other", "danh", "sqlite", "jansson"};
  return names[owner];
}

static int add_range(struct dl_phdr_info *info, size_t size, void *context) {
  (void)size;
  (void)context;
  enum memory_owner owner = info->dlpi_name[0] == '\0'                         ? MEMORY_DANH
                            : strstr(info->dlpi_name, "libsqlite3") != NULL    ? MEMORY_SQLITE
                            : strstr(info->dlpi_name, "libjansson") != NULL    ? MEMORY_JANSSON
                                                                               : MEMORY_OTHER;
  for (int i = 0; owner != MEMORY_OTHER && i < info->dlpi_phnum && memory.range_count < RANGES_MAX; i++) {
    const ElfW(Phdr) *part = &info->dlpi_phdr[i];
    if (part->p_type == PT_LOAD && (part->p_flags & PF_X) != 0) {
      uintptr_t from = info->dlpi_addr + part->p_vaddr;
      memory.ranges[memory.range_count++] = (struct range){from, from + part->p_memsz, owner};
    }
  }
  return 0;
}

void memory_init(void) {
  memory.report = mmap(NULL, sizeof *memory.report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  void *frames[2];
  (void)backtrace(frames, 2); /* loads what it needs now */
  (void)dl_iterate_phdr(add_range, NULL);
}

const struct memory_report *memory_report(void) { return memory.report; }

void memory_begin(int64_t at) {
  memset(memory.report, 0, sizeof *memory.report);
  memory.at = at;
  memory.is_begun = true;
}

static enum memory_owner owner_of(const void *caller) {
  for (int i = 0; i < memory.range_count; i++) {
    if ((uintptr_t)caller >= memory.ranges[i].from && (uintptr_t)caller < memory.ranges[i].to) {
      return memory.ranges[i].owner;
    }
  }
  return MEMORY_OTHER;
}

/* A library that is given danh's memory asks through danh: who stands behind it is whose allocation it is. */
static enum memory_owner look_back(void **frames, int *ret_count) {
  is_inside = true;
  *ret_count = backtrace(frames, FRAMES);
  is_inside = false;
  for (int i = SKIPPED; i < *ret_count && i < SKIPPED + BETWEEN; i++) {
    enum memory_owner owner = owner_of(frames[i]);
    if (owner != MEMORY_DANH) {
      return owner == MEMORY_OTHER ? MEMORY_DANH : owner;
    }
  }
  return MEMORY_DANH;
}

static void note_site(int64_t number) {
  struct memory_report *report = memory.report;
  void *frames[FRAMES];
  int count = 0;
  enum memory_owner owner = look_back(frames, &count);
  uint64_t hash = UINT64_C(0xCBF29CE484222325);
  for (int i = SKIPPED; i < count; i++) {
    hash = (hash ^ (uint64_t)(uintptr_t)frames[i]) * UINT64_C(0x100000001B3);
  }
  for (int64_t i = 0; i < report->site_count; i++) {
    if (report->sites[i].hash == hash) {
      return;
    }
  }
  if (report->site_count < MEMORY_SITES_MAX) {
    report->sites[report->site_count++] = (struct memory_site){hash, number, (uint8_t)owner};
  }
}

static bool is_failing(const void *caller) {
  enum memory_owner owner = memory.is_begun && !is_inside ? owner_of(caller) : MEMORY_OTHER;
  if (owner == MEMORY_OTHER) {
    return false;
  }
  (void)pthread_mutex_lock(&memory.mutex);
  int64_t number = memory.report->calls++;
  bool is_hit = number == memory.at;
  if (is_hit) {
    memory.report->is_hit = true;
    void *frames[FRAMES];
    int count = 0;
    memory.report->owner = look_back(frames, &count);
    errno = ENOMEM;
  } else if (memory.at < 0) {
    note_site(number);
  }
  (void)pthread_mutex_unlock(&memory.mutex);
  return is_hit;
}

OURS void *malloc(size_t size) { return is_failing(__builtin_return_address(0)) ? NULL : __libc_malloc(size); }
OURS void *calloc(size_t count, size_t size) { return is_failing(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size); }
OURS void *realloc(void *old, size_t size) { return is_failing(__builtin_return_address(0)) ? NULL : __libc_realloc(old, size); }
