#include <assert.h>
#include <sodium.h>
#include <stdlib.h>

#include "base/buf.h"
#include "codec/base64.h"
#include "crypto/age_key.h"
#include "crypto/digest.h"

struct age_writer {
  struct age_writer_options options;
  uint8_t key[AGE_KEY_BYTES];
  uint64_t chunks;
  size_t held;
  uint8_t plain[AGE_CHUNK_BYTES];
  uint8_t sealed[AGE_CHUNK_BYTES + AGE_TAG_BYTES];
};

/* Without padding [age: base64]. */
static void base64_append(struct buf *text, struct slice bytes) {
  struct slice padded = base64_write(text->arena, bytes);
  while (slice_ends(padded, S("="))) {
    padded.len--;
  }
  buf_append(text, padded);
}

static result stanza_append(struct buf *header, struct random *random, const struct age_recipient *recipient, const uint8_t *file_key) {
  uint8_t ephemeral[AGE_KEY_BYTES];
  uint8_t share[AGE_KEY_BYTES];
  uint8_t wrap[AGE_KEY_BYTES];
  uint8_t body[AGE_BODY_BYTES];
  static const uint8_t nonce[12] = {0};
  random_fill(random, ephemeral, sizeof ephemeral); /* [age: MUST be new for each stanza and file] */
  const struct age_exchange exchange = {ephemeral, recipient->point, share, recipient->point};
  bool is_sound = crypto_scalarmult_curve25519_base(share, ephemeral) == 0 && age_wrap_key(&exchange, wrap);
  explicit_bzero(ephemeral, sizeof ephemeral);
  if (!is_sound) {
    FAIL(CRYPTO_AGE_KEY_SYNTAX, "a recipient that is no point of the curve's large group");
  }
  (void)crypto_aead_chacha20poly1305_ietf_encrypt(body, NULL, file_key, AGE_FILE_KEY_BYTES, NULL, 0, NULL, nonce, wrap);
  explicit_bzero(wrap, sizeof wrap);
  buf_append_str(header, "-> X25519 ");
  base64_append(header, slice_of(share, sizeof share));
  buf_append_byte(header, '\n');
  base64_append(header, slice_of(body, sizeof body)); /* 43 letters: a line shorter than 64 ends the stanza */
  buf_append_byte(header, '\n');
  return OK;
}

static result header_write(struct age_writer *writer, const uint8_t *file_key, struct arena *arena) {
  struct buf header;
  uint8_t mac_key[AGE_KEY_BYTES];
  uint8_t mac[DIGEST_BYTES];
  buf_init(&header, arena, 1024);
  buf_append_str(&header, "age-encryption.org/v1\n");
  for (size_t i = 0; i < writer->options.recipient_count; i++) {
    TRY(stanza_append(&header, writer->options.random, &writer->options.recipients[i], file_key));
  }
  buf_append_str(&header, "---");
  age_derive(slice_of(file_key, AGE_FILE_KEY_BYTES), S(""), "header", mac_key);
  digest_hmac_sha256(slice_of(mac_key, sizeof mac_key), buf_slice(&header), mac);
  buf_append_byte(&header, ' ');
  base64_append(&header, slice_of(mac, sizeof mac));
  buf_append_byte(&header, '\n');
  return writer->options.write(writer->options.context, buf_slice(&header));
}

static result begin(struct age_writer *writer) {
  struct arena arena CLEANUP(arena_free) = {0};
  uint8_t file_key[AGE_FILE_KEY_BYTES];
  uint8_t nonce[16];
  random_fill(writer->options.random, file_key, sizeof file_key);
  random_fill(writer->options.random, nonce, sizeof nonce);
  result written = header_write(writer, file_key, &arena);
  age_derive(slice_of(file_key, sizeof file_key), slice_of(nonce, sizeof nonce), "payload", writer->key);
  explicit_bzero(file_key, sizeof file_key);
  TRY(written);
  return writer->options.write(writer->options.context, slice_of(nonce, sizeof nonce));
}

result age_writer_open(const struct age_writer_options *options, struct age_writer **ret_writer) {
  assert(options->recipient_count > 0 && options->recipient_count <= AGE_KEYS_MAX);
  struct age_writer *writer CLEANUP(age_writer_close) = heap_alloc(sizeof *writer);
  writer->options = *options;
  writer->chunks = 0;
  writer->held = 0;
  TRY(begin(writer));
  *ret_writer = writer;
  writer = NULL;
  return OK;
}

static result chunk_write(struct age_writer *writer, bool is_last) {
  uint8_t nonce[12];
  age_chunk_nonce(writer->chunks++, is_last, nonce);
  (void)crypto_aead_chacha20poly1305_ietf_encrypt(writer->sealed, NULL, writer->plain, writer->held, NULL, 0, NULL, nonce, writer->key);
  struct slice sealed = slice_of(writer->sealed, writer->held + AGE_TAG_BYTES);
  writer->held = 0;
  return writer->options.write(writer->options.context, sealed);
}

/* A full chunk waits for one more byte: it may be the last, which must not be an empty one [age: MUST NOT]. */
result age_write(struct age_writer *writer, struct slice bytes) {
  while (bytes.len > 0) {
    if (writer->held == AGE_CHUNK_BYTES) {
      TRY(chunk_write(writer, false));
    }
    struct slice part = slice_sub(bytes, 0, AGE_CHUNK_BYTES - writer->held);
    memcpy(writer->plain + writer->held, part.ptr, part.len);
    writer->held += part.len;
    bytes = slice_from(bytes, part.len);
  }
  return OK;
}

result age_writer_end(struct age_writer *writer) { return chunk_write(writer, true); }

void age_writer_close(struct age_writer **writer) {
  if (*writer != NULL) {
    explicit_bzero(*writer, sizeof **writer);
    free(*writer);
    *writer = NULL;
  }
}
