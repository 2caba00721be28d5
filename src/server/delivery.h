/* server/delivery.h: how a result reaches another public system: over HTTP, signed, and acknowledged with a signature. (private to server/)
 * Standard   RFC 9421, RFC 9530 through exchange/; body and acknowledgement: doc/api/delivery.md.
 */
#pragma once
#include "outbox/outbox.h"

struct server_peer {
  struct slice name;       /* "national_portal": destination, and key id of its acknowledgements */
  struct slice url;        /* "http://127.0.0.1:9001/deliveries" */
  struct slice public_key; /* DER SubjectPublicKeyInfo */
  const char *ca_path;     /* PEM of those whose certificates count at its address; NULL: the system's */
  bool is_loopback_allowed;
};
/* For outbox_destination; context: a struct server_peer. OUTBOX_UNREACHABLE with why. */
MUST_USE result server_delivery_send(struct env *env, void *context, const struct outbox_item *item, struct arena *arena,
                                     struct slice *ret_acknowledgement);
