/* The server's life: everything is opened in order, one line says it is ready, and a signal closes it all in the opposite order. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/api.h"
#include "base/cores.h"
#include "base/log.h"
#include "base/supervisor.h"
#include "ledger/ledger.h"
#include "oidc/oidc.h"
#include "server/admin.h"
#include "server/clock_watch.h"
#include "server/away.h"
#include "server/delivery.h"
#include "server/figures.h"
#include "server/logout.h"
#include "server/ping.h"
#include "server/messages.h"
#include "server/reload.h"
#include "server/spans.h"
#include "server/supervise.h"
#include "server/surge.h"
#include "server/sweeper.h"
#include "server/tender.h"
#include "server/witnesses.h"
#include "signer/signer.h"

enum {
  FILES_MAX = 65536,
  SIGNER_PATH_BYTES_MAX = 4096,
  CLIENT_LANES = 4, /* clients called at once, each in a few seconds at most */
};

/* One receiver: which there are is settled when the server starts, where each is and its key may change. */
struct receiver_lane {
  struct snapshot_slot *settings;
  struct server_receiver_counts *counts; /* and its name */
  struct server_away away;
};

struct serving {
  const struct server_options *options;
  struct server_installation *installation;
  struct signer_child *signer;
  struct ledger_sequencer *sequencer;
  struct procedure_engine *procedures;
  struct pdf_renderer *renderer;
  struct outbox_runner *outbox;
  struct server_reload reload; /* the settings that may change meanwhile */
  struct message_runner *message_runner;
  struct server_sweeper *sweeper;
  struct server_witnesses *witnesses;
  struct server_tender *tender;
  struct server_spans *spans;
  struct server_clock_watch *clock_watch;
  struct server_logout *logout;
  struct server_messages messages;
  struct server_surge surge;
  struct receiver_lane lanes[SERVER_RECEIVERS_MAX];
  struct server_receiver_counts receiver_counts[SERVER_RECEIVERS_MAX];
  struct outbox_destination destinations[SERVER_RECEIVERS_MAX + 3];
  struct api *api;
  struct http_server *http;
  struct admin admin;
  struct server_figures figures;
};

/* As many heaps as cores; eight times that is the C library's habit, and each keeps what it once took. Before any thread. */
static void bound_memory(void) {
  (void)mallopt(M_ARENA_MAX, cores_count());
}

/* As many files as the system gives; no core files, which would hold personal data; nothing made is readable by others; no new powers. */
static void confine(void) {
  struct rlimit files = {0};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max < FILES_MAX ? files.rlim_max : FILES_MAX;
  setrlimit(RLIMIT_NOFILE, &files);
  setrlimit(RLIMIT_CORE, &(const struct rlimit){0, 0});
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* nor through a program that takes cores, which heeds no limit */
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  umask(S_IRWXG | S_IRWXO);
}

/* danh-signer beside this program; NULL: this program's own `danh signer`, which does the same with more in memory. */
static const char *signer_program(struct arena *arena) {
  char path[SIGNER_PATH_BYTES_MAX];
  ssize_t length = readlink("/proc/self/exe", path, sizeof path);
  while (length > 0 && path[length - 1] != '/') {
    length--;
  }
  if (length <= 0) {
    return NULL;
  }
  const char *beside = (const char *)arena_printf(arena, "%.*sdanh-signer", (int)length, path).ptr;
  return access(beside, X_OK) == 0 ? beside : NULL;
}

static result open_signer(struct serving *serving) {
  struct server_installation *installation = serving->installation;
  struct arena *arena = &installation->arena;
  struct slice socket = installation->config.signer_socket;
  if (socket.len == 0) {
    TRY(signer_child_start(signer_program(arena), installation->data, &serving->signer));
    socket = arena_printf(arena, "%s/signer.sock", installation->data);
  }
  return signer_client_open(arena_cstr(arena, socket), &installation->env.signer);
}

