/* What the immigration database says of a foreigner: passport, residence, biometrics. The card in their person's record is the residence card. */
#include "register/people.h"

enum { PASSPORT_BYTES_MIN = 5, PASSPORT_BYTES_MAX = 20 };

static result check(const struct register_foreigner *foreigner) {
  bool good = foreigner->passport_number.len >= PASSPORT_BYTES_MIN && foreigner->passport_number.len <= PASSPORT_BYTES_MAX;
  for (size_t i = 0; i < foreigner->passport_number.len && good; i++) {
    uint8_t c = foreigner->passport_number.ptr[i];
    good = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
  }
  bool is_kind = foreigner->residence == REGISTER_PERMANENT || foreigner->residence == REGISTER_TEMPORARY;
  if (!good || !is_kind || foreigner->residence_expires < foreigner->residence_from) {
    FAIL(REGISTER_CARD_WRONG, "passport number, kind of residence, or its dates");
  }
  return OK;
}

result register_foreigner_save(struct env *env, struct db_tx *tx, const struct register_act *act, const struct register_foreigner *foreigner) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  TRY(check(foreigner));
  TRY(db_run(tx, "DELETE FROM person_foreigner WHERE person_id = $1", DB_ARGS(db_of_int(foreigner->person_id)), NULL));
  TRY(db_run(tx,
             "INSERT INTO person_foreigner (person_id, passport_number, passport_expires, residence, residence_from, residence_expires, biometrics)"
             " VALUES ($1, $2, $3, $4, $5, $6, $7)",
             DB_ARGS(db_of_int(foreigner->person_id), db_of_text(foreigner->passport_number), db_of_int(foreigner->passport_expires),
                     db_of_int(foreigner->residence), db_of_int(foreigner->residence_from), db_of_int(foreigner->residence_expires),
                     db_of_int(foreigner->has_biometrics)),
             NULL));
  struct people_note note = {"register.foreigner_saved", foreigner->person_id,
                             arena_printf(&arena, "{\"passport\":\"%.*s\"}", SLICE_ARG(foreigner->passport_number))};
  return register_people_record(env, tx, act, &note);
}

result register_foreigner_load(struct db_tx *tx, struct arena *arena, int64_t person_id, struct register_foreigner *ret_foreigner) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT passport_number, passport_expires, residence, residence_from, residence_expires, biometrics FROM person_foreigner"
               " WHERE person_id = $1",
               DB_ARGS(db_of_int(person_id)), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(REGISTER_PERSON_UNKNOWN, "the immigration database does not know them");
  }
  *ret_foreigner = (struct register_foreigner){.person_id = person_id,
                                               .passport_number = db_text_copy(&rows, 0, arena),
                                               .passport_expires = (int32_t)db_int(&rows, 1),
                                               .residence = (enum register_residence_kind)db_int(&rows, 2),
                                               .residence_from = (int32_t)db_int(&rows, 3),
                                               .residence_expires = (int32_t)db_int(&rows, 4),
                                               .has_biometrics = db_int(&rows, 5) != 0};
  return OK;
}

result register_demo_add(struct db_tx *tx, struct slice name, int64_t person_id) {
  return db_run(tx, "INSERT INTO demo_identity (person_id, name) VALUES ($1, $2)", DB_ARGS(db_of_int(person_id), db_of_text(name)), NULL);
}
