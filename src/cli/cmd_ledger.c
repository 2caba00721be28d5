/* danh ledger verify | tail | key | export DIR | check FILE | rebuild: the tamper-evident record, recomputed from its first entry; its newest lines; what readers need. */
#include <sys/stat.h>

#include "cli/cmd_ledger.h"
#include "signer/signer.h"

enum { TAIL_DEFAULT = 20, TAIL_MAX = 200 };

const struct cli_option cli_ledger_options[] = {
    {"key", "VKEY", "verify, check: the ledger's verifier key, NAME+ID+KEY, kept elsewhere (default: asked of the signer)"},
    {"checkpoint", "FILE", "verify: a signed checkpoint that somebody outside kept; the ledger must be the one it covers"},
    {"witness", "VKEY", "check: a witness's verifier key, which has to have cosigned"},
    {"all", NULL, "export: write every file again, not only what is new"},
    {"lines", "N", "tail: how many (default 20, at most 200)"},
    {0},
};

/* ---- whose signatures count ---- */

/* The signer of this folder: the running one, or in this process; none when there is no folder. */
result cli_keeper_open(const struct cli_context *context, struct server_installation *installation, struct cli_keeper *keeper) {
  struct stat status;
  struct arena *arena = context->arena;
  struct slice socket = installation->config.signer_socket;
  bool is_elsewhere = socket.len > 0;
  socket = is_elsewhere ? socket : arena_printf(arena, "%s/signer.sock", context->data);
  if (!is_elsewhere && !signer_is_listening(arena_cstr(arena, socket))) {
    const struct signer_local_options options = {.data_dir = context->data, .clock = &installation->clock};
    if (stat((const char *)arena_printf(arena, "%s/signer/master.key", context->data).ptr, &status) != 0) {
      return OK;
    }
    result opened = signer_local_open(&options, &keeper->local);
    if (!is_code(opened, SIGNER_ALREADY_RUNNING)) { /* it may have been just starting */
      installation->env.signer = keeper->local;
      return opened;
    }
  }
  TRY(signer_client_open(arena_cstr(arena, socket), &keeper->client));
  installation->env.signer = keeper->client;
  return OK;
}

void cli_keeper_close(struct cli_keeper *keeper) {
  if (keeper->local != NULL) {
    signer_local_close(&keeper->local);
  }
  if (keeper->client != NULL) {
    signer_client_close(&keeper->client);
  }
}

/* ---- verify ---- */

static const char *part_name(enum ledger_part part) {
  static const char *const names[] = {
      [LEDGER_PART_NONE] = "none",   [LEDGER_PART_LEAF] = "leaf",   [LEDGER_PART_DETAIL] = "detail", [LEDGER_PART_ORDER] = "order",
      [LEDGER_PART_HASH] = "hash",   [LEDGER_PART_INDEX] = "index", [LEDGER_PART_LOST] = "lost",     [LEDGER_PART_CHECKPOINT] = "checkpoint",
      [LEDGER_PART_REMOVED] = "removed", [LEDGER_PART_TIME] = "time",
  };
  return names[part];
}

static void put_or_null(struct jout *out, const char *name, int64_t number, bool is_there) {
  if (is_there) {
    jout_put_int(out, name, number);
  } else {
    jout_put_null(out, name);
  }
}

/* A checkpoint from outside. */
struct kept {
  const char *path; /* NULL: none was given */
  int64_t size;     /* entries that it covers, once it was held against them */
  bool is_held;
};

static void print_report_json(const struct cli_context *context, const struct ledger_report *report, const struct kept *kept) {
  struct buf text;
  struct jout out;
  buf_init(&text, context->arena, 512);
  jout_init(&out, &text);
  jout_object(&out);
  jout_put_bool(&out, "holds", report->part == LEDGER_PART_NONE);
  jout_put_str(&out, "altered", part_name(report->part));
  put_or_null(&out, "position", report->position, report->position >= 0);
  put_or_null(&out, "entry_id", report->entry_id, report->entry_id > 0);
  put_or_null(&out, "checkpoint_size", report->checkpoint_size, report->checkpoint_size >= 0);
  jout_put_int(&out, "entries", report->entries);
  jout_put_int(&out, "waiting", report->waiting);
  jout_put_int(&out, "checkpoints", report->checkpoints);
  jout_put_int(&out, "covered", report->covered);
  jout_put_int(&out, "details_erased", report->details_erased);
  jout_put_int(&out, "subjects_erased", report->subjects_erased);
  jout_put_bool(&out, "signatures_checked", report->is_signature_checked);
  put_or_null(&out, "kept_checkpoint_size", kept->size, kept->is_held);
  jout_put_text(&out, "finding", report->sentence);
  jout_object_end(&out);
  printf("%.*s\n", SLICE_ARG(buf_slice(&text)));
}

