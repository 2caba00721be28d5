#include "db/migrate.h"

#include <stdio.h>

#include "db/ddl.h"

/* What the migrator itself needs comes first, in its own words. */
static const struct db_migration own_list[] = {{
    "db", 1,
    "CREATE TABLE schema_version (module text/public PRIMARY KEY, version int/public NOT NULL,"
    " fingerprint int/public NOT NULL);"
    "CREATE TABLE column_class (module text/public NOT NULL, table_name text/public NOT NULL, column_name text/public "
    "NOT NULL,"
    " class text/public NOT NULL CHECK (class IN ('public', 'personal', 'sensitive', 'secret')),"
    " PRIMARY KEY (table_name, column_name))"}, {0}};

enum {
  APPLICATION_ID = 0x44616e68, /* "Danh", in the file's header */
  MODULES_MAX = 64,
};

struct applied {
  struct {
    char name[32];
    int version;
    int64_t fingerprint;
  } modules[MODULES_MAX];
  int count;
};

static int applied_version(const struct applied *applied, const char *module) {
  for (int i = 0; i < applied->count; i++) {
    if (strcmp(applied->modules[i].name, module) == 0) {
      return applied->modules[i].version;
    }
  }
  return 0;
}

static int known_version(const struct db_migration *migrations, const char *module) {
  int known = strcmp(module, own_list->module) == 0 ? own_list->version : 0;
  for (const struct db_migration *each = migrations; each != NULL && each->module != NULL; each++) {
    if (strcmp(each->module, module) == 0 && each->version > known) {
      known = each->version;
    }
  }
  return known;
}

/* Of the texts of a module's migrations up to a version: FNV-1a, 64 bits. It finds an edit, not an attacker. */
static int64_t fingerprint_of(const struct db_migration *migrations, const char *module, int version) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const struct db_migration *each = migrations; each != NULL && each->module != NULL; each++) {
    if (strcmp(each->module, module) != 0 || each->version > version) {
      continue;
    }
    for (const char *at = each->sql; *at != '\0'; at++) {
      hash = (hash ^ (uint8_t)*at) * 0x100000001b3u;
    }
  }
  return (int64_t)hash;
}

static result number_read(struct db_tx *tx, const char *sql, int64_t *ret_number) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, sql, DB_NO_ARGS, &rows));
  *ret_number = db_int(&rows, 0);
  return OK;
}

/* The first read of the file: what is no database, or is damaged at its head, or shorter than its header says, shows
 * here. */
static result owner_check(struct db_tx *tx, bool *ret_is_new) {
  int64_t application = 0;
  int64_t tables = 0;
  TRY(number_read(tx, "PRAGMA application_id", &application));
  TRY(number_read(tx, "SELECT count(*) FROM sqlite_schema", &tables));
  if (application != APPLICATION_ID && (application != 0 || tables != 0)) {
    FAIL(DB_BROKEN, "a database of another program (application id %lld)", (long long)application);
  }
  *ret_is_new = tables == 0;
  return OK;
}

static result applied_load(struct db_tx *tx, struct applied *applied) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  result found = db_query(tx, "SELECT module, version, fingerprint FROM schema_version", DB_NO_ARGS, &rows);
  if (is_code(found, DB_STATEMENT)) {
    FAIL(DB_OTHER_TABLES, "there are tables, but none that says which");
  }
  TRY(found);
  while (db_rows_next(&rows)) {
    struct slice module = db_text(&rows, 0);
    if (applied->count == MODULES_MAX || module.len >= sizeof applied->modules[0].name) {
      FAIL(DB_TOO_NEW, "it holds modules that this program does not know");
    }
    memcpy(applied->modules[applied->count].name, module.ptr, module.len);
    applied->modules[applied->count].fingerprint = db_int(&rows, 2);
    applied->modules[applied->count++].version = (int)db_int(&rows, 1);
  }
  return rows.status;
}

static result versions_check(const struct applied *applied, const struct db_migration *migrations) {
  for (int i = 0; i < applied->count; i++) {
    const char *module = applied->modules[i].name;
    int known = known_version(migrations, module);
    if (applied->modules[i].version > known) {
      FAIL(DB_TOO_NEW, "made by a newer program: %s is at version %d, this program knows %d", module,
           applied->modules[i].version, known);
    }
    const struct db_migration *source = strcmp(module, own_list->module) == 0 ? own_list : migrations;
    if (applied->modules[i].fingerprint != fingerprint_of(source, module, applied->modules[i].version)) {
      FAIL(DB_OTHER_TABLES, "%s %d was another text when this database was made", module, applied->modules[i].version);
    }
  }
  return OK;
}

/* What the speller let pass must not have made a column that nobody classed. */
static result classes_check(struct db_tx *tx, const struct db_migration *migration) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c"
               " LEFT JOIN column_class k ON k.table_name = m.name AND k.column_name = c.name"
               " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite~_%' ESCAPE '~' AND k.class IS NULL LIMIT 1",
               DB_NO_ARGS, &rows));
  if (db_rows_next(&rows)) {
    struct slice table = db_text(&rows, 0);
    struct slice column = db_text(&rows, 1);
    FAIL(DB_STATEMENT, "migration %s %d leaves %.*s.%.*s without a class", migration->module, migration->version,
         SLICE_ARG(table), SLICE_ARG(column));
  }
  return rows.status;
}

