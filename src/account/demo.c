/* Demonstration identities for synth and replay: the same moves as anybody's, in one act by the system. */
#include "account/authenticator.h"
#include "account/enrol.h"
#include "account/life.h"

struct creating {
  struct env *env;
  const struct account_demo *demo; /* hashed */
};

static result append(struct db_tx *tx, const struct creating *creating) {
  struct env *env = creating->env;
  const struct account_demo *demo = creating->demo;
  int64_t at = demo->at_ms ? demo->at_ms : clock_now_ms(env->clock);
  struct account_step step = {.person_id = demo->person_id,
                              ACCOUNT_PATH(ACCOUNT_REGISTERED, ACCOUNT_VERIFYING, ACCOUNT_APPROVED, ACCOUNT_ACTIVE),
                              .kind = "account.demonstration_created",
                              .detail = demo->level == 2 ? S("\"level\":2") : S("\"level\":1"),
                              .at_ms = at};
  TRY(account_move(env, tx, &step));
  TRY(account_level_raise(tx, demo->person_id, demo->level, at));
  TRY(db_run(tx, "UPDATE account SET activated_at = $2 WHERE person_id = $1", DB_ARGS(db_of_int(demo->person_id), db_of_int(at)), NULL));
  if (!slice_empty(demo->phone)) {
    TRY(account_contact_adopt(env, tx, demo->person_id, &(const struct account_contact){.phone = demo->phone, .guardian_id = demo->guardian_id}));
  }
  if (!slice_empty(demo->password_stored)) {
    TRY(account_authenticator_save(env, tx, demo->person_id, ACCOUNT_PASSWORD_KIND, demo->password_stored));
  }
  if (!slice_empty(demo->passcode_stored)) {
    TRY(account_authenticator_save(env, tx, demo->person_id, ACCOUNT_PASSCODE_KIND, demo->passcode_stored));
  }
  return OK;
}

static result write_demo(struct db_tx *tx, void *arg) { return append(tx, arg); }

result account_demo_hash(struct pool *pool, struct arena *arena, struct account_demo *demo) {
  if (!slice_empty(demo->password)) {
    TRY(account_secret_hash(pool, demo->password, arena, &demo->password_stored));
    demo->password = S("");
  }
  if (!slice_empty(demo->passcode)) {
    TRY(account_secret_hash(pool, demo->passcode, arena, &demo->passcode_stored));
    demo->passcode = S("");
  }
  return OK;
}

result account_demo_create(struct env *env, struct pool *pool, const struct account_demo *demo) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct account_demo hashed = *demo;
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(env->db, &tx));
    if (!slice_empty(demo->password)) {
      TRY(account_password_check_rules(tx, demo->person_id, demo->password));
    }
    if (!slice_empty(demo->passcode)) {
      TRY(account_passcode_check_rules(tx, demo->person_id, demo->passcode));
    }
  }
  TRY(account_demo_hash(pool, &arena, &hashed));
  return db_write(env->db, write_demo, &(struct creating){env, &hashed});
}

result account_demo_append(struct env *env, struct db_tx *tx, const struct account_demo *demo) {
  if (!slice_empty(demo->password) || !slice_empty(demo->passcode)) {
    FAIL(ACCOUNT_MOVE, "authenticators are hashed outside a transaction: account_demo_hash");
  }
  return append(tx, &(struct creating){env, demo});
}
