#include "cli/cli.h"

#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/api.h"
#include "backup/backup.h"
#include "signer/signer.h"

enum { OPTIONS_MAX = 24, HELP_COLUMN = 26, GETOPT_FIRST = 1000 };

static const struct cli_option common[] = {
    {"data", "DIR", "the installation's folder"},
    {"json", NULL, "machine-readable output"},
    {"help", NULL, "this text"},
};
enum { COMMON_COUNT = sizeof common / sizeof *common, COMMON_DATA = 0, COMMON_JSON = 1 };

static void print_option(const struct cli_option *option) {
  int width = printf("  --%s%s%s", option->name, option->argument ? " " : "", option->argument ? option->argument : "");
  printf("%*s%s\n", width < HELP_COLUMN ? HELP_COLUMN - width : 1, "", option->help);
}

static void print_command_help(const struct cli_command *command) {
  printf("usage: danh %s%s%s [options]\n\n%s.\n\n", command->name, command->operands ? " " : "",
         command->operands ? command->operands : "", command->summary);
  for (const struct cli_option *option = command->options; option != NULL && option->name != NULL; option++) {
    print_option(option);
  }
  for (int i = 0; i < COMMON_COUNT; i++) {
    print_option(&common[i]);
  }
  printf("\nexit codes: 0 done, 1 refused or a check failed, 2 usage, 3 try again (locked, in use, not answering),\n"
         "            4 the installation is missing, damaged, newer or wrongly configured, 71 no memory is left\n");
}

static void print_help(FILE *to) {
  (void)fprintf(to, "usage: danh COMMAND [--data DIR] [options]     danh COMMAND --help says more\n\n");
  for (const struct cli_command *command = cli_commands; command->name != NULL; command++) {
    (void)fprintf(to, "  %-12s%s\n", command->name, command->summary);
  }
}

struct failure {
  const char *name; /* stable, for programs */
  uint16_t code;    /* 0: none, the command line was wrong */
  struct slice message;
  const char *detail; /* NULL: nothing more is known */
};

/* One line for people, and with --json an object for programs. */
static void print_failure(const struct cli_context *context, const struct failure *failure) {
  bool has_detail = failure->detail != NULL;
  (void)fprintf(stderr, "danh %s: %.*s%s%s%s\n", context->command->name, SLICE_ARG(failure->message), has_detail ? " [" : "",
                has_detail ? failure->detail : "", has_detail ? "]" : "");
  if (!context->json) {
    return;
  }
  struct buf text;
  struct jout out;
  buf_init(&text, context->arena, 256);
  jout_init(&out, &text);
  jout_object(&out);
  jout_put_str(&out, "error", failure->name);
  jout_put_int(&out, "code", failure->code);
  jout_put_text(&out, "message", failure->message);
  jout_put_str(&out, "detail", failure->detail);
  jout_object_end(&out);
  printf("%.*s\n", SLICE_ARG(buf_slice(&text)));
}

int cli_misuse(const struct cli_context *context, const char *format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  const struct failure failure = {
      .name = "usage", .message = arena_printf(context->arena, "%s (danh %s --help)", text, context->command->name)};
  print_failure(context, &failure);
  return CLI_USAGE;
}

const char *cli_value(const struct cli_context *context, const char *name) {
  const struct cli_option *options = context->command->options;
  for (int i = 0; options != NULL && options[i].name != NULL; i++) {
    if (strcmp(options[i].name, name) == 0) {
      return context->values[i];
    }
  }
  return NULL;
}

bool cli_number(const struct cli_context *context, const char *name, int64_t range[static 2], int64_t *number) {
  const char *text = cli_value(context, name);
  if (text == NULL) {
    return true;
  }
  char *end = NULL;
  long long value = strtoll(text, &end, 10);
  if (*text == '\0' || *end != '\0' || value < range[0] || value > range[1]) {
    (void)cli_misuse(context, "--%s takes a whole number from %lld to %lld", name, (long long)range[0], (long long)range[1]);
    return false;
  }
  *number = value;
  return true;
}

