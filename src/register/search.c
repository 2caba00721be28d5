/* Search by name. Every word asked for must begin a word of the name. An index narrows by one word, or by the beginning of the whole name, and tells
 * folded name and birth, which the rest is compared with; the people themselves are read only when these fit. A search that would go through more than
 * that ends early and says there is more. */
#include "codec/utf8.h"
#include "register/people.h"

enum {
  SCAN_MAX = 20000, /* entries of indexes: bounds a search for "nguyễn" among ten million people to some tens of milliseconds */
  LOOK_MAX = 2000,  /* people read, for their residence or the marks of their name */
  WORDS_MAX = 8,
};

struct search {
  struct db_tx *tx;
  struct arena *arena;
  const struct register_query *query;
  struct slice whole; /* folded, or exact NFC */
  struct slice words[WORDS_MAX];
  size_t word_count;
  struct register_person *found;
  size_t count;
  size_t limit;
  int64_t scanned, looked;
  bool more;
};

static bool has_word_beginning(struct slice fold, struct slice beginning) {
  struct slice rest = fold;
  while (rest.len > 0) {
    if (slice_starts(slice_cut(&rest, ' '), beginning)) {
      return true;
    }
  }
  return false;
}

static bool words_match(const struct search *search, struct slice fold) {
  for (size_t i = 0; i < search->word_count; i++) {
    if (!has_word_beginning(fold, search->words[i])) {
      return false;
    }
  }
  return true;
}

static bool birth_matches(struct register_birth asked, struct register_birth birth) {
  return (asked.year == 0 || asked.year == birth.year) && (asked.month == 0 || asked.month == birth.month) &&
         (asked.day == 0 || asked.day == birth.day);
}

static bool is_found(const struct search *search, int64_t person_id) {
  for (size_t i = 0; i < search->count; i++) {
    if (search->found[i].person_id == person_id) {
      return true;
    }
  }
  return false;
}

static result lives_there(const struct search *search, int64_t person_id, bool *ret_does) {
  *ret_does = true;
  if (search->query->province.len == 0) {
    return OK;
  }
  struct slice province = {0};
  result found = register_residence_province(search->tx, search->arena, person_id, search->query->today, &province);
  if (!is_ok(found) && !is_code(found, REGISTER_RESIDENCE_UNKNOWN)) {
    return found;
  }
  *ret_does = is_ok(found) && slice_eq(province, search->query->province);
  return OK;
}

static result take_person(struct search *search, int64_t person_id) {
  if (++search->looked > LOOK_MAX) {
    search->more = true;
    return OK;
  }
  struct register_person *person = &search->found[search->count]; /* there is room for one beyond the limit */
  bool lives = false;
  TRY(lives_there(search, person_id, &lives));
  if (!lives) {
    return OK;
  }
  TRY(register_person_load(search->tx, search->arena, person_id, person));
  if (search->query->exact && !slice_eq(person->name, search->whole)) {
    return OK;
  }
  search->more = search->count == search->limit;
  search->count += !search->more;
  return OK;
}

/* The columns of every statement below: person_id, name_fold, birth. */
static result take_row(struct search *search, struct db_rows *rows) {
  int64_t person_id = db_int(rows, 0);
  bool fits = words_match(search, db_text(rows, 1)) && birth_matches(search->query->birth, register_people_birth_unpack(db_int(rows, 2)));
  return fits && !is_found(search, person_id) ? take_person(search, person_id) : OK;
}

/* Every text that begins with `beginning` lies before `beginning` with the last character of Unicode behind it. */
static struct slice end_of(const struct search *search, struct slice beginning) {
  return arena_printf(search->arena, "%.*s\xF4\x8F\xBF\xBF", SLICE_ARG(beginning));
}

static result take_rows(struct search *search, const char *sql, struct db_args args) {
  if (search->more) {
    return OK;
  }
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(search->tx, sql, args, &rows));
  while (!search->more && db_rows_next(&rows)) {
    if (++search->scanned > SCAN_MAX) {
      search->more = true;
      return OK;
    }
    TRY(take_row(search, &rows));
  }
  return rows.status;
}

static result take_beginning(struct search *search, const char *sql, struct slice beginning) {
  return take_rows(search, sql, DB_ARGS(db_of_text(beginning), db_of_text(end_of(search, beginning))));
}

