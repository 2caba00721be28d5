/* crypto/pin_proof.h: the proof that a person typed their signing PIN for one document. Both sides: the server makes
 * it, the signer checks it.
 *
 *   pin_key = Argon2id(signing PIN, salt = SHA-256("danh-pin-salt" || key name)[0..16])       (password.h parameters)
 *   proof   = HMAC-SHA-256(pin_key, "danh-pin-1" || 0x00 || key name || 0x00 || profile || digest)
 *
 * The signer holds pin_key sealed and never sees a PIN; a proof is good for one key, one profile and one digest, so
 * it cannot be replayed to sign another document. A six-digit PIN alone does not withstand guessing offline: that
 * pin_key never leaves the signer, and the lock after five wrong proofs, are what protects it.
 * Does not   count wrong proofs (signer/). pin_proof_key takes as long as a password hash: bounded pool.
 * Errors     CRYPTO_PROOF_WRONG.
 */
#pragma once
#include "base/secret.h"
#include "crypto/crypto_error.h"
#include "crypto/digest.h"

enum { PIN_PROOF_BYTES = 32, PIN_PROOF_KEY_BYTES = 32 };

MUST_USE result pin_proof_key(struct slice pin, struct slice key_name, struct secret *ret_pin_key);

/* What is to be signed: signer_request without its proof. */
struct pin_proof_claim {
  struct slice key_name;
  uint8_t profile;       /* enum signer_profile */
  const uint8_t *digest; /* 32 bytes */
};
void pin_proof_make(const struct secret *pin_key, const struct pin_proof_claim *claim,
                    uint8_t ret_proof[static PIN_PROOF_BYTES]);
/* In constant time. */
MUST_USE result pin_proof_check(const struct secret *pin_key, const struct pin_proof_claim *claim, struct slice proof);
