/* Sessions as they were last read (account.h). */
#include "account/memory.h"

#include <pthread.h>
#include <stdlib.h>

#include "account/later.h"

enum { SLOTS = 2048, LOCKS = 64 }; /* some 400 KB: the sessions of a second or two of sign-ins, for the requests that follow each at once */

struct slot {
  struct account_token_hash hash;
  struct account_session session; /* session_id 0: nothing */
  uint64_t moment;                /* db_moment before it was read */
};

struct account_memory {
  struct slot slots[SLOTS];
  pthread_mutex_t locks[LOCKS]; /* each for every 64th slot */
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
static size_t slot_of(const struct account_token_hash *hash) { return (size_t)(hash->bytes[DIGEST_BYTES - 1] | hash->bytes[DIGEST_BYTES - 2] << 8) % SLOTS; }

bool account_memory_find(struct env *env, const struct account_token_hash *hash, struct account_memory_found *ret_found) {
  struct account_memory *memory = env->account;
  if (memory == NULL) {
    return false;
  }
  size_t at = slot_of(hash);
  (void)pthread_mutex_lock(&memory->locks[at % LOCKS]);
  const struct slot *slot = &memory->slots[at];
  bool is_it = slot->session.session_id != 0 && memcmp(slot->hash.bytes, hash->bytes, sizeof hash->bytes) == 0;
  struct account_memory_found found = {slot->session, slot->moment};
  (void)pthread_mutex_unlock(&memory->locks[at % LOCKS]);
  if (!is_it || db_is_marked_since(env->db, found.session.person_id, found.moment)) {
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
  size_t at = slot_of(hash);
  (void)pthread_mutex_lock(&memory->locks[at % LOCKS]);
  memory->slots[at] = (struct slot){*hash, found->session, found->moment};
  (void)pthread_mutex_unlock(&memory->locks[at % LOCKS]);
}
