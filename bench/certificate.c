/* bench/certificate.c: certificates a second on one core, with both signatures, split into layout, signing and
 * verifying, beside the machine's raw P-256 rate measured in the same run.
 *
 *   sign       P-256 signatures of a digest, nothing else: the calibration
 *   layout     pdf_certificate_write
 *   signing    both signatures: prepare, raw signature by a key in this process, check, fit in
 *   total      layout and signing
 *   verify     sign_verify of a sealed file: two signatures, two chains, every byte
 * Times are of this thread's processor, so that others on the machine count less. Rounds of all of them take turns, so that
 * a machine that drifts drifts for all alike: the ratio at the end is what can be compared. Prints one JSON object.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sign/fixture.h"

enum { ROUNDS = 20, SIGNS = 200, PAPERS = 40, VERIFICATIONS = 10 };

static void require(result done) {
  if (!is_ok(done)) {
    (void)fprintf(stderr, "%s:%d: %s\n", fault_last()->file, fault_last()->line, fault_last()->detail);
    exit(1);
  }
}

static int64_t processor_us(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct figures {
  int64_t open_us, sign_us, layout_us, signing_us, verify_us;
  size_t bytes;
};

static int64_t bench_sign(struct sign_fixture *fixture, struct arena *arena) {
  uint8_t digest[DIGEST_BYTES] = {1};
  struct slice signature;
  int64_t began = processor_us();
  for (int i = 0; i < SIGNS; i++) {
    digest[1] = (uint8_t)i;
    require(key_sign(fixture->keys[FIXTURE_PERSON], digest, arena, &signature));
  }
  return processor_us() - began;
}

static struct slice bench_paper(struct sign_fixture *fixture, struct arena *arena, struct figures *figures,
                                int number) {
  struct pdf_certificate paper = sign_fixture_paper();
  struct slice pdf;
  paper.number = arena_printf(arena, "25HN2024/%05d", number);
  int64_t began = processor_us();
  require(pdf_certificate_write(fixture->renderer, arena, &paper, &pdf));
  int64_t laid_out = processor_us();
  struct sign_order order = sign_fixture_order(fixture, SIGN_PERSON, pdf);
  require(sign_fixture_sign(fixture, arena, &order, &pdf));
  order = sign_fixture_order(fixture, SIGN_SEAL, pdf);
  require(sign_fixture_sign(fixture, arena, &order, &pdf));
  figures->layout_us += laid_out - began;
  figures->signing_us += processor_us() - laid_out;
  figures->bytes = pdf.len;
  return pdf;
}

static int64_t bench_verify(const struct sign_fixture *fixture, struct arena *arena, struct slice pdf) {
  const struct x509_trust trust = {.root = fixture->root, .at_ms = fixture->now_ms + 3600 * 1000};
  struct sign_report report;
  int64_t began = processor_us();
  for (int i = 0; i < VERIFICATIONS; i++) {
    require(sign_verify(arena, pdf, &trust, &report));
  }
  return processor_us() - began;
}

static double rate(int64_t count, int64_t us) {
  return (double)count * 1e6 / (double)(us > 0 ? us : 1);
}

int main(void) {
  struct figures figures = {0};
  struct sign_fixture fixture;
  struct arena arena = {0};
  struct pdf_renderer *renderer = NULL;
  int64_t began = processor_us();
  require(pdf_renderer_open(&renderer));
  figures.open_us = processor_us() - began;
  pdf_renderer_close(renderer);
  sign_fixture_open(&fixture);
  for (int round = 0; round < ROUNDS; round++) {
    figures.sign_us += bench_sign(&fixture, &arena);
    struct slice pdf = {0};
    for (int i = 0; i < PAPERS; i++) {
      arena_reset(&arena);
      pdf = bench_paper(&fixture, &arena, &figures, round * PAPERS + i);
    }
    figures.verify_us += bench_verify(&fixture, &arena, pdf);
    arena_reset(&arena);
  }
  const int64_t papers = (int64_t)ROUNDS * PAPERS;
  double signs = rate((int64_t)ROUNDS * SIGNS, figures.sign_us);
  double total = rate(papers, figures.layout_us + figures.signing_us);
  (void)printf(
      "{\"p256_signatures_per_s\": %.0f, \"certificates_per_s\": %.0f, \"layout_us\": %.0f, \"two_signatures_us\": "
      "%.0f, "
      "\"verify_us\": %.0f, \"bytes\": %zu, \"renderer_open_us\": %lld, \"certificates_per_1000_signatures\": %.1f}\n",
      signs, total, (double)figures.layout_us / (double)papers, (double)figures.signing_us / (double)papers,
      (double)figures.verify_us / (ROUNDS * VERIFICATIONS), figures.bytes, (long long)figures.open_us,
      total * 1000 / signs);
  sign_fixture_close(&fixture);
  arena_free(&arena);
  return 0;
}
