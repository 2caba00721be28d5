#include <stdlib.h>

#include "ledger/leaf.h"

const struct db_migration ledger_migrations[] = {
    {"ledger", 1,
     /* Never changed, never deleted. */
     "CREATE TABLE ledger_entry (id id/public PRIMARY KEY, leaf bytes/personal NOT NULL);"
     /* Erasable. */
     "CREATE TABLE ledger_detail (entry_id id/public PRIMARY KEY, salt bytes/sensitive NOT NULL, detail text/sensitive "
     "NOT NULL);"
     "CREATE TABLE ledger_pseudonym (person_id id/public PRIMARY KEY, pseudonym bytes/sensitive NOT NULL UNIQUE);"
     "CREATE TABLE ledger_person (person_id id/public NOT NULL, entry_id id/public NOT NULL, is_read int/public NOT "
     "NULL,"
     " PRIMARY KEY (person_id, entry_id));"
     /* What has no position yet. A table of its own rather than 'ids above the last one ordered': on PostgreSQL a
      * lower id can be committed after a higher one, and would be passed over for ever. */
     "CREATE TABLE ledger_pending (entry_id id/public PRIMARY KEY);"
     "CREATE TABLE ledger_order (position id/public PRIMARY KEY, entry_id id/public NOT NULL UNIQUE);"
     "CREATE TABLE ledger_tile (level int/public NOT NULL, number int/public NOT NULL, hashes bytes/public NOT NULL,"
     " PRIMARY KEY (level, number));"
     /* signature NULL: made, and to be signed by this round or, after a crash, by the next. At most one such row. */
     "CREATE TABLE ledger_checkpoint (size id/public PRIMARY KEY, text text/public NOT NULL, signature bytes/public)"},
    {0}};

static result pseudonym_of(struct env *env, struct db_tx *tx, int64_t person_id,
                           uint8_t ret_pseudonym[static LEDGER_PSEUDONYM_BYTES]) {
  if (person_id == 0) {
    memset(ret_pseudonym, 0, LEDGER_PSEUDONYM_BYTES);
    return OK;
  }
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT pseudonym FROM ledger_pseudonym WHERE person_id = $1", DB_ARGS(db_of_int(person_id)),
               &rows));
  if (db_rows_next(&rows)) {
    struct slice found = db_bytes(&rows, 0);
    if (found.len != LEDGER_PSEUDONYM_BYTES) {
      FAIL(LEDGER_ALTERED, "a pseudonym of %zu bytes", found.len);
    }
    memcpy(ret_pseudonym, found.ptr, LEDGER_PSEUDONYM_BYTES);
    return OK;
  }
  TRY(rows.status);
  random_fill(env->random, ret_pseudonym, LEDGER_PSEUDONYM_BYTES);
  return db_run(tx, "INSERT INTO ledger_pseudonym (person_id, pseudonym) VALUES ($1, $2)",
                DB_ARGS(db_of_int(person_id), db_of_bytes(slice_of(ret_pseudonym, LEDGER_PSEUDONYM_BYTES))), NULL);
}

static int by_number(const void *a, const void *b) {
  int64_t left = *(const int64_t *)a;
  int64_t right = *(const int64_t *)b;
  return (left > right) - (left < right);
}

/* Sorted, each once. */
static size_t subjects_sort(const struct ledger_entry *entry, struct arena *arena, int64_t **ret_subjects) {
  int64_t *subjects = ARENA_ARRAY(arena, int64_t, entry->subject_count + 1);
  if (entry->subject_count > 0) {
    memcpy(subjects, entry->subjects, entry->subject_count * sizeof *subjects);
  }
  qsort(subjects, entry->subject_count, sizeof *subjects, by_number);
  size_t count = 0;
  for (size_t i = 0; i < entry->subject_count; i++) {
    if (count == 0 || subjects[i] != subjects[count - 1]) {
      subjects[count++] = subjects[i];
    }
  }
  *ret_subjects = subjects;
  return count;
}

