/* danh backup [key FILE | verify FILE], danh restore FILE: the whole installation in one encrypted file, and out of it. */
#include "backup/backup.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "codec/hex.h"

const struct cli_option cli_backup_options[] = {
    {"to", "FILE", "the backup, a new file"},
    {"recipient", "KEY", "age1..., whose private half can open it; several with a comma between"},
    {"key", "FILE", "verify: the file of the private half"},
    {0},
};

const struct cli_option cli_restore_options[] = {
    {"key", "FILE", "the file of the private half, made by danh backup key or age-keygen"},
    {"database", "URL", "postgresql://USER@HOST[:PORT]/NAME, an empty database; without it DIR/danh.db"},
    {"password-file", "FILE", "the password of that user, in a file; written to danh.ini"},
    {0},
};

/* all: 0 while it is not known. */
static void show_progress(void *context, int64_t done, int64_t all) {
  if (!cli_progress_is_due(context, done, all)) {
    return;
  }
  if (all == 0) {
    (void)fputc('\r', stderr);
  } else {
    cli_progress_bar(done, all);
  }
  (void)fprintf(stderr, "%lld rows", (long long)done);
}

/* What the ledger says of it, beside the rest. */
static void put_line(struct jout *out, const struct backup_report *report, struct arena *arena) {
  if (report->recipient_count > 0) {
    jout_put_list(out, "recipients");
    for (size_t i = 0; i < report->recipient_count; i++) {
      jout_text(out, hex_write(arena, slice_of(report->recipients[i], sizeof report->recipients[i])));
    }
    jout_list_end(out);
  }
  if (report->entry_id > 0) {
    jout_put_int(out, "entry_id", report->entry_id);
  }
}

static void put_report(const struct cli_context *context, const struct backup_report *report) {
  struct buf text;
  struct jout out;
  buf_init(&text, context->arena, 16384);
  jout_init(&out, &text);
  jout_object(&out);
  jout_put_instant(&out, "made_at", report->made_at_ms);
  jout_put_text(&out, "program", report->program);
  jout_put_text(&out, "engine", report->engine);
  jout_put_int(&out, "rows", report->rows);
  jout_put_int(&out, "files", report->files);
  jout_put_int(&out, "file_bytes", report->file_bytes);
  jout_put_int(&out, "left_out", report->left_out);
  jout_put_int(&out, "ledger_size", report->ledger_size);
  jout_put_text(&out, "ledger_root", hex_write(context->arena, slice_of(report->ledger_root, sizeof report->ledger_root)));
  jout_put_int(&out, "bytes", report->bytes);
  jout_put_text(&out, "sha256", hex_write(context->arena, slice_of(report->digest, sizeof report->digest)));
  put_line(&out, report, context->arena);
  jout_put_list(&out, "tables");
  for (size_t i = 0; i < report->table_count; i++) {
    jout_object(&out);
    jout_put_str(&out, "table", report->tables[i].table);
    jout_put_int(&out, "rows", report->tables[i].rows);
    jout_put_text(&out, "sha256", hex_write(context->arena, slice_of(report->tables[i].digest, sizeof report->tables[i].digest)));
    jout_object_end(&out);
  }
  jout_list_end(&out);
  jout_object_end(&out);
  printf("%.*s\n", SLICE_ARG(buf_slice(&text)));
}

static int tell(const struct cli_context *context, const struct backup_report *report, const char *what) {
  if (context->json) {
    put_report(context, report);
    return CLI_OK;
  }
  printf("%s: %lld rows of %zu tables and %lld files as of %.*s, the ledger at %lld entries, root %.*s\n", what, (long long)report->rows,
         report->table_count, (long long)report->files, SLICE_ARG(clock_instant_write(context->arena, report->made_at_ms)),
         (long long)report->ledger_size, SLICE_ARG(hex_write(context->arena, slice_of(report->ledger_root, sizeof report->ledger_root))));
  printf("%lld bytes, SHA-256 %.*s", (long long)report->bytes, SLICE_ARG(hex_write(context->arena, slice_of(report->digest, sizeof report->digest))));
  printf(report->entry_id > 0 ? "; the ledger says so in entry %lld\n" : "\n", (long long)report->entry_id);
  if (report->left_out > 0) {
    printf("%lld links and the like in the folder are not in it\n", (long long)report->left_out);
  }
  return CLI_OK;
}

