/* bench/limits.c DIR: the machine's own limits, a second each: what every other figure is set beside.
 *
 *   p256_signatures_per_s   ECDSA P-256 signatures of a digest on one core (processor time of one thread)
 *   p256_many_per_s         the same, 48 at a time (crypto/key_many.h): on a processor without the lanes as many as one by one
 *   fsyncs_per_s            one page appended to a file in DIR and synced, again and again (wall time)
 * Prints one JSON object.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/bench.h"
#include "crypto/key_many.h"

enum { RUN_US = 1000 * 1000, PAGE_BYTES = 4096, PATH_BYTES = 4096, MANY = 48 };

static double signatures_per_s(void) {
  struct key *key = NULL;
  uint8_t digest[32] = {1};
  struct arena arena = {0};
  bench_require(key_generate(&key));
  int64_t began = bench_thread_us();
  int64_t count = 0;
  for (; bench_thread_us() - began < RUN_US; count++) {
    struct slice signature;
    digest[1] = (uint8_t)count;
    bench_require(key_sign(key, digest, &arena, &signature));
    arena_reset(&arena);
  }
  double rate = bench_rate(count, bench_thread_us() - began);
  key_free(&key);
  arena_free(&arena);
  return rate;
}

static double many_per_s(void) {
  struct key *key = NULL;
  struct key_many_item items[MANY] = {{.key = NULL}};
  struct arena arena = {0};
  bench_require(key_generate(&key));
  (void)key_keep_scalar(key);
  (void)key_many_is_here();
  int64_t began = bench_thread_us();
  int64_t count = 0;
  for (; bench_thread_us() - began < RUN_US; count += MANY) {
    for (size_t i = 0; i < MANY; i++) {
      items[i].key = key;
      items[i].digest[0] = (uint8_t)(count + (int64_t)i);
    }
    (void)key_many_sign(items, MANY, &arena);
    bench_require(items[MANY - 1].outcome);
    arena_reset(&arena);
  }
  double rate = bench_rate(count, bench_thread_us() - began);
  key_free(&key);
  arena_free(&arena);
  return rate;
}

static double fsyncs_per_s(const char *dir) {
  char path[PATH_BYTES];
  (void)snprintf(path, sizeof path, "%s/fsync.tmp", dir);
  int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  char page[PAGE_BYTES] = {1};
  int64_t began = clock_monotonic_us();
  int64_t count = 0;
  for (; clock_monotonic_us() - began < RUN_US; count++) {
    if (write(fd, page, sizeof page) != sizeof page || fsync(fd) != 0) {
      (void)fprintf(stderr, "%s cannot be written\n", path);
      exit(1);
    }
  }
  double rate = bench_rate(count, clock_monotonic_us() - began);
  (void)close(fd);
  (void)unlink(path);
  return rate;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    (void)fprintf(stderr, "usage: bench_limits DIR\n");
    return 2;
  }
  double signatures = signatures_per_s();
  double many = many_per_s();
  (void)printf("{\"p256_signatures_per_s\": %.0f, \"p256_many_per_s\": %.0f, \"fsyncs_per_s\": %.0f}\n", signatures, many, fsyncs_per_s(argv[1]));
  return 0;
}
