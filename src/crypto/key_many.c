#include "crypto/key_many.h"

#define OPENSSL_SUPPRESS_DEPRECATED /* SHA512_Init and the like: as in digest.c */
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <string.h>

/* One is signed sooner by OpenSSL (bench/README.md). */
enum { LEAST = 2, BATCH = LANES_GROUPS_MAX * LANES, RANDOM_BYTES = 32, NONCE_BYTES = 64 };

_Static_assert(NONCE_BYTES == SHA512_DIGEST_LENGTH && NONCE_BYTES == 2 * LANES_BYTES, "a hash is a nonce");

struct batch {
  struct lanes_group groups[LANES_GROUPS_MAX];
  struct key_many_item *items[BATCH];
  size_t count;
};

static void wipe(struct batch *batch) { explicit_bzero(batch->groups, sizeof batch->groups); }

static void sign_alone(struct key_many_item *item, struct arena *arena) {
  item->outcome = key_sign(item->key, item->digest, arena, &item->signature);
  if (!is_ok(item->outcome)) {
    item->signature = (struct slice){0};
  }
}

/* [FIPS186-5 A.3.1] 256 bits more than n has: the remainder shows no preference. */
static void draw_nonce(const struct key_many_item *item, const uint8_t random[static RANDOM_BYTES], size_t place, uint8_t ret_nonce[static NONCE_BYTES]) {
  SHA512_CTX hash;
  bool done = SHA512_Init(&hash) == 1 && SHA512_Update(&hash, key_scalar(item->key, false), LANES_BYTES) == 1 &&
              SHA512_Update(&hash, item->digest, sizeof item->digest) == 1 && SHA512_Update(&hash, random, RANDOM_BYTES) == 1 &&
              SHA512_Update(&hash, &place, sizeof place) == 1 && SHA512_Final(ret_nonce, &hash) == 1;
  explicit_bzero(&hash, sizeof hash);
  if (!done) { /* cannot be: but a nonce of noughts is refused by lanes_sign */
    memset(ret_nonce, 0, NONCE_BYTES);
  }
}

static void lay(struct batch *batch, size_t place, const uint8_t random[static RANDOM_BYTES]) {
  const struct key_many_item *item = batch->items[place];
  struct lanes_group *group = &batch->groups[place / LANES];
  uint8_t nonce[NONCE_BYTES];
  draw_nonce(item, random, place, nonce);
  memcpy(group->scalars.of[place % LANES], key_scalar(item->key, false), LANES_BYTES);
  memcpy(group->twins.of[place % LANES], key_scalar(item->key, true), LANES_BYTES);
  memcpy(group->digests.of[place % LANES], item->digest, LANES_BYTES);
  memcpy(group->nonces[0].of[place % LANES], nonce, LANES_BYTES);
  memcpy(group->nonces[1].of[place % LANES], nonce + LANES_BYTES, LANES_BYTES);
  explicit_bzero(nonce, sizeof nonce);
}

/* Lanes that are left over count noughts, and nobody looks at them. */
static bool lay_all(struct batch *batch) {
  uint8_t random[BATCH * RANDOM_BYTES];
  bool drawn = RAND_priv_bytes(random, (int)(batch->count * RANDOM_BYTES)) == 1;
  for (size_t i = 0; i < batch->count && drawn; i++) {
    lay(batch, i, random + i * RANDOM_BYTES);
  }
  explicit_bzero(random, sizeof random);
  return drawn;
}

static bool give(struct batch *batch, size_t place, struct arena *arena) {
  const struct lanes_group *group = &batch->groups[place / LANES];
  struct key_many_item *item = batch->items[place];
  uint8_t raw[KEY_RAW_BYTES];
  if (group->is_good[place % LANES] != UINT64_MAX) {
    sign_alone(item, arena);
    return false;
  }
  memcpy(raw, group->r.of[place % LANES], LANES_BYTES);
  memcpy(raw + LANES_BYTES, group->s.of[place % LANES], LANES_BYTES);
  item->outcome = key_signature_from_raw(slice_of(raw, sizeof raw), arena, &item->signature);
  return true;
}

static size_t sign_batch(const struct lanes_table *table, struct batch *batch, lanes_harm *harm, struct arena *arena) {
  size_t in_lanes = 0;
  if (lay_all(batch)) {
    lanes_sign(table, batch->groups, (batch->count + LANES - 1) / LANES, harm);
  } /* else no lane is good */
  for (size_t i = 0; i < batch->count; i++) {
    in_lanes += give(batch, i, arena);
  }
  return in_lanes;
}

/* Those whose keys were made ready, as many as a batch takes; from *at on, which goes on. The others are signed. */
static void gather(struct batch *batch, struct key_many_item *items, size_t count, size_t *at, struct arena *arena) {
  for (; *at < count && batch->count < BATCH; ++*at) {
    if (key_scalar(items[*at].key, false) == NULL) {
      sign_alone(&items[*at], arena);
    } else {
      batch->items[batch->count++] = &items[*at];
    }
  }
}

static size_t sign_all(const struct lanes_table *table, struct key_many_item *items, size_t count, lanes_harm *harm, struct arena *arena) {
  size_t in_lanes = 0;
  for (size_t at = 0; at < count;) {
    struct batch batch CLEANUP(wipe);
    memset(&batch, 0, sizeof batch);
    gather(&batch, items, count, &at, arena);
    for (size_t i = 0; i < batch.count && batch.count < LEAST; i++) {
      sign_alone(batch.items[i], arena);
    }
    in_lanes += batch.count < LEAST ? 0 : sign_batch(table, &batch, harm, arena);
  }
  return in_lanes;
}

/* ---- once ---- */

/* Written once, and only read after that. */
static pthread_once_t lanes_once = PTHREAD_ONCE_INIT;
static struct lanes_table *lanes_made; /* NULL: no lanes here */

static bool is_signed_well(const struct key_many_item *item) { return is_ok(item->outcome) && is_ok(key_verify(item->key, item->digest, item->signature)); }

/* Eight keys, a signature each. */
static bool is_proven(const struct lanes_table *table) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct key *keys[LANES] = {NULL};
  struct key_many_item items[LANES];
  memset(items, 0, sizeof items);
  bool good = true;
  for (size_t i = 0; i < LANES; i++) {
    good = good && is_ok(key_generate(&keys[i])) && key_keep_scalar(keys[i]);
    items[i].key = keys[i];
    digest_sha256(slice_of(&i, sizeof i), items[i].digest);
  }
  good = good && sign_all(table, items, LANES, NULL, &arena) == LANES;
  for (size_t i = 0; i < LANES; i++) {
    good = good && is_signed_well(&items[i]);
    key_free(&keys[i]);
  }
  return good;
}

static void make_ready(void) {
  lanes_made = lanes_is_here() ? lanes_table_new() : NULL;
  if (lanes_made != NULL && !is_proven(lanes_made)) {
    lanes_table_free(&lanes_made);
  }
}

bool key_many_is_here(void) {
  (void)pthread_once(&lanes_once, make_ready);
  return lanes_made != NULL;
}

size_t key_many_sign_harmed(struct key_many_item *items, size_t count, lanes_harm *harm, struct arena *arena) {
  if (count >= LEAST && key_many_is_here()) {
    return sign_all(lanes_made, items, count, harm, arena);
  }
  for (size_t i = 0; i < count; i++) {
    sign_alone(&items[i], arena);
  }
  return 0;
}

size_t key_many_sign(struct key_many_item *items, size_t count, struct arena *arena) { return key_many_sign_harmed(items, count, NULL, arena); }
