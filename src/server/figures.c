#include "server/figures.h"

#include "codec/prometheus.h"
#include "ledger/ledger.h"

static void write_http(const struct http_figures *http, struct buf *out) {
  prometheus_family(out, "danh_http_requests_total", "counter", "Requests read, those answered without a worker included.");
  prometheus_sample(out, "danh_http_requests_total", PROMETHEUS_NO_LABELS, (int64_t)http->requests);
  prometheus_family(out, "danh_http_refused_total", "counter", "Requests refused before a handler: malformed, too large, too slow.");
  prometheus_sample(out, "danh_http_refused_total", PROMETHEUS_NO_LABELS, (int64_t)http->refused);
  prometheus_family(out, "danh_http_overloaded_total", "counter", "Requests answered 503 at the door.");
  prometheus_sample(out, "danh_http_overloaded_total", PROMETHEUS_NO_LABELS, (int64_t)http->overloaded);
  prometheus_family(out, "danh_http_connections", "gauge", "Open connections.");
  prometheus_sample(out, "danh_http_connections", PROMETHEUS_NO_LABELS, http->connections);
  prometheus_family(out, "danh_http_waiting", "gauge", "Requests that wait for a worker.");
  prometheus_sample(out, "danh_http_waiting", PROMETHEUS_NO_LABELS, http->waiting);
}

static void write_signer(struct signer *signer, struct buf *out) {
  struct signer_figures signing = {0};
  int64_t began_us = clock_monotonic_us();
  bool answers = is_ok(signer_client_figures(signer, &signing));
  int64_t took_us = clock_monotonic_us() - began_us;
  prometheus_family(out, "danh_signer_up", "gauge", "Whether the signer answers.");
  prometheus_sample(out, "danh_signer_up", PROMETHEUS_NO_LABELS, answers);
  if (answers) {
    prometheus_family(out, "danh_signer_round_trip_seconds", "gauge", "One question to the signer, just now.");
    prometheus_seconds(out, "danh_signer_round_trip_seconds", PROMETHEUS_NO_LABELS, took_us);
    prometheus_family(out, "danh_signer_signatures", "gauge", "Signatures in the signer's log since it began.");
    prometheus_sample(out, "danh_signer_signatures", PROMETHEUS_NO_LABELS, (int64_t)signing.signatures);
  }
}

void server_figures_write(void *app, struct buf *out) {
  struct server_figures *figures = app;
  struct ledger_sequencer_figures ledger = ledger_sequencer_figures(figures->sequencer);
  if (figures->http != NULL) {
    struct http_figures http = http_server_figures(figures->http);
    write_http(&http, out);
  }
  write_signer(figures->signer, out);
  if (figures->spans != NULL) {
    struct server_spans_figures spans = server_spans_figures(figures->spans);
    prometheus_family(out, "danh_spans_sent_total", "counter", "Spans a collector has taken.");
    prometheus_sample(out, "danh_spans_sent_total", PROMETHEUS_NO_LABELS, (int64_t)spans.sent);
    prometheus_family(out, "danh_spans_dropped_total", "counter", "Spans no collector took, or that found no place to wait.");
    prometheus_sample(out, "danh_spans_dropped_total", PROMETHEUS_NO_LABELS, (int64_t)spans.dropped);
    prometheus_family(out, "danh_spans_waiting", "gauge", "Spans that wait for the collector.");
    prometheus_sample(out, "danh_spans_waiting", PROMETHEUS_NO_LABELS, (int64_t)spans.waiting);
  }
  prometheus_family(out, "danh_ledger_rounds_total", "counter", "Rounds of the ledger's sequencer.");
  prometheus_sample(out, "danh_ledger_rounds_total", PROMETHEUS_NO_LABELS, (int64_t)ledger.rounds);
  prometheus_family(out, "danh_ledger_failures_total", "counter", "Rounds that failed: entries wait, or the tree is not signed.");
  prometheus_sample(out, "danh_ledger_failures_total", PROMETHEUS_NO_LABELS, (int64_t)ledger.failures);
  prometheus_family(out, "danh_ledger_up", "gauge", "Whether the last round went well.");
  prometheus_sample(out, "danh_ledger_up", PROMETHEUS_NO_LABELS, ledger.last_failure == 0);
}

void server_figures_readiness(void *app, struct api_readiness *ret_readiness) {
  struct server_figures *figures = app;
  *ret_readiness = (struct api_readiness){.is_draining = atomic_load(&figures->is_draining),
                                          .has_signer = is_ok(signer_client_health(figures->signer)),
                                          .has_ledger = ledger_sequencer_figures(figures->sequencer).last_failure == 0};
}
