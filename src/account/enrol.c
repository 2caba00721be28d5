/* Level-2 enrolment [Decree 69/2024 Art 10-13], collected: who may hold what, and what the officer at the desk writes down. Deciding is decide.c. */
#include "account/enrol.h"

struct slice account_enrol_basis(int32_t date) {
  static const struct civil_date decree_69 = {2024, 7, 1};
  return date >= clock_date_from(decree_69) ? S("Nghị định 69/2024/NĐ-CP, Điều 12") : S("Nghị định 59/2022/NĐ-CP");
}

static const char *legal_basis(struct env *env) { return (const char *)account_enrol_basis(clock_date_of(clock_now_ms(env->clock))).ptr; }

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

/* A foreigner stays under a passport and a residence that are in force [Decree 69/2024 Art 7]; their card is the residence card. */
static result check_stay(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on) {
  struct register_foreigner foreigner = {0};
  result known = register_foreigner_load(tx, arena, person_id, &foreigner);
  if (is_code(known, REGISTER_PERSON_UNKNOWN)) {
    FAIL(ACCOUNT_NOT_ELIGIBLE, "the immigration database does not know them");
  }
  TRY(known);
  if (on > foreigner.passport_expires || on < foreigner.residence_from || on > foreigner.residence_expires) {
    FAIL(ACCOUNT_NOT_ELIGIBLE, "passport or residence is not in force");
  }
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
    FAIL(ACCOUNT_NO_CARD, "no card in force on day %d", on);
  }
  if (!slice_is(person.nationality, "VN")) {
    TRY(check_stay(tx, &arena, person_id, on));
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
    TRY(account_is_ward(tx, &arena, person_id, on, &guardian));
  }
  *ret_guardian_needed = guardian;
  return OK;
}

/* "+84912345678" and "0912345678" are one number: ten digits, 03, 05, 07, 08 or 09. */
result account_phone_normal(struct arena *arena, struct slice phone, struct slice *ret_phone) {
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
result account_phone_bind(struct env *env, struct db_tx *tx, int64_t person_id, struct slice phone) {
  int64_t others = 0;
  int64_t kept = 0;
  TRY(db_run(tx, "DELETE FROM account_phone WHERE person_id = $1 AND phone <> $2", DB_ARGS(db_of_int(person_id), db_of_text(phone)), &others));
  TRY(db_run(tx, "UPDATE account_phone SET since = since WHERE person_id = $1", DB_ARGS(db_of_int(person_id)), &kept));
  if (kept > 0) {
    return OK;
  }
  /* a first number is no change; another one is, and for a while proves nothing */
  result bound = db_run(tx, "INSERT INTO account_phone (phone, person_id, since) VALUES ($1, $2, $3)",
                        DB_ARGS(db_of_text(phone), db_of_int(person_id), db_of_int(others > 0 ? clock_now_ms(env->clock) : 0)), NULL);
  if (is_code(bound, DB_DUPLICATE)) {
    FAIL(ACCOUNT_PHONE_TAKEN, "bound to another account");
  }
  return bound;
}

result account_phone_change(struct env *env, struct db_tx *tx, int64_t person_id, struct slice phone) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice normal;
  TRY(account_phone_normal(&arena, phone, &normal));
  TRY(account_phone_bind(env, tx, person_id, normal));
  return db_run(tx, "UPDATE account SET phone = $2 WHERE person_id = $1", DB_ARGS(db_of_int(person_id), db_of_text(normal)), NULL);
}

static result check_phone_free(struct db_tx *tx, int64_t person_id, struct slice phone) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, "SELECT COUNT(*) FROM account_phone WHERE phone = $1 AND person_id <> $2", DB_ARGS(db_of_text(phone), db_of_int(person_id)), &rows));
  if (db_int(&rows, 0) > 0) {
    FAIL(ACCOUNT_PHONE_TAKEN, "bound to another account");
  }
  return OK;
}