/* Entries wait unordered, or the tree unsigned, until somebody looks: the log must say so, once a change. */
static void watch_ledger(void *app, result outcome) {
  const struct clock *clock = &((const struct serving *)app)->installation->clock;
  if (is_ok(outcome)) {
    LOG(clock, LOG_INFO, "ledger.resumed", LOG_NUMBER("pid", getpid()));
  } else {
    log_fault(clock, "ledger.stopped");
  }
}

/* What follows from a delivery: relying parties that were told of a sign-out have nothing more to do with it. */
static result acknowledged(struct env *env, struct db_tx *tx, struct arena *arena, const struct outbox_item *item) {
  bool is_oidc = outbox_is_to(item, S(OIDC_LOGOUT_DESTINATION)) || outbox_is_to(item, S(OIDC_PING_DESTINATION));
  return is_oidc ? OK : dossier_delivery_acknowledged(env, tx, arena, item);
}

static result deliver_to(const struct receiver_lane *lane, struct env *env, const struct outbox_item *item, struct arena *arena, struct slice *ret_acknowledgement) {
  struct snapshot *held CLEANUP(snapshot_give) = snapshot_take(lane->settings);
  const struct server_settings *settings = server_settings_of(held);
  for (size_t i = 0; i < settings->config.receiver_count; i++) {
    if (slice_eq(settings->peers[i].name, lane->counts->name)) {
      struct server_peer peer = settings->peers[i];
      return server_delivery_send(env, &peer, item, arena, ret_acknowledgement);
    }
  }
  FAIL(OUTBOX_UNREACHABLE, "danh.ini does not name it any more");
}

static result deliver(struct env *env, void *context, const struct outbox_item *item, struct arena *arena, struct slice *ret_acknowledgement) {
  struct receiver_lane *lane = context;
  int64_t began_us = clock_monotonic_us();
  result delivered = deliver_to(lane, env, item, arena, ret_acknowledgement);
  if (is_ok(delivered) || is_code(delivered, OUTBOX_UNREACHABLE)) { /* whatever else it is, is of that delivery */
    server_away_note(&lane->away, env->clock, delivered);
  }
  if (is_ok(delivered)) {
    histogram_add(&lane->counts->took, clock_monotonic_us() - began_us);
  } else {
    (void)atomic_fetch_add(&lane->counts->failures, 1);
  }
  return delivered;
}

static result open_outbox(struct serving *serving) {
  struct server_installation *installation = serving->installation;
  const struct server_config *config = &installation->config;
  serving->destinations[0] = (struct outbox_destination){.name = S("wallet"), .keep = dossier_keep_in_wallet};
  for (size_t i = 0; i < config->receiver_count; i++) {
    struct receiver_lane *lane = &serving->lanes[i];
    serving->receiver_counts[i].name = config->receivers[i].name;
    *lane = (struct receiver_lane){&serving->reload.slot, &serving->receiver_counts[i], {"delivery.failed", "delivery.resumed", false}};
    serving->destinations[i + 1] = (struct outbox_destination){.name = lane->counts->name, .deliver = deliver, .context = lane};
  }
  serving->destinations[config->receiver_count + 1] = (struct outbox_destination){
      .name = S(OIDC_LOGOUT_DESTINATION), .family_lanes = CLIENT_LANES, .deliver = server_logout_send};
  serving->destinations[config->receiver_count + 2] = (struct outbox_destination){
      .name = S(OIDC_PING_DESTINATION), .family_lanes = CLIENT_LANES, .deliver = server_ping_send, .context = &installation->config.demo};
  const struct outbox_options options = {
      .destinations = serving->destinations,
      .destination_count = config->receiver_count + 3,
      .acknowledged = acknowledged,
  };
  return outbox_runner_open(&installation->env, &options, &serving->outbox);
}

static result open_messages(struct serving *serving) {
  struct server_installation *installation = serving->installation;
  serving->messages = (struct server_messages){&serving->reload.slot, {"mail.failed", "mail.resumed", false}, {"sms.failed", "sms.resumed", false}};
  const struct message_senders senders = server_messages_senders(&serving->messages);
  return message_runner_open(&installation->env, &senders, &serving->message_runner);
}

