/* http/curl.h: libcurl, loaded at the first call of another system: it brings thirty libraries, which no start waits for. (private to http/)
 *
 * Whoever calls begins with http_curl_load; the names below are then libcurl's own functions.
 */
#pragma once
#include <curl/curl.h>

#include "base/result.h"

#define HTTP_CURL_FUNCTIONS(EACH) \
  EACH(curl_easy_cleanup)         \
  EACH(curl_easy_getinfo)         \
  EACH(curl_easy_init)            \
  EACH(curl_easy_perform)         \
  EACH(curl_easy_setopt)          \
  EACH(curl_easy_strerror)        \
  EACH(curl_global_init)          \
  EACH(curl_slist_append)         \
  EACH(curl_slist_free_all)

#define HTTP_CURL_MEMBER(name) __typeof__(name) *name;
struct http_curl {
  HTTP_CURL_FUNCTIONS(HTTP_CURL_MEMBER)
};

/* BASE_LIBRARY: it is not installed. */
MUST_USE result http_curl_load(void);
const struct http_curl *http_curl(void);

#undef curl_easy_getinfo /* macros that look at the kind of the arguments */
#undef curl_easy_setopt
#define curl_easy_cleanup http_curl()->curl_easy_cleanup
#define curl_easy_getinfo http_curl()->curl_easy_getinfo
#define curl_easy_init http_curl()->curl_easy_init
#define curl_easy_perform http_curl()->curl_easy_perform
#define curl_easy_setopt http_curl()->curl_easy_setopt
#define curl_easy_strerror http_curl()->curl_easy_strerror
#define curl_global_init http_curl()->curl_global_init
#define curl_slist_append http_curl()->curl_slist_append
#define curl_slist_free_all http_curl()->curl_slist_free_all
