#include <stdlib.h>

#include "ledger/content.h"

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
    {"ledger", 2,
     /* What an entry says is erasable too: the leaf, which is published, only commits to it. NULL: an entry of before, whose leaf it is. */
     "ALTER TABLE ledger_detail ADD COLUMN content bytes/personal;"
     /* Signatures are Ed25519 now, as readers of transparency logs know them: the next round signs the tree, which stays as it is, anew. */
     "DELETE FROM ledger_checkpoint;"
     /* How far each witness has come, and what the newest ones said. */
     "CREATE TABLE ledger_witness (name text/public PRIMARY KEY, size id/public NOT NULL);"
     "CREATE TABLE ledger_cosignature (size id/public NOT NULL, name text/public NOT NULL, line text/public NOT NULL, PRIMARY KEY (size, name))"},
    {"ledger", 3,
     /* Few, of which the newest is asked for by its kind (ledger_milestone_find). */
     "CREATE TABLE ledger_milestone (kind text/public NOT NULL, entry_id id/public NOT NULL, PRIMARY KEY (kind, entry_id))"},
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

/* What the entry says, but for actor and subjects. */
static result content_fill(struct env *env, struct db_tx *tx, const struct ledger_entry *entry, struct ledger_content *content) {
  content->at_ms = clock_now_ms(env->clock);
  content->kind = slice_str(entry->kind);
  content->actor_role = entry->actor_role;
  content->legal_basis = entry->legal_basis;
  return pseudonym_of(env, tx, entry->on_behalf_of, content->on_behalf_of);
}

struct written {
  struct slice salt;
  struct slice content;
  uint8_t leaf[LEDGER_LEAF_BYTES];
};

static result rows_insert(struct db_tx *tx, const struct ledger_entry *entry, const struct written *written, int64_t *ret_id) {
  int64_t id = 0;
  TRY(db_insert(tx, "INSERT INTO ledger_entry (leaf) VALUES ($1)", DB_ARGS(db_of_bytes(slice_of(written->leaf, sizeof written->leaf))), &id));
  TRY(db_run(tx, "INSERT INTO ledger_detail (entry_id, salt, detail, content) VALUES ($1, $2, $3, $4)",
             DB_ARGS(db_of_int(id), db_of_bytes(written->salt), db_of_text(entry->detail), db_of_bytes(written->content)), NULL));
  *ret_id = id;
  return db_run(tx, "INSERT INTO ledger_pending (entry_id) VALUES ($1)", DB_ARGS(db_of_int(id)), NULL);
}

static result append(struct env *env, struct db_tx *tx, const struct ledger_entry *entry, bool is_read, int64_t *ret_id) {
  struct arena arena CLEANUP(arena_free) = {0};
  int64_t *subjects = NULL;
  size_t subject_count = subjects_sort(entry, &arena, &subjects);
  if (subject_count > LEDGER_CONTENT_BYTES_MAX / LEDGER_PSEUDONYM_BYTES) {
    FAIL(LEDGER_TOO_LONG, "%zu subjects", subject_count);
  }
  uint8_t *pseudonyms = arena_alloc(&arena, subject_count * LEDGER_PSEUDONYM_BYTES);
  for (size_t i = 0; i < subject_count; i++) {
    TRY(pseudonym_of(env, tx, subjects[i], pseudonyms + i * LEDGER_PSEUDONYM_BYTES));
  }
  uint8_t salt_bytes[LEDGER_SALT_BYTES];
  random_fill(env->random, salt_bytes, sizeof salt_bytes);
  struct ledger_content content = {.is_read = is_read, .subjects = slice_of(pseudonyms, subject_count * LEDGER_PSEUDONYM_BYTES)};
  struct written written = {.salt = slice_of(salt_bytes, sizeof salt_bytes)};
  if (subject_count == 1 && entry->actor_person_id == subjects[0]) {
    memcpy(content.actor, pseudonyms, sizeof content.actor); /* most acts are a citizen's own */
  } else {
    TRY(pseudonym_of(env, tx, entry->actor_person_id, content.actor));
  }
  TRY(content_fill(env, tx, entry, &content));
  ledger_detail_commit(written.salt, entry->detail, content.commitment);
  TRY(ledger_content_write(&content, &arena, &written.content));
  ledger_leaf_write(content.at_ms, written.salt, written.content, written.leaf);
  int64_t id = 0;
  TRY(rows_insert(tx, entry, &written, &id));
  for (size_t i = 0; i < subject_count; i++) {
    TRY(db_run(tx, "INSERT INTO ledger_person (person_id, entry_id, is_read) VALUES ($1, $2, $3)",
               DB_ARGS(db_of_int(subjects[i]), db_of_int(id), db_of_int(is_read)), NULL));
  }
  *ret_id = id;
  return OK;
}

