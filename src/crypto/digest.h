/* crypto/digest.h: SHA-256 and HMAC-SHA-256.
 * Standard   FIPS 180-4; RFC 2104.
 * Errors     none: a library that cannot hash ends the process, for nothing could be believed after it.
 * Threads    any; a stream belongs to one thread at a time. */
#pragma once
#include "base/slice.h"

enum { DIGEST_BYTES = 32 };

void digest_sha256(struct slice bytes, uint8_t ret_digest[static DIGEST_BYTES]);
void digest_hmac_sha256(struct slice key, struct slice bytes, uint8_t ret_mac[static DIGEST_BYTES]);

/* In parts:  struct digest_stream stream CLEANUP(digest_free) = {0};
 *            digest_begin(&stream); digest_add(&stream, a); digest_add(&stream, b); digest_end(&stream, digest);
 * digest_begin again makes it new. */
struct digest_stream {
  uint64_t state[14]; /* OpenSSL's, which may hold what is secret */
};
void digest_begin(struct digest_stream *stream);
void digest_add(struct digest_stream *stream, struct slice bytes);
void digest_add_byte(struct digest_stream *stream, uint8_t byte);
/* Of what was added until now; more may follow. */
void digest_so_far(const struct digest_stream *stream, uint8_t ret_digest[static DIGEST_BYTES]);
void digest_end(struct digest_stream *stream, uint8_t ret_digest[static DIGEST_BYTES]);
void digest_free(struct digest_stream *stream);
