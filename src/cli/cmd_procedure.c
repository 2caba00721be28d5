/* danh procedure list | check | eval NAME --input FILE: procedures as data, without an installation. */
#include <errno.h>

#include "cli/commands.h"
#include "codec/hex.h"
#include "codec/jout.h"
#include "procedure/procedure.h"

const struct cli_option cli_procedure_options[] = {
    {"input", "FILE", "eval: the application as JSON; - for standard input"},
    {"procedures", "DIR", "another folder of procedures"},
    {"province", "CODE", "open-channel: where"},
    {"start", "YYYY-MM-DD", "open-channel: first day"},
    {"decision", "NUMBER", "open-channel: the chairman's decision"},
    {"ready", "LIST", "open-channel: what is ready, of infrastructure,technology,security,information_safety"},
    {0},
};

enum { INPUT_BYTES_MAX = 256 * 1024, DIGITS_GROUP = 3 };

static void file_close(FILE **file) {
  if (*file && *file != stdin) {
    (void)fclose(*file);
  }
}

static void print_json(struct buf *text) {
  printf("%.*s\n", SLICE_ARG(buf_slice(text)));
}

/* ---- list ---- */

static int run_list(const struct cli_context *context, struct procedure_engine *engine) {
  struct clock clock = clock_shifted(0);
  struct procedure_summaries list;
  struct buf text;
  struct jout out;
  result r = procedure_list(engine, clock_date_of(clock_now_ms(&clock)), context->arena, &list);
  if (!is_ok(r)) {
    return cli_fail(context, r);
  }
  buf_init(&text, context->arena, 1024);
  jout_init(&out, &text);
  jout_list(&out);
  for (size_t i = 0; i < list.count; i++) {
    const struct procedure_summary *item = &list.items[i];
    struct slice hash = hex_write(context->arena, slice_of(item->rule_hash, sizeof item->rule_hash));
    jout_object(&out);
    jout_put_text(&out, "name", item->name);
    jout_put_text_or_null(&out, "national_code", item->national_code);
    jout_put_text(&out, "name_vi", item->name_vi);
    jout_put_text(&out, "name_en", item->name_en);
    jout_put_text(&out, "rule_hash", hash);
    jout_object_end(&out);
    if (!context->json) {
      printf("%-18.*s %-10.*s %.*s (%.*s)\n", SLICE_ARG(item->name), SLICE_ARG(item->national_code),
             SLICE_ARG(item->name_vi), SLICE_ARG(item->name_en));
    }
  }
  jout_list_end(&out);
  if (context->json) {
    print_json(&text);
  }
  return CLI_OK;
}

/* ---- check ---- */

static int run_check(const struct cli_context *context, struct procedure_engine *engine) {
  struct procedure_check_report report;
  result r = procedure_check(engine, context->arena, &report);
  if (!is_ok(r)) {
    return cli_fail(context, r);
  }
  if (context->json) {
    struct buf text;
    struct jout out;
    buf_init(&text, context->arena, 128);
    jout_init(&out, &text);
    jout_object(&out);
    jout_put_int(&out, "passed", report.passed);
    jout_put_int(&out, "failed", report.failed);
    jout_object_end(&out);
    print_json(&text);
  } else {
    printf("%.*s%d passed, %d failed\n", SLICE_ARG(report.text), report.passed, report.failed);
  }
  return report.failed == 0 ? CLI_OK : CLI_REFUSED;
}

/* ---- eval ---- */

/* The whole file, or a complaint and false. */
static bool read_input(const struct cli_context *context, const char *path, struct slice *ret_text) {
  FILE *file CLEANUP(file_close) = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
  if (!file) {
    (void)cli_misuse(context, "%s: %s", path, strerror(errno));
    return false;
  }
  uint8_t *bytes = arena_alloc(context->arena, INPUT_BYTES_MAX + 1);
  size_t len = fread(bytes, 1, INPUT_BYTES_MAX + 1, file);
  if (ferror(file) || len > INPUT_BYTES_MAX) {
    (void)cli_misuse(context, "%s: %s", path, ferror(file) ? "cannot be read" : "is too long");
    return false;
  }
  *ret_text = slice_of(bytes, len);
  return true;
}

static int refuse_input(const struct cli_context *context, const char *path,
                        const struct procedure_input_fault *fault) {
  struct slice where = slice_empty(fault->path) ? S("the document") : fault->path;
  (void)fprintf(stderr, "danh procedure: %s: %.*s %.*s\n", path, SLICE_ARG(where), SLICE_ARG(fault->reason));
  if (context->json) {
    struct buf text;
    struct jout out;
    buf_init(&text, context->arena, 256);
    jout_init(&out, &text);
    jout_object(&out);
    jout_put_str(&out, "error", "input_refused");
    jout_put_text(&out, "path", fault->path); /* "": the whole document [RFC6901 5] */
    jout_put_text(&out, "message", fault->reason);
    jout_object_end(&out);
    print_json(&text);
  }
  return CLI_USAGE;
}

