#include "db/table.h"

#include <string.h>

#include "base/buf.h"
#include "db/driver.h"

static result type_of(struct slice spelled, int *ret_type) {
  static const struct {
    const char *spelled;
    int type;
  } types[] = {{"INTEGER", DB_INT}, {"TEXT", DB_TEXT}, {"BLOB", DB_BYTES}};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    if (slice_is(spelled, types[i].spelled)) {
      *ret_type = types[i].type;
      return OK;
    }
  }
  FAIL(DB_BROKEN, "a column of type %.*s", SLICE_ARG(spelled));
}

static result column_take(const struct db_rows *rows, struct arena *arena, struct db_table *table) {
  int at = table->column_count;
  int place = (int)db_int(rows, 3);
  if (at == DB_TABLE_COLUMNS_MAX || place > DB_TABLE_KEY_MAX) {
    FAIL(DB_BROKEN, "%s has more than %d columns, or %d in its key", table->name, DB_TABLE_COLUMNS_MAX, DB_TABLE_KEY_MAX);
  }
  struct db_table_column *column = &table->columns[at];
  column->name = arena_cstr(arena, db_text(rows, 1));
  column->key_place = place;
  TRY(type_of(db_text(rows, 2), &column->type));
  if (place > 0) {
    table->key[place - 1] = at;
    table->key_count = table->key_count > place ? table->key_count : place;
  }
  table->column_count++;
  return OK;
}

/* Table, column, type as SQLite spells it, place in the key from 1: by tables, and in each as its columns were made. What the engine
 * keeps for itself is no module's. */
static const char sqlite_columns[] =
    "SELECT m.name, c.name, c.type, c.pk FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
    " AND m.name NOT LIKE 'sqlite~_%' ESCAPE '~' AND m.name NOT IN ('schema_version', 'column_class') ORDER BY m.name, c.cid";
static const char postgres_columns[] =
    "SELECT t.relname::text, a.attname::text, CASE a.atttypid WHEN 'int8'::regtype THEN 'INTEGER' WHEN 'text'::regtype THEN 'TEXT'"
    " WHEN 'bytea'::regtype THEN 'BLOB' ELSE format_type(a.atttypid, NULL) END,"
    " COALESCE(array_position(string_to_array(i.indkey::text, ' '), a.attnum::text), 0)::bigint FROM pg_class t"
    " JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped LEFT JOIN pg_index i ON i.indrelid = t.oid AND i.indisprimary"
    " WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind IN ('r', 'p') AND NOT t.relispartition"
    " AND EXISTS (SELECT 1 FROM column_class k WHERE k.table_name = t.relname::text AND k.module <> 'db') ORDER BY t.relname, a.attnum";

static result columns_read(struct db_tx *tx, struct arena *arena, struct db_tables *tables) {
  enum { TABLES_MAX = 512 };
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  tables->items = ARENA_ARRAY(arena, struct db_table, TABLES_MAX);
  TRY(db_query(tx, tx->driver == &db_sqlite_driver ? sqlite_columns : postgres_columns, DB_NO_ARGS, &rows));
  while (db_rows_next(&rows)) {
    struct db_table *last = tables->count > 0 ? &tables->items[tables->count - 1] : NULL;
    struct slice name = db_text(&rows, 0);
    if (last == NULL || !slice_is(name, last->name)) {
      if (tables->count == TABLES_MAX) {
        FAIL(DB_BROKEN, "more than %d tables", TABLES_MAX);
      }
      last = &tables->items[tables->count++];
      last->name = arena_cstr(arena, name);
    }
    TRY(column_take(&rows, arena, last));
  }
  return rows.status;
}

static void names_append(struct buf *text, const struct db_table *table, bool is_key) {
  int count = is_key ? table->key_count : table->column_count;
  for (int i = 0; i < count; i++) {
    buf_printf(text, "%s%s", i > 0 ? ", " : "", table->columns[is_key ? table->key[i] : i].name);
  }
}

static void places_append(struct buf *text, int from, int count) {
  for (int i = 0; i < count; i++) {
    buf_printf(text, "%s$%d", i > 0 ? ", " : "", from + i);
  }
}

static const char *page_text(const struct db_table *table, bool is_first, struct arena *arena) {
  struct buf text;
  buf_init(&text, arena, 512);
  buf_append_str(&text, "SELECT ");
  names_append(&text, table, false);
  buf_printf(&text, " FROM %s", table->name);
  if (!is_first) {
    buf_append_str(&text, " WHERE (");
    names_append(&text, table, true);
    buf_append_str(&text, ") > (");
    places_append(&text, 2, table->key_count);
    buf_append_byte(&text, ')');
  }
  buf_append_str(&text, " ORDER BY ");
  names_append(&text, table, true);
  buf_append_str(&text, " LIMIT $1");
  return arena_cstr(arena, buf_slice(&text));
}

