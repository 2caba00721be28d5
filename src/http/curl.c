#include "http/curl.h"

#include <pthread.h>

#include "base/library.h"

static pthread_once_t loaded_once = PTHREAD_ONCE_INIT;
static struct http_curl functions;
static struct fault why_not; /* code 0: it is there */

static void load(void) {
#define HTTP_CURL_NAME(name) #name,
  static const char *const names[] = {HTTP_CURL_FUNCTIONS(HTTP_CURL_NAME)};
  const struct library library = {.file = "libcurl.so.4", .package = "libcurl4", .names = names, .count = sizeof names / sizeof *names};
  if (!is_ok(library_load(&library, &functions))) {
    why_not = *fault_last();
    return;
  }
  (void)curl_global_init(CURL_GLOBAL_DEFAULT); /* what fails here fails again in curl_easy_init */
}

result http_curl_load(void) {
  (void)pthread_once(&loaded_once, load);
  return why_not.code == 0 ? OK : fault_set(why_not.file, why_not.line, why_not.code, "%s", why_not.detail);
}

const struct http_curl *http_curl(void) { return &functions; }
