#include "base/histogram.h"

const int64_t histogram_bounds_us[HISTOGRAM_BUCKETS] = {500,    1000,   2500,   5000,    10000,   25000,   50000,
                                                        100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000};

void histogram_add(struct histogram *histogram, int64_t took_us) {
  size_t i = 0;
  while (i < HISTOGRAM_BUCKETS && took_us > histogram_bounds_us[i]) {
    i++;
  }
  (void)atomic_fetch_add_explicit(&histogram->buckets[i], 1, memory_order_relaxed);
  (void)atomic_fetch_add_explicit(&histogram->sum_us, took_us > 0 ? (uint64_t)took_us : 0, memory_order_relaxed);
}

void histogram_sizes_add(struct histogram_sizes *sizes, uint64_t number) {
  size_t i = 0;
  while (i < HISTOGRAM_SIZES && number > (uint64_t)1 << i) {
    i++;
  }
  (void)atomic_fetch_add_explicit(&sizes->buckets[i], 1, memory_order_relaxed);
  (void)atomic_fetch_add_explicit(&sizes->sum, number, memory_order_relaxed);
}