static const char *insert_text(const struct db_table *table, int rows, struct arena *arena) {
  struct buf text;
  buf_init(&text, arena, 512);
  buf_printf(&text, "INSERT INTO %s (", table->name);
  names_append(&text, table, false);
  buf_append_str(&text, ") VALUES ");
  for (int i = 0; i < rows; i++) {
    buf_append_str(&text, i > 0 ? ", (" : "(");
    places_append(&text, 1 + i * table->column_count, table->column_count);
    buf_append_byte(&text, ')');
  }
  return arena_cstr(arena, buf_slice(&text));
}

static result texts_make(struct db_tx *tx, struct db_table *table, struct arena *arena) {
  if (table->key_count == 0) {
    FAIL(DB_BROKEN, "%s has no key", table->name);
  }
  table->rows_at_once = DB_TABLE_COLUMNS_MAX / table->column_count;
  table->empty = arena_cstr(arena, arena_printf(arena, "DELETE FROM %s", table->name));
  table->first_page = page_text(table, true, arena);
  table->next_page = page_text(table, false, arena);
  table->insert_one = insert_text(table, 1, arena);
  table->insert_many = insert_text(table, table->rows_at_once, arena);
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, arena_cstr(arena, arena_printf(arena, "SELECT COUNT(*) FROM %s", table->name)), DB_NO_ARGS, &rows));
  table->rows = db_int(&rows, 0);
  return OK;
}

result db_tables_list(struct db_tx *catalogue, struct db_tx *of, struct arena *arena, struct db_tables *ret_tables) {
  struct db_tables tables = {0};
  TRY(columns_read(catalogue, arena, &tables));
  for (size_t i = 0; i < tables.count; i++) {
    TRY(texts_make(of, &tables.items[i], arena));
    tables.rows += tables.items[i].rows;
  }
  *ret_tables = tables;
  return OK;
}

static struct db_value value_read(const struct db_rows *rows, int column, int type, struct arena *arena) {
  if (db_is_null(rows, column)) {
    return db_of_null();
  }
  switch (type) {
    case DB_INT:
      return db_of_int(db_int(rows, column));
    case DB_TEXT:
      return db_of_text(db_text_copy(rows, column, arena));
    default:
      return db_of_bytes(db_bytes_copy(rows, column, arena));
  }
}

result db_page_read(struct db_tx *tx, const struct db_page_question *question, struct arena *arena, struct db_page *ret_page) {
  const struct db_table *table = question->table;
  struct db_value arguments[1 + DB_TABLE_KEY_MAX] = {db_of_int(question->limit)};
  for (int i = 0; question->after != NULL && i < table->key_count; i++) {
    arguments[1 + i] = question->after[table->key[i]];
  }
  size_t argument_count = question->after != NULL ? 1 + (size_t)table->key_count : 1;
  struct db_page page = {.values = ARENA_ARRAY(arena, struct db_value, (size_t)question->limit * (size_t)table->column_count)};
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, question->after != NULL ? table->next_page : table->first_page, (struct db_args){arguments, argument_count}, &rows));
  while (page.rows < question->limit && db_rows_next(&rows)) {
    struct db_value *row = &page.values[page.rows++ * table->column_count];
    for (int i = 0; i < table->column_count; i++) {
      row[i] = value_read(&rows, i, table->columns[i].type, arena);
      page.bytes += (int64_t)(sizeof *row + row[i].bytes.len);
    }
  }
  TRY(rows.status);
  *ret_page = page;
  return OK;
}

void db_value_write(const struct db_value *value, struct buf *bytes) {
  uint64_t number = value->type == DB_INT ? (uint64_t)value->number : value->bytes.len;
  uint8_t head[DB_VALUE_HEAD_BYTES] = {(uint8_t)value->type};
  for (int i = 0; i < 8; i++) {
    head[8 - i] = (uint8_t)(number >> 8 * i);
  }
  buf_append(bytes, slice_of(head, sizeof head));
  buf_append(bytes, value->bytes);
}

result db_value_parse(struct slice *rest, struct db_value *ret_value) {
  struct db_value value = {0};
  uint64_t number = 0;
  if (rest->len < DB_VALUE_HEAD_BYTES || rest->ptr[0] > DB_BYTES) {
    FAIL(DB_BROKEN, "a row is cut, or holds a value of no type");
  }
  for (int i = 1; i < DB_VALUE_HEAD_BYTES; i++) {
    number = number << 8 | rest->ptr[i];
  }
  value.type = rest->ptr[0];
  *rest = slice_from(*rest, DB_VALUE_HEAD_BYTES);
  if (value.type == DB_INT) {
    value.number = (int64_t)number;
  } else if (number > rest->len) {
    FAIL(DB_BROKEN, "a value is cut");
  } else if (value.type != DB_NULL) {
    value.bytes = slice_sub(*rest, 0, (size_t)number);
    *rest = slice_from(*rest, (size_t)number);
  }
  *ret_value = value;
  return OK;
}