/* What the api has no word for, the server's own failures; and what is said otherwise to an operator. */
static const struct {
  uint16_t code;
  int exit;
  const char *name;
  const char *sentence;
} own[] = {
    {BASE_IO, CLI_BROKEN, "input_output", "a file, folder or socket cannot be made, read or written"},
    {BASE_LIBRARY, CLI_BROKEN, "library_missing", "a library of the system is not installed"},
    {SERVER_DATA_MISSING, CLI_BROKEN, "installation_missing", "there is no installation in that folder (danh synth makes a demonstration)"},
    {SERVER_LOCKED, CLI_UNAVAILABLE, "installation_locked", "another process is writing to the installation"},
    {SERVER_CONFIG, CLI_BROKEN, "configuration", "danh.ini has an unknown key or a wrong value"},
    {SERVER_WRITE_UNKNOWN, CLI_REFUSED, "operation_unknown", "the running server has no such operation: it may be of another version"},
    {SERVER_ANSWER, CLI_UNAVAILABLE, "server_answer", "the running server did not answer as expected"},
    {SERVER_FOREIGN_USER, CLI_REFUSED, "foreign_user", "the running server answers only its own user and root"},
    {SERVER_DATA_EXISTS, CLI_REFUSED, "installation_exists", "the folder holds an installation already"},
    {SERVER_UNFINISHED, CLI_BROKEN, "installation_unfinished", "making that installation was broken off: remove the folder and begin again"},
    {SERVER_KEY_MISSING, CLI_BROKEN, "installation_key_missing", "a key that the installation was made with is not in its folder; a new one would open nothing"},
    {SERVER_DISK, CLI_BROKEN, "disk_failed", "the disk failed to write or to sync: everything acknowledged is there; look at the disk, then start again"},
    {SERVER_CLOCK, CLI_UNAVAILABLE, "clock_behind", "the clock of this machine lies before the newest entry of the ledger: set it right"},
    {SERVER_NO_SANDBOX, CLI_REFUSED, "no_sandbox", "the folder holds an installation that is no sandbox: choose another folder"},
    {SERVER_STOPPED, CLI_BROKEN, "server_stopped", "a part of the server ended unexpectedly"},
    {HTTP_ADDRESS_SYNTAX, CLI_USAGE, "address_syntax", "not ADDRESS:PORT"},
    {HTTP_ADDRESS_REFUSED, CLI_USAGE, "address_refused", "not an address of this machine, or a port that needs more rights"},
    {SIGNER_ALREADY_RUNNING, CLI_UNAVAILABLE, "signer_running", "another signer holds this installation"},
    {HTTP_ADDRESS_IN_USE, CLI_UNAVAILABLE, "address_in_use", "another program listens at that address"},
    {DB_BROKEN, CLI_BROKEN, "stored_data_damaged", "the database is damaged"},
    {DB_READONLY, CLI_BROKEN, "database_readonly", "the database, or the folder it lies in, cannot be written"},
    {DB_TOO_NEW, CLI_BROKEN, "database_newer", "the database was made by a newer program"},
    {DB_MISSING, CLI_BROKEN, "database_missing", "there is no installation in that database (danh synth makes a demonstration)"},
    {DB_HALF_MADE, CLI_BROKEN, "database_half_made", "a migration or a copy of the database was broken off"},
    {DB_ADDRESS, CLI_BROKEN, "database_address", "the address of the database server cannot be read"},
    {DB_UNREACHABLE, CLI_UNAVAILABLE, "database_unreachable", "no database server answers at that address"},
    {DB_LOGIN, CLI_BROKEN, "database_login", "the database server refuses the user or the password"},
    {DB_ENGINE_TOO_OLD, CLI_BROKEN, "database_server_older", "the database server is older than PostgreSQL 15"},
    {DB_UNSAFE, CLI_BROKEN, "database_unsafe", "the database server may lose what it has acknowledged, or does not keep UTF-8"},
    {DB_LOCKED, CLI_UNAVAILABLE, "database_in_use", "others are connected to the database, or write to it"},
    {DB_STANDBY_BEHIND, CLI_UNAVAILABLE, "standby_behind", "that database server is a standby, and too far behind to be read"},
    {DB_NOT_EMPTY, CLI_REFUSED, "database_not_empty", "a database is moved into an empty one only"},
    {DB_MOVE_DIFFERS, CLI_BROKEN, "database_differs", "what was read again is not the same on both sides: the old database still counts, the new one is unfinished"},
    {SERVER_SAME_ENGINE, CLI_REFUSED, "same_engine", "the database is on that engine already"},
    {CRYPTO_AGE_SYNTAX, CLI_USAGE, "backup_unknown", "that file is no backup: it is not encrypted as danh backup and age do"},
    {CRYPTO_AGE_KEY_WRONG, CLI_REFUSED, "backup_key_wrong", "none of the keys opens that backup"},
    {CRYPTO_AGE_ALTERED, CLI_REFUSED, "backup_altered", "the backup was altered"},
    {CRYPTO_AGE_CUT, CLI_REFUSED, "backup_cut", "the backup is cut short, or its last part was altered"},
    {BACKUP_FILE_EXISTS, CLI_REFUSED, "file_exists", "a file of that name is there already"},
    {BACKUP_FOLDER_NOT_EMPTY, CLI_REFUSED, "folder_not_empty", "a backup is restored into an empty folder only"},
    {BACKUP_SYNTAX, CLI_REFUSED, "backup_unknown", "what is encrypted there is no backup of Danh"},
    {BACKUP_NEWER, CLI_BROKEN, "backup_newer", "the backup was made by a newer program"},
    {BACKUP_DIFFERS, CLI_REFUSED, "backup_differs", "the backup does not hold what its manifest says"},
    {BACKUP_LEDGER_DIFFERS, CLI_REFUSED, "backup_ledger_differs", "the ledger in the backup does not lead to the root that it names"},
    {BACKUP_FULL, CLI_UNAVAILABLE, "no_space", "no space is left: nothing that is not whole remains under the name asked for"},
    {BACKUP_KEY_FILE, CLI_USAGE, "key_file", "the file of the key is missing, or holds no AGE-SECRET-KEY-1..."},
    {BACKUP_UNREADABLE, CLI_BROKEN, "unreadable", "a file cannot be read"},
    {BACKUP_UNRECORDED, CLI_UNAVAILABLE, "backup_unrecorded", "it is whole and stays, but the ledger could not be given its line"},
    {DB_OTHER_TABLES, CLI_BROKEN, "database_other", "the database was made by another build of the program"},
};

