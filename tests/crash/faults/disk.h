/* tests/crash/faults/disk.h: the calls of the C library that reach the disk, under the test's hand.
 *
 * Defines     open, read, write, fsync ... in front of the C library's, for this program, SQLite and every other library in it (and, loaded
 *             before danh by the dynamic linker, for that). Only files below one folder are looked at; everything else goes through.
 * Counts      each call there, so that a second run of the same story can have call number n fail.
 * Power cut   of each sector that was written and not synced yet, what it held before is kept where the parent process finds it:
 *             disk_power_off puts a seeded part of them back. An fsync that failed dooms what it was to write: no later fsync brings it to the disk.
 * Does not    lose renames, or sectors in the middle: a sector is there as it was or as it is.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum disk_op { DISK_OPEN, DISK_READ, DISK_WRITE, DISK_SYNC, DISK_TRUNCATE, DISK_NAME, DISK_MAP, DISK_LOCK, DISK_OPS };
enum disk_fault {
  DISK_SOUND,
  DISK_EIO,    /* that one call fails */
  DISK_NOSPC,  /* a write is half done, and the next one finds no space */
  DISK_FULL,   /* no space from that call on, for what makes files longer or new */
  DISK_POWER,  /* the call is done, or half done, and the process is gone */
  DISK_FAULTS,
};
enum { DISK_CALLS_MAX = 1 << 16, DISK_NAME_BYTES = 64 };

struct disk_plan {
  enum disk_fault fault;
  int64_t at; /* number of the call, from 0; -1: none */
};

/* What the parent reads. */
struct disk_report {
  int64_t calls;
  uint8_t ops[DISK_CALLS_MAX]; /* enum disk_op of each */
  bool is_hit;
  enum disk_op op;             /* of the call that failed */
  char file[DISK_NAME_BYTES];
};

/* Before the first fork: memory that survives the children. */
void disk_init(void);
/* In a child: from here on files below the folder count. */
void disk_begin(const char *folder, struct disk_plan plan);
/* In the parent, once the child is gone. */
const struct disk_report *disk_report(void);
void disk_power_off(uint64_t seed);
/* How many sectors the next power cut could take. */
int64_t disk_unsynced(void);
const char *disk_op_name(enum disk_op op);
const char *disk_fault_name(enum disk_fault fault);
enum { DISK_EXIT_POWER = 99 };