static void print_report(const struct ledger_report *report, const struct kept *kept) {
  printf("%s: %.*s\n", report->part == LEDGER_PART_NONE ? "holds" : "ALTERED", SLICE_ARG(report->sentence));
  printf("%lld entries, %lld waiting, %lld checkpoints, the newest covers %lld; %lld details erased\n", (long long)report->entries,
         (long long)report->waiting, (long long)report->checkpoints, (long long)report->covered, (long long)report->details_erased);
  if (!report->is_signature_checked) {
    printf("signatures were not checked: there is neither --key nor a signer\n");
  }
  if (kept->is_held) {
    printf("%s, signed by this ledger at %lld entries, covers the very entries that are here\n", kept->path, (long long)kept->size);
  }
}

static void file_close(FILE **file) {
  if (*file != NULL) {
    (void)fclose(*file);
  }
}

static result note_read(const char *path, struct arena *arena, struct slice *ret_note) {
  FILE *file CLEANUP(file_close) = fopen(path, "re");
  uint8_t *bytes = arena_alloc(arena, NOTE_FILE_BYTES_MAX + 1);
  size_t length = file != NULL ? fread(bytes, 1, NOTE_FILE_BYTES_MAX + 1, file) : 0;
  if (file == NULL || ferror(file) != 0) {
    FAIL(BASE_IO, "%s cannot be read", path);
  }
  *ret_note = slice_of(bytes, length); /* longer than a note may be: NOTE_SYNTAX */
  return OK;
}

/* The stored hashes have been found to be those of the entries. */
static result kept_hold(const struct cli_context *context, struct env *env, const struct note_key *key, struct kept *kept) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct note_key own = {0};
  struct slice note = {0};
  TRY(note_read(kept->path, context->arena, &note));
  TRY(db_read_begin(env->db, &tx));
  if (key == NULL && env->signer == NULL) {
    FAIL(SIGNER_KEY_UNKNOWN, "neither --key nor a signer says who signs for this ledger");
  }
  if (key == NULL) {
    TRY(ledger_key(env, tx, context->arena, &own));
  }
  TRY(ledger_checkpoint_hold(tx, key != NULL ? key : &own, note, context->arena, &kept->size));
  kept->is_held = true;
  return OK;
}

static result verify(const struct cli_context *context, const struct note_key *key, struct ledger_report *ret_report, struct kept *kept) {
  struct server_installation *installation CLEANUP(server_installation_close) = NULL;
  struct cli_keeper keeper = {0};
  TRY(cli_open(context, &installation));
  result outcome = key != NULL ? OK : cli_keeper_open(context, installation, &keeper);
  if (is_ok(outcome)) {
    outcome = ledger_verify(&installation->env, key, context->arena, ret_report);
  }
  if (is_ok(outcome) && kept->path != NULL && ret_report->part == LEDGER_PART_NONE) {
    outcome = kept_hold(context, &installation->env, key, kept);
  }
  cli_keeper_close(&keeper);
  return outcome;
}

static int run_verify(const struct cli_context *context) {
  struct note_key key = {0};
  const char *given = cli_value(context, "key");
  if (given != NULL && !is_ok(note_key_parse(slice_str(given), context->arena, &key))) {
    return cli_misuse(context, "--key is not a verifier key NAME+ID+KEY");
  }
  struct ledger_report report = {0};
  struct kept kept = {.path = cli_value(context, "checkpoint")};
  result outcome = verify(context, given != NULL ? &key : NULL, &report, &kept);
  if (!is_ok(outcome)) {
    return cli_fail(context, outcome);
  }
  if (context->json) {
    print_report_json(context, &report, &kept);
  } else {
    print_report(&report, &kept);
  }
  return report.part == LEDGER_PART_NONE ? CLI_OK : CLI_REFUSED;
}

/* ---- tail ---- */

static void put_line(struct jout *out, const struct ledger_line *line) {
  jout_object(out);
  jout_put_int(out, "entry_id", line->entry_id);
  put_or_null(out, "position", line->position, line->position >= 0);
  jout_put_instant(out, "at", line->at_ms);
  jout_put_text_or_null(out, "kind", line->kind);
  jout_put_text_or_null(out, "actor_role", line->actor_role);
  jout_put_bool(out, "read", line->is_read);
  jout_put_text_or_null(out, "legal_basis", line->legal_basis);
  jout_object_end(out);
}

static void print_lines(const struct cli_context *context, const struct ledger_lines *lines) {
  for (size_t i = lines->count; i-- > 0;) {
    const struct ledger_line *line = &lines->items[i];
    struct buf text;
    struct jout out;
    buf_init(&text, context->arena, 256);
    jout_init(&out, &text);
    if (context->json) {
      put_line(&out, line);
      printf("%.*s\n", SLICE_ARG(buf_slice(&text)));
    } else {
      printf("%8lld  %.*s  %-28.*s %-28.*s %.*s\n", (long long)line->position, SLICE_ARG(clock_instant_write(context->arena, line->at_ms)),
             SLICE_ARG(line->kind.len > 0 ? line->kind : S("(erased)")), SLICE_ARG(line->actor_role), SLICE_ARG(line->legal_basis));
    }
  }
}