/* build/danh -> build/../web/dist; /usr/bin/danh -> /usr/share/danh/web. */
static const char *find_web(const struct server_options *options, struct arena *arena) {
  if (options->web != NULL) {
    return options->web;
  }
  char program[4096];
  ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
  char *slash = length > 0 ? memrchr(program, '/', (size_t)length) : NULL;
  if (slash != NULL) {
    const char *beside = (const char *)arena_printf(arena, "%.*s/../web/dist", (int)(slash - program), program).ptr;
    if (access(beside, R_OK) == 0) {
      return beside;
    }
  }
  return "/usr/share/danh/web";
}

static result open_api(struct serving *serving) {
  struct server_installation *installation = serving->installation;
  serving->figures.signer = installation->env.signer;
  serving->figures.receivers = serving->receiver_counts;
  serving->figures.receiver_count = installation->config.receiver_count;
  serving->figures.sequencer = serving->sequencer;
  serving->figures.spans = serving->spans;
  serving->figures.surge = &serving->surge;
  serving->figures.clock = &installation->clock;
  const struct server_config *config = &installation->config;
  struct api_options options = {
      .env = &installation->env,
      .settings = &serving->reload.slot,
      .works = {.procedures = serving->procedures,
                .renderer = serving->renderer,
                .passwords = installation->env.hashing,
                .outbox = serving->outbox},
      .web = find_web(serving->options, &installation->arena),
      .is_demo = config->demo,
      .is_sandbox = config->sandbox,
      .edge = {&serving->figures, server_figures_write, server_figures_readiness},
      .surge = {serving->surge.room, &serving->surge, server_surge_fullness},
  };
  return api_open(&options, &serving->api);
}

static void set_origin(void *app, int port) {
  struct serving *serving = app;
  struct server_installation *installation = serving->installation;
  if (installation->env.origin.len == 0) {
    installation->env.origin = arena_printf(&installation->arena, "http://localhost:%d", port);
  }
}

bool server_listen_is_passed(const char *listen) { return strcmp(listen, "systemd") == 0; }
const char *server_listen_path(const char *listen) { return strncmp(listen, "unix:", 5) == 0 ? listen + 5 : NULL; }

static void handle(void *app, struct http_call *call) { api_handle(((struct serving *)app)->api, call); }
static int classify(void *app, struct http_call *call) { return api_classify(((struct serving *)app)->api, call); }
static bool stays(void *app, struct http_call *call) { return api_stays(((struct serving *)app)->api, call); }
static bool answer_at_once(void *app, struct http_call *call) { return api_answer_at_once(((struct serving *)app)->api, call); }
static void refuse(void *app, struct http_call *call, uint16_t code) { api_refuse(((struct serving *)app)->api, call, code); }

static result open_http(struct serving *serving) {
  static const int passed[] = {SUPERVISOR_SOCKETS_FIRST, SUPERVISOR_SOCKETS_FIRST + 1, SUPERVISOR_SOCKETS_FIRST + 2};
  const struct server_config_surge *surge = &serving->installation->config.surge;
  const char *path = server_listen_path(serving->options->listen);
  bool is_passed = server_listen_is_passed(serving->options->listen);
  int passed_count = is_passed ? supervisor_sockets() : 0;
  if (is_passed && (passed_count < 1 || passed_count > (int)(sizeof passed / sizeof *passed))) {
    FAIL(HTTP_ADDRESS_SYNTAX, "systemd passes one socket to three: danh.socket");
  }
  struct http_server_options options = {
      .listen = path == NULL && !is_passed ? serving->options->listen : NULL,
      .inherited = passed,
      .inherited_count = (size_t)passed_count,
      .unix_socket = path,
      .is_socket_shared = true,
      .limits = {.large_paths = api_large_paths, .connections_max = (int)surge->connections, .refusals_per_s = (int)surge->refusals_per_s},
      .newcomers = surge->newcomers.len > 0 ? arena_cstr(&serving->installation->arena, surge->newcomers) : NULL,
      .classes = serving->surge.classes,
      .class_count = API_CLASSES,
      .classify = classify,
      .stays = stays,
      .loops = serving->options->loops,
      .workers = serving->options->workers,
      .app = serving,
      .bound = set_origin,
      .handle = handle,
      .answer_at_once = answer_at_once,
      .refuse = refuse,
  };
  options.headers = api_headers(serving->api, &options.header_count);
  TRY(http_server_open(&options, &serving->http));
  serving->figures.http = serving->http;
  atomic_store(&serving->surge.http, serving->http);
  return OK;
}

