/* Families: a child's row names its parents, spouses name each other, a ward's row names the guardian. The other views
 * are read backwards. */
#include "codec/jout.h"
#include "register/people.h"

static struct register_relation relation_read(struct db_rows *rows, struct arena *arena) {
  return (struct register_relation){
      .person_id = db_int(rows, 0),
      .kind = (enum register_relation_kind)db_int(rows, 1),
      .related_person_id = db_int(rows, 2),
      .name = db_text_copy(rows, 3, arena),
      .birth = register_people_birth_unpack(db_int(rows, 4)),
      .from = (int32_t)db_int(rows, 5),
      .to = (int32_t)db_int(rows, 6),
  };
}

enum {
  RELATIONS_MAX = 200,  /* a person with more is a defect of the data, not a family */
  RELATIONS_FIRST = 8,  /* room for nearly everybody: the room for all would cost each request a large clean block */
};

struct relation_reader {
  struct db_tx *tx;
  struct arena *arena;
  struct register_relation *items;
  size_t count;
  size_t room;
};

static void relation_add(struct relation_reader *reader, struct register_relation relation) {
  if (reader->count == reader->room) {
    struct register_relation *grown = ARENA_ARRAY(reader->arena, struct register_relation, reader->room * 4);
    memcpy(grown, reader->items, reader->count * sizeof *grown);
    reader->items = grown;
    reader->room *= 4;
  }
  reader->items[reader->count++] = relation;
}

static result relations_take(struct relation_reader *reader, const char *sql, int64_t person_id, int32_t on) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(reader->tx, sql, DB_ARGS(db_of_int(person_id), db_of_int(on)), &rows));
  while (reader->count < RELATIONS_MAX && db_rows_next(&rows)) {
    relation_add(reader, relation_read(&rows, reader->arena));
  }
  return rows.status;
}

static const char OWN[] =
    "SELECT r.person_id, r.kind, r.related_person_id, COALESCE(p.name, r.name), COALESCE(p.birth, r.birth), "
    "r.from_date, r.to_date "
    "FROM person_relation r LEFT JOIN person p ON p.person_id = r.related_person_id "
    "WHERE r.person_id = $1 AND r.from_date <= $2 AND r.to_date >= $2 ORDER BY r.kind, r.ordinal";

/* Father and mother seen from the parent are 4, child; guardian seen from the guardian is 6, ward. */
static const char BACKWARDS[] =
    "SELECT r.related_person_id, CASE r.kind WHEN 5 THEN 6 ELSE 4 END, r.person_id, p.name, p.birth, r.from_date, "
    "r.to_date "
    "FROM person_relation r JOIN person p ON p.person_id = r.person_id "
    "WHERE r.related_person_id = $1 AND r.related_person_id <> 0 AND r.kind <> 3 AND r.from_date <= $2 AND r.to_date "
    ">= $2 "
    "ORDER BY 2, p.birth, r.person_id";

/* Its own row alone, and nobody's beside it: kinds but the third, which is the spouse. */
static const char CARERS[] =
    "SELECT r.person_id, r.kind, r.related_person_id, r.name, r.birth, r.from_date, r.to_date FROM person_relation r "
    "WHERE r.person_id = $1 AND r.kind <> 3 AND r.from_date <= $2 AND r.to_date >= $2 ORDER BY r.kind, r.ordinal";

static struct relation_reader reader_begin(struct db_tx *tx, struct arena *arena) {
  return (struct relation_reader){tx, arena, ARENA_ARRAY(arena, struct register_relation, RELATIONS_FIRST), 0, RELATIONS_FIRST};
}

result register_dependants_load(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on,
                                struct register_relation_list *ret_list) {
  struct relation_reader reader = reader_begin(tx, arena);
  TRY(relations_take(&reader, BACKWARDS, person_id, on));
  *ret_list = (struct register_relation_list){reader.items, reader.count};
  return OK;
}

