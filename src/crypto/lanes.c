#include "crypto/lanes.h"

#if defined(__x86_64__)
bool lanes_is_here(void) { /* the system's share, that it keeps the registers, is asked too */
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512ifma");
}
#else
bool lanes_is_here(void) { return false; }
#endif

enum { WORDS = LANES_BYTES / 8 };

static uint64_t get(const uint8_t *at) {
  return (uint64_t)at[0] << 56 | (uint64_t)at[1] << 48 | (uint64_t)at[2] << 40 | (uint64_t)at[3] << 32 | (uint64_t)at[4] << 24 | (uint64_t)at[5] << 16 |
         (uint64_t)at[6] << 8 | (uint64_t)at[7];
}

static void put(uint64_t word, uint8_t *at) {
  for (int i = 0; i < 8; i++) {
    at[i] = (uint8_t)(word >> (56 - 8 * i));
  }
}

void lanes_load(const struct lanes_bytes *bytes, struct lanes *ret_numbers) {
  for (int lane = 0; lane < LANES; lane++) {
    const uint8_t *from = bytes->of[lane];
    const uint64_t words[WORDS] = {get(from + 24), get(from + 16), get(from + 8), get(from)};
    ret_numbers->limbs[0][lane] = words[0] & LANES_MASK;
    ret_numbers->limbs[1][lane] = (words[0] >> 52 | words[1] << 12) & LANES_MASK;
    ret_numbers->limbs[2][lane] = (words[1] >> 40 | words[2] << 24) & LANES_MASK;
    ret_numbers->limbs[3][lane] = (words[2] >> 28 | words[3] << 36) & LANES_MASK;
    ret_numbers->limbs[4][lane] = words[3] >> 16;
  }
}

void lanes_store(const struct lanes *numbers, struct lanes_bytes *ret_bytes) {
  for (int lane = 0; lane < LANES; lane++) {
    const uint64_t from[LANES_LIMBS] = {numbers->limbs[0][lane], numbers->limbs[1][lane], numbers->limbs[2][lane], numbers->limbs[3][lane],
                                        numbers->limbs[4][lane]};
    const uint64_t words[WORDS] = {from[0] | from[1] << 52, from[1] >> 12 | from[2] << 40, from[2] >> 24 | from[3] << 28, from[3] >> 36 | from[4] << 16};
    for (int i = 0; i < WORDS; i++) {
      put(words[WORDS - 1 - i], ret_bytes->of[lane] + 8 * i);
    }
  }
}
