/* danh move-db: the whole database into a new one of the other engine, with a proof that both hold the same. The rest of the folder stays. */
#include <unistd.h>

#include "api/api.h"
#include "cli/commands.h"
#include "codec/hex.h"

enum { PROGRESS_EVERY_US = 100 * 1000, BAR_CELLS = 30 };

const struct cli_option cli_move_db_options[] = {
    {"to", "URL", "postgresql://USER@HOST[:PORT]/NAME, an empty database; or sqlite, the file danh.db in DIR"},
    {"password-file", "FILE", "the password of that user, in a file; written to danh.ini"},
    {"partitions", "N", "on PostgreSQL: parts of each table about people (1 to 256, default 4); for good"},
    {0},
};

struct showing {
  bool is_shown;
  int64_t shown_at_us;
};

static void show_progress(void *context, int64_t done, int64_t all) {
  struct showing *showing = context;
  int64_t now = clock_monotonic_us();
  if (!showing->is_shown || (now - showing->shown_at_us < PROGRESS_EVERY_US && done < all)) {
    return;
  }
  showing->shown_at_us = now;
  int64_t of = all > 0 ? all : 1;
  int cells = (int)(done * BAR_CELLS / of);
  char bar[BAR_CELLS + 1] = {0};
  for (int i = 0; i < BAR_CELLS; i++) {
    bar[i] = i < cells ? '#' : '.';
  }
  /* the first third copies, the others read what lies there again */
  (void)fprintf(stderr, "\r[%s] %3lld %%  %s", bar, (long long)(done * 100 / of), done * 3 <= all ? "copying  " : "comparing");
}

static void put_proof(const struct cli_context *context, const struct server_moved *moved) {
  struct buf text;
  struct jout out;
  buf_init(&text, context->arena, 4096);
  jout_init(&out, &text);
  jout_object(&out);
  jout_put_text(&out, "database", moved->database);
  jout_put_int(&out, "rows", moved->rows);
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
  struct showing showing = {.is_shown = isatty(STDERR_FILENO) == 1};
  const struct server_move move = {.data = context->data,
                                   .to = {.url = is_file ? (struct slice){0} : slice_str(to), .password_path = slice_str(password), .partitions = partitions},
                                   .progress = show_progress,
                                   .context = &showing};
  struct server_moved moved = {0};
  result outcome = server_move(&move, context->arena, &moved);
  if (showing.shown_at_us > 0) {
    (void)fputc('\n', stderr);
  }
  if (!is_ok(outcome)) {
    return cli_fail(context, outcome);
  }
  if (context->json) {
    put_proof(context, &moved);
    return CLI_OK;
  }
  printf("%lld rows of %zu tables are in %.*s, each of them read again and the same; the ledger has %lld entries in order, root %.*s\n",
         (long long)moved.rows, moved.table_count, SLICE_ARG(moved.database), (long long)moved.ledger_size,
         SLICE_ARG(hex_write(context->arena, slice_of(moved.ledger_root, sizeof moved.ledger_root))));
  if (!is_file) {
    printf("the old file is %s/danh.db.moved\n", context->data);
  }
  return CLI_OK;
}
