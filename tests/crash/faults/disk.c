#undef _FORTIFY_SOURCE /* its inline read and pread would stand in the way of ours */
#include "disk.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OURS __attribute__((visibility("default")))
#define REAL(name) ((__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name))

enum { SECTOR = 512, FILES_MAX = 64, FDS_MAX = 4096, SECTORS_MAX = 1 << 18, SLOTS = 1 << 19, PATH_BYTES = 512 };
enum state { GONE, UNSYNCED, DOOMED };

struct file {
  char path[PATH_BYTES];
  int64_t durable_bytes;
  int64_t bytes;
  int peek;        /* never closed: closing it would drop SQLite's locks */
  bool is_new;     /* made in this run, and nothing says yet that its name is on the disk */
  uint32_t newest; /* sector + 1; 0: none */
};

struct sector {
  uint16_t file;
  uint8_t state;
  int64_t number;
  uint32_t older; /* of the same file, + 1 */
  uint8_t before[SECTOR];
};

struct shared {
  struct disk_report report;
  int file_count;
  struct file files[FILES_MAX];
  int64_t sector_count;
  struct sector sectors[SECTORS_MAX];
  uint32_t slots[SLOTS]; /* sector + 1 */
};

static struct {
  struct shared *shared;
  pthread_mutex_t mutex;
  char folder[PATH_BYTES];
  struct disk_plan plan;
  bool is_short; /* the next write finds no space */
  bool is_full;
  int16_t file_of[FDS_MAX]; /* + 1; 0: not ours */
  bool is_begun;
} disk = {.mutex = PTHREAD_MUTEX_INITIALIZER};

const char *disk_op_name(enum disk_op op) {
  static const char *const names[] = {"open", "read", "write", "sync", "truncate", "name", "map", "lock"};
  return names[op];
}

const char *disk_fault_name(enum disk_fault fault) {
  static const char *const names[] = {"sound", "eio", "nospc", "full", "power"};
  return names[fault];
}

