/* danh move-db: the whole database into a new one of the other engine, with a proof that both hold the same. The rest of the folder stays. */
#include "api/api.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "codec/hex.h"

const struct cli_option cli_move_db_options[] = {
    {"to", "URL", "postgresql://USER@HOST[:PORT]/NAME, an empty database; or sqlite, the file danh.db in DIR"},
    {"password-file", "FILE", "the password of that user, in a file; written to danh.ini"},
    {"partitions", "N", "on PostgreSQL: parts of each table about people (1 to 256, default 4); for good"},
    {0},
};

static void show_progress(void *context, int64_t done, int64_t all) {
  if (cli_progress_is_due(context, done, all)) {
    cli_progress_bar(done, all);
    (void)fputs(done * 3 <= all ? "copying  " : "comparing", stderr); /* the first third copies, the others read what lies there again */
  }
}

static int64_t rows_per_s(const struct server_moved *moved) { return moved->rows * 1000000 / (moved->copied_us > 0 ? moved->copied_us : 1); }

static void put_proof(const struct cli_context *context, const struct server_moved *moved) {
  struct buf text;
  struct jout out;
  buf_init(&text, context->arena, 4096);
  jout_init(&out, &text);
  jout_object(&out);
  jout_put_text(&out, "database", moved->database);
  jout_put_int(&out, "rows", moved->rows);
  jout_put_int(&out, "rows_per_s", rows_per_s(moved));
  jout_put_int(&out, "ledger_size", moved->ledger_size);
  jout_put_text(&out, "ledger_root", hex_write(context->arena, slice_of(moved->ledger_root, sizeof moved->ledger_root)));
  jout_put_list(&out, "tables");
  for (size_t i = 0; i < moved->table_count; i++) {
    const struct db_moved *table = &moved->tables[i];
    jout_object(&out);
    jout_put_str(&out, "table", table->table);
    jout_put_int(&out, "rows", table->rows);
    jout_put_text(&out, "sha256", hex_write(context->arena, slice_of(table->digest, sizeof table->digest)));
    jout_object_end(&out);
  }
  jout_list_end(&out);
  jout_object_end(&out);
  printf("%.*s\n", SLICE_ARG(buf_slice(&text)));
}

int cli_move_db(const struct cli_context *context, int argc, char **argv) {
  (void)argv;
  const char *to = cli_value(context, "to");
  const char *password = cli_value(context, "password-file");
  bool is_file = to != NULL && strcmp(to, "sqlite") == 0;
  if (argc != 0 || to == NULL || (is_file && (password != NULL || cli_has(context, "partitions")))) {
    return cli_misuse(context, "takes --to postgresql://USER@HOST/NAME, or --to sqlite");
  }
  if (!is_file && !server_is_database(slice_str(to))) {
    return cli_misuse(context, "--to " CLI_DATABASE_SYNTAX);
  }
  int64_t partitions = 0;
  if (!cli_number(context, "partitions", (int64_t[]){1, DB_PARTITIONS_MAX}, &partitions)) {
    return CLI_USAGE;
  }
  struct cli_progress progress = cli_progress_begin();
  const struct server_move move = {.data = context->data,
                                   .to = {.url = is_file ? (struct slice){0} : slice_str(to), .password_path = slice_str(password), .partitions = partitions},
                                   .progress = show_progress,
                                   .context = &progress};
  struct server_moved moved = {0};
  result outcome = server_move(&move, context->arena, &moved);
  cli_progress_end(&progress);
  if (!is_ok(outcome)) {
    return cli_fail(context, outcome);
  }
  if (context->json) {
    put_proof(context, &moved);
    return CLI_OK;
  }
  printf("%lld rows of %zu tables are in %.*s, copied at %lld a second, each of them read again and the same; the ledger has %lld entries in order, root %.*s\n",
         (long long)moved.rows, moved.table_count, SLICE_ARG(moved.database), (long long)rows_per_s(&moved), (long long)moved.ledger_size,
         SLICE_ARG(hex_write(context->arena, slice_of(moved.ledger_root, sizeof moved.ledger_root))));
  if (!is_file) {
    printf("the old file is %s/danh.db.moved\n", context->data);
  }
  return CLI_OK;
}
