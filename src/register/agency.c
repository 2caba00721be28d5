/* Agencies, what they are competent for, and their units; every row dated. */
#include "codec/jout.h"
#include "register/agencies.h"

#define AGENCY_COLUMNS \
  "a.agency_code, a.kind, a.name_vi, a.name_en, a.province, a.parent, a.successor, a.from_date, a.to_date"

static struct register_agency agency_read(struct db_rows *rows, struct arena *arena) {
  return (struct register_agency){
      .code = db_text_copy(rows, 0, arena),
      .kind = (enum register_agency_kind)db_int(rows, 1),
      .name_vi = db_text_copy(rows, 2, arena),
      .name_en = db_text_copy(rows, 3, arena),
      .province = db_text_copy(rows, 4, arena),
      .parent = db_text_copy(rows, 5, arena),
      .successor = db_text_copy(rows, 6, arena),
      .from = (int32_t)db_int(rows, 7),
      .to = (int32_t)db_int(rows, 8),
  };
}

static result agency_one(struct db_tx *tx, struct arena *arena, const char *sql, struct db_args args,
                         struct register_agency *ret_agency) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, sql, args, &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(REGISTER_AGENCY_UNKNOWN, "no such agency on that date");
  }
  *ret_agency = agency_read(&rows, arena);
  return OK;
}

result register_agency_load(struct db_tx *tx, struct arena *arena, struct slice code, int32_t on,
                            struct register_agency *ret_agency) {
  return agency_one(tx, arena,
                    "SELECT " AGENCY_COLUMNS
                    " FROM agency a WHERE a.agency_code = $1 AND a.from_date <= $2 AND a.to_date >= $2",
                    DB_ARGS(db_of_text(code), db_of_int(on)), ret_agency);
}

/* Agencies are filed under the province of their own time. */
static struct slice province_then(struct slice province, int32_t on) {
  const struct register_province *then = register_province_successor(province, on);
  return then ? slice_str(then->code) : province;
}

result register_agency_find(struct db_tx *tx, struct arena *arena, const struct register_agency_key *key,
                            struct register_agency *ret_agency) {
  return agency_one(
      tx, arena,
      "SELECT " AGENCY_COLUMNS
      " FROM agency a WHERE a.province = $1 AND a.kind = $2 AND a.from_date <= $3 AND "
      "a.to_date >= $3 ORDER BY a.agency_code LIMIT 1",
      DB_ARGS(db_of_text(province_then(key->province, key->on)), db_of_int(key->kind), db_of_int(key->on)), ret_agency);
}

result register_agency_competent(struct db_tx *tx, struct arena *arena, const struct register_competence *asked,
                                 struct register_agency *ret_agency) {
  return agency_one(
      tx, arena,
      /* In this order: the province's agencies of that day by their index alone, who of them is competent, only then the row. */
      "SELECT " AGENCY_COLUMNS
      " FROM agency a WHERE a.from_date <= $3 AND a.to_date >= $3 AND a.agency_code = (SELECT MIN(p.agency_code) FROM "
      "agency p CROSS JOIN agency_competence c WHERE p.province = $1 AND p.from_date <= $3 AND p.to_date >= $3 AND "
      "c.agency_code = p.agency_code AND c.matter = $2 AND c.from_date <= $3 AND c.to_date >= $3)",
      DB_ARGS(db_of_text(province_then(asked->province, asked->on)), db_of_text(slice_str(asked->matter)),
              db_of_int(asked->on)),
      ret_agency);
}

result register_agencies_load(struct db_tx *tx, struct arena *arena, int32_t on,
                              struct register_agency_list *ret_list) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(
      tx, "SELECT " AGENCY_COLUMNS " FROM agency a WHERE a.from_date <= $1 AND a.to_date >= $1 ORDER BY a.agency_code",
      DB_ARGS(db_of_int(on)), &rows));
  struct buf items;
  buf_init(&items, arena, 0);
  size_t count = 0;
  while (db_rows_next(&rows)) {
    struct register_agency agency = agency_read(&rows, arena);
    buf_append(&items, slice_of(&agency, sizeof agency));
    count++;
  }
  TRY(rows.status);
  *ret_list = (struct register_agency_list){(const struct register_agency *)(const void *)items.ptr, count};
  return OK;
}

