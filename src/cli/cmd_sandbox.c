/* danh sandbox people: who lives in every sandbox. The document doc/sandbox-people.md is this command's --markdown. */
#include <stdio.h>

#include "cli/commands.h"

const struct cli_option cli_sandbox_options[] = {
    {"markdown", NULL, "as the document doc/sandbox-people.md"},
    {0},
};

static struct slice write_json(struct arena *arena) {
  struct buf text;
  struct jout out;
  buf_init(&text, arena, 16 * 1024);
  jout_init(&out, &text);
  jout_object(&out);
  jout_put_str(&out, "password", SANDBOX_PASSWORD);
  jout_put_str(&out, "passcode", SANDBOX_PASSCODE);
  jout_put_list(&out, "people");
  for (size_t i = 0; i < SANDBOX_PEOPLE; i++) {
    sandbox_person_put(&out, arena, &sandbox_people[i]);
  }
  jout_list_end(&out);
  jout_object_end(&out);
  return buf_slice(&text);
}

int cli_sandbox(const struct cli_context *context, int argc, char **argv) {
  if (argc != 1 || strcmp(argv[0], "people") != 0) {
    return cli_misuse(context, "people");
  }
  if (cli_has(context, "markdown")) {
    struct slice document = sandbox_people_document(context->arena);
    printf("%.*s", SLICE_ARG(document));
    return CLI_OK;
  }
  if (context->json) {
    struct slice json = write_json(context->arena);
    printf("%.*s\n", SLICE_ARG(json));
    return CLI_OK;
  }
  for (size_t i = 0; i < SANDBOX_PEOPLE; i++) {
    printf("%-28s %s  %s: %s\n", sandbox_people[i].name, sandbox_people[i].pin, sandbox_people[i].full_name, sandbox_people[i].purpose_en);
  }
  return CLI_OK;
}
