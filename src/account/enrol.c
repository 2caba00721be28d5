/* Level-2 enrolment [Decree 69/2024 Art 10-13]: collected by one officer, approved by another, activated by the citizen. */
#include "account/code.h"
#include "account/life.h"

static const char legal_basis[] = "Nghị định 69/2024/NĐ-CP, Điều 12";

/* [Decree 69/2024 Art 7] Who may hold what, by age on the day; from included, to excluded. Under 14 on request only, which an enrolment is. */
static const struct {
  int32_t from_years;
  int32_t to_years;
  int highest_level;
  bool guardian;
} rights[] = {
    {0, 6, 1, true},
    {6, 14, 2, true},
    {14, 200, 2, false},
};

static result is_ward(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on, bool *ret_ward) {
  struct register_relation_list relations = {0};
  TRY(register_relations_load(tx, arena, person_id, on, &relations));
  bool ward = false;
  for (size_t i = 0; i < relations.count; i++) {
    ward |= relations.items[i].kind == REGISTER_GUARDIAN;
  }
  *ret_ward = ward;
  return OK;
}

result account_eligible(struct db_tx *tx, int64_t person_id, int level, int32_t on, bool *ret_guardian_needed) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct register_person person = {0};
  bool guardian = false;
  TRY(register_person_load(tx, &arena, person_id, &person));
  if (person.life != REGISTER_ALIVE) {
    FAIL(ACCOUNT_NOT_ELIGIBLE, "the person is dead");
  }
  if (slice_empty(person.card_number) || on < person.card_issued || on > person.card_expires) {
    FAIL(ACCOUNT_NOT_ELIGIBLE, "no valid card: level 2 then goes with the card procedure");
  }
  int32_t years = register_person_age(&person, on);
  bool found = false;
  for (size_t i = 0; i < sizeof rights / sizeof *rights; i++) {
    if (years >= rights[i].from_years && years < rights[i].to_years) {
      found = level >= 1 && level <= rights[i].highest_level;
      guardian = rights[i].guardian;
    }
  }
  if (!found) {
    FAIL(ACCOUNT_NOT_ELIGIBLE, "no account of level %d at that age", level);
  }
  if (!guardian) {
    TRY(is_ward(tx, &arena, person_id, on, &guardian));
  }
  *ret_guardian_needed = guardian;
  return OK;
}

/* "+84912345678" and "0912345678" are one number: ten digits, 03, 05, 07, 08 or 09. */
static result normal_phone(struct arena *arena, struct slice phone, struct slice *ret_phone) {
  struct slice digits = slice_trim(phone);
  if (slice_starts(digits, S("+84"))) {
    digits = arena_printf(arena, "0%.*s", SLICE_ARG(slice_from(digits, 3)));
  }
  bool good = digits.len == 10 && digits.ptr[0] == '0' && strchr("35789", digits.ptr[1]) != NULL;
  for (size_t i = 0; i < digits.len; i++) {
    good = good && digits.ptr[i] >= '0' && digits.ptr[i] <= '9';
  }
  if (!good) {
    FAIL(ACCOUNT_PHONE, "not a mobile number");
  }
  *ret_phone = digits;
  return OK;
}

/* The number must not be bound to another account; a minor's is the guardian's and is bound to the guardian alone. */
static result bind_phone(struct db_tx *tx, int64_t person_id, struct slice phone) {
  TRY(db_run(tx, "DELETE FROM account_phone WHERE person_id = $1", DB_ARGS(db_of_int(person_id)), NULL));
  result bound = db_run(tx, "INSERT INTO account_phone (phone, person_id) VALUES ($1, $2)",
                        DB_ARGS(db_of_text(phone), db_of_int(person_id)), NULL);
  if (is_code(bound, DB_DUPLICATE)) {
    FAIL(ACCOUNT_PHONE_TAKEN, "bound to another account");
  }
  return bound;
}

static result check_guardian(struct db_tx *tx, const struct account_enrolment *enrolment, struct slice phone, int32_t on) {
  bool represents = false;
  struct account guardian = {0};
  if (enrolment->guardian_id != 0) {
    TRY(register_represents(tx, enrolment->guardian_id, enrolment->person_id, on, &represents));
    TRY(account_load(tx, enrolment->guardian_id, &guardian));
  }
  if (!represents || guardian.state != ACCOUNT_ACTIVE || guardian.level != 2) {
    FAIL(ACCOUNT_GUARDIAN, "no parent or guardian with an active level-2 account");
  }
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, "SELECT phone FROM account WHERE person_id = $1", DB_ARGS(db_of_int(enrolment->guardian_id)), &rows));
  if (!db_is_null(&rows, 0) && !slice_eq(db_text(&rows, 0), phone)) {
    FAIL(ACCOUNT_PHONE, "a minor's number is the guardian's own");
  }
  return OK;
}