static int exit_of(result failure) {
  switch (result_kind(failure)) {
    case RESULT_OK: return CLI_OK;
    case RESULT_UNAVAILABLE: return CLI_UNAVAILABLE;
    case RESULT_INTERNAL: return CLI_BROKEN;
    default: return CLI_REFUSED;
  }
}

int cli_fail(const struct cli_context *context, result outcome) {
  const struct fault *fault = fault_last();
  struct failure failure = {.name = api_error_find(outcome.code)->name,
                            .code = outcome.code,
                            .message = api_error_sentence(outcome.code, API_ENGLISH)};
  int code = exit_of(outcome);
  for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
    if (own[i].code == outcome.code) {
      failure.name = own[i].name;
      failure.message = slice_str(own[i].sentence);
      code = own[i].exit;
    }
  }
  failure.detail = fault->code == outcome.code && fault->detail[0] != '\0' ? fault->detail : NULL;
  print_failure(context, &failure);
  return code;
}

result cli_open(const struct cli_context *context, struct server_installation **ret_installation) {
  return server_installation_open(context->data, SERVER_READ, ret_installation);
}

static result call_write(const struct cli_context *context, struct server_write_order order, struct slice *ret_answer) {
  const struct server_writes writes = {cli_writes};
  order.data = context->data;
  return server_write_call(&writes, &order, context->arena, ret_answer);
}

result cli_write(const struct cli_context *context, const char *name, struct slice args, struct slice *ret_answer) {
  return call_write(context, (struct server_write_order){.mode = SERVER_WRITE, .name = name, .args = args}, ret_answer);
}

result cli_write_or_ask(const struct cli_context *context, const char *name, struct slice args, void (*elsewhere)(void), struct slice *ret_answer) {
  return call_write(context, (struct server_write_order){.mode = SERVER_WRITE, .name = name, .args = args, .elsewhere = elsewhere}, ret_answer);
}

result cli_write_creating(const struct cli_context *context, const char *name, struct slice args, struct slice *ret_answer) {
  return call_write(context, (struct server_write_order){.mode = SERVER_CREATE, .name = name, .args = args}, ret_answer);
}

/* The command's own options first, then the common ones; val: GETOPT_FIRST + place. */
static int list_options(const struct cli_command *command, struct option longs[static OPTIONS_MAX + COMMON_COUNT + 1]) {
  int own_count = 0;
  for (const struct cli_option *at = command->options; at != NULL && at->name != NULL && own_count < OPTIONS_MAX; at++) {
    longs[own_count] = (struct option){at->name, at->argument ? required_argument : no_argument, NULL, GETOPT_FIRST + own_count};
    own_count++;
  }
  for (int i = 0; i < COMMON_COUNT; i++) {
    longs[own_count + i] =
        (struct option){common[i].name, common[i].argument ? required_argument : no_argument, NULL, GETOPT_FIRST + own_count + i};
  }
  longs[own_count + COMMON_COUNT] = (struct option){0};
  return own_count;
}