result register_carers_load(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on,
                            struct register_relation_list *ret_list) {
  struct relation_reader reader = reader_begin(tx, arena);
  TRY(relations_take(&reader, CARERS, person_id, on));
  *ret_list = (struct register_relation_list){reader.items, reader.count};
  return OK;
}

result register_relations_load(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on,
                               struct register_relation_list *ret_list) {
  struct relation_reader reader = reader_begin(tx, arena);
  TRY(relations_take(&reader, OWN, person_id, on));
  TRY(relations_take(&reader, BACKWARDS, person_id, on));
  *ret_list = (struct register_relation_list){reader.items, reader.count};
  return OK;
}

result register_kin_ids(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on,
                        struct register_person_ids *ret_ids) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  struct buf ids;
  buf_init(&ids, arena, RELATIONS_FIRST * sizeof person_id);
  TRY(db_query(tx,
               "SELECT related_person_id FROM person_relation"
               " WHERE person_id = $1 AND related_person_id <> 0 AND from_date <= $2 AND to_date >= $2"
               " UNION ALL SELECT person_id FROM person_relation"
               " WHERE related_person_id = $1 AND related_person_id <> 0 AND kind <> 3 AND from_date <= $2 AND to_date >= $2",
               DB_ARGS(db_of_int(person_id), db_of_int(on)), &rows));
  for (size_t count = 0; count < RELATIONS_MAX && db_rows_next(&rows); count++) {
    int64_t id = db_int(&rows, 0);
    buf_append(&ids, slice_of(&id, sizeof id));
  }
  TRY(rows.status);
  *ret_ids = (struct register_person_ids){(int64_t *)(void *)ids.ptr, ids.len / sizeof(int64_t)};
  return OK;
}

static result next_ordinal(struct db_tx *tx, int64_t person_id, enum register_relation_kind kind,
                           int64_t *ret_ordinal) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, "SELECT COALESCE(MAX(ordinal), 0) + 1 FROM person_relation WHERE person_id = $1 AND kind = $2",
             DB_ARGS(db_of_int(person_id), db_of_int(kind)), &rows));
  *ret_ordinal = db_int(&rows, 0);
  return OK;
}

static result relation_overlaps(struct db_tx *tx, const struct register_relation *relation) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(
      tx,
      "SELECT COUNT(*) FROM person_relation WHERE person_id = $1 AND kind = $2 AND from_date <= $4 AND to_date >= $3",
      DB_ARGS(db_of_int(relation->person_id), db_of_int(relation->kind), db_of_int(relation->from),
              db_of_int(relation->to)),
      &rows));
  if (db_int(&rows, 0) > 0) {
    FAIL(REGISTER_RELATION_WRONG, "there is one of that kind for that time already");
  }
  return OK;
}

static result person_birth(struct db_tx *tx, int64_t person_id, struct register_birth *ret_birth) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT birth FROM person WHERE person_id = $1", DB_ARGS(db_of_int(person_id)), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(REGISTER_PERSON_UNKNOWN, "nobody has that number");
  }
  *ret_birth = register_people_birth_unpack(db_int(&rows, 0));
  return OK;
}

static result relation_check(struct db_tx *tx, const struct register_relation *relation) {
  bool storable = relation->kind == REGISTER_FATHER || relation->kind == REGISTER_MOTHER ||
                  relation->kind == REGISTER_SPOUSE || relation->kind == REGISTER_GUARDIAN;
  if (!storable || relation->related_person_id == relation->person_id ||
      (relation->related_person_id == 0 && relation->name.len == 0)) {
    FAIL(REGISTER_RELATION_WRONG, "a relation is to another, of a kind that is stored");
  }
  if (relation->to < relation->from) {
    FAIL(REGISTER_DATES_WRONG, "ends before it begins");
  }
  struct register_birth own;
  struct register_birth related = relation->birth;
  TRY(person_birth(tx, relation->person_id, &own));
  if (relation->related_person_id) {
    TRY(person_birth(tx, relation->related_person_id, &related));
  }
  bool parent = relation->kind == REGISTER_FATHER || relation->kind == REGISTER_MOTHER;
  if (parent && related.year != 0 && related.year >= own.year) {
    FAIL(REGISTER_RELATION_WRONG, "a parent is older than the child");
  }
  return relation_overlaps(tx, relation);
}

