/* danh import: people from a file into the register. The row runs where the installation is held, here or in the
 * running server, so files go by absolute path; where it runs here, the progress bar is drawn and SIGINT and SIGTERM stop it behind a whole batch. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/api.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "crypto/digest.h"

enum { REFUSALS_TOLD = 100, DIGEST_STEP_BYTES = 1024 * 1024 };

const struct cli_option cli_import_options[] = {
    {"anew", NULL, "begins at the first line, also where an import of that file or path was broken off"},
    {"format", "WORD", "ndjson or csv (default: by the file's name)"},
    {"refused", "FILE", "writes every refused row there: one JSON object a line, with line, field and reason"},
    {0},
};

/* ---- the row "register.import" ---- */

struct importing {
  struct server_installation *installation;
  FILE *file;
  FILE *refused; /* NULL: none */
  int64_t bytes; /* of the file */
  bool is_here;  /* in the process that was called, not in the server */
  struct cli_progress progress;
  struct buf told; /* the first refusals, as they go into the answer */
  struct jout told_out;
  int64_t told_count;
  bool refused_failed;
};

static void file_close(FILE **file) {
  if (*file != NULL) {
    (void)fclose(*file);
  }
}

static result read_file(void *context, uint8_t *bytes, size_t len, size_t *ret_len) {
  struct importing *importing = context;
  size_t got = fread(bytes, 1, len, importing->file);
  if (got == 0 && ferror(importing->file) != 0) {
    FAIL(REGISTER_SOURCE_FAILED, "the file cannot be read to its end");
  }
  *ret_len = got;
  return OK;
}

static void put_refusal(struct jout *out, const struct register_refused_row *row) {
  jout_object(out);
  jout_put_int(out, "line", row->line);
  jout_put_str(out, "field", row->field);
  jout_put_str(out, "reason", row->reason);
  jout_object_end(out);
}

static void tell_refused(void *context, const struct register_refused_row *row) {
  struct importing *importing = context;
  if (importing->told_count < REFUSALS_TOLD) {
    put_refusal(&importing->told_out, row);
    importing->told_count++;
  }
  if (importing->refused != NULL) {
    struct arena arena CLEANUP(arena_free);
    arena_init(&arena);
    struct buf line;
    struct jout out;
    buf_init(&line, &arena, 128);
    jout_init(&out, &line);
    put_refusal(&out, row);
    buf_append_byte(&line, '\n');
    importing->refused_failed |= fwrite(line.ptr, 1, line.len, importing->refused) != line.len;
  }
}

static void show_progress(void *context, int64_t bytes_done, int64_t rows_done) {
  struct importing *importing = context;
  if (cli_progress_is_due(&importing->progress, bytes_done, importing->bytes)) {
    cli_progress_bar(bytes_done, importing->bytes);
    (void)fprintf(stderr, "%lld rows", (long long)rows_done);
  }
}

static void say_resumed(void *context, int64_t line, int64_t rows_done) {
  const struct importing *importing = context;
  if (importing->is_here) {
    (void)fprintf(stderr, "danh import: goes on at line %lld; %lld rows were done before\n", (long long)line, (long long)rows_done);
  }
}

static void stop_signals(sigset_t *ret_signals) {
  (void)sigemptyset(ret_signals);
  (void)sigaddset(ret_signals, SIGINT);
  (void)sigaddset(ret_signals, SIGTERM);
}

/* Signals that were held back tell it here; a server, its end. */
static bool is_stopped(void *context) {
  const struct importing *importing = context;
  sigset_t pending;
  if (!importing->is_here) {
    return atomic_load(&importing->installation->is_ending);
  }
  return sigpending(&pending) == 0 && (sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1);
}

static result seek_file(void *context, int64_t at_byte) {
  struct importing *importing = context;
  if (fseeko(importing->file, (off_t)at_byte, SEEK_SET) != 0) {
    FAIL(REGISTER_SOURCE_FAILED, "the file cannot be read from where it was left");
  }
  return OK;
}

/* Behind this, nobody can tell again which rows were refused. */
static result settle_refused(void *context) {
  const struct importing *importing = context;
  FILE *refused = importing->refused;
  if (refused != NULL && (importing->refused_failed || fflush(refused) != 0 || (fsync(fileno(refused)) != 0 && errno != EINVAL))) {
    FAIL(BASE_IO, "the file of refused rows cannot be written: what was added stands");
  }
  return OK;
}

/* SHA-256 of all of it; then it is at its beginning again. */
static result digest_file(struct importing *importing, uint8_t ret_digest[static DIGEST_BYTES]) {
  struct digest_stream stream CLEANUP(digest_free) = {0};
  struct arena arena CLEANUP(arena_free) = {0};
  uint8_t *bytes = arena_alloc(&arena, DIGEST_STEP_BYTES);
  int64_t done = 0;
  digest_begin(&stream);
  for (size_t got = 1; got > 0; done += (int64_t)got) {
    TRY(read_file(importing, bytes, DIGEST_STEP_BYTES, &got));
    digest_add(&stream, slice_of(bytes, got));
    if (cli_progress_is_due(&importing->progress, done, -1)) {
      cli_progress_bar(done, importing->bytes);
      (void)fputs("reading", stderr);
    }
  }
  digest_end(&stream, ret_digest);
  return seek_file(importing, 0);
}

