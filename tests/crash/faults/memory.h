/* tests/crash/faults/memory.h: malloc, calloc and realloc of danh itself, SQLite and jansson, under the test's hand.
 *
 * Counts      each allocation that one of the three asks for itself; another library's own go through.
 * Site        the last few callers, as one number: allocation number n stands for the site it was the first of.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum memory_owner { MEMORY_OTHER, MEMORY_DANH, MEMORY_SQLITE, MEMORY_JANSSON, MEMORY_OWNERS };
enum { MEMORY_SITES_MAX = 1 << 14 };

struct memory_site {
  uint64_t hash;
  int64_t first; /* number of its first allocation */
  uint8_t owner;
};
struct memory_report {
  int64_t calls;
  int64_t site_count;
  struct memory_site sites[MEMORY_SITES_MAX]; /* when they were asked for */
  bool is_hit;
  enum memory_owner owner;
};

void memory_init(void);
/* In a child. at: the allocation that fails; -1: none, and sites are told apart. */
void memory_begin(int64_t at);
const struct memory_report *memory_report(void);
const char *memory_owner_name(enum memory_owner owner);
