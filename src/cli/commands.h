/* cli/commands.h: the entry of every command. (private to cli/) */
#pragma once
#include "cli/cli.h"

#define CLI_DATABASE_SYNTAX "--database is postgresql://USER@HOST[:PORT]/NAME, without a password: that stands in a file (password_file in danh.ini)"

int cli_backup(const struct cli_context *context, int argc, char **argv);
int cli_restore(const struct cli_context *context, int argc, char **argv);
int cli_move_db(const struct cli_context *context, int argc, char **argv);
int cli_account(const struct cli_context *context, int argc, char **argv);
int cli_oidc(const struct cli_context *context, int argc, char **argv);
int cli_client(const struct cli_context *context, int argc, char **argv);
int cli_serve(const struct cli_context *context, int argc, char **argv);
int cli_synth(const struct cli_context *context, int argc, char **argv);
int cli_doctor(const struct cli_context *context, int argc, char **argv);
int cli_init(const struct cli_context *context, int argc, char **argv);
int cli_dossier(const struct cli_context *context, int argc, char **argv);
int cli_import(const struct cli_context *context, int argc, char **argv);
int cli_ledger(const struct cli_context *context, int argc, char **argv);
int cli_pki(const struct cli_context *context, int argc, char **argv);
int cli_procedure(const struct cli_context *context, int argc, char **argv);
/* channel.c */
int cli_channel_open(const struct cli_context *context, const char *procedure);
result cli_procedure_open_channel(struct server_installation *installation, const struct jin *args, struct jout *out);
int cli_reload(const struct cli_context *context, int argc, char **argv);
int cli_receiver(const struct cli_context *context, int argc, char **argv);
int cli_replay(const struct cli_context *context, int argc, char **argv);
int cli_report(const struct cli_context *context, int argc, char **argv);
int cli_sandbox(const struct cli_context *context, int argc, char **argv);
int cli_signer(const struct cli_context *context, int argc, char **argv);
int cli_verify(const struct cli_context *context, int argc, char **argv);
int cli_witness(const struct cli_context *context, int argc, char **argv);
int cli_version(const struct cli_context *context, int argc, char **argv);

extern const struct cli_option cli_account_options[];
extern const struct cli_option cli_backup_options[];
extern const struct cli_option cli_restore_options[];
extern const struct cli_option cli_client_options[];
extern const struct cli_option cli_oidc_options[];
extern const struct cli_option cli_synth_options[];
extern const struct cli_option cli_dossier_options[];
extern const struct cli_option cli_import_options[];
extern const struct cli_option cli_move_db_options[];
extern const struct cli_option cli_ledger_options[];
extern const struct cli_option cli_pki_options[];
extern const struct cli_option cli_procedure_options[];
extern const struct cli_option cli_receiver_options[];
extern const struct cli_option cli_replay_options[];
extern const struct cli_option cli_report_options[];
extern const struct cli_option cli_sandbox_options[];
extern const struct cli_option cli_serve_options[];
extern const struct cli_option cli_signer_options[];
extern const struct cli_option cli_verify_options[];
extern const struct cli_option cli_witness_options[];

/* Rows of cli_writes. */
MUST_USE result cli_account_create(struct server_installation *installation, const struct jin *args, struct jout *out);
MUST_USE result cli_account_limit(struct server_installation *installation, const struct jin *args, struct jout *out);
MUST_USE result cli_account_lock(struct server_installation *installation, const struct jin *args, struct jout *out);
MUST_USE result cli_account_show(struct server_installation *installation, const struct jin *args, struct jout *out);
MUST_USE result cli_account_unlock(struct server_installation *installation, const struct jin *args, struct jout *out);
MUST_USE result cli_ledger_rebuild(struct server_installation *installation, const struct jin *args, struct jout *out);
MUST_USE result cli_pki_renew(struct server_installation *installation, const struct jin *args, struct jout *out);
MUST_USE result cli_oidc_rotate(struct server_installation *installation, const struct jin *args, struct jout *out);
MUST_USE result cli_client_add(struct server_installation *installation, const struct jin *args, struct jout *out);
MUST_USE result cli_client_disable(struct server_installation *installation, const struct jin *args, struct jout *out);
MUST_USE result cli_client_enable(struct server_installation *installation, const struct jin *args, struct jout *out);
MUST_USE result cli_client_secret(struct server_installation *installation, const struct jin *args, struct jout *out);
MUST_USE result cli_dossier_show(struct server_installation *installation, const struct jin *args, struct jout *out);
result cli_dossier_replay(struct server_installation *installation, const struct jin *args, struct jout *out);
result cli_register_import(struct server_installation *installation, const struct jin *args, struct jout *out);
