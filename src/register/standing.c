/* Convictions, bans from positions, and the categories that decide fees. */
#include "codec/jout.h"
#include "register/people.h"

enum { ROWS_MAX = 500 }; /* of one person: more is a defect of the data */

static result next_number(struct db_tx *tx, const char *sql, int64_t person_id, int32_t *ret_number) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, sql, DB_ARGS(db_of_int(person_id)), &rows));
  *ret_number = (int32_t)db_int(&rows, 0);
  return OK;
}

static result person_exists(struct db_tx *tx, int64_t person_id) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT 1 FROM person WHERE person_id = $1", DB_ARGS(db_of_int(person_id)), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(REGISTER_PERSON_UNKNOWN, "nobody has that number");
  }
  return OK;
}

/* ---- convictions ---- */

result register_convictions_load(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on,
                                 struct register_conviction_list *ret_list) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT number, court, judgment_number, judgment_date, crime, clause, sentence, expunged_on FROM "
               "person_conviction "
               "WHERE person_id = $1 AND judgment_date <= $2 ORDER BY judgment_date, number LIMIT $3",
               DB_ARGS(db_of_int(person_id), db_of_int(on), db_of_int(ROWS_MAX)), &rows));
  struct buf items;
  buf_init(&items, arena, 0);
  size_t count = 0;
  while (db_rows_next(&rows)) {
    int32_t expunged_on = (int32_t)db_int(&rows, 7);
    bool expunged = !db_is_null(&rows, 7) && expunged_on <= on;
    struct register_conviction conviction = {
        .person_id = person_id,
        .number = (int32_t)db_int(&rows, 0),
        .court = db_text_copy(&rows, 1, arena),
        .judgment_number = db_text_copy(&rows, 2, arena),
        .judgment_date = (int32_t)db_int(&rows, 3),
        .crime = db_text_copy(&rows, 4, arena),
        .clause = db_text_copy(&rows, 5, arena),
        .sentence = db_text_copy(&rows, 6, arena),
        .status = expunged ? REGISTER_CONVICTION_EXPUNGED : REGISTER_CONVICTION_ACTIVE,
        .expunged_on = expunged ? expunged_on : 0,
    };
    buf_append(&items, slice_of(&conviction, sizeof conviction));
    count++;
  }
  TRY(rows.status);
  *ret_list = (struct register_conviction_list){(const struct register_conviction *)(const void *)items.ptr, count};
  return OK;
}

static bool texts_are_fine(const struct slice *texts, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (texts[i].len == 0 || !register_people_text_is_fine(texts[i])) {
      return false;
    }
  }
  return true;
}

static struct slice conviction_detail(struct arena *arena, const struct register_conviction *conviction) {
  struct buf buf;
  struct jout out;
  buf_init(&buf, arena, 512);
  jout_init(&out, &buf);
  jout_object(&out);
  jout_put_int(&out, "number", conviction->number);
  jout_put_text(&out, "court", conviction->court);
  jout_put_text(&out, "judgment_number", conviction->judgment_number);
  jout_put_int(&out, "judgment_date", conviction->judgment_date);
  jout_put_text(&out, "crime", conviction->crime);
  jout_put_text_or_null(&out, "clause", conviction->clause);
  jout_put_text(&out, "sentence", conviction->sentence);
  jout_put_int(&out, "expunged_on", conviction->expunged_on);
  jout_object_end(&out);
  return buf_slice(&buf);
}

result register_conviction_add(struct env *env, struct db_tx *tx, const struct register_act *act,
                               struct register_conviction *conviction) {
  struct slice texts[] = {conviction->court, conviction->judgment_number, conviction->crime, conviction->sentence};
  if (!texts_are_fine(texts, sizeof texts / sizeof *texts) || !register_people_text_is_fine(conviction->clause)) {
    FAIL(REGISTER_TEXT_SYNTAX, "court, judgment number, crime and sentence are one line each");
  }
  bool expunged = conviction->status == REGISTER_CONVICTION_EXPUNGED;
  if (conviction->judgment_date > clock_date_of(clock_now_ms(env->clock)) ||
      expunged != (conviction->expunged_on != 0) || (expunged && conviction->expunged_on < conviction->judgment_date)) {
    FAIL(REGISTER_DATES_WRONG, "judgment or expungement date");
  }
  TRY(person_exists(tx, conviction->person_id));
  int32_t number = 0;
  TRY(next_number(tx, "SELECT COALESCE(MAX(number), 0) + 1 FROM person_conviction WHERE person_id = $1",
                  conviction->person_id, &number));
  conviction->number = number;
  TRY(register_people_insert_conviction(tx, conviction));
  struct arena scratch CLEANUP(arena_free);
  arena_init(&scratch);
  struct people_note note = {"register.conviction_added", conviction->person_id,
                             conviction_detail(&scratch, conviction)};
  return register_people_record(env, tx, act, &note);
}

