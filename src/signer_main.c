/* danh-signer: what `danh signer --data DIR` does, as a program linked with libcrypto, libsodium and inih alone: the process
 * that holds every private key has no HTTP client, database or font shaper in its memory. `danh serve` starts it when it lies beside danh,
 * with the words of `danh signer`: the first of them is passed over. The operator's acts (--unlock, --verify-log) are danh's. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "server/server.h"
#include "signer/signer.h"

enum { EXIT_USAGE = 2 };

static result run(const char *data, int parent_pid, const char *client) {
  struct arena arena CLEANUP(arena_free);
  struct server_config config;
  arena_init(&arena);
  TRY(server_config_load(data, &arena, &config));
  struct clock clock = clock_shifted(config.clock_offset_ms);
  return signer_run(&(const struct signer_options){.data_dir = data, .clock = &clock, .parent_pid = parent_pid, .client_user = client});
}

int main(int argc, char **argv) {
  static const struct option options[] = {
      {"data", required_argument, NULL, 'd'}, {"parent", required_argument, NULL, 'p'}, {"client", required_argument, NULL, 'c'}, {0}};
  const char *data = NULL;
  const char *client = NULL;
  long parent = 0;
  for (int option = getopt_long(argc, argv, "", options, NULL); option != -1;
       option = getopt_long(argc, argv, "", options, NULL)) {
    data = option == 'd' ? optarg : data;
    client = option == 'c' ? optarg : client;
    parent = option == 'p' ? strtol(optarg, NULL, 10) : parent;
  }
  if (data == NULL || parent < 0 || parent > INT32_MAX) {
    (void)fprintf(stderr, "usage: danh-signer --data DIR [--parent PID] [--client USER]\n");
    return EXIT_USAGE;
  }
  if (!is_ok(run(data, (int)parent, client))) {
    (void)fprintf(stderr, "danh-signer: %s\n", fault_last()->detail);
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
