/* crypto/lanes.h: eight numbers at once, one in each 64-bit lane of five vectors: limbs of 52 bits, least first, as AVX-512 IFMA multiplies them.
 *
 * Standard   the Montgomery product with R = 2^260 (P. Montgomery, "Modular multiplication without trial division", 1985), in two halves: the product
 *            here, the reduction in lanes_field.h and lanes_order.h.
 * Does not   branch or address memory by what a lane holds: each function is the same instructions for all numbers, and each of them takes as long for
 *            all operands. Nor ask whether the processor has them: lanes_is_here does, and nothing else may be called where it says false.
 * Shapes     "settled": limbs of 0 to 2^52-1, which is what a product takes; "loose": signed limbs below 2^58 each way, as sums and differences leave.
 *            With LANES_PLAIN, and off x86-64, the three instructions are written out in C: for tests of what the compiler makes of secrets.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LANES = 8, LANES_LIMBS = 5, LANES_LIMB_BITS = 52, LANES_BYTES = 32 };

typedef uint64_t lanes_vector __attribute__((vector_size(64)));
typedef int64_t lanes_signed __attribute__((vector_size(64)));
struct lanes {
  lanes_vector limbs[LANES_LIMBS];
};
struct lanes_bytes {
  uint8_t of[LANES][LANES_BYTES];
};
#define LANES_MASK ((UINT64_C(1) << LANES_LIMB_BITS) - 1)

/* Before a loop over limbs: they stay in registers. */
#define LANES_UNROLLED _Pragma("GCC unroll 16")

/* The processor and the system have AVX-512 IFMA. */
bool lanes_is_here(void);
/* 32 bytes a lane, big-endian. What is written must be settled and below 2^256. */
void lanes_load(const struct lanes_bytes *bytes, struct lanes *ret_numbers);
void lanes_store(const struct lanes *numbers, struct lanes_bytes *ret_bytes);

#if defined(__x86_64__) && !defined(LANES_PLAIN)
#include <immintrin.h>
/* Without one check of UndefinedBehaviorSanitizer's: with it, limbs are addresses to clang, and it is minutes over one file. */
#define LANES_CODE __attribute__((target("avx512f,avx512dq,avx512vl,avx512ifma"), no_sanitize("pointer-overflow")))
#define LANES_INLINE LANES_CODE __attribute__((always_inline)) static inline

/* sum + the low, or the high, 52 bits of the product of the low 52 bits of a and b. */
LANES_INLINE lanes_vector lanes_low(lanes_vector sum, lanes_vector a, lanes_vector b) {
  return (lanes_vector)_mm512_madd52lo_epu64((__m512i)sum, (__m512i)a, (__m512i)b);
}
LANES_INLINE lanes_vector lanes_high(lanes_vector sum, lanes_vector a, lanes_vector b) {
  return (lanes_vector)_mm512_madd52hi_epu64((__m512i)sum, (__m512i)a, (__m512i)b);
}
/* Each lane its own of 16 words, by the low four bits of `at`: all of them are read into registers, and picked there. */
LANES_INLINE lanes_vector lanes_pick(const lanes_vector words[static 2], lanes_vector at) {
  return (lanes_vector)_mm512_permutex2var_epi64((__m512i)words[0], (__m512i)at, (__m512i)words[1]);
}
#else
#define LANES_CODE
#define LANES_INLINE __attribute__((always_inline)) static inline
__extension__ typedef unsigned __int128 lanes_wide;