void disk_init(void) {
  disk.shared = mmap(NULL, sizeof *disk.shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (disk.shared == MAP_FAILED) {
    abort();
  }
}

const struct disk_report *disk_report(void) { return &disk.shared->report; }

void disk_begin(const char *folder, struct disk_plan plan) {
  struct shared *shared = disk.shared;
  (void)madvise(shared, sizeof *shared, MADV_REMOVE); /* all noughts again */
  memset(&shared->report, 0, sizeof shared->report);
  (void)snprintf(disk.folder, sizeof disk.folder, "%s/", folder);
  disk.plan = plan;
  disk.is_begun = true;
}

/* ---- sectors ---- */

static uint32_t *slot_of(int file, int64_t number) {
  uint64_t hash = ((uint64_t)number * 64 + (uint64_t)file) * UINT64_C(0x9E3779B97F4A7C15);
  for (uint32_t at = (uint32_t)(hash >> 40) & (SLOTS - 1);; at = (at + 1) & (SLOTS - 1)) {
    uint32_t found = disk.shared->slots[at];
    if (found == 0 || (disk.shared->sectors[found - 1].file == file && disk.shared->sectors[found - 1].number == number)) {
      return &disk.shared->slots[at];
    }
  }
}

/* What a sector holds before it is written for the first time since it was last on the disk. */
static void keep_sector(int index, int64_t number) {
  struct shared *shared = disk.shared;
  uint32_t *slot = slot_of(index, number);
  if (*slot == 0) {
    if (shared->sector_count == SECTORS_MAX) {
      abort();
    }
    *slot = (uint32_t)++shared->sector_count;
    struct sector *fresh = &shared->sectors[*slot - 1];
    fresh->file = (uint16_t)index;
    fresh->number = number;
    fresh->older = shared->files[index].newest;
    shared->files[index].newest = *slot;
  }
  struct sector *sector = &shared->sectors[*slot - 1];
  if (sector->state == GONE) {
    memset(sector->before, 0, SECTOR);
    (void)!REAL(pread64)(shared->files[index].peek, sector->before, SECTOR, number * SECTOR);
  }
  sector->state = UNSYNCED; /* also one that was doomed: it is to be written again */
}

static void keep(int index, int64_t from, int64_t to) {
  for (int64_t number = from / SECTOR; number * SECTOR < to; number++) {
    keep_sector(index, number);
  }
}

static void settle(int index, bool is_synced) {
  struct file *file = &disk.shared->files[index];
  for (uint32_t at = file->newest; at != 0; at = disk.shared->sectors[at - 1].older) {
    struct sector *sector = &disk.shared->sectors[at - 1];
    if (is_synced && sector->state == UNSYNCED) {
      sector->state = GONE;
    } else if (!is_synced && sector->state == UNSYNCED) {
      sector->state = DOOMED;
    }
  }
  if (is_synced) {
    file->durable_bytes = file->bytes;
    file->is_new = false;
  }
}

int64_t disk_unsynced(void) {
  int64_t count = 0;
  for (int64_t i = 0; i < disk.shared->sector_count; i++) {
    count += disk.shared->sectors[i].state != GONE;
  }
  return count;
}

static uint64_t next(uint64_t *seed) { /* splitmix64 */
  uint64_t z = (*seed += UINT64_C(0x9E3779B97F4A7C15));
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

/* One file after the power came back. */
static void lose(struct file *file, uint64_t *seed) {
  if (file->is_new && next(seed) % 2 == 0) {
    (void)unlink(file->path);
    return;
  }
  int fd = open(file->path, O_RDWR | O_CLOEXEC);
  if (fd < 0) {
    return;
  }
  static const uint64_t shares[] = {0, 16, 128, 240, 256}; /* of 256 unsynced sectors, how many are lost */
  uint64_t share = shares[next(seed) % 5];
  bool is_cut = file->bytes < file->durable_bytes; /* made shorter: that either has happened or not */
  bool was_cut = is_cut && next(seed) % 2 == 0;
  for (uint32_t at = file->newest; at != 0; at = disk.shared->sectors[at - 1].older) {
    const struct sector *sector = &disk.shared->sectors[at - 1];
    bool is_beyond = sector->number * SECTOR >= file->bytes;
    bool is_lost = sector->state == DOOMED || (sector->state == UNSYNCED && (is_cut && is_beyond ? !was_cut : next(seed) % 256 < share));
    if (is_lost && !(is_beyond && was_cut)) {
      (void)!pwrite(fd, sector->before, SECTOR, sector->number * SECTOR);
    }
  }
  int64_t bytes = file->bytes;
  if (is_cut) {
    bytes = was_cut ? file->bytes : file->durable_bytes;
  } else if (file->bytes > file->durable_bytes && next(seed) % 4 == 0) {
    bytes = file->durable_bytes + (int64_t)(next(seed) % (uint64_t)(file->bytes - file->durable_bytes + 1));
  }
  (void)!ftruncate(fd, bytes);
  (void)close(fd);
}

void disk_power_off(uint64_t seed) {
  for (int i = 0; i < disk.shared->file_count; i++) {
    lose(&disk.shared->files[i], &seed);
  }
  memset(disk.shared->files, 0, sizeof disk.shared->files);
  disk.shared->file_count = 0;
}

/* ---- calls ---- */

/* Counts the call and says what is to become of it. */
static enum disk_fault judge(enum disk_op op, const char *path) {
  struct disk_report *report = &disk.shared->report;
  int64_t number = report->calls++;
  if (number < DISK_CALLS_MAX) {
    report->ops[number] = (uint8_t)op;
  }
  if (number != disk.plan.at) {
    return disk.is_full && op == DISK_WRITE ? DISK_FULL : DISK_SOUND;
  }
  report->is_hit = true;
  report->op = op;
  const char *name = strrchr(path, '/');
  (void)snprintf(report->file, sizeof report->file, "%.*s", DISK_NAME_BYTES - 1, name != NULL ? name + 1 : path);
  disk.is_full = disk.plan.fault == DISK_FULL;
  return disk.plan.fault;
}

static void power_cut(void) { syscall(SYS_exit_group, DISK_EXIT_POWER); }

static int index_of(int fd) { return fd >= 0 && fd < FDS_MAX && disk.is_begun ? disk.file_of[fd] - 1 : -1; }

static int track(int fd, const char *path, bool is_new) {
  struct shared *shared = disk.shared;
  int index = 0;
  while (index < shared->file_count && strcmp(shared->files[index].path, path) != 0) {
    index++;
  }
  struct file *file = &shared->files[index];
  if (index == shared->file_count) {
    struct stat status;
    if (index == FILES_MAX || fd >= FDS_MAX || fstat(fd, &status) != 0) {
      abort();
    }
    (void)snprintf(file->path, sizeof file->path, "%s", path);
    file->bytes = file->durable_bytes = status.st_size;
    file->is_new = is_new;
    file->peek = REAL(open64)(path, O_RDONLY | O_CLOEXEC);
    shared->file_count++;
  }
  disk.file_of[fd] = (int16_t)(index + 1);
  return fd;
}

static int open_path(int folder, const char *given, int flags, mode_t mode) {
  char path[PATH_BYTES] = "";
  if (given[0] != '/' && folder >= 0) {
    char link[64];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t len = readlink(link, path, sizeof path - 2);
    if (len > 0) {
      path[len] = '/';
      path[len + 1] = '\0';
    }
  }
  (void)strncat(path, given, sizeof path - strlen(path) - 1);
  if (!disk.is_begun || strncmp(path, disk.folder, strlen(disk.folder)) != 0 || (flags & O_DIRECTORY) != 0) {
    return REAL(openat64)(folder, given, flags, mode);
  }
  (void)pthread_mutex_lock(&disk.mutex);
  bool is_new = access(path, F_OK) != 0;
  enum disk_fault fault = judge(DISK_OPEN, path);
  int fd = -1;
  if (fault == DISK_EIO) {
    errno = EIO;
  } else if ((fault == DISK_FULL || fault == DISK_NOSPC) && is_new) {
    errno = ENOSPC;
  } else {
    fd = REAL(openat64)(folder, given, flags, mode);
  }
  if (fd >= 0) {
    (void)track(fd, path, is_new);
  }
  if (fault == DISK_POWER) {
    power_cut();
  }
  (void)pthread_mutex_unlock(&disk.mutex);
  return fd;
}

static mode_t mode_of(int flags, va_list arguments) { return (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0; }

OURS int open64(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_path(AT_FDCWD, path, flags, mode);
}

OURS int openat64(int folder, const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_path(folder, path, flags, mode);
}

OURS int close(int fd) {
  if (fd >= 0 && fd < FDS_MAX) {
    disk.file_of[fd] = 0;
  }
  return REAL(close)(fd);
}

static int fail(int reason) {
  errno = reason;
  return -1;
}

struct transfer {
  int fd;
  const void *from;
  void *to;
  size_t len;
  int64_t offset; /* -1: where the file stands */
};

static ssize_t write_now(const struct transfer *t, size_t len) {
  return t->offset >= 0 ? REAL(pwrite64)(t->fd, t->from, len, t->offset) : REAL(write)(t->fd, t->from, len);
}

static ssize_t write_some(int index, const struct transfer *t, size_t len) {
  struct file *file = &disk.shared->files[index];
  int64_t offset = t->offset;
  if (offset < 0) {
    offset = (fcntl(t->fd, F_GETFL) & O_APPEND) != 0 ? file->bytes : lseek(t->fd, 0, SEEK_CUR);
  }
  keep(index, offset, offset + (int64_t)len);
  ssize_t written = write_now(t, len);
  if (written > 0 && offset + written > file->bytes) {
    file->bytes = offset + written;
  }
  return written;
}

static ssize_t write_tracked(int index, const struct transfer *t) {
  (void)pthread_mutex_lock(&disk.mutex);
  enum disk_fault fault = judge(DISK_WRITE, disk.shared->files[index].path);
  ssize_t written = -1;
  if (disk.is_short) {
    disk.is_short = false;
    errno = ENOSPC;
  } else if (fault == DISK_EIO) {
    errno = EIO;
  } else if (fault == DISK_FULL) {
    errno = ENOSPC;
  } else if (fault == DISK_NOSPC) {
    written = write_some(index, t, (t->len + 1) / 2);
    disk.is_short = true;
  } else {
    written = write_some(index, t, t->len);
  }
  if (fault == DISK_POWER) {
    power_cut();
  }
  (void)pthread_mutex_unlock(&disk.mutex);
  return written;
}

OURS ssize_t write(int fd, const void *bytes, size_t len) {
  const struct transfer t = {.fd = fd, .from = bytes, .len = len, .offset = -1};
  int index = index_of(fd);
  return index < 0 ? write_now(&t, len) : write_tracked(index, &t);
}

OURS ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t offset) {
  const struct transfer t = {.fd = fd, .from = bytes, .len = len, .offset = offset};
  int index = index_of(fd);
  return index < 0 ? write_now(&t, len) : write_tracked(index, &t);
}

/* A call that changes nothing on the disk, or that fails as a whole. */
static bool is_failing(int index, enum disk_op op) {
  (void)pthread_mutex_lock(&disk.mutex);
  enum disk_fault fault = judge(op, disk.shared->files[index].path);
  if (fault == DISK_POWER) {
    power_cut();
  }
  (void)pthread_mutex_unlock(&disk.mutex);
  return fault == DISK_EIO;
}

OURS ssize_t read(int fd, void *bytes, size_t len) {
  int index = index_of(fd);
  return index >= 0 && is_failing(index, DISK_READ) ? fail(EIO) : REAL(read)(fd, bytes, len);
}

OURS ssize_t pread64(int fd, void *bytes, size_t len, off64_t offset) {
  int index = index_of(fd);
  return index >= 0 && is_failing(index, DISK_READ) ? fail(EIO) : REAL(pread64)(fd, bytes, len, offset);
}

/* What the call would do to a real disk is kept track of instead: thousands of trials are not thousands of waits for one. */
static int sync_tracked(int index) {
  (void)pthread_mutex_lock(&disk.mutex);
  enum disk_fault fault = judge(DISK_SYNC, disk.shared->files[index].path);
  if (fault == DISK_POWER) {
    power_cut();
  }
  settle(index, fault != DISK_EIO);
  (void)pthread_mutex_unlock(&disk.mutex);
  return fault == DISK_EIO ? fail(EIO) : 0;
}

OURS int fsync(int fd) {
  int index = index_of(fd);
  return index >= 0 ? sync_tracked(index) : REAL(fsync)(fd);
}

OURS int fdatasync(int fd) {
  int index = index_of(fd);
  return index >= 0 ? sync_tracked(index) : REAL(fdatasync)(fd);
}

OURS int ftruncate64(int fd, off64_t bytes) {
  int index = index_of(fd);
  if (index < 0) {
    return REAL(ftruncate64)(fd, bytes);
  }
  (void)pthread_mutex_lock(&disk.mutex);
  struct file *file = &disk.shared->files[index];
  enum disk_fault fault = judge(DISK_TRUNCATE, file->path);
  int outcome = -1;
  if (fault == DISK_EIO) {
    errno = EIO;
  } else {
    keep(index, bytes, file->bytes);
    outcome = REAL(ftruncate64)(fd, bytes);
    file->bytes = outcome == 0 ? bytes : file->bytes;
  }
  if (fault == DISK_POWER) {
    power_cut();
  }
  (void)pthread_mutex_unlock(&disk.mutex);
  return outcome;
}

OURS void *mmap64(void *at, size_t len, int protection, int flags, int fd, off64_t offset) {
  int index = index_of(fd);
  if (index >= 0 && is_failing(index, DISK_MAP)) {
    errno = ENOMEM;
    return MAP_FAILED;
  }
  return REAL(mmap64)(at, len, protection, flags, fd, offset);
}

OURS int fcntl64(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  bool takes = command == F_SETLK && ((const struct flock *)argument)->l_type != F_UNLCK;
  int index = takes ? index_of(fd) : -1;
  return index >= 0 && is_failing(index, DISK_LOCK) ? fail(EIO) : REAL(fcntl64)(fd, command, argument);
}
