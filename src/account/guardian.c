/* Who may stand beside a minor or ward who enrols [Decree 69/2024 Art 7]: the parent or guardian the register knows, with a level-2 account and a
 * mobile number of their own. */
#include "account/enrol.h"

enum { ADULT_FROM = 18 };

result account_is_ward(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on, bool *ret_ward) {
  struct register_relation_list relations = {0};
  TRY(register_relations_load(tx, arena, person_id, on, &relations));
  bool ward = false;
  for (size_t i = 0; i < relations.count; i++) {
    ward |= relations.items[i].kind == REGISTER_GUARDIAN;
  }
  *ret_ward = ward;
  return OK;
}

static result check_fit(struct db_tx *tx, struct arena *arena, const struct register_person *guardian, int32_t on) {
  bool ward = false;
  TRY(account_is_ward(tx, arena, guardian->person_id, on, &ward));
  if (guardian->life != REGISTER_ALIVE || register_person_age(guardian, on) < ADULT_FROM || ward) {
    FAIL(ACCOUNT_GUARDIAN_UNFIT, "dead, a minor or a ward themself");
  }
  return OK;
}

/* The number of their account; an account without one (made before numbers were kept) falls back on the register's. */
static result check_phone(struct db_tx *tx, const struct register_person *guardian, struct slice phone) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, "SELECT phone FROM account WHERE person_id = $1", DB_ARGS(db_of_int(guardian->person_id)), &rows));
  struct slice own = db_is_null(&rows, 0) ? guardian->mobile : db_text(&rows, 0);
  if (!slice_eq(own, phone)) {
    FAIL(ACCOUNT_GUARDIAN_PHONE, "not the guardian's own number");
  }
  return OK;
}

result account_guardian_check(struct db_tx *tx, const struct account_enrolment *enrolment, struct slice phone, int32_t on) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  bool represents = false;
  struct register_person guardian = {0};
  struct account account = {0};
  if (enrolment->guardian_id == 0) {
    FAIL(ACCOUNT_GUARDIAN, "nobody came along");
  }
  TRY(register_represents(tx, enrolment->guardian_id, enrolment->person_id, on, &represents));
  if (!represents) {
    FAIL(ACCOUNT_NOT_GUARDIAN, "neither parent of a minor nor guardian");
  }
  TRY(register_person_load(tx, &arena, enrolment->guardian_id, &guardian));
  TRY(check_fit(tx, &arena, &guardian, on));
  TRY(account_load(tx, enrolment->guardian_id, &account));
  if (account.state != ACCOUNT_ACTIVE || account.level != 2) {
    FAIL(ACCOUNT_GUARDIAN_LEVEL, "no active level-2 account");
  }
  return check_phone(tx, &guardian, phone);
}
