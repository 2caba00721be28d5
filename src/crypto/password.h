/* crypto/password.h: Argon2id for passwords, passcodes and signing PINs.
 *
 * Standard   RFC 9106 Argon2id v1.3 (libsodium): 19 MiB, 2 passes, 1 lane: the OWASP minimum, since many people sign
 *            in at once on one small machine; 6 to 8 ms of one core, with its memory kept (crypto/password_memory.h). Stored hashes carry their parameters:
 *            raising them needs no migration.
 * Does not   bound how many run at once: call these on the bounded password pool (base/pool.h), never on a plain
 *            worker.
 * Shapes     passwords are bytes, 1..1024; normalise text to NFC before (utf8.h). Stored:
 *            "$argon2id$v=19$m=19456,t=2,p=1$...".
 * Errors     CRYPTO_PASSWORD_WRONG, CRYPTO_PASSWORD_LENGTH, CRYPTO_LIBRARY_FAILED.
 */
#pragma once
#include "base/arena.h"
#include "base/secret.h"
#include "crypto/crypto_error.h"

enum {
  PASSWORD_BYTES_MAX = 1024, /* longer than any person types; keeps hashing bounded */
  PASSWORD_MEMORY_BYTES = 19456 * 1024,
  PASSWORD_PASSES = 2,
  PASSWORD_SALT_BYTES = 16,
  PASSWORD_KEY_BYTES = 32,
};

MUST_USE result password_hash(struct slice password, struct arena *arena, struct slice *ret_stored);
MUST_USE result password_verify(struct slice password, struct slice stored);
/* The same work with no account behind it, then CRYPTO_PASSWORD_WRONG: an unknown name must take as long as a wrong
 * password. */
MUST_USE result password_verify_nobody(struct slice password);
/* The stored hash was made with other parameters than today's: hash again after the next good sign-in. */
bool password_is_outdated(struct slice stored);
/* A 32-byte key out of a password. */
MUST_USE result password_derive(struct slice password, const uint8_t salt[static PASSWORD_SALT_BYTES],
                                struct secret *ret_key);
