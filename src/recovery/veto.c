/* The holder stops it: by the link every address got, or in a session. */
#include "recovery/case.h"

static result stop(struct env *env, struct db_tx *tx, const struct recovery_case *of, int64_t actor_id) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct recovery_step step = {.of = of, .to = RECOVERY_VETOED, .kind = "recovery.vetoed", .actor = {actor_id, S("")}};
  TRY(recovery_move(env, tx, &step));
  struct account_notice notice = {
      .person_id = of->person_id,
      .purpose = S("recovery"),
      .text = arena_printf(&arena, "Việc lấy lại tài khoản định danh (vụ việc %.*s) đã được dừng theo yêu cầu.", SLICE_ARG(of->number)),
      .text_en = arena_printf(&arena, "The recovery of your e-ID account (case %.*s) was stopped as asked.", SLICE_ARG(of->number))};
  return account_notify(env, tx, &notice);
}

struct vetoing {
  struct env *env;
  struct slice veto;
};

static result write_veto(struct db_tx *tx, void *arg) {
  const struct vetoing *v = arg;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct recovery_case of = {0};
  TRY(recovery_of_veto(v->env, tx, &arena, v->veto, &of));
  /* whoever holds the stolen phone reads the link too: once stopped, twice needs more than the phone */
  if (of.is_contested && recovery_move_is_allowed(of.state, RECOVERY_VETOED)) {
    FAIL(RECOVERY_CONTESTED, "a contested case is stopped in a session or at a desk");
  }
  return stop(v->env, tx, &of, 0);
}

result recovery_veto(struct env *env, struct slice veto) { return db_write(env->db, write_veto, &(struct vetoing){env, veto}); }

result recovery_veto_own(struct env *env, struct db_tx *tx, int64_t person_id, struct slice number) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct recovery_case of = {0};
  TRY(recovery_of_number(env, tx, &arena, number, &of));
  if (of.person_id != person_id) {
    FAIL(RECOVERY_UNKNOWN, "somebody else's");
  }
  return stop(env, tx, &of, person_id);
}