static result statement_apply(struct db_tx *tx, const struct db_ddl_statement *statement) {
  char *message = NULL;
  int status = sqlite3_exec(tx->handle, statement->sql, NULL, NULL, &message);
  sqlite3_free(message);
  if (status != SQLITE_OK) {
    return db_failure(tx, status, statement->sql);
  }
  if (statement->dropped_table != NULL) {
    TRY(db_run(tx, "DELETE FROM column_class WHERE table_name = $1",
               DB_ARGS(db_of_text(slice_str(statement->dropped_table))), NULL));
  }
  return OK;
}

static result columns_note(struct db_tx *tx, const char *module, const struct db_ddl_column *column) {
  for (; column != NULL; column = column->next) {
    TRY(db_run(tx, "INSERT INTO column_class (module, table_name, column_name, class) VALUES ($1, $2, $3, $4)",
               DB_ARGS(db_of_text(slice_str(module)), db_of_text(slice_str(column->table)),
                       db_of_text(slice_str(column->column)), db_of_text(slice_str(column->class))),
               NULL));
  }
  return OK;
}

static result migration_apply(struct db_tx *tx, const struct db_migration *migration, int64_t fingerprint,
                              struct arena *arena) {
  struct db_ddl_statement *statements = NULL;
  TRY(db_ddl_spell(migration, arena, &statements));
  for (struct db_ddl_statement *each = statements; each != NULL; each = each->next) {
    TRY(statement_apply(tx, each));
  }
  for (struct db_ddl_statement *each = statements; each != NULL; each = each->next) {
    TRY(columns_note(tx, migration->module, each->columns));
  }
  TRY(classes_check(tx, migration));
  return db_run(tx,
                "INSERT INTO schema_version (module, version, fingerprint) VALUES ($1, $2, $3)"
                " ON CONFLICT (module) DO UPDATE SET version = excluded.version, fingerprint = excluded.fingerprint",
                DB_ARGS(db_of_text(slice_str(migration->module)), db_of_int(migration->version), db_of_int(fingerprint)),
                NULL);
}

static result migration_commit(struct db_tx *tx, const struct db_migration *migration, int64_t fingerprint) {
  struct arena arena CLEANUP(arena_free) = {0};
  TRY(db_control(tx, "BEGIN IMMEDIATE"));
  result outcome = migration_apply(tx, migration, fingerprint, &arena);
  if (is_ok(outcome)) {
    outcome = db_control(tx, "COMMIT");
  }
  if (!is_ok(outcome) && sqlite3_get_autocommit(tx->handle) == 0) {
    struct fault fault = *fault_last();
    (void)!is_ok(db_control(tx, "ROLLBACK"));
    return fault_set(fault.file, fault.line, outcome.code, "%s", fault.detail);
  }
  return outcome;
}

static result begin_new(struct db_tx *tx) {
  char mark[64];
  (void)snprintf(mark, sizeof mark, "PRAGMA application_id=%d", APPLICATION_ID);
  int status = sqlite3_exec(tx->handle, mark, NULL, NULL, NULL);
  if (status != SQLITE_OK) {
    return db_failure(tx, status, mark);
  }
  return migration_commit(tx, own_list, fingerprint_of(own_list, own_list->module, own_list->version));
}

static result migrate_one(struct db_tx *tx, const struct db_migration *all, const struct db_migration *migration,
                          struct applied *applied) {
  int before = applied_version(applied, migration->module);
  if (migration->version <= before) {
    return OK;
  }
  if (migration->version != before + 1) {
    FAIL(DB_STATEMENT, "migration %s %d follows %d", migration->module, migration->version, before);
  }
  TRY(migration_commit(tx, migration, fingerprint_of(all, migration->module, migration->version)));
  for (int i = 0; i < applied->count; i++) {
    if (strcmp(applied->modules[i].name, migration->module) == 0) {
      applied->modules[i].version = migration->version;
      return OK;
    }
  }
  if (applied->count == MODULES_MAX || strlen(migration->module) >= sizeof applied->modules[0].name) {
    FAIL(DB_STATEMENT, "migration %s: more than %d modules or too long a name", migration->module, MODULES_MAX);
  }
  memcpy(applied->modules[applied->count].name, migration->module, strlen(migration->module) + 1);
  applied->modules[applied->count++].version = migration->version;
  return OK;
}

result db_migrate(struct db_tx *tx, const struct db_migration *migrations, bool may_write) {
  bool is_new = false;
  TRY(owner_check(tx, &is_new));
  if (is_new && may_write) {
    TRY(begin_new(tx));
  }
  struct applied applied = {0};
  if (!is_new || may_write) {
    TRY(applied_load(tx, &applied));
  }
  TRY(versions_check(&applied, migrations));
  for (const struct db_migration *each = migrations; each != NULL && each->module != NULL; each++) {
    if (may_write) {
      TRY(migrate_one(tx, migrations, each, &applied));
    } else if (each->version > applied_version(&applied, each->module)) {
      FAIL(DB_TOO_OLD, "%s is at version %d of %d: start the server once", each->module,
           applied_version(&applied, each->module), each->version);
    }
  }
  return OK;
}
