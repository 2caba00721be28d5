#include "server/spans.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/rounds.h"
#include "http/http.h"

enum { ROUND_MS = 1000, BATCH_MAX = 512, TIMEOUT_MS = 5000, TRIES_MAX = 5, ANSWER_BYTES_MAX = 64 * 1024 };

struct server_spans {
  struct trace_sink sink; /* first: the sink is the object */
  const struct clock *clock;
  struct snapshot_slot *settings;
  struct rounds *rounds;
  int tries;
  pthread_mutex_t lock;
  struct trace_span *ring; /* SERVER_SPANS_WAITING_MAX */
  size_t first;
  size_t waiting;
  uint64_t sent;
  uint64_t dropped;
};

/* ---- protobuf: opentelemetry/proto/trace/v1/trace.proto ---- */

enum { WIRE_NUMBER = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2 };
enum { KIND_SERVER = 2, KIND_CLIENT = 3, STATUS_ERROR = 2 };

static void put_number(struct buf *out, uint64_t number) {
  for (; number >= 0x80; number >>= 7) {
    buf_append_byte(out, (uint8_t)(number | 0x80));
  }
  buf_append_byte(out, (uint8_t)number);
}

static void put_tag(struct buf *out, int field, int wire) { put_number(out, (uint64_t)field << 3 | (uint64_t)wire); }

static void put_bytes(struct buf *out, int field, struct slice bytes) {
  put_tag(out, field, WIRE_BYTES);
  put_number(out, bytes.len);
  buf_append(out, bytes);
}

static void put_int(struct buf *out, int field, int64_t number) {
  put_tag(out, field, WIRE_NUMBER);
  put_number(out, (uint64_t)number);
}

static void put_time(struct buf *out, int field, int64_t unix_us) {
  uint64_t nanoseconds = (uint64_t)unix_us * 1000;
  put_tag(out, field, WIRE_FIXED64);
  for (int i = 0; i < 8; i++) {
    buf_append_byte(out, (uint8_t)(nanoseconds >> (8 * i)));
  }
}

/* KeyValue { key = 1, value = 2: AnyValue { string_value = 1, int_value = 3 } } */
static void put_attribute(struct buf *out, int field, const char *key, struct slice text, int64_t number) {
  struct buf value;
  struct buf pair;
  buf_init(&value, out->arena, 128);
  buf_init(&pair, out->arena, 192);
  if (text.ptr != NULL) {
    put_bytes(&value, 1, text);
  } else {
    put_int(&value, 3, number);
  }
  put_bytes(&pair, 1, slice_str(key));
  put_bytes(&pair, 2, buf_slice(&value));
  put_bytes(out, field, buf_slice(&pair));
}

static void put_span(struct buf *out, const struct trace_span *span) {
  static const uint8_t none[TRACE_SPAN_ID_BYTES];
  struct buf body;
  buf_init(&body, out->arena, 512);
  put_bytes(&body, 1, slice_of(span->trace_id, sizeof span->trace_id));
  put_bytes(&body, 2, slice_of(span->span_id, sizeof span->span_id));
  if (memcmp(span->parent_id, none, sizeof none) != 0) {
    put_bytes(&body, 4, slice_of(span->parent_id, sizeof span->parent_id));
  }
  put_bytes(&body, 5, span->route != NULL ? arena_printf(out->arena, "%s %s", span->method, span->route) : slice_str(span->method));
  put_int(&body, 6, span->is_client ? KIND_CLIENT : KIND_SERVER);
  put_time(&body, 7, span->began_ms * 1000);
  put_time(&body, 8, span->began_ms * 1000 + span->took_us);
  put_attribute(&body, 9, "http.request.method", slice_str(span->method), 0);
  if (span->route != NULL) {
    put_attribute(&body, 9, "http.route", slice_str(span->route), 0);
  }
  if (span->status > 0) {
    put_attribute(&body, 9, "http.response.status_code", (struct slice){0}, span->status);
  }
  if (span->status == 0 || span->status >= 500 || (span->is_client && span->status >= 400)) {
    struct buf status;
    buf_init(&status, out->arena, 8);
    put_int(&status, 3, STATUS_ERROR);
    put_bytes(&body, 15, buf_slice(&status));
  }
  put_bytes(out, 2, buf_slice(&body));
}

struct slice server_spans_write(struct arena *arena, const struct trace_span *spans, size_t count) {
  struct buf resource;
  struct buf scope;
  struct buf scoped;
  struct buf resourced;
  struct buf request;
  buf_init(&resource, arena, 128);
  buf_init(&scope, arena, 32);
  buf_init(&scoped, arena, 512 * count + 64);
  buf_init(&resourced, arena, 512 * count + 256);
  buf_init(&request, arena, 512 * count + 256);
  put_attribute(&resource, 1, "service.name", S("danh"), 0);
  put_attribute(&resource, 1, "service.version", S(DANH_VERSION), 0);
  put_bytes(&scope, 1, S("danh"));
  put_bytes(&scoped, 1, buf_slice(&scope));
  for (size_t i = 0; i < count; i++) {
    put_span(&scoped, &spans[i]);
  }
  put_bytes(&resourced, 1, buf_slice(&resource));
  put_bytes(&resourced, 2, buf_slice(&scoped));
  put_bytes(&request, 1, buf_slice(&resourced));
  return buf_slice(&request);
}

