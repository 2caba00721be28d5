/* server/ping.h: tells a bank or a counter that its person has answered. (private to server/) */
#pragma once
#include "outbox/outbox.h"

/* The outbox's way to it: one POST with the client's own token [CIBA 10.2]; given up when the request runs out. context: whether loopback may be called
 * (bool *). */
MUST_USE result server_ping_send(struct env *env, void *context, const struct outbox_item *item, struct arena *arena, struct slice *ret_acknowledgement);
