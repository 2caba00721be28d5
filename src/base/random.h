/* base/random.h: injected randomness. The system's for everything real; a seeded stream for tests, synth and replay, so that every run
 * repeats from its seed. The seeded stream is not secret: keys are made in the signer, from the system's randomness alone.
 */
#pragma once
#include "base/result.h"
#include "base/slice.h"

/* fill may be called from any thread. */
struct random {
  void (*fill)(struct random *random, void *bytes, size_t len);
  uint64_t state[4]; /* seeded stream only, behind lock */
  int lock;
};

/* getrandom(2); the process exits if the system has none. */
struct random random_system(void);
/* xoshiro256** from a seed by splitmix64. */
struct random random_seeded(uint64_t seed);

static inline void random_fill(struct random *random, void *bytes, size_t len) { random->fill(random, bytes, len); }
uint64_t random_u64(struct random *random);
/* 0 .. bound-1, without bias; bound > 0. */
uint64_t random_below(struct random *random, uint64_t bound);