static int run_tail(const struct cli_context *context) {
  int64_t count = TAIL_DEFAULT;
  if (!cli_number(context, "lines", (int64_t[]){1, TAIL_MAX}, &count)) {
    return CLI_USAGE;
  }
  struct server_installation *installation CLEANUP(server_installation_close) = NULL;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct ledger_lines lines = {0};
  result outcome = cli_open(context, &installation);
  if (is_ok(outcome)) {
    outcome = db_read_begin(installation->env.db, &tx);
  }
  if (is_ok(outcome)) {
    outcome = ledger_latest(tx, (int)count, context->arena, &lines);
  }
  if (!is_ok(outcome)) {
    return cli_fail(context, outcome);
  }
  print_lines(context, &lines);
  return CLI_OK;
}

/* ---- key ---- */

static result key_find(const struct cli_context *context, struct slice *ret_key) {
  struct server_installation *installation CLEANUP(server_installation_close) = NULL;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct cli_keeper keeper = {0};
  struct note_key key = {0};
  struct ledger_checkpoint first = {0};
  TRY(cli_open(context, &installation));
  TRY(db_read_begin(installation->env.db, &tx));
  TRY(ledger_checkpoint_latest(&installation->env, tx, context->arena, &first)); /* it names the log, after the address it is served at */
  result outcome = cli_keeper_open(context, installation, &keeper);
  if (is_ok(outcome) && installation->env.signer == NULL) {
    outcome = (result){SIGNER_KEY_UNKNOWN};
  }
  if (is_ok(outcome)) {
    outcome = ledger_key(&installation->env, tx, context->arena, &key);
  }
  cli_keeper_close(&keeper);
  TRY(outcome);
  *ret_key = note_key_write(context->arena, &key);
  return OK;
}

/* What whoever checks signatures has to have from us, by another way than the log itself. */
static int run_key(const struct cli_context *context) {
  struct slice key = {0};
  result outcome = key_find(context, &key);
  if (!is_ok(outcome)) {
    return cli_fail(context, outcome);
  }
  printf(context->json ? "{\"key\":\"%.*s\"}\n" : "%.*s\n", SLICE_ARG(key));
  return CLI_OK;
}

/* ---- rebuild ---- */

result cli_ledger_rebuild(struct server_installation *installation, const struct jin *args, struct jout *out) {
  const struct ledger_act act = {S("operator@cli"), S("Khôi phục sổ ghi nhận từ các mục của chính sổ")};
  struct ledger_rebuilt rebuilt = {0};
  bool is_ours = installation->env.signer == NULL; /* no server runs */
  TRY(jin_fields(args, (const char *const[]){NULL}));
  TRY(access_require(&installation->env, &(const struct access_request){.act = ACCESS_LEDGER_REBUILD, .is_system = true}));
  if (is_ours) {
    TRY(server_signer_open(installation));
  }
  result outcome = ledger_rebuild(&installation->env, &act, &rebuilt);
  if (is_ours) {
    server_signer_close(installation);
  }
  TRY(outcome);
  jout_object(out);
  jout_put_int(out, "entries", rebuilt.entries);
  jout_put_int(out, "covered", rebuilt.covered);
  jout_put_int(out, "tiles", rebuilt.tiles);
  jout_object_end(out);
  return OK;
}

static int run_rebuild(const struct cli_context *context) {
  struct slice answer = {0};
  struct jin_doc doc;
  const struct jin *root = NULL;
  int64_t tiles = 0;
  int64_t covered = 0;
  jin_doc_init(&doc, context->arena, JIN_LIMITS_DEFAULT);
  result outcome = cli_write(context, "ledger.rebuild", S("{}"), &answer);
  if (is_ok(outcome)) {
    outcome = jin_parse(&doc, answer, &root);
  }
  if (!is_ok(outcome) || !is_ok(jin_int(root, "tiles", 0, INT64_MAX, &tiles)) || !is_ok(jin_int(root, "covered", 0, INT64_MAX, &covered))) {
    return cli_fail(context, outcome);
  }
  if (context->json) {
    printf("%.*s\n", SLICE_ARG(answer));
  } else {
    printf("the entries lead to every signed root, the newest of %lld entries; %lld tiles were missing or wrong, and are made anew\n", (long long)covered,
           (long long)tiles);
  }
  return CLI_OK;
}

int cli_ledger(const struct cli_context *context, int argc, char **argv) {
  if (argc == 2 && strcmp(argv[0], "check") == 0) {
    return cli_ledger_check(context, argv[1]);
  }
  if (context->data == NULL) {
    return cli_misuse(context, "--data DIR is needed");
  }
  if (argc == 1 && strcmp(argv[0], "verify") == 0) {
    return run_verify(context);
  }
  if (argc == 1 && strcmp(argv[0], "tail") == 0) {
    return run_tail(context);
  }
  if (argc == 1 && strcmp(argv[0], "key") == 0) {
    return run_key(context);
  }
  if (argc == 2 && strcmp(argv[0], "export") == 0) {
    return cli_ledger_export(context, argv[1]);
  }
  if (argc == 1 && strcmp(argv[0], "rebuild") == 0) {
    return run_rebuild(context);
  }
  return cli_misuse(context, "what: verify, tail, key, export DIR, check FILE or rebuild");
}