LANES_INLINE lanes_vector lanes_low(lanes_vector sum, lanes_vector a, lanes_vector b) {
  for (int i = 0; i < LANES; i++) {
    sum[i] += (uint64_t)((lanes_wide)(a[i] & LANES_MASK) * (b[i] & LANES_MASK)) & LANES_MASK;
  }
  return sum;
}
LANES_INLINE lanes_vector lanes_high(lanes_vector sum, lanes_vector a, lanes_vector b) {
  for (int i = 0; i < LANES; i++) {
    sum[i] += (uint64_t)((lanes_wide)(a[i] & LANES_MASK) * (b[i] & LANES_MASK) >> LANES_LIMB_BITS);
  }
  return sum;
}
LANES_INLINE lanes_vector lanes_pick(const lanes_vector words[static 2], lanes_vector at) {
  lanes_vector picked = {0};
  for (uint64_t i = 0; i < 2 * LANES; i++) {
    lanes_vector other = (at & 15) ^ i;
    lanes_vector is_it = (lanes_vector)((lanes_signed)(other - 1) >> 63); /* all ones where other is nought */
    picked |= is_it & words[i / LANES][i % LANES];
  }
  return picked;
}
#endif

/* a where the mask has ones, b where it has noughts. */
LANES_INLINE lanes_vector lanes_either(lanes_vector mask, lanes_vector a, lanes_vector b) { return b ^ (mask & (a ^ b)); }

LANES_INLINE struct lanes lanes_choose(lanes_vector mask, const struct lanes *a, const struct lanes *b) {
  struct lanes chosen;
  LANES_UNROLLED
  for (int i = 0; i < LANES_LIMBS; i++) {
    chosen.limbs[i] = lanes_either(mask, a->limbs[i], b->limbs[i]);
  }
  return chosen;
}

/* All ones where a bit is set. The bit alone is in each word. */
LANES_INLINE lanes_vector lanes_mask(lanes_vector bit) { return 0 - bit; }

/* The same number in each lane. */
LANES_INLINE struct lanes lanes_all(const uint64_t limbs[static LANES_LIMBS]) {
  const lanes_vector nought = {0};
  return (struct lanes){{nought + limbs[0], nought + limbs[1], nought + limbs[2], nought + limbs[3], nought + limbs[4]}};
}

/* From loose to settled limbs; the number is not negative, and below 2^260. */
LANES_INLINE struct lanes lanes_settle(const lanes_vector loose[static LANES_LIMBS]) {
  struct lanes settled;
  lanes_vector carried = loose[0];
  settled.limbs[0] = carried & LANES_MASK;
  carried = loose[1] + (lanes_vector)((lanes_signed)carried >> LANES_LIMB_BITS);
  settled.limbs[1] = carried & LANES_MASK;
  carried = loose[2] + (lanes_vector)((lanes_signed)carried >> LANES_LIMB_BITS);
  settled.limbs[2] = carried & LANES_MASK;
  carried = loose[3] + (lanes_vector)((lanes_signed)carried >> LANES_LIMB_BITS);
  settled.limbs[3] = carried & LANES_MASK;
  settled.limbs[4] = loose[4] + (lanes_vector)((lanes_signed)carried >> LANES_LIMB_BITS);
  return settled;
}

/* a - b, and all ones where that is negative; then the top limb is negative too. */
LANES_INLINE struct lanes lanes_less(const struct lanes *a, const struct lanes *b, lanes_vector *ret_is_negative) {
  lanes_vector loose[LANES_LIMBS];
  LANES_UNROLLED
  for (int i = 0; i < LANES_LIMBS; i++) {
    loose[i] = a->limbs[i] - b->limbs[i];
  }
  struct lanes difference = lanes_settle(loose);
  *ret_is_negative = (lanes_vector)((lanes_signed)difference.limbs[LANES_LIMBS - 1] >> 63);
  return difference;
}

/* a modulo a modulus that goes into it fewer than four times; both settled. */
LANES_INLINE struct lanes lanes_remainder(const struct lanes *a, const struct lanes *modulus) {
  struct lanes left = *a;
  for (int i = 0; i < 3; i++) {
    lanes_vector is_negative;
    struct lanes less = lanes_less(&left, modulus, &is_negative);
    left = lanes_choose(is_negative, &left, &less);
  }
  return left;
}

