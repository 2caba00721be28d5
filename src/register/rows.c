/* Rows as they are stored: one INSERT a table, used by single writes and by those that write millions. */
#include "codec/utf8.h"
#include "ledger/ledger.h"
#include "register/people.h"

struct people_words register_people_words_cut(struct slice fold) {
  struct people_words words = {.fold = fold};
  struct slice *const middle[] = {&words.word_2, &words.word_3, &words.word_4};
  struct slice rest = fold;
  (void)slice_cut(&rest, ' '); /* the first word: the folded name itself is in its order */
  for (size_t i = 0; rest.len > 0; i++) {
    struct slice word = slice_cut(&rest, ' ');
    if (rest.len == 0) {
      words.word_last = word;
    } else if (i < sizeof middle / sizeof *middle) {
      *middle[i] = word;
    }
  }
  return words;
}

result register_people_words_of(struct slice name, struct arena *arena, struct people_words *ret_words) {
  struct slice fold;
  TRY(utf8_search_fold(name, arena, &fold));
  *ret_words = register_people_words_cut(fold);
  return OK;
}

int64_t register_people_birth_pack(struct register_birth birth) {
  return birth.year * 10000 + birth.month * 100 + birth.day;
}

struct register_birth register_people_birth_unpack(int64_t packed) {
  return (struct register_birth){(int16_t)(packed / 10000), (uint8_t)(packed / 100 % 100), (uint8_t)(packed % 100)};
}

int64_t register_people_pin_number(struct slice pin) {
  int64_t number = 0;
  for (size_t i = 0; i < pin.len; i++) {
    number = number * 10 + (pin.ptr[i] - '0');
  }
  return number;
}

/* Letters of any script, and what stands in names between them; digits and other ASCII marks are typing errors. */
static bool name_is_fine(struct slice name) {
  if (name.len == 0 || name.len > REGISTER_NAME_BYTES_MAX || !utf8_is_line(name)) {
    return false;
  }
  bool has_letter = false;
  for (size_t i = 0; i < name.len; i++) {
    uint8_t byte = name.ptr[i];
    bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte >= 0x80;
    if (!letter && byte != ' ' && byte != '-' && byte != '\'' && byte != '.') {
      return false;
    }
    has_letter = has_letter || letter;
  }
  return has_letter;
}

result register_people_name_tidy(struct slice name, struct arena *arena, struct slice *ret_name) {
  if (name.len > 4 * (size_t)REGISTER_NAME_BYTES_MAX || !utf8_is_valid(name)) {
    FAIL(REGISTER_NAME_SYNTAX, "a name is UTF-8 of bounded length");
  }
  struct slice nfc;
  TRY(utf8_nfc(slice_trim(name), arena, &nfc));
  uint8_t *tidy = arena_alloc(arena, nfc.len + 1);
  size_t len = 0;
  for (size_t i = 0; i < nfc.len; i++) {
    if (nfc.ptr[i] != ' ' || (len > 0 && tidy[len - 1] != ' ')) {
      tidy[len++] = nfc.ptr[i];
    }
  }
  if (!name_is_fine(slice_of(tidy, len))) {
    FAIL(REGISTER_NAME_SYNTAX, "a name is letters and blanks");
  }
  *ret_name = slice_of(tidy, len);
  return OK;
}

bool register_people_text_is_fine(struct slice text) {
  return text.len <= REGISTER_TEXT_BYTES_MAX && utf8_is_line(text);
}

result register_people_insert_person(struct db_tx *tx, const struct register_person *person, const struct people_words *words) {
  return db_run(
      tx,
      "INSERT INTO person (person_id, pin, name, name_fold, word_2, word_3, word_4, word_last, other_name, sex, birth, "
      "birth_province, birth_place, home_town, ethnic, nationality, religion, card_number, card_issued, card_expires, "
      "card_place, mobile, life, died_on) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, "
      "$16, "
      "$17, $18, $19, $20, $21, $22, $23, $24)",
      DB_ARGS(db_of_int(person->person_id), db_of_int(register_people_pin_number(person->pin)), db_of_text(person->name),
              db_of_text(words->fold), db_of_text_or_null(words->word_2), db_of_text_or_null(words->word_3),
              db_of_text_or_null(words->word_4), db_of_text_or_null(words->word_last),
              db_of_text_or_null(person->other_name), db_of_int(person->sex),
              db_of_int(register_people_birth_pack(person->birth)), db_of_text_or_null(person->birth_province),
              db_of_text_or_null(person->birth_place), db_of_text_or_null(person->home_town), db_of_int(person->ethnic),
              db_of_text(person->nationality), db_of_text_or_null(person->religion),
              db_of_text_or_null(person->card_number), db_of_int_or_null(person->card_issued),
              db_of_int_or_null(person->card_expires), db_of_text_or_null(person->card_place),
              db_of_text_or_null(person->mobile), db_of_int(person->life), db_of_int_or_null(person->died_on)),
      NULL);
}

