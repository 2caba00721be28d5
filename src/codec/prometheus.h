/* codec/prometheus.h: figures as Prometheus and others scrape them.
 *
 * Standard   Prometheus text exposition format 0.0.4.
 * Does not   keep figures; names are ours and are not checked.
 */
#pragma once
#include "base/buf.h"
#include "base/histogram.h"

#define PROMETHEUS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

struct prometheus_label {
  const char *name;
  struct slice value; /* escaped here */
};
struct prometheus_labels {
  const struct prometheus_label *items;
  size_t count;
};
#define PROMETHEUS_LABELS(...)                                                           \
  ((struct prometheus_labels){(const struct prometheus_label[]){__VA_ARGS__},            \
                              sizeof((const struct prometheus_label[]){__VA_ARGS__}) /  \
                                  sizeof(struct prometheus_label)})
#define PROMETHEUS_NO_LABELS ((struct prometheus_labels){0})

/* Once a name, before its samples. type: "counter", "gauge", "histogram". */
void prometheus_family(struct buf *out, const char *name, const char *type, const char *help);
void prometheus_sample(struct buf *out, const char *name, struct prometheus_labels labels, int64_t value);
/* A family of one sample without labels. */
void prometheus_single(struct buf *out, const char *name, const char *type, const char *help, int64_t value);
/* Microseconds in, seconds out. */
void prometheus_seconds(struct buf *out, const char *name, struct prometheus_labels labels, int64_t us);
/* A histogram of numbers. */
void prometheus_sizes(struct buf *out, const char *name, struct prometheus_labels labels, const struct histogram_sizes *sizes);
void prometheus_histogram(struct buf *out, const char *name, struct prometheus_labels labels, const struct histogram *histogram);
