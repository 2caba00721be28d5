/* People: what a record must be, adding, saving, loading, finding by PIN, replacing a PIN. */
#include "codec/jout.h"
#include "codec/utf8.h"
#include "register/people.h"

enum { PIN_ACTIVE = 1, PIN_CANCELLED = 2 };

/* A check names the field it refuses, so that a form or an import can point at it. */
struct person_check {
  const char *field;
  result (*run)(const struct register_person *person, int32_t today);
};

static result check_sex(const struct register_person *person, int32_t today) {
  (void)today;
  if (person->sex != REGISTER_MALE && person->sex != REGISTER_FEMALE) {
    FAIL(REGISTER_SEX_SYNTAX, "sex is male or female");
  }
  return OK;
}

static result check_birth(const struct register_person *person, int32_t today) {
  struct civil_date now = clock_civil(today);
  if (register_people_birth_pack(person->birth) > register_people_birth_pack((struct register_birth){now.year, now.month, now.day})) {
    FAIL(REGISTER_DATES_WRONG, "born after today");
  }
  return OK;
}

static result check_pin(const struct register_person *person, int32_t today) {
  (void)today;
  return register_pin_check(person->pin, person->sex, person->birth);
}

static result check_name(const struct register_person *person, int32_t today) {
  (void)today;
  if (person->name.len == 0 || person->name.len > REGISTER_NAME_BYTES_MAX || !utf8_is_line(person->name)) {
    FAIL(REGISTER_NAME_SYNTAX, "a name is letters and blanks");
  }
  return OK;
}

static result check_ethnic(const struct register_person *person, int32_t today) {
  (void)today;
  if (!register_ethnic_name(person->ethnic)) {
    FAIL(REGISTER_ETHNIC_UNKNOWN, "not an ethnic code");
  }
  return OK;
}

static result check_nationality(const struct register_person *person, int32_t today) {
  (void)today;
  struct slice code = person->nationality;
  if (code.len != 2 || code.ptr[0] < 'A' || code.ptr[0] > 'Z' || code.ptr[1] < 'A' || code.ptr[1] > 'Z') {
    FAIL(REGISTER_NATIONALITY_SYNTAX, "not a two-letter country code");
  }
  return OK;
}

static result check_birth_province(const struct register_person *person, int32_t today) {
  (void)today;
  if (person->birth_province.len &&
      !register_province_find(person->birth_province, register_birth_date(person->birth))) {
    FAIL(REGISTER_PROVINCE_UNKNOWN, "no province of that code on the birth date");
  }
  return OK;
}

static bool is_digits(struct slice text, size_t len) {
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] < '0' || text.ptr[i] > '9') {
      return false;
    }
  }
  return text.len == len;
}

static result check_card(const struct register_person *person, int32_t today) {
  if (person->card_number.len == 0) {
    if (person->card_issued != 0 || person->card_expires != 0) {
      FAIL(REGISTER_CARD_WRONG, "dates of a card without a number");
    }
    return OK;
  }
  bool number = is_digits(person->card_number, 12) || is_digits(person->card_number, 9);
  if (!number || person->card_issued == 0 || person->card_issued > today ||
      person->card_expires <= person->card_issued ||
      person->card_issued <
          register_birth_date((struct register_birth){.year = person->birth.year, .month = 1, .day = 1})) {
    FAIL(REGISTER_CARD_WRONG, "card number or its dates");
  }
  return OK;
}

static result check_mobile(const struct register_person *person, int32_t today) {
  (void)today;
  if (person->mobile.len && (!is_digits(person->mobile, 10) || person->mobile.ptr[0] != '0')) {
    FAIL(REGISTER_MOBILE_SYNTAX, "not ten digits beginning with 0");
  }
  return OK;
}

