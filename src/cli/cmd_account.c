/* danh account: what the operator of an installation does with e-ID accounts. Everything but the counters is a write: showing a person's account
 * is a read of personal data, and its record comes first. */
#include <stdio.h>
#include <stdlib.h>

#include "account/account.h"
#include "authenticator/authenticator.h"
#include "cli/commands.h"
#include "ledger/ledger.h"
#include "recovery/recovery.h"

enum { REASON_BYTES_MAX = 1200, WORD_BYTES_MAX = 64, SECRET_BYTES_MAX_IN = 512 };

const struct cli_option cli_account_options[] = {
    {"purpose", "TEXT", "show: why, at least ten characters; the person sees it"},
    {"ground", "WORD", "lock, unlock: holder, terms, authority (unlock: wrong_password too)"},
    {"reason", "TEXT", "lock, unlock: the reason, in Vietnamese; the person sees it"},
    {"until", "DATE", "lock: the last day, YYYY-MM-DD (default: until it is lifted)"},
    {"level", "N", "create: 1 or 2 (default 2)"},
    {"password-file", "FILE", "create: first line is the password (default: an account nobody can sign in to)"},
    {"passcode-file", "FILE", "create: first line is the 6-digit passcode"},
    {0},
};

static const struct slice role = S_INIT("operator@cli");

/* ---- what runs under the installation's lock, here or in the server: rows "account.show" ... of cli_writes ---- */

static result check_access(struct env *env, enum access_act act, int64_t subject_id, struct slice purpose) {
  struct access_request request = {.act = act, .is_system = true, .subject_id = subject_id, .purpose = purpose};
  return access_require(env, &request);
}

static result person_of(struct env *env, struct slice pin, int64_t *ret_person_id) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(env->db, &tx));
  return register_person_find(tx, pin, ret_person_id);
}

static void put_grounds(struct jout *out, unsigned grounds) {
  jout_put_list(out, "grounds");
  for (unsigned ground = 1; ground != 0 && ground <= grounds; ground <<= 1) {
    if (grounds & ground) {
      jout_text(out, account_ground_name((enum account_ground)ground));
    }
  }
  jout_list_end(out);
}

static void put_instant(struct jout *out, const char *name, int64_t instant_ms) {
  if (instant_ms == 0) {
    jout_put_null(out, name);
  } else {
    jout_put_instant(out, name, instant_ms);
  }
}

static result put_account(struct env *env, int64_t person_id, struct jout *out) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct account account = {0};
  struct account_session_list sessions = {0};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(env->db, &tx));
  TRY(account_load(tx, person_id, &account));
  TRY(account_session_list(env, tx, person_id, &arena, &sessions));
  jout_object(out);
  jout_put_text(out, "state", account_state_name(account.state));
  jout_put_int(out, "level", account.level);
  put_grounds(out, account.grounds);
  put_instant(out, "registered_at", account.registered_at_ms);
  put_instant(out, "approved_at", account.approved_at_ms);
  put_instant(out, "activated_at", account.activated_at_ms);
  jout_put_bool(out, "password", account.has_password);
  jout_put_bool(out, "passcode", account.has_passcode);
  jout_put_bool(out, "signing_pin", account.has_signing_pin);
  jout_put_int(out, "sessions", (int64_t)sessions.count);
  jout_object_end(out);
  return OK;
}

result cli_account_show(struct server_installation *installation, const struct jin *args, struct jout *out) {
  struct env *env = &installation->env;
  struct slice pin = {0};
  struct slice purpose = {0};
  int64_t person_id = 0;
  TRY(jin_fields(args, (const char *const[]){"pin", "purpose", NULL}));
  TRY(jin_text(args, "pin", WORD_BYTES_MAX, &pin));
  TRY(jin_text_optional(args, "purpose", REASON_BYTES_MAX, &purpose));
  TRY(person_of(env, pin, &person_id));
  TRY(check_access(env, ACCESS_ACCOUNT_SHOW, person_id, purpose));
  struct ledger_entry entry = {.kind = "account.read", .actor_role = role, .subjects = &person_id, .subject_count = 1,
                               .legal_basis = purpose, .detail = S("{\"read\":\"account\"}")};
  TRY(ledger_record_read(env, &entry));
  return put_account(env, person_id, out);
}

struct locking {
  struct env *env;
  struct account_lock lock;
  bool lifts;
};

static result write_lock(struct db_tx *tx, void *arg) {
  const struct locking *locking = arg;
  return locking->lifts ? account_unlock(locking->env, tx, &locking->lock) : account_lock(locking->env, tx, &locking->lock);
}

