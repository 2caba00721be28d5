#include "backup/line.h"

#include "access/access.h"
#include "backup/manifest.h"
#include "crypto/digest.h"
#include "ledger/ledger.h"

/* ---- the detail, which is also what the server is asked with ---- */

static struct slice detail_write(const struct backup_report *report, struct arena *arena) {
  struct buf text;
  struct jout out;
  buf_init(&text, arena, 2048);
  jout_init(&out, &text);
  jout_object(&out);
  jout_put_instant(&out, "made_at", report->made_at_ms);
  jout_put_text(&out, "engine", report->engine);
  jout_put_int(&out, "rows", report->rows);
  jout_put_int(&out, "bytes", report->bytes);
  backup_digest_put(&out, "sha256", report->digest, arena);
  jout_put_int(&out, "ledger_size", report->ledger_size);
  backup_digest_put(&out, "ledger_root", report->ledger_root, arena);
  jout_put_list(&out, "recipients");
  for (size_t i = 0; i < report->recipient_count; i++) {
    jout_object(&out);
    backup_digest_put(&out, "sha256", report->recipients[i], arena);
    jout_object_end(&out);
  }
  jout_list_end(&out);
  jout_object_end(&out);
  return buf_slice(&text);
}

static result recipients_parse(const struct jin *root, struct arena *arena, struct backup_report *report) {
  const struct jin *list = NULL;
  TRY(jin_list(root, "recipients", AGE_KEYS_MAX, &list));
  for (size_t i = 0; i < list->count; i++) {
    TRY(backup_digest_parse(&list->items[i], "sha256", arena, report->recipients[i]));
  }
  report->recipient_count = list->count;
  return OK;
}

static result detail_parse(const struct jin *root, struct arena *arena, struct backup_report *report) {
  TRY(jin_fields(root, (const char *const[]){"made_at", "engine", "rows", "bytes", "sha256", "ledger_size", "ledger_root", "recipients", NULL}));
  TRY(jin_instant(root, "made_at", &report->made_at_ms));
  TRY(jin_text(root, "engine", 32, &report->engine));
  TRY(jin_int(root, "rows", 0, INT64_MAX, &report->rows));
  TRY(jin_int(root, "bytes", 0, INT64_MAX, &report->bytes));
  TRY(backup_digest_parse(root, "sha256", arena, report->digest));
  TRY(jin_int(root, "ledger_size", 0, INT64_MAX, &report->ledger_size));
  TRY(backup_digest_parse(root, "ledger_root", arena, report->ledger_root));
  return recipients_parse(root, arena, report);
}

/* ---- the line ---- */

struct line {
  struct env *env;
  struct ledger_entry entry;
  int64_t entry_id;
};

static result line_append(struct db_tx *tx, void *arg) {
  struct line *line = arg;
  return ledger_milestone_append(line->env, tx, &line->entry, &line->entry_id);
}

static result line_write(struct env *env, const char *kind, struct backup_report *report, struct arena *arena) {
  struct line line = {.env = env, .entry = {.kind = kind, .actor_role = S("operator@cli"), .detail = detail_write(report, arena)}};
  TRY(access_require(env, &(const struct access_request){.act = ACCESS_BACKUP_MAKE, .is_system = true}));
  TRY(db_write(env->db, line_append, &line));
  report->entry_id = line.entry_id;
  return OK;
}

result backup_record(struct server_installation *installation, const struct jin *args, struct jout *out) {
  struct arena arena CLEANUP(arena_free) = {0};
  struct backup_report report = {0};
  TRY(detail_parse(args, &arena, &report));
  TRY(line_write(&installation->env, BACKUP_MADE_KIND, &report, &arena));
  jout_object(out);
  jout_put_int(out, "entry_id", report.entry_id);
  jout_object_end(out);
  return OK;
}

result backup_line_made(const char *data, struct arena *arena, struct backup_report *report) {
  static const struct server_write rows[] = {{BACKUP_RECORD, backup_record}, {0}};
  const struct server_writes writes = {rows};
  struct slice answer = {0};
  struct jin_doc doc;
  const struct jin *root = NULL;
  jin_doc_init(&doc, arena, JIN_LIMITS_DEFAULT);
  const struct server_write_order order = {.data = data, .mode = SERVER_WRITE, .name = BACKUP_RECORD, .args = detail_write(report, arena)};
  TRY(server_write_call(&writes, &order, arena, &answer));
  TRY(jin_parse(&doc, answer, &root));
  return jin_int(root, "entry_id", 1, INT64_MAX, &report->entry_id);
}

result backup_line_restored(const char *data, struct arena *arena, struct backup_report *report) {
  struct server_installation *installation CLEANUP(server_installation_close) = NULL;
  TRY(server_installation_open(data, SERVER_CREATE, &installation));
  TRY(server_clock_check(installation));
  return line_write(&installation->env, BACKUP_RESTORED_KIND, report, arena);
}
