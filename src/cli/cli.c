#include "cli/cli.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "api/api.h"

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
         "            4 the installation is missing, damaged, newer or wrongly configured\n");
}

static void print_help(FILE *to) {
  (void)fprintf(to, "usage: danh COMMAND [--data DIR] [options]     danh COMMAND --help says more\n\n");
  for (const struct cli_command *command = cli_commands; command->name != NULL; command++) {
    (void)fprintf(to, "  %-12s%s\n", command->name, command->summary);
  }
}

int cli_misuse(const struct cli_context *context, const char *format, ...) {
  (void)fprintf(stderr, "danh %s: ", context->command->name);
  va_list arguments;
  va_start(arguments, format);
  (void)vfprintf(stderr, format, arguments);
  va_end(arguments);
  (void)fprintf(stderr, " (danh %s --help)\n", context->command->name);
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

/* What the api has no word for: the server's own failures. */
static const struct {
  uint16_t code;
  int exit;
  const char *sentence;
} own[] = {
    {SERVER_DATA_MISSING, CLI_BROKEN, "there is no installation in that folder (danh synth makes a demonstration)"},
    {SERVER_LOCKED, CLI_UNAVAILABLE, "another process is writing to the installation"},
    {SERVER_CONFIG, CLI_BROKEN, "danh.ini has an unknown key or a wrong value"},
    {SERVER_WRITE_UNKNOWN, CLI_REFUSED, "the running server has no such operation: it may be of another version"},
    {SERVER_ANSWER, CLI_UNAVAILABLE, "the running server did not answer as expected"},
    {SERVER_FOREIGN_USER, CLI_REFUSED, "the running server answers only its own user and root"},
    {SERVER_DATA_EXISTS, CLI_REFUSED, "the folder holds an installation already"},
    {SERVER_STOPPED, CLI_BROKEN, "a part of the server ended unexpectedly"},
    {HTTP_ADDRESS_SYNTAX, CLI_USAGE, "not ADDRESS:PORT"},
    {HTTP_ADDRESS_IN_USE, CLI_UNAVAILABLE, "another program listens at that address"},
    {DB_BROKEN, CLI_BROKEN, "the database is damaged"},
    {DB_TOO_NEW, CLI_BROKEN, "the database was made by a newer program"},
};

static int exit_of(result failure) {
  switch (result_kind(failure)) {
    case RESULT_OK: return CLI_OK;
    case RESULT_UNAVAILABLE: return CLI_UNAVAILABLE;
    case RESULT_INTERNAL: return CLI_BROKEN;
    default: return CLI_REFUSED;
  }
}

int cli_fail(const struct cli_context *context, result failure) {
  const struct fault *fault = fault_last();
  struct slice sentence = api_error_sentence(failure.code, API_ENGLISH);
  int code = exit_of(failure);
  for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
    if (own[i].code == failure.code) {
      sentence = slice_str(own[i].sentence);
      code = own[i].exit;
    }
  }
  bool has_detail = fault->code == failure.code && fault->detail[0] != '\0';
  (void)fprintf(stderr, "danh %s: %.*s%s%s%s\n", context->command->name, SLICE_ARG(sentence), has_detail ? " [" : "",
                has_detail ? fault->detail : "", has_detail ? "]" : "");
  if (context->json) {
    struct buf text;
    struct jout out;
    buf_init(&text, context->arena, 256);
    jout_init(&out, &text);
    jout_object(&out);
    jout_put_str(&out, "error", api_error_find(failure.code)->name);
    jout_put_int(&out, "code", failure.code);
    jout_put_text(&out, "message", sentence);
    jout_put_str(&out, "detail", has_detail ? fault->detail : NULL);
    jout_object_end(&out);
    printf("%.*s\n", SLICE_ARG(buf_slice(&text)));
  }
  return code;
}

result cli_open(const struct cli_context *context, struct server_installation **ret_installation) {
  return server_installation_open(context->data, SERVER_READ, ret_installation);
}

static result call_write(const struct cli_context *context, enum server_mode mode, const char *name, struct slice args,
                         struct slice *ret_answer) {
  const struct server_writes writes = {cli_writes};
  const struct server_write_order order = {.data = context->data, .mode = mode, .name = name, .args = args};
  return server_write_call(&writes, &order, context->arena, ret_answer);
}

result cli_write(const struct cli_context *context, const char *name, struct slice args, struct slice *ret_answer) {
  return call_write(context, SERVER_WRITE, name, args, ret_answer);
}

result cli_write_creating(const struct cli_context *context, const char *name, struct slice args, struct slice *ret_answer) {
  return call_write(context, SERVER_CREATE, name, args, ret_answer);
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

/* CLI_OK: run the command; *ret_helped: the text was printed. */
static int parse(struct cli_context *context, int argc, char **argv, bool *ret_helped) {
  struct option longs[OPTIONS_MAX + COMMON_COUNT + 1];
  int own_count = list_options(context->command, longs);
  opterr = 0;
  optind = 1;
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

int cli_main(int argc, char **argv) {
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
  if (fflush(stdout) != 0 && code == CLI_OK) {
    (void)fprintf(stderr, "danh %s: standard output cannot be written\n", command->name);
    return CLI_BROKEN;
  }
  return code;
}
