#include "db/ddl_partition.h"

#include "db/ddl_token.h"

struct look {
  struct slice text;
  size_t at;
  struct db_ddl_token token;
  const char *table;
  bool is_made;
  bool is_gone; /* dropped, or called otherwise: what has the name from then on is another table */
  bool is_by_person;   /* its primary key begins with person_id */
  bool is_otherwise_unique; /* a unique key without person_id */
};

static void next(struct look *look) { look->token = db_ddl_token_next(look->text, &look->at); }

/* Goes past a bracketed list, the current token being its '('. */
static void list_read(struct look *look, bool *ret_begins, bool *ret_holds) {
  int depth = 0;
  bool is_first = true;
  *ret_begins = *ret_holds = false;
  do {
    depth += db_ddl_is_mark(look->token, '(') - db_ddl_is_mark(look->token, ')');
    bool is_person = db_ddl_is_word(look->token, "person_id");
    *ret_holds = *ret_holds || is_person;
    *ret_begins = *ret_begins || (is_person && is_first);
    is_first = is_first && !(look->token.type == T_WORD);
    next(look);
  } while (depth > 0 && look->token.type != T_END);
}

/* One column or rule of the table, up to the comma or bracket that ends it. */
static void rule_read(struct look *look) {
  bool is_person = db_ddl_is_word(look->token, "person_id");
  while (look->token.type != T_END && !db_ddl_is_mark(look->token, ',') && !db_ddl_is_mark(look->token, ')')) {
    bool is_primary = db_ddl_is_word(look->token, "PRIMARY");
    bool is_unique = db_ddl_is_word(look->token, "UNIQUE");
    next(look);
    if (is_primary) {
      next(look); /* KEY */
    }
    bool begins = is_person;
    bool holds = is_person;
    if (db_ddl_is_mark(look->token, '(')) {
      list_read(look, &begins, &holds);
    }
    look->is_by_person = look->is_by_person || (is_primary && begins);
    look->is_otherwise_unique = look->is_otherwise_unique || (is_unique && !holds);
  }
}

/* The current token follows CREATE TABLE. */
static void table_read(struct look *look) {
  bool is_ours = db_ddl_is_word(look->token, look->table);
  next(look);
  if (!is_ours || !db_ddl_is_mark(look->token, '(')) {
    return;
  }
  look->is_made = true;
  do {
    next(look);
    rule_read(look);
  } while (db_ddl_is_mark(look->token, ','));
}

/* The current token is UNIQUE, after CREATE: UNIQUE INDEX name ON table (columns). */
static void unique_index_read(struct look *look) {
  for (int i = 0; i < 4; i++) {
    next(look);
  }
  bool is_ours = db_ddl_is_word(look->token, look->table);
  next(look);
  if (is_ours && db_ddl_is_mark(look->token, '(')) {
    bool begins = false;
    bool holds = false;
    list_read(look, &begins, &holds);
    look->is_otherwise_unique = look->is_otherwise_unique || !holds;
  }
}

/* The current token is TABLE, after DROP or ALTER. */
static void end_read(struct look *look, bool is_drop) {
  next(look);
  bool is_ours = look->is_made && db_ddl_is_word(look->token, look->table);
  next(look);
  look->is_gone = is_ours && (is_drop || db_ddl_is_word(look->token, "RENAME"));
}

static void migration_read(struct look *look, const struct db_migration *migration) {
  look->text = slice_str(migration->sql);
  look->at = 0;
  next(look);
  while (look->token.type != T_END && !look->is_gone) {
    struct db_ddl_token verb = look->token;
    next(look);
    bool is_create = db_ddl_is_word(verb, "CREATE");
    bool is_table = db_ddl_is_word(look->token, "TABLE");
    if (is_create && is_table) {
      next(look);
      table_read(look);
    } else if (is_create && db_ddl_is_word(look->token, "UNIQUE")) {
      unique_index_read(look);
    } else if (is_table && (db_ddl_is_word(verb, "DROP") || db_ddl_is_word(verb, "ALTER"))) {
      end_read(look, db_ddl_is_word(verb, "DROP"));
    }
  }
}

bool db_ddl_is_partitioned(const struct db_migration *from, const char *table) {
  struct look look = {.table = table};
  for (const struct db_migration *each = from; each->module != NULL && !look.is_gone; each++) {
    migration_read(&look, each);
  }
  return look.is_by_person && !look.is_otherwise_unique;
}
