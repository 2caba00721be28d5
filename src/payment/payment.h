/* payment/payment.h: fee requests, what banks report, and refunds due.
 *
 * Standard   VietQR over EMV merchant-presented QR, CRC-16/CCITT-FALSE.
 * Does not   authenticate the bank (api/payments.c) nor move a dossier (dossier/ reacts to payment_outcome in the same
 *            write).
 * Shapes     amounts in VND, whole; reference: "LLTP" + 10 of [0-9A-HJKMNP-TV-Z], unique, ascending with time, what the
 *            payer's bank sends back.
 * Keeps      every notification by its transaction id, also for unknown references: money that arrived is never
 *            dropped; what cannot be used becomes a refund due.
 */
#pragma once
#include "ledger/ledger.h"

enum payment_error {
  PAYMENT_REFERENCE_UNKNOWN = RESULT_CODE(
      RESULT_NOT_FOUND, MODULE_PAYMENT, 1), /* No fee request has that reference; the money is kept as a refund due. */
  PAYMENT_TRANSACTION_DIFFERS =
      RESULT_CODE(RESULT_CONFLICT, MODULE_PAYMENT, 2), /* That transaction was reported before with other content. */
  PAYMENT_AMOUNT =
      RESULT_CODE(RESULT_INVALID, MODULE_PAYMENT, 3), /* The amount is not a positive whole number of VND in range. */
  PAYMENT_QR_FIELD =
      RESULT_CODE(RESULT_INVALID, MODULE_PAYMENT, 4), /* A VietQR field is empty, too long or not ASCII. */
  PAYMENT_NOT_FOUND = RESULT_CODE(RESULT_NOT_FOUND, MODULE_PAYMENT, 5), /* No fee request for that dossier. */
  PAYMENT_TRANSACTION =
      RESULT_CODE(RESULT_INVALID, MODULE_PAYMENT, 6), /* A transaction id is 1 to 64 of A-Z, a-z, 0-9, dot, _ and -. */
};

extern const struct db_migration payment_migrations[];

/* DUE -> SETTLED (all paid) | CANCELLED (dossier withdrawn, refused or free). Money for anything but DUE is refunded
 * whole. */
enum payment_state { PAYMENT_DUE = 1, PAYMENT_SETTLED, PAYMENT_CANCELLED };

struct payment_request {
  int64_t person_id;
  int64_t payment_id;
  struct slice dossier_code;
  struct slice reference;
  int64_t amount;
  int64_t paid; /* what counts towards amount; never more than it */
  enum payment_state state;
  int64_t created_at_ms;
  int64_t settled_at_ms; /* 0: not yet */
};

/* Inside a write: asks for `amount` (> 0) for a dossier. */
MUST_USE result payment_request_create(struct env *env, struct db_tx *tx, struct arena *arena,
                                       struct payment_request *request);
/* PAYMENT_NOT_FOUND when the dossier never had a fee to pay. */
MUST_USE result payment_request_load(struct db_tx *tx, struct arena *arena, int64_t person_id,
                                     struct slice dossier_code, struct payment_request *ret_request);
/* Inside a write: no more money is asked for; what was paid becomes a refund due when `refund` says so. */
MUST_USE result payment_request_cancel(struct env *env, struct db_tx *tx, const struct payment_request *request,
                                       bool refund);

struct payment_notification {
  struct slice transaction_id; /* the bank's, 1..64 of [A-Za-z0-9._-] */
  struct slice reference;      /* as the payer sent it; blanks and case do not matter */
  int64_t amount;
  int64_t paid_at_ms;
};
struct payment_outcome {
  struct payment_request request; /* after the payment */
  int64_t refund;                 /* VND of this transaction that became a refund due */
  bool settled_now;               /* this transaction completed the fee */
  bool repeated;                  /* reported before, same content: nothing changed */
  bool unknown; /* no such reference: kept as a refund due; answer PAYMENT_REFERENCE_UNKNOWN after the commit */
};
/* Inside a write: books one report of money received. Same transaction id and content: same outcome, nothing booked
 * twice. */
MUST_USE result payment_apply(struct env *env, struct db_tx *tx, struct arena *arena,
                              const struct payment_notification *notification, struct payment_outcome *ret_outcome);

/* Due back. Lists of them: report_refunds. */
struct payment_refund {
  int64_t person_id; /* 0: the reference was unknown */
  int64_t refund_id;
  struct slice dossier_code;
  struct slice transaction_id;
  int64_t amount;
  struct slice reason; /* "excess", "second_payment", "closed", "unknown_reference", "withdrawn" */
  int64_t created_at_ms;
};
/* What is due back for one dossier, in all. */
MUST_USE result payment_refund_due(struct db_tx *tx, int64_t person_id, struct slice dossier_code, int64_t *ret_amount);

/* A dynamic VietQR. Fields are ASCII. */
struct payment_vietqr {
  struct slice bank_bin; /* 6 digits */
  struct slice account;  /* 1..19 */
  int64_t amount;        /* 1..9,999,999,999,999 */
  struct slice purpose;  /* 1..25: the reference */
};
MUST_USE result payment_vietqr_write(struct arena *arena, const struct payment_vietqr *qr, struct slice *ret_text);
uint16_t payment_crc16(struct slice bytes); /* CRC-16/CCITT-FALSE */
