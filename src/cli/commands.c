/* The table of commands, in the order of --help, and the table of what they write. */
#include "backup/backup.h"
#include "cli/commands.h"

const struct cli_command cli_commands[] = {
    {"serve", NULL, "Serves the installation over HTTP until SIGTERM or SIGINT", cli_serve_options, true, cli_serve},
    {"init", NULL, "Makes an empty installation as danh.ini describes it: tables and keys", NULL, true, cli_init},
    {"synth", NULL, "Makes a demonstration country in a new folder", cli_synth_options, true, cli_synth},
    {"sandbox", "people", "Lists the fifty people of every sandbox, and what they are for", cli_sandbox_options, false, cli_sandbox},
    {"signer", NULL, "Runs the process that alone holds the private keys", cli_signer_options, true, cli_signer},
    {"account", "show PIN | lock PIN | unlock PIN | create PIN | count | limit NAME VALUE", "Shows and locks e-ID accounts; counters and limits",
     cli_account_options, true, cli_account},
    {"doctor", NULL, "Says what is wrong with an installation and the machine below it, and what to do", NULL, true, cli_doctor},
    {"reload", NULL, "Has the running server go by danh.ini as it now is", NULL, true, cli_reload},
    {"client", "add FILE | list | show ID | disable ID | enable ID | secret ID", "Registers relying parties: who may ask people to sign in",
     cli_client_options, true, cli_client},
    {"oidc", "rotate", "Has the OpenID Provider's next key sign from now on", cli_oidc_options, true, cli_oidc},
    {"import", "FILE", "Loads people from NDJSON or CSV; each bad row is refused with line, field and reason", cli_import_options, true, cli_import},
    {"procedure", "list | check | eval NAME | open-channel NAME", "Shows, checks and asks the procedures", cli_procedure_options, false, cli_procedure},
    {"dossier", "list | show CODE | replay CODE", "Lists dossiers, shows one, repeats an old decision by the rule kept with it",
     cli_dossier_options, true, cli_dossier},
    {"report", "lltp | savings", "Prints statistics computed from the dossiers", cli_report_options, false, cli_report},
    {"replay", "pilot-2024", "Plays the pilot of 2024 through the engine into an empty installation", cli_replay_options, true, cli_replay},
    {"receiver", "[key]", "Takes deliveries as another public system does, or prints its key", cli_receiver_options, true, cli_receiver},
    {"move-db", NULL, "Moves the database from SQLite to PostgreSQL or back, and proves that both hold the same", cli_move_db_options, true, cli_move_db},
    {"backup", "[key FILE | verify FILE]", "Writes the whole installation into one encrypted file while it is served; makes a key; looks a backup through",
     cli_backup_options, false, cli_backup},
    {"restore", "FILE", "Makes an installation from a backup in an empty folder, on either engine", cli_restore_options, true, cli_restore},
    {"ledger", "verify | tail | key | export DIR | check FILE | rebuild", "Recomputes the tamper-evident record, prints its newest entries or its key, writes it as files that anybody can check, checks a proof, makes lost tiles anew", cli_ledger_options, false, cli_ledger},
    {"pki", "root | key NAME | renew [NAME]", "The root certificate; a system's public key, such as message/danh; other certificates for what ends within 30 days", cli_pki_options, true, cli_pki},
    {"verify", "FILE", "Checks both signatures and every byte of a signed certificate", cli_verify_options, false, cli_verify},
    {"witness", "[key]", "Cosigns the checkpoints of transparency logs that only grow", cli_witness_options, true, cli_witness},
    {"version", NULL, "Prints the program's version", NULL, false, cli_version},
    {0},
};

const struct server_write cli_writes[] = {
    {"account.show", cli_account_show},     {"account.lock", cli_account_lock},   {"account.unlock", cli_account_unlock},
    {"account.create", cli_account_create}, {"account.limit", cli_account_limit},   {"register.import", cli_register_import},
    {"client.add", cli_client_add},         {"client.disable", cli_client_disable}, {"client.enable", cli_client_enable},
    {"client.secret", cli_client_secret},   {"procedure.open_channel", cli_procedure_open_channel},
    {"oidc.rotate", cli_oidc_rotate},       {"pki.renew", cli_pki_renew},           {"ledger.rebuild", cli_ledger_rebuild},
    {BACKUP_RECORD, backup_record},         {"dossier.show", cli_dossier_show},     {"dossier.replay", cli_dossier_replay},
    {0},
};
