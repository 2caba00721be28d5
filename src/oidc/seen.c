#include "oidc/seen.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/arena.h"
#include "crypto/digest.h"

enum { CAPACITY_FIRST = 1024 };

/* Open addressing, at most half full; all noughts: free (a SHA-256 does not begin so). */
struct generation {
  struct oidc_mark *marks;
  size_t capacity; /* a power of two; 0: nothing yet */
  size_t count;
};

struct oidc_seen {
  pthread_mutex_t mutex;
  int64_t window_s;
  size_t kept_max; /* 0: no bound */
  int64_t since_s; /* when `young` began */
  struct generation young;
  struct generation old;
};

struct oidc_seen *oidc_seen_new(int64_t window_s, size_t kept_max) {
  struct oidc_seen *seen = heap_alloc(sizeof *seen);
  *seen = (struct oidc_seen){.window_s = window_s, .kept_max = kept_max};
  (void)pthread_mutex_init(&seen->mutex, NULL);
  return seen;
}

void oidc_seen_free(struct oidc_seen **slot) {
  if (*slot != NULL) {
    free((*slot)->young.marks);
    free((*slot)->old.marks);
    (void)pthread_mutex_destroy(&(*slot)->mutex);
    free(*slot);
    *slot = NULL;
  }
}

struct oidc_mark oidc_mark_of(struct slice first, struct slice second) {
  uint8_t digest[DIGEST_BYTES];
  struct oidc_mark mark;
  struct digest_stream stream CLEANUP(digest_free) = {0};
  const uint64_t lengths[2] = {first.len, second.len};
  digest_begin(&stream);
  digest_add(&stream, slice_of(lengths, sizeof lengths));
  digest_add(&stream, first);
  digest_add(&stream, second);
  digest_end(&stream, digest);
  memcpy(&mark, digest, sizeof mark);
  return mark;
}

static bool is_free(const struct oidc_mark *mark) { return mark->halves[0] == 0 && mark->halves[1] == 0; }
static bool is_same(const struct oidc_mark *a, const struct oidc_mark *b) { return a->halves[0] == b->halves[0] && a->halves[1] == b->halves[1]; }

/* Where it is, or belongs. */
static struct oidc_mark *slot_of(const struct generation *generation, const struct oidc_mark *mark) {
  size_t at = (size_t)mark->halves[0] & (generation->capacity - 1);
  while (!is_free(&generation->marks[at]) && !is_same(&generation->marks[at], mark)) {
    at = (at + 1) & (generation->capacity - 1);
  }
  return &generation->marks[at];
}

static bool holds(const struct generation *generation, const struct oidc_mark *mark) {
  return generation->capacity > 0 && !is_free(slot_of(generation, mark));
}

static void grow(struct generation *generation) {
  struct generation larger = {.capacity = generation->capacity == 0 ? CAPACITY_FIRST : generation->capacity * 2, .count = generation->count};
  larger.marks = heap_alloc(larger.capacity * sizeof *larger.marks);
  memset(larger.marks, 0, larger.capacity * sizeof *larger.marks);
  for (size_t i = 0; i < generation->capacity; i++) {
    if (!is_free(&generation->marks[i])) {
      *slot_of(&larger, &generation->marks[i]) = generation->marks[i];
    }
  }
  free(generation->marks);
  *generation = larger;
}

/* Under the mutex: the young become the old when the window is over or no more are kept, the old are forgotten. */
static void turn(struct oidc_seen *seen, int64_t now_s) {
  bool is_full = seen->kept_max > 0 && seen->young.count == seen->kept_max;
  if (now_s - seen->since_s < seen->window_s && !is_full) {
    return;
  }
  bool is_long_over = now_s - seen->since_s >= 2 * seen->window_s;
  free(seen->old.marks);
  seen->old = seen->young;
  seen->young = (struct generation){0};
  if (is_long_over) {
    free(seen->old.marks);
    seen->old = (struct generation){0};
  }
  seen->since_s = now_s;
}

bool oidc_seen_add(struct oidc_seen *seen, const struct oidc_mark *mark, int64_t now_s) {
  (void)pthread_mutex_lock(&seen->mutex);
  turn(seen, now_s);
  bool is_new = !holds(&seen->young, mark) && !holds(&seen->old, mark);
  if (is_new) {
    if (seen->young.count * 2 >= seen->young.capacity) {
      grow(&seen->young);
    }
    *slot_of(&seen->young, mark) = *mark;
    seen->young.count++;
  }
  (void)pthread_mutex_unlock(&seen->mutex);
  return is_new;
}

bool oidc_seen_has(struct oidc_seen *seen, const struct oidc_mark *mark, int64_t now_s) {
  (void)pthread_mutex_lock(&seen->mutex);
  turn(seen, now_s);
  bool has = holds(&seen->young, mark) || holds(&seen->old, mark);
  (void)pthread_mutex_unlock(&seen->mutex);
  return has;
}