static result open_files(struct importing *importing, const char *path, struct slice refused_path,
                         struct arena *arena) {
  importing->file = fopen(path, "re");
  if (importing->file == NULL || fseeko(importing->file, 0, SEEK_END) != 0) {
    FAIL(REGISTER_SOURCE_FAILED, "the file cannot be opened");
  }
  importing->bytes = (int64_t)ftello(importing->file);
  TRY(seek_file(importing, 0));
  if (refused_path.len > 0) {
    importing->refused = fopen(arena_cstr(arena, refused_path), "we");
    if (importing->refused == NULL) {
      FAIL(REGISTER_SOURCE_FAILED, "the file for refused rows cannot be made");
    }
  }
  return OK;
}

static void put_counts(struct jout *out, struct importing *importing, const struct register_import_counts *counts) {
  jout_object(out);
  jout_put_int(out, "rows", counts->rows);
  jout_put_int(out, "added", counts->added);
  jout_put_int(out, "refused", counts->refused);
  jout_put_int(out, "batches", counts->batches);
  jout_put_int(out, "resumed_line", counts->resumed_line);
  jout_put_int(out, "resumed_rows", counts->resumed_rows);
  jout_list_end(&importing->told_out);
  jout_name(out, "refusals");
  jout_raw(out, buf_slice(&importing->told));
  jout_object_end(out);
}

struct import_args {
  struct slice file, refused;
  size_t format;
  bool is_anew;
  int64_t pid; /* of the process that was called */
};

static result args_read(const struct jin *args, struct import_args *ret_args) {
  static const char *const formats[] = {"ndjson", "csv", NULL};
  TRY(jin_fields(args, (const char *const[]){"file", "format", "refused", "anew", "pid", NULL}));
  TRY(jin_text(args, "file", PATH_MAX, &ret_args->file));
  TRY(jin_word(args, "format", formats, &ret_args->format));
  TRY(jin_text_optional(args, "refused", PATH_MAX, &ret_args->refused));
  TRY(jin_bool_optional(args, "anew", &ret_args->is_anew));
  return jin_int_optional(args, "pid", 0, INT32_MAX, &ret_args->pid);
}

static result import_file(struct importing *importing, const struct import_args *args, struct register_import_counts *ret_counts) {
  struct register_act act = {.actor_role = S("operator@cli"), .legal_basis = S("Nhập dữ liệu dân cư từ tệp")};
  struct register_import_file file = {.path = args->file, .is_anew = args->is_anew, .seek = seek_file};
  struct register_import_options options = {
      .format = args->format == 0 ? REGISTER_NDJSON : REGISTER_CSV,
      .file = &file,
      .read = read_file,
      .refused = tell_refused,
      .progress = show_progress,
      .resumed = say_resumed,
      .stops = is_stopped,
      .settle = settle_refused,
      .context = importing,
      .act = &act,
  };
  TRY(digest_file(importing, file.digest));
  return register_import(&importing->installation->env, &options, ret_counts);
}

result cli_register_import(struct server_installation *installation, const struct jin *args, struct jout *out) {
  struct import_args wanted = {0};
  struct access_request request = {.act = ACCESS_REGISTER_IMPORT, .is_system = true};
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  TRY(args_read(args, &wanted));
  TRY(access_require(&installation->env, &request));
  struct importing importing = {.installation = installation, .is_here = wanted.pid == (int64_t)getpid()};
  if (importing.is_here) {
    importing.progress = cli_progress_begin();
  }
  FILE *file CLEANUP(file_close) = NULL;
  FILE *refused CLEANUP(file_close) = NULL;
  result opened = open_files(&importing, arena_cstr(&arena, wanted.file), wanted.refused, &arena);
  file = importing.file;
  refused = importing.refused;
  TRY(opened);
  buf_init(&importing.told, &arena, 1024);
  jout_init(&importing.told_out, &importing.told);
  jout_list(&importing.told_out);
  struct register_import_counts counts = {0};
  result imported = import_file(&importing, &wanted, &counts);
  cli_progress_end(&importing.progress);
  TRY(imported);
  put_counts(out, &importing, &counts);
  return OK;
}

/* ---- the command line ---- */

