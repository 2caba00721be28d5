/* base/histogram.h: how long things took, counted in buckets from half a millisecond to ten seconds.
 *
 * Threads    any, at the same time; a reader sees each number as it was at some moment of the reading.
 */
#pragma once
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum { HISTOGRAM_BUCKETS = 14 };
/* Upper bounds in microseconds, ascending; what took longer is in no bucket but in the count. */
extern const int64_t histogram_bounds_us[HISTOGRAM_BUCKETS];

struct histogram {
  _Atomic uint64_t buckets[HISTOGRAM_BUCKETS + 1]; /* the last: longer than every bound */
  _Atomic uint64_t sum_us;
};
void histogram_add(struct histogram *histogram, int64_t took_us);

/* How many came together: 1, 2, up to 4, 8 ... 128, and more. */
enum { HISTOGRAM_SIZES = 8 };
struct histogram_sizes {
  _Atomic uint64_t buckets[HISTOGRAM_SIZES + 1];
  _Atomic uint64_t sum;
};
void histogram_sizes_add(struct histogram_sizes *sizes, uint64_t number);
