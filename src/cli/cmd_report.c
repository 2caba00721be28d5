/* danh report eid | lltp --as-of DATE | savings: statistics computed from the dossiers. */
#include "cli/commands.h"
#include "codec/jout.h"
#include "report/report.h"

const struct cli_option cli_report_options[] = {
    {"as-of", "YYYY-MM-DD", "lltp: the last day counted (default: today)"},
    {"province", "CODE", "lltp: one province alone"},
    {"certificates", "N", "savings: certificates a year (default 2600000)"},
    {"extra-copy-fee", "VND", "savings: fee of an extra copy (default 5000)"},
    {"travel", "VND", "savings: fuel and travel (default 10000)"},
    {"waiting", "VND", "savings: four hours' wait (default 80000)"},
    {"lost-wage", "VND", "savings: half a day's wage (default 150000)"},
    {0},
};

static int run_lltp(const struct cli_context *context) {
  struct server_installation *installation CLEANUP(server_installation_close) = NULL;
  result opened = cli_open(context, &installation);
  if (!is_ok(opened)) {
    return cli_fail(context, opened);
  }
  struct report_question question = {.as_of = clock_date_of(clock_now_ms(installation->env.clock)),
                                     .province = slice_str(cli_value(context, "province"))};
  const char *as_of = cli_value(context, "as-of");
  if (as_of != NULL && !is_ok(clock_date_parse(slice_str(as_of), &question.as_of))) {
    return cli_misuse(context, "--as-of is a date, YYYY-MM-DD");
  }
  struct report_lltp report;
  result made = report_lltp(&installation->env, context->arena, &question, &report);
  if (!is_ok(made)) {
    return cli_fail(context, made);
  }
  struct slice text =
      context->json ? report_lltp_json(context->arena, &report) : report_lltp_text(context->arena, &report);
  printf("%.*s\n", SLICE_ARG(text));
  return CLI_OK;
}

static int run_savings(const struct cli_context *context) {
  struct report_savings s = REPORT_SAVINGS_PUBLISHED;
  int64_t range[] = {0, 1000000000};
  if (!cli_number(context, "certificates", range, &s.certificates) ||
      !cli_number(context, "extra-copy-fee", range, &s.extra_copy_fee) ||
      !cli_number(context, "travel", range, &s.travel) || !cli_number(context, "waiting", range, &s.waiting) ||
      !cli_number(context, "lost-wage", range, &s.lost_wage)) {
    return CLI_USAGE;
  }
  result made = report_savings(&s);
  if (!is_ok(made)) {
    return cli_fail(context, made);
  }
  struct clock clock = clock_shifted(0);
  struct slice as_of = clock_date_write(context->arena, clock_date_of(clock_now_ms(&clock)));
  if (context->json) {
    printf(
        "{\"as_of\":\"%.*s\",\"extra_copy_fee\":%lld,\"travel\":%lld,\"waiting\":%lld,\"lost_wage\":%lld,\"per_certificate\":%lld,"
        "\"certificates\":%lld,"
        "\"total\":%lld,\"unit\":\"VND\",\"period\":\"P1Y\"}\n",
        SLICE_ARG(as_of), (long long)s.extra_copy_fee, (long long)s.travel, (long long)s.waiting, (long long)s.lost_wage,
        (long long)s.per_certificate, (long long)s.certificates, (long long)s.total);
  } else {
    printf("%lld đồng mỗi phiếu x %lld phiếu mỗi năm = %lld đồng mỗi năm (tính ngày %.*s)\n", (long long)s.per_certificate,
           (long long)s.certificates, (long long)s.total, SLICE_ARG(as_of));
  }
  return CLI_OK;
}

static int run_eid(const struct cli_context *context) {
  struct server_installation *installation CLEANUP(server_installation_close) = NULL;
  struct report_eid report;
  result made = cli_open(context, &installation);
  if (is_ok(made)) {
    made = report_eid(&installation->env, &report);
  }
  if (!is_ok(made)) {
    return cli_fail(context, made);
  }
  struct slice text = context->json ? report_eid_json(context->arena, &report) : report_eid_text(context->arena, &report);
  printf("%.*s\n", SLICE_ARG(text));
  return CLI_OK;
}

int cli_report(const struct cli_context *context, int argc, char **argv) {
  if (argc == 1 && strcmp(argv[0], "savings") == 0) {
    return run_savings(context);
  }
  bool is_eid = argc == 1 && strcmp(argv[0], "eid") == 0;
  if (!is_eid && (argc != 1 || strcmp(argv[0], "lltp") != 0)) {
    return cli_misuse(context, "which report: eid, lltp or savings");
  }
  if (context->data == NULL) {
    return cli_misuse(context, "--data DIR is needed");
  }
  return is_eid ? run_eid(context) : run_lltp(context);
}
