#include "backup/manifest.h"

#include "codec/hex.h"

static const struct jin_limits limits = {BACKUP_JSON_BYTES_MAX, 8, 20000};
enum { TABLES_MAX = 1024, TEXT_BYTES_MAX = 4096 };

void backup_digest_put(struct jout *out, const char *name, const uint8_t digest[static 32], struct arena *arena) {
  jout_put_text(out, name, hex_write(arena, slice_of(digest, 32)));
}

result backup_digest_parse(const struct jin *object, const char *name, struct arena *arena, uint8_t ret_digest[static 32]) {
  struct slice text = {0};
  struct slice bytes = {0};
  TRY(jin_text(object, name, 64, &text));
  TRY(hex_parse(text, arena, &bytes));
  if (bytes.len != 32) {
    FAIL(BACKUP_SYNTAX, "%s has %zu bytes", name, bytes.len);
  }
  memcpy(ret_digest, bytes.ptr, 32);
  return OK;
}

struct slice backup_header_write(const struct backup_report *report, const struct db_states *states, struct arena *arena) {
  struct buf text;
  struct jout out;
  buf_init(&text, arena, 4096);
  jout_init(&out, &text);
  jout_object(&out);
  jout_put_int(&out, "form", BACKUP_FORM);
  jout_put_text(&out, "program", report->program);
  jout_put_instant(&out, "made_at", report->made_at_ms);
  jout_put_text(&out, "engine", report->engine);
  jout_put_text(&out, "data", report->data);
  jout_put_int(&out, "ledger_size", report->ledger_size);
  backup_digest_put(&out, "ledger_root", report->ledger_root, arena);
  jout_put_list(&out, "modules");
  for (size_t i = 0; i < states->count; i++) {
    jout_object(&out);
    jout_put_str(&out, "module", states->items[i].module);
    jout_put_int(&out, "version", states->items[i].version);
    jout_put_int(&out, "fingerprint", states->items[i].fingerprint);
    jout_object_end(&out);
  }
  jout_list_end(&out);
  jout_object_end(&out);
  return buf_slice(&text);
}

static result states_parse(const struct jin *root, struct arena *arena, struct db_states *ret_states) {
  const struct jin *list = NULL;
  TRY(jin_list(root, "modules", DB_STATES_MAX, &list));
  ret_states->count = 0;
  for (size_t i = 0; i < list->count; i++) {
    struct slice module = {0};
    int64_t version = 0;
    struct db_state *state = &ret_states->items[ret_states->count++];
    TRY(jin_text(&list->items[i], "module", 64, &module));
    TRY(jin_int(&list->items[i], "version", 1, INT32_MAX, &version));
    TRY(jin_int(&list->items[i], "fingerprint", INT64_MIN, INT64_MAX, &state->fingerprint));
    state->module = arena_cstr(arena, module);
    state->version = (int)version;
  }
  return OK;
}

static result header_read(const struct jin *root, struct arena *arena, struct backup_report *report, struct db_states *ret_states) {
  TRY(jin_text(root, "program", 64, &report->program));
  TRY(jin_instant(root, "made_at", &report->made_at_ms));
  TRY(jin_text(root, "engine", 32, &report->engine));
  TRY(jin_text(root, "data", TEXT_BYTES_MAX, &report->data));
  TRY(jin_int(root, "ledger_size", 0, INT64_MAX, &report->ledger_size));
  TRY(backup_digest_parse(root, "ledger_root", arena, report->ledger_root));
  return states_parse(root, arena, ret_states);
}

result backup_header_parse(struct slice text, struct arena *arena, struct backup_report *report, struct db_states *ret_states) {
  struct jin_doc doc;
  const struct jin *root = NULL;
  int64_t form = 0;
  jin_doc_init(&doc, arena, limits);
  if (!is_ok(jin_parse(&doc, text, &root)) || !is_ok(jin_int(root, "form", 1, INT32_MAX, &form))) {
    FAIL(BACKUP_SYNTAX, "%s is not one of danh backup", BACKUP_HEADER);
  }
  if (form > BACKUP_FORM) {
    FAIL(BACKUP_NEWER, "form %lld, this program knows %d", (long long)form, BACKUP_FORM);
  }
  if (!is_ok(header_read(root, arena, report, ret_states))) {
    FAIL(BACKUP_SYNTAX, "%s has another form", BACKUP_HEADER);
  }
  return OK;
}

struct slice backup_manifest_write(const struct backup_report *report, struct arena *arena) {
  struct buf text;
  struct jout out;
  buf_init(&text, arena, 16384);
  jout_init(&out, &text);
  jout_object(&out);
  jout_put_int(&out, "rows", report->rows);
  jout_put_list(&out, "tables");
  for (size_t i = 0; i < report->table_count; i++) {
    jout_object(&out);
    jout_put_str(&out, "table", report->tables[i].table);
    jout_put_int(&out, "rows", report->tables[i].rows);
    backup_digest_put(&out, "sha256", report->tables[i].digest, arena);
    jout_object_end(&out);
  }
  jout_list_end(&out);
  jout_put_int(&out, "files", report->files);
  jout_put_int(&out, "file_bytes", report->file_bytes);
  backup_digest_put(&out, "files_sha256", report->files_digest, arena);
  jout_put_int(&out, "left_out", report->left_out);
  jout_object_end(&out);
  return buf_slice(&text);
}

static result tables_parse(const struct jin *root, struct arena *arena, struct backup_report *report) {
  const struct jin *list = NULL;
  TRY(jin_list(root, "tables", TABLES_MAX, &list));
  report->tables = ARENA_ARRAY(arena, struct db_moved, list->count + 1);
  report->table_count = list->count;
  for (size_t i = 0; i < list->count; i++) {
    struct slice name = {0};
    struct db_moved *table = &report->tables[i];
    TRY(jin_text(&list->items[i], "table", 64, &name));
    TRY(jin_int(&list->items[i], "rows", 0, INT64_MAX, &table->rows));
    TRY(backup_digest_parse(&list->items[i], "sha256", arena, table->digest));
    table->table = arena_cstr(arena, name);
  }
  return OK;
}

static result manifest_read(const struct jin *root, struct arena *arena, struct backup_report *report) {
  TRY(jin_int(root, "rows", 0, INT64_MAX, &report->rows));
  TRY(tables_parse(root, arena, report));
  TRY(jin_int(root, "files", 0, INT64_MAX, &report->files));
  TRY(jin_int(root, "file_bytes", 0, INT64_MAX, &report->file_bytes));
  TRY(backup_digest_parse(root, "files_sha256", arena, report->files_digest));
  return jin_int(root, "left_out", 0, INT64_MAX, &report->left_out);
}

result backup_manifest_parse(struct slice text, struct arena *arena, struct backup_report *report) {
  struct jin_doc doc;
  const struct jin *root = NULL;
  jin_doc_init(&doc, arena, limits);
  if (!is_ok(jin_parse(&doc, text, &root)) || !is_ok(manifest_read(root, arena, report))) {
    FAIL(BACKUP_SYNTAX, "%s has another form", BACKUP_MANIFEST);
  }
  return OK;
}