static result check_life(const struct register_person *person, int32_t today) {
  bool dead = person->life == REGISTER_DEAD;
  bool died = person->died_on != 0;
  struct register_birth earliest = {person->birth.year, person->birth.month ? person->birth.month : 1,
                                    person->birth.day ? person->birth.day : 1};
  if ((!dead && person->life != REGISTER_ALIVE) || dead != died ||
      (dead && (person->died_on > today || person->died_on < register_birth_date(earliest)))) {
    FAIL(REGISTER_DATES_WRONG, "date of death");
  }
  return OK;
}

#define CHECK_TEXT(member)                                                                        \
  static result check_##member(const struct register_person *person, int32_t today) {             \
    (void)today;                                                                                  \
    if (!register_people_text_is_fine(person->member)) {                                                   \
      FAIL(REGISTER_TEXT_SYNTAX, "text too long or with characters that do not print on a line"); \
    }                                                                                             \
    return OK;                                                                                    \
  }
CHECK_TEXT(other_name)
CHECK_TEXT(birth_place)
CHECK_TEXT(home_town)
CHECK_TEXT(religion)
CHECK_TEXT(card_place)

static const struct person_check CHECKS[] = {
    {"name", check_name},
    {"sex", check_sex},
    {"birth_date", check_birth},
    {"pin", check_pin},
    {"birth_province", check_birth_province},
    {"ethnic", check_ethnic},
    {"nationality", check_nationality},
    {"card_number", check_card},
    {"mobile", check_mobile},
    {"died_on", check_life},
    {"other_name", check_other_name},
    {"birth_place", check_birth_place},
    {"home_town", check_home_town},
    {"religion", check_religion},
    {"card_place", check_card_place},
};

result register_person_check(const struct register_person *person, int32_t today, const char **ret_field) {
  for (size_t i = 0; i < sizeof CHECKS / sizeof *CHECKS; i++) {
    result checked = CHECKS[i].run(person, today);
    if (!is_ok(checked)) {
      if (ret_field) {
        *ret_field = CHECKS[i].field;
      }
      return checked;
    }
  }
  return OK;
}

static struct slice person_detail(struct arena *arena, const struct register_person *person) {
  struct buf buf;
  struct jout out;
  buf_init(&buf, arena, 512);
  jout_init(&out, &buf);
  jout_object(&out);
  jout_put_text(&out, "pin", person->pin);
  jout_put_text(&out, "name", person->name);
  jout_put_text_or_null(&out, "other_name", person->other_name);
  jout_put_int(&out, "sex", person->sex);
  jout_put_text(&out, "birth_date", register_birth_write(arena, person->birth));
  jout_put_text_or_null(&out, "birth_province", person->birth_province);
  jout_put_text_or_null(&out, "birth_place", person->birth_place);
  jout_put_text_or_null(&out, "home_town", person->home_town);
  jout_put_int(&out, "ethnic", person->ethnic);
  jout_put_text(&out, "nationality", person->nationality);
  jout_put_text_or_null(&out, "religion", person->religion);
  jout_put_text_or_null(&out, "card_number", person->card_number);
  jout_put_int(&out, "card_issued", person->card_issued);
  jout_put_int(&out, "card_expires", person->card_expires);
  jout_put_text_or_null(&out, "card_place", person->card_place);
  jout_put_text_or_null(&out, "mobile", person->mobile);
  jout_put_int(&out, "life", person->life);
  jout_put_int(&out, "died_on", person->died_on);
  jout_object_end(&out);
  return buf_slice(&buf);
}

static result person_add(struct env *env, struct db_tx *tx, const struct register_act *act, struct arena *scratch,
                         struct register_person *person) {
  TRY(register_people_name_tidy(person->name, scratch, &person->name));
  TRY(register_person_check(person, clock_date_of(clock_now_ms(env->clock)), NULL));
  if (person->person_id == 0) {
    person->person_id = register_person_id_new(env);
  }
  struct people_words words;
  bool taken = false;
  TRY(register_people_words_of(person->name, scratch, &words));
  TRY(register_people_insert(tx, person, &words, &taken));
  if (taken) {
    FAIL(REGISTER_PIN_TAKEN, "the PIN belongs or belonged to somebody");
  }
  struct people_note note = {"register.person_added", person->person_id, person_detail(scratch, person)};
  return register_people_record(env, tx, act, &note);
}