static result append(struct env *env, struct db_tx *tx, const struct ledger_entry *entry, bool is_read,
                     struct arena *arena) {
  int64_t *subjects = NULL;
  size_t subject_count = subjects_sort(entry, arena, &subjects);
  if (subject_count > LEDGER_LEAF_BYTES_MAX / LEDGER_PSEUDONYM_BYTES) {
    FAIL(LEDGER_TOO_LONG, "%zu subjects", subject_count);
  }
  uint8_t *pseudonyms = arena_alloc(arena, subject_count * LEDGER_PSEUDONYM_BYTES);
  for (size_t i = 0; i < subject_count; i++) {
    TRY(pseudonym_of(env, tx, subjects[i], pseudonyms + i * LEDGER_PSEUDONYM_BYTES));
  }
  uint8_t salt_bytes[LEDGER_SALT_BYTES];
  random_fill(env->random, salt_bytes, sizeof salt_bytes);
  struct slice salt = slice_of(salt_bytes, sizeof salt_bytes);
  struct ledger_leaf leaf = {
      .is_read = is_read,
      .at_ms = clock_now_ms(env->clock),
      .kind = slice_str(entry->kind),
      .actor_role = entry->actor_role,
      .legal_basis = entry->legal_basis,
      .subjects = slice_of(pseudonyms, subject_count * LEDGER_PSEUDONYM_BYTES),
  };
  if (subject_count == 1 && entry->actor_person_id == subjects[0]) {
    memcpy(leaf.actor, pseudonyms, sizeof leaf.actor); /* most acts are a citizen's own */
  } else {
    TRY(pseudonym_of(env, tx, entry->actor_person_id, leaf.actor));
  }
  TRY(pseudonym_of(env, tx, entry->on_behalf_of, leaf.on_behalf_of));
  ledger_detail_commit(salt, entry->detail, leaf.commitment);
  struct slice bytes = {0};
  TRY(ledger_leaf_write(&leaf, arena, &bytes));
  int64_t id = 0;
  TRY(db_insert(tx, "INSERT INTO ledger_entry (leaf) VALUES ($1)", DB_ARGS(db_of_bytes(bytes)), &id));
  TRY(db_run(tx, "INSERT INTO ledger_detail (entry_id, salt, detail) VALUES ($1, $2, $3)",
             DB_ARGS(db_of_int(id), db_of_bytes(salt), db_of_text(entry->detail)), NULL));
  TRY(db_run(tx, "INSERT INTO ledger_pending (entry_id) VALUES ($1)", DB_ARGS(db_of_int(id)), NULL));
  for (size_t i = 0; i < subject_count; i++) {
    TRY(db_run(tx, "INSERT INTO ledger_person (person_id, entry_id, is_read) VALUES ($1, $2, $3)",
               DB_ARGS(db_of_int(subjects[i]), db_of_int(id), db_of_int(is_read)), NULL));
  }
  return OK;
}

result ledger_append(struct env *env, struct db_tx *tx, const struct ledger_entry *entry) {
  struct arena arena CLEANUP(arena_free) = {0};
  return append(env, tx, entry, slice_ends(slice_str(entry->kind), S(".read")), &arena);
}

struct read_to_record {
  struct env *env;
  const struct ledger_entry *entry;
};

static result read_write(struct db_tx *tx, void *arg) {
  const struct read_to_record *read = arg;
  struct arena arena CLEANUP(arena_free) = {0};
  return append(read->env, tx, read->entry, true, &arena);
}

result ledger_record_read(struct env *env, const struct ledger_entry *entry) {
  struct read_to_record read = {env, entry};
  return db_write(env->db, read_write, &read);
}

/* The details of entries that are about this person and nobody else. */
static result details_erase(struct db_tx *tx, int64_t person_id) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(
      tx,
      "SELECT p.entry_id, e.leaf FROM ledger_person p JOIN ledger_entry e ON e.id = p.entry_id WHERE p.person_id = $1",
      DB_ARGS(db_of_int(person_id)), &rows));
  while (db_rows_next(&rows)) {
    struct ledger_leaf leaf = {0};
    TRY(ledger_leaf_parse(db_bytes(&rows, 1), &leaf));
    if (leaf.subjects.len == LEDGER_PSEUDONYM_BYTES) {
      TRY(db_run(tx, "DELETE FROM ledger_detail WHERE entry_id = $1", DB_ARGS(db_of_int(db_int(&rows, 0))), NULL));
    }
  }
  return rows.status;
}

result ledger_person_erase(struct env *env, struct db_tx *tx, int64_t person_id, const struct ledger_entry *act) {
  TRY(details_erase(tx, person_id));
  TRY(db_run(tx, "DELETE FROM ledger_person WHERE person_id = $1", DB_ARGS(db_of_int(person_id)), NULL));
  TRY(db_run(tx, "DELETE FROM ledger_pseudonym WHERE person_id = $1", DB_ARGS(db_of_int(person_id)), NULL));
  struct ledger_entry named = *act;
  named.subject_count = 0; /* naming the person here would give them a new pseudonym */
  return ledger_append(env, tx, &named);
}
