/* danh receiver [key] --data DIR: a system that takes deliveries, as the national portal and the provincial systems do. */
#include <pthread.h>
#include <signal.h>

#include "cli/commands.h"
#include "codec/base64.h"
#include "receiver/receiver.h"

const struct cli_option cli_receiver_options[] = {
    {"name", "NAME", "national_portal or provincial_system: the key id of its acknowledgements"},
    {"listen", "ADDR:PORT", "address to answer on"},
    {"peer-key", "BASE64",
     "public key (SubjectPublicKeyInfo) of the platform that delivers: danh pki key message/danh"},
    {"clock-offset-ms", "MS", "what its clock adds to the system's (default 0)"},
    {0},
};

static int print_key(const struct cli_context *context) {
  struct slice spki;
  result made = receiver_public_key(context->data, context->arena, &spki);
  if (!is_ok(made)) {
    return cli_fail(context, made);
  }
  printf("%.*s\n", SLICE_ARG(base64_write(context->arena, spki)));
  return CLI_OK;
}

static void block_signals(void) {
  sigset_t signals;
  (void)sigemptyset(&signals);
  (void)sigaddset(&signals, SIGTERM);
  (void)sigaddset(&signals, SIGINT);
  (void)pthread_sigmask(SIG_BLOCK, &signals, NULL); /* before any thread: they inherit it */
}

static int run(const struct cli_context *context, int64_t offset_ms) {
  struct receiver *receiver CLEANUP(receiver_close) = NULL;
  struct clock clock = clock_shifted(offset_ms);
  struct slice peer_key;
  const char *listen = cli_value(context, "listen");
  if (!is_ok(base64_parse(slice_str(cli_value(context, "peer-key")), context->arena, &peer_key))) {
    return cli_misuse(context, "--peer-key is not base64");
  }
  struct receiver_options options = {.data_dir = context->data,
                                     .listen = listen,
                                     .name = slice_str(cli_value(context, "name")),
                                     .origin = arena_printf(context->arena, "http://%s", listen),
                                     .peer_key = peer_key,
                                     .clock = &clock};
  block_signals();
  result opened = receiver_open(&options, &receiver);
  if (!is_ok(opened)) {
    return cli_fail(context, opened);
  }
  printf("{\"event\":\"ready\",\"receiver\":\"%s\",\"port\":%d}\n", cli_value(context, "name"),
         receiver_port(receiver));
  (void)fflush(stdout);
  cli_wait_for_end();
  return CLI_OK;
}

int cli_receiver(const struct cli_context *context, int argc, char **argv) {
  int64_t offset_ms = 0;
  if (argc == 1 && strcmp(argv[0], "key") == 0) {
    return print_key(context);
  }
  if (argc != 0) {
    return cli_misuse(context, "key is the only operand");
  }
  if (!cli_has(context, "name") || !cli_has(context, "listen") || !cli_has(context, "peer-key")) {
    return cli_misuse(context, "--name, --listen and --peer-key are needed");
  }
  if (!cli_number(context, "clock-offset-ms", (int64_t[]){-4000000000000, 4000000000000}, &offset_ms)) {
    return CLI_USAGE;
  }
  return run(context, offset_ms);
}
