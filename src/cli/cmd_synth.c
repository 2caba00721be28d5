/* danh synth: a demonstration installation: a synthetic country, its officers' accounts and keys, and the configuration to serve it. The secrets
 * it prints are public on purpose: nobody in it is real. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/hex.h"
#include "cli/commands.h"
#include "receiver/receiver.h"

enum { PEOPLE_DEFAULT = 20000, SECRET_BYTES = 32 };

const struct cli_option cli_synth_options[] = {
    {"people", "N", "how many people (default 20000)"},
    {"seed", "S", "the same seed gives the same country (default 1)"},
    {"date", "DATE", "the country's today, YYYY-MM-DD: its clock is moved there for good (default: today)"},
    {"origin", "URL", "written to danh.ini (default: none, so that serve decides)"},
    {"database", "URL", "postgresql://USER@HOST/NAME, written to danh.ini (default: DIR/danh.db)"},
    {"partitions", "N", "on PostgreSQL: parts of each table about people (1 to 256, default 4); for good"},
    {"national-portal", "URL", "where results are delivered (default http://127.0.0.1:9101/deliveries)"},
    {"provincial-system", "URL", "where results are delivered (default http://127.0.0.1:9102/deliveries)"},
    {"signer", "SOCKET", "a signer that runs by itself, written to danh.ini (default: one below DIR)"},
    {"no-accounts", NULL, "people only: no accounts, keys or receivers"},
    {0},
};

/* Hanoi and Hue, where the pilot ran. */
static const struct slice provinces[] = {S_INIT("01"), S_INIT("46")};

struct synth {
  const struct cli_context *context;
  const char *folder; /* absolute: danh.ini names files in it */
  struct register_synth_options options;
  struct register_synth_counts counts;
  struct server_config config;
  bool shows_progress;
};

static void show_progress(void *context, int64_t done, int64_t total) {
  const struct synth *synth = context;
  if (synth->shows_progress && total > 0) {
    (void)fprintf(stderr, "\r%3lld %%  %lld of %lld people", (long long)(done * 100 / total), (long long)done, (long long)total);
    (void)fputs(done == total ? "\n" : "", stderr);
  }
}

static result write_file(const char *path, struct slice bytes) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  bool is_written = fd >= 0 && write(fd, bytes.ptr, bytes.len) == (ssize_t)bytes.len;
  if (fd >= 0 && close(fd) != 0) {
    is_written = false;
  }
  if (!is_written) {
    FAIL(BASE_IO, "a file of the installation cannot be written: errno %d", errno);
  }
  return OK;
}

static result add_receiver(struct synth *synth, const char *name, const char *url) {
  struct arena *arena = synth->context->arena;
  struct slice folder = arena_printf(arena, "%s/receivers/%s", synth->folder, name);
  struct slice key_path = arena_printf(arena, "%s/receivers/%s.der", synth->folder, name);
  struct slice public_key;
  TRY(receiver_public_key((const char *)folder.ptr, arena, &public_key));
  TRY(write_file((const char *)key_path.ptr, public_key));
  synth->config.receivers[synth->config.receiver_count++] = (struct server_receiver){.name = slice_str(name), .url = slice_str(url), .key_path = key_path};
  return OK;
}

/* Everything danh.ini names. */
static result make_configuration(struct synth *synth) {
  const struct cli_context *context = synth->context;
  struct random random = random_system();
  uint8_t secret[SECRET_BYTES];
  random_fill(&random, secret, sizeof secret);
  struct slice secret_path = arena_printf(context->arena, "%s/bank.secret", synth->folder);
  TRY(write_file((const char *)secret_path.ptr, hex_write(context->arena, slice_of(secret, sizeof secret))));
  synth->config.demo = true;
  synth->config.bank_bin = S("970436");
  synth->config.bank_account = S("0011000000001");
  synth->config.bank_secret_path = secret_path;
  const char *origin = cli_value(context, "origin");
  synth->config.origin = slice_str(origin);
  if (mkdir((const char *)arena_printf(context->arena, "%s/receivers", context->data).ptr, S_IRWXU) != 0) {
    FAIL(BASE_IO, "the receivers' folder cannot be made: errno %d", errno);
  }
  const char *national = cli_value(context, "national-portal");
  const char *provincial = cli_value(context, "provincial-system");
  TRY(add_receiver(synth, "national_portal", national ? national : "http://127.0.0.1:9101/deliveries"));
  return add_receiver(synth, "provincial_system", provincial ? provincial : "http://127.0.0.1:9102/deliveries");
}

