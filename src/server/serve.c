/* The server's life: everything is opened in order, one line says it is ready, and a signal closes it all in the opposite order. */
#include <malloc.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/api.h"
#include "base/log.h"
#include "base/supervisor.h"
#include "ledger/ledger.h"
#include "oidc/oidc.h"
#include "server/admin.h"
#include "server/delivery.h"
#include "server/figures.h"
#include "server/file.h"
#include "server/logout.h"
#include "server/ping.h"
#include "server/messages.h"
#include "server/spans.h"
#include "server/supervise.h"
#include "server/sweeper.h"
#include "server/tender.h"
#include "server/witnesses.h"
#include "signer/signer.h"

enum {
  FILES_MAX = 65536,
  SIGNER_PATH_BYTES_MAX = 4096,
  CLIENT_LANES = 4, /* clients called at once, each in a few seconds at most */
};

struct serving {
  const struct server_options *options;
  struct server_installation *installation;
  struct signer_child *signer;
  struct ledger_sequencer *sequencer;
  struct procedure_engine *procedures;
  struct pdf_renderer *renderer;
  struct outbox_runner *outbox;
  struct server_messages messages;
  struct message_runner *message_runner;
  struct server_sweeper *sweeper;
  struct server_witnesses *witnesses;
  struct server_tender *tender;
  struct server_spans *spans;
  struct server_logout *logout;
  struct server_peer peers[SERVER_RECEIVERS_MAX];
  struct outbox_destination destinations[SERVER_RECEIVERS_MAX + 3];
  struct api *api;
  struct http_server *http;
  struct admin admin;
  struct server_figures figures;
};