static result check_collected(struct env *env, struct db_tx *tx, const struct account_enrolment *enrolment, struct slice phone,
                              bool *ret_guardian) {
  int32_t today = clock_date_of(clock_now_ms(env->clock));
  if (enrolment->officer.person_id == enrolment->person_id || enrolment->officer.person_id == 0) {
    FAIL(ACCOUNT_OWN_CASE, "an officer does not enrol themself");
  }
  TRY(account_eligible(tx, enrolment->person_id, enrolment->level, today, ret_guardian));
  if (enrolment->level == 2 && !(enrolment->face_matched && enrolment->fingerprints_matched)) {
    FAIL(ACCOUNT_BIOMETRICS, "face and fingerprints must both match the identity database");
  }
  return *ret_guardian ? check_guardian(tx, enrolment, phone, today) : OK;
}

/* What the enrolment says about how to reach the person; guardian_id 0: themself. */
struct contact {
  struct slice phone;
  struct slice email;
  int64_t guardian_id;
};

static result adopt_contact(struct db_tx *tx, int64_t person_id, const struct contact *contact) {
  if (contact->guardian_id == 0) {
    TRY(bind_phone(tx, person_id, contact->phone));
  }
  return db_run(tx, "UPDATE account SET phone = $2, email = $3, guardian_id = $4 WHERE person_id = $1",
                DB_ARGS(db_of_int(person_id), db_of_text(contact->phone), db_of_text_or_null(contact->email),
                        db_of_int_or_null(contact->guardian_id)),
                NULL);
}

static result write_enrolment(struct env *env, struct db_tx *tx, const struct account_enrolment *enrolment, const struct contact *contact) {
  return db_run(tx,
                "INSERT INTO account_enrolment (person_id, dossier_code, level, state, collected_by, collected_at, face_matched,"
                " fingerprints_matched, phone, email, guardian_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                DB_ARGS(db_of_int(enrolment->person_id), db_of_text(enrolment->dossier_code), db_of_int(enrolment->level),
                        db_of_int(ACCOUNT_VERIFYING), db_of_int(enrolment->officer.person_id), db_of_int(clock_now_ms(env->clock)),
                        db_of_int(enrolment->face_matched), db_of_int(enrolment->fingerprints_matched),
                        db_of_text(contact->phone), db_of_text_or_null(contact->email), db_of_int_or_null(contact->guardian_id)),
                NULL);
}

result account_enrol_collect(struct env *env, struct db_tx *tx, const struct account_enrolment *enrolment) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct contact contact = {.email = slice_trim(enrolment->email)};
  bool guardian = false;
  struct account account = {0};
  TRY(normal_phone(&arena, enrolment->phone, &contact.phone));
  TRY(check_collected(env, tx, enrolment, contact.phone, &guardian));
  contact.guardian_id = guardian ? enrolment->guardian_id : 0;
  TRY(account_load(tx, enrolment->person_id, &account));
  bool upgrade = account.state == ACCOUNT_ACTIVE;
  if (upgrade && account.level >= enrolment->level) {
    FAIL(ACCOUNT_LEVEL, "level %d is held already", account.level);
  }
  struct account_step step = {.person_id = enrolment->person_id,
                              ACCOUNT_PATH(ACCOUNT_REGISTERED, ACCOUNT_VERIFYING),
                              .kind = "account.enrolment_collected",
                              .legal_basis = legal_basis,
                              .actor = enrolment->officer,
                              .detail = arena_printf(&arena, "\"level\":%d", enrolment->level)};
  step.path_count = upgrade ? 0 : step.path_count; /* an active level-1 account is used on while its level 2 is verified */
  TRY(account_move(env, tx, &step));
  if (!upgrade) {
    TRY(adopt_contact(tx, enrolment->person_id, &contact));
  }
  return write_enrolment(env, tx, enrolment, &contact);
}

struct decision {
  int level;
  int64_t collected_by;
  struct contact contact;
};

