/* The proofs decide: the wait begins and the holder is told everywhere, or another officer is needed. */
#include "base/buf.h"
#include "recovery/case.h"

/* The link that stops it: a secret of its own for each telling, all of them good until the case is over. */
static result make_veto(struct env *env, struct db_tx *tx, const struct recovery_case *of, struct arena *arena, struct slice *ret_link) {
  uint8_t hash[DIGEST_BYTES];
  struct slice veto = token_make(env->random, arena);
  token_stored_form(RECOVERY_LABEL_VETO, veto, hash);
  TRY(db_run(tx, "INSERT INTO recovery_veto (veto_hash, person_id, case_id) VALUES ($1, $2, $3)",
             DB_ARGS(db_of_bytes(slice_of(hash, sizeof hash)), db_of_int(of->person_id), db_of_int(of->case_id)), NULL));
  *ret_link = arena_printf(arena, "%.*s/recover/stop?v=%.*s", SLICE_ARG(env->origin), SLICE_ARG(veto));
  return OK;
}

/* On every address there is [SP800-63B-4 4.2.3 SHALL]. It carries no code that would help anybody to the account. */
static result tell(struct env *env, struct db_tx *tx, const struct recovery_case *of) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice link;
  TRY(make_veto(env, tx, of, &arena, &link));
  bool waits = of->cool_until_ms != 0;
  struct slice day = waits ? clock_date_write_vi(&arena, clock_date_of(of->cool_until_ms)) : S("");
  struct slice day_en = waits ? clock_date_write(&arena, clock_date_of(of->cool_until_ms)) : S("");
  struct account_notice notice = {
      .person_id = of->person_id,
      .purpose = S("recovery"),
      .subject = S("Có người đang lấy lại tài khoản định danh của ông/bà"),
      .subject_en = S("Somebody is recovering your e-ID account"),
      .text = waits ? arena_printf(&arena, "Có người đang lấy lại tài khoản định danh của ông/bà (vụ việc %.*s), hoàn tất từ %.*s. Nếu không phải ông/bà, hãy dừng ngay: %.*s",
                                   SLICE_ARG(of->number), SLICE_ARG(day), SLICE_ARG(link))
                    : arena_printf(&arena, "Có người đã đến quầy để lấy lại tài khoản định danh của ông/bà (vụ việc %.*s). Nếu không phải ông/bà, hãy dừng ngay: %.*s",
                                   SLICE_ARG(of->number), SLICE_ARG(link)),
      .text_en = waits ? arena_printf(&arena, "Somebody is recovering your e-ID account (case %.*s); it ends from %.*s on. If this is not you, stop it now: %.*s",
                                      SLICE_ARG(of->number), SLICE_ARG(day_en), SLICE_ARG(link))
                       : arena_printf(&arena, "Somebody came to a desk to recover your e-ID account (case %.*s). If this is not you, stop it now: %.*s",
                                      SLICE_ARG(of->number), SLICE_ARG(link))};
  return account_notify(env, tx, &notice);
}

static struct slice write_proofs(struct arena *arena, unsigned proofs) {
  struct buf out;
  buf_init(&out, arena, 128);
  const char *comma = "";
  for (unsigned proof = 1; proof <= RECOVERY_PROOF_PASSKEY; proof <<= 1) {
    if (proofs & proof) {
      buf_printf(&out, "%s\"%.*s\"", comma, SLICE_ARG(recovery_proof_name((enum recovery_proof)proof)));
      comma = ",";
    }
  }
  return buf_slice(&out);
}

result recovery_advance(struct env *env, struct db_tx *tx, struct recovery_case *of, const struct account_actor *actor) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct recovery_limits limits = {0};
  TRY(recovery_limits_load(tx, &limits));
  enum recovery_path path = recovery_path_of(of->proofs, of->is_contested);
  struct slice proofs = write_proofs(&arena, of->proofs);
  bool was_seen = (of->proofs & RECOVERY_PROOF_PERSON) != 0;
  enum recovery_state to = path != RECOVERY_PATH_NONE ? RECOVERY_COOLING : was_seen ? RECOVERY_COLLECTED : of->state;
  if (path != RECOVERY_PATH_NONE) {
    of->path = path;
    of->cool_until_ms = clock_now_ms(env->clock) + recovery_wait_ms(&limits, path);
    of->expires_at_ms = of->cool_until_ms + limits.finish_ms;
  }
  TRY(recovery_proofs_save(tx, of));
  struct recovery_step step = {
      .of = of,
      .to = to,
      .kind = to == RECOVERY_COOLING ? "recovery.proved" : to == RECOVERY_COLLECTED ? "recovery.collected" : "recovery.proof_added",
      .actor = *actor,
      .detail = arena_printf(&arena, "\"path\":\"%.*s\",\"proofs\":[%.*s]", SLICE_ARG(recovery_path_name(path)),
                             SLICE_ARG(proofs))};
  TRY(recovery_move(env, tx, &step));
  bool is_moved = to != of->state;
  of->state = to;
  return is_moved && of->person_id != 0 ? tell(env, tx, of) : OK;
}
