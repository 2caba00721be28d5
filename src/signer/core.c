#include "signer/core.h"

#include <stdlib.h>

#include "crypto/key_many.h"
#include "crypto/pin_proof.h"
#include "signer/journal.h"
#include "signer/vault.h"

/* Tokens that wait for their signatures; more of them than this in a round are signed in parts. */
enum { WAITING_MAX = 64 };

struct signer_core {
  struct signer_vault *vault;
  struct signer_journal *journal;
  const struct clock *clock;
  bool one_by_one;
  uint64_t in_lanes;
  size_t waiting;
  struct key_many_item items[WAITING_MAX];
  struct signer_core_reply *replies[WAITING_MAX]; /* whose signature item i is */
};

void signer_core_close(struct signer_core **core) {
  if (*core != NULL) {
    signer_journal_close(&(*core)->journal);
    signer_vault_close(&(*core)->vault);
    free(*core);
    *core = NULL;
  }
}

result signer_core_open(const struct signer_local_options *options, struct signer_core **ret_core) {
  struct signer_core *core CLEANUP(signer_core_close) = heap_alloc(sizeof *core);
  *core = (struct signer_core){.clock = options->clock, .one_by_one = options->one_by_one};
  TRY(signer_vault_open(options->data_dir, true, &core->vault));
  struct signer_journal_options journal = {.folder = signer_vault_folder(core->vault), .unsynced = options->unsynced, .clock = options->clock};
  TRY(signer_journal_open(&journal, &core->journal));
  *ret_core = core;
  core = NULL;
  return OK;
}

static void sign_waiting(struct signer_core *core, struct arena *arena) {
  const size_t at_once = core->one_by_one ? 1 : WAITING_MAX;
  for (size_t i = 0; i < core->waiting; i += at_once) {
    const size_t left = core->waiting - i;
    core->in_lanes += key_many_sign(&core->items[i], left < at_once ? left : at_once, arena);
  }
  for (size_t i = 0; i < core->waiting; i++) {
    *core->replies[i] = (struct signer_core_reply){core->items[i].outcome, core->items[i].signature};
  }
  core->waiting = 0;
}

result signer_core_commit(struct signer_core *core, struct arena *arena) {
  sign_waiting(core, arena);
  return signer_journal_commit(core->journal);
}

struct signer_figures signer_core_figures(const struct signer_core *core) {
  struct signer_figures figures = signer_journal_figures(core->journal);
  figures.in_lanes = core->in_lanes;
  return figures;
}

/* The lock comes before the proof: a locked key tells nobody whether a proof would have been right. Counts are on
 * disk before the answer. */
static result check_proof(struct signer_core *core, struct signer_key *key, const struct signer_request *request) {
  if (key->wrong_proofs >= SIGNER_WRONG_PROOFS_MAX) {
    TRY(signer_vault_reload(core->vault, key)); /* an operator may have unlocked it */
  }
  if (key->wrong_proofs >= SIGNER_WRONG_PROOFS_MAX) {
    FAIL(SIGNER_KEY_LOCKED, "too many wrong proofs");
  }
  struct pin_proof_claim claim = {request->key, (uint8_t)request->profile, request->digest};
  if (!is_ok(pin_proof_check(&key->pin_key, &claim, request->pin_proof))) {
    key->wrong_proofs++;
    TRY(signer_vault_save(core->vault, key));
    FAIL(SIGNER_PIN_WRONG, "wrong proof");
  }
  if (key->wrong_proofs > 0) {
    key->wrong_proofs = 0;
    TRY(signer_vault_save(core->vault, key));
  }
  return OK;
}

/* A line each, or a share of a reservation: both are on disk before the round's answers are given out. */
static void record(struct signer_core *core, const struct signer_rule *rule, struct signer_key *key,
                   const struct signer_request *request) {
  struct signer_journal_line line = {clock_now_ms(core->clock), rule, request->key, request->digest,
                                     request->reference};
  if (rule->reserve == 0) {
    signer_journal_append(core->journal, &line);
    return;
  }
  if (key->reserved == 0) {
    signer_journal_reserve(core->journal, &line);
    key->reserved = rule->reserve;
  }
  key->reserved--;
}

/* Counted now, and signed with the others of its round. */
static void wait_for_signature(struct signer_core *core, const struct signer_key *key, const struct signer_request *request,
                               struct arena *arena, struct signer_core_reply *reply) {
  if (core->waiting == WAITING_MAX) {
    sign_waiting(core, arena);
  }
  struct key_many_item *item = &core->items[core->waiting];
  *item = (struct key_many_item){.key = key->key};
  memcpy(item->digest, request->digest, sizeof item->digest);
  core->replies[core->waiting++] = reply;
}

