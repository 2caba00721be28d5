/* oidc/standing.h: what a session may share with a service, as it was last read: that the session stands, its person's account and sharing work, and what they
 * agreed to. (private to oidc/)
 *
 *   authorization endpoint --oidc_standing_keep--> memory --oidc_standing_find--> the next request of that session
 *                                                         --oidc_standing_holds--> the redemption of the code, in its write
 * Whoever changes any of these marks the person in that write (db_mark): a copy is never older than what is committed.
 * Does not   keep what is refused, or a session that acts for another; keep anything where other processes write too.
 * Threads    any.
 */
#pragma once
#include "oidc/consent.h"

/* Places, of some 200 bytes: the logins of the last seconds. */
enum { OIDC_STANDINGS_MAX = 2048 };

struct oidc_standings;
struct oidc_standings *oidc_standings_new(void);
void oidc_standings_free(struct oidc_standings **standings); /* NULL is fine */

/* The agreement's person, client and whom it acts for are given. true: asked and attributes are filled in, and the session may share. */
bool oidc_standing_find(struct env *env, const struct account_session *session, struct oidc_agreement *agreement);
/* Read in a snapshot that began after that moment (db_moment), in which the session may share. */
void oidc_standing_keep(struct env *env, uint64_t moment, const struct account_session *session, const struct oidc_agreement *agreement);
/* Inside a write: the session may still share, and the agreement covers its attributes. false: they must be read. */
bool oidc_standing_holds(struct env *env, struct db_tx *tx, const struct account_session *session, const struct oidc_agreement *agreement);
