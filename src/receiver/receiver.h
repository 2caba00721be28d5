/* receiver/receiver.h: the other side of a delivery: a small system with a durable store of its own, as the national
 * portal and a provincial system are. The demonstration and the tests run two of them as separate processes; an
 * integrator reads it as the reference receiver.
 *
 *   POST /deliveries              RFC 9421 signed by Danh; answers a signed acknowledgement; the same delivery again
 * gets the same one GET  /deliveries              what has arrived, newest first (200 at most) GET
 * /deliveries/{reference}  one dossier's GET  /healthz
 *
 * Durable    acknowledged means stored and synced. Killed at any moment, it loses nothing acknowledged and doubles
 * nothing: the delivery's idempotency key is its primary key. Shapes     DIR/receiver.db, DIR/receiver.key (PKCS#8,
 * 0600). Body and acknowledgement: doc/api/delivery.md.
 */
#pragma once
#include "env/env.h"

enum receiver_error {
  RECEIVER_BODY = RESULT_CODE(RESULT_INVALID, MODULE_RECEIVER, 1), /* Not a delivery. */
  RECEIVER_DIFFERS =
      RESULT_CODE(RESULT_CONFLICT, MODULE_RECEIVER, 2), /* That idempotency key was used for another content. */
  RECEIVER_KEY_FILE = RESULT_CODE(RESULT_INTERNAL, MODULE_RECEIVER, 3), /* The key file cannot be read or made. */
  RECEIVER_FOREIGN_READER = RESULT_CODE(RESULT_REFUSED, MODULE_RECEIVER, 4), /* What arrived is shown on this machine alone. */
};

struct receiver_options {
  const char *data_dir;  /* made if absent */
  const char *listen;    /* "127.0.0.1:9001" */
  struct slice name;     /* "national_portal": the key id of its acknowledgements */
  struct slice origin;   /* "http://127.0.0.1:9001": what senders were told */
  struct slice peer_key; /* DER SubjectPublicKeyInfo of message/danh */
  const struct clock *clock;
};
struct receiver;
MUST_USE result receiver_open(const struct receiver_options *options, struct receiver **ret_receiver);
int receiver_port(const struct receiver *receiver);
/* Finishes what is in flight. */
void receiver_close(struct receiver **receiver);
/* The public key its acknowledgements verify with; makes DIR and the key if absent. DER SubjectPublicKeyInfo. */
MUST_USE result receiver_public_key(const char *data_dir, struct arena *arena, struct slice *ret_spki);
