/* cli/cmd_ledger.h: what danh ledger does, file by file. (private to cli/) */
#pragma once
#include "cli/commands.h"
#include "ledger/ledger.h"

/* The signer of the installation, for its public keys; none when there is no folder of keys. */
struct cli_keeper {
  struct signer *local;
  struct signer *client;
};
MUST_USE result cli_keeper_open(const struct cli_context *context, struct server_installation *installation, struct cli_keeper *keeper);
void cli_keeper_close(struct cli_keeper *keeper);

int cli_ledger_check(const struct cli_context *context, const char *path);
int cli_ledger_export(const struct cli_context *context, const char *folder);
