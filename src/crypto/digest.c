#include "crypto/digest.h"

#define OPENSSL_SUPPRESS_DEPRECATED /* SHA256_Init and the like: the same code as behind EVP, which allocates two states for each digest */
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "base/result.h"

_Static_assert(sizeof(SHA256_CTX) <= sizeof(struct digest_stream), "a stream has room for the library's state");

static SHA256_CTX *state_of(struct digest_stream *stream) { return (SHA256_CTX *)(void *)stream->state; }

static void demand(int done) {
  if (done != 1) {
    abort();
  }
}

void digest_begin(struct digest_stream *stream) { demand(SHA256_Init(state_of(stream))); }

void digest_add(struct digest_stream *stream, struct slice bytes) { demand(SHA256_Update(state_of(stream), bytes.ptr, bytes.len)); }

void digest_add_byte(struct digest_stream *stream, uint8_t byte) { digest_add(stream, slice_of(&byte, 1)); }

void digest_so_far(const struct digest_stream *stream, uint8_t ret_digest[static DIGEST_BYTES]) {
  struct digest_stream copy CLEANUP(digest_free) = *stream;
  digest_end(&copy, ret_digest);
}

void digest_end(struct digest_stream *stream, uint8_t ret_digest[static DIGEST_BYTES]) { demand(SHA256_Final(ret_digest, state_of(stream))); }

void digest_free(struct digest_stream *stream) { explicit_bzero(stream, sizeof *stream); }

void digest_sha256(struct slice bytes, uint8_t ret_digest[static DIGEST_BYTES]) {
  struct digest_stream stream CLEANUP(digest_free) = {0};
  digest_begin(&stream);
  digest_add(&stream, bytes);
  digest_end(&stream, ret_digest);
}

/* [RFC2104 2] by hand: OpenSSL 3.0's own looks MAC and digest up by name at each call, which takes longer than the two hashes. */
void digest_hmac_sha256(struct slice key, struct slice bytes, uint8_t ret_mac[static DIGEST_BYTES]) {
  enum { BLOCK_BYTES = 64, INNER = 0x36, OUTER = 0x5c };
  uint8_t block[BLOCK_BYTES] = {0};
  uint8_t inner[DIGEST_BYTES];
  struct digest_stream stream CLEANUP(digest_free) = {0};
  if (key.len > BLOCK_BYTES) {
    digest_sha256(key, block);
  } else if (key.len > 0) {
    memcpy(block, key.ptr, key.len);
  }
  for (size_t i = 0; i < BLOCK_BYTES; i++) {
    block[i] ^= INNER;
  }
  digest_begin(&stream);
  digest_add(&stream, slice_of(block, sizeof block));
  digest_add(&stream, bytes);
  digest_end(&stream, inner);
  for (size_t i = 0; i < BLOCK_BYTES; i++) {
    block[i] ^= INNER ^ OUTER;
  }
  digest_begin(&stream);
  digest_add(&stream, slice_of(block, sizeof block));
  digest_add(&stream, slice_of(inner, sizeof inner));
  digest_end(&stream, ret_mac);
  explicit_bzero(block, sizeof block);
  explicit_bzero(inner, sizeof inner);
}