/* ---- the queue ---- */

static void record(struct trace_sink *sink, const struct trace_span *span) {
  struct server_spans *spans = (struct server_spans *)sink;
  pthread_mutex_lock(&spans->lock);
  if (spans->waiting < SERVER_SPANS_WAITING_MAX) {
    spans->ring[(spans->first + spans->waiting++) % SERVER_SPANS_WAITING_MAX] = *span;
  } else {
    spans->dropped++;
  }
  pthread_mutex_unlock(&spans->lock);
}

/* A copy of the oldest; they wait on until they are sent or given up. */
static size_t peek(struct server_spans *spans, struct trace_span batch[BATCH_MAX]) {
  pthread_mutex_lock(&spans->lock);
  size_t count = spans->waiting < BATCH_MAX ? spans->waiting : BATCH_MAX;
  for (size_t i = 0; i < count; i++) {
    batch[i] = spans->ring[(spans->first + i) % SERVER_SPANS_WAITING_MAX];
  }
  pthread_mutex_unlock(&spans->lock);
  return count;
}

static void take(struct server_spans *spans, size_t count, bool is_sent) {
  pthread_mutex_lock(&spans->lock);
  spans->first = (spans->first + count) % SERVER_SPANS_WAITING_MAX;
  spans->waiting -= count;
  *(is_sent ? &spans->sent : &spans->dropped) += count;
  pthread_mutex_unlock(&spans->lock);
}

/* One batch; false: none is left, or the collector does not take it now. */
static bool send_some(struct server_spans *spans) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  static const struct http_header headers[] = {{S_INIT("content-type"), S_INIT("application/x-protobuf")}};
  struct trace_span *batch = ARENA_ARRAY(&arena, struct trace_span, BATCH_MAX);
  struct http_client_response response = {.status = 0};
  struct snapshot *held CLEANUP(snapshot_give) = snapshot_take(spans->settings);
  struct slice collector = server_settings_of(held)->config.trace.collector;
  size_t count = peek(spans, batch);
  if (count == 0) {
    return false;
  }
  if (collector.len == 0) {
    take(spans, count, false); /* there is none any more */
    return true;
  }
  const struct http_client_request request = {.method = HTTP_POST,
                                              .url = arena_printf(&arena, "%.*s/v1/traces", SLICE_ARG(collector)),
                                              .headers = headers,
                                              .header_count = 1,
                                              .body = server_spans_write(&arena, batch, count),
                                              .is_loopback_allowed = true, /* the operator names it; collectors run beside what they collect from */
                                              .timeout_ms = TIMEOUT_MS,
                                              .response_bytes_max = ANSWER_BYTES_MAX};
  bool is_sent = is_ok(http_client_send(&request, &arena, &response)) && response.status == 200;
  bool is_refused = response.status >= 400 && response.status < 500 && response.status != 429; /* [OTLP: Failures] never tried again */
  spans->tries = is_sent ? 0 : spans->tries + 1;
  if (is_sent || is_refused || spans->tries == TRIES_MAX) {
    if (!is_sent) {
      LOG(spans->clock, LOG_WARNING, "spans.dropped", LOG_NUMBER("count", count), LOG_NUMBER("status", response.status));
      spans->tries = 0;
    }
    take(spans, count, is_sent);
  }
  return is_sent;
}

static void send_all(void *arg) {
  while (send_some(arg)) {
    continue;
  }
}

void server_spans_turn(struct server_spans *spans, bool is_open) { atomic_store(&spans->sink.is_closed, !is_open); }

result server_spans_open(struct snapshot_slot *settings, const struct clock *clock, struct server_spans **ret_spans) {
  struct server_spans *spans = heap_alloc(sizeof *spans);
  *spans = (struct server_spans){.sink = {.record = record, .is_closed = true}, .clock = clock, .settings = settings, .rounds = rounds_open()};
  spans->ring = heap_alloc(SERVER_SPANS_WAITING_MAX * sizeof *spans->ring);
  pthread_mutex_init(&spans->lock, NULL);
  result outcome = rounds_add(spans->rounds, "spans", ROUND_MS, send_all, spans);
  if (!is_ok(outcome)) {
    server_spans_close(&spans);
    return outcome;
  }
  *ret_spans = spans;
  return OK;
}

void server_spans_close(struct server_spans **slot) {
  struct server_spans *spans = *slot;
  if (spans == NULL) {
    return;
  }
  rounds_close(&spans->rounds);
  send_all(spans);
  pthread_mutex_destroy(&spans->lock);
  free(spans->ring);
  free(spans);
  *slot = NULL;
}

struct trace_sink *server_spans_sink(struct server_spans *spans) { return &spans->sink; }

struct server_spans_figures server_spans_figures(struct server_spans *spans) {
  pthread_mutex_lock(&spans->lock);
  struct server_spans_figures figures = {spans->sent, spans->dropped, spans->waiting};
  pthread_mutex_unlock(&spans->lock);
  return figures;
}