static result sign(struct signer_core *core, const struct signer_request *request, struct arena *arena,
                   struct signer_core_reply *reply) {
  const struct signer_rule *rule = NULL;
  struct signer_key *key = NULL;
  TRY(signer_policy_rule(request->key, request->profile, &rule));
  TRY(signer_policy_reference(rule, request->reference));
  TRY(signer_policy_message(rule, request->message));
  TRY(signer_vault_find(core->vault, request->key, &key));
  if (key->profile != request->profile) {
    FAIL(SIGNER_PROFILE_REFUSED, "the key was made for profile %d", (int)key->profile);
  }
  if (!rule->needs_proof && request->pin_proof.len > 0) {
    FAIL(SIGNER_PIN_KEY_REFUSED, "a proof for a key without PIN");
  }
  if (rule->needs_proof) {
    TRY(check_proof(core, key, request));
  }
  if (rule->needs_personal && !signer_journal_has_personal(core->journal, request->reference)) {
    FAIL(SIGNER_NOT_SIGNED_BEFORE, "no personal signature under this reference");
  }
  if (rule->profile == SIGNER_TOKEN) {
    record(core, rule, key, request);
    wait_for_signature(core, key, request, arena, reply);
    return OK;
  }
  if (rule->message == NULL) {
    TRY(key_sign(key->key, request->digest, arena, &reply->answer));
    record(core, rule, key, request);
    return OK;
  }
  uint8_t *signature = arena_alloc(arena, ED25519_SIGNATURE_BYTES);
  struct signer_request counted = *request;
  TRY(ed25519_sign(&key->seed, request->message, signature));
  digest_sha256(request->message, counted.digest);
  reply->answer = slice_of(signature, ED25519_SIGNATURE_BYTES);
  record(core, rule, key, &counted);
  return OK;
}

static result create(struct signer_core *core, const struct signer_request *request, struct slice *ret_answer) {
  const struct signer_rule *rule = NULL;
  struct signer_key *key = NULL;
  TRY(signer_policy_rule(request->key, request->profile, &rule));
  if (request->pin_proof.len != (rule->needs_proof ? PIN_PROOF_KEY_BYTES : 0)) {
    FAIL(SIGNER_PIN_KEY_REFUSED, "PIN key of %zu bytes", request->pin_proof.len);
  }
  result found = signer_vault_find(core->vault, request->key, &key);
  if (is_code(found, SIGNER_KEY_UNKNOWN)) {
    TRY(signer_vault_create(core->vault, request->key, request->profile, request->pin_proof, &key));
  } else {
    TRY(found);
  }
  /* An existing key keeps its PIN, and whether the given one is the same is not told: that would be a way to try PINs
   * without being counted. */
  *ret_answer = slice_of(key->spki, key->spki_len);
  return OK;
}

static result public_of(struct signer_core *core, const struct signer_request *request, struct slice *ret_answer) {
  const struct signer_rule *rule = NULL;
  struct signer_key *key = NULL;
  result known = signer_policy_rule(request->key, request->profile, &rule);
  if (is_code(known, SIGNER_NAME_REFUSED)) {
    return known; /* the profile is of no matter for a public key */
  }
  TRY(signer_vault_find(core->vault, request->key, &key));
  *ret_answer = slice_of(key->spki, key->spki_len);
  return OK;
}

static result decide(struct signer_core *core, const struct signer_wire_request *request, struct arena *arena,
                     struct signer_core_reply *reply) {
  switch (request->operation) {
    case SIGNER_OPERATION_SIGN:
      return sign(core, &request->request, arena, reply);
    case SIGNER_OPERATION_KEY_CREATE:
      return create(core, &request->request, &reply->answer);
    case SIGNER_OPERATION_KEY_PUBLIC:
      return public_of(core, &request->request, &reply->answer);
    case SIGNER_OPERATION_HEALTH:
      return OK;
    case SIGNER_OPERATION_COUNT: {
      struct signer_figures figures = signer_core_figures(core);
      reply->answer = signer_wire_figures_write(&figures, arena);
      return OK;
    }
  }
  FAIL(SIGNER_FRAME_REFUSED, "unknown operation");
}

void signer_core_handle(struct signer_core *core, const struct signer_wire_request *request, struct arena *arena,
                        struct signer_core_reply *reply) {
  *reply = (struct signer_core_reply){OK, {0}};
  reply->outcome = decide(core, request, arena, reply);
}

result signer_unlock(const char *data_dir, struct slice name) {
  struct signer_vault *vault CLEANUP(signer_vault_close) = NULL;
  const struct signer_rule *rule = NULL;
  struct signer_key *key = NULL;
  TRY(signer_policy_rule(name, SIGNER_PERSONAL, &rule));
  TRY(signer_vault_open(data_dir, false, &vault));
  TRY(signer_vault_find(vault, name, &key));
  key->wrong_proofs = 0;
  return signer_vault_save(vault, key);
}