result ledger_append(struct env *env, struct db_tx *tx, const struct ledger_entry *entry) {
  int64_t id = 0;
  return append(env, tx, entry, slice_ends(slice_str(entry->kind), S(".read")), &id);
}

result ledger_milestone_append(struct env *env, struct db_tx *tx, const struct ledger_entry *entry, int64_t *ret_entry_id) {
  int64_t id = 0;
  TRY(append(env, tx, entry, false, &id));
  TRY(db_run(tx, "INSERT INTO ledger_milestone (kind, entry_id) VALUES ($1, $2)", DB_ARGS(db_of_text(slice_str(entry->kind)), db_of_int(id)), NULL));
  *ret_entry_id = id;
  return OK;
}

struct read_to_record {
  struct env *env;
  const struct ledger_entry *entry;
};

static result read_write(struct db_tx *tx, void *arg) {
  const struct read_to_record *read = arg;
  int64_t id = 0;
  return append(read->env, tx, read->entry, true, &id);
}

result ledger_record_read(struct env *env, const struct ledger_entry *entry) {
  struct read_to_record read = {env, entry};
  return db_write(env->db, read_write, &read);
}

/* The entries that are about this person and nobody else. */
static result own_entries(struct db_tx *tx, int64_t person_id, struct buf *ids) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT p.entry_id, coalesce(d.content, e.leaf) FROM ledger_person p JOIN ledger_entry e ON e.id = p.entry_id"
               " JOIN ledger_detail d ON d.entry_id = p.entry_id WHERE p.person_id = $1 ORDER BY p.entry_id",
               DB_ARGS(db_of_int(person_id)), &rows));
  while (db_rows_next(&rows)) {
    struct ledger_content content = {0};
    int64_t id = db_int(&rows, 0);
    TRY(ledger_content_parse(db_bytes(&rows, 1), &content));
    if (content.subjects.len == LEDGER_PSEUDONYM_BYTES) {
      buf_append(ids, slice_of(&id, sizeof id));
    }
  }
  return rows.status;
}

/* Erases up to ERASED_MAX of them and says so in the ledger: whoever finds them gone finds there that they had to go. */
static result some_erase(struct env *env, struct db_tx *tx, const struct ledger_entry *act, struct slice *ids) {
  struct arena arena CLEANUP(arena_free) = {0};
  struct buf detail;
  buf_init(&detail, &arena, 256);
  buf_append_str(&detail, "{\"entries\":[");
  for (int i = 0; i < LEDGER_ERASED_MAX && ids->len > 0; i++) {
    int64_t id = 0;
    memcpy(&id, ids->ptr, sizeof id);
    *ids = slice_from(*ids, sizeof id);
    TRY(db_run(tx, "DELETE FROM ledger_detail WHERE entry_id = $1", DB_ARGS(db_of_int(id)), NULL));
    buf_printf(&detail, i == 0 ? "%lld" : ",%lld", (long long)id);
  }
  buf_append_str(&detail, "]}");
  struct ledger_entry erased = {.kind = LEDGER_ERASED_KIND,
                                .actor_person_id = act->actor_person_id,
                                .actor_role = act->actor_role,
                                .legal_basis = act->legal_basis,
                                .detail = buf_slice(&detail)};
  return ledger_append(env, tx, &erased);
}

result ledger_person_erase(struct env *env, struct db_tx *tx, int64_t person_id, const struct ledger_entry *act) {
  struct arena arena CLEANUP(arena_free) = {0};
  struct buf ids;
  buf_init(&ids, &arena, 1024);
  TRY(own_entries(tx, person_id, &ids));
  for (struct slice left = buf_slice(&ids); left.len > 0;) {
    TRY(some_erase(env, tx, act, &left));
  }
  TRY(db_run(tx, "DELETE FROM ledger_person WHERE person_id = $1", DB_ARGS(db_of_int(person_id)), NULL));
  TRY(db_run(tx, "DELETE FROM ledger_pseudonym WHERE person_id = $1", DB_ARGS(db_of_int(person_id)), NULL));
  struct ledger_entry named = *act;
  named.subject_count = 0; /* naming the person here would give them a new pseudonym */
  return ledger_append(env, tx, &named);
}
