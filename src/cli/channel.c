/* danh procedure open-channel NAME: the chairman's decision on when a channel starts in a province. */
#include "cli/commands.h"
#include "procedure/procedure.h"

static const char *const ready_words[] = {"infrastructure", "technology", "security", "information_safety", NULL};

static result read_ready(const struct jin *args, struct procedure_channel_decision *decision) {
  const struct jin *ready = NULL;
  TRY(jin_list(args, "ready", 4, &ready));
  for (size_t i = 0; i < ready->count; i++) {
    size_t word = 0;
    bool *heads[] = {&decision->infrastructure, &decision->technology, &decision->security, &decision->information_safety};
    TRY(jin_as_word(&ready->items[i], ready_words, &word));
    *heads[word] = true;
  }
  return OK;
}

static result decide(struct env *env, const struct jin *args, struct procedure_engine *engine, struct jout *out) {
  struct procedure_channel_decision decision = {0};
  struct slice channel;
  TRY(jin_text(args, "procedure", 64, &decision.place.procedure));
  TRY(jin_text(args, "channel", 16, &channel));
  TRY(jin_text(args, "province", 2, &decision.place.province));
  TRY(jin_date(args, "start", &decision.start));
  TRY(jin_text(args, "decision", 100, &decision.decision_number));
  TRY(read_ready(args, &decision));
  if (!procedure_channel_parse(channel, &decision.place.channel)) {
    return jin_refuse_field(args, "channel", "is not a known channel");
  }
  TRY(procedure_channel_decide(env, engine, &decision));
  jout_put_text(out, "province", decision.place.province);
  jout_put_date(out, "start", decision.start);
  return OK;
}

result cli_procedure_open_channel(struct server_installation *installation, const struct jin *args, struct jout *out) {
  struct procedure_engine *engine CLEANUP(procedure_engine_close) = NULL;
  TRY(procedure_engine_open(NULL, &engine));
  jout_object(out);
  TRY(decide(&installation->env, args, engine, out));
  jout_object_end(out);
  return OK;
}

static void put_ready(struct jout *args, struct slice ready) {
  jout_put_list(args, "ready");
  while (!slice_empty(ready)) {
    jout_text(args, slice_trim(slice_cut(&ready, ',')));
  }
  jout_list_end(args);
}

int cli_channel_open(const struct cli_context *context, const char *procedure) {
  struct buf buf;
  struct jout args;
  struct slice answer;
  if (context->data == NULL || !cli_has(context, "province") || !cli_has(context, "start") || !cli_has(context, "decision")) {
    return cli_misuse(context, "open-channel needs --data, --province, --start and --decision");
  }
  buf_init(&buf, context->arena, 512);
  jout_init(&args, &buf);
  jout_object(&args);
  jout_put_str(&args, "procedure", procedure);
  jout_put_str(&args, "channel", "vneid");
  jout_put_str(&args, "province", cli_value(context, "province"));
  jout_put_str(&args, "start", cli_value(context, "start"));
  jout_put_str(&args, "decision", cli_value(context, "decision"));
  put_ready(&args, slice_str(cli_value(context, "ready")));
  jout_object_end(&args);
  result done = cli_write(context, "procedure.open_channel", buf_slice(&buf), &answer);
  if (!is_ok(done)) {
    return cli_fail(context, done);
  }
  printf("%.*s\n", SLICE_ARG(answer));
  return CLI_OK;
}