/* Before the first rule: which day that is. Between two rules: that there is none. */
static int refuse_date(const struct cli_context *context, const char *path, struct procedure_engine *engine,
                       const struct procedure_document *document, const struct procedure_input *input) {
  struct procedure_input_fault fault = {S("/submitted_at"), S("is a date on which no rule was in force")};
  int32_t first = 0;
  result r = procedure_first_date(engine, document->procedure, &first);
  if (!is_ok(r)) {
    return cli_fail(context, r);
  }
  if (clock_date_of(input->submitted_at_ms) < first) {
    fault.reason = arena_printf(context->arena, "is before %.*s, the first date there is a rule for",
                                SLICE_ARG(clock_date_write(context->arena, first)));
  }
  return refuse_input(context, path, &fault);
}

/* 205000 -> 205.000 đ */
static struct slice dong(struct arena *arena, int64_t amount) {
  struct slice digits = arena_printf(arena, "%lld", (long long)amount);
  struct buf text;
  buf_init(&text, arena, 32);
  for (size_t i = 0; i < digits.len; i++) {
    if (i > 0 && (digits.len - i) % DIGITS_GROUP == 0) {
      buf_append_byte(&text, '.');
    }
    buf_append_byte(&text, digits.ptr[i]);
  }
  buf_append_str(&text, " đ");
  return buf_slice(&text);
}

static void print_answer(const char *label, struct slice value, const struct procedure_reason *because) {
  printf("%-10s %-12.*s %.*s [%.*s]\n", label, SLICE_ARG(value), SLICE_ARG(because->vi), SLICE_ARG(because->clause));
}

static void print_outcome(struct arena *arena, const struct procedure_outcome *outcome) {
  print_answer("fee", dong(arena, outcome->fee.value), &outcome->fee.because);
  print_answer("support", dong(arena, outcome->support.value), &outcome->support.because);
  print_answer("payable", dong(arena, outcome->payable.value), &outcome->payable.because);
  print_answer("due_date", clock_date_write(arena, outcome->due.due), &outcome->due_because);
  print_answer("authority", procedure_authority_name(outcome->authority), &outcome->authority_because);
  printf("%-10s %.*s\n", "rule_hash",
         SLICE_ARG(hex_write(arena, slice_of(outcome->rule_hash, sizeof outcome->rule_hash))));
}

static int run_eval(const struct cli_context *context, struct procedure_engine *engine, const char *name) {
  const char *path = cli_value(context, "input");
  struct procedure_document document = {.procedure = slice_str(name)};
  struct procedure_input_fault fault = {0};
  struct procedure_input input = {0};
  struct procedure_outcome outcome;
  if (!path) {
    return cli_misuse(context, "eval needs --input FILE");
  }
  if (!read_input(context, path, &document.json)) {
    return CLI_USAGE;
  }
  result r = procedure_input_parse(engine, &document, context->arena, &fault, &input);
  if (!is_ok(r) && !slice_empty(fault.reason)) {
    return refuse_input(context, path, &fault);
  }
  if (is_ok(r)) {
    r = procedure_evaluate(engine, document.procedure, &input, context->arena, &outcome);
  }
  if (is_code(r, PROCEDURE_NO_RULE)) {
    return refuse_date(context, path, engine, &document, &input);
  }
  if (!is_ok(r)) {
    return cli_fail(context, r);
  }
  if (context->json) {
    struct slice json = procedure_outcome_write(context->arena, &outcome);
    printf("%.*s\n", SLICE_ARG(json));
  } else {
    print_outcome(context->arena, &outcome);
  }
  return CLI_OK;
}

int cli_procedure(const struct cli_context *context, int argc, char **argv) {
  const char *what = argc > 0 ? argv[0] : "";
  bool is_list = strcmp(what, "list") == 0 && argc == 1;
  bool is_check = strcmp(what, "check") == 0 && argc == 1;
  bool is_eval = strcmp(what, "eval") == 0 && argc == 2;
  if (strcmp(what, "open-channel") == 0 && argc == 2) {
    return cli_channel_open(context, argv[1]);
  }
  if (!is_list && !is_check && !is_eval) {
    return cli_misuse(context, "list, check, eval NAME --input FILE, or open-channel NAME");
  }
  struct procedure_engine *engine CLEANUP(procedure_engine_close) = NULL;
  result r = procedure_engine_open(cli_value(context, "procedures"), &engine);
  if (!is_ok(r)) {
    return cli_fail(context, r);
  }
  if (is_list) {
    return run_list(context, engine);
  }
  return is_check ? run_check(context, engine) : run_eval(context, engine, argv[1]);
}
