/* danh init: an empty installation as danh.ini describes it: tables, the certification authority, and the system's own keys. */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/commands.h"

static result check_absent(const struct cli_context *context) {
  struct server_config config;
  bool is_there = access((const char *)arena_printf(context->arena, "%s/danh.db", context->data).ptr, F_OK) == 0;
  TRY(server_config_load(context->data, context->arena, &config));
  if (!is_there) {
    TRY(server_database_find(&config, &is_there));
  }
  if (is_there) {
    FAIL(SERVER_DATA_EXISTS, "the database is there");
  }
  if (server_is_unfinished(context->data)) {
    FAIL(SERVER_UNFINISHED, "in %s", context->data);
  }
  return OK;
}

static result make(const struct cli_context *context) {
  struct server_installation *installation CLEANUP(server_installation_close) = NULL;
  TRY(server_installation_open(context->data, SERVER_CREATE, &installation));
  TRY(server_signer_open(installation));
  result made = server_system_keys_create(&installation->env);
  server_signer_close(installation);
  return made;
}

static result init(const struct cli_context *context) {
  if (mkdir(context->data, S_IRWXU) != 0 && errno != EEXIST) {
    FAIL(BASE_IO, "the folder cannot be made: errno %d", errno);
  }
  TRY(check_absent(context));
  TRY(server_unfinished_set(context->data, true));
  TRY(make(context));
  return server_unfinished_set(context->data, false);
}

int cli_init(const struct cli_context *context, int argc, char **argv) {
  (void)argc;
  (void)argv;
  result made = init(context);
  if (!is_ok(made)) {
    return cli_fail(context, made);
  }
  printf(context->json ? "{\"made\":true}\n" : "the installation is made; danh import takes the people\n");
  return CLI_OK;
}
