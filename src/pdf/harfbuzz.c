#include "pdf/harfbuzz.h"

#include <pthread.h>

#include "base/library.h"

static pthread_once_t loaded_once = PTHREAD_ONCE_INIT;
static struct pdf_harfbuzz functions;
static struct pdf_harfbuzz_subset subset_functions;
static struct fault why_not; /* code 0: it is there */

static result load_both(void) {
#define PDF_HARFBUZZ_NAME(name) #name,
  static const char *const names[] = {PDF_HARFBUZZ_FUNCTIONS(PDF_HARFBUZZ_NAME)};
  static const char *const subset_names[] = {PDF_HARFBUZZ_SUBSET_FUNCTIONS(PDF_HARFBUZZ_NAME)};
  const struct library library = {.file = "libharfbuzz.so.0", .package = "libharfbuzz0b", .names = names, .count = sizeof names / sizeof *names};
  const struct library subset = {
      .file = "libharfbuzz-subset.so.0", .package = "libharfbuzz-subset0", .names = subset_names, .count = sizeof subset_names / sizeof *subset_names};
  TRY(library_load(&library, &functions));
  return library_load(&subset, &subset_functions);
}

static void load(void) {
  if (!is_ok(load_both())) {
    why_not = *fault_last();
  }
}

result pdf_harfbuzz_load(void) {
  (void)pthread_once(&loaded_once, load);
  return why_not.code == 0 ? OK : fault_set(why_not.file, why_not.line, why_not.code, "%s", why_not.detail);
}

const struct pdf_harfbuzz *pdf_harfbuzz(void) { return &functions; }

const struct pdf_harfbuzz_subset *pdf_harfbuzz_subset(void) { return &subset_functions; }