result account_phone_check(struct db_tx *tx, struct arena *arena, int64_t person_id, struct slice phone, struct slice *ret_phone) {
  struct slice normal;
  TRY(account_phone_normal(arena, phone, &normal));
  TRY(check_phone_free(tx, person_id, normal));
  *ret_phone = normal;
  return OK;
}

static result check_collected(struct env *env, struct db_tx *tx, const struct account_enrolment *enrolment, struct slice phone) {
  int32_t today = clock_date_of(clock_now_ms(env->clock));
  bool is_guarded = false;
  bool is_own = enrolment->officer.person_id == enrolment->person_id || enrolment->officer.person_id == enrolment->guardian_id;
  if (enrolment->in_app && (enrolment->level != 1 || !is_own)) { /* [Decree 69/2024 Art 11] level 1 alone, by the person or who represents them */
    FAIL(ACCOUNT_NOT_ELIGIBLE, "not for an application in the app");
  }
  if (!enrolment->in_app && (is_own || enrolment->officer.person_id == 0)) {
    FAIL(ACCOUNT_OWN_CASE, "an officer enrols neither themself nor their own child or ward");
  }
  TRY(account_eligible(tx, enrolment->person_id, enrolment->level, today, &is_guarded));
  if (enrolment->level == 2 && !(enrolment->face_matched && enrolment->fingerprints_matched)) {
    FAIL(ACCOUNT_BIOMETRICS, "face and fingerprints must both match the identity database");
  }
  if (is_guarded) {
    return account_guardian_check(tx, enrolment, phone, today);
  }
  if (enrolment->guardian_id != 0) {
    FAIL(ACCOUNT_GUARDIAN_ALONE, "neither under 14 nor a ward");
  }
  return check_phone_free(tx, enrolment->person_id, phone);
}

result account_enrol_check(struct env *env, struct db_tx *tx, const struct account_enrolment *enrolment) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice phone;
  struct account account = {0};
  TRY(account_phone_normal(&arena, enrolment->phone, &phone));
  TRY(check_collected(env, tx, enrolment, phone));
  TRY(account_load(tx, enrolment->person_id, &account));
  if (account.state == ACCOUNT_ACTIVE && account.level >= enrolment->level) {
    FAIL(ACCOUNT_LEVEL, "level %d is held already", account.level);
  }
  return OK;
}

result account_contact_adopt(struct env *env, struct db_tx *tx, int64_t person_id, const struct account_contact *contact) {
  if (contact->guardian_id == 0) {
    TRY(account_phone_bind(env, tx, person_id, contact->phone));
  }
  return db_run(tx, "UPDATE account SET phone = $2, email = $3, guardian_id = $4 WHERE person_id = $1",
                DB_ARGS(db_of_int(person_id), db_of_text(contact->phone), db_of_text_or_null(contact->email),
                        db_of_int_or_null(contact->guardian_id)),
                NULL);
}

static result write_enrolment(struct env *env, struct db_tx *tx, const struct account_enrolment *enrolment, const struct account_contact *contact) {
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
  struct account_contact contact = {.email = slice_trim(enrolment->email), .guardian_id = enrolment->guardian_id};
  struct account account = {0};
  TRY(account_enrol_check(env, tx, enrolment));
  TRY(account_phone_normal(&arena, enrolment->phone, &contact.phone));
  TRY(account_load(tx, enrolment->person_id, &account));
  bool upgrade = account.state == ACCOUNT_ACTIVE;
  struct account_step step = {.person_id = enrolment->person_id,
                              ACCOUNT_PATH(ACCOUNT_REGISTERED, ACCOUNT_VERIFYING),
                              .kind = "account.enrolment_collected",
                              .legal_basis = legal_basis(env),
                              .actor = enrolment->officer,
                              .detail = arena_printf(&arena, "\"level\":%d", enrolment->level)};
  step.path_count = upgrade ? 0 : step.path_count; /* an active level-1 account is used on while its level 2 is verified */
  TRY(account_move(env, tx, &step));
  if (!upgrade) {
    TRY(account_contact_adopt(env, tx, enrolment->person_id, &contact));
  }
  return write_enrolment(env, tx, enrolment, &contact);
}