result register_person_add(struct env *env, struct db_tx *tx, const struct register_act *act,
                           struct register_person *person) {
  struct arena scratch CLEANUP(arena_free);
  arena_init(&scratch);
  struct register_person added = *person;
  TRY(person_add(env, tx, act, &scratch, &added));
  person->person_id = added.person_id;
  return OK;
}

static result person_save(struct env *env, struct db_tx *tx, const struct register_act *act, struct arena *scratch,
                          struct register_person *person) {
  struct people_words words;
  TRY(register_people_name_tidy(person->name, scratch, &person->name));
  TRY(register_person_check(person, clock_date_of(clock_now_ms(env->clock)), NULL));
  TRY(register_people_words_of(person->name, scratch, &words));
  int64_t changed = 0;
  TRY(db_run(
      tx,
      "UPDATE person SET name = $2, name_fold = $3, word_2 = $4, word_3 = $5, word_4 = $6, word_last = $7, other_name "
      "= $8, "
      "sex = $9, birth = $10, birth_province = $11, birth_place = $12, home_town = $13, ethnic = $14, nationality = "
      "$15, "
      "religion = $16, card_number = $17, card_issued = $18, card_expires = $19, card_place = $20, mobile = $21, life "
      "= $22, "
      "died_on = $23 WHERE person_id = $1 AND pin = $24",
      DB_ARGS(db_of_int(person->person_id), db_of_text(person->name), db_of_text(words.fold),
              db_of_text_or_null(words.word_2), db_of_text_or_null(words.word_3), db_of_text_or_null(words.word_4),
              db_of_text_or_null(words.word_last), db_of_text_or_null(person->other_name), db_of_int(person->sex),
              db_of_int(register_people_birth_pack(person->birth)), db_of_text_or_null(person->birth_province),
              db_of_text_or_null(person->birth_place), db_of_text_or_null(person->home_town), db_of_int(person->ethnic),
              db_of_text(person->nationality), db_of_text_or_null(person->religion),
              db_of_text_or_null(person->card_number), db_of_int_or_null(person->card_issued),
              db_of_int_or_null(person->card_expires), db_of_text_or_null(person->card_place),
              db_of_text_or_null(person->mobile), db_of_int(person->life), db_of_int_or_null(person->died_on),
              db_of_int(register_people_pin_number(person->pin))),
      &changed));
  if (changed == 0) {
    FAIL(REGISTER_PERSON_UNKNOWN, "nobody of that number and PIN");
  }
  struct people_note note = {"register.person_saved", person->person_id, person_detail(scratch, person)};
  return register_people_record(env, tx, act, &note);
}

result register_person_save(struct env *env, struct db_tx *tx, const struct register_act *act,
                            const struct register_person *person) {
  struct arena scratch CLEANUP(arena_free);
  arena_init(&scratch);
  struct register_person saved = *person;
  return person_save(env, tx, act, &scratch, &saved);
}

