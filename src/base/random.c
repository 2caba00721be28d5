#include "base/random.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/random.h>

static void ask_system(void *bytes, size_t len) {
  uint8_t *at = bytes;
  while (len > 0) {
    ssize_t got = getrandom(at, len, 0);
    if (got <= 0) {
      abort(); /* a system without randomness must not issue anything */
    }
    at += got;
    len -= (size_t)got;
  }
}

enum { STORE_BYTES = 256, DRAW_BYTES_MAX = 64 };

/* Of one thread, drawn ahead: a call of the system costs more than what it brings. What was given out is wiped. */
struct store {
  uint8_t bytes[STORE_BYTES];
  size_t left;
  unsigned family;
};
static _Thread_local struct store store;
static atomic_uint family = 1; /* another one in a child: what was drawn before the fork is its parent's */
static pthread_once_t family_once = PTHREAD_ONCE_INIT;

static void begin_family(void) { (void)atomic_fetch_add(&family, 1); }
static void mind_families(void) { (void)pthread_atfork(NULL, NULL, begin_family); }

static void system_fill(struct random *random, void *bytes, size_t len) {
  (void)random;
  (void)pthread_once(&family_once, mind_families);
  if (len > DRAW_BYTES_MAX) {
    ask_system(bytes, len);
    return;
  }
  if (store.left < len || store.family != atomic_load(&family)) {
    ask_system(store.bytes, sizeof store.bytes);
    store.left = sizeof store.bytes;
    store.family = atomic_load(&family);
  }
  store.left -= len;
  if (len > 0) {
    memcpy(bytes, store.bytes + store.left, len);
    explicit_bzero(store.bytes + store.left, len);
  }
}

static uint64_t rotate(uint64_t x, int by) { return (x << by) | (x >> (64 - by)); }

static uint64_t next_seeded(struct random *random) {
  uint64_t *s = random->state;
  uint64_t value = rotate(s[1] * 5, 7) * 9;
  uint64_t t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate(s[3], 45);
  return value;
}

static void seeded_fill(struct random *random, void *bytes, size_t len) {
  while (__atomic_exchange_n(&random->lock, 1, __ATOMIC_ACQUIRE)) {
    (void)sched_yield();
  }
  uint8_t *at = bytes;
  while (len > 0) {
    uint64_t word = next_seeded(random);
    size_t part = len < sizeof word ? len : sizeof word;
    memcpy(at, &word, part);
    at += part;
    len -= part;
  }
  __atomic_store_n(&random->lock, 0, __ATOMIC_RELEASE);
}

struct random random_system(void) { return (struct random){.fill = system_fill}; }

struct random random_seeded(uint64_t seed) {
  struct random random = {.fill = seeded_fill};
  for (int i = 0; i < 4; i++) {
    seed += 0x9E3779B97F4A7C15u;
    uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    random.state[i] = z ^ (z >> 31);
  }
  return random;
}

uint64_t random_u64(struct random *random) {
  uint64_t value = 0;
  random_fill(random, &value, sizeof value);
  return value;
}

uint64_t random_below(struct random *random, uint64_t bound) {
  uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  uint64_t value = random_u64(random);
  while (value >= limit) {
    value = random_u64(random);
  }
  return value % bound;
}