result register_conviction_expunge(struct env *env, struct db_tx *tx, const struct register_act *act,
                                   const struct register_conviction *conviction, int32_t expunged_on) {
  int64_t changed = 0;
  if (expunged_on < conviction->judgment_date) {
    FAIL(REGISTER_DATES_WRONG, "expunged before the judgment");
  }
  TRY(db_run(
      tx,
      "UPDATE person_conviction SET status = 2, expunged_on = $3 WHERE person_id = $1 AND number = $2 AND status = 1",
      DB_ARGS(db_of_int(conviction->person_id), db_of_int(conviction->number), db_of_int(expunged_on)), &changed));
  if (changed == 0) {
    FAIL(REGISTER_ALREADY_EXPUNGED, "no active conviction of that number");
  }
  struct register_conviction after = *conviction;
  after.expunged_on = expunged_on;
  struct arena scratch CLEANUP(arena_free);
  arena_init(&scratch);
  struct people_note note = {"register.conviction_expunged", conviction->person_id,
                             conviction_detail(&scratch, &after)};
  return register_people_record(env, tx, act, &note);
}

/* ---- bans ---- */

result register_bans_load(struct db_tx *tx, struct arena *arena, int64_t person_id,
                          struct register_ban_list *ret_list) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT number, court, decision_number, decision_date, position, from_date, to_date FROM person_ban "
               "WHERE person_id = $1 ORDER BY from_date, number LIMIT $2",
               DB_ARGS(db_of_int(person_id), db_of_int(ROWS_MAX)), &rows));
  struct buf items;
  buf_init(&items, arena, 0);
  size_t count = 0;
  while (db_rows_next(&rows)) {
    struct register_ban ban = {
        .person_id = person_id,
        .number = (int32_t)db_int(&rows, 0),
        .court = db_text_copy(&rows, 1, arena),
        .decision_number = db_text_copy(&rows, 2, arena),
        .decision_date = (int32_t)db_int(&rows, 3),
        .position = db_text_copy(&rows, 4, arena),
        .from = (int32_t)db_int(&rows, 5),
        .to = (int32_t)db_int(&rows, 6),
    };
    buf_append(&items, slice_of(&ban, sizeof ban));
    count++;
  }
  TRY(rows.status);
  *ret_list = (struct register_ban_list){(const struct register_ban *)(const void *)items.ptr, count};
  return OK;
}

static struct slice ban_detail(struct arena *arena, const struct register_ban *ban) {
  struct buf buf;
  struct jout out;
  buf_init(&buf, arena, 256);
  jout_init(&out, &buf);
  jout_object(&out);
  jout_put_int(&out, "number", ban->number);
  jout_put_text(&out, "court", ban->court);
  jout_put_text(&out, "decision_number", ban->decision_number);
  jout_put_int(&out, "decision_date", ban->decision_date);
  jout_put_text(&out, "position", ban->position);
  jout_put_int(&out, "from", ban->from);
  jout_put_int(&out, "to", ban->to);
  jout_object_end(&out);
  return buf_slice(&buf);
}

result register_ban_add(struct env *env, struct db_tx *tx, const struct register_act *act, struct register_ban *ban) {
  struct slice texts[] = {ban->court, ban->decision_number, ban->position};
  if (!texts_are_fine(texts, sizeof texts / sizeof *texts)) {
    FAIL(REGISTER_TEXT_SYNTAX, "court, decision number and position are one line each");
  }
  if (ban->to < ban->from || ban->from < ban->decision_date) {
    FAIL(REGISTER_DATES_WRONG, "a ban runs from its decision to its end");
  }
  TRY(person_exists(tx, ban->person_id));
  int32_t number = 0;
  TRY(next_number(tx, "SELECT COALESCE(MAX(number), 0) + 1 FROM person_ban WHERE person_id = $1", ban->person_id,
                  &number));
  ban->number = number;
  TRY(register_people_insert_ban(tx, ban));
  struct arena scratch CLEANUP(arena_free);
  arena_init(&scratch);
  struct people_note note = {"register.ban_added", ban->person_id, ban_detail(&scratch, ban)};
  return register_people_record(env, tx, act, &note);
}

/* ---- categories ---- */

/* [Law 102/2016 Art 1] a child is under 16; [Law 39/2009 Art 2] the elderly are 60 and over. */
static result derived_category(struct db_tx *tx, int64_t person_id, int32_t on, struct register_category_row *ret_row) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT birth FROM person WHERE person_id = $1", DB_ARGS(db_of_int(person_id)), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(REGISTER_PERSON_UNKNOWN, "nobody has that number");
  }
  struct register_birth birth = register_people_birth_unpack(db_int(&rows, 0));
  int32_t age = clock_age_years(register_birth_date(birth), on);
  struct civil_date born = clock_civil(register_birth_date(birth));
  struct register_category_row row = {.person_id = person_id, .to = REGISTER_OPEN};
  if (age < REGISTER_CHILD_UNDER_YEARS) {
    row.category = REGISTER_CATEGORY_CHILD;
    row.from = register_birth_date(birth);
    born.year = (int16_t)(born.year + REGISTER_CHILD_UNDER_YEARS);
    row.to = clock_date_from(born) - 1;
  } else if (age >= REGISTER_ELDERLY_FROM_YEARS) {
    row.category = REGISTER_CATEGORY_ELDERLY;
    born.year = (int16_t)(born.year + REGISTER_ELDERLY_FROM_YEARS);
    row.from = clock_date_from(born);
  }
  *ret_row = row;
  return OK;
}