/* [Decision 20/2020] letters, digits and dots, at most 35. */
static bool code_is_fine(struct slice code) {
  for (size_t i = 0; i < code.len; i++) {
    uint8_t byte = code.ptr[i];
    if (!((byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '.')) {
      return false;
    }
  }
  return code.len > 0 && code.len <= 35 && code.ptr[0] != '.' && code.ptr[code.len - 1] != '.';
}

result register_agencies_insert_agency(struct db_tx *tx, const struct register_agency *agency) {
  return db_run(
      tx,
      "INSERT INTO agency (agency_code, from_date, to_date, kind, name_vi, name_en, province, parent, successor) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
      DB_ARGS(db_of_text(agency->code), db_of_int(agency->from), db_of_int(agency->to), db_of_int(agency->kind),
              db_of_text(agency->name_vi), db_of_text(agency->name_en), db_of_text_or_null(agency->province),
              db_of_text_or_null(agency->parent), db_of_text_or_null(agency->successor)),
      NULL);
}

result register_agencies_insert_competence(struct db_tx *tx, const struct register_agency_matter *competence) {
  return db_run(tx, "INSERT INTO agency_competence (agency_code, matter, from_date, to_date) VALUES ($1, $2, $3, $4)",
                DB_ARGS(db_of_text(competence->agency_code), db_of_text(slice_str(competence->matter)),
                        db_of_int(competence->from), db_of_int(competence->to)),
                NULL);
}

result register_agencies_insert_unit(struct db_tx *tx, const struct register_unit *unit) {
  return db_run(
      tx,
      "INSERT INTO agency_unit (unit_code, from_date, to_date, agency_code, kind, name_vi, name_en) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7)",
      DB_ARGS(db_of_text(unit->code), db_of_int(unit->from), db_of_int(unit->to), db_of_text(unit->agency_code),
              db_of_int(unit->kind), db_of_text(unit->name_vi), db_of_text(unit->name_en)),
      NULL);
}

result register_agencies_record(struct env *env, struct db_tx *tx, const struct register_act *act,
                                const struct agencies_note *note) {
  struct arena scratch CLEANUP(arena_free);
  arena_init(&scratch);
  struct buf buf;
  struct jout out;
  buf_init(&buf, &scratch, 256);
  jout_init(&out, &buf);
  jout_object(&out);
  jout_put_text_or_null(&out, "code", note->code);
  jout_put_int(&out, "post_id", note->post_id);
  jout_put_int(&out, "number", note->number);
  jout_put_int(&out, "from", note->from);
  jout_put_int(&out, "to", note->to);
  jout_object_end(&out);
  struct people_note entry = {note->kind, note->person_id, buf_slice(&buf)};
  return register_people_record(env, tx, act, &entry);
}

result register_agency_add(struct env *env, struct db_tx *tx, const struct register_act *act,
                           const struct register_agency *agency) {
  if (!code_is_fine(agency->code) || !register_people_text_is_fine(agency->name_vi) || agency->name_vi.len == 0) {
    FAIL(REGISTER_TEXT_SYNTAX, "an agency has a code and a name");
  }
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, "SELECT COUNT(*) FROM agency WHERE agency_code = $1 AND from_date <= $3 AND to_date >= $2",
             DB_ARGS(db_of_text(agency->code), db_of_int(agency->from), db_of_int(agency->to)), &rows));
  if (agency->to < agency->from || db_int(&rows, 0) > 0) {
    FAIL(REGISTER_DATES_WRONG, "ends before it begins, or overlaps the agency's other dates");
  }
  db_rows_close(&rows);
  TRY(register_agencies_insert_agency(tx, agency));
  struct agencies_note note = {
      .kind = "register.agency_added", .code = agency->code, .from = agency->from, .to = agency->to};
  return register_agencies_record(env, tx, act, &note);
}

result register_competence_add(struct env *env, struct db_tx *tx, const struct register_act *act,
                               const struct register_agency_matter *added) {
  struct arena scratch CLEANUP(arena_free);
  arena_init(&scratch);
  struct register_agency agency;
  TRY(register_agency_load(tx, &scratch, added->agency_code, added->from, &agency));
  if (added->to < added->from) {
    FAIL(REGISTER_DATES_WRONG, "ends before it begins");
  }
  TRY(register_agencies_insert_competence(tx, added));
  struct agencies_note note = {
      .kind = "register.competence_added", .code = added->agency_code, .from = added->from, .to = added->to};
  return register_agencies_record(env, tx, act, &note);
}

result register_unit_add(struct env *env, struct db_tx *tx, const struct register_act *act,
                         const struct register_unit *unit) {
  if (!code_is_fine(unit->code) || !register_people_text_is_fine(unit->name_vi) || unit->name_vi.len == 0) {
    FAIL(REGISTER_TEXT_SYNTAX, "a unit has a code and a name");
  }
  if (unit->to < unit->from) {
    FAIL(REGISTER_DATES_WRONG, "ends before it begins");
  }
  struct arena scratch CLEANUP(arena_free);
  arena_init(&scratch);
  struct register_agency agency;
  TRY(register_agency_load(tx, &scratch, unit->agency_code, unit->from, &agency));
  TRY(register_agencies_insert_unit(tx, unit));
  struct agencies_note note = {.kind = "register.unit_added", .code = unit->code, .from = unit->from, .to = unit->to};
  return register_agencies_record(env, tx, act, &note);
}

result register_unit_load(struct db_tx *tx, struct arena *arena, struct slice code, int32_t on,
                          struct register_unit *ret_unit) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(
      tx,
      "SELECT agency_code, kind, name_vi, name_en, from_date, to_date FROM agency_unit WHERE unit_code = $1 AND "
      "from_date <= $2 AND to_date >= $2",
      DB_ARGS(db_of_text(code), db_of_int(on)), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(REGISTER_AGENCY_UNKNOWN, "no such unit on that date");
  }
  *ret_unit = (struct register_unit){
      .code = arena_copy(arena, code),
      .agency_code = db_text_copy(&rows, 0, arena),
      .kind = (enum register_unit_kind)db_int(&rows, 1),
      .name_vi = db_text_copy(&rows, 2, arena),
      .name_en = db_text_copy(&rows, 3, arena),
      .from = (int32_t)db_int(&rows, 4),
      .to = (int32_t)db_int(&rows, 5),
  };
  return OK;
}
