#include "db/ddl.h"

#include <ctype.h>
#include <strings.h>

#include "base/buf.h"

struct token {
  enum { T_END, T_WORD, T_QUOTED, T_MARK } type;
  struct slice text;
};

struct scan {
  const struct db_migration *migration;
  struct arena *arena;
  struct slice text;
  size_t at;   /* behind the current token */
  size_t done; /* text before this is in `out` already */
  struct token token;
  struct buf out;
  const char *table;
  const char *column;
};

static bool is_word(struct token token, const char *word) {
  return token.type == T_WORD && token.text.len == strlen(word) &&
         strncasecmp((const char *)token.text.ptr, word, token.text.len) == 0;
}

static bool is_mark(struct token token, char mark) {
  return token.type == T_MARK && token.text.ptr[0] == (uint8_t)mark;
}

static result refuse(const struct scan *scan, const char *why) {
  FAIL(DB_STATEMENT, "migration %s %d, table %s, column %s: %s, at \"%.*s\"", scan->migration->module,
       scan->migration->version, scan->table ? scan->table : "-", scan->column ? scan->column : "-", why,
       (int)(scan->token.text.len < 40 ? scan->token.text.len : 40), (const char *)scan->token.text.ptr);
}

static size_t space_end(struct slice text, size_t at) {
  for (;;) {
    while (at < text.len && isspace(text.ptr[at])) {
      at++;
    }
    if (at + 1 >= text.len || text.ptr[at] != '-' || text.ptr[at + 1] != '-') {
      return at;
    }
    at = slice_find(text, '\n', at);
  }
}

static void next(struct scan *scan) {
  struct slice text = scan->text;
  size_t start = space_end(text, scan->at);
  size_t end = start;
  scan->token.type = T_END;
  if (start < text.len) {
    uint8_t first = text.ptr[start];
    end = start + 1;
    if (isalnum(first) || first == '_') {
      scan->token.type = T_WORD;
      while (end < text.len && (isalnum(text.ptr[end]) || text.ptr[end] == '_')) {
        end++;
      }
    } else if (first == '\'' || first == '"') {
      scan->token.type = T_QUOTED; /* a doubled quote reads as two tokens side by side, which copies just as well */
      end = slice_find(text, first, end);
      end = end < text.len ? end + 1 : end;
    } else {
      scan->token.type = T_MARK;
    }
  }
  scan->token.text = slice_sub(text, start, end - start);
  scan->at = end;
}

/* Copies the text up to the start of the current token. */
static void copy_up_to(struct scan *scan) {
  size_t start = scan->at - scan->token.text.len;
  buf_append(&scan->out, slice_sub(scan->text, scan->done, start - scan->done));
  scan->done = start;
}

static const char *type_spelled(struct token token) {
  static const struct {
    const char *ours;
    const char *spelled;
  } types[] = {{"id", "INTEGER"}, {"int", "INTEGER"}, {"time", "INTEGER"}, {"text", "TEXT"}, {"bytes", "BLOB"}};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    if (token.type == T_WORD && slice_is(token.text, types[i].ours)) {
      return types[i].spelled;
    }
  }
  return NULL;
}

static const char *class_of(struct token token) {
  static const char *const classes[] = {"public", "personal", "sensitive", "secret"};
  for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
    if (token.type == T_WORD && slice_is(token.text, classes[i])) {
      return classes[i];
    }
  }
  return NULL;
}

static result word_allowed(const struct scan *scan) {
  static const char *const refused[] = {"DEFERRABLE", "DEFERRED", "AUTOINCREMENT", "COLLATE"};
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    if (is_word(scan->token, refused[i])) {
      return refuse(scan, "a word that the other engine has not or that would strike the whole batch");
    }
  }
  return OK;
}

/* The rest of a column or table rule: up to the comma, closing bracket or semicolon that ends it. */
static result rest_skip(struct scan *scan, bool *ret_is_key) {
  int depth = 0;
  bool is_key = false;
  while (scan->token.type != T_END) {
    if (depth == 0 && (is_mark(scan->token, ',') || is_mark(scan->token, ')') || is_mark(scan->token, ';'))) {
      break;
    }
    TRY(word_allowed(scan));
    depth += is_mark(scan->token, '(') - is_mark(scan->token, ')');
    is_key = is_key || (depth == 0 && is_word(scan->token, "PRIMARY"));
    next(scan);
  }
  *ret_is_key = is_key;
  return OK;
}

/* name TYPE/CLASS rest. The current token is the name. */
static result column_spell(struct scan *scan, struct db_ddl_statement *statement) {
  if (scan->token.type != T_WORD) {
    return refuse(scan, "a column name was expected");
  }
  struct db_ddl_column *column = ARENA_NEW(scan->arena, struct db_ddl_column);
  column->table = scan->table;
  column->column = scan->column = arena_cstr(scan->arena, scan->token.text);
  next(scan);
  copy_up_to(scan);
  const char *spelled = type_spelled(scan->token);
  if (spelled == NULL) {
    return refuse(scan, "its type is not one of id, int, text, bytes, time");
  }
  next(scan);
  if (!is_mark(scan->token, '/')) {
    return refuse(scan, "it has no class: write type/class");
  }
  next(scan);
  column->class = class_of(scan->token);
  if (column->class == NULL) {
    return refuse(scan, "its class is not one of public, personal, sensitive, secret");
  }
  buf_append_str(&scan->out, spelled);
  scan->done = scan->at;
  bool is_integer = strcmp(spelled, "INTEGER") == 0;
  next(scan);
  bool is_key = false;
  TRY(rest_skip(scan, &is_key));
  copy_up_to(scan);
  if (is_key && !is_integer) {
    buf_append_str(&scan->out, " NOT NULL");
  }
  column->next = statement->columns;
  statement->columns = column;
  scan->column = NULL;
  return OK;
}

