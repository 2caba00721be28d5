#include "db/marks.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { BUCKETS = 1024, ADDED_MAX = 512 };

struct db_marks {
  atomic_uint_fast64_t now;
  atomic_uint_fast64_t moments[BUCKETS]; /* of the last mark of any number there */
  size_t added[ADDED_MAX];               /* buckets */
  size_t added_count;                    /* beyond ADDED_MAX: all of them */
};

struct db_marks *db_marks_new(void) { return heap_alloc(sizeof(struct db_marks)); }
void db_marks_free(struct db_marks *marks) { free(marks); }

/* Numbers of people ascend with time: those who came together are apart. */
static size_t bucket_of(int64_t number) { return (size_t)(((uint64_t)number * 0x9E3779B97F4A7C15u) >> 54) % BUCKETS; }

void db_marks_add(struct db_marks *marks, int64_t number) {
  if (marks->added_count < ADDED_MAX) {
    marks->added[marks->added_count] = bucket_of(number);
  }
  marks->added_count += marks->added_count <= ADDED_MAX;
}

/* First the moment, then the marks of it: whoever takes the new moment reads what is committed already. */
void db_marks_tell(struct db_marks *marks) {
  if (marks->added_count == 0) {
    return;
  }
  uint64_t moment = atomic_fetch_add(&marks->now, 1) + 1;
  bool is_all = marks->added_count > ADDED_MAX;
  for (size_t i = 0; i < (is_all ? BUCKETS : marks->added_count); i++) {
    atomic_store(&marks->moments[is_all ? i : marks->added[i]], moment);
  }
  marks->added_count = 0;
}

uint64_t db_marks_now(struct db_marks *marks) { return atomic_load(&marks->now); }

bool db_marks_since(struct db_marks *marks, int64_t number, uint64_t moment) { return atomic_load(&marks->moments[bucket_of(number)]) > moment; }

bool db_marks_since_or_added(const struct db_marks *marks, int64_t number, uint64_t moment) {
  size_t bucket = bucket_of(number);
  bool is_marked = atomic_load(&marks->moments[bucket]) > moment || marks->added_count > ADDED_MAX;
  for (size_t i = 0; !is_marked && i < marks->added_count; i++) {
    is_marked = marks->added[i] == bucket;
  }
  return is_marked;
}
