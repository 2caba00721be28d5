/* danh sandbox people: who lives in every sandbox. The document doc/sandbox-people.md is this command's --markdown. */
#include <stdio.h>

#include "cli/commands.h"
#include "sandbox/sandbox.h"

const struct cli_option cli_sandbox_options[] = {
    {"markdown", NULL, "as the document doc/sandbox-people.md"},
    {0},
};

static const struct sandbox_secrets secrets = {S_INIT(SERVER_DEMO_PASSWORD), S_INIT(SERVER_DEMO_PASSCODE)};

static void put_person(struct jout *out, const struct sandbox_person *person) {
  jout_object(out);
  jout_put_str(out, "name", person->name);
  jout_put_str(out, "pin", person->pin);
  jout_put_str(out, "full_name", person->full_name);
  jout_put_str(out, "birth_date", person->birth);
  jout_put_str(out, "nationality", person->nationality);
  jout_put_int(out, "level", person->level);
  jout_put_str(out, "account", sandbox_account_words(person->account, true));
  jout_put_str(out, "purpose", person->purpose_en);
  jout_object_end(out);
}

static struct slice write_json(struct arena *arena) {
  struct buf text;
  struct jout out;
  buf_init(&text, arena, 16 * 1024);
  jout_init(&out, &text);
  jout_object(&out);
  jout_put_text(&out, "password", secrets.password);
  jout_put_text(&out, "passcode", secrets.passcode);
  jout_put_list(&out, "people");
  for (size_t i = 0; i < SANDBOX_PEOPLE; i++) {
    put_person(&out, &sandbox_people[i]);
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
    struct slice document = sandbox_people_document(context->arena, &secrets);
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
