/* oidc/seen.h: marks that were seen lately: proofs used once, tokens that verified. (private to oidc/)
 *
 * A mark is the front of a SHA-256, 128 bits. It is remembered for at least the window, for at most twice as long; memory is as much as came meanwhile.
 * Where forgetting only costs time, a bound on their number may forget them earlier.
 * Lost with the process: who relies on it says what a restart does.
 * Threads    any.
 */
#pragma once
#include "base/slice.h"

struct oidc_seen;
struct oidc_mark {
  uint64_t halves[2];
};
/* kept_max: so many of the newest are kept for certain, at most twice as many in all; 0: all, which a guard against replays needs. */
struct oidc_seen *oidc_seen_new(int64_t window_s, size_t kept_max);
void oidc_seen_free(struct oidc_seen **seen); /* NULL is fine */
/* Of parts, each with its length before it. */
struct oidc_mark oidc_mark_of(struct slice first, struct slice second);
/* true: it was not there, and is now. Of any number at once, one. */
bool oidc_seen_add(struct oidc_seen *seen, const struct oidc_mark *mark, int64_t now_s);
bool oidc_seen_has(struct oidc_seen *seen, const struct oidc_mark *mark, int64_t now_s);