/* As many heaps as cores; eight times that is the C library's habit, and each keeps what it once took. Before any thread. */
static void bound_memory(void) {
  cpu_set_t cores;
  (void)mallopt(M_ARENA_MAX, sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : 1);
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

static result open_outbox(struct serving *serving) {
  struct server_installation *installation = serving->installation;
  const struct server_config *config = &installation->config;
  serving->destinations[0] = (struct outbox_destination){.name = S("wallet"), .keep = dossier_keep_in_wallet};
  for (size_t i = 0; i < config->receiver_count; i++) {
    struct server_peer *peer = &serving->peers[i];
    peer->name = config->receivers[i].name;
    peer->url = config->receivers[i].url;
    peer->is_loopback_allowed = config->demo;
    TRY(server_file_read(&installation->arena, config->receivers[i].key_path, 4096, &peer->public_key));
    serving->destinations[i + 1] = (struct outbox_destination){.name = peer->name, .deliver = server_delivery_send, .context = peer};
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
  struct message_senders senders;
  serving->messages = (struct server_messages){.arena = &installation->arena, .config = &installation->config};
  TRY(server_messages_open(&serving->messages, &senders));
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
  serving->figures.sequencer = serving->sequencer;
  serving->figures.spans = serving->spans;
  const struct server_config *config = &installation->config;
  struct api_options options = {
      .env = &installation->env,
      .log_requests = config->log_requests,
      .traced_per_mille = config->trace.per_mille > 0 ? (int)config->trace.per_mille : 1000,
      .works = {.procedures = serving->procedures,
                .renderer = serving->renderer,
                .passwords = installation->env.hashing,
                .outbox = serving->outbox},
      .web = find_web(serving->options, &installation->arena),
      .is_demo = config->demo,
      .is_sandbox = config->sandbox,
      .bank_bin = config->bank_bin,
      .bank_account = config->bank_account,
      .edge = {&serving->figures, server_figures_write, server_figures_readiness},
  };
  if (config->bank_secret_path.len > 0) {
    TRY(server_secret_read(&installation->arena, config->bank_secret_path, &options.bank_secret));
  }
  if (config->sms.receipt_secret_path.len > 0) {
    TRY(server_secret_read(&installation->arena, config->sms.receipt_secret_path, &options.receipt_secret));
  }
  if (config->registration_token_path.len > 0) {
    TRY(server_file_read(&installation->arena, config->registration_token_path, SECRET_BYTES_MAX, &options.registration_token));
    options.registration_token = slice_trim(options.registration_token);
  } else if (config->sandbox) {
    options.registration_token = S(SANDBOX_REGISTRATION_TOKEN);
  }
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
static bool answer_at_once(void *app, struct http_call *call) { return api_answer_at_once(((struct serving *)app)->api, call); }
static void refuse(void *app, struct http_call *call, uint16_t code) { api_refuse(((struct serving *)app)->api, call, code); }

static result open_http(struct serving *serving) {
  static const int passed[] = {SUPERVISOR_SOCKETS_FIRST, SUPERVISOR_SOCKETS_FIRST + 1};
  const char *path = server_listen_path(serving->options->listen);
  bool is_passed = server_listen_is_passed(serving->options->listen);
  int passed_count = is_passed ? supervisor_sockets() : 0;
  if (is_passed && (passed_count < 1 || passed_count > 2)) {
    FAIL(HTTP_ADDRESS_SYNTAX, "systemd passes one socket or two: danh.socket");
  }
  struct http_server_options options = {
      .listen = path == NULL && !is_passed ? serving->options->listen : NULL,
      .inherited = passed,
      .inherited_count = (size_t)passed_count,
      .unix_socket = path,
      .is_socket_shared = true,
      .limits = {.large_paths = api_large_paths},
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
  return OK;
}

static result open_all(struct serving *serving) {
  const struct server_options *options = serving->options;
  TRY(server_installation_open_with(options->data, SERVER_WRITE, options->database, &serving->installation));
  struct env *env = &serving->installation->env;
  if (options->origin != NULL) {
    env->origin = slice_str(options->origin);
  }
  if (env->origin.len == 0 && (server_listen_path(options->listen) != NULL || server_listen_is_passed(options->listen))) {
    FAIL(SERVER_CONFIG, "behind a proxy the origin is its address: --origin, or origin in danh.ini");
  }
  TRY(server_spans_open(&serving->installation->config, &serving->installation->clock, &serving->spans));
  env->spans = server_spans_sink(serving->spans);
  TRY(open_signer(serving));
  TRY(oidc_memory_open(env, &env->oidc));
  TRY(server_tender_open(env, &serving->tender));
  TRY(procedure_engine_open(NULL, &serving->procedures));
  TRY(procedure_store(env, serving->procedures));
  TRY(pdf_renderer_open(&serving->renderer));
  TRY(ledger_sequencer_open(env, (struct ledger_watcher){serving, watch_ledger}, &serving->sequencer));
  TRY(open_outbox(serving));
  TRY(open_messages(serving));
  TRY(server_sweeper_open(env, &serving->sweeper));
  TRY(server_witnesses_open(env, &serving->installation->config, &serving->witnesses));
  TRY(server_logout_open(env, serving->outbox, &serving->logout));
  TRY(open_api(serving));
  TRY(open_http(serving));
  serving->admin = (struct admin){.installation = serving->installation, .writes = options->writes, .api = serving->api};
  return server_admin_open(&serving->admin);
}

static void close_all(struct serving *serving) {
  if (serving->http != NULL && !is_ok(http_server_stop(serving->http))) {
    LOG(&serving->installation->clock, LOG_ERROR, "server.still_busy", LOG_NUMBER("pid", getpid()));
    _exit(EXIT_FAILURE); /* handlers use what would be closed; nothing unacknowledged is lost */
  }
  http_server_close(&serving->http);
  server_admin_close(&serving->admin);
  api_close(&serving->api);
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
    oidc_memory_close(&serving->installation->env.oidc);
    signer_client_close(&serving->installation->env.signer);
  }
  server_spans_close(&serving->spans);
  signer_child_stop(&serving->signer);
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

/* Nothing is taken over while the server runs: it is said whether the next start would take danh.ini as it stands. */
static void reload(void *app) {
  const struct server_installation *installation = ((const struct serving *)app)->installation;
  struct arena arena CLEANUP(arena_free);
  struct server_config config;
  arena_init(&arena);
  if (is_ok(server_config_load(installation->data, &arena, &config))) {
    LOG(&installation->clock, LOG_INFO, "configuration.good", LOG_NUMBER("pid", getpid()));
  } else {
    log_fault(&installation->clock, "configuration.refused");
  }
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
