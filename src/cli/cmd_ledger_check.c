/* danh ledger check FILE: whether what a proof shows stands in the ledger. Needs no installation: the file and the keys say it all. */
#include "cli/cmd_ledger.h"

enum { PROOF_BYTES_MAX = 1024 * 1024 };

static void file_close(FILE **file) {
  if (*file != NULL) {
    (void)fclose(*file);
  }
}

/* false: has complained. */
static bool file_read(const struct cli_context *context, const char *path, struct slice *ret_bytes) {
  FILE *file CLEANUP(file_close) = fopen(path, "rbe");
  if (file == NULL) {
    (void)cli_misuse(context, "cannot open %s", path);
    return false;
  }
  uint8_t *bytes = arena_alloc(context->arena, PROOF_BYTES_MAX);
  size_t len = fread(bytes, 1, PROOF_BYTES_MAX, file);
  if (ferror(file) || len == PROOF_BYTES_MAX) {
    (void)cli_misuse(context, "cannot read %s, or it is no proof", path);
    return false;
  }
  *ret_bytes = slice_of(bytes, len);
  return true;
}

static bool key_read(const struct cli_context *context, const char *option, struct note_key *ret_key) {
  const char *given = cli_value(context, option);
  if (given != NULL && !is_ok(note_key_parse(slice_str(given), context->arena, ret_key))) {
    (void)cli_misuse(context, "--%s is not a verifier key NAME+ID+KEY", option);
    return false;
  }
  return true;
}

static void print_json(const struct cli_context *context, const struct ledger_entry_shown *shown) {
  struct buf text;
  struct jout out;
  buf_init(&text, context->arena, 512);
  jout_init(&out, &text);
  jout_object(&out);
  jout_put_int(&out, "position", shown->line.position);
  jout_put_int(&out, "size", shown->size);
  jout_put_instant(&out, "at", shown->line.at_ms);
  jout_put_text(&out, "kind", shown->line.kind);
  jout_put_text_or_null(&out, "actor_role", shown->line.actor_role);
  jout_put_bool(&out, "read", shown->line.is_read);
  jout_put_text_or_null(&out, "legal_basis", shown->line.legal_basis);
  jout_put_text(&out, "detail", shown->line.detail);
  jout_put_bool(&out, "witnessed", shown->seen_s > 0);
  jout_object_end(&out);
  printf("%.*s\n", SLICE_ARG(buf_slice(&text)));
}

static void print(const struct cli_context *context, const struct ledger_entry_shown *shown) {
  printf("stands in the ledger: position %lld of %lld\n%.*s  %.*s  %.*s\n%.*s\n%.*s\n", (long long)shown->line.position, (long long)shown->size,
         SLICE_ARG(clock_instant_write(context->arena, shown->line.at_ms)), SLICE_ARG(shown->line.kind), SLICE_ARG(shown->line.actor_role),
         SLICE_ARG(shown->line.legal_basis), SLICE_ARG(shown->line.detail));
  if (shown->seen_s > 0) {
    printf("the witness saw that checkpoint at %.*s\n", SLICE_ARG(clock_instant_write(context->arena, shown->seen_s * 1000)));
  }
}

int cli_ledger_check(const struct cli_context *context, const char *path) {
  struct slice bytes = {0};
  struct ledger_trust trust = {0};
  struct ledger_entry_shown shown = {0};
  if (!cli_has(context, "key")) {
    return cli_misuse(context, "check: whose signature counts? --key VKEY (danh ledger key prints it; take it from another place than the proof)");
  }
  if (!file_read(context, path, &bytes) || !key_read(context, "key", &trust.log) || !key_read(context, "witness", &trust.witness)) {
    return CLI_USAGE;
  }
  result outcome = ledger_entry_check(bytes, &trust, context->arena, &shown);
  if (!is_ok(outcome)) {
    (void)cli_fail(context, outcome);
    return CLI_REFUSED;
  }
  (context->json ? print_json : print)(context, &shown);
  return CLI_OK;
}
