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

enum { MODULES_MAX = 64, NAME_BYTES_MAX = 160 };

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
    if (strcmp(module, DB_MOVING) == 0) {
      FAIL(DB_HALF_MADE, "a move into this database was broken off: empty it, and move again");
    }
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

/* One table.column that should not be so. */
static result column_find(struct db_tx *tx, const char *sql, char *ret_name, size_t size, bool *ret_is_found) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, sql, DB_NO_ARGS, &rows));
  *ret_is_found = db_rows_next(&rows);
  struct slice table = db_text(&rows, 0);
  struct slice column = db_text(&rows, 1);
  (void)snprintf(ret_name, size, "%.*s.%.*s", SLICE_ARG(table), SLICE_ARG(column));
  return rows.status;
}

/* What the speller let pass must not have made a column that nobody classed. */
static result classes_check(const struct db_migrator *engine, struct db_tx *tx, const struct db_migration *migration) {
  char name[NAME_BYTES_MAX];
  bool is_found = false;
  TRY(column_find(tx, engine->unclassed, name, sizeof name, &is_found));
  if (is_found) {
    FAIL(DB_STATEMENT, "migration %s %d leaves %s without a class", migration->module, migration->version, name);
  }
  return OK;
}

/* Tables that somebody dropped, or a copy that was broken off. */
static result tables_check(const struct db_migrator *engine, struct db_tx *tx) {
  char name[NAME_BYTES_MAX];
  bool is_found = false;
  if (engine->missing != NULL) {
    TRY(column_find(tx, engine->missing, name, sizeof name, &is_found));
  }
  if (is_found) {
    FAIL(DB_HALF_MADE, "%s is noted, but not there: a migration or a copy was broken off", name);
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

/* Once all have run: the first of all makes the catalogue itself. */
static result statement_note(struct db_tx *tx, const char *module, const struct db_ddl_statement *statement) {
  if (statement->dropped_table != NULL) {
    TRY(db_run(tx, "DELETE FROM column_class WHERE table_name = $1", DB_ARGS(db_of_text(slice_str(statement->dropped_table))), NULL));
  }
  if (statement->renamed_table != NULL) {
    TRY(db_run(tx, "UPDATE column_class SET table_name = $2 WHERE table_name = $1",
               DB_ARGS(db_of_text(slice_str(statement->renamed_table)), db_of_text(slice_str(statement->renamed_to))), NULL));
  }
  return columns_note(tx, module, statement->columns);
}

static result migration_apply(const struct db_course *course, const struct db_migration *migration, struct arena *arena) {
  struct db_tx *tx = course->tx;
  struct db_ddl_statement *statements = NULL;
  TRY(db_ddl_spell(&(const struct db_ddl_source){course->engine->engine, migration, course->partitions}, arena, &statements));
  for (struct db_ddl_statement *each = statements; each != NULL; each = each->next) {
    TRY(course->engine->execute(tx, each->sql));
  }
  for (struct db_ddl_statement *each = statements; each != NULL; each = each->next) {
    TRY(statement_note(tx, migration->module, each));
  }
  TRY(classes_check(course->engine, tx, migration));
  int64_t fingerprint = fingerprint_of(course->all, migration->module, migration->version);
  return db_run(tx,
                "INSERT INTO schema_version (module, version, fingerprint) VALUES ($1, $2, $3)"
                " ON CONFLICT (module) DO UPDATE SET version = excluded.version, fingerprint = excluded.fingerprint",
                DB_ARGS(db_of_text(slice_str(migration->module)), db_of_int(migration->version), db_of_int(fingerprint)),
                NULL);
}

static result migration_commit(const struct db_course *course, const struct db_migration *migration) {
  struct arena arena CLEANUP(arena_free) = {0};
  TRY(course->engine->begin(course->tx));
  result outcome = migration_apply(course, migration, &arena);
  if (is_ok(outcome)) {
    outcome = course->engine->commit(course->tx);
  }
  if (!is_ok(outcome)) {
    struct fault fault = *fault_last();
    course->engine->rollback(course->tx);
    return fault_set(fault.file, fault.line, outcome.code, "%s", fault.detail);
  }
  return OK;
}

static result migrate_one(const struct db_course *course, const struct db_migration *migration, struct applied *applied) {
  int before = applied_version(applied, migration->module);
  if (migration->version <= before) {
    return OK;
  }
  if (migration->version != before + 1) {
    FAIL(DB_STATEMENT, "migration %s %d follows %d", migration->module, migration->version, before);
  }
  TRY(migration_commit(course, migration));
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

static result begin_new(const struct db_course *course) {
  return migration_commit(&(const struct db_course){.engine = course->engine, .tx = course->tx, .all = own_list}, own_list);
}

result db_migrate(const struct db_course *course, bool may_write) {
  bool is_new = false;
  TRY(course->engine->owner_check(course->tx, &is_new));
  if (may_write) {
    TRY(course->engine->own_begin(course->tx, is_new));
  }
  if (is_new && may_write) {
    TRY(begin_new(course));
  }
  struct applied applied = {0};
  if (!is_new || may_write) {
    TRY(applied_load(course->tx, &applied));
    TRY(versions_check(&applied, course->all));
    TRY(tables_check(course->engine, course->tx));
  }
  for (const struct db_migration *each = course->all; each != NULL && each->module != NULL; each++) {
    if (may_write) {
      TRY(migrate_one(course, each, &applied));
    } else if (each->version > applied_version(&applied, each->module)) {
      FAIL(DB_TOO_OLD, "%s is at version %d of %d: start the server once", each->module,
           applied_version(&applied, each->module), each->version);
    }
  }
  return OK;
}
