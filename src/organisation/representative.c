/* Legal representatives [Decree 69/2024 Art 12; Law on Enterprises 2020 Art 12]: one or several, each with dates. */
#include "codec/utf8.h"
#include "organisation/record.h"

enum { TITLE_BYTES_MAX = 120, REPRESENTATIVES_MAX = 50 };

result organisation_representative_add(struct env *env, struct db_tx *tx, const struct register_act *act,
                                       const struct organisation_representative *r) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct organisation organisation;
  struct register_person person;
  bool is_already = false;
  TRY(organisation_load(tx, &arena, r->organisation_id, &organisation));
  TRY(register_person_load(tx, &arena, r->person_id, &person));
  TRY(organisation_is_representative(tx, r->organisation_id, r->person_id, r->from, &is_already));
  if (is_already || r->to < r->from || slice_empty(r->title) || r->title.len > TITLE_BYTES_MAX || !utf8_is_line(r->title)) {
    FAIL(ORGANISATION_FIELD, "represents it already, ends before it begins, or has no title");
  }
  TRY(db_run(tx, "INSERT INTO organisation_representative (organisation_id, person_id, from_date, to_date, title) VALUES ($1, $2, $3, $4, $5)",
             DB_ARGS(db_of_int(r->organisation_id), db_of_int(r->person_id), db_of_int(r->from), db_of_int(r->to), db_of_text(r->title)), NULL));
  return organisation_record(env, tx, &(const struct organisation_note){.kind = "organisation.representative_added",
                                                                        .organisation_id = r->organisation_id,
                                                                        .actor_id = act->actor_person_id,
                                                                        .actor_role = act->actor_role,
                                                                        .legal_basis = act->legal_basis,
                                                                        .person_id = r->person_id});
}

result organisation_representative_end(struct env *env, struct db_tx *tx, const struct register_act *act,
                                       const struct organisation_representative *r, int32_t last_day) {
  int64_t changed = 0;
  TRY(db_run(tx,
             "UPDATE organisation_representative SET to_date = $3"
             " WHERE organisation_id = $1 AND person_id = $2 AND from_date <= $3 AND to_date > $3",
             DB_ARGS(db_of_int(r->organisation_id), db_of_int(r->person_id), db_of_int(last_day)), &changed));
  if (changed != 1) {
    FAIL(ORGANISATION_NOT_REPRESENTATIVE, "does not represent it past that day");
  }
  return organisation_record(env, tx, &(const struct organisation_note){.kind = "organisation.representative_ended",
                                                                        .organisation_id = r->organisation_id,
                                                                        .actor_id = act->actor_person_id,
                                                                        .actor_role = act->actor_role,
                                                                        .legal_basis = act->legal_basis,
                                                                        .person_id = r->person_id});
}

static result load_list(struct db_tx *tx, struct arena *arena, const char *sql, struct db_args args,
                        struct organisation_representative_list *ret_list) {
  struct organisation_representative *items = ARENA_ARRAY(arena, struct organisation_representative, REPRESENTATIVES_MAX);
  size_t count = 0;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, sql, args, &rows));
  while (count < REPRESENTATIVES_MAX && db_rows_next(&rows)) {
    items[count++] = (struct organisation_representative){.organisation_id = db_int(&rows, 0),
                                                          .person_id = db_int(&rows, 1),
                                                          .from = (int32_t)db_int(&rows, 2),
                                                          .to = (int32_t)db_int(&rows, 3),
                                                          .title = db_text_copy(&rows, 4, arena)};
  }
  TRY(rows.status);
  *ret_list = (struct organisation_representative_list){items, count};
  return OK;
}

result organisation_representatives_load(struct db_tx *tx, struct arena *arena, int64_t organisation_id, int32_t on,
                                         struct organisation_representative_list *ret_list) {
  return load_list(tx, arena,
                   "SELECT organisation_id, person_id, from_date, to_date, title FROM organisation_representative"
                   " WHERE organisation_id = $1 AND from_date <= $2 AND to_date >= $2 ORDER BY from_date, person_id",
                   DB_ARGS(db_of_int(organisation_id), db_of_int(on)), ret_list);
}

result organisation_represented_load(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on,
                                     struct organisation_representative_list *ret_list) {
  return load_list(tx, arena,
                   "SELECT organisation_id, person_id, from_date, to_date, title FROM organisation_representative"
                   " WHERE person_id = $1 AND from_date <= $2 AND to_date >= $2 ORDER BY from_date, organisation_id",
                   DB_ARGS(db_of_int(person_id), db_of_int(on)), ret_list);
}

result organisation_is_representative(struct db_tx *tx, int64_t organisation_id, int64_t person_id, int32_t on, bool *ret_is) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx,
             "SELECT COUNT(*) FROM organisation_representative WHERE organisation_id = $1 AND person_id = $2 AND from_date <= $3 AND to_date >= $3",
             DB_ARGS(db_of_int(organisation_id), db_of_int(person_id), db_of_int(on)), &rows));
  *ret_is = db_int(&rows, 0) > 0;
  return OK;
}
