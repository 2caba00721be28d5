/* The password, asked again where a session alone must not do. */
#include "account/attempt.h"
#include "account/authenticator.h"
#include "account/life.h"
#include "crypto/password.h"

struct confirming {
  struct env *env;
  struct account_try attempt;
  struct account_try_answer counted;
  struct arena *arena;
  struct slice stored;
};

static result write_begin(struct db_tx *tx, void *arg) {
  struct confirming *it = arg;
  TRY(account_try_begin(it->env, tx, &it->attempt, &it->counted));
  return account_authenticator_load(tx, it->attempt.person_id, ACCOUNT_PASSWORD_KIND, it->arena, &it->stored);
}

static result write_right(struct db_tx *tx, void *arg) {
  struct confirming *it = arg;
  TRY(account_try_right(tx, &it->attempt));
  return account_authenticator_right(tx, it->attempt.person_id, ACCOUNT_PASSWORD_KIND);
}

static result write_wrong(struct db_tx *tx, void *arg) {
  struct confirming *it = arg;
  TRY(account_try_wrong(it->env, tx, &it->attempt, it->counted.is_last));
  return account_authenticator_wrong(it->env, tx, it->attempt.person_id, ACCOUNT_PASSWORD_KIND);
}

static result write_give_back(struct db_tx *tx, void *arg) {
  const struct confirming *it = arg;
  return account_try_give_back(tx, &it->attempt);
}

result account_password_confirm(struct env *env, struct pool *pool, const struct account_confirmation *confirmation) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct confirming it = {.env = env, .arena = &arena,
                          .attempt = {.kind = ACCOUNT_TRY_STEP_UP, .person_id = confirmation->person_id, .client = confirmation->client}};
  TRY(db_write(env->db, write_begin, &it));
  if (it.counted.refused != 0) {
    FAIL(it.counted.refused, "too many wrong ones");
  }
  result checked = account_secret_verify(pool, confirmation->password, it.stored);
  if (is_code(checked, CRYPTO_PASSWORD_WRONG)) {
    TRY(db_write(env->db, write_wrong, &it));
    FAIL(ACCOUNT_PASSWORD_PRESENT, "not the present password");
  }
  if (!is_ok(checked)) {
    TRY(db_write(env->db, write_give_back, &it));
    return checked;
  }
  return db_write(env->db, write_right, &it);
}