/* Those who do not ask the slot themselves. */
static void settle(void *app, const struct server_settings *settings) {
  struct serving *serving = app;
  server_surge_settle(&serving->surge, &settings->config.surge);
  db_password_set(serving->installation->env.db, settings->database_password.len > 0 ? (const char *)settings->database_password.ptr : NULL);
  server_spans_turn(serving->spans, settings->config.trace.collector.len > 0);
}

static result open_settings(struct serving *serving) {
  serving->reload = (struct server_reload){.data = serving->installation->data, .clock = &serving->installation->clock, .settle = settle, .app = serving};
  TRY(server_reload_open(&serving->reload));
  TRY(server_spans_open(&serving->reload.slot, &serving->installation->clock, &serving->spans));
  settle(serving, server_settings_of(serving->reload.started));
  return OK;
}

static result open_all(struct serving *serving) {
  const struct server_options *options = serving->options;
  TRY(server_installation_open_with(options->data, SERVER_WRITE, options->database, &serving->installation));
  struct env *env = &serving->installation->env;
  if (!options->accepts_clock) {
    TRY(server_clock_check(serving->installation));
  }
  if (options->origin != NULL) {
    env->origin = slice_str(options->origin);
  }
  if (env->origin.len == 0 && (server_listen_path(options->listen) != NULL || server_listen_is_passed(options->listen))) {
    FAIL(SERVER_CONFIG, "behind a proxy the origin is its address: --origin, or origin in danh.ini");
  }
  TRY(server_clock_watch_open(&serving->installation->clock, &serving->clock_watch));
  TRY(open_settings(serving));
  env->spans = server_spans_sink(serving->spans);
  TRY(open_signer(serving));
  env->account = account_memory_open();
  TRY(oidc_memory_open(env, &env->oidc));
  TRY(procedure_engine_open(NULL, &serving->procedures));
  TRY(server_tender_open(env, serving->procedures, &serving->tender));
  TRY(pdf_renderer_open(&serving->renderer));
  TRY(ledger_sequencer_open(env, (struct ledger_watcher){serving, watch_ledger}, &serving->sequencer));
  TRY(open_outbox(serving));
  TRY(open_messages(serving));
  TRY(server_sweeper_open(env, &serving->sweeper));
  TRY(server_witnesses_open(env, &serving->reload.slot, &serving->witnesses));
  TRY(server_logout_open(env, serving->outbox, &serving->logout));
  TRY(server_surge_open(serving->installation, &serving->surge));
  TRY(open_api(serving));
  TRY(open_http(serving));
  serving->admin = (struct admin){.installation = serving->installation, .writes = options->writes, .api = serving->api, .reload = &serving->reload};
  return server_admin_open(&serving->admin);
}

