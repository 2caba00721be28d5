#include "oidc/uri.h"

enum { URI_BYTES_MAX = 1024 };

/* No spaces, controls, quotes or backslashes: what a browser would read in another way than we do. */
static bool is_plain(struct slice text) {
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] <= ' ' || text.ptr[i] >= 0x7f || strchr("\\\"<>^`{|}#", text.ptr[i]) != NULL) {
      return false;
    }
  }
  return text.len > 0 && text.len <= URI_BYTES_MAX;
}

static bool is_host(struct slice host) {
  bool is_literal = host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']';
  const char *allowed = is_literal ? "0123456789abcdef:.[]" : "abcdefghijklmnopqrstuvwxyz0123456789.-";
  for (size_t i = 0; i < host.len; i++) {
    if (strchr(allowed, host.ptr[i]) == NULL) {
      return false;
    }
  }
  return host.len > 0 && host.ptr[0] != '.' && host.ptr[0] != '-';
}

static bool is_port(struct slice port) {
  for (size_t i = 0; i < port.len; i++) {
    if (port.ptr[i] < '0' || port.ptr[i] > '9') {
      return false;
    }
  }
  return port.len > 0 && port.len <= 5;
}

/* host[:port]; false for a user, an empty port, or letters that are none of a host's. */
static bool split_authority(struct slice authority, struct oidc_uri *uri) {
  size_t inside = authority.len > 0 && authority.ptr[0] == '[' ? slice_find(authority, ']', 0) : 0;
  size_t colon = slice_find(authority, ':', inside);
  uri->host = slice_sub(authority, 0, colon);
  uri->port = slice_from(authority, colon + 1);
  return is_host(uri->host) && (colon == authority.len || is_port(uri->port));
}

bool oidc_uri_parse(struct slice text, struct oidc_uri *ret_uri) {
  struct oidc_uri uri = {0};
  size_t prefix = slice_starts(text, S("https://")) ? 8 : 7;
  if (!is_plain(text) || (prefix == 7 && !slice_starts(text, S("http://")))) {
    return false;
  }
  struct slice after = slice_from(text, prefix);
  size_t end = slice_find(after, '/', 0);
  size_t query = slice_find(after, '?', 0);
  end = query < end ? query : end;
  uri.scheme = slice_sub(text, 0, prefix - 3);
  uri.rest = slice_from(after, end);
  if (!split_authority(slice_sub(after, 0, end), &uri)) {
    return false;
  }
  *ret_uri = uri;
  return true;
}

bool oidc_uri_is_loopback(const struct oidc_uri *uri) {
  return slice_is(uri->host, "127.0.0.1") || slice_is(uri->host, "[::1]") || slice_is(uri->host, "localhost");
}

bool oidc_uri_is_same(struct slice registered, struct slice asked, bool is_native) {
  struct oidc_uri a;
  struct oidc_uri b;
  if (slice_eq(registered, asked)) { /* [RFC9700 2.1 MUST] exact string matching */
    return true;
  }
  return is_native && oidc_uri_parse(registered, &a) && oidc_uri_parse(asked, &b) && slice_is(a.scheme, "http") &&
         oidc_uri_is_loopback(&a) && slice_eq(a.scheme, b.scheme) && slice_eq(a.host, b.host) && slice_eq(a.rest, b.rest);
}

struct slice oidc_uri_origin(struct arena *arena, struct slice text) {
  struct oidc_uri uri;
  if (!oidc_uri_parse(text, &uri)) {
    return (struct slice){0};
  }
  return arena_printf(arena, "%.*s://%.*s%s%.*s", SLICE_ARG(uri.scheme), SLICE_ARG(uri.host), uri.port.len > 0 ? ":" : "", SLICE_ARG(uri.port));
}
