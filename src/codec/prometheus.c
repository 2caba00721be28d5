#include "codec/prometheus.h"

#include <inttypes.h>

enum { US_A_SECOND = 1000000, LABELS_MAX = 8 };

void prometheus_family(struct buf *out, const char *name, const char *type, const char *help) {
  buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void append_escaped(struct buf *out, struct slice value) {
  for (size_t i = 0; i < value.len; i++) {
    uint8_t c = value.ptr[i];
    if (c == '\n') {
      buf_append_str(out, "\\n");
      continue;
    }
    if (c == '\\' || c == '"') {
      buf_append_byte(out, '\\');
    }
    buf_append_byte(out, c);
  }
}

static void append_name(struct buf *out, const char *name, const char *suffix, struct prometheus_labels labels) {
  buf_append_str(out, name);
  buf_append_str(out, suffix);
  for (size_t i = 0; i < labels.count; i++) {
    buf_append_byte(out, i == 0 ? '{' : ',');
    buf_append_str(out, labels.items[i].name);
    buf_append_str(out, "=\"");
    append_escaped(out, labels.items[i].value);
    buf_append_byte(out, '"');
  }
  buf_append_str(out, labels.count > 0 ? "} " : " ");
}

void prometheus_sample(struct buf *out, const char *name, struct prometheus_labels labels, int64_t value) {
  append_name(out, name, "", labels);
  buf_printf(out, "%" PRId64 "\n", value);
}

void prometheus_single(struct buf *out, const char *name, const char *type, const char *help, int64_t value) {
  prometheus_family(out, name, type, help);
  prometheus_sample(out, name, PROMETHEUS_NO_LABELS, value);
}

static void append_seconds(struct buf *out, uint64_t us) {
  buf_printf(out, "%" PRIu64 ".%06" PRIu64, us / US_A_SECOND, us % US_A_SECOND);
}

void prometheus_seconds(struct buf *out, const char *name, struct prometheus_labels labels, int64_t us) {
  append_name(out, name, "", labels);
  append_seconds(out, us > 0 ? (uint64_t)us : 0);
  buf_append_byte(out, '\n');
}

static void append_bucket(struct buf *out, const char *name, struct prometheus_labels labels, struct slice bound) {
  struct prometheus_label with_bound[LABELS_MAX + 1];
  size_t count = labels.count < LABELS_MAX ? labels.count : LABELS_MAX;
  for (size_t i = 0; i < count; i++) {
    with_bound[i] = labels.items[i];
  }
  with_bound[count] = (struct prometheus_label){"le", bound};
  append_name(out, name, "_bucket", (struct prometheus_labels){with_bound, count + 1});
}

void prometheus_histogram(struct buf *out, const char *name, struct prometheus_labels labels, const struct histogram *histogram) {
  uint64_t count = 0;
  for (size_t i = 0; i <= HISTOGRAM_BUCKETS; i++) {
    struct buf bound;
    buf_init(&bound, out->arena, 16);
    if (i < HISTOGRAM_BUCKETS) {
      append_seconds(&bound, (uint64_t)histogram_bounds_us[i]);
    } else {
      buf_append_str(&bound, "+Inf");
    }
    count += atomic_load_explicit(&histogram->buckets[i], memory_order_relaxed);
    append_bucket(out, name, labels, buf_slice(&bound));
    buf_printf(out, "%" PRIu64 "\n", count);
  }
  append_name(out, name, "_sum", labels);
  append_seconds(out, atomic_load_explicit(&histogram->sum_us, memory_order_relaxed));
  buf_append_byte(out, '\n');
  append_name(out, name, "_count", labels);
  buf_printf(out, "%" PRIu64 "\n", count);
}

void prometheus_sizes(struct buf *out, const char *name, struct prometheus_labels labels, const struct histogram_sizes *sizes) {
  uint64_t count = 0;
  for (size_t i = 0; i <= HISTOGRAM_SIZES; i++) {
    count += atomic_load_explicit(&sizes->buckets[i], memory_order_relaxed);
    append_bucket(out, name, labels, i < HISTOGRAM_SIZES ? arena_printf(out->arena, "%d", 1 << i) : S("+Inf"));
    buf_printf(out, "%" PRIu64 "\n", count);
  }
  append_name(out, name, "_sum", labels);
  buf_printf(out, "%" PRIu64 "\n", atomic_load_explicit(&sizes->sum, memory_order_relaxed));
  append_name(out, name, "_count", labels);
  buf_printf(out, "%" PRIu64 "\n", count);
}
