/* danh witness [key]: cosigns the checkpoints of logs that only grow, as C2SP tlog-witness says. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>

#include "cli/commands.h"
#include "http/http.h"
#include "signer/signer.h"
#include "witness/witness.h"

const struct cli_option cli_witness_options[] = {
    {"name", "NAME", "the witness's name, as it stands in its key: witness.example/w1"},
    {"listen", "ADDR:PORT", "address to answer on"},
    {"log", "VKEY", "verifier key of the log it cosigns (danh ledger key); several with a comma between"},
    {0},
};

enum { BODY_BYTES_MAX = 128 * 1024 };

struct running {
  struct db *db;
  struct signer *signer;
  struct witness *witness;
  struct http_server *server;
  struct clock clock;
};

static void handle(void *app, struct http_call *call) {
  struct running *running = app;
  struct witness_answer answer = {404, "text/plain; charset=utf-8", S("")};
  struct slice path = call->request.path;
  if (call->request.method == HTTP_POST && slice_is(path, "/add-checkpoint")) {
    witness_add_checkpoint(running->witness, call->request.body, call->arena, &answer);
  } else if (call->request.method == HTTP_GET && slice_ends(path, S("/checkpoint"))) {
    witness_checkpoint(running->witness, slice_sub(path, 1, path.len - 1 - strlen("/checkpoint")), call->arena, &answer);
  }
  http_reply(call, answer.status, answer.content_type, answer.body);
}

static void refuse(void *app, struct http_call *call, uint16_t code) {
  (void)app;
  http_reply(call, code == HTTP_OVERLOADED ? 503 : 400, "text/plain; charset=utf-8", S(""));
}

static void running_close(struct running *running) {
  http_server_close(&running->server);
  witness_close(&running->witness);
  if (running->signer != NULL) {
    signer_local_close(&running->signer);
  }
  db_close(&running->db);
}

static result logs_read(const struct cli_context *context, struct note_key *logs, size_t *count) {
  struct slice rest = slice_str(cli_value(context, "log"));
  while (rest.len > 0 && *count < WITNESS_LOGS_MAX) {
    TRY(note_key_parse(slice_cut(&rest, ','), context->arena, &logs[(*count)++]));
  }
  return OK;
}

static result start(const struct cli_context *context, struct running *running) {
  struct note_key *logs = ARENA_ARRAY(context->arena, struct note_key, WITNESS_LOGS_MAX);
  struct witness_options options = {.name = slice_str(cli_value(context, "name")), .logs = logs};
  struct slice path = arena_printf(context->arena, "%s/witness.db", context->data);
  struct db_options database = {.path = arena_cstr(context->arena, path), .mode = DB_CREATE, .migrations = witness_migrations, .readers = 4};
  struct signer_local_options keys = {.data_dir = context->data, .clock = &running->clock};
  TRY(logs_read(context, logs, &options.log_count));
  if (mkdir(context->data, 0700) != 0 && errno != EEXIST) {
    FAIL(BASE_IO, "cannot make %s", context->data);
  }
  TRY(signer_local_open(&keys, &running->signer)); /* holds the folder: two witnesses of one key would contradict one another */
  TRY(db_open(&database, &running->db));
  options.db = running->db;
  options.signer = running->signer;
  options.clock = &running->clock;
  return witness_open(&options, &running->witness);
}

static result serve(const struct cli_context *context, struct running *running) {
  struct http_server_options server = {.listen = cli_value(context, "listen"), .loops = 1, .workers = 4, .limits = {.body_bytes_max = BODY_BYTES_MAX},
                                       .app = running, .handle = handle, .refuse = refuse};
  return http_server_open(&server, &running->server);
}

int cli_witness(const struct cli_context *context, int argc, char **argv) {
  bool is_key = argc == 1 && strcmp(argv[0], "key") == 0;
  struct running running = {.clock = clock_shifted(0)};
  sigset_t signals;
  if ((argc != 0 && !is_key) || !cli_has(context, "name") || (!is_key && (!cli_has(context, "listen") || !cli_has(context, "log")))) {
    return cli_misuse(context, "--name, --listen and --log are needed; or key, with --name");
  }
  (void)sigemptyset(&signals);
  (void)sigaddset(&signals, SIGTERM);
  (void)sigaddset(&signals, SIGINT);
  (void)pthread_sigmask(SIG_BLOCK, &signals, NULL); /* before any thread: they inherit it */
  result outcome = start(context, &running);
  if (is_ok(outcome) && is_key) {
    printf("%.*s\n", SLICE_ARG(note_key_write(context->arena, witness_key(running.witness))));
  } else if (is_ok(outcome)) {
    outcome = serve(context, &running);
  }
  if (is_ok(outcome) && !is_key) {
    printf("{\"event\":\"ready\",\"witness\":\"%s\",\"port\":%d}\n", cli_value(context, "name"), http_server_port(running.server));
    (void)fflush(stdout);
    cli_wait_for_end();
  }
  running_close(&running);
  return is_ok(outcome) ? CLI_OK : cli_fail(context, outcome);
}
