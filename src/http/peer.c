#include "base/buf.h"
#include "http/curl.h"
#include "http/http.h"

enum { TIMEOUT_MS = 5000, CONNECT_MS = 3000 };

static void close_curl(CURL **curl) { curl_easy_cleanup(*curl); }

static CURLcode connect_to(CURL *curl, const char *url, long is_verified) {
  curl_easy_setopt(curl, CURLOPT_URL, url);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)TIMEOUT_MS);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(curl, CURLOPT_CERTINFO, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, is_verified);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, is_verified != 0 ? 2L : 0L);
  return curl_easy_perform(curl);
}

static struct slice chain_of(CURL *curl, struct arena *arena) {
  struct curl_certinfo *found = NULL;
  struct buf chain;
  buf_init(&chain, arena, 4096);
  if (curl_easy_getinfo(curl, CURLINFO_CERTINFO, &found) != CURLE_OK || found == NULL) {
    return (struct slice){0};
  }
  for (int i = 0; i < found->num_of_certs; i++) {
    for (const struct curl_slist *at = found->certinfo[i]; at != NULL; at = at->next) {
      struct slice line = slice_str(at->data);
      if (slice_starts(line, S("Cert:"))) {
        buf_append(&chain, slice_from(line, 5));
        buf_append(&chain, S("\n"));
      }
    }
  }
  return buf_slice(&chain);
}

/* Asked twice: a connection that is refused for its certificate does not show it. */
result http_peer_look(struct slice url, struct arena *arena, struct http_peer *ret_peer) {
  TRY(http_curl_load());
  CURL *curl CLEANUP(close_curl) = curl_easy_init();
  CURL *strict CLEANUP(close_curl) = curl_easy_init();
  if (curl == NULL || strict == NULL) {
    FAIL(BASE_IO, "curl_easy_init");
  }
  const char *address = arena_cstr(arena, url);
  CURLcode outcome = connect_to(curl, address, 0);
  if (outcome != CURLE_OK) {
    bool is_met = outcome != CURLE_COULDNT_RESOLVE_HOST && outcome != CURLE_COULDNT_CONNECT && outcome != CURLE_OPERATION_TIMEDOUT;
    FAIL(is_met ? HTTP_PEER_LOST : HTTP_PEER_UNREACHABLE, "%s", curl_easy_strerror(outcome));
  }
  CURLcode judged = connect_to(strict, address, 1);
  *ret_peer = (struct http_peer){chain_of(curl, arena), judged == CURLE_OK ? NULL : curl_easy_strerror(judged)};
  return OK;
}
