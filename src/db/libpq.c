#include "db/libpq.h"

#include <pthread.h>

#include "base/library.h"

static pthread_once_t loaded_once = PTHREAD_ONCE_INIT;
static struct db_libpq functions;
static struct fault why_not; /* code 0: it is there */

static void load(void) {
#define DB_LIBPQ_NAME(name) #name,
  static const char *const names[] = {DB_LIBPQ_FUNCTIONS(DB_LIBPQ_NAME)};
  const struct library library = {.file = "libpq.so.5", .package = "libpq5", .names = names, .count = sizeof names / sizeof *names};
  if (!is_ok(library_load(&library, &functions))) {
    why_not = *fault_last();
  }
}

result db_libpq_load(void) {
  (void)pthread_once(&loaded_once, load);
  return why_not.code == 0 ? OK : fault_set(why_not.file, why_not.line, why_not.code, "%s", why_not.detail);
}

const struct db_libpq *db_libpq(void) { return &functions; }
