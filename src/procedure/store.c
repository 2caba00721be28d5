/* Rules kept by hash, so that an old decision replays after the folder changed. */
#include "codec/hex.h"
#include "ledger/ledger.h"
#include "procedure/engine.h"

const struct db_migration procedure_migrations[] = {
    {"procedure", 1,
     "CREATE TABLE procedure_rule ("
     "  hash bytes/public NOT NULL PRIMARY KEY, name text/public NOT NULL, body text/public NOT NULL, kept_at "
     "time/public NOT NULL);"
     "CREATE TABLE procedure_channel_start ("
     "  procedure_name text/public NOT NULL, channel int/public NOT NULL, province text/public NOT NULL, start_date "
     "int/public NOT NULL,"
     "  decision_number text/public NOT NULL, infrastructure int/public NOT NULL, technology int/public NOT NULL,"
     "  security int/public NOT NULL, information_safety int/public NOT NULL, decided_at time/public NOT NULL,"
     "  PRIMARY KEY (procedure_name, channel, province));"},
    {0},
};

struct keeping {
  struct env *env;
  struct procedure_engine *engine;
};

static result keep_rule(struct env *env, struct db_tx *tx, const struct procedure_rule *rule) {
  struct slice hash = slice_of(rule->hash, RULE_HASH_BYTES);
  int64_t changed = 0;
  TRY(db_run(
      tx,
      "INSERT INTO procedure_rule (hash, name, body, kept_at) VALUES ($1, $2, $3, $4) ON CONFLICT (hash) DO NOTHING",
      DB_ARGS(db_of_bytes(hash), db_of_text(rule->declaration.name), db_of_text(rule->text),
              db_of_int(clock_now_ms(env->clock))),
      &changed));
  if (changed == 0) {
    return OK;
  }
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice hex = hex_write(&arena, hash);
  struct ledger_entry entry = {
      .kind = "procedure.rule_kept",
      .detail = arena_printf(&arena, "{\"name\":\"%.*s\",\"rule_hash\":\"%.*s\"}", SLICE_ARG(rule->declaration.name),
                             SLICE_ARG(hex)),
  };
  return ledger_append(env, tx, &entry);
}

static result keep_all(struct db_tx *tx, void *arg) {
  struct keeping *keeping = arg;
  for (size_t i = 0; i < keeping->engine->count; i++) {
    TRY(keep_rule(keeping->env, tx, keeping->engine->items[i].rule));
  }
  return OK;
}

result procedure_store(struct env *env, struct procedure_engine *engine) {
  return db_write(env->db, keep_all, &(struct keeping){env, engine});
}

static struct procedure_rule *find_loaded(struct procedure_engine *engine, const uint8_t *hash) {
  for (size_t i = 0; i < engine->count; i++) {
    if (memcmp(engine->items[i].rule->hash, hash, RULE_HASH_BYTES) == 0) {
      return engine->items[i].rule;
    }
  }
  (void)pthread_mutex_lock(&engine->lock);
  struct procedure_rule *rule = engine->replayed;
  while (rule && memcmp(rule->hash, hash, RULE_HASH_BYTES) != 0) {
    rule = rule->next;
  }
  (void)pthread_mutex_unlock(&engine->lock);
  return rule;
}

static result load_kept(struct env *env, const uint8_t *hash, struct procedure_rule **ret_rule) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice text = {0};
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(env->db, &tx));
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    result found = db_row(tx, "SELECT body FROM procedure_rule WHERE hash = $1",
                          DB_ARGS(db_of_bytes(slice_of(hash, RULE_HASH_BYTES))), &rows);
    if (is_code(found, DB_NO_ROW)) {
      FAIL(PROCEDURE_RULE_UNKNOWN, "no rule with that hash");
    }
    TRY(found);
    text = db_text_copy(&rows, 0, &arena);
  }
  struct procedure_rule *rule = NULL;
  TRY(procedure_rule_open(text, &rule));
  if (memcmp(rule->hash, hash, RULE_HASH_BYTES) != 0) {
    procedure_rule_close(&rule);
    FAIL(PROCEDURE_RULE_UNKNOWN, "the kept text has another hash");
  }
  *ret_rule = rule;
  return OK;
}

result procedure_replay(struct env *env, struct procedure_engine *engine, const struct procedure_input *input,
                        struct arena *arena, struct procedure_outcome *ret_outcome) {
  if (!input->rule_hash) {
    FAIL(PROCEDURE_INPUT, "rule_hash: missing");
  }
  struct procedure_rule *rule = find_loaded(engine, input->rule_hash);
  if (!rule) {
    /* two threads may both fetch it: the list then holds it twice, which harms nobody */
    TRY(load_kept(env, input->rule_hash, &rule));
    (void)pthread_mutex_lock(&engine->lock);
    rule->next = engine->replayed;
    engine->replayed = rule;
    (void)pthread_mutex_unlock(&engine->lock);
  }
  return procedure_rule_evaluate(rule, input, arena, ret_outcome);
}
