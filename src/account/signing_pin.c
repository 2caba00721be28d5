/* The PIN that releases an officer's own signature. It lives nowhere here: the signer holds the key made of it. */
#include "account/authenticator.h"
#include "account/life.h"
#include "crypto/pin_proof.h"

enum { SIGNING_PIN_DIGITS_MIN = 6, SIGNING_PIN_DIGITS_MAX = 12 };

struct deriving {
  struct slice pin;
  struct slice key_name;
  struct secret pin_key;
};

static void wipe(struct deriving *deriving) { secret_clear(&deriving->pin_key); }

static result run_derive(void *arg) {
  struct deriving *deriving = arg;
  return pin_proof_key(deriving->pin, deriving->key_name, &deriving->pin_key);
}

static struct slice key_name(struct arena *arena, int64_t person_id) { return arena_printf(arena, "officer/%lld", (long long)person_id); }

struct setting {
  struct env *env;
  int64_t person_id;
};

static result write_set(struct db_tx *tx, void *arg) {
  const struct setting *setting = arg;
  TRY(account_authenticator_save(setting->env, tx, setting->person_id, ACCOUNT_SIGNING_PIN_KIND, S("")));
  struct account_step step = {.person_id = setting->person_id, .kind = "account.signing_pin_set", .actor = {setting->person_id, S("")}};
  return account_move(setting->env, tx, &step);
}

result account_signing_pin_set(struct env *env, struct pool *pool, int64_t person_id, struct slice signing_pin) {
  if (signing_pin.len < SIGNING_PIN_DIGITS_MIN || signing_pin.len > SIGNING_PIN_DIGITS_MAX || !account_is_digits(signing_pin) ||
      account_digits_are_trivial(signing_pin)) {
    FAIL(ACCOUNT_SIGNING_PIN_FORM, "not six to twelve digits, or a sequence");
  }
  struct account account = {0};
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(env->db, &tx));
    TRY(account_load(tx, person_id, &account));
  }
  if (account.state == ACCOUNT_NONE) {
    FAIL(ACCOUNT_UNKNOWN, "no account");
  }
  if (account.has_signing_pin) {
    FAIL(ACCOUNT_SIGNING_PIN_SET, "the signing key has a PIN already");
  }
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct deriving deriving CLEANUP(wipe) = {.pin = signing_pin, .key_name = key_name(&arena, person_id)};
  struct slice public_key = {0};
  TRY(pool_run(pool, run_derive, &deriving));
  TRY(env->signer->key_create(
      env->signer,
      &(struct signer_new_key){
          .name = deriving.key_name, .profile = SIGNER_PERSONAL, .pin_key = secret_slice(&deriving.pin_key)},
      &arena, &public_key));
  return db_write(env->db, write_set, &(struct setting){env, person_id});
}

result account_pin_proof(struct env *env, struct pool *pool, const struct account_signing *signing, uint8_t ret_proof[32]) {
  (void)env;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct deriving deriving CLEANUP(wipe) = {.pin = signing->signing_pin, .key_name = key_name(&arena, signing->person_id)};
  TRY(pool_run(pool, run_derive, &deriving));
  struct pin_proof_claim claim = {.key_name = deriving.key_name, .profile = SIGNER_PERSONAL, .digest = signing->digest};
  pin_proof_make(&deriving.pin_key, &claim, ret_proof);
  return OK;
}
