/* crypto/age_key.h: what both directions of age.c need. (private to crypto/) */
#pragma once
#include "crypto/age.h"

enum { AGE_FILE_KEY_BYTES = 16, AGE_TAG_BYTES = 16, AGE_BODY_BYTES = AGE_FILE_KEY_BYTES + AGE_TAG_BYTES };

/* HKDF-SHA-256 [RFC5869 2], 32 bytes. */
void age_derive(struct slice key, struct slice salt, const char *info, uint8_t ret_key[static AGE_KEY_BYTES]);
/* The key that wraps the file's key; false: the share is a point of small order. */
struct age_exchange {
  const uint8_t *secret;    /* whose turn it is: the ephemeral one, or the identity */
  const uint8_t *point;     /* the other side's */
  const uint8_t *share;     /* the ephemeral point */
  const uint8_t *recipient; /* the recipient's point */
};
bool age_wrap_key(const struct age_exchange *exchange, uint8_t ret_key[static AGE_KEY_BYTES]);
/* The nonce of a chunk. */
void age_chunk_nonce(uint64_t number, bool is_last, uint8_t ret_nonce[static 12]);
