/* oidc/requests.h: requests that were kept here a moment ago, so that each step of a login does not read its row again. (private to oidc/)
 *
 * What is held is what the row says; whether it is still unused, the write that uses it decides as ever. Held by who stored it, after the commit; let go by
 * who uses it, before the commit. So nobody finds here what the row no longer says. With another node on the same database it would not hold: then
 * nothing is held.
 *
 * Shapes     so many at a time, one in each place: whose place is taken is read from the row again.
 * Threads    any.
 */
#pragma once
#include "base/arena.h"
#include "crypto/digest.h"

struct oidc_requests;
struct oidc_request_row {
  int64_t request_id;
  uint8_t secret_hash[DIGEST_BYTES];
  struct slice client_id;
  struct slice parameters;
  struct slice dpop_jkt;
  bool was_signed;
  bool is_pushed;
};
struct oidc_requests *oidc_requests_new(void);
void oidc_requests_free(struct oidc_requests **requests); /* NULL is fine */
void oidc_requests_hold(struct oidc_requests *requests, const struct oidc_request_row *row);
/* false: not here. Its texts are in the arena. */
bool oidc_requests_find(struct oidc_requests *requests, int64_t request_id, struct arena *arena, struct oidc_request_row *ret_row);
void oidc_requests_let_go(struct oidc_requests *requests, int64_t request_id);
