#include "server/figures.h"

#include "codec/prometheus.h"
#include "ledger/ledger.h"
#include "server/clock_watch.h"

static void write_http(const struct http_figures *http, struct buf *out) {
  prometheus_single(out, "danh_http_requests_total", "counter", "Requests read, those answered without a worker included.", (int64_t)http->requests);
  prometheus_single(out, "danh_http_refused_total", "counter", "Requests refused before a handler: malformed, too large, too slow.", (int64_t)http->refused);
  prometheus_single(out, "danh_http_overloaded_total", "counter", "Requests answered 503 at the door.", (int64_t)http->overloaded);
  prometheus_single(out, "danh_http_evicted_total", "counter", "Connections that had stood still and were closed for newer ones.", (int64_t)http->evicted);
  prometheus_family(out, "danh_door_shut_seconds_total", "counter", "For so long doors were shut, all loops together: more came than may be refused with an answer.");
  prometheus_seconds(out, "danh_door_shut_seconds_total", PROMETHEUS_NO_LABELS, (int64_t)http->shut_us);
  prometheus_single(out, "danh_http_connections", "gauge", "Open connections.", http->connections);
  prometheus_single(out, "danh_http_waiting", "gauge", "Requests that wait for a worker.", http->waiting);
}

static void write_signer(struct signer *signer, struct buf *out) {
  struct signer_figures signing = {0};
  int64_t began_us = clock_monotonic_us();
  bool answers = is_ok(signer_client_figures(signer, &signing));
  int64_t took_us = clock_monotonic_us() - began_us;
  prometheus_single(out, "danh_signer_up", "gauge", "Whether the signer answers.", answers);
  if (answers) {
    prometheus_family(out, "danh_signer_round_trip_seconds", "gauge", "One question to the signer, just now.");
    prometheus_seconds(out, "danh_signer_round_trip_seconds", PROMETHEUS_NO_LABELS, took_us);
    prometheus_single(out, "danh_signer_signatures", "gauge", "Signatures in the signer's log since it began.", (int64_t)signing.signatures);
    prometheus_single(out, "danh_signer_in_lanes_total", "counter", "Token signatures made eight at once since the signer started; none where the processor has no AVX-512 IFMA.",
                      (int64_t)signing.in_lanes);
  }
}

static void write_signing(struct signer *signer, struct buf *out) {
  const struct signer_client_counts *counted = signer_client_counted(signer);
  prometheus_family(out, "danh_signer_sign_seconds", "histogram", "From asking for a signature to having it.");
  prometheus_histogram(out, "danh_signer_sign_seconds", PROMETHEUS_NO_LABELS, &counted->took);
  prometheus_family(out, "danh_signer_failures_total", "counter", "Signatures that were not given: refused, or nobody answered in time.");
  prometheus_sample(out, "danh_signer_failures_total", PROMETHEUS_LABELS({"why", S("refused")}), (int64_t)atomic_load(&counted->refused));
  prometheus_sample(out, "danh_signer_failures_total", PROMETHEUS_LABELS({"why", S("away")}), (int64_t)atomic_load(&counted->lost));
}

static void write_deliveries(const struct server_receiver_counts *receivers, size_t count, struct buf *out) {
  prometheus_family(out, "danh_delivery_seconds", "histogram", "From calling a receiver to its acknowledgement.");
  for (size_t i = 0; i < count; i++) {
    prometheus_histogram(out, "danh_delivery_seconds", PROMETHEUS_LABELS({"destination", receivers[i].name}), &receivers[i].took);
  }
  prometheus_family(out, "danh_delivery_failures_total", "counter", "Calls that no acknowledgement came from; each is tried again.");
  for (size_t i = 0; i < count; i++) {
    prometheus_sample(out, "danh_delivery_failures_total", PROMETHEUS_LABELS({"destination", receivers[i].name}), (int64_t)atomic_load(&receivers[i].failures));
  }
}

void server_figures_write(void *app, struct buf *out) {
  struct server_figures *figures = app;
  struct ledger_sequencer_figures ledger = ledger_sequencer_figures(figures->sequencer);
  if (figures->http != NULL) {
    struct http_figures http = http_server_figures(figures->http);
    write_http(&http, out);
  }
  server_surge_write(figures->surge, out);
  write_signer(figures->signer, out);
  write_signing(figures->signer, out);
  write_deliveries(figures->receivers, figures->receiver_count, out);
  prometheus_family(out, "danh_clock_ahead_seconds", "gauge", "How far this process is ahead of the machine's clock, which was set back.");
  prometheus_seconds(out, "danh_clock_ahead_seconds", PROMETHEUS_NO_LABELS, server_clock_ahead_ms(figures->clock) * 1000);
  struct server_spans_figures spans = server_spans_figures(figures->spans);
  prometheus_single(out, "danh_spans_sent_total", "counter", "Spans a collector has taken.", (int64_t)spans.sent);
  prometheus_single(out, "danh_spans_dropped_total", "counter", "Spans no collector took, or that found no place to wait.", (int64_t)spans.dropped);
  prometheus_single(out, "danh_spans_waiting", "gauge", "Spans that wait for the collector.", (int64_t)spans.waiting);
  prometheus_single(out, "danh_ledger_rounds_total", "counter", "Rounds of the ledger's sequencer.", (int64_t)ledger.rounds);
  prometheus_single(out, "danh_ledger_failures_total", "counter", "Rounds that failed: entries wait, or the tree is not signed.", (int64_t)ledger.failures);
  prometheus_single(out, "danh_ledger_up", "gauge", "Whether the last round went well.", ledger.last_failure == 0);
}

void server_figures_readiness(void *app, struct api_readiness *ret_readiness) {
  struct server_figures *figures = app;
  *ret_readiness = (struct api_readiness){.is_draining = atomic_load(&figures->is_draining),
                                          .has_signer = is_ok(signer_client_health(figures->signer)),
                                          .has_ledger = ledger_sequencer_figures(figures->sequencer).last_failure == 0};
}
