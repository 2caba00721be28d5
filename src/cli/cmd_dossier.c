/* danh dossier list | show CODE | replay CODE. A list names nobody. Showing one, and repeating its decision, reads personal data: a write, since the
 * person sees who read and why. */
#include "cli/commands.h"
#include "codec/hex.h"
#include "ledger/ledger.h"
#include "outbox/outbox.h"
#include "payment/payment.h"

enum { PURPOSE_BYTES_MAX = 1200, CODE_BYTES_MAX = 60, LIST_DEFAULT = 50, LIST_MAX = 1000, PEOPLE_MAX = 2 };

const struct cli_option cli_dossier_options[] = {
    {"purpose", "TEXT", "show, replay: why, at least ten characters; the person sees it"},
    {"limit", "N", "list: how many, newest first (default 50)"},
    {0},
};

static const struct slice role = S_INIT("operator@cli");

static const char *const statuses[] = {NULL,      "new",       "received", "not_received", "processing", "supplement",
                                       "fee_due", "withdrawn", "stopped",  "done",         "returned"};

/* ---- the rows "dossier.show" and "dossier.replay" ---- */

struct reading {
  struct env *env;
  struct arena *arena;
  struct slice code, purpose;
  struct dossier dossier;
};

static result load(struct reading *reading) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(reading->env->db, &tx));
  return dossier_load(tx, reading->arena, reading->code, &reading->dossier);
}

/* Access, and the entry the person sees, before anything is shown. */
static result read_begin(struct reading *reading, const struct jin *args) {
  TRY(jin_fields(args, (const char *const[]){"code", "purpose", NULL}));
  TRY(jin_text(args, "code", CODE_BYTES_MAX, &reading->code));
  TRY(jin_text_optional(args, "purpose", PURPOSE_BYTES_MAX, &reading->purpose));
  TRY(load(reading));
  const struct dossier *d = &reading->dossier;
  struct access_request request = {
      .act = ACCESS_DOSSIER_VIEW, .is_system = true, .subject_id = d->person_id, .purpose = reading->purpose};
  TRY(access_require(reading->env, &request));
  int64_t people[PEOPLE_MAX] = {d->person_id, d->applicant_id};
  struct ledger_entry entry = {
      .kind = "dossier.read",
      .actor_role = role,
      .subjects = people,
      .subject_count = d->applicant_id == d->person_id ? 1 : PEOPLE_MAX,
      .legal_basis = reading->purpose,
      .detail = arena_printf(reading->arena, "{\"dossier\":\"%.*s\"}", SLICE_ARG(d->code)),
  };
  return ledger_record_read(reading->env, &entry);
}

static void put_instant(struct jout *out, const char *name, int64_t instant_ms) {
  if (instant_ms == 0) {
    jout_put_null(out, name);
  } else {
    jout_put_instant(out, name, instant_ms);
  }
}

static void put_date(struct jout *out, const char *name, int32_t date) {
  if (date == 0) {
    jout_put_null(out, name);
  } else {
    jout_put_date(out, name, date);
  }
}

static void put_head(struct jout *out, const struct dossier *d) {
  jout_put_text(out, "code", d->code);
  jout_put_text(out, "procedure", d->procedure);
  jout_put_text(out, "agency", d->agency_code);
  jout_put_text(out, "channel", procedure_channel_name(d->channel));
  jout_put_str(out, "status", statuses[d->status]);
  put_instant(out, "submitted_at", d->submitted_at_ms);
  int32_t appointment = dossier_appointment(d);
  put_date(out, "due_date", appointment);
  put_date(out, "first_due_date", appointment != d->due_date ? d->due_date : 0); /* lateness counts against it */
  put_instant(out, "finished_at", d->finished_at_ms);
}

static result put_moves(struct reading *reading, struct db_tx *tx, struct jout *out) {
  struct dossier_move *moves = NULL;
  size_t count = 0;
  TRY(dossier_moves(tx, reading->arena, &reading->dossier, &moves, &count));
  jout_put_list(out, "moves");
  for (size_t i = 0; i < count; i++) {
    jout_object(out);
    put_instant(out, "at", moves[i].at_ms);
    jout_put_text(out, "act", moves[i].act);
    jout_put_str(out, "status", statuses[moves[i].to]);
    jout_put_text_or_null(out, "role", moves[i].role);
    jout_put_text_or_null(out, "legal_basis", moves[i].legal_basis);
    jout_object_end(out);
  }
  jout_list_end(out);
  return OK;
}

