#include "server/surge.h"

#include "base/log.h"
#include "base/rounds.h"
#include "codec/prometheus.h"

enum { KEEP_MS = 1000, PER_MILLE = 1000 };

static void keep(void *arg) { admission_room_keep(((struct server_surge *)arg)->room); }

result server_surge_open(struct server_installation *installation, struct server_surge *ret_surge) {
  const struct server_config_surge *config = &installation->config.surge;
  const char *path = (const char *)arena_printf(&installation->arena, "%s/waiting", installation->data).ptr;
  struct admission_room_options options = {.key = admission_key_of(&installation->sealing),
                                           .path = path,
                                           .node = (uint32_t)random_u64(&installation->random),
                                           .called_max = config->called_per_s};
  *ret_surge = (struct server_surge){.rounds = rounds_open()};
  api_classes((int)config->target_ms, ret_surge->classes);
  if (!is_ok(admission_room_open(&options, &ret_surge->room))) {
    log_fault(&installation->clock, "waiting_room.not_kept");
    options.path = NULL;
    TRY(admission_room_open(&options, &ret_surge->room));
  }
  return rounds_add(ret_surge->rounds, "waiting room", KEEP_MS, keep, ret_surge);
}

void server_surge_settle(struct server_surge *surge, const struct server_config_surge *config) {
  struct http_server *http = atomic_load(&surge->http);
  struct http_class classes[API_CLASSES];
  const struct http_limits limits = {.connections_max = (int)config->connections, .refusals_per_s = (int)config->refusals_per_s};
  if (surge->room != NULL) {
    admission_room_limit(surge->room, config->called_per_s);
  }
  if (http != NULL) {
    http_server_adjust(http, &limits, api_classes((int)config->target_ms, classes));
  }
}

void server_surge_close(struct server_surge *surge) {
  rounds_close(&surge->rounds);
  admission_room_close(&surge->room);
}

int server_surge_fullness(void *app) {
  struct server_surge *surge = app;
  struct http_server *http = atomic_load(&surge->http);
  int fullest = 0;
  for (size_t i = 0; http != NULL && i < API_CLASSES; i++) {
    struct http_class_figures figures;
    bool is_inside = i == API_CLASS_SESSION || i == API_CLASS_ADMITTED;
    if (is_inside && http_server_class_figures(http, i, &figures) && figures.limit > 0) {
      int full = (int)((int64_t)figures.inside * PER_MILLE / figures.limit);
      fullest = full > fullest ? full : fullest;
    }
  }
  return fullest;
}

/* ---- figures */

struct column {
  const char *name;
  const char *type;
  const char *help;
  int64_t (*of)(const struct http_class_figures *figures);
};
static int64_t admitted_of(const struct http_class_figures *figures) { return (int64_t)figures->admitted; }
static int64_t shed_of(const struct http_class_figures *figures) { return (int64_t)figures->shed; }
static int64_t waiting_of(const struct http_class_figures *figures) { return figures->waiting; }
static int64_t inside_of(const struct http_class_figures *figures) { return figures->inside; }
static int64_t limit_of(const struct http_class_figures *figures) { return figures->limit; }

static void write_classes(struct http_server *http, struct buf *out) {
  static const struct column columns[] = {
      {"danh_door_admitted_total", "counter", "Requests let in to a worker, by class.", admitted_of},
      {"danh_door_shed_total", "counter", "Requests refused at the door, by class: too many of it were under way.", shed_of},
      {"danh_door_waiting", "gauge", "Requests that wait for a worker, by class.", waiting_of},
      {"danh_door_inside", "gauge", "Requests under way, waiting or being handled, by class.", inside_of},
      {"danh_door_limit", "gauge", "As many may be under way now, by class; learnt from how long they take.", limit_of},
  };
  struct http_class_figures figures;
  for (size_t column = 0; column < sizeof columns / sizeof *columns; column++) {
    prometheus_family(out, columns[column].name, columns[column].type, columns[column].help);
    for (size_t i = 0; http_server_class_figures(http, i, &figures); i++) {
      prometheus_sample(out, columns[column].name, PROMETHEUS_LABELS({"class", slice_str(figures.name)}), columns[column].of(&figures));
    }
  }
  prometheus_family(out, "danh_door_wait_seconds", "histogram", "From a request's last byte to a worker taking it, by class.");
  for (size_t i = 0; http_server_class_figures(http, i, &figures); i++) {
    prometheus_histogram(out, "danh_door_wait_seconds", PROMETHEUS_LABELS({"class", slice_str(figures.name)}), figures.waited);
  }
}

void server_surge_write(const struct server_surge *surge, struct buf *out) {
  struct admission_room_figures room = admission_room_figures(surge->room);
  struct http_server *http = atomic_load(&surge->http);
  if (http != NULL) {
    write_classes(http, out);
  }
  prometheus_single(out, "danh_room_numbers_total", "counter", "Numbers of the waiting room given, those of people who came in at once included.", (int64_t)room.given);
  prometheus_single(out, "danh_room_waiting", "gauge", "Numbers not called yet.", (int64_t)room.waiting);
  prometheus_single(out, "danh_room_came_total", "counter", "People who came in, since the server began.", (int64_t)room.came);
  prometheus_single(out, "danh_room_refused_total", "counter", "Tickets and admissions that were none: forged, used before, lapsed.", (int64_t)room.refused);
  prometheus_single(out, "danh_room_called_per_second", "gauge", "People called a second, as long as somebody waits.", (int64_t)room.called_per_s);
}
