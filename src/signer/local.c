/* The signer in this process. Requests take turns; each is committed before it is answered. */
#include <pthread.h>
#include <stdlib.h>

#include "signer/core.h"

struct local {
  struct signer port; /* first: the port is the object */
  struct signer_core *core;
  pthread_mutex_t lock;
  bool broken;
};

static result handle(struct local *local, const struct signer_wire_request *request, struct arena *arena,
                     struct slice *ret_answer) {
  struct signer_core_reply reply;
  signer_core_handle(local->core, request, arena, &reply);
  TRY(reply.outcome);
  result committed = signer_core_commit(local->core, arena);
  local->broken = !is_ok(committed);
  TRY(committed);
  TRY(reply.outcome); /* a token's is known only now */
  *ret_answer = arena_copy(arena, reply.answer);
  return OK;
}

static result call(struct signer *signer, const struct signer_wire_request *request, struct arena *arena,
                   struct slice *ret_answer) {
  struct local *local = (struct local *)signer;
  (void)pthread_mutex_lock(&local->lock);
  result handled = {SIGNER_UNAVAILABLE};
  if (!local->broken) {
    handled = handle(local, request, arena, ret_answer);
  }
  (void)pthread_mutex_unlock(&local->lock);
  return handled;
}

static result local_sign(struct signer *signer, const struct signer_request *request, struct arena *arena,
                         struct slice *ret_signature) {
  struct signer_wire_request wire = {.operation = SIGNER_OPERATION_SIGN, .request = *request};
  return call(signer, &wire, arena, ret_signature);
}

static result local_key_create(struct signer *signer, const struct signer_new_key *key, struct arena *arena,
                               struct slice *ret_public_key) {
  struct signer_wire_request wire = {.operation = SIGNER_OPERATION_KEY_CREATE,
                                     .request = {.key = key->name, .profile = key->profile, .pin_proof = key->pin_key}};
  return call(signer, &wire, arena, ret_public_key);
}

static result local_key_public(struct signer *signer, struct slice key, struct arena *arena,
                               struct slice *ret_public_key) {
  struct signer_wire_request wire = {.operation = SIGNER_OPERATION_KEY_PUBLIC, .request = {.key = key}};
  return call(signer, &wire, arena, ret_public_key);
}

result signer_local_open(const struct signer_local_options *options, struct signer **ret_signer) {
  struct signer_core *core = NULL;
  TRY(signer_core_open(options, &core));
  struct local *local = heap_alloc(sizeof *local);
  *local = (struct local){.port = {local_sign, local_key_create, local_key_public, NULL}, .core = core};
  (void)pthread_mutex_init(&local->lock, NULL);
  *ret_signer = &local->port;
  return OK;
}

void signer_local_close(struct signer **signer) {
  struct local *local = (struct local *)*signer;
  if (local != NULL) {
    signer_core_close(&local->core);
    (void)pthread_mutex_destroy(&local->lock);
    free(local);
    *signer = NULL;
  }
}

result signer_local_figures(struct signer *signer, struct signer_figures *ret_figures) {
  struct local *local = (struct local *)signer;
  (void)pthread_mutex_lock(&local->lock);
  *ret_figures = signer_core_figures(local->core);
  (void)pthread_mutex_unlock(&local->lock);
  return OK;
}