static result lock_or_unlock(struct server_installation *installation, const struct jin *args, struct jout *out, bool lifts) {
  struct env *env = &installation->env;
  struct slice pin = {0};
  struct slice ground = {0};
  struct locking locking = {.env = env, .lifts = lifts};
  int32_t until = 0;
  TRY(jin_fields(args, (const char *const[]){"pin", "ground", "reason", "until", NULL}));
  TRY(jin_text(args, "pin", WORD_BYTES_MAX, &pin));
  TRY(jin_text(args, "ground", WORD_BYTES_MAX, &ground));
  TRY(jin_text(args, "reason", REASON_BYTES_MAX, &locking.lock.reason));
  TRY(jin_date_optional(args, "until", &until));
  TRY(person_of(env, pin, &locking.lock.person_id));
  TRY(check_access(env, lifts ? ACCESS_ACCOUNT_UNLOCK : ACCESS_ACCOUNT_LOCK, locking.lock.person_id, S("")));
  locking.lock.ground = (enum account_ground)account_ground_find(ground);
  locking.lock.actor.role = role;
  locking.lock.until_ms = until ? clock_date_start_ms(until + 1) : 0;
  TRY(db_write(env->db, write_lock, &locking));
  return put_account(env, locking.lock.person_id, out);
}

result cli_account_lock(struct server_installation *installation, const struct jin *args, struct jout *out) {
  return lock_or_unlock(installation, args, out, false);
}

result cli_account_unlock(struct server_installation *installation, const struct jin *args, struct jout *out) {
  return lock_or_unlock(installation, args, out, true);
}

result cli_account_create(struct server_installation *installation, const struct jin *args, struct jout *out) {
  struct env *env = &installation->env;
  struct slice pin = {0};
  int64_t level = 2;
  struct account_demo demo = {0};
  if (!installation->config.demo) {
    FAIL(ACCOUNT_DEMONSTRATION, "danh.ini has no demo = 1");
  }
  TRY(jin_fields(args, (const char *const[]){"pin", "level", "password", "passcode", NULL}));
  TRY(jin_text(args, "pin", WORD_BYTES_MAX, &pin));
  TRY(jin_int_optional(args, "level", 1, 2, &level));
  TRY(jin_text_optional(args, "password", SECRET_BYTES_MAX_IN, &demo.password));
  TRY(jin_text_optional(args, "passcode", SECRET_BYTES_MAX_IN, &demo.passcode));
  TRY(person_of(env, pin, &demo.person_id));
  TRY(check_access(env, ACCESS_ACCOUNT_CREATE, demo.person_id, S("")));
  demo.level = (int)level;
  TRY(account_demo_create(env, env->hashing, &demo));
  return put_account(env, demo.person_id, out);
}

struct limiting {
  struct env *env;
  struct slice name;
  int64_t value;
};

/* "session_idle_ms" is the account's own; "message.address_codes_max", "recovery.cool_off_ms" and "authenticator.devices_max" their module's. */
static result write_limit(struct db_tx *tx, void *arg) {
  const struct limiting *limiting = arg;
  static const struct {
    const char *prefix;
    result (*set)(struct env *env, struct db_tx *tx, struct slice name, int64_t value);
  } modules[] = {{"message.", message_limit_set}, {"recovery.", recovery_limit_set}, {"authenticator.", authenticator_limit_set}};
  for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
    struct slice prefix = slice_str(modules[i].prefix);
    if (slice_starts(limiting->name, prefix)) {
      return modules[i].set(limiting->env, tx, slice_from(limiting->name, prefix.len), limiting->value);
    }
  }
  return account_limit_set(limiting->env, tx, limiting->name, limiting->value);
}

result cli_account_limit(struct server_installation *installation, const struct jin *args, struct jout *out) {
  struct limiting limiting = {.env = &installation->env};
  TRY(jin_fields(args, (const char *const[]){"limit", "value", NULL}));
  TRY(jin_text(args, "limit", WORD_BYTES_MAX, &limiting.name));
  TRY(jin_int(args, "value", 1, INT64_MAX, &limiting.value));
  TRY(db_write(limiting.env->db, write_limit, &limiting));
  jout_object(out);
  jout_put_text(out, "limit", limiting.name);
  jout_put_int(out, "value", limiting.value);
  jout_object_end(out);
  return OK;
}

/* ---- the command line ---- */

/* The first line of a file, so that no secret stands in the process list. */
static bool first_line(const struct cli_context *context, const char *option, struct slice *ret_line) {
  const char *path = cli_value(context, option);
  if (path == NULL) {
    return true;
  }
  char line[SECRET_BYTES_MAX_IN + 2] = {0};
  FILE *file = fopen(path, "r");
  bool read = file != NULL && fgets(line, sizeof line, file) != NULL;
  if (file != NULL) {
    (void)fclose(file);
  }
  if (!read) {
    (void)cli_misuse(context, "--%s: %s cannot be read", option, path);
    return false;
  }
  *ret_line = arena_copy(context->arena, slice_of(line, strcspn(line, "\r\n")));
  explicit_bzero(line, sizeof line);
  return true;
}

static void put_option(const struct cli_context *context, struct jout *out, const char *name) {
  const char *value = cli_value(context, name);
  if (value != NULL) {
    jout_put_str(out, name, value);
  }
}

static void print_value(const struct jin *value) {
  switch (value->type) {
    case JIN_TEXT: printf(" %.*s", SLICE_ARG(value->text)); break;
    case JIN_INT: printf(" %lld", (long long)value->number); break;
    case JIN_BOOL: printf(" %s", value->boolean ? "yes" : "no"); break;
    default: break;
  }
}

