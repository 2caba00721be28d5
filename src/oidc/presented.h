/* oidc/presented.h: notes with which certificate a client has just proven itself, once a day. (private to oidc/)
 *
 * Does not   fail: a note that cannot be written today, since nothing can, is written tomorrow.
 */
#pragma once
#include "crypto/client_certificate.h"
#include "oidc/memory.h"

/* Not inside a write. */
void oidc_presented_note(struct env *env, struct slice client_id, const struct client_certificate *certificate);
