/* cli/cli.h: the command line: one table of subcommands, each in its own file cmd_<name>.c.
 *
 *   danh COMMAND [OPERANDS] [--data DIR] [--json] [--help] [OPTIONS]
 *
 * A command is a row of cli.c: name, what it does, its operands, its options, and `int cli_<name>(const struct cli_context *, int, char **)`,
 * with the operands and returns an exit code below. A command that writes does so through cli_write: a row of the second table
 * of commands.c, carried out here or by the server that holds the installation.
 * Output     results on standard output, people's text or with --json one JSON value; everything else on standard error, one line.
 * Exit codes are part of the interface: documented in danh(1), never renumbered.
 */
#pragma once
#include <stdio.h>

#include "server/server.h"

enum cli_exit {
  CLI_OK = 0,          /* done; what was checked holds */
  CLI_REFUSED = 1,     /* refused, not found, or a check failed */
  CLI_USAGE = 2,       /* the command line or an input file is wrong */
  CLI_UNAVAILABLE = 3, /* try again: locked, port in use, the signer or a receiver does not answer */
  CLI_BROKEN = 4,      /* the installation is missing, damaged, newer than this program, or wrongly configured; or an internal error */
};

struct cli_option {
  const char *name;     /* "listen" for --listen */
  const char *argument; /* "ADDR:PORT"; NULL: a switch */
  const char *help;
};
struct cli_context {
  const struct cli_command *command;
  const char *data;    /* --data, or NULL */
  bool json;           /* --json */
  struct arena *arena; /* as long as the command */
  const char *values[24]; /* of command->options, in their order; a switch's is "" */
};
struct cli_command {
  const char *name;
  const char *operands; /* "FILE ..."; NULL: none are taken */
  const char *summary;
  const struct cli_option *options; /* ended by {0}; NULL: none but the common ones */
  bool needs_data;                  /* --data is required */
  int (*run)(const struct cli_context *context, int argc, char **argv);
};

int cli_main(int argc, char **argv);

/* NULL: not given. The name must be in the command's table. */
const char *cli_value(const struct cli_context *context, const char *name);
static inline bool cli_has(const struct cli_context *context, const char *name) { return cli_value(context, name) != NULL; }
/* A whole number in range, or the default when absent; false: has complained (return CLI_USAGE). */
bool cli_number(const struct cli_context *context, const char *name, int64_t range[static 2], int64_t *number);

/* One line on standard error (with --json an object too), and the exit code that goes with the failure. */
int cli_fail(const struct cli_context *context, result failure);
/* "danh synth: ..." on standard error; CLI_USAGE. */
int cli_misuse(const struct cli_context *context, const char *format, ...) PRINTF_LIKE(2, 3);

/* Sleeps until SIGTERM or SIGINT, which the caller has blocked. */
void cli_wait_for_end(void);

/* The installation of --data, read-only. */
MUST_USE result cli_open(const struct cli_context *context, struct server_installation **ret_installation);
/* Runs a write of commands.c, here or in the running server. */
MUST_USE result cli_write(const struct cli_context *context, const char *name, struct slice args, struct slice *ret_answer);
/* The same; `elsewhere` is called before the running server is asked. */
MUST_USE result cli_write_or_ask(const struct cli_context *context, const char *name, struct slice args, void (*elsewhere)(void), struct slice *ret_answer);
/* The same for a command that may make the installation. */
MUST_USE result cli_write_creating(const struct cli_context *context, const char *name, struct slice args, struct slice *ret_answer);

extern const struct cli_command cli_commands[]; /* ended by {0} */
extern const struct server_write cli_writes[];  /* ended by {0} */