static result make_officers(struct synth *synth, struct server_installation *installation) {
  struct env *env = &installation->env;
  struct arena *arena = synth->context->arena;
  struct slice public_key;
  TRY(server_signer_open(installation));
  const struct server_demonstration demonstration = {provinces, sizeof provinces / sizeof *provinces, true};
  result made = server_demonstration_create(env, &demonstration);
  if (is_ok(made)) {
    made = env->signer->key_public(env->signer, S("message/danh"), arena, &public_key);
  }
  server_signer_close(installation);
  TRY(made);
  return write_file((const char *)arena_printf(arena, "%s/receivers/danh.der", synth->context->data).ptr, public_key);
}

static result make_country(struct synth *synth) {
  const struct cli_context *context = synth->context;
  struct stat status;
  bool is_whole = !cli_has(context, "no-accounts");
  if (server_is_unfinished(context->data)) {
    FAIL(SERVER_UNFINISHED, "in %s", context->data);
  }
  if (stat((const char *)arena_printf(context->arena, "%s/danh.db", context->data).ptr, &status) == 0) {
    FAIL(SERVER_DATA_EXISTS, "danh.db is there");
  }
  bool is_there = false;
  TRY(server_database_find(&synth->config, &is_there));
  if (is_there) {
    FAIL(SERVER_DATA_EXISTS, "the database holds tables of ours");
  }
  if (mkdir(context->data, S_IRWXU) != 0 && errno != EEXIST) {
    FAIL(BASE_IO, "the folder cannot be made: errno %d", errno);
  }
  char folder[PATH_MAX];
  if (realpath(context->data, folder) == NULL) {
    FAIL(BASE_IO, "the folder has no absolute path: errno %d", errno);
  }
  synth->folder = arena_cstr(context->arena, slice_str(folder));
  TRY(server_unfinished_set(context->data, true)); /* killed from here on, it is half a country, and nobody may take it for a whole one */
  if (is_whole) {
    TRY(make_configuration(synth));
  }
  TRY(server_config_save(context->data, &synth->config));
  struct server_installation *installation CLEANUP(server_installation_close) = NULL;
  TRY(server_installation_open(context->data, SERVER_CREATE, &installation));
  TRY(register_synth(&installation->env, &synth->options, &synth->counts));
  if (is_whole) {
    TRY(make_officers(synth, installation));
  }
  return server_unfinished_set(context->data, false);
}

struct listing {
  struct jout *out;
  struct buf *lines;
};

/* "01.decider" has an account where its province has them; "citizen.hanoi" always. */
static bool has_account(struct slice name) {
  bool is_officer = name.len > 3 && name.ptr[0] >= '0' && name.ptr[0] <= '9';
  for (size_t i = 0; i < sizeof provinces / sizeof *provinces; i++) {
    is_officer = is_officer && !slice_eq(slice_sub(name, 0, 2), provinces[i]);
  }
  return !is_officer;
}

/* As an object of `out`, and as a line of `lines`. */
static result put_identity(const struct synth *synth, struct db_tx *tx, const struct register_demo *demo, struct listing *to) {
  struct jout *out = to->out;
  struct register_person person;
  struct register_post_list posts;
  TRY(register_person_load(tx, synth->context->arena, demo->person_id, &person));
  TRY(register_posts_of_person(tx, synth->context->arena, demo->person_id, synth->options.date, &posts));
  jout_object(out);
  jout_put_text(out, "name", demo->name);
  jout_put_text(out, "pin", person.pin);
  jout_put_text(out, "full_name", person.name);
  jout_put_date(out, "birth_date", register_birth_date(person.birth));
  jout_put_str(out, "role", posts.count > 0 ? register_role_name(posts.items[0].role) : NULL);
  jout_put_text_or_null(out, "agency", posts.count > 0 ? posts.items[0].agency_code : S(""));
  jout_object_end(out);
  buf_printf(to->lines, "  %-24.*s %.*s  %.*s\n", SLICE_ARG(demo->name), SLICE_ARG(person.pin), SLICE_ARG(person.name));
  return OK;
}

