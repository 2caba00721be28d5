#include "cli/commands.h"

int cli_version(const struct cli_context *context, int argc, char **argv) {
  (void)argc;
  (void)argv;
  if (context->json) {
    printf("{\"name\":\"danh\",\"version\":\"%s\"}\n", DANH_VERSION);
  } else {
    printf("danh %s\n", DANH_VERSION);
  }
  return CLI_OK;
}
