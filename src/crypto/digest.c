#include "crypto/digest.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/result.h"

/* Written once: OpenSSL 3.0 looks a digest up by name at each use otherwise, which is slower than hashing a leaf and
 * contends for one lock. */
static pthread_once_t fetched_once = PTHREAD_ONCE_INIT;
static EVP_MD *fetched;

static void fetch(void) {
  fetched = EVP_MD_fetch(NULL, "SHA256", NULL);
}

static const EVP_MD *sha256(void) {
  (void)pthread_once(&fetched_once, fetch);
  return fetched;
}

static void demand(bool done) {
  if (!done) {
    abort();
  }
}

void digest_begin(struct digest_stream *stream) {
  if (stream->state == NULL) {
    stream->state = EVP_MD_CTX_new();
  }
  demand(stream->state != NULL && EVP_DigestInit_ex2(stream->state, sha256(), NULL) == 1);
}

void digest_add(struct digest_stream *stream, struct slice bytes) {
  demand(EVP_DigestUpdate(stream->state, bytes.ptr, bytes.len) == 1);
}

void digest_add_byte(struct digest_stream *stream, uint8_t byte) {
  digest_add(stream, slice_of(&byte, 1));
}

void digest_so_far(const struct digest_stream *stream, uint8_t ret_digest[static DIGEST_BYTES]) {
  struct digest_stream copy CLEANUP(digest_free) = {EVP_MD_CTX_new()};
  demand(copy.state != NULL && EVP_MD_CTX_copy_ex(copy.state, stream->state) == 1);
  digest_end(&copy, ret_digest);
}

void digest_end(struct digest_stream *stream, uint8_t ret_digest[static DIGEST_BYTES]) {
  demand(EVP_DigestFinal_ex(stream->state, ret_digest, NULL) == 1);
}

void digest_free(struct digest_stream *stream) {
  EVP_MD_CTX_free(stream->state);
  stream->state = NULL;
}

void digest_sha256(struct slice bytes, uint8_t ret_digest[static DIGEST_BYTES]) {
  demand(EVP_Digest(bytes.ptr, bytes.len, ret_digest, NULL, sha256(), NULL) == 1);
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
