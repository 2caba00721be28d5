/* The table of commands, in the order of --help, and the table of what they write. */
#include "cli/commands.h"

const struct cli_command cli_commands[] = {
    {"serve", NULL, "Serves the installation over HTTP until SIGTERM or SIGINT", cli_serve_options, true, cli_serve},
    {"signer", NULL, "Runs the process that alone holds the private keys", cli_signer_options, true, cli_signer},
    {"procedure", "list | check | eval NAME", "Shows, checks and asks the procedures", cli_procedure_options, false, cli_procedure},
    {"version", NULL, "Prints the program's version", NULL, false, cli_version},
    {0},
};

const struct server_write cli_writes[] = {
    {0},
};
