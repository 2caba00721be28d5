/* Sessions as they were last read (account.h). */
#include "account/memory.h"

#include <pthread.h>
#include <stdlib.h>

#include "account/later.h"

/* Some 400 KB: the sessions of a second or two of sign-ins, for the requests that follow each at once. */
enum { PLACES = 4, SETS = 512, LOCKS = 64 };

struct slot {
  struct account_token_hash hash;
  struct account_session session; /* session_id 0: nothing */
  uint64_t moment;                /* db_moment before it was read */
};

/* A session belongs to one set, and there takes the place of whoever was kept first. */
struct set {
  struct slot places[PLACES];
  unsigned next;
};

struct account_memory {
  struct set sets[SETS];
  pthread_mutex_t locks[LOCKS]; /* each for every 64th set */
  struct account_later *later;
};

struct account_memory *account_memory_open(void) {
  struct account_memory *memory = heap_alloc(sizeof *memory);
  for (int i = 0; i < LOCKS; i++) {
    (void)pthread_mutex_init(&memory->locks[i], NULL);
  }
  memory->later = account_later_open();
  return memory;
}

void account_memory_close(struct account_memory **slot) {
  struct account_memory *memory = *slot;
  *slot = NULL;
  for (int i = 0; memory != NULL && i < LOCKS; i++) {
    (void)pthread_mutex_destroy(&memory->locks[i]);
  }
  account_later_close(memory != NULL ? memory->later : NULL);
  free(memory);
}

struct account_later *account_memory_later(struct account_memory *memory) { return memory->later; }

/* Hashes are even already, but for the time in front. */
static size_t set_of(const struct account_token_hash *hash) { return (size_t)(hash->bytes[DIGEST_BYTES - 1] | hash->bytes[DIGEST_BYTES - 2] << 8) % SETS; }

static struct slot *slot_of(struct set *set, const struct account_token_hash *hash) {
  for (size_t i = 0; i < PLACES; i++) {
    struct slot *slot = &set->places[i];
    if (slot->session.session_id != 0 && memcmp(slot->hash.bytes, hash->bytes, sizeof hash->bytes) == 0) {
      return slot;
    }
  }
  return NULL;
}

bool account_memory_find(struct env *env, const struct account_token_hash *hash, struct account_memory_found *ret_found) {
  struct account_memory *memory = env->account;
  if (memory == NULL) {
    return false;
  }
  size_t at = set_of(hash);
  struct account_memory_found found = {0};
  (void)pthread_mutex_lock(&memory->locks[at % LOCKS]);
  const struct slot *slot = slot_of(&memory->sets[at], hash);
  if (slot != NULL) {
    found = (struct account_memory_found){slot->session, slot->moment};
  }
  (void)pthread_mutex_unlock(&memory->locks[at % LOCKS]);
  if (found.session.session_id == 0 || db_is_marked_since(env->db, found.session.person_id, found.moment)) {
    return false;
  }
  *ret_found = found;
  return true;
}

void account_memory_keep(struct env *env, const struct account_token_hash *hash, const struct account_memory_found *found) {
  struct account_memory *memory = env->account;
  if (memory == NULL) {
    return;
  }
  size_t at = set_of(hash);
  struct set *set = &memory->sets[at];
  (void)pthread_mutex_lock(&memory->locks[at % LOCKS]);
  struct slot *slot = slot_of(set, hash);
  if (slot == NULL) {
    slot = &set->places[set->next++ % PLACES];
  }
  *slot = (struct slot){*hash, found->session, found->moment};
  (void)pthread_mutex_unlock(&memory->locks[at % LOCKS]);
}
