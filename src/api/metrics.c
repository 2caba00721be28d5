/* Figures for operators, in the format of Prometheus: never a person's, never an address as it was asked, only routes of the table. */
#include "api/metrics.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "api/resources.h"
#include "codec/prometheus.h"
#include "message/message.h"

/* Every status this server answers with; the last counts what is not in the list. */
static const int statuses[] = {200, 201, 202, 204, 206, 302, 303, 304, 400, 401, 403, 404, 405, 406, 409, 410, 411,
                               412, 413, 414, 415, 422, 423, 428, 429, 431, 500, 501, 502, 503, 504, 0};
enum { STATUSES = sizeof statuses / sizeof *statuses };

struct route_figures {
  _Atomic uint64_t answers[STATUSES];
  struct histogram took;
};
struct metrics {
  int64_t began_ms; /* of the world's clock, not the installation's */
  size_t count;
  struct route_figures routes[]; /* as in the table; the last: addresses without a route */
};

struct metrics *api_metrics_open(void) {
  size_t count = api_routes.count + 1;
  struct metrics *metrics = heap_alloc(sizeof *metrics + count * sizeof *metrics->routes);
  const struct clock system_clock = clock_shifted(0);
  metrics->count = count;
  metrics->began_ms = clock_now_ms(&system_clock);
  return metrics;
}

void api_metrics_close(struct metrics *metrics) { free(metrics); }

void api_metrics_count(struct metrics *metrics, const struct api_route *route, int status, int64_t took_us) {
  size_t at = route == NULL ? metrics->count - 1 : (size_t)(route - (const struct api_route *)api_routes.rows);
  size_t i = 0;
  while (i < STATUSES - 1 && statuses[i] != status) {
    i++;
  }
  (void)atomic_fetch_add_explicit(&metrics->routes[at].answers[i], 1, memory_order_relaxed);
  histogram_add(&metrics->routes[at].took, took_us);
}

struct route_name {
  struct slice method, pattern;
};
static struct route_name name_of(const struct metrics *metrics, size_t at) {
  if (at == metrics->count - 1) {
    return (struct route_name){S(""), S("")};
  }
  const struct api_route *row = (const struct api_route *)api_routes.rows + at;
  return (struct route_name){slice_str(http_method_name(row->route.method)), slice_str(row->route.pattern)};
}

static void write_answers(const struct metrics *metrics, struct buf *out) {
  prometheus_family(out, "danh_http_answers_total", "counter", "Answers by route of the table (empty: no such address) and status.");
  for (size_t at = 0; at < metrics->count; at++) {
    struct route_name name = name_of(metrics, at);
    for (size_t i = 0; i < STATUSES; i++) {
      uint64_t answers = atomic_load_explicit(&metrics->routes[at].answers[i], memory_order_relaxed);
      if (answers > 0) {
        struct slice status = statuses[i] == 0 ? S("other") : arena_printf(out->arena, "%d", statuses[i]);
        prometheus_sample(out, "danh_http_answers_total", PROMETHEUS_LABELS({"method", name.method}, {"route", name.pattern}, {"status", status}),
                          (int64_t)answers);
      }
    }
  }
}

static bool was_asked(const struct route_figures *route) {
  uint64_t sum = 0;
  for (size_t i = 0; i < STATUSES; i++) {
    sum += atomic_load_explicit(&route->answers[i], memory_order_relaxed);
  }
  return sum > 0;
}

static void write_times(const struct metrics *metrics, struct buf *out) {
  prometheus_family(out, "danh_http_answer_seconds", "histogram", "From a worker taking the request to its answer, waiting for a worker not counted.");
  for (size_t at = 0; at < metrics->count; at++) {
    struct route_name name = name_of(metrics, at);
    if (was_asked(&metrics->routes[at])) {
      prometheus_histogram(out, "danh_http_answer_seconds", PROMETHEUS_LABELS({"method", name.method}, {"route", name.pattern}), &metrics->routes[at].took);
    }
  }
}

static int64_t open_files(void) {
  DIR *folder = opendir("/proc/self/fd");
  int64_t count = -3; /* . and .. and this one */
  while (folder != NULL && readdir(folder) != NULL) {
    count++;
  }
  if (folder != NULL) {
    closedir(folder);
  }
  return count > 0 ? count : 0;
}

static int64_t resident_bytes(void) {
  long long pages = 0;
  FILE *file = fopen("/proc/self/statm", "re");
  if (file != NULL) {
    if (fscanf(file, "%*s %lld", &pages) != 1) {
      pages = 0;
    }
    (void)fclose(file);
  }
  return pages * sysconf(_SC_PAGESIZE);
}

