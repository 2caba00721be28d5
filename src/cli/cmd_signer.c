#include "cli/commands.h"
#include "signer/signer.h"

const struct cli_option cli_signer_options[] = {
    {"parent", "PID", "end when that process does (how serve starts it)"},
    {"client", "USER", "whose processes may ask, besides our own user's: where systemd passes the socket"},
    {"unlock", "KEY", "let a key be tried again that five wrong PINs have locked, e.g. officer/123"},
    {"verify-log", NULL, "recompute the log of signatures"},
    {0},
};

static int verify_log(const struct cli_context *context) {
  struct signer_figures figures;
  result outcome = signer_log_verify(context->data, &figures);
  if (!is_ok(outcome)) {
    return cli_fail(context, outcome);
  }
  if (context->json) {
    printf("{\"holds\":true,\"signatures\":%llu}\n", (unsigned long long)figures.signatures);
  } else {
    printf("the log of %llu signatures holds\n", (unsigned long long)figures.signatures);
  }
  return CLI_OK;
}

/* The signer reads danh.ini for the clock alone: its log carries the installation's time. */
static result run(const struct cli_context *context, int64_t parent) {
  struct server_config config;
  TRY(server_config_load(context->data, context->arena, &config));
  struct clock clock = clock_shifted(config.clock_offset_ms);
  return signer_run(&(const struct signer_options){.data_dir = context->data, .clock = &clock, .parent_pid = (int)parent, .client_user = cli_value(context, "client")});
}

int cli_signer(const struct cli_context *context, int argc, char **argv) {
  (void)argc;
  (void)argv;
  int64_t parent = 0;
  if (!cli_number(context, "parent", (int64_t[]){1, INT32_MAX}, &parent)) {
    return CLI_USAGE;
  }
  if (cli_has(context, "verify-log")) {
    return verify_log(context);
  }
  const char *key = cli_value(context, "unlock");
  result outcome = key != NULL ? signer_unlock(context->data, slice_str(key)) : run(context, parent);
  return is_ok(outcome) ? CLI_OK : cli_fail(context, outcome);
}