result register_categories_load(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on,
                                struct register_category_list *ret_list) {
  struct register_category_row derived;
  TRY(derived_category(tx, person_id, on, &derived));
  struct buf items;
  buf_init(&items, arena, 0);
  size_t count = 0;
  if (derived.category) {
    buf_append(&items, slice_of(&derived, sizeof derived));
    count++;
  }
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(
      tx,
      "SELECT category, from_date, to_date, basis FROM person_category WHERE person_id = $1 AND from_date <= $2 AND "
      "to_date >= $2 ORDER BY category, from_date LIMIT $3",
      DB_ARGS(db_of_int(person_id), db_of_int(on), db_of_int(ROWS_MAX)), &rows));
  while (db_rows_next(&rows)) {
    struct register_category_row row = {
        .person_id = person_id,
        .category = (enum register_category)db_int(&rows, 0),
        .from = (int32_t)db_int(&rows, 1),
        .to = (int32_t)db_int(&rows, 2),
        .basis = db_text_copy(&rows, 3, arena),
    };
    buf_append(&items, slice_of(&row, sizeof row));
    count++;
  }
  TRY(rows.status);
  *ret_list = (struct register_category_list){(const struct register_category_row *)(const void *)items.ptr, count};
  return OK;
}

bool register_category_list_has(const struct register_category_list *list, enum register_category category) {
  for (size_t i = 0; i < list->count; i++) {
    if (list->items[i].category == category) {
      return true;
    }
  }
  return false;
}

static result category_record(struct env *env, struct db_tx *tx, const struct register_act *act, const char *kind,
                              const struct register_category_row *row) {
  struct arena scratch CLEANUP(arena_free);
  arena_init(&scratch);
  struct buf buf;
  struct jout out;
  buf_init(&buf, &scratch, 256);
  jout_init(&out, &buf);
  jout_object(&out);
  jout_put_str(&out, "category", register_category_name(row->category));
  jout_put_int(&out, "from", row->from);
  jout_put_int(&out, "to", row->to);
  jout_put_text_or_null(&out, "basis", row->basis);
  jout_object_end(&out);
  struct people_note note = {kind, row->person_id, buf_slice(&buf)};
  return register_people_record(env, tx, act, &note);
}

result register_category_grant(struct env *env, struct db_tx *tx, const struct register_act *act,
                               const struct register_category_row *row) {
  if (!register_category_name(row->category) || row->category == REGISTER_CATEGORY_CHILD ||
      row->category == REGISTER_CATEGORY_ELDERLY) {
    FAIL(REGISTER_CATEGORY_UNKNOWN, "not a category that is stored");
  }
  if (row->to < row->from) {
    FAIL(REGISTER_DATES_WRONG, "ends before it begins");
  }
  if (!register_people_text_is_fine(row->basis)) {
    FAIL(REGISTER_TEXT_SYNTAX, "the basis is one line");
  }
  TRY(person_exists(tx, row->person_id));
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx,
             "SELECT COUNT(*) FROM person_category WHERE person_id = $1 AND category = $2 AND from_date <= $4 AND "
             "to_date >= $3",
             DB_ARGS(db_of_int(row->person_id), db_of_int(row->category), db_of_int(row->from), db_of_int(row->to)),
             &rows));
  if (db_int(&rows, 0) > 0) {
    FAIL(REGISTER_DATES_WRONG, "granted for that time already");
  }
  db_rows_close(&rows);
  TRY(register_people_insert_category(tx, row));
  return category_record(env, tx, act, "register.category_granted", row);
}

result register_category_end(struct env *env, struct db_tx *tx, const struct register_act *act,
                             const struct register_category_row *row, int32_t ended_on) {
  int64_t changed = 0;
  if (ended_on < row->from) {
    FAIL(REGISTER_DATES_WRONG, "ends before it begins");
  }
  TRY(db_run(tx,
             "UPDATE person_category SET to_date = $4 WHERE person_id = $1 AND category = $2 AND from_date = $3 AND "
             "to_date > $4",
             DB_ARGS(db_of_int(row->person_id), db_of_int(row->category), db_of_int(row->from), db_of_int(ended_on)),
             &changed));
  if (changed == 0) {
    FAIL(REGISTER_CATEGORY_UNKNOWN, "no such category lasts on that date");
  }
  struct register_category_row after = *row;
  after.to = ended_on;
  return category_record(env, tx, act, "register.category_ended", &after);
}