/* The names every program's figures have. */
static void write_process(const struct metrics *metrics, struct buf *out) {
  struct rusage used = {0};
  struct rlimit files = {0};
  (void)getrusage(RUSAGE_SELF, &used);
  (void)getrlimit(RLIMIT_NOFILE, &files);
  prometheus_family(out, "process_cpu_seconds_total", "counter", "Processor time of the server.");
  prometheus_seconds(out, "process_cpu_seconds_total", PROMETHEUS_NO_LABELS,
                     (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 + used.ru_utime.tv_usec + used.ru_stime.tv_usec);
  prometheus_single(out, "process_resident_memory_bytes", "gauge", "Memory of the server in use.", resident_bytes());
  prometheus_single(out, "process_open_fds", "gauge", "Open files and connections.", open_files());
  prometheus_single(out, "process_max_fds", "gauge", "As many may be open.", (int64_t)files.rlim_cur);
  prometheus_family(out, "process_start_time_seconds", "gauge", "When the server began to serve.");
  prometheus_seconds(out, "process_start_time_seconds", PROMETHEUS_NO_LABELS, metrics->began_ms * 1000);
  prometheus_family(out, "danh_build_info", "gauge", "Always 1; the label says which program runs.");
  prometheus_sample(out, "danh_build_info", PROMETHEUS_LABELS({"version", S(DANH_VERSION)}), 1);
}

/* ---- what waits in the tables ---- */

static result write_deliveries(struct db_tx *tx, int64_t now_ms, struct buf *out) {
  struct outbox_backlog backlog[OUTBOX_BACKLOG_MAX];
  size_t count = 0;
  TRY(outbox_backlog(tx, out->arena, backlog, &count));
  prometheus_family(out, "danh_deliveries_waiting", "gauge", "Deliveries not acknowledged yet, by destination.");
  for (size_t i = 0; i < count; i++) {
    prometheus_sample(out, "danh_deliveries_waiting", PROMETHEUS_LABELS({"destination", backlog[i].destination}), backlog[i].waiting);
  }
  prometheus_family(out, "danh_deliveries_oldest_seconds", "gauge", "How long the oldest of them waits.");
  for (size_t i = 0; i < count; i++) {
    prometheus_seconds(out, "danh_deliveries_oldest_seconds", PROMETHEUS_LABELS({"destination", backlog[i].destination}),
                       (now_ms - backlog[i].oldest_at_ms) * 1000);
  }
  return OK;
}

static result write_deadlines(struct db_tx *tx, int64_t now_ms, struct buf *out) {
  struct dossier_deadlines deadlines;
  TRY(dossier_deadlines(tx, clock_date_of(now_ms), &deadlines));
  prometheus_family(out, "danh_dossiers_due", "gauge", "Dossiers under way by their deadline: overdue, today, or within three days.");
  prometheus_sample(out, "danh_dossiers_due", PROMETHEUS_LABELS({"when", S("overdue")}), deadlines.overdue);
  prometheus_sample(out, "danh_dossiers_due", PROMETHEUS_LABELS({"when", S("today")}), deadlines.today);
  prometheus_sample(out, "danh_dossiers_due", PROMETHEUS_LABELS({"when", S("soon")}), deadlines.soon);
  return OK;
}

static result write_waiting(const struct env *env, struct buf *out) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  int64_t now_ms = clock_now_ms(env->clock);
  int64_t messages = 0;
  TRY(db_read_begin(env->db, &tx));
  TRY(write_deliveries(tx, now_ms, out));
  TRY(write_deadlines(tx, now_ms, out));
  TRY(message_backlog(tx, &messages));
  prometheus_single(out, "danh_messages_waiting", "gauge", "SMS and mails not sent yet.", messages);
  return OK;
}

static void write_database(const struct env *env, struct buf *out) {
  struct db_figures figures = db_figures(env->db);
  prometheus_single(out, "danh_db_commits_total", "counter", "Commits to the database.", (int64_t)figures.commits);
  prometheus_single(out, "danh_db_writes_total", "counter", "Writes committed; divided by the commits: how many share one.", (int64_t)figures.writes);
  prometheus_single(out, "danh_db_retries_total", "counter", "Writes that ran again because others came between.", (int64_t)figures.retries);
  prometheus_family(out, "danh_db_commit_seconds", "histogram", "From a batch of writes being begun until it is on disk.");
  prometheus_histogram(out, "danh_db_commit_seconds", PROMETHEUS_NO_LABELS, figures.commit_took);
  prometheus_family(out, "danh_db_commit_writes", "histogram", "Writes that one commit took.");
  prometheus_sizes(out, "danh_db_commit_writes", PROMETHEUS_NO_LABELS, figures.commit_sizes);
  prometheus_family(out, "danh_leads", "gauge", "1 for each task in which, of all nodes on the database, this one leads.");
  for (int i = 0; i < figures.led_count; i++) {
    prometheus_sample(out, "danh_leads", PROMETHEUS_LABELS({"task", slice_str(figures.led[i])}), 1);
  }
}

void api_metrics_write(struct api *api, struct buf *out) {
  struct buf waiting;
  buf_init(&waiting, out->arena, 2048);
  write_process(api->metrics, out);
  write_answers(api->metrics, out);
  write_times(api->metrics, out);
  write_database(api->options.env, out);
  bool answers = is_ok(write_waiting(api->options.env, &waiting));
  prometheus_single(out, "danh_db_up", "gauge", "Whether the database answers; without it, what waits there is not told.", answers);
  if (answers) {
    buf_append(out, buf_slice(&waiting));
  }
  if (api->options.edge.figures != NULL) {
    api->options.edge.figures(api->options.edge.app, out);
  }
}

/* Who sits on this machine, and is not a proxy that asks for somebody else. */
static bool is_operator(const struct api_call *call) {
  const struct http_request *request = &call->http->request;
  struct slice from = request->peer_address;
  bool is_here = slice_starts(from, S("127.")) || slice_is(from, "::1");
  bool is_forwarded = http_header(request, "X-Forwarded-For").len > 0 || http_header(request, "Forwarded").len > 0 || http_header(request, "Via").len > 0;
  return is_here && !is_forwarded;
}

result api_metrics_get(struct api_call *call) {
  if (!is_operator(call)) {
    FAIL(HTTP_NO_ROUTE, "figures are for this machine alone");
  }
  struct buf out;
  buf_init(&out, call->arena, 32 * 1024);
  api_metrics_write(call->api, &out);
  http_reply(call->http, 200, PROMETHEUS_CONTENT_TYPE, buf_slice(&out));
  return OK;
}
