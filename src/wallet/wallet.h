/* wallet/wallet.h: the documents a person holds. Bytes lie in document_bytes, keyed by their SHA-256 and written with
 * the state change that made them, never as files.
 *
 * Parts      what begins with the bytes of another document is stored as that one's key and what follows: a sealed
 *            certificate as its signed revision and the seal, that as the front all certificates share and the rest. The
 *            key is always the SHA-256 of the whole, and every load puts the whole together and hashes it.
 * Does not   verify signatures (sign/) or render (pdf/).
 */
#pragma once
#include "outbox/outbox.h"

enum wallet_error {
  WALLET_DOCUMENT_UNKNOWN =
      RESULT_CODE(RESULT_NOT_FOUND, MODULE_WALLET, 1),                   /* No such document in this person's wallet. */
  WALLET_BYTES_ALTERED = RESULT_CODE(RESULT_INTERNAL, MODULE_WALLET, 2), /* Stored bytes do not hash to their key, or are not whole. */
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

struct wallet_bytes {
  struct slice bytes;
  uint8_t sha256[32];
  size_t base_length; /* the first so many bytes are stored by themselves; 0: nothing is */
  uint8_t base_sha256[32];
};
/* Outside a write, because it hashes everything. base_length: how many of the first bytes are a document stored before,
 * or will be the beginning of many. */
void wallet_bytes_prepare(struct slice bytes, size_t base_length, struct wallet_bytes *ret_bytes);
/* Inside a write: stores bytes once per content, and their base if it is not there yet. */
MUST_USE result wallet_bytes_put(struct db_tx *tx, const struct wallet_bytes *bytes);
/* WALLET_BYTES_ALTERED: a part is missing, or the whole does not hash to its key. */
MUST_USE result wallet_bytes_get(struct db_tx *tx, struct arena *arena, const uint8_t sha256[32],
                                 struct slice *ret_bytes);
/* Inside a write: idempotent per (person, reference, type). */
MUST_USE result wallet_document_add(struct env *env, struct db_tx *tx, struct wallet_document *document);
MUST_USE result wallet_document_load(struct db_tx *tx, struct arena *arena, int64_t person_id, int64_t document_id,
                                     struct wallet_document *ret_document);
/* What a dossier brought into a wallet. WALLET_DOCUMENT_UNKNOWN. */
MUST_USE result wallet_document_of_dossier(struct db_tx *tx, struct arena *arena, int64_t person_id,
                                           struct slice reference, struct wallet_document *ret_document);
/* Newest first. */
struct wallet_list_question {
  int64_t person_id;
  int64_t before_id; /* document_id of the last one seen; 0: from the newest */
  size_t limit;
};
MUST_USE result wallet_document_list(struct db_tx *tx, struct arena *arena, const struct wallet_list_question *question,
                                     struct wallet_document **ret_documents, size_t *ret_count);