/* A refusal's stable word as a sentence; what is wrong with a row's form has no error code of its own. */
static struct slice sentence_of(struct slice reason) {
  static const struct {
    const char *word;
    const char *sentence;
  } forms[] = {{"register.unknown_field", "There is no such field"},
               {"register.field_missing", "This field is required"},
               {"register.field_type", "The field has the wrong type"},
               {"register.field_count", "The row has more or fewer fields than the header"},
               {"register.json_syntax", "The line is not one JSON object"},
               {"register.csv_quote", "A quote is not closed"},
               {"register.line_too_long", "The line is too long"}};
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    if (slice_is(reason, forms[i].word)) {
      return slice_str(forms[i].sentence);
    }
  }
  uint16_t code = register_error_find(reason);
  return code == 0 ? reason : api_error_sentence(code, API_ENGLISH);
}

static int exit_code(const struct cli_context *context, struct slice answer, const char *file) {
  struct jin_doc doc;
  const struct jin *root = NULL;
  const struct jin *refusals = NULL;
  int64_t rows = 0;
  int64_t added = 0;
  int64_t refused = 0;
  jin_doc_init(&doc, context->arena, JIN_LIMITS_DEFAULT);
  result read = jin_parse(&doc, answer, &root);
  if (!is_ok(read) || !is_ok(jin_int(root, "rows", 0, INT64_MAX, &rows)) ||
      !is_ok(jin_int(root, "added", 0, INT64_MAX, &added)) ||
      !is_ok(jin_int(root, "refused", 0, INT64_MAX, &refused)) ||
      !is_ok(jin_list(root, "refusals", REFUSALS_TOLD, &refusals))) {
    return cli_fail(context, fault_set(__FILE__, __LINE__, SERVER_ANSWER, "not an import's answer"));
  }
  for (size_t i = 0; !context->json && i < refusals->count; i++) {
    const struct jin *row = &refusals->items[i];
    struct slice field = jin_find(row, "field")->text;
    (void)fprintf(stderr, "%s:%lld: %.*s%s%.*s\n", file, (long long)jin_find(row, "line")->number, SLICE_ARG(field),
                  field.len > 0 ? ": " : "", SLICE_ARG(sentence_of(jin_find(row, "reason")->text)));
  }
  if (!context->json && refused > (int64_t)refusals->count) {
    (void)fprintf(stderr, "... and %lld more (--refused FILE names them all)\n",
                  (long long)(refused - (int64_t)refusals->count));
  }
  if (context->json) {
    printf("%.*s\n", SLICE_ARG(answer));
  } else {
    printf("%lld rows: %lld people added, %lld refused\n", (long long)rows, (long long)added, (long long)refused);
  }
  return refused == 0 ? CLI_OK : CLI_REFUSED;
}

static const char *format_of(const struct cli_context *context, const char *file) {
  const char *format = cli_value(context, "format");
  struct slice name = slice_str(file);
  return format != NULL                                                    ? format
         : slice_ends(name, S(".csv"))                                     ? "csv"
         : slice_ends(name, S(".ndjson")) || slice_ends(name, S(".jsonl")) ? "ndjson"
                                                                           : NULL;
}

/* A path that means the same to a server with another working folder; the file need not exist. */
static struct slice absolute(const struct cli_context *context, const char *path) {
  char folder[PATH_MAX];
  if (path[0] == '/' || getcwd(folder, sizeof folder) == NULL) {
    return slice_str(path);
  }
  return arena_printf(context->arena, "%s/%s", folder, path);
}

/* Before the installation's threads are there, which inherit it. */
static void hold_signals(void) {
  sigset_t signals;
  stop_signals(&signals);
  (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

/* What a server does goes on when this process ends. */
static void let_signals(void) {
  sigset_t signals;
  stop_signals(&signals);
  (void)fputs("danh import: the running server imports it, and goes on when this command is ended\n", stderr);
  (void)pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
}

int cli_import(const struct cli_context *context, int argc, char **argv) {
  const char *format = argc == 1 ? format_of(context, argv[0]) : NULL;
  if (argc != 1) {
    return cli_misuse(context, "takes one FILE");
  }
  if (format == NULL || (strcmp(format, "csv") != 0 && strcmp(format, "ndjson") != 0)) {
    return cli_misuse(context, "--format ndjson or csv is needed: %s does not tell", argv[0]);
  }
  if (access(argv[0], R_OK) != 0) {
    return cli_misuse(context, "%s cannot be read", argv[0]);
  }
  const char *refused = cli_value(context, "refused");
  struct buf args;
  struct jout out;
  struct slice answer = {0};
  buf_init(&args, context->arena, 512);
  jout_init(&out, &args);
  jout_object(&out);
  jout_put_text(&out, "file", absolute(context, argv[0]));
  jout_put_str(&out, "format", format);
  jout_put_text_or_null(&out, "refused", refused != NULL ? absolute(context, refused) : S(""));
  jout_put_bool(&out, "anew", cli_has(context, "anew"));
  jout_put_int(&out, "pid", (int64_t)getpid());
  jout_object_end(&out);
  hold_signals();
  result imported = cli_write_or_ask(context, "register.import", buf_slice(&args), let_signals, &answer);
  return is_ok(imported) ? exit_code(context, answer, argv[0]) : cli_fail(context, imported);
}
