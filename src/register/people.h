/* register/people.h: rows of people as they are stored, for those that write many (synth, import). (private to
 * register/)
 *
 * Does not   check fields (register_person_check) nor append ledger entries.
 */
#pragma once
#include "register/register.h"

/* The indexes that grow at random as people come: X(name, table and columns). A search by name reads nothing but its index until a name fits. */
#define REGISTER_NAME_INDEXES(X)                                                                                 \
  X("person_name_fold", "person (name_fold, birth, person_id)")                                                  \
  X("person_word_2", "person (word_2, name_fold, birth, person_id) WHERE word_2 IS NOT NULL")                     \
  X("person_word_3", "person (word_3, name_fold, birth, person_id) WHERE word_3 IS NOT NULL")                     \
  X("person_word_4", "person (word_4, name_fold, birth, person_id) WHERE word_4 IS NOT NULL")                     \
  X("person_word_last", "person (word_last, name_fold, birth, person_id) WHERE word_last IS NOT NULL")
#define REGISTER_RELATION_INDEXES(X) X("person_relation_related", "person_relation (related_person_id) WHERE related_person_id <> 0")

/* What search compares: the folded name and its words; names of more than five words keep their first four and the
 * last. */
struct people_words {
  struct slice fold;
  struct slice word_2, word_3, word_4, word_last; /* empty: the name has fewer */
};
MUST_USE result register_people_words_of(struct slice name, struct arena *arena, struct people_words *ret_words);
/* The same from a folded name. */
struct people_words register_people_words_cut(struct slice fold);

int64_t register_people_birth_pack(struct register_birth birth);
struct register_birth register_people_birth_unpack(int64_t packed);
/* Twelve digits that were checked before. */
int64_t register_people_pin_number(struct slice pin);

/* NFC, no blanks at the ends, one between words. REGISTER_NAME_SYNTAX. */
MUST_USE result register_people_name_tidy(struct slice name, struct arena *arena, struct slice *ret_name);

/* The row of person, and of person_pin unless the PIN is taken (*ret_taken; then nothing was written). */
MUST_USE result register_people_insert(struct db_tx *tx, const struct register_person *person, const struct people_words *words,
                              bool *ret_taken);
/* The row of person alone. */
MUST_USE result register_people_insert_person(struct db_tx *tx, const struct register_person *person,
                                     const struct people_words *words);
MUST_USE result register_people_insert_pin(struct db_tx *tx, int64_t pin, int64_t person_id, bool *ret_taken);
MUST_USE result register_people_insert_relation(struct db_tx *tx, const struct register_relation *relation, int64_t ordinal);
/* units_on: the day whose units the residence's codes are. */
MUST_USE result register_people_insert_residence(struct db_tx *tx, const struct register_residence *residence, int32_t units_on);
MUST_USE result register_people_insert_category(struct db_tx *tx, const struct register_category_row *row);
MUST_USE result register_people_insert_conviction(struct db_tx *tx, const struct register_conviction *conviction);
MUST_USE result register_people_insert_ban(struct db_tx *tx, const struct register_ban *ban);

/* One ledger entry about one person (0: none); detail is JSON. */
struct people_note {
  const char *kind; /* "register.person_added" */
  int64_t person_id;
  struct slice detail; /* JSON */
};
MUST_USE result register_people_record(struct env *env, struct db_tx *tx, const struct register_act *act,
                              const struct people_note *note);
/* Text of at most REGISTER_TEXT_BYTES_MAX that prints on a line. */
bool register_people_text_is_fine(struct slice text);