result register_people_insert_pin(struct db_tx *tx, int64_t pin, int64_t person_id, bool *ret_taken) {
  int64_t changed = 0;
  TRY(db_run(tx, "INSERT INTO person_pin (pin, person_id, status) VALUES ($1, $2, 1) ON CONFLICT DO NOTHING",
             DB_ARGS(db_of_int(pin), db_of_int(person_id)), &changed));
  *ret_taken = changed == 0;
  return OK;
}

result register_people_insert(struct db_tx *tx, const struct register_person *person, const struct people_words *words,
                     bool *ret_taken) {
  TRY(register_people_insert_pin(tx, register_people_pin_number(person->pin), person->person_id, ret_taken));
  return *ret_taken ? OK : register_people_insert_person(tx, person, words);
}

result register_people_insert_relation(struct db_tx *tx, const struct register_relation *relation, int64_t ordinal) {
  return db_run(
      tx,
      "INSERT INTO person_relation (person_id, kind, ordinal, related_person_id, name, birth, from_date, to_date) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      DB_ARGS(db_of_int(relation->person_id), db_of_int(relation->kind), db_of_int(ordinal),
              db_of_int(relation->related_person_id), db_of_text_or_null(relation->name),
              db_of_int_or_null(register_people_birth_pack(relation->birth)), db_of_int(relation->from),
              db_of_int(relation->to)),
      NULL);
}

result register_people_insert_residence(struct db_tx *tx, const struct register_residence *residence, int32_t units_on) {
  return db_run(tx,
                "INSERT INTO person_residence (person_id, kind, from_date, to_date, province, commune, commune_name, "
                "district_name, "
                "units_on, address, householder_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                DB_ARGS(db_of_int(residence->person_id), db_of_int(residence->kind), db_of_int(residence->from),
                        db_of_int(residence->to), db_of_text(residence->province),
                        db_of_text_or_null(residence->commune), db_of_text_or_null(residence->commune_name),
                        db_of_text_or_null(residence->district_name), db_of_int(units_on),
                        db_of_text_or_null(residence->address), db_of_int_or_null(residence->householder_id)),
                NULL);
}

result register_people_insert_category(struct db_tx *tx, const struct register_category_row *row) {
  return db_run(
      tx, "INSERT INTO person_category (person_id, category, from_date, to_date, basis) VALUES ($1, $2, $3, $4, $5)",
      DB_ARGS(db_of_int(row->person_id), db_of_int(row->category), db_of_int(row->from), db_of_int(row->to),
              db_of_text_or_null(row->basis)),
      NULL);
}

result register_people_insert_conviction(struct db_tx *tx, const struct register_conviction *conviction) {
  return db_run(
      tx,
      "INSERT INTO person_conviction (person_id, number, court, judgment_number, judgment_date, crime, clause, "
      "sentence, "
      "status, expunged_on) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
      DB_ARGS(db_of_int(conviction->person_id), db_of_int(conviction->number), db_of_text(conviction->court),
              db_of_text(conviction->judgment_number), db_of_int(conviction->judgment_date),
              db_of_text(conviction->crime), db_of_text_or_null(conviction->clause), db_of_text(conviction->sentence),
              db_of_int(conviction->status), db_of_int_or_null(conviction->expunged_on)),
      NULL);
}

result register_people_insert_ban(struct db_tx *tx, const struct register_ban *ban) {
  return db_run(
      tx,
      "INSERT INTO person_ban (person_id, number, court, decision_number, decision_date, position, from_date, to_date) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      DB_ARGS(db_of_int(ban->person_id), db_of_int(ban->number), db_of_text(ban->court),
              db_of_text(ban->decision_number), db_of_int(ban->decision_date), db_of_text(ban->position),
              db_of_int(ban->from), db_of_int(ban->to)),
      NULL);
}

result register_people_record(struct env *env, struct db_tx *tx, const struct register_act *act,
                     const struct people_note *note) {
  struct ledger_entry entry = {
      .kind = note->kind,
      .actor_person_id = act->actor_person_id,
      .actor_role = act->actor_role,
      .subjects = &note->person_id,
      .subject_count = note->person_id ? 1 : 0,
      .legal_basis = act->legal_basis,
      .detail = note->detail,
  };
  return ledger_append(env, tx, &entry);
}
