/* The synthetic country, in order: agencies, the people of the demonstration, then households until there are enough.
 * */
#include "base/buf.h"
#include "register/agencies.h"
#include "register/synth_country.h"

enum { PROVINCES_END = 97, PIN_GROUPS = PROVINCES_END * 2 * 400 };
static const int64_t PERSON_ID_EPOCH_MS = 1577836800000; /* 2020-01-01, as in pin.c */

/* ---- the demonstration's people ---- */

static void demo_name(struct synth_batch *batch, struct slice name, const struct synth_row *row) {
  batch->demos[batch->demo_count++] = (struct register_demo){name, row->person.person_id};
}

static void demo_category(struct synth_batch *batch, const struct synth_row *row, enum register_category category,
                          int32_t from) {
  struct register_category_row granted = {row->person.person_id, category, from, REGISTER_OPEN,
                                          S("Dữ liệu trình diễn")};
  register_synth_category(batch, &granted);
}

struct demo_single {
  const char *name;
  const char *province;
  struct register_synth_single form;
};

static result demo_person(struct synth_country *country, struct synth_batch *batch, const struct demo_single *demo,
                          struct synth_row **ret_row) {
  struct synth_household household;
  const struct synth_place *place = register_synth_place_find(&country->places, slice_str(demo->province));
  register_synth_household_plain(country, batch, place, &household);
  TRY(register_synth_single(&household, &demo->form, ret_row));
  demo_name(batch, slice_str(demo->name), *ret_row);
  return OK;
}

static result demo_family(struct synth_country *country, struct synth_batch *batch) {
  struct synth_household household;
  register_synth_household_plain(country, batch, register_synth_place_find(&country->places, S("01")), &household);
  struct register_synth_family family = {.husband_age = 38, .wife_age = 36, .child_age = 10};
  TRY(register_synth_family(&household, &family));
  demo_name(batch, S("citizen.hanoi"), family.husband);
  demo_name(batch, S("citizen.hanoi.wife"), family.wife);
  demo_name(batch, S("citizen.hanoi.child"), family.child);
  register_synth_card_of_child(country, family.child);
  register_synth_household_plain(country, batch, register_synth_place_find(&country->places, S("01")), &household);
  struct synth_row *guardian = NULL;
  struct synth_row *ward = NULL;
  TRY(register_synth_guarded(&household, &guardian, &ward));
  demo_name(batch, S("guardian.hanoi"), guardian);
  demo_name(batch, S("ward.hanoi"), ward);
  register_synth_card_of_child(country, ward);
  return OK;
}

/* 2026-08-15: no digital citizens before the resolution that made them. */
enum { DIGITAL_FROM = 20680 };

static result demo_standing(struct synth_country *country, struct synth_batch *batch, const struct demo_single *demo,
                            const struct synth_row *row) {
  struct slice name = slice_str(demo->name);
  if (slice_is(name, "student.hanoi")) {
    for (size_t i = 0; i < batch->category_count; i++) {
      if (batch->categories[i].person_id == row->person.person_id) {
        return OK; /* drawn as a student already */
      }
    }
    struct register_category_row studies = {row->person.person_id, REGISTER_CATEGORY_STUDENT, country->date - 300,
                                            country->date + 700, S("Dữ liệu trình diễn")};
    register_synth_category(batch, &studies);
  } else if (slice_is(name, "poor.hanoi")) {
    demo_category(batch, row, REGISTER_CATEGORY_POOR_HOUSEHOLD, country->date - 400);
  } else if (slice_is(name, "digital.hanoi") && country->date >= DIGITAL_FROM) {
    demo_category(batch, row, REGISTER_CATEGORY_DIGITAL_CITIZEN, DIGITAL_FROM);
  } else if (slice_is(name, "convicted.hanoi") || slice_is(name, "expunged.hanoi")) {
    register_synth_convict(country, batch, row, slice_is(name, "expunged.hanoi"));
  } else if (slice_is(name, "banned.hanoi")) {
    register_synth_bankrupt(country, batch, row);
  }
  return OK;
}

static result demo_people(struct synth_country *country, struct synth_batch *batch) {
  static const struct demo_single demos[] = {
      {"citizen.hue", "46", {REGISTER_FEMALE, 29}},       {"student.hanoi", "01", {REGISTER_FEMALE, 20}},
      {"elderly.hanoi", "01", {REGISTER_MALE, 70}},       {"convicted.hanoi", "01", {REGISTER_MALE, 35}},
      {"expunged.hanoi", "01", {REGISTER_MALE, 45}},      {"poor.hanoi", "01", {REGISTER_FEMALE, 33}},
      {"digital.hanoi", "01", {REGISTER_FEMALE, 27}},     {"citizen.danang", "48", {REGISTER_MALE, 31}},
      {"citizen.hochiminh", "79", {REGISTER_FEMALE, 41}}, {"newcomer.hanoi", "01", {REGISTER_MALE, 24}},
      {"banned.hanoi", "01", {REGISTER_MALE, 52}},
  };
  TRY(demo_family(country, batch));
  for (size_t i = 0; i < sizeof demos / sizeof *demos; i++) {
    struct synth_row *row = NULL;
    TRY(demo_person(country, batch, &demos[i], &row));
    TRY(demo_standing(country, batch, &demos[i], row));
  }
  return OK;
}

