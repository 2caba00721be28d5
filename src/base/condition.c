#include "base/condition.h"

void condition_init(pthread_cond_t *ret_condition) {
  pthread_condattr_t monotonic;
  (void)pthread_condattr_init(&monotonic);
  (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  (void)pthread_cond_init(ret_condition, &monotonic);
  (void)pthread_condattr_destroy(&monotonic);
}

struct timespec condition_in(int64_t us) {
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  int64_t ns = now.tv_nsec + us % 1000000 * 1000;
  return (struct timespec){.tv_sec = now.tv_sec + us / 1000000 + ns / 1000000000, .tv_nsec = ns % 1000000000};
}
