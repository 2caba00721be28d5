/* Programs nobody here wrote read our signed papers: pdfsig (poppler, NSS) with a private trust store, openssl cms, qpdf. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/unit_test.h"
#include "sign/fixture.h"

static struct sign_fixture fixture;
static struct arena arena;
static struct slice paper;
static char folder[] = "/tmp/danh-pdfsig-XXXXXX";

static void save(const char *name, struct slice bytes) {
  char path[256];
  (void)snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, file), bytes.len);
  assert_int_equal(fclose(file), 0);
}

/* Runs a shell command inside the folder; its output, and its exit status. */
static const char *run(int *ret_status, const char *command) {
  static char output[64 * 1024];
  char line[2048];
  (void)snprintf(line, sizeof line, "cd %s && ( %s ) 2>&1", folder, command);
  FILE *pipe = popen(line, "r");
  assert_non_null(pipe);
  size_t len = fread(output, 1, sizeof output - 1, pipe);
  output[len] = '\0';
  *ret_status = pclose(pipe);
  return output;
}

static void expect_success(const char *command) {
  int status = 0;
  const char *output = run(&status, command);
  if (status != 0) {
    fail_msg("%s: status %d: %s", command, status, output);
  }
}

static size_t times(const char *text, const char *word) {
  size_t count = 0;
  for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word)) {
    count++;
  }
  return count;
}

static int prepare(void **state) {
  (void)state;
  assert_non_null(mkdtemp(folder));
  sign_fixture_open(&fixture);
  assert_ok(sign_fixture_paper_signed(&fixture, &arena, &paper));
  save("paper.pdf", paper);
  save("root.der", fixture.root);
  expect_success(
      "mkdir nss && certutil -N -d sql:nss --empty-password && "
      "certutil -A -d sql:nss -n danh-root -t CT,C,C -i root.der");
  return 0;
}

static int clean(void **state) {
  (void)state;
  expect_success("rm -r nss && rm -f paper.pdf changed.pdf root.der root.pem content.bin signature.der");
  (void)rmdir(folder);
  sign_fixture_close(&fixture);
  arena_free(&arena);
  return 0;
}

static void pdfsig_trusts_both_and_the_seal_covers_all(void **state) {
  (void)state;
  int status = 0;
  const char *output = run(&status, "pdfsig -nssdir sql:nss paper.pdf");
  if (status != 0 || times(output, "Signature is Valid.") != 2 || times(output, "Certificate is Trusted.") != 2) {
    fail_msg("pdfsig, status %d: %s", status, output);
  }
  assert_int_equal(times(output, "ETSI.CAdES.detached"), 2);
  /* the first covers its own revision, the seal the whole */
  const char *first = strstr(output, "Signature #1:");
  const char *second = strstr(output, "Signature #2:");
  assert_non_null(first);
  assert_non_null(second);
  assert_non_null(strstr(second, "Total document signed"));
  assert_int_equal(times(output, "Total document signed"), 1);
  assert_int_equal(times(output, "Not total document signed"), 1);
}

static void pdfsig_finds_a_change(void **state) {
  (void)state;
  int status = 0;
  struct slice copy = arena_copy(&arena, paper);
  ((uint8_t *)(uintptr_t)copy.ptr)[1000] ^= 1;
  save("changed.pdf", copy);
  const char *output = run(&status, "pdfsig -nssdir sql:nss changed.pdf");
  assert_int_equal(times(output, "Signature is Valid."), 0);
}

static void qpdf_finds_no_fault(void **state) {
  (void)state;
  expect_success("qpdf --check paper.pdf");
}

static void openssl_verifies_the_cms_object(void **state) {
  (void)state;
  struct pdf_document document;
  struct pdf_signature values;
  struct slice contents;
  assert_ok(pdf_document_open(&arena, paper, &document));
  assert_ok(pdf_signature_read(&arena, &document, PDF_FIELD_SEAL, &values, &contents));
  /* what was signed: all but the gap */
  struct slice digits = arena_printf(&arena, "/Contents <%02x%02x", contents.ptr[0], contents.ptr[1]);
  size_t gap = 0;
  for (size_t at = document.revisions[1].end; at + digits.len < paper.len; at++) {
    if (slice_eq(slice_sub(paper, at, digits.len), digits)) {
      gap = at + strlen("/Contents ");
    }
  }
  assert_int_not_equal(gap, 0);
  size_t gap_end = gap + 2 * contents.len + 2;
  struct buf content;
  buf_init(&content, &arena, paper.len);
  buf_append(&content, slice_sub(paper, 0, gap));
  buf_append(&content, slice_from(paper, gap_end));
  save("content.bin", buf_slice(&content));
  save("signature.der", contents);
  expect_success(
      "openssl x509 -inform DER -in root.der -out root.pem && "
      "openssl cms -verify -cades -binary -inform DER -in signature.der -content content.bin -CAfile root.pem "
      "-purpose any -attime 1717560000 -out /dev/null");
}

/* Our own verifier as people run it: the program beside this test. */
static void danh_verify_agrees(void **state) {
  (void)state;
  static const char *const at = "--root root.der --at 2024-06-06T00:00:00Z";
  char program[512];
  char command[1024];
  int status = 0;
  ssize_t len = readlink("/proc/self/exe", program, sizeof program - 1);
  assert_in_range(len, 2, sizeof program - 1);
  program[len] = '\0';
  *strrchr(program, '/') = '\0';
  (void)snprintf(command, sizeof command, "%s/danh verify paper.pdf %s", program, at);
  expect_success(command);
  struct slice copy = arena_copy(&arena, paper);
  ((uint8_t *)(uintptr_t)copy.ptr)[copy.len / 2] ^= 1;
  save("changed.pdf", copy);
  (void)snprintf(command, sizeof command, "%s/danh verify changed.pdf %s", program, at);
  (void)run(&status, command);
  assert_int_equal(WEXITSTATUS(status), 1);
  (void)snprintf(command, sizeof command, "%s/danh verify paper.pdf", program);
  (void)run(&status, command);
  assert_int_equal(WEXITSTATUS(status), 2); /* without a root nothing can be said */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pdfsig_trusts_both_and_the_seal_covers_all),
      cmocka_unit_test(pdfsig_finds_a_change),
      cmocka_unit_test(qpdf_finds_no_fault),
      cmocka_unit_test(openssl_verifies_the_cms_object),
      cmocka_unit_test(danh_verify_agrees),
  };
  return cmocka_run_group_tests(tests, prepare, clean);
}
