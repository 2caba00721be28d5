/* crypto/lanes_table.h: multiples of P-256's generator, computed once: what lanes_point.h adds up.
 *
 * Shapes     for each window i of six bits the points (2 j + 1) 64^i G, j from 0 to 31: x and y in Montgomery form (lanes_field.h), limb after limb, the 32
 *            entries of a limb side by side as lanes_pick reads them. 110,080 bytes, all public.
 * Does not   do curve arithmetic of its own: OpenSSL's.
 */
#pragma once
#include "crypto/lanes.h"

enum { LANES_WINDOW_BITS = 6, LANES_WINDOWS = 43, LANES_ENTRIES = 1 << (LANES_WINDOW_BITS - 1) };

struct lanes_table {
  uint64_t words[LANES_WINDOWS][2][LANES_LIMBS][LANES_ENTRIES] __attribute__((aligned(64)));
};

/* NULL: the library failed. Ten milliseconds. */
struct lanes_table *lanes_table_new(void);
void lanes_table_free(struct lanes_table **table);
