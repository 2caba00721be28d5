/* signer/vault.h: the sealed key files, and the keys in memory. (private to signer/)
 *
 * DIR/signer/                0700, owned by the signer's user
 *   lock                     held (flock) by whoever has the vault open
 *   master.key               32 bytes, 0600; instead of it $CREDENTIALS_DIRECTORY/signer-master when that is set
 *   <name with _ for />.key  one sealed file a key (crypto/seal.h), about = "signer-key:<name>"
 *
 *   OFFSET  SIZE  SEALED CONTENT
 *        0     1  version, 1
 *        1     1  profile, fixed when the key is made
 *        2     1  wrong PIN proofs in a row; at SIGNER_WRONG_PROOFS_MAX the key is locked
 *        3     1  n, bytes of the private key
 *        4    32  PIN key; noughts for keys without
 *       36     n  private key: PKCS#8, of SIGNER_CHECKPOINT the 32 bytes of an Ed25519 seed
 *
 * Durable    a file is written beside, synced, renamed and its folder synced: there is the old content or the new.
 * Does not   notice an older sealed file put back by somebody who can write the folder: then a count of wrong proofs
 *            is lost.
 * Threads    one at a time.
 */
#pragma once
#include "base/secret.h"
#include "crypto/ed25519.h"
#include "crypto/key.h"
#include "signer/policy.h"

struct signer_key {
  uint8_t name[SIGNER_NAME_BYTES_MAX];
  size_t name_len;
  enum signer_profile profile;
  uint8_t wrong_proofs;
  unsigned reserved; /* signatures the log already holds and nobody was given yet; not kept: a new start reserves anew */
  struct secret pin_key;
  struct key *key;     /* NULL: it is the seed */
  struct secret seed;  /* Ed25519 */
  uint8_t spki[KEY_PUBLIC_BYTES];
  size_t spki_len;
};

struct signer_vault;

/* Makes folder and master key if absent. exclusive: takes the lock, waiting a few seconds for a signer that is just
 * ending; else only looks, for an operator beside a running signer. SIGNER_ALREADY_RUNNING, SIGNER_FOLDER_UNUSABLE.
 * */
MUST_USE result signer_vault_open(const char *data_dir, bool exclusive, struct signer_vault **ret_vault);
void signer_vault_close(struct signer_vault **vault);
/* The folder, for files beside the keys. */
int signer_vault_folder(const struct signer_vault *vault);

/* Loaded once, then from memory. SIGNER_KEY_UNKNOWN, SIGNER_KEY_BROKEN. */
MUST_USE result signer_vault_find(struct signer_vault *vault, struct slice name, struct signer_key **ret_key);
/* A new key on disk and in memory. */
MUST_USE result signer_vault_create(struct signer_vault *vault, struct slice name, enum signer_profile profile,
                                    struct slice pin_key, struct signer_key **ret_key);
/* Writes the count of wrong proofs as it is in memory. */
MUST_USE result signer_vault_save(struct signer_vault *vault, const struct signer_key *key);
/* Takes the count of wrong proofs from disk: an operator may have unlocked. */
MUST_USE result signer_vault_reload(struct signer_vault *vault, struct signer_key *key);
