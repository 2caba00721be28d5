/* wallet/wallet.h: the documents a person holds. Bytes lie in document_bytes, keyed by their SHA-256 and written with
 * the state change that made them, never as files.
 *
 * Does not   verify signatures (sign/) or render (pdf/).
 */
#pragma once
#include "outbox/outbox.h"

enum wallet_error {
  WALLET_DOCUMENT_UNKNOWN =
      RESULT_CODE(RESULT_NOT_FOUND, MODULE_WALLET, 1),                   /* No such document in this person's wallet. */
  WALLET_BYTES_ALTERED = RESULT_CODE(RESULT_INTERNAL, MODULE_WALLET, 2), /* Stored bytes do not hash to their key. */
};

extern const struct db_migration wallet_migrations[];

/* VALID -> REVOKED. Expiry is computed from expires_at, never stored as a state. */
enum wallet_state { WALLET_VALID = 1, WALLET_REVOKED };

struct wallet_document {
  int64_t person_id;
  int64_t document_id;
  struct slice type;      /* "lltp_1", "lltp_2" */
  struct slice number;    /* the certificate's own number */
  struct slice reference; /* dossier code */
  struct slice issuer;    /* agency name */
  int32_t issued_on;      /* civil date */
  uint8_t sha256[32];
  enum wallet_state state;
  int64_t integrated_at_ms; /* when it arrived in the wallet */
};

/* Inside a write: stores bytes once per content; ret_sha256 is their key. */
MUST_USE result wallet_bytes_put(struct db_tx *tx, struct slice bytes, uint8_t ret_sha256[32]);
/* Inside a write: for a document that another one replaces. */
MUST_USE result wallet_bytes_drop(struct db_tx *tx, const uint8_t sha256[32]);
/* Re-hashed on every load. */
MUST_USE result wallet_bytes_get(struct db_tx *tx, struct arena *arena, const uint8_t sha256[32],
                                 struct slice *ret_bytes);
/* Inside a write: idempotent per (person, reference, type). */
MUST_USE result wallet_document_add(struct env *env, struct db_tx *tx, struct wallet_document *document);
MUST_USE result wallet_document_load(struct db_tx *tx, struct arena *arena, int64_t person_id, int64_t document_id,
                                     struct wallet_document *ret_document);
MUST_USE result wallet_document_list(struct db_tx *tx, struct arena *arena, int64_t person_id,
                                     struct wallet_document **ret_documents, size_t *ret_count);
