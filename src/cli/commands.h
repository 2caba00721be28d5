/* cli/commands.h: the entry of every command. (private to cli/) */
#pragma once
#include "cli/cli.h"

int cli_serve(const struct cli_context *context, int argc, char **argv);
int cli_procedure(const struct cli_context *context, int argc, char **argv);
int cli_signer(const struct cli_context *context, int argc, char **argv);
int cli_version(const struct cli_context *context, int argc, char **argv);

extern const struct cli_option cli_procedure_options[];
extern const struct cli_option cli_serve_options[];
extern const struct cli_option cli_signer_options[];
