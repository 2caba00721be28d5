/* Decoded keys by the SHA-256 of what they are made of. Sets of four, the one used longest ago leaves: no list to keep in order, and nobody's
 * keys can drive out more than their own set. A key that left lives until its last user lets go. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "jose/algorithm.h"

enum {
  WAYS = 4,
  OFTEN = 512,     /* verifications after which a key is made faster: by then they have taken longer than that does, so nobody gains by asking for it */
  HASTENED_MAX = 64, /* at 150 KiB each */
};

struct jose_held_key {
  uint8_t id[DIGEST_BYTES];
  struct public_key *key;
  atomic_int holders;
  int uses;          /* under the ring's lock, like the next */
  bool is_hastened;
};

struct slot {
  struct jose_held_key *held; /* NULL: free */
  uint64_t used;
};

struct jose_keyring {
  pthread_mutex_t lock; /* for the few instructions of a look-up, never while decoding */
  struct slot *slots;
  size_t sets; /* a power of two */
  uint64_t clock;
  int hastened; /* keys in the ring that are */
};

struct jose_keyring *jose_keyring_new(size_t keys_max) {
  struct jose_keyring *keyring = heap_alloc(sizeof *keyring);
  *keyring = (struct jose_keyring){.sets = 1};
  while (keyring->sets * WAYS < keys_max) {
    keyring->sets *= 2;
  }
  keyring->slots = heap_alloc(keyring->sets * WAYS * sizeof *keyring->slots);
  memset(keyring->slots, 0, keyring->sets * WAYS * sizeof *keyring->slots);
  (void)pthread_mutex_init(&keyring->lock, NULL);
  return keyring;
}

void jose_keyring_release(struct jose_held_key **ref) {
  struct jose_held_key *held = *ref;
  if (held != NULL && atomic_fetch_sub(&held->holders, 1) == 1) {
    public_key_free(&held->key);
    free(held);
  }
  *ref = NULL;
}

void jose_keyring_free(struct jose_keyring **ref) {
  struct jose_keyring *keyring = *ref;
  if (keyring != NULL) {
    for (size_t i = 0; i < keyring->sets * WAYS; i++) {
      jose_keyring_release(&keyring->slots[i].held);
    }
    (void)pthread_mutex_destroy(&keyring->lock);
    free(keyring->slots);
    free(keyring);
    *ref = NULL;
  }
}

static void identify(const struct jose_jwk *jwk, uint8_t ret_id[static DIGEST_BYTES]) {
  struct digest_stream stream CLEANUP(digest_free) = {0};
  digest_begin(&stream);
  digest_add_byte(&stream, (uint8_t)jwk->algorithm);
  digest_add_byte(&stream, (uint8_t)(jwk->first.len >> 8));
  digest_add_byte(&stream, (uint8_t)jwk->first.len);
  digest_add(&stream, jwk->first);
  digest_add(&stream, jwk->second);
  digest_end(&stream, ret_id);
}

static result decode(const struct jose_jwk *jwk, struct public_key **ret_key) {
  result loaded = {JOSE_KEY};
  switch (jwk->algorithm) {
    case JOSE_ES256:
      loaded = public_key_load_p256(jwk->first, jwk->second, ret_key);
      break;
    case JOSE_PS256:
      loaded = public_key_load_rsa(jwk->first, jwk->second, ret_key);
      break;
    case JOSE_EDDSA:
      loaded = public_key_load_ed25519(jwk->first, ret_key);
      break;
  }
  if (is_code(loaded, CRYPTO_KEY_INVALID)) {
    FAIL(JOSE_KEY, "not a public key of its kind");
  }
  return loaded;
}

static struct slot *set_of(struct jose_keyring *keyring, const uint8_t id[static DIGEST_BYTES]) {
  uint64_t at = 0;
  memcpy(&at, id, sizeof at);
  return &keyring->slots[(at & (keyring->sets - 1)) * WAYS];
}

/* Under the lock. */
static struct jose_held_key *find(struct jose_keyring *keyring, const uint8_t id[static DIGEST_BYTES]) {
  struct slot *set = set_of(keyring, id);
  for (size_t i = 0; i < WAYS; i++) {
    if (set[i].held != NULL && memcmp(set[i].held->id, id, DIGEST_BYTES) == 0) {
      set[i].used = ++keyring->clock;
      atomic_fetch_add(&set[i].held->holders, 1);
      return set[i].held;
    }
  }
  return NULL;
}

/* Under the lock: one more holder, the ring. Returns what left. */
static struct jose_held_key *put(struct jose_keyring *keyring, struct jose_held_key *held) {
  struct slot *set = set_of(keyring, held->id);
  struct slot *oldest = set;
  for (size_t i = 1; i < WAYS; i++) {
    oldest = set[i].used < oldest->used ? &set[i] : oldest;
  }
  struct jose_held_key *left = oldest->held;
  keyring->hastened -= left != NULL && left->is_hastened;
  atomic_fetch_add(&held->holders, 1);
  *oldest = (struct slot){held, ++keyring->clock};
  return left;
}

/* Under the lock: whether this user is the one who makes the key faster. */
static bool is_due(struct jose_keyring *keyring, struct jose_held_key *held) {
  bool is_due = ++held->uses == OFTEN && keyring->hastened < HASTENED_MAX;
  held->is_hastened |= is_due;
  keyring->hastened += is_due;
  return is_due;
}

result jose_keyring_hold(struct jose_keyring *keyring, const struct jose_jwk *jwk, struct jose_held_key **ret_held) {
  uint8_t id[DIGEST_BYTES] = {0};
  struct jose_held_key *held = NULL;
  bool hastens = false;
  if (keyring != NULL) {
    identify(jwk, id);
    (void)pthread_mutex_lock(&keyring->lock);
    held = find(keyring, id);
    hastens = held != NULL && jwk->algorithm == JOSE_ES256 && is_due(keyring, held);
    (void)pthread_mutex_unlock(&keyring->lock);
  }
  if (hastens) {
    (void)public_key_hasten(held->key); /* others go on meanwhile as before */
  }
  if (held == NULL) {
    struct public_key *key = NULL;
    TRY(decode(jwk, &key));
    held = heap_alloc(sizeof *held);
    *held = (struct jose_held_key){.key = key, .holders = 1};
    memcpy(held->id, id, sizeof id);
    if (keyring != NULL) { /* two threads may both put it in: one copy more, no harm */
      (void)pthread_mutex_lock(&keyring->lock);
      struct jose_held_key *left = put(keyring, held);
      (void)pthread_mutex_unlock(&keyring->lock);
      jose_keyring_release(&left);
    }
  }
  *ret_held = held;
  return OK;
}

bool jose_jwk_is_spki(const struct jose_jwk *jwk, struct slice spki) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct public_key *key CLEANUP(public_key_free) = NULL;
  struct slice own = {0};
  return is_ok(decode(jwk, &key)) && is_ok(public_key_spki(key, &arena, &own)) && slice_eq(own, spki);
}

const struct public_key *jose_held_public(const struct jose_held_key *held) { return held->key; }