static result relation_insert(struct db_tx *tx, const struct register_relation *relation) {
  int64_t ordinal = 0;
  TRY(next_ordinal(tx, relation->person_id, relation->kind, &ordinal));
  return register_people_insert_relation(tx, relation, ordinal);
}

static struct slice relation_detail(struct arena *arena, const struct register_relation *relation) {
  struct buf buf;
  struct jout out;
  buf_init(&buf, arena, 256);
  jout_init(&out, &buf);
  jout_object(&out);
  jout_put_int(&out, "kind", relation->kind);
  jout_put_int(&out, "related_person_id", relation->related_person_id);
  jout_put_text_or_null(&out, "name", relation->name);
  jout_put_int(&out, "from", relation->from);
  jout_put_int(&out, "to", relation->to);
  jout_object_end(&out);
  return buf_slice(&buf);
}

static result relation_record(struct env *env, struct db_tx *tx, const struct register_act *act, const char *kind,
                              const struct register_relation *relation) {
  struct arena scratch CLEANUP(arena_free);
  arena_init(&scratch);
  struct people_note note = {kind, relation->person_id, relation_detail(&scratch, relation)};
  return register_people_record(env, tx, act, &note);
}

result register_relation_add(struct env *env, struct db_tx *tx, const struct register_act *act,
                             const struct register_relation *relation) {
  TRY(relation_check(tx, relation));
  TRY(relation_insert(tx, relation));
  if (relation->kind == REGISTER_SPOUSE && relation->related_person_id) {
    struct register_relation other = *relation;
    other.person_id = relation->related_person_id;
    other.related_person_id = relation->person_id;
    other.name = (struct slice){0};
    TRY(relation_overlaps(tx, &other));
    TRY(relation_insert(tx, &other));
  }
  return relation_record(env, tx, act, "register.relation_added", relation);
}

result register_relation_end(struct env *env, struct db_tx *tx, const struct register_act *act,
                             const struct register_relation *relation, int32_t ended_on) {
  if (relation->kind != REGISTER_SPOUSE && relation->kind != REGISTER_GUARDIAN) {
    FAIL(REGISTER_RELATION_WRONG, "only a marriage or a guardianship ends");
  }
  int64_t changed = 0;
  TRY(db_run(
      tx,
      "UPDATE person_relation SET to_date = $4 WHERE kind = $3 AND to_date = $5 AND from_date <= $4 AND "
      "((person_id = $1 AND related_person_id = $2) OR (kind = 3 AND person_id = $2 AND related_person_id = $1))",
      DB_ARGS(db_of_int(relation->person_id), db_of_int(relation->related_person_id), db_of_int(relation->kind),
              db_of_int(ended_on), db_of_int(REGISTER_OPEN)),
      &changed));
  if (changed == 0) {
    FAIL(REGISTER_RELATION_WRONG, "no such relation lasts on that date");
  }
  struct register_relation ended = *relation;
  ended.to = ended_on;
  return relation_record(env, tx, act, "register.relation_ended", &ended);
}

result register_represents(struct db_tx *tx, int64_t adult_id, int64_t person_id, int32_t on, bool *ret_represents) {
  struct register_birth birth;
  TRY(person_birth(tx, person_id, &birth));
  bool minor = clock_age_years(register_birth_date(birth), on) < 18;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(
      tx,
      "SELECT COALESCE(SUM(CASE WHEN kind IN (1, 2) THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE kind WHEN 5 THEN 1 ELSE "
      "0 END), 0) "
      "FROM person_relation WHERE person_id = $1 AND related_person_id = $2 AND from_date <= $3 AND to_date >= $3",
      DB_ARGS(db_of_int(person_id), db_of_int(adult_id), db_of_int(on)), &rows));
  *ret_represents = adult_id != person_id && ((minor && db_int(&rows, 0) > 0) || db_int(&rows, 1) > 0);
  return OK;
}
