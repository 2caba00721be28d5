/* danh doctor: what is wrong with an installation and the machine below it, and what to do about each. */
#include "cli/commands.h"

static const char *const levels[] = {[SERVER_FINDING_OK] = "ok", [SERVER_FINDING_WARNING] = "warning", [SERVER_FINDING_PROBLEM] = "problem"};

static void print_json(const struct cli_context *context, const struct server_diagnosis *diagnosis) {
  struct buf text;
  struct jout out;
  buf_init(&text, context->arena, 4096);
  jout_init(&out, &text);
  jout_object(&out);
  jout_put_bool(&out, "is_well", diagnosis->problems == 0);
  jout_put_int(&out, "problems", (int64_t)diagnosis->problems);
  jout_put_int(&out, "warnings", (int64_t)diagnosis->warnings);
  jout_put_list(&out, "findings");
  for (size_t i = 0; i < diagnosis->count; i++) {
    const struct server_finding *finding = &diagnosis->items[i];
    jout_object(&out);
    jout_put_str(&out, "topic", finding->topic);
    jout_put_str(&out, "level", levels[finding->level]);
    jout_put_text(&out, "said", finding->said);
    jout_put_str(&out, "advice", finding->advice);
    jout_object_end(&out);
  }
  jout_list_end(&out);
  jout_object_end(&out);
  printf("%.*s\n", SLICE_ARG(buf_slice(&text)));
}

static void print_text(const struct server_diagnosis *diagnosis) {
  for (size_t i = 0; i < diagnosis->count; i++) {
    const struct server_finding *finding = &diagnosis->items[i];
    printf("%-8s %-14s %.*s\n", levels[finding->level], finding->topic, SLICE_ARG(finding->said));
    if (finding->advice != NULL) {
      printf("%-23s -> %s\n", "", finding->advice);
    }
  }
  printf("%zu problems, %zu warnings\n", diagnosis->problems, diagnosis->warnings);
}

int cli_doctor(const struct cli_context *context, int argc, char **argv) {
  (void)argc;
  (void)argv;
  struct server_diagnosis diagnosis;
  server_diagnose(context->data, context->arena, &diagnosis);
  if (context->json) {
    print_json(context, &diagnosis);
  } else {
    print_text(&diagnosis);
  }
  return diagnosis.problems == 0 ? CLI_OK : CLI_REFUSED;
}