/* All ones where the settled numbers are the same. */
LANES_INLINE lanes_vector lanes_equal(const struct lanes *a, const struct lanes *b) {
  lanes_vector other = {0};
  LANES_UNROLLED
  for (int i = 0; i < LANES_LIMBS; i++) {
    other |= a->limbs[i] ^ b->limbs[i];
  }
  return (lanes_vector)((lanes_signed)(other - 1) >> 63); /* limbs have less than 63 bits */
}

LANES_INLINE void lanes_clear(lanes_vector sums[static 2 * LANES_LIMBS]) {
  LANES_UNROLLED
  for (int i = 0; i < 2 * LANES_LIMBS; i++) {
    sums[i] = (lanes_vector){0};
  }
}

/* sums[i...] += a * b, all of b. */
LANES_INLINE void lanes_add_row(lanes_vector sums[static LANES_LIMBS + 1], lanes_vector a, const lanes_vector b[static LANES_LIMBS]) {
  sums[0] = lanes_low(sums[0], a, b[0]);
  sums[1] = lanes_low(sums[1], a, b[1]);
  sums[2] = lanes_low(sums[2], a, b[2]);
  sums[3] = lanes_low(sums[3], a, b[3]);
  sums[4] = lanes_low(sums[4], a, b[4]);
  sums[1] = lanes_high(sums[1], a, b[0]);
  sums[2] = lanes_high(sums[2], a, b[1]);
  sums[3] = lanes_high(sums[3], a, b[2]);
  sums[4] = lanes_high(sums[4], a, b[3]);
  sums[5] = lanes_high(sums[5], a, b[4]);
}

/* a * b in ten limbs below 2^57. */
LANES_INLINE void lanes_product(const struct lanes *a, const struct lanes *b, lanes_vector sums[static 2 * LANES_LIMBS]) {
  lanes_clear(sums);
  lanes_add_row(sums, a->limbs[0], b->limbs);
  lanes_add_row(sums + 1, a->limbs[1], b->limbs);
  lanes_add_row(sums + 2, a->limbs[2], b->limbs);
  lanes_add_row(sums + 3, a->limbs[3], b->limbs);
  lanes_add_row(sums + 4, a->limbs[4], b->limbs);
}

LANES_INLINE void lanes_add_both(lanes_vector sums[static 2], lanes_vector a, lanes_vector b) {
  sums[0] = lanes_low(sums[0], a, b);
  sums[1] = lanes_high(sums[1], a, b);
}

/* a * a: what stands twice is added up once, and doubled. */
LANES_INLINE void lanes_square(const struct lanes *a, lanes_vector sums[static 2 * LANES_LIMBS]) {
  lanes_clear(sums);
  lanes_add_both(sums + 1, a->limbs[0], a->limbs[1]);
  lanes_add_both(sums + 2, a->limbs[0], a->limbs[2]);
  lanes_add_both(sums + 3, a->limbs[0], a->limbs[3]);
  lanes_add_both(sums + 3, a->limbs[1], a->limbs[2]);
  lanes_add_both(sums + 4, a->limbs[0], a->limbs[4]);
  lanes_add_both(sums + 4, a->limbs[1], a->limbs[3]);
  lanes_add_both(sums + 5, a->limbs[1], a->limbs[4]);
  lanes_add_both(sums + 5, a->limbs[2], a->limbs[3]);
  lanes_add_both(sums + 6, a->limbs[2], a->limbs[4]);
  lanes_add_both(sums + 7, a->limbs[3], a->limbs[4]);
  LANES_UNROLLED
  for (int i = 1; i < 2 * LANES_LIMBS - 1; i++) {
    sums[i] += sums[i];
  }
  lanes_add_both(sums, a->limbs[0], a->limbs[0]);
  lanes_add_both(sums + 2, a->limbs[1], a->limbs[1]);
  lanes_add_both(sums + 4, a->limbs[2], a->limbs[2]);
  lanes_add_both(sums + 6, a->limbs[3], a->limbs[3]);
  lanes_add_both(sums + 8, a->limbs[4], a->limbs[4]);
}