/* The open enrolment the decision is about, checked: four eyes, and neither pair is the person's own. */
static result open_enrolment(struct db_tx *tx, struct arena *arena, const struct account_enrolment *asked,
                             struct decision *ret_decision) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT level, collected_by, state, phone, email, guardian_id FROM account_enrolment"
               " WHERE person_id = $1 AND dossier_code = $2",
               DB_ARGS(db_of_int(asked->person_id), db_of_text(asked->dossier_code)), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(ACCOUNT_UNKNOWN, "no such enrolment");
  }
  struct decision decision = {(int)db_int(&rows, 0), db_int(&rows, 1),
                              {db_text_copy(&rows, 3, arena), db_text_copy(&rows, 4, arena), db_int(&rows, 5)}};
  if (db_int(&rows, 2) != ACCOUNT_VERIFYING) {
    FAIL(ACCOUNT_MOVE, "the enrolment is decided already");
  }
  if (asked->officer.person_id == asked->person_id || asked->officer.person_id == 0) {
    FAIL(ACCOUNT_OWN_CASE, "an officer does not decide on themself");
  }
  if (asked->officer.person_id == decision.collected_by) {
    FAIL(ACCOUNT_SAME_OFFICER, "who collected does not decide");
  }
  *ret_decision = decision;
  return OK;
}

static result close_enrolment(struct env *env, struct db_tx *tx, const struct account_enrolment *decided, enum account_state state,
                              struct slice reason) {
  return db_run(tx,
                "UPDATE account_enrolment SET state = $3, decided_by = $4, decided_at = $5, reason = $6"
                " WHERE person_id = $1 AND dossier_code = $2",
                DB_ARGS(db_of_int(decided->person_id), db_of_text(decided->dossier_code), db_of_int(state),
                        db_of_int(decided->officer.person_id), db_of_int(clock_now_ms(env->clock)), db_of_text_or_null(reason)),
                NULL);
}

result account_level_raise(struct db_tx *tx, int64_t person_id, int level, int64_t at_ms) {
  int64_t changed = 0;
  TRY(db_run(tx, "UPDATE account SET level = $2, approved_at = COALESCE(approved_at, $3) WHERE person_id = $1 AND level < $2",
             DB_ARGS(db_of_int(person_id), db_of_int(level), db_of_int(at_ms)), &changed));
  if (changed == 0 || level < 1 || level > 2) {
    FAIL(ACCOUNT_LEVEL, "a level only rises, to 1 or 2");
  }
  return OK;
}

result account_enrol_approve(struct env *env, struct db_tx *tx, const struct account_enrolment *decision) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct decision open = {0};
  struct account account = {0};
  TRY(open_enrolment(tx, &arena, decision, &open));
  TRY(account_load(tx, decision->person_id, &account));
  bool upgrade = account.state == ACCOUNT_ACTIVE || account.state == ACCOUNT_STATE_LOCKED;
  struct account_step step = {.person_id = decision->person_id,
                              ACCOUNT_PATH(ACCOUNT_APPROVED),
                              .kind = upgrade ? "account.level_raised" : "account.approved",
                              .legal_basis = legal_basis,
                              .actor = decision->officer,
                              .detail = arena_printf(&arena, "\"level\":%d", open.level)};
  step.path_count = upgrade ? 0 : 1;
  TRY(account_move(env, tx, &step));
  TRY(account_level_raise(tx, decision->person_id, open.level, clock_now_ms(env->clock)));
  TRY(close_enrolment(env, tx, decision, ACCOUNT_APPROVED, S("")));
  if (!upgrade) {
    return account_code_send(env, tx, decision->person_id);
  }
  TRY(adopt_contact(tx, decision->person_id, &open.contact));
  return account_message_send(env, tx, decision->person_id, S("Tài khoản định danh điện tử của bạn đã được nâng lên mức độ 2."), 0);
}

result account_enrol_reject(struct env *env, struct db_tx *tx, const struct account_enrolment *decision, struct slice reason) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct decision open = {0};
  struct account account = {0};
  if (slice_empty(slice_trim(reason))) {
    FAIL(ACCOUNT_REASON, "a rejection without a reason");
  }
  TRY(open_enrolment(tx, &arena, decision, &open));
  TRY(account_load(tx, decision->person_id, &account));
  bool upgrade = account.state == ACCOUNT_ACTIVE || account.state == ACCOUNT_STATE_LOCKED;
  struct account_step step = {.person_id = decision->person_id,
                              ACCOUNT_PATH(ACCOUNT_REJECTED),
                              .kind = "account.enrolment_rejected",
                              .legal_basis = legal_basis,
                              .actor = decision->officer};
  step.path_count = upgrade ? 0 : 1;
  TRY(account_move(env, tx, &step));
  if (!upgrade) {
    TRY(db_run(tx, "DELETE FROM account_phone WHERE person_id = $1", DB_ARGS(db_of_int(decision->person_id)), NULL));
  }
  TRY(close_enrolment(env, tx, decision, ACCOUNT_REJECTED, reason));
  return account_message_send(env, tx, decision->person_id,
                              arena_printf(&arena, "Hồ sơ định danh điện tử không được duyệt: %.*s", SLICE_ARG(slice_trim(reason))), 0);
}