result register_person_load(struct db_tx *tx, struct arena *arena, int64_t person_id,
                            struct register_person *ret_person) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(
      tx,
      "SELECT pin, name, other_name, sex, birth, birth_province, birth_place, home_town, ethnic, nationality, "
      "religion, "
      "card_number, card_issued, card_expires, card_place, mobile, life, died_on FROM person WHERE person_id = $1",
      DB_ARGS(db_of_int(person_id)), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(REGISTER_PERSON_UNKNOWN, "nobody has that number");
  }
  *ret_person = (struct register_person){
      .person_id = person_id,
      .pin = arena_printf(arena, "%012lld", (long long)db_int(&rows, 0)),
      .name = db_text_copy(&rows, 1, arena),
      .other_name = db_text_copy(&rows, 2, arena),
      .sex = (enum register_sex)db_int(&rows, 3),
      .birth = register_people_birth_unpack(db_int(&rows, 4)),
      .birth_province = db_text_copy(&rows, 5, arena),
      .birth_place = db_text_copy(&rows, 6, arena),
      .home_town = db_text_copy(&rows, 7, arena),
      .ethnic = (int)db_int(&rows, 8),
      .nationality = db_text_copy(&rows, 9, arena),
      .religion = db_text_copy(&rows, 10, arena),
      .card_number = db_text_copy(&rows, 11, arena),
      .card_issued = (int32_t)db_int(&rows, 12),
      .card_expires = (int32_t)db_int(&rows, 13),
      .card_place = db_text_copy(&rows, 14, arena),
      .mobile = db_text_copy(&rows, 15, arena),
      .life = (enum register_life)db_int(&rows, 16),
      .died_on = (int32_t)db_int(&rows, 17),
  };
  return OK;
}

result register_person_find(struct db_tx *tx, struct slice pin, int64_t *ret_person_id) {
  if (!is_digits(pin, 12)) {
    FAIL(REGISTER_PIN_SYNTAX, "a PIN has twelve digits");
  }
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT person_id, status FROM person_pin WHERE pin = $1",
               DB_ARGS(db_of_int(register_people_pin_number(pin))), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(REGISTER_PERSON_UNKNOWN, "nobody has that PIN");
  }
  if (db_int(&rows, 1) != PIN_ACTIVE) {
    FAIL(REGISTER_PIN_CANCELLED, "the PIN was cancelled and replaced");
  }
  *ret_person_id = db_int(&rows, 0);
  return OK;
}

static result pin_replace(struct env *env, struct db_tx *tx, const struct register_act *act,
                          const struct register_person *person, struct slice new_pin) {
  TRY(register_pin_check(new_pin, person->sex, person->birth));
  bool taken = false;
  TRY(register_people_insert_pin(tx, register_people_pin_number(new_pin), person->person_id, &taken));
  if (taken) {
    FAIL(REGISTER_PIN_TAKEN, "the PIN belongs or belonged to somebody");
  }
  TRY(db_run(tx, "UPDATE person_pin SET status = $2 WHERE pin = $1",
             DB_ARGS(db_of_int(register_people_pin_number(person->pin)), db_of_int(PIN_CANCELLED)), NULL));
  TRY(db_run(tx, "UPDATE person SET pin = $2 WHERE person_id = $1",
             DB_ARGS(db_of_int(person->person_id), db_of_int(register_people_pin_number(new_pin))), NULL));
  struct arena scratch CLEANUP(arena_free);
  arena_init(&scratch);
  struct people_note note = {"register.pin_replaced", person->person_id,
                             arena_printf(&scratch, "{\"cancelled\":\"%.*s\",\"given\":\"%.*s\"}",
                                          SLICE_ARG(person->pin), SLICE_ARG(new_pin))};
  return register_people_record(env, tx, act, &note);
}

result register_pin_replace(struct env *env, struct db_tx *tx, const struct register_act *act, int64_t person_id,
                            struct slice new_pin) {
  struct arena scratch CLEANUP(arena_free);
  arena_init(&scratch);
  struct register_person person;
  TRY(register_person_load(tx, &scratch, person_id, &person));
  return pin_replace(env, tx, act, &person, new_pin);
}

int32_t register_person_age(const struct register_person *person, int32_t on) {
  return clock_age_years(register_birth_date(person->birth), on);
}

result register_person_count(struct db_tx *tx, int64_t *ret_count) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, "SELECT COUNT(*) FROM person_pin WHERE status = 1", DB_NO_ARGS, &rows));
  *ret_count = db_int(&rows, 0);
  return OK;
}

result register_card_count(struct db_tx *tx, int64_t *ret_count) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, "SELECT COUNT(card_number) FROM person", DB_NO_ARGS, &rows));
  *ret_count = db_int(&rows, 0);
  return OK;
}
