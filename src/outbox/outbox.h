/* outbox/outbox.h: every delivery to somewhere else: a row, written in the same transaction as what it delivers, and
 * taken away by its acknowledgement. At least once on the wire, once at the receiver (idempotency key = outbox id).
 *
 * Standard   RFC 9421 signatures and RFC 9530 Content-Digest on request and acknowledgement (exchange/exchange.h).
 * Retries    1 s, doubling to 5 min, with jitter; for ever, and visible (attempts, last error, next attempt).
 *            A destination that is not configured keeps its rows pending until it is.
 * Families   many receivers reached in one way (relying parties): a row's destination is "family/member". Each member is a
 *            destination of its own; one that does not answer is tried by one row at a time, and its others wait with it.
 * Traces     a row keeps the W3C trace context of the request that added it, and its delivery belongs to that trace.
 * Threads    outbox_add inside a write; the runner has a thread a destination, so that a slow receiver delays nobody
 *            else, and some threads a family, which take one member each.
 */
#pragma once
#include "ledger/ledger.h"

enum outbox_error {
  OUTBOX_UNREACHABLE = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_OUTBOX, 2), /* The receiver did not answer. */
  OUTBOX_REFUSED = RESULT_CODE(RESULT_REFUSED, MODULE_OUTBOX, 3),         /* The receiver answered with a refusal. */
  OUTBOX_ACK_INVALID =
      RESULT_CODE(RESULT_REFUSED, MODULE_OUTBOX, 4), /* The acknowledgement's signature or content is wrong. */
};

extern const struct db_migration outbox_migrations[];

/* PENDING -> ACKNOWLEDGED. Nothing else: a delivery is never given up. */
enum outbox_state { OUTBOX_PENDING = 1, OUTBOX_ACKNOWLEDGED };

struct outbox_item {
  int64_t person_id;
  int64_t outbox_id;            /* set by outbox_add; the idempotency key on the wire */
  struct slice destination;     /* "wallet", "national_portal", "relying_parties/library" */
  struct slice kind;            /* "lltp.result" */
  struct slice reference;       /* dossier code */
  struct slice payload;         /* JSON: what the receiver needs beside the document */
  struct slice document_sha256; /* 32 bytes; empty: no document. The bytes are in document_bytes (wallet/wallet.h) */
  enum outbox_state state;
  int32_t attempts;
  int64_t created_at_ms;
  int64_t next_attempt_at_ms;
  int64_t acknowledged_at_ms; /* 0: not yet */
  struct slice trace;         /* traceparent of the request it comes from, and behind a space its tracestate; empty: of none */
  struct slice last_error;    /* a word for people: "unreachable", "refused", "acknowledgement_invalid"; empty: none */
};

/* Inside a write. */
MUST_USE result outbox_add(struct env *env, struct db_tx *tx, struct outbox_item *item);
/* Inside a write: what of one dossier is still pending is due now, whatever its next attempt was. Wake the runner after
 * it. */
MUST_USE result outbox_retry_now(struct env *env, struct db_tx *tx, int64_t person_id, struct slice reference);
/* The deliveries of one dossier, in order of creation. */
struct outbox_item_list {
  struct outbox_item *items;
  size_t count;
};
MUST_USE result outbox_of_reference(struct db_tx *tx, struct arena *arena, int64_t person_id, struct slice reference,
                                    struct outbox_item_list *ret_list);

/* Whether it goes to that destination, or to a member of that family. */
bool outbox_is_to(const struct outbox_item *item, struct slice name);

/* How one destination is reached: one of deliver and keep. */
struct outbox_destination {
  struct slice name;
  int family_lanes; /* 0: one receiver. Else `name` is a family, and as many of its members are delivered to at once */
  /* Elsewhere: runs outside any transaction and returns the acknowledgement (the receiver's signed bytes); OUTBOX_... on
   * failure. May run again for a delivery whose acknowledgement was not stored. */
  result (*deliver)(struct env *env, void *context, const struct outbox_item *item, struct arena *arena,
                    struct slice *ret_acknowledgement);
  /* Here: runs inside the write that stores the acknowledgement, so it happens exactly once. */
  result (*keep)(struct env *env, struct db_tx *tx, const struct outbox_item *item, struct arena *arena);
  void *context;
};
struct outbox_runner;
struct outbox_options {
  const struct outbox_destination *destinations; /* kept by the caller while the runner lives */
  size_t destination_count;
  /* Runs inside the write that stores the acknowledgement: what follows from it (dossier/, wallet/). May be NULL. */
  result (*acknowledged)(struct env *env, struct db_tx *tx, struct arena *arena, const struct outbox_item *item);
};
MUST_USE result outbox_runner_open(struct env *env, const struct outbox_options *options,
                                   struct outbox_runner **ret_runner);
void outbox_runner_wake(
    struct outbox_runner *runner); /* after a write that added rows: deliver now, not at the next tick */
void outbox_runner_close(struct outbox_runner **runner); /* finishes what is in flight; the rest stays in its rows */
/* One round over everything due, in the caller's thread: CLI, replay and tests. ret_left: rows still pending. */
MUST_USE result outbox_deliver_due(struct env *env, const struct outbox_options *options, int64_t *ret_left);

/* ---- figures ---- */
enum { OUTBOX_BACKLOG_MAX = 64 };
struct outbox_backlog {
  struct slice destination;
  int64_t waiting;
  int64_t oldest_at_ms; /* when the oldest of them was added */
};
/* What is not acknowledged yet, by destination; of more destinations than the array holds, the first by name. */
MUST_USE result outbox_backlog(struct db_tx *tx, struct arena *arena, struct outbox_backlog ret_backlog[OUTBOX_BACKLOG_MAX], size_t *ret_count);
