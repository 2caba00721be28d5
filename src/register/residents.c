#include "base/buf.h"
#include "register/register.h"

/* yyyymmdd of the day a number of years before a date. */
static int64_t birth_before(int32_t on, int32_t years) {
  struct civil_date c = clock_civil(on);
  return ((int64_t)c.year - years) * 10000 + c.month * 100 + c.day;
}

result register_residents_list(struct db_tx *tx, struct arena *arena, const struct register_residents *asked,
                               struct register_person_ids *ret_ids) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  struct buf ids;
  size_t count = 0;
  buf_init(&ids, arena, 4096);
  TRY(db_query(
      tx,
      "SELECT r.person_id FROM person_residence r JOIN person p ON p.person_id = r.person_id"
      " WHERE r.kind = 1 AND r.province = $1 AND r.from_date <= $2 AND r.to_date >= $2 AND p.life = 1"
      " AND p.birth > $3 AND p.birth <= $4 ORDER BY r.person_id",
      DB_ARGS(db_of_text(asked->province), db_of_int(asked->on), db_of_int(birth_before(asked->on, asked->age_to + 1)),
              db_of_int(birth_before(asked->on, asked->age_from))),
      &rows));
  while (db_rows_next(&rows)) {
    int64_t id = db_int(&rows, 0);
    buf_append(&ids, slice_of(&id, sizeof id));
    count++;
  }
  TRY(rows.status);
  *ret_ids = (struct register_person_ids){(const int64_t *)(const void *)ids.ptr, count};
  return OK;
}