#define SELECT_BY(column) \
  "SELECT person_id, name_fold, birth FROM person WHERE " column " >= $1 AND " column " <= $2 ORDER BY " column
static const char BY_NAME[] = SELECT_BY("name_fold");
static const char *const BY_WORD[] = {SELECT_BY("word_last"), SELECT_BY("word_2"), SELECT_BY("word_3"),
                                      SELECT_BY("word_4")};

/* The same with the whole word, of those whose name begins with another: a surname and a given name, as people are called. */
#define SELECT_OF(column) "SELECT person_id, name_fold, birth FROM person WHERE " column " = $1 AND name_fold >= $2 AND name_fold <= $3 ORDER BY name_fold"
static const char *const BY_WORD_OF[] = {SELECT_OF("word_last"), SELECT_OF("word_2"), SELECT_OF("word_3"), SELECT_OF("word_4")};

/* Words that half the country bears narrow nothing. */
static bool is_frequent(struct slice word) {
  static const char *const frequent[] = {"nguyen", "tran", "thi",  "van", "le", "pham", "hoang", "huynh", "phan",
                                         "vu",     "vo",   "dang", "bui", "do", "ho",   "ngo",   "duong", "ly"};
  for (size_t i = 0; i < sizeof frequent / sizeof *frequent; i++) {
    if (slice_starts(slice_str(frequent[i]), word)) {
      return true;
    }
  }
  return false;
}

static struct slice rarest_word(const struct search *search, size_t from) {
  struct slice best = search->words[from];
  bool best_frequent = is_frequent(best);
  for (size_t i = from + 1; i < search->word_count; i++) {
    struct slice word = search->words[i];
    bool frequent = is_frequent(word);
    if ((best_frequent && !frequent) || (best_frequent == frequent && word.len >= best.len)) {
      best = word;
      best_frequent = frequent;
    }
  }
  return best;
}

static result search_words(struct search *search) {
  TRY(take_beginning(search, BY_NAME, search->whole));
  if (search->word_count > 1) {
    struct slice first = search->words[0];
    struct db_args args = DB_ARGS(db_of_text(rarest_word(search, 1)), db_of_text(first), db_of_text(end_of(search, first)));
    for (size_t i = 0; i < sizeof BY_WORD_OF / sizeof *BY_WORD_OF; i++) {
      TRY(take_rows(search, BY_WORD_OF[i], args));
    }
  }
  struct slice word = rarest_word(search, 0);
  for (size_t i = 0; i < sizeof BY_WORD / sizeof *BY_WORD; i++) {
    TRY(take_beginning(search, BY_WORD[i], word));
  }
  return take_beginning(search, BY_NAME, word);
}

static result words_read(struct search *search, struct slice fold) {
  struct slice rest = fold;
  size_t longest = 0;
  while (rest.len > 0 && search->word_count < WORDS_MAX) {
    struct slice word = slice_cut(&rest, ' ');
    search->words[search->word_count++] = word;
    longest = word.len > longest ? word.len : longest;
  }
  if (rest.len > 0 || longest < 2) {
    FAIL(REGISTER_QUERY_SYNTAX, "a search wants one to %d words, one of them of two letters", WORDS_MAX);
  }
  return OK;
}

result register_person_search(struct db_tx *tx, struct arena *arena, const struct register_query *query,
                              struct register_person_list *ret_list) {
  bool limit_fits = query->limit > 0 && query->limit <= REGISTER_SEARCH_MAX;
  struct search search = {
      .tx = tx, .arena = arena, .query = query, .limit = (size_t)(limit_fits ? query->limit : REGISTER_SEARCH_MAX)};
  struct slice name;
  struct slice fold;
  if (!is_ok(register_people_name_tidy(query->name, arena, &name)) || !is_ok(utf8_search_fold(name, arena, &fold))) {
    FAIL(REGISTER_QUERY_SYNTAX, "a search wants letters");
  }
  TRY(words_read(&search, fold));
  search.found = ARENA_ARRAY(arena, struct register_person, search.limit + 1);
  if (query->exact) {
    search.whole = name;
    TRY(take_beginning(&search, BY_NAME, fold));
  } else {
    search.whole = fold;
    TRY(search_words(&search));
  }
  *ret_list = (struct register_person_list){search.found, search.count, search.more};
  return OK;
}