static result put_deliveries(struct reading *reading, struct db_tx *tx, struct jout *out) {
  struct outbox_item_list list;
  TRY(outbox_of_reference(tx, reading->arena, reading->dossier.person_id, reading->dossier.code, &list));
  jout_put_list(out, "deliveries");
  for (size_t i = 0; i < list.count; i++) {
    jout_object(out);
    jout_put_text(out, "destination", list.items[i].destination);
    jout_put_str(out, "state", list.items[i].state == OUTBOX_ACKNOWLEDGED ? "acknowledged" : "pending");
    jout_put_int(out, "attempts", list.items[i].attempts);
    put_instant(out, "acknowledged_at", list.items[i].acknowledged_at_ms);
    jout_put_text_or_null(out, "last_error", list.items[i].last_error);
    jout_object_end(out);
  }
  jout_list_end(out);
  return OK;
}

static void put_amounts(struct arena *arena, struct jout *out, const struct dossier *d) {
  jout_put_int(out, "fee", d->fee);
  jout_put_int(out, "support", d->support);
  jout_put_int(out, "payable", d->payable);
  jout_put_text(out, "rule_hash", hex_write(arena, slice_of(d->rule_hash, sizeof d->rule_hash)));
}

result cli_dossier_show(struct server_installation *installation, const struct jin *args, struct jout *out) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct reading reading = {.env = &installation->env, .arena = &arena};
  TRY(read_begin(&reading, args));
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(reading.env->db, &tx));
  jout_object(out);
  put_head(out, &reading.dossier);
  put_amounts(&arena, out, &reading.dossier);
  jout_put_text_or_null(out, "certificate_number", reading.dossier.certificate_number);
  TRY(put_moves(&reading, tx, out));
  TRY(put_deliveries(&reading, tx, out));
  jout_object_end(out);
  return OK;
}

result cli_dossier_replay(struct server_installation *installation, const struct jin *args, struct jout *out) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct reading reading = {.env = &installation->env, .arena = &arena};
  struct dossier_replayed replayed; /* its texts are the engine's */
  struct procedure_engine *engine CLEANUP(procedure_engine_close) = NULL;
  TRY(read_begin(&reading, args));
  TRY(procedure_engine_open(NULL, &engine));
  TRY(dossier_replay(reading.env, &(const struct dossier_works){.procedures = engine}, &arena, &reading.dossier, &replayed));
  jout_object(out);
  jout_put_text(out, "code", reading.dossier.code);
  jout_put_bool(out, "same", replayed.same);
  jout_name(out, "replayed");
  jout_raw(out, procedure_outcome_write(&arena, &replayed.outcome));
  jout_name(out, "stored");
  jout_raw(out, reading.dossier.outcome);
  jout_object_end(out);
  return OK;
}

/* ---- the command line ---- */

static int complain(const struct cli_context *context, const struct jin_doc *doc, struct slice answer) {
  return cli_fail(
      context, fault_set(__FILE__, __LINE__, SERVER_ANSWER, "%zu bytes that are not a dossier's answer: %.*s %s",
                         answer.len, SLICE_ARG(doc->fault.path), doc->fault.reason != NULL ? doc->fault.reason : ""));
}

static result ask(const struct cli_context *context, const char *name, const char *code, struct slice *ret_answer) {
  struct buf args;
  struct jout out;
  buf_init(&args, context->arena, 256);
  jout_init(&out, &args);
  jout_object(&out);
  jout_put_str(&out, "code", code);
  jout_put_str(&out, "purpose", cli_value(context, "purpose"));
  jout_object_end(&out);
  return cli_write(context, name, buf_slice(&args), ret_answer);
}

static void print_scalar(const struct jin *value) {
  switch (value->type) {
    case JIN_INT:
      printf("%lld", (long long)value->number);
      break;
    case JIN_BOOL:
      printf("%s", value->boolean ? "yes" : "no");
      break;
    case JIN_TEXT:
      printf("%.*s", SLICE_ARG(value->text));
      break;
    default:
      printf("-");
      break;
  }
}

/* One line a member; of a list one line an item. */
static void print_members(const struct jin *root) {
  for (size_t i = 0; i < root->count; i++) {
    const struct jin *member = &root->items[i];
    printf("%-20.*s", SLICE_ARG(member->name));
    if (member->type != JIN_LIST) {
      print_scalar(member);
    }
    printf("\n");
    for (size_t k = 0; member->type == JIN_LIST && k < member->count; k++) {
      for (size_t f = 0; f < member->items[k].count; f++) {
        printf("%s", f == 0 ? "  " : "  | ");
        print_scalar(&member->items[k].items[f]);
      }
      printf("\n");
    }
  }
}

