#include "cli/commands.h"

enum { WORKERS_MAX = 512, LOOPS_MAX = 16, DRAIN_S_MAX = 600 };

const struct cli_option cli_serve_options[] = {
    {"listen", "ADDR:PORT", "address to answer on (default 127.0.0.1:8080; port 0: any free one), unix:PATH for a proxy, systemd for the socket it passes"},
    {"origin", "URL", "what links, cookies and the issuer are made of (default http://localhost:PORT)"},
    {"database", "URL", "postgresql://USER@HOST/NAME instead of what danh.ini says"},
    {"web", "DIR", "the built web app (default ../web/dist beside the program, or /usr/share/danh/web)"},
    {"sandbox", NULL, "an integrator's sandbox: makes DIR if absent, with fifty documented people (doc/sandbox-people.md)"},
    {"workers", "N", "threads that run requests (default 64)"},
    {"drain", "SECONDS", "after SIGTERM, still serve for so long while /readyz says no (default 0)"},
    {"accept-clock", NULL, "start although the clock lies before the newest entry of the ledger: that entry was made by a wrong one"},
    {"loops", "N", "threads that read and write sockets (default one a core)"},
    {0},
};

int cli_serve(const struct cli_context *context, int argc, char **argv) {
  (void)argc;
  (void)argv;
  int64_t workers = 0;
  int64_t drain = 0;
  int64_t loops = 0;
  if (!cli_number(context, "workers", (int64_t[]){1, WORKERS_MAX}, &workers) || !cli_number(context, "loops", (int64_t[]){1, LOOPS_MAX}, &loops) ||
      !cli_number(context, "drain", (int64_t[]){0, DRAIN_S_MAX}, &drain)) {
    return CLI_USAGE;
  }
  const char *origin = cli_value(context, "origin");
  if (origin != NULL && !server_is_origin(slice_str(origin))) {
    return cli_misuse(context, "--origin is http://HOST[:PORT] or https://HOST[:PORT], without a path");
  }
  const char *database = cli_value(context, "database");
  if (database != NULL && !server_is_database(slice_str(database))) {
    return cli_misuse(context, CLI_DATABASE_SYNTAX);
  }
  const char *listen = cli_value(context, "listen");
  const struct server_options options = {
      .data = context->data,
      .listen = listen != NULL ? listen : "127.0.0.1:8080",
      .origin = origin,
      .database = database,
      .web = cli_value(context, "web"),
      .workers = (int)workers,
      .accepts_clock = cli_has(context, "accept-clock"),
      .drain_s = (int)drain,
      .loops = (int)loops,
      .writes = {cli_writes},
  };
  result outcome = cli_has(context, "sandbox") ? server_sandbox_create(context->data) : OK;
  if (is_ok(outcome)) {
    outcome = server_run(&options);
  }
  return is_ok(outcome) ? CLI_OK : cli_fail(context, outcome);
}
