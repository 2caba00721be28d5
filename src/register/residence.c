/* Residence: dated rows of each kind, in the units of the day they were recorded. */
#include "base/buf.h"
#include "codec/jout.h"
#include "register/people.h"
#include "register/units.h"

#define RESIDENCE_COLUMNS \
  "kind, from_date, to_date, province, commune, commune_name, district_name, units_on, address, householder_id"

/* A coded commune's names are not stored: they are the table's, of the day the row was recorded. */
static struct register_residence residence_read(struct db_rows *rows, struct arena *arena, int64_t person_id) {
  struct register_residence residence = {
      .person_id = person_id,
      .kind = (enum register_residence_kind)db_int(rows, 0),
      .from = (int32_t)db_int(rows, 1),
      .to = (int32_t)db_int(rows, 2),
      .province = db_text_copy(rows, 3, arena),
      .commune = db_text_copy(rows, 4, arena),
      .commune_name = db_text_copy(rows, 5, arena),
      .district_name = db_text_copy(rows, 6, arena),
      .address = db_text_copy(rows, 8, arena),
      .householder_id = db_int(rows, 9),
  };
  const struct register_commune *commune = register_commune_find(residence.commune, (int32_t)db_int(rows, 7));
  if (residence.commune_name.len == 0 && commune) {
    residence.commune_name = slice_str(commune->name);
    residence.district_name = slice_str(commune->district_name);
  }
  return residence;
}

result register_residence_find(struct db_tx *tx, struct arena *arena, const struct register_residence_key *key,
                               struct register_residence *ret_residence) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT " RESIDENCE_COLUMNS
               " FROM person_residence WHERE person_id = $1 AND kind = $2 AND from_date <= $3 AND "
               "to_date >= $3 ORDER BY from_date DESC LIMIT 1",
               DB_ARGS(db_of_int(key->person_id), db_of_int(key->kind), db_of_int(key->on)), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(REGISTER_RESIDENCE_UNKNOWN, "no residence of that kind on that date");
  }
  *ret_residence = residence_read(&rows, arena, key->person_id);
  return OK;
}

enum { RESIDENCES_MAX = 500 };

result register_residences_load(struct db_tx *tx, struct arena *arena, int64_t person_id,
                                struct register_residence_list *ret_list) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT " RESIDENCE_COLUMNS
               " FROM person_residence WHERE person_id = $1 ORDER BY from_date DESC, kind LIMIT $2",
               DB_ARGS(db_of_int(person_id), db_of_int(RESIDENCES_MAX)), &rows));
  struct register_residence *items = ARENA_ARRAY(arena, struct register_residence, RESIDENCES_MAX);
  size_t count = 0;
  while (count < RESIDENCES_MAX && db_rows_next(&rows)) {
    items[count++] = residence_read(&rows, arena, person_id);
  }
  TRY(rows.status);
  *ret_list = (struct register_residence_list){items, count};
  return OK;
}

result register_residence_province(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on,
                                   struct slice *ret_province) {
  struct register_residence residence;
  TRY(register_residence_find(tx, arena, &(struct register_residence_key){person_id, REGISTER_PERMANENT, on},
                              &residence));
  const struct register_province *province = register_province_successor(residence.province, on);
  *ret_province = province ? slice_str(province->code) : residence.province;
  return OK;
}

/* Fills in province and names from the code, or finds an old commune by its names. */
static result residence_check(const struct register_residence *residence, int32_t units_on) {
  if (residence->kind != REGISTER_PERMANENT && residence->kind != REGISTER_TEMPORARY) {
    FAIL(REGISTER_DATES_WRONG, "residence is permanent or temporary");
  }
  if (residence->to < residence->from) {
    FAIL(REGISTER_DATES_WRONG, "ends before it begins");
  }
  if (!register_province_find(residence->province, units_on)) {
    FAIL(REGISTER_PROVINCE_UNKNOWN, "no province of that code on that date");
  }
  const struct register_commune *commune =
      residence->commune.len
          ? register_commune_find(residence->commune, units_on)
          : register_commune_find_named(residence->province, residence->district_name, residence->commune_name);
  if (!commune || !slice_is(residence->province, commune->province)) {
    FAIL(REGISTER_COMMUNE_UNKNOWN, "no such commune in that province on that date");
  }
  if (!register_people_text_is_fine(residence->address)) {
    FAIL(REGISTER_TEXT_SYNTAX, "an address is one line");
  }
  return OK;
}

static struct slice residence_detail(struct arena *arena, const struct register_residence *residence) {
  struct buf buf;
  struct jout out;
  buf_init(&buf, arena, 256);
  jout_init(&out, &buf);
  jout_object(&out);
  jout_put_int(&out, "kind", residence->kind);
  jout_put_text(&out, "province", residence->province);
  jout_put_text_or_null(&out, "commune", residence->commune);
  jout_put_text_or_null(&out, "commune_name", residence->commune_name);
  jout_put_text_or_null(&out, "address", residence->address);
  jout_put_int(&out, "from", residence->from);
  jout_object_end(&out);
  return buf_slice(&buf);
}

result register_residence_move(struct env *env, struct db_tx *tx, const struct register_act *act,
                               const struct register_residence *residence) {
  int32_t units_on = residence->from;
  TRY(residence_check(residence, units_on));
  struct register_person person;
  struct arena scratch CLEANUP(arena_free);
  arena_init(&scratch);
  TRY(register_person_load(tx, &scratch, residence->person_id, &person));
  TRY(db_run(tx,
             "UPDATE person_residence SET to_date = $3 WHERE person_id = $1 AND kind = $2 AND to_date = $4 AND "
             "from_date <= $3",
             DB_ARGS(db_of_int(residence->person_id), db_of_int(residence->kind), db_of_int(residence->from - 1),
                     db_of_int(REGISTER_OPEN)),
             NULL));
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, "SELECT COUNT(*) FROM person_residence WHERE person_id = $1 AND kind = $2 AND to_date >= $3",
             DB_ARGS(db_of_int(residence->person_id), db_of_int(residence->kind), db_of_int(residence->from)), &rows));
  if (db_int(&rows, 0) > 0) {
    FAIL(REGISTER_DATES_WRONG, "a later residence of that kind is recorded already");
  }
  db_rows_close(&rows);
  TRY(register_people_insert_residence(tx, residence, units_on));
  struct people_note note = {"register.residence_moved", residence->person_id, residence_detail(&scratch, residence)};
  return register_people_record(env, tx, act, &note);
}

static void part_append(struct buf *buf, struct slice part) {
  if (part.len == 0) {
    return;
  }
  if (buf->len > 0) {
    buf_append(buf, S(", "));
  }
  buf_append(buf, part);
}

struct slice register_residence_write(struct arena *arena, const struct register_residence *residence, int32_t on) {
  struct buf buf;
  buf_init(&buf, arena, 160);
  part_append(&buf, residence->address);
  part_append(&buf, residence->commune_name);
  part_append(&buf, residence->district_name);
  const struct register_province *province = register_province_successor(residence->province, on);
  /* The district stands only in addresses of the former units: then the province's former name belongs beside it. */
  if (residence->district_name.len > 0) {
    int32_t then = on < UNITS_REORGANISED ? on : UNITS_REORGANISED - 1;
    province = register_province_find(residence->province, then);
  }
  part_append(&buf, province ? slice_str(province->full_name) : residence->province);
  return buf_slice(&buf);
}