static int run_make(const struct cli_context *context) {
  struct age_recipient recipients[AGE_KEYS_MAX];
  const char *file = cli_value(context, "to");
  const char *keys = cli_value(context, "recipient");
  size_t count = 0;
  if (file == NULL || keys == NULL || context->data == NULL) {
    return cli_misuse(context, "--data DIR, --to FILE and --recipient age1... are needed (danh backup key FILE makes a key)");
  }
  for (struct slice rest = slice_str(keys); rest.len > 0; count++) {
    if (count == AGE_KEYS_MAX || !is_ok(age_recipient_parse(slice_trim(slice_cut(&rest, ',')), &recipients[count]))) {
      return cli_misuse(context, "--recipient takes keys age1..., at most %d", AGE_KEYS_MAX);
    }
  }
  if (count == 0) {
    return cli_misuse(context, "--recipient is empty");
  }
  struct cli_progress progress = cli_progress_begin();
  struct backup_report report = {0};
  const struct backup_order order = {context->data, file, recipients, count, show_progress, &progress};
  result made = backup_make(&order, context->arena, &report);
  cli_progress_end(&progress);
  return is_ok(made) ? tell(context, &report, "backed up") : cli_fail(context, made);
}

static int run_key(const struct cli_context *context, const char *file) {
  struct age_recipient recipient;
  result made = backup_key_make(file, context->arena, &recipient);
  if (!is_ok(made)) {
    return cli_fail(context, made);
  }
  printf(context->json ? "{\"recipient\":\"%.*s\"}\n" : "%.*s\n", SLICE_ARG(age_recipient_write(context->arena, &recipient)));
  return CLI_OK;
}

static int run_verify(const struct cli_context *context, const char *file) {
  struct backup_report report = {0};
  if (!cli_has(context, "key")) {
    return cli_misuse(context, "--key FILE is needed");
  }
  result verified = backup_verify(&(const struct backup_source){file, cli_value(context, "key")}, context->arena, &report);
  return is_ok(verified) ? tell(context, &report, "whole") : cli_fail(context, verified);
}

int cli_backup(const struct cli_context *context, int argc, char **argv) {
  if (argc == 0) {
    return run_make(context);
  }
  if (argc == 2 && strcmp(argv[0], "key") == 0) {
    return run_key(context, argv[1]);
  }
  if (argc == 2 && strcmp(argv[0], "verify") == 0) {
    return run_verify(context, argv[1]);
  }
  return cli_misuse(context, "what: nothing, key FILE or verify FILE");
}

int cli_restore(const struct cli_context *context, int argc, char **argv) {
  const char *url = cli_value(context, "database");
  const char *password = cli_value(context, "password-file");
  if (argc != 1 || !cli_has(context, "key") || (url == NULL && password != NULL)) {
    return cli_misuse(context, "takes FILE, --key FILE and --data DIR");
  }
  if (url != NULL && !server_is_database(slice_str(url))) {
    return cli_misuse(context, CLI_DATABASE_SYNTAX);
  }
  struct cli_progress progress = cli_progress_begin();
  struct backup_report report = {0};
  const struct backup_restore_order order = {.source = {argv[0], cli_value(context, "key")},
                                             .data = context->data,
                                             .database = {.url = slice_str(url), .password_path = slice_str(password)},
                                             .progress = show_progress,
                                             .context = &progress};
  result restored = backup_restore(&order, context->arena, &report);
  cli_progress_end(&progress);
  return is_ok(restored) ? tell(context, &report, "restored, each row read again") : cli_fail(context, restored);
}
