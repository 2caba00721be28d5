/* An answer becomes a session: looked at outside the write, used up inside it, and nothing is opened that was not used up. */
#include <assert.h>

#include "authenticator/kinds.h"

struct writing {
  struct authenticator_proving proving;
  const struct authenticator_kind_row *kind;
  struct account_try attempt;
  struct authenticator_granted granted;
};

static result find_person(struct db_tx *tx, struct authenticator_proving *proving) {
  proving->person_id = 0;
  if (proving->answer->session != NULL) {
    proving->person_id = proving->answer->session->person_id;
    return OK;
  }
  result found = register_person_find(tx, proving->answer->pin, &proving->person_id);
  return result_kind(found) == RESULT_INTERNAL || result_kind(found) == RESULT_UNAVAILABLE ? found : OK;
}

/* Of a code: counted before it is looked at, in one write, so that parallel guesses get no more tries than a row of them. */
static result use_code(struct db_tx *tx, struct writing *it) {
  struct authenticator_proving *proving = &it->proving;
  struct account_try_answer counted = {0};
  TRY(find_person(tx, proving));
  it->attempt = (struct account_try){.kind = proving->answer->session != NULL ? ACCOUNT_TRY_STEP_UP : ACCOUNT_TRY_NAME,
                                     .name = proving->answer->pin,
                                     .person_id = proving->person_id,
                                     .client = proving->answer->client};
  TRY(account_try_begin(proving->env, tx, &it->attempt, &counted));
  if (counted.refused != 0) {
    proving->outcome = counted.refused;
    return OK;
  }
  TRY(it->kind->use(tx, proving));
  if (proving->outcome == 0) {
    return account_try_right(tx, &it->attempt);
  }
  TRY(account_try_wrong(proving->env, tx, &it->attempt, counted.is_last));
  proving->outcome = counted.is_last ? ACCOUNT_LOCKED_FOR_NOW : proving->outcome;
  return OK;
}

static result use_ceremony(struct db_tx *tx, struct writing *it) {
  bool used = it->proving.is_spent;
  TRY(used ? OK : authenticator_ceremony_use(it->proving.env, tx, it->proving.answer->ceremony, &used));
  if (!used) {
    it->proving.outcome = AUTHENTICATOR_CEREMONY;
    return OK;
  }
  return it->kind->use(tx, &it->proving);
}

static result write_proof(struct db_tx *tx, void *arg) {
  struct writing *it = arg;
  const struct authenticator_answer *answer = it->proving.answer;
  it->proving.outcome = 0;
  TRY(it->kind->has_ceremony ? use_ceremony(tx, it) : use_code(tx, it));
  if (it->proving.outcome != 0) {
    return OK;
  }
  struct account_proof proof = {.person_id = it->proving.person_id, .means = it->proving.means, .client = answer->client,
                                .replaces = answer->replaces, .is_whole = answer->is_whole,
                                .passkey_id = answer->kind == AUTHENTICATOR_PASSKEY ? it->proving.authenticator_id : 0};
  TRY(answer->session != NULL ? account_session_raise(it->proving.env, tx, &proof, &it->granted.token, &it->granted.session)
                              : account_session_open(it->proving.env, tx, &proof, &it->granted.token, &it->granted.session));
  return answer->follow != NULL ? answer->follow->write(tx, answer->follow->arg, &it->granted.session) : OK;
}

static result write_used(struct db_tx *tx, void *arg) {
  struct writing *it = arg;
  return authenticator_ceremony_use(it->proving.env, tx, it->proving.answer->ceremony, &it->proving.is_spent);
}

static result load_pending(struct authenticator_proving *proving, struct authenticator_pending *ret_pending) {
  const struct account_session *session = proving->answer->session;
  TRY(authenticator_ceremony_load(proving->env, proving->answer->ceremony, proving->arena, ret_pending));
  bool is_mine = ret_pending->kind == proving->answer->kind &&
                 ret_pending->purpose == (session != NULL ? AUTHENTICATOR_STEPPING_UP : AUTHENTICATOR_SIGN_IN) &&
                 ret_pending->session_id == (session != NULL ? session->session_id : 0);
  if (!is_mine) {
    FAIL(AUTHENTICATOR_CEREMONY, "begun for something else");
  }
  return OK;
}

/* A challenge is spent by a wrong answer too [WebAuthn 13.4.3]. */
static result check(struct writing *it) {
  struct authenticator_pending pending = {0};
  TRY(load_pending(&it->proving, &pending));
  result checked = it->kind->check(&it->proving, &pending);
  if (is_ok(checked)) {
    return OK;
  }
  struct fault why = *fault_last();
  TRY(it->proving.is_spent ? OK : db_write(it->proving.env->db, write_used, it));
  if (!it->proving.is_spent) {
    FAIL(AUTHENTICATOR_CEREMONY, "it was used before");
  }
  return fault_set(why.file, why.line, checked.code, "%s", why.detail);
}

result authenticator_prove(struct env *env, const struct authenticator_answer *answer, struct authenticator_granted *ret_granted) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct writing it = {.proving = {.env = env, .answer = answer, .arena = &arena}, .kind = authenticator_kind_row(answer->kind)};
  if ((answer->session == NULL || answer->is_whole) && !it.kind->opens) {
    FAIL(AUTHENTICATOR_KIND, "a %s does not stand alone", it.kind->name);
  }
  TRY(it.kind->has_ceremony ? check(&it) : OK);
  uint64_t moment = 0;
  bool may_keep = db_moment(env->db, &moment); /* before the write begins */
  TRY(db_write(env->db, write_proof, &it));
  if (it.proving.outcome != 0) {
    FAIL(it.proving.outcome, "the %s was refused", it.kind->name);
  }
  if (may_keep && answer->session == NULL) {
    account_session_keep(env, &it.granted.token, &it.granted.session, moment);
  }
  *ret_granted = it.granted;
  return OK;
}