/* ---- officers ---- */

struct vacancy {
  int64_t post_id;
  enum register_role role;
  struct slice province;
};

/* One holder for every post of the date. */
static result vacancies_load(struct db_tx *tx, struct arena *arena, int32_t on, struct buf *vacancies) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT p.post_id, p.role, a.province FROM post p JOIN agency a ON a.agency_code = p.agency_code AND "
               "a.from_date <= $1 "
               "AND a.to_date >= $1 WHERE p.from_date <= $1 AND p.to_date >= $1 ORDER BY COALESCE(a.province, ''), p.post_id",
               DB_ARGS(db_of_int(on)), &rows));
  while (db_rows_next(&rows)) {
    struct vacancy vacancy = {db_int(&rows, 0), (enum register_role)db_int(&rows, 1), db_text_copy(&rows, 2, arena)};
    buf_append(vacancies, slice_of(&vacancy, sizeof vacancy));
  }
  return rows.status;
}

static result officer_make(struct synth_country *country, struct synth_batch *batch, const struct vacancy *vacancy) {
  struct synth_household household;
  bool is_national = vacancy->province.len == 0;
  struct slice home = is_national ? S("01") : vacancy->province;
  const char *role = register_role_name(vacancy->role);
  register_synth_household_plain(country, batch, register_synth_place_find(&country->places, home), &household);
  struct register_synth_single form = {register_synth_chance(country, 5000) ? REGISTER_MALE : REGISTER_FEMALE,
                              30 + (int32_t)register_synth_draw(country, 25)};
  struct synth_row *row = NULL;
  TRY(register_synth_single(&household, &form, &row));
  int32_t served = country->date - 30 - (int32_t)register_synth_draw(country, 900);
  struct register_holding *holding = &batch->holdings[batch->holding_count++];
  *holding = (struct register_holding){row->person.person_id, vacancy->post_id, served, REGISTER_OPEN};
  demo_name(batch, is_national ? slice_str(role) : arena_printf(&batch->arena, "%.*s.%s", SLICE_ARG(vacancy->province), role), row);
  country->counts.posts_held++;
  return OK;
}

static result officers(struct env *env, struct synth_country *country, struct synth_batch *batch, bool is_national) {
  struct buf vacancies;
  buf_init(&vacancies, &country->lasting, 0);
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(env->db, &tx));
  TRY(vacancies_load(tx, &country->lasting, country->date, &vacancies));
  const struct vacancy *items = (const struct vacancy *)(const void *)vacancies.ptr;
  for (size_t i = 0; i < vacancies.len / sizeof *items; i++) {
    if ((items[i].province.len == 0) == is_national) {
      TRY(officer_make(country, batch, &items[i]));
    }
  }
  return OK;
}

/* ---- in order ---- */

static result found_agencies(struct db_tx *tx, void *arg) {
  struct register_act act = {.actor_role = S("system"), .legal_basis = S("Cơ cấu tổ chức của dữ liệu giả lập")};
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT 1 FROM person LIMIT 1", DB_NO_ARGS, &rows));
  if (db_rows_next(&rows)) {
    FAIL(REGISTER_NOT_EMPTY, "a synthetic country goes into an empty register only");
  }
  TRY(rows.status);
  return register_agencies_found(arg, tx, &act);
}

static result batch_finish(struct synth_country *country, struct synth_writing *writing) {
  const struct synth_batch batch = writing->batch; /* its numbers outlive its rows */
  if (!writing->is_running) {
    return OK;
  }
  TRY(register_synth_batch_wait(writing));
  country->counts.people += (int64_t)batch.row_count;
  country->counts.categories += (int64_t)batch.category_count;
  country->counts.convictions += (int64_t)batch.conviction_count;
  country->counts.bans += (int64_t)batch.ban_count;
  if (country->options->progress) {
    country->options->progress(country->options->context, country->counts.people, country->options->people);
  }
  return OK;
}

static result first_batch(struct env *env, struct synth_country *country, struct synth_batch *batch) {
  TRY(demo_people(country, batch));
  return officers(env, country, batch, false);
}

