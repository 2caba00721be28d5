/* A batch in one write: every table in the order of its key, so that pages fill one after another (synth_load.c: the rest). */
#include <stdlib.h>

#include "register/agencies.h"
#include "register/synth_country.h"

void register_synth_batch_init(struct synth_batch *batch, int32_t date) {
  *batch = (struct synth_batch){.date = date};
  arena_init(&batch->arena);
  size_t people = SYNTH_BATCH_PEOPLE + SYNTH_HOUSEHOLD_MAX;
  size_t rows = people * SYNTH_ROWS_PER_PERSON;
  batch->rows = ARENA_ARRAY(&batch->arena, struct synth_row *, people);
  batch->relations = ARENA_ARRAY(&batch->arena, struct register_relation, rows);
  batch->residences = ARENA_ARRAY(&batch->arena, struct register_residence, people * 2);
  batch->categories = ARENA_ARRAY(&batch->arena, struct register_category_row, rows * 2);
  batch->convictions = ARENA_ARRAY(&batch->arena, struct register_conviction, people);
  batch->bans = ARENA_ARRAY(&batch->arena, struct register_ban, people);
  batch->holdings = ARENA_ARRAY(&batch->arena, struct register_holding, people);
  batch->demos = ARENA_ARRAY(&batch->arena, struct register_demo, people);
}

static int compare_relations(const void *a, const void *b) {
  const struct register_relation *left = a;
  const struct register_relation *right = b;
  if (left->person_id != right->person_id) {
    return left->person_id < right->person_id ? -1 : 1;
  }
  return (int)left->kind - (int)right->kind;
}

static result store_people(struct db_tx *tx, const struct synth_batch *batch) {
  for (size_t i = 0; i < batch->row_count; i++) {
    TRY(register_people_insert_person(tx, &batch->rows[i]->person, &batch->rows[i]->words));
  }
  return OK;
}

static result store_facts(struct db_tx *tx, const struct synth_batch *batch) {
  for (size_t i = 0; i < batch->relation_count; i++) {
    TRY(register_people_insert_relation(tx, &batch->relations[i], 1));
  }
  for (size_t i = 0; i < batch->residence_count; i++) {
    TRY(register_people_insert_residence(tx, &batch->residences[i], batch->date));
  }
  for (size_t i = 0; i < batch->category_count; i++) {
    TRY(register_people_insert_category(tx, &batch->categories[i]));
  }
  for (size_t i = 0; i < batch->conviction_count; i++) {
    TRY(register_people_insert_conviction(tx, &batch->convictions[i]));
  }
  for (size_t i = 0; i < batch->ban_count; i++) {
    TRY(register_people_insert_ban(tx, &batch->bans[i]));
  }
  return OK;
}

static result store_demonstration(struct db_tx *tx, const struct synth_batch *batch) {
  for (size_t i = 0; i < batch->holding_count; i++) {
    TRY(register_agencies_insert_holding(tx, &batch->holdings[i]));
  }
  for (size_t i = 0; i < batch->demo_count; i++) {
    TRY(db_run(tx, "INSERT INTO demo_identity (person_id, name) VALUES ($1, $2)",
               DB_ARGS(db_of_int(batch->demos[i].person_id), db_of_text(batch->demos[i].name)), NULL));
  }
  return OK;
}

static result store(struct db_tx *tx, void *arg) {
  const struct synth_writing *writing = arg;
  const struct synth_batch *batch = &writing->batch;
  TRY(store_people(tx, batch));
  TRY(store_facts(tx, batch));
  TRY(store_demonstration(tx, batch));
  struct register_act act = {.actor_role = S("system"), .legal_basis = S("Dữ liệu giả lập để trình diễn")};
  struct agencies_note note = {.kind = "register.synthesised", .number = (int64_t)batch->row_count};
  return register_agencies_record(writing->env, tx, &act, &note);
}

static void *write_main(void *arg) {
  struct synth_writing *writing = arg;
  struct synth_batch *batch = &writing->batch;
  qsort(batch->relations, batch->relation_count, sizeof *batch->relations, compare_relations);
  writing->written = db_write(writing->env->db, store, writing);
  writing->fault = *fault_last();
  return NULL;
}

result register_synth_batch_write(struct synth_writing *writing) {
  if (pthread_create(&writing->thread, NULL, write_main, writing) != 0) {
    arena_free(&writing->batch.arena);
    FAIL(DB_UNAVAILABLE, "no thread for the country's writes");
  }
  writing->is_running = true;
  return OK;
}

result register_synth_batch_wait(struct synth_writing *writing) {
  if (!writing->is_running) {
    return OK;
  }
  (void)pthread_join(writing->thread, NULL);
  writing->is_running = false;
  arena_free(&writing->batch.arena);
  const struct fault *fault = &writing->fault;
  return is_ok(writing->written) ? OK : fault_set(fault->file, fault->line, writing->written.code, "%s", fault->detail);
}
