/* A country of millions is poured in, in the order of people's numbers; what a person would touch at random is made when all are there, sorted: the
 * indexes of names and relatives, and who has which PIN. Their trees, grown one row at a time, soon cost more than everything else together. */
#include "register/people.h"
#include "register/synth_country.h"

#define INDEX_AWAY_AND_BACK(name, on) {"DROP INDEX " name, "CREATE INDEX " name " ON " on},

static const struct {
  const char *away, *back;
} indexes[] = {REGISTER_NAME_INDEXES(INDEX_AWAY_AND_BACK) REGISTER_RELATION_INDEXES(INDEX_AWAY_AND_BACK)};

static result indexes_away(struct db_tx *tx, void *arg) {
  (void)arg;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT 1 FROM person_pin LIMIT 1", DB_NO_ARGS, &rows));
  bool is_empty = !db_rows_next(&rows);
  TRY(rows.status);
  db_rows_close(&rows);
  if (!is_empty) {
    FAIL(REGISTER_NOT_EMPTY, "somebody is in it");
  }
  for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++) {
    TRY(db_run(tx, indexes[i].away, DB_NO_ARGS, NULL));
  }
  return OK;
}

static result index_back(struct db_tx *tx, void *arg) {
  const char *const *sql = arg;
  return db_run(tx, *sql, DB_NO_ARGS, NULL);
}

static result pins_give(struct db_tx *tx, void *arg) {
  (void)arg;
  return db_run(tx, "INSERT INTO person_pin (pin, person_id, status) SELECT pin, person_id, 1 FROM person ORDER BY pin", DB_NO_ARGS, NULL);
}

result register_synth_load_begin(struct env *env) { return db_write(env->db, indexes_away, NULL); }

result register_synth_load_end(struct env *env) {
  for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++) {
    const char *sql = indexes[i].back;
    TRY(db_write(env->db, index_back, &sql)); /* a write each: none is larger than it must be */
  }
  return db_write(env->db, pins_give, NULL);
}