static result next_batch(struct env *env, struct synth_country *country, struct synth_batch *batch) {
  (void)env;
  while (batch->row_count < SYNTH_BATCH_PEOPLE && country->made < country->options->people) {
    TRY(register_synth_household_any(country, batch));
  }
  return OK;
}

/* Whoever serves the whole country comes last: the people before them are drawn as if there were nobody. */
static result last_batch(struct env *env, struct synth_country *country, struct synth_batch *batch) {
  return officers(env, country, batch, true);
}

static result batch_make(struct env *env, struct synth_country *country,
                         result (*fill)(struct env *env, struct synth_country *country, struct synth_batch *batch)) {
  struct synth_writing *writing = &country->writings[country->turn++ % 2];
  register_synth_batch_init(&writing->batch, country->date);
  result made = fill(env, country, &writing->batch);
  made = is_ok(made) ? batch_finish(country, &country->writings[country->turn % 2]) : made;
  if (!is_ok(made)) {
    arena_free(&writing->batch.arena);
    return made;
  }
  return register_synth_batch_write(writing);
}

/* The first failure counts; nothing runs on. */
static result batches_end(struct synth_country *country, result made) {
  struct fault fault = *fault_last();
  for (size_t i = 0; i < 2; i++) {
    result finished = batch_finish(country, &country->writings[(country->turn + i) % 2]);
    if (is_ok(made) && !is_ok(finished)) {
      made = finished;
      fault = *fault_last();
    }
  }
  return is_ok(made) ? OK : fault_set(fault.file, fault.line, made.code, "%s", fault.detail);
}

static result batches_make(struct env *env, struct synth_country *country) {
  TRY(batch_make(env, country, first_batch));
  while (country->made < country->options->people) {
    TRY(batch_make(env, country, next_batch));
  }
  return batch_make(env, country, last_batch);
}

static result country_make(struct env *env, struct synth_country *country) {
  TRY(register_synth_names_init(&country->lasting, &country->names));
  TRY(register_synth_places_init(&country->lasting, country->date, &country->places));
  if (country->options->province_count > 0) {
    register_synth_places_keep(&country->places, country->options->provinces, country->options->province_count);
  }
  country->pin_serials = ARENA_ARRAY(&country->lasting, uint32_t, PIN_GROUPS);
  TRY(register_synth_load_begin(env));
  TRY(db_write(env->db, found_agencies, env));
  TRY(batches_end(country, batches_make(env, country)));
  return register_synth_load_end(env);
}

result register_synth(struct env *env, const struct register_synth_options *options,
                      struct register_synth_counts *ret_counts) {
  struct civil_date civil = clock_civil(options->date);
  if (options->people < REGISTER_SYNTH_PEOPLE_MIN || options->people > REGISTER_SYNTH_PEOPLE_MAX || civil.year < 2020 ||
      civil.year > 2080) {
    FAIL(REGISTER_DATES_WRONG, "a synthetic country has %d people or more and a date from 2020 to 2080",
         REGISTER_SYNTH_PEOPLE_MIN);
  }
  struct synth_writing writings[2] = {{.env = env}, {.env = env}};
  struct synth_country country = {.writings = writings, .options = options, .date = options->date, .random = random_seeded(options->seed)};
  /* Numbers as if all had been given in the first milliseconds of the day. */
  country.next_person_id = (clock_date_start_ms(options->date) - PERSON_ID_EPOCH_MS) << 22;
  arena_init(&country.lasting);
  result made = country_make(env, &country);
  arena_free(&country.lasting);
  TRY(made);
  *ret_counts = country.counts;
  return OK;
}

/* ---- demonstration identities ---- */

result register_demo_find(struct db_tx *tx, struct slice name, int64_t *ret_person_id) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT person_id FROM demo_identity WHERE name = $1", DB_ARGS(db_of_text(name)), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(REGISTER_DEMO_UNKNOWN, "no demonstration identity of that name");
  }
  *ret_person_id = db_int(&rows, 0);
  return OK;
}

result register_demo_list(struct db_tx *tx, struct arena *arena, struct register_demo_list *ret_list) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT name, person_id FROM demo_identity ORDER BY person_id, name", DB_NO_ARGS, &rows));
  struct buf items;
  buf_init(&items, arena, 0);
  size_t count = 0;
  while (db_rows_next(&rows)) {
    struct register_demo demo = {db_text_copy(&rows, 0, arena), db_int(&rows, 1)};
    buf_append(&items, slice_of(&demo, sizeof demo));
    count++;
  }
  TRY(rows.status);
  *ret_list = (struct register_demo_list){(const struct register_demo *)(const void *)items.ptr, count};
  return OK;
}
