/* danh replay pilot-2024 --data DIR: the pilot of 2024 through the real engine, then its report. */
#include <unistd.h>

#include "cli/commands.h"
#include "codec/jout.h"
#include "replay/replay.h"
#include "report/report.h"

enum { SEED_DEFAULT = 2024 };

const struct cli_option cli_replay_options[] = {
    {"seed", "N", "people and arrivals come from it (default 2024)"},
    {"threads", "N", "threads that play the day's acts (default 64)"},
    {0},
};

static void show_progress(void *context, int32_t date, int64_t done, int64_t total) {
  (void)context;
  struct civil_date c = clock_civil(date);
  (void)fprintf(stderr, "\r%02u/%02u/%04d  %lld/%lld", c.day, c.month, c.year, (long long)done, (long long)total);
  if (done == total) {
    (void)fputc('\n', stderr);
  }
}

/* The report on the last day, from a new opening of what was written. */
static result make_report(const struct cli_context *context, struct report_lltp *ret_report) {
  struct server_installation *installation CLEANUP(server_installation_close) = NULL;
  struct report_question question = {.as_of = clock_date_from((struct civil_date){2024, 6, 14})};
  TRY(cli_open(context, &installation));
  return report_lltp(&installation->env, context->arena, &question, ret_report);
}

struct watcher {
  struct slice name; /* "01.supervisor" */
  struct slice pin;
};
enum { WATCHERS_MAX = 4 };
struct watchers {
  struct watcher items[WATCHERS_MAX];
  size_t count;
};

/* Who may sign in to see it on a screen. */
static result find_watchers(const struct cli_context *context, struct watchers *ret_watchers) {
  static const char *const names[] = {"01.supervisor", "46.supervisor"};
  struct server_installation *installation CLEANUP(server_installation_close) = NULL;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(cli_open(context, &installation));
  TRY(db_read_begin(installation->env.db, &tx));
  ret_watchers->count = 0;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct register_person person;
    int64_t person_id = 0;
    TRY(register_demo_find(tx, slice_str(names[i]), &person_id));
    TRY(register_person_load(tx, context->arena, person_id, &person));
    ret_watchers->items[ret_watchers->count++] = (struct watcher){slice_str(names[i]), person.pin};
  }
  return OK;
}

static void put_watchers(struct jout *out, const struct watchers *watchers) {
  jout_put_str(out, "demo_password", SERVER_DEMO_PASSWORD);
  jout_put_list(out, "identities");
  for (size_t i = 0; i < watchers->count; i++) {
    jout_object(out);
    jout_put_text(out, "name", watchers->items[i].name);
    jout_put_text(out, "pin", watchers->items[i].pin);
    jout_object_end(out);
  }
  jout_list_end(out);
}

static void print_json(const struct cli_context *context, const struct replay_figures *figures,
                       const struct report_lltp *report, const struct watchers *watchers) {
  struct buf buf;
  struct jout out;
  buf_init(&buf, context->arena, 16 * 1024);
  jout_init(&out, &buf);
  jout_object(&out);
  jout_put_int(&out, "dossiers", figures->dossiers);
  jout_put_int(&out, "returned", figures->returned);
  jout_put_int(&out, "signatures", figures->signatures);
  jout_put_int(&out, "elapsed_ms", figures->elapsed_ms);
  put_watchers(&out, watchers);
  jout_put_raw(&out, "report", report_lltp_json(context->arena, report));
  jout_object_end(&out);
  printf("%.*s\n", SLICE_ARG(buf_slice(&buf)));
}

int cli_replay(const struct cli_context *context, int argc, char **argv) {
  int64_t seed = SEED_DEFAULT;
  int64_t threads = 0;
  if (argc != 1 || strcmp(argv[0], "pilot-2024") != 0) {
    return cli_misuse(context, "what to replay: pilot-2024");
  }
  if (!cli_number(context, "seed", (int64_t[]){0, INT64_MAX}, &seed) ||
      !cli_number(context, "threads", (int64_t[]){1, 128}, &threads)) {
    return CLI_USAGE;
  }
  struct replay_options options = {.data = context->data,
                                   .seed = (uint64_t)seed,
                                   .threads = (int)threads,
                                   .progress = isatty(STDERR_FILENO) ? show_progress : NULL};
  struct replay_figures figures;
  struct report_lltp report;
  struct watchers watchers = {0};
  result done = replay_pilot_2024(&options, &figures);
  if (is_ok(done)) {
    done = make_report(context, &report);
  }
  if (is_ok(done)) {
    done = find_watchers(context, &watchers);
  }
  if (!is_ok(done)) {
    return cli_fail(context, done);
  }
  if (context->json) {
    print_json(context, &figures, &report, &watchers);
    return CLI_OK;
  }
  printf("%.*s\n%lld hồ sơ, %lld kết quả, %lld chữ ký trong %.1f giây\n",
         SLICE_ARG(report_lltp_text(context->arena, &report)), (long long)figures.dossiers, (long long)figures.returned,
         (long long)figures.signatures, (double)figures.elapsed_ms / 1000);
  printf("Xem trên màn hình: danh serve --data %s, rồi đăng nhập giám sát (mật khẩu %s):\n", context->data, SERVER_DEMO_PASSWORD);
  for (size_t i = 0; i < watchers.count; i++) {
    printf("  %.*s  %.*s\n", SLICE_ARG(watchers.items[i].name), SLICE_ARG(watchers.items[i].pin));
  }
  return CLI_OK;
}
