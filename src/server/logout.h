/* server/logout.h: tells relying parties that a session has ended. (private to server/) */
#pragma once
#include "oidc/oidc.h"
#include "outbox/outbox.h"

/* A thread that looks for ended sessions twice a second and wakes the outbox. */
struct server_logout;
MUST_USE result server_logout_open(struct env *env, struct outbox_runner *outbox, struct server_logout **ret_logout);
void server_logout_close(struct server_logout **logout);

/* The outbox's way to one relying party: POST of a logout token made for this try. */
MUST_USE result server_logout_send(struct env *env, void *context, const struct outbox_item *item, struct arena *arena,
                                   struct slice *ret_acknowledgement);
