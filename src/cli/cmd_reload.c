/* danh reload: the running server goes by danh.ini as it now is; what only a start takes over is named. */
#include "cli/commands.h"

static void print_names(const struct jin *answer, const char *key, const char *said) {
  const struct jin *list = NULL;
  if (!is_ok(jin_list(answer, key, 1000, &list))) {
    return;
  }
  for (size_t i = 0; i < list->count; i++) {
    printf("%.*s: %s\n", SLICE_ARG(list->items[i].text), said);
  }
}

int cli_reload(const struct cli_context *context, int argc, char **argv) {
  (void)argc;
  (void)argv;
  struct slice answer = {0};
  struct jin_doc doc;
  const struct jin *root = NULL;
  result outcome = server_reload_call(context->data, context->arena, &answer);
  jin_doc_init(&doc, context->arena, JIN_LIMITS_DEFAULT);
  outcome = is_ok(outcome) ? jin_parse(&doc, answer, &root) : outcome;
  if (!is_ok(outcome)) {
    return cli_fail(context, outcome);
  }
  if (context->json) {
    printf("%.*s\n", SLICE_ARG(answer));
    return CLI_OK;
  }
  print_names(root, "taken", "taken over");
  print_names(root, "files", "the file was read again");
  print_names(root, "at_start", "differs from what the server started with, and waits for its next start");
  printf("the server goes by danh.ini as it now is\n");
  return CLI_OK;
}
