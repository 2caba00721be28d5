/* api/metrics.h: what was asked, how it was answered, how long it took. (private to api/)
 * Threads    any. */
#pragma once
#include "api/call.h"

struct metrics;
struct metrics *api_metrics_open(void);
void api_metrics_close(struct metrics *metrics);
/* route: NULL for an address without one. */
void api_metrics_count(struct metrics *metrics, const struct api_route *route, int status, int64_t took_us);