static void close_all(struct serving *serving) {
  if (serving->installation != NULL) {
    atomic_store(&serving->installation->is_ending, true);
  }
  if (serving->http != NULL && !is_ok(http_server_stop(serving->http))) {
    LOG(&serving->installation->clock, LOG_ERROR, "server.still_busy", LOG_NUMBER("pid", getpid()));
    _exit(EXIT_FAILURE); /* handlers use what would be closed; nothing unacknowledged is lost */
  }
  server_admin_close(&serving->admin); /* a reload reaches into what is closed next */
  atomic_store(&serving->surge.http, NULL);
  http_server_close(&serving->http);
  api_close(&serving->api);
  server_surge_close(&serving->surge);
  server_logout_close(&serving->logout);
  server_sweeper_close(&serving->sweeper);
  server_witnesses_close(&serving->witnesses);
  server_tender_close(&serving->tender);
  message_runner_close(&serving->message_runner);
  outbox_runner_close(&serving->outbox);
  ledger_sequencer_close(&serving->sequencer);
  pdf_renderer_close(serving->renderer);
  procedure_engine_close(&serving->procedures);
  if (serving->installation != NULL) {
    account_memory_close(&serving->installation->env.account);
    oidc_memory_close(&serving->installation->env.oidc);
    signer_client_close(&serving->installation->env.signer);
  }
  server_spans_close(&serving->spans);
  server_clock_watch_close(&serving->clock_watch);
  signer_child_stop(&serving->signer);
  server_reload_close(&serving->reload);
  server_installation_close(&serving->installation);
}

static void print_ready(const struct serving *serving, int64_t began_us) {
  struct server_installation *installation = serving->installation;
  struct buf line;
  struct jout out;
  buf_init(&line, &installation->arena, 256);
  jout_init(&out, &line);
  jout_object(&out);
  jout_put_str(&out, "event", "ready");
  jout_put_text(&out, "origin", installation->env.origin);
  jout_put_str(&out, "listen", serving->options->listen);
  jout_put_int(&out, "port", http_server_port(serving->http));
  jout_put_text(&out, "admin", arena_printf(&installation->arena, "%s/danh.sock", installation->data));
  jout_put_int(&out, "pid", getpid());
  jout_put_instant(&out, "now", clock_now_ms(&installation->clock));
  jout_put_int(&out, "opened_in_ms", (clock_monotonic_us() - began_us) / 1000);
  jout_object_end(&out);
  printf("%.*s\n", SLICE_ARG(buf_slice(&line)));
  (void)fflush(stdout);
}

static bool has_failed(void *app) { return db_has_failed(((const struct serving *)app)->installation->env.db); }

/* SIGHUP; danh reload, which is told what came of it, goes through the admin socket. */
static void reload(void *app) {
  struct serving *serving = app;
  struct arena arena CLEANUP(arena_free) = {0};
  struct buf answer;
  buf_init(&answer, &arena, 1024);
  (void)is_ok(server_reload_run(&serving->reload, &answer)); /* the log says what came of it */
}

/* Until a signal ends it, or the disk has: after a write that failed nothing more is taken, and the next process starts from what the disk holds. */
static result wait_for_end(const struct serving *serving, const struct server_supervision *supervision) {
  int caught = server_supervise_wait(supervision);
  if (caught == 0) {
    FAIL(SERVER_DISK, "a write or an fsync of danh.db");
  }
  LOG(&serving->installation->clock, LOG_INFO, "server.stopping", LOG_NUMBER("signal", caught));
  return OK;
}

result server_run(const struct server_options *options) {
  int64_t began_us = clock_monotonic_us();
  struct serving serving = {.options = options};
  sigset_t before;
  server_supervise_begin(&before); /* every thread inherits this: the signals reach nobody but the wait below */
  confine();
  bound_memory();
  result outcome = open_all(&serving);
  if (is_ok(outcome)) {
    print_ready(&serving, began_us);
    const struct server_supervision supervision = {
        .http = serving.http, .clock = &serving.installation->clock, .reload = reload, .has_failed = has_failed, .app = &serving};
    outcome = wait_for_end(&serving, &supervision);
    atomic_store(&serving.figures.is_draining, true);
    if (is_ok(outcome) && options->drain_s > 0) {
      http_server_drain(serving.http);
      server_supervise_drain(&supervision, options->drain_s);
    }
  }
  const struct fault why = *fault_last();
  close_all(&serving);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return is_ok(outcome) ? OK : fault_set(why.file, why.line, outcome.code, "%s", why.detail);
}