/* Known before the rest is read, so that a wrong command line is answered in the form asked for. */
static bool asks_json(int argc, char **argv) {
  for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
    if (strcmp(argv[i], "--json") == 0) {
      return true;
    }
  }
  return false;
}

/* CLI_OK: run the command; *ret_helped: the text was printed. */
static int parse(struct cli_context *context, int argc, char **argv, bool *ret_helped) {
  struct option longs[OPTIONS_MAX + COMMON_COUNT + 1];
  int own_count = list_options(context->command, longs);
  opterr = 0;
  optind = 1;
  context->json = asks_json(argc, argv);
  for (int found; (found = getopt_long(argc, argv, "", longs, NULL)) != -1;) {
    int place = found - GETOPT_FIRST;
    if (place < 0) {
      return cli_misuse(context, "unknown option, or one without its value: %s", argv[optind - 1]);
    }
    if (place < own_count) {
      context->values[place] = optarg != NULL ? optarg : "";
    } else if (place - own_count == COMMON_DATA) {
      context->data = optarg;
    } else if (place - own_count == COMMON_JSON) {
      context->json = true;
    } else {
      print_command_help(context->command);
      *ret_helped = true;
      return CLI_OK;
    }
  }
  if (context->command->operands == NULL && optind < argc) {
    return cli_misuse(context, "takes no operands: %s", argv[optind]);
  }
  if (context->command->needs_data && context->data == NULL) {
    return cli_misuse(context, "--data DIR is needed");
  }
  return CLI_OK;
}

static const struct cli_command *find(const char *name) {
  for (const struct cli_command *command = cli_commands; command->name != NULL; command++) {
    if (strcmp(command->name, name) == 0) {
      return command;
    }
  }
  return NULL;
}

/* A stream the caller closed must not become the number of the next file opened: what is printed would be written into it. /dev/null for
 * reading takes its place, so that writing there still fails. */
static void hold_standard_streams(void) {
  int fd = open("/dev/null", O_RDONLY);
  while (fd >= 0 && fd <= STDERR_FILENO) {
    fd = open("/dev/null", O_RDONLY);
  }
  if (fd > STDERR_FILENO) {
    close(fd);
  }
}

/* What a command holds in memory is personal: no core of it, nor through a program that takes cores, which heeds no limit. */
static void leave_no_core(void) {
  (void)setrlimit(RLIMIT_CORE, &(const struct rlimit){0, 0});
  (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int cli_main(int argc, char **argv) {
  hold_standard_streams();
  leave_no_core();
  umask(S_IRWXG | S_IRWXO); /* whatever is made holds personal data */
  bool asks_help = argc >= 2 && (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0);
  if (asks_help && argc == 2) {
    print_help(stdout);
    return CLI_OK;
  }
  const char *name = asks_help ? argv[2] : argc >= 2 ? argv[1] : "";
  const struct cli_command *command = strcmp(name, "--version") == 0 ? find("version") : find(name);
  if (command == NULL) {
    (void)fprintf(stderr, "danh: %s%s\n", *name ? "no such command: " : "a command is needed", name);
    print_help(stderr);
    return CLI_USAGE;
  }
  if (asks_help) {
    print_command_help(command);
    return CLI_OK;
  }
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct cli_context context = {.command = command, .arena = &arena};
  bool is_helped = false;
  int parsed = parse(&context, argc - 1, argv + 1, &is_helped);
  if (parsed != CLI_OK || is_helped) {
    return parsed;
  }
  int code = command->run(&context, argc - 1 - optind, argv + 1 + optind);
  bool is_written = fflush(stdout) == 0 && ferror(stdout) == 0; /* an earlier part of a long output may be what was lost */
  if (!is_written) {
    (void)fprintf(stderr, "danh %s: standard output cannot be written\n", command->name);
  }
  return is_written || code != CLI_OK ? code : CLI_BROKEN;
}

void cli_wait_for_end(void) {
  sigset_t signals;
  int received = 0;
  (void)sigemptyset(&signals);
  (void)sigaddset(&signals, SIGTERM);
  (void)sigaddset(&signals, SIGINT);
  (void)sigwait(&signals, &received);
}
