/* Helpers: people the holder named while all was well. One alone opens nothing. */
#include "recovery/case.h"

enum { HELPERS_MAX = 3 };

result recovery_contact_list(struct db_tx *tx, int64_t person_id, struct arena *arena, struct recovery_contact_list *ret_list) {
  struct recovery_contact *items = ARENA_ARRAY(arena, struct recovery_contact, HELPERS_MAX);
  size_t count = 0;
  {
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    TRY(db_query(tx, "SELECT helper_id, since FROM recovery_helper WHERE person_id = $1 ORDER BY since", DB_ARGS(db_of_int(person_id)), &rows));
    while (count < HELPERS_MAX && db_rows_next(&rows)) {
      items[count++] = (struct recovery_contact){.helper_id = db_int(&rows, 0), .since_ms = db_int(&rows, 1)};
    }
    TRY(rows.status);
  }
  for (size_t i = 0; i < count; i++) {
    struct register_person person = {0};
    TRY(register_person_load(tx, arena, items[i].helper_id, &person));
    items[i].name = person.name;
  }
  *ret_list = (struct recovery_contact_list){items, count};
  return OK;
}

static result write_line(struct env *env, struct db_tx *tx, int64_t person_id, int64_t helper_id, bool is_named) {
  const int64_t subjects[] = {person_id, helper_id};
  struct ledger_entry entry = {.kind = is_named ? "recovery.helper_named" : "recovery.helper_dropped",
                               .actor_person_id = person_id,
                               .subjects = subjects,
                               .subject_count = 2,
                               .detail = S("{}")};
  TRY(ledger_append(env, tx, &entry));
  struct account_event event = {.person_id = person_id, .kind = is_named ? S("recovery_helper_named") : S("recovery_helper_dropped")};
  TRY(account_history_append(env, tx, &event));
  struct account_notice told = {
      .person_id = person_id,
      .purpose = S("recovery_helper"),
      .text = is_named ? S("Ông/bà vừa chỉ định một người hỗ trợ lấy lại tài khoản định danh. Nếu không phải ông/bà, hãy khóa tài khoản ngay.")
                       : S("Ông/bà vừa bỏ một người hỗ trợ lấy lại tài khoản định danh. Nếu không phải ông/bà, hãy khóa tài khoản ngay."),
      .text_en = is_named ? S("You named a helper for recovering your e-ID account. If that was not you, lock the account now.")
                          : S("You dropped a helper for recovering your e-ID account. If that was not you, lock the account now.")};
  return account_notify(env, tx, &told);
}

static result check_contact(struct db_tx *tx, int64_t person_id, struct slice pin, int64_t *ret_helper_id) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct account account = {0};
  struct recovery_contact_list list = {0};
  int64_t helper_id = 0;
  if (!is_ok(register_person_find(tx, pin, &helper_id)) || helper_id == person_id) {
    FAIL(RECOVERY_HELPER, "nobody of that number, or oneself");
  }
  TRY(account_load(tx, helper_id, &account));
  TRY(recovery_contact_list(tx, person_id, &arena, &list));
  bool is_there = false;
  for (size_t i = 0; i < list.count; i++) {
    is_there |= list.items[i].helper_id == helper_id;
  }
  if (account.state != ACCOUNT_ACTIVE || account.level < 2 || is_there || list.count == HELPERS_MAX) {
    FAIL(RECOVERY_HELPER, "no active level-2 account, named already, or a fourth");
  }
  *ret_helper_id = helper_id;
  return OK;
}

result recovery_contact_name(struct env *env, struct db_tx *tx, int64_t person_id, struct slice helper_pin) {
  int64_t helper_id = 0;
  TRY(check_contact(tx, person_id, helper_pin, &helper_id));
  TRY(db_run(tx, "INSERT INTO recovery_helper (person_id, helper_id, since) VALUES ($1, $2, $3)",
             DB_ARGS(db_of_int(person_id), db_of_int(helper_id), db_of_int(clock_now_ms(env->clock))), NULL));
  TRY(write_line(env, tx, person_id, helper_id, true));
  struct account_notice told = {.person_id = helper_id,
                                .purpose = S("recovery_helper"),
                                .text = S("Ông/bà được chỉ định hỗ trợ một người lấy lại tài khoản định danh khi mất điện thoại. Chỉ xác nhận khi đã gặp hoặc nói chuyện trực tiếp."),
                                .text_en = S("You were named as a helper for recovering an e-ID account. Confirm only after meeting or speaking with the person.")};
  return account_notify(env, tx, &told);
}

result recovery_contact_drop(struct env *env, struct db_tx *tx, int64_t person_id, int64_t helper_id) {
  int64_t dropped = 0;
  TRY(db_run(tx, "DELETE FROM recovery_helper WHERE person_id = $1 AND helper_id = $2", DB_ARGS(db_of_int(person_id), db_of_int(helper_id)), &dropped));
  if (dropped == 0) {
    FAIL(RECOVERY_HELPER, "not a helper");
  }
  return write_line(env, tx, person_id, helper_id, false);
}

/* A helper named only a moment before the case began may have been named by the thief. */
static result is_settled(struct db_tx *tx, const struct recovery_case *of, int64_t helper_id, bool *ret_settled) {
  struct recovery_limits limits = {0};
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(recovery_limits_load(tx, &limits));
  TRY(db_query(tx, "SELECT 1 FROM recovery_helper WHERE person_id = $1 AND helper_id = $2 AND since <= $3",
               DB_ARGS(db_of_int(of->person_id), db_of_int(helper_id), db_of_int(of->opened_at_ms - limits.helper_settled_ms)), &rows));
  *ret_settled = db_rows_next(&rows);
  return rows.status;
}

result recovery_help(struct env *env, struct db_tx *tx, int64_t helper_id, struct slice number) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct recovery_case of = {0};
  bool settled = false;
  result found = recovery_of_number(env, tx, &arena, number, &of);
  if (is_ok(found)) {
    TRY(is_settled(tx, &of, helper_id, &settled));
  }
  if (!settled) { /* whether there is such a case is told to its helpers alone */
    FAIL(RECOVERY_NOT_HELPER, "not a helper of that case for long enough");
  }
  if (of.state != RECOVERY_OPENED || of.helper_id != 0) {
    FAIL(RECOVERY_MOVE, "the helper comes before the desk, once");
  }
  of.helper_id = helper_id;
  of.proofs |= RECOVERY_PROOF_HELPER;
  return recovery_advance(env, tx, &of, &(const struct account_actor){helper_id, S("helper")});
}
