/* oidc/readings.h: what access tokens say that were presented lately, so that a token shown again is not taken apart again. (private to oidc/)
 *
 * A reading is found by the mark of the whole token (oidc/seen.h): what is said of another token is never found. It is neither proof nor permission:
 * signature, time, grant and client are checked at each presentation.
 * Lost with the process, or when others need the room: the token is read again.
 * Threads    any.
 */
#pragma once
#include "codec/jin.h"
#include "oidc/seen.h"

/* In all, some 3 KiB each, and only of tokens that somebody presents here. */
enum { OIDC_READINGS_MAX = 512 };

struct oidc_readings;
struct oidc_readings *oidc_readings_new(void);
void oidc_readings_free(struct oidc_readings **readings); /* NULL is fine */
/* The claims again, in the arena; NULL: not kept. */
const struct jin *oidc_readings_find(struct oidc_readings *readings, const struct oidc_mark *mark, struct arena *arena);
void oidc_readings_keep(struct oidc_readings *readings, const struct oidc_mark *mark, const struct jin *claims);