/* One line a field; a list's items beside each other, nothing as a dash. */
static result print_answer(const struct cli_context *context, struct slice answer) {
  struct jin_doc doc;
  const struct jin *root = NULL;
  jin_doc_init(&doc, context->arena, JIN_LIMITS_DEFAULT);
  TRY(jin_parse(&doc, answer, &root));
  for (size_t i = 0; i < root->count; i++) {
    const struct jin *field = &root->items[i];
    bool nothing = field->type == JIN_NULL || (field->type == JIN_LIST && field->count == 0);
    printf("%-14.*s%s", SLICE_ARG(field->name), nothing ? " -" : "");
    print_value(field);
    for (size_t item = 0; field->type == JIN_LIST && item < field->count; item++) {
      print_value(&field->items[item]);
    }
    printf("\n");
  }
  return OK;
}

static int run_write(const struct cli_context *context, const char *name, struct slice args) {
  struct slice answer = {0};
  result done = cli_write(context, name, args, &answer);
  if (is_ok(done) && context->json) {
    printf("%.*s\n", SLICE_ARG(answer));
  } else if (is_ok(done)) {
    done = print_answer(context, answer);
  }
  return is_ok(done) ? CLI_OK : cli_fail(context, done);
}

static int run_person(const struct cli_context *context, const char *name, const char *pin) {
  struct slice password = {0};
  struct slice passcode = {0};
  int64_t level = 2;
  if (!first_line(context, "password-file", &password) || !first_line(context, "passcode-file", &passcode) ||
      !cli_number(context, "level", (int64_t[]){1, 2}, &level)) {
    return CLI_USAGE;
  }
  bool creates = strcmp(name, "account.create") == 0;
  struct buf args;
  struct jout out;
  buf_init(&args, context->arena, 256);
  jout_init(&out, &args);
  jout_object(&out);
  jout_put_str(&out, "pin", pin);
  put_option(context, &out, "purpose");
  put_option(context, &out, "ground");
  put_option(context, &out, "reason");
  put_option(context, &out, "until");
  if (creates) {
    jout_put_int(&out, "level", level);
    jout_put_text_or_null(&out, "password", password);
    jout_put_text_or_null(&out, "passcode", passcode);
  }
  jout_object_end(&out);
  return run_write(context, name, buf_slice(&args));
}

static int run_set_limit(const struct cli_context *context, const char *name, const char *value) {
  char *end = NULL;
  long long number = strtoll(value, &end, 10);
  if (*value == '\0' || *end != '\0') {
    return cli_misuse(context, "not a whole number: %s", value);
  }
  struct buf args;
  struct jout out;
  buf_init(&args, context->arena, 96);
  jout_init(&out, &args);
  jout_object(&out);
  jout_put_str(&out, "limit", name);
  jout_put_int(&out, "value", number);
  jout_object_end(&out);
  return run_write(context, "account.limit", buf_slice(&args));
}

static int print_counters(const struct cli_context *context, const struct account_counters *counters) {
  int64_t hundredths = counters->collected > 0 ? (counters->activated * 20000 + counters->collected) / (2 * counters->collected) : 0;
  if (context->json) {
    printf("{\"cards\":%lld,\"collected\":%lld,\"issued\":%lld,\"activated\":%lld,\"activated_percent\":\"%lld.%02lld\"}\n",
           (long long)counters->cards, (long long)counters->collected, (long long)counters->issued, (long long)counters->activated,
           (long long)(hundredths / 100), (long long)(hundredths % 100));
  } else {
    printf("cards %lld, e-ID dossiers collected %lld, accounts issued %lld, activated %lld (%lld.%02lld %% of collected)\n",
           (long long)counters->cards, (long long)counters->collected, (long long)counters->issued, (long long)counters->activated,
           (long long)(hundredths / 100), (long long)(hundredths % 100));
  }
  return CLI_OK;
}

static int run_count(const struct cli_context *context) {
  struct server_installation *installation CLEANUP(server_installation_close) = NULL;
  result opened = cli_open(context, &installation);
  if (!is_ok(opened)) {
    return cli_fail(context, opened);
  }
  struct account_counters counters = {0};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  result counted = db_read_begin(installation->env.db, &tx);
  if (is_ok(counted)) {
    counted = account_count(tx, &counters);
  }
  return is_ok(counted) ? print_counters(context, &counters) : cli_fail(context, counted);
}

int cli_account(const struct cli_context *context, int argc, char **argv) {
  static const struct {
    const char *verb;
    const char *write;
  } verbs[] = {{"show", "account.show"}, {"lock", "account.lock"}, {"unlock", "account.unlock"}, {"create", "account.create"}};
  if (argc == 1 && strcmp(argv[0], "count") == 0) {
    return run_count(context);
  }
  if (argc == 3 && strcmp(argv[0], "limit") == 0) {
    return run_set_limit(context, argv[1], argv[2]);
  }
  for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
    if (argc == 2 && strcmp(argv[0], verbs[i].verb) == 0) {
      return run_person(context, verbs[i].write, argv[1]);
    }
  }
  return cli_misuse(context, "show PIN, lock PIN, unlock PIN, create PIN, count, or limit NAME VALUE");
}