static bool is_table_rule(struct token token) {
  return is_word(token, "PRIMARY") || is_word(token, "UNIQUE") || is_word(token, "CHECK") ||
         is_word(token, "FOREIGN") || is_word(token, "CONSTRAINT");
}

static result table_name_take(struct scan *scan) {
  if (scan->token.type != T_WORD) {
    return refuse(scan, "a table name was expected");
  }
  scan->table = arena_cstr(scan->arena, scan->token.text);
  next(scan);
  return OK;
}

/* The current token follows TABLE. */
static result create_table_spell(struct scan *scan, struct db_ddl_statement *statement) {
  if (is_word(scan->token, "IF")) {
    return refuse(scan, "a migration runs once: no IF NOT EXISTS");
  }
  TRY(table_name_take(scan));
  if (!is_mark(scan->token, '(')) {
    return refuse(scan, "( was expected");
  }
  bool has_table_key = false;
  do {
    next(scan);
    if (is_table_rule(scan->token)) {
      bool is_key = false;
      TRY(rest_skip(scan, &is_key));
      has_table_key = has_table_key || is_key;
    } else {
      TRY(column_spell(scan, statement));
    }
  } while (is_mark(scan->token, ','));
  if (!is_mark(scan->token, ')')) {
    return refuse(scan, ") was expected");
  }
  next(scan);
  copy_up_to(scan);
  bool is_heap = is_word(scan->token, "HEAP");
  if (is_heap) {
    scan->done = scan->at;
    next(scan);
  }
  if (scan->token.type != T_END && !is_mark(scan->token, ';')) {
    return refuse(scan, "only HEAP may follow the columns: the migrator adds what the engine needs");
  }
  copy_up_to(scan);
  buf_append_str(&scan->out, has_table_key && !is_heap ? " STRICT, WITHOUT ROWID" : " STRICT");
  return OK;
}

/* The current token follows TABLE. */
static result alter_table_spell(struct scan *scan, struct db_ddl_statement *statement) {
  TRY(table_name_take(scan));
  if (!is_word(scan->token, "ADD")) {
    return refuse(scan, "only ADD COLUMN is the same on both engines");
  }
  next(scan);
  if (is_word(scan->token, "COLUMN")) {
    next(scan);
  }
  return column_spell(scan, statement);
}

static result other_skip(struct scan *scan) {
  while (scan->token.type != T_END && !is_mark(scan->token, ';')) {
    next(scan);
  }
  return OK;
}

static result drop_table_note(struct scan *scan, struct db_ddl_statement *statement) {
  TRY(table_name_take(scan));
  statement->dropped_table = scan->table;
  return other_skip(scan);
}

static result statement_spell(struct scan *scan, struct db_ddl_statement *statement) {
  static const char *const allowed[] = {"INSERT", "UPDATE", "DELETE", "CREATE", "DROP"};
  struct token verb = scan->token;
  next(scan);
  bool is_table = is_word(scan->token, "TABLE");
  if (is_table) {
    next(scan);
  }
  if (is_table && is_word(verb, "CREATE")) {
    return create_table_spell(scan, statement);
  }
  if (is_table && is_word(verb, "ALTER")) {
    return alter_table_spell(scan, statement);
  }
  if (is_table && is_word(verb, "DROP")) {
    return drop_table_note(scan, statement);
  }
  bool is_allowed = false;
  for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
    is_allowed = is_allowed || is_word(verb, allowed[i]);
  }
  bool is_index = is_word(scan->token, "INDEX") || is_word(scan->token, "UNIQUE");
  if (!is_allowed || ((is_word(verb, "CREATE") || is_word(verb, "DROP")) && !is_index)) {
    return refuse(scan, "a migration creates, alters and drops tables and indexes, inserts, updates and deletes");
  }
  return other_skip(scan);
}

result db_ddl_spell(const struct db_migration *migration, struct arena *arena,
                    struct db_ddl_statement **ret_statements) {
  struct scan scan = {.migration = migration, .arena = arena, .text = slice_str(migration->sql)};
  struct db_ddl_statement *first = NULL;
  struct db_ddl_statement **link = &first;
  next(&scan);
  while (scan.token.type != T_END) {
    if (is_mark(scan.token, ';')) {
      next(&scan);
      continue;
    }
    struct db_ddl_statement *statement = ARENA_NEW(arena, struct db_ddl_statement);
    buf_init(&scan.out, arena, 256);
    scan.done = scan.at - scan.token.text.len;
    scan.table = scan.column = NULL;
    TRY(statement_spell(&scan, statement));
    copy_up_to(&scan);
    if (scan.token.type != T_END && !is_mark(scan.token, ';')) {
      return refuse(&scan, "; was expected");
    }
    statement->sql = arena_cstr(arena, buf_slice(&scan.out));
    *link = statement;
    link = &statement->next;
  }
  *ret_statements = first;
  return OK;
}
