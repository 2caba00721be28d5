/* oidc/uri.h: the addresses clients register and send. (private to oidc/)
 * Standard   RFC 3986 in its plain form: ASCII, no user, no fragment; RFC 6749 3.1.2; RFC 8252 7.3; FAPI 2.0 5.3.2.2-8.
 */
#pragma once
#include "base/arena.h"

struct oidc_uri {
  struct slice scheme;    /* "https" or "http", small letters */
  struct slice host;      /* small letters; IPv6 with its brackets */
  struct slice port;      /* digits; empty: the scheme's own */
  struct slice rest;      /* path and query, as written; may be empty */
};
/* false: anything else than an absolute http(s) address in that form. */
bool oidc_uri_parse(struct slice text, struct oidc_uri *ret_uri);
/* 127.0.0.1, [::1], localhost */
bool oidc_uri_is_loopback(const struct oidc_uri *uri);
/* The same letter by letter; a loopback address of a native client may have another port [RFC8252 7.3 MUST]. */
bool oidc_uri_is_same(struct slice registered, struct slice asked, bool is_native);
/* "https://bank.example:8443" */
struct slice oidc_uri_origin(struct arena *arena, struct slice text);