static int run_show(const struct cli_context *context, const char *code) {
  struct slice answer = {0};
  struct jin_doc doc;
  const struct jin *root = NULL;
  result asked = ask(context, "dossier.show", code, &answer);
  if (!is_ok(asked)) {
    return cli_fail(context, asked);
  }
  jin_doc_init(&doc, context->arena, JIN_LIMITS_DEFAULT);
  if (!is_ok(jin_parse(&doc, answer, &root))) {
    return complain(context, &doc, answer);
  }
  if (context->json) {
    printf("%.*s\n", SLICE_ARG(answer));
  } else {
    print_members(root);
  }
  return CLI_OK;
}

static void print_amount(const struct jin *root, const char *name) {
  const struct jin *amount = jin_find(root, name);
  printf("%-12s", name);
  print_scalar(jin_find(amount, "value"));
  printf("  (%.*s)\n", SLICE_ARG(jin_find(amount, "clause")->text));
}

static int run_replay(const struct cli_context *context, const char *code) {
  struct slice answer = {0};
  struct jin_doc doc;
  const struct jin *root = NULL;
  const struct jin *replayed = NULL;
  bool same = false;
  result asked = ask(context, "dossier.replay", code, &answer);
  if (!is_ok(asked)) {
    return cli_fail(context, asked);
  }
  jin_doc_init(&doc, context->arena, JIN_LIMITS_DEFAULT);
  if (!is_ok(jin_parse(&doc, answer, &root)) || !is_ok(jin_bool(root, "same", &same)) ||
      !is_ok(jin_object(root, "replayed", &replayed))) {
    return complain(context, &doc, answer);
  }
  if (context->json) {
    printf("%.*s\n", SLICE_ARG(answer));
    return same ? CLI_OK : CLI_REFUSED;
  }
  static const char *const names[] = {"fee", "support", "payable", "due_date", "authority"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    print_amount(replayed, names[i]);
  }
  printf("rule %.*s: %s\n", SLICE_ARG(jin_find(jin_find(replayed, "fee"), "rule_hash")->text),
         same ? "the same answer as then" : "NOT the answer given then");
  return same ? CLI_OK : CLI_REFUSED;
}

/* "2026-12-04 (counted against 2026-12-01)" after an apology. */
static struct slice due_words(struct arena *arena, const struct dossier *d) {
  int32_t appointment = dossier_appointment(d);
  struct slice due = appointment != 0 ? clock_date_write(arena, appointment) : S("-");
  if (appointment == d->due_date) {
    return due;
  }
  return arena_printf(arena, "%.*s (counted against %.*s)", SLICE_ARG(due),
                      SLICE_ARG(clock_date_write(arena, d->due_date)));
}

static void print_row(const struct cli_context *context, const struct dossier *d) {
  struct buf text;
  struct jout out;
  if (!context->json) {
    struct slice due = due_words(context->arena, d);
    printf("%-24.*s %-12s %-10.*s %.*s  due %.*s\n", SLICE_ARG(d->code), statuses[d->status], SLICE_ARG(d->procedure),
           SLICE_ARG(clock_instant_write(context->arena, d->submitted_at_ms)), SLICE_ARG(due));
    return;
  }
  buf_init(&text, context->arena, 256);
  jout_init(&out, &text);
  jout_object(&out);
  put_head(&out, d);
  jout_object_end(&out);
  printf("%.*s\n", SLICE_ARG(buf_slice(&text)));
}

static int run_list(const struct cli_context *context) {
  int64_t limit = LIST_DEFAULT;
  if (!cli_number(context, "limit", (int64_t[]){1, LIST_MAX}, &limit)) {
    return CLI_USAGE;
  }
  struct server_installation *installation CLEANUP(server_installation_close) = NULL;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct dossier *dossiers = NULL;
  size_t count = 0;
  result outcome = cli_open(context, &installation);
  if (is_ok(outcome)) {
    outcome = db_read_begin(installation->env.db, &tx);
  }
  if (is_ok(outcome)) {
    outcome = dossier_latest(tx, context->arena, (size_t)limit, &dossiers, &count);
  }
  if (!is_ok(outcome)) {
    return cli_fail(context, outcome);
  }
  for (size_t i = 0; i < count; i++) {
    print_row(context, &dossiers[i]);
  }
  return CLI_OK;
}

int cli_dossier(const struct cli_context *context, int argc, char **argv) {
  if (argc == 1 && strcmp(argv[0], "list") == 0) {
    return run_list(context);
  }
  if (argc == 2 && strcmp(argv[0], "show") == 0) {
    return run_show(context, argv[1]);
  }
  if (argc == 2 && strcmp(argv[0], "replay") == 0) {
    return run_replay(context, argv[1]);
  }
  return cli_misuse(context, "what: list, show CODE or replay CODE");
}
