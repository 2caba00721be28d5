/* crypto/age.h: bytes of any length encrypted to public keys, as the program `age` does it; 64 KiB at a time, whatever their length.
 *
 * Standard   age-encryption.org/v1 (C2SP age.md): recipients of type X25519, ChaCha20-Poly1305 in chunks, Bech32 keys [BIP173] "age1..." and
 *            "AGE-SECRET-KEY-1...".
 * Does not   know passphrases, plugins or the armored form: stanzas of other types are passed over.
 * Given out  bytes are authentic, but that nothing is missing behind them shows only at the end: age_read says 0 there and nowhere else.
 * Errors     CRYPTO_AGE_... (crypto_error.h); what the caller's read and write fail with passes through.
 * Threads    a writer or reader belongs to one at a time.
 */
#pragma once
#include "base/arena.h"
#include "base/random.h"
#include "base/secret.h"
#include "crypto/crypto_error.h"

enum { AGE_KEY_BYTES = 32, AGE_CHUNK_BYTES = 64 * 1024, AGE_KEYS_MAX = 16 };

struct age_recipient {
  uint8_t point[AGE_KEY_BYTES];
};

/* An identity is the private half. */
void age_identity_make(struct random *random, struct secret *ret_identity);
MUST_USE result age_identity_parse(struct slice text, struct secret *ret_identity);
void age_identity_write(const struct secret *identity, struct secret *ret_text);
MUST_USE result age_identity_recipient(const struct secret *identity, struct age_recipient *ret_recipient);
MUST_USE result age_recipient_parse(struct slice text, struct age_recipient *ret_recipient);
struct slice age_recipient_write(struct arena *arena, const struct age_recipient *recipient);

struct age_writer_options {
  struct random *random;
  const struct age_recipient *recipients; /* each of them can open it */
  size_t recipient_count;                 /* 1..AGE_KEYS_MAX */
  void *context;
  result (*write)(void *context, struct slice bytes);
};
struct age_writer;
MUST_USE result age_writer_open(const struct age_writer_options *options, struct age_writer **ret_writer);
MUST_USE result age_write(struct age_writer *writer, struct slice bytes);
/* Without it a reader finds the bytes cut. */
MUST_USE result age_writer_end(struct age_writer *writer);
void age_writer_close(struct age_writer **writer); /* NULL is fine */

struct age_reader_options {
  const struct secret *identities; /* one of which opens it */
  size_t identity_count;
  void *context;
  result (*read)(void *context, uint8_t *bytes, size_t len, size_t *ret_len); /* 0: the end */
};
struct age_reader;
/* CRYPTO_AGE_SYNTAX, CRYPTO_AGE_KEY_WRONG, CRYPTO_AGE_ALTERED. */
MUST_USE result age_reader_open(const struct age_reader_options *options, struct age_reader **ret_reader);
/* At least one byte, but for 0 at the end. CRYPTO_AGE_ALTERED, CRYPTO_AGE_CUT. */
MUST_USE result age_read(struct age_reader *reader, uint8_t *bytes, size_t len, size_t *ret_len);
void age_reader_close(struct age_reader **reader); /* NULL is fine */