/* The named people anybody may sign in as: synthetic, all of them. */
static result put_identities(const struct synth *synth, struct listing *to) {
  struct server_installation *installation CLEANUP(server_installation_close) = NULL;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct register_demo_list list;
  TRY(cli_open(synth->context, &installation));
  TRY(db_read_begin(installation->env.db, &tx));
  TRY(register_demo_list(tx, synth->context->arena, &list));
  jout_put_list(to->out, "identities");
  for (size_t i = 0; i < list.count; i++) {
    if (has_account(list.items[i].name)) {
      TRY(put_identity(synth, tx, &list.items[i], to));
    }
  }
  jout_list_end(to->out);
  return OK;
}

static result print_counts(const struct synth *synth) {
  const struct register_synth_counts *c = &synth->counts;
  struct buf text;
  struct jout out;
  struct buf lines;
  buf_init(&lines, synth->context->arena, 4096);
  buf_init(&text, synth->context->arena, 4096);
  jout_init(&out, &text);
  jout_object(&out);
  jout_put_int(&out, "people", c->people);
  jout_put_int(&out, "households", c->households);
  jout_put_int(&out, "marriages", c->marriages);
  jout_put_int(&out, "convictions", c->convictions);
  jout_put_int(&out, "bans", c->bans);
  jout_put_int(&out, "categories", c->categories);
  jout_put_int(&out, "posts_held", c->posts_held);
  jout_put_date(&out, "date", synth->options.date);
  if (!cli_has(synth->context, "no-accounts")) {
    jout_put_str(&out, "demo_password", SERVER_DEMO_PASSWORD);
    jout_put_str(&out, "demo_passcode", SERVER_DEMO_PASSCODE);
    jout_put_str(&out, "demo_signing_pin", SERVER_DEMO_SIGNING_PIN);
    TRY(put_identities(synth, &(struct listing){&out, &lines}));
  }
  jout_object_end(&out);
  if (synth->context->json) {
    printf("%.*s\n", SLICE_ARG(buf_slice(&text)));
    return OK;
  }
  printf("%lld people in %lld households, %lld convictions, %lld posts held, as of %.*s\n", (long long)c->people, (long long)c->households,
         (long long)c->convictions, (long long)c->posts_held, SLICE_ARG(clock_date_write(synth->context->arena, synth->options.date)));
  if (!cli_has(synth->context, "no-accounts")) {
    printf("everybody's password %s, passcode %s, deciders' signing PIN %s\n", SERVER_DEMO_PASSWORD, SERVER_DEMO_PASSCODE,
           SERVER_DEMO_SIGNING_PIN);
    printf("sign in as, among others:\n%.*s", SLICE_ARG(buf_slice(&lines)));
  }
  return OK;
}

int cli_synth(const struct cli_context *context, int argc, char **argv) {
  (void)argc;
  (void)argv;
  int64_t people = PEOPLE_DEFAULT;
  int64_t seed = 1;
  struct clock clock = clock_shifted(0);
  int32_t today = clock_date_of(clock_now_ms(&clock));
  struct synth synth = {.context = context, .options = {.date = today}, .shows_progress = isatty(STDERR_FILENO) == 1};
  if (!cli_number(context, "people", (int64_t[]){REGISTER_SYNTH_PEOPLE_MIN, REGISTER_SYNTH_PEOPLE_MAX}, &people) ||
      !cli_number(context, "seed", (int64_t[]){0, INT64_MAX}, &seed) ||
      !cli_number(context, "partitions", (int64_t[]){1, DB_PARTITIONS_MAX}, &synth.config.database.partitions)) {
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
  if (database == NULL && cli_has(context, "partitions")) {
    return cli_misuse(context, "--partitions is for --database postgresql://...");
  }
  synth.config.database.url = slice_str(database);
  synth.config.signer_socket = slice_str(cli_value(context, "signer"));
  const char *date = cli_value(context, "date");
  if (date != NULL && !is_ok(clock_date_parse(slice_str(date), &synth.options.date))) {
    return cli_misuse(context, "--date takes a day, YYYY-MM-DD");
  }
  synth.config.clock_offset_ms = (int64_t)(synth.options.date - today) * CLOCK_DAY_MS;
  synth.options.people = people;
  synth.options.seed = (uint64_t)seed;
  synth.options.progress = show_progress;
  synth.options.context = &synth;
  result made = make_country(&synth);
  if (is_ok(made)) {
    made = print_counts(&synth);
  }
  return is_ok(made) ? CLI_OK : cli_fail(context, made);
}
