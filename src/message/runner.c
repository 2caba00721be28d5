/* The threads that send what is due: a few a channel, at once when woken, else once a second. */
#include "message/runner.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/rounds.h"

enum { LANES_A_CHANNEL = 4, LANES = 2 * LANES_A_CHANNEL, ROUND_MS = 1000 };

struct worker {
  struct message_runner *runner;
  struct message_lane lane;
  bool is_ill;
};

struct message_runner {
  struct env *env;
  struct message_senders senders;
  struct worker workers[LANES];
  struct rounds *rounds;
};

/* Of several nodes on one database one sends: nobody gets a message from each. */
static result send_if_leading(struct worker *worker) {
  struct env *env = worker->runner->env;
  bool leads = false;
  TRY(db_lead(env->db, "message", &leads));
  return leads ? message_lane_send(env, &worker->lane) : OK;
}

static void send_lane(void *arg) {
  struct worker *worker = arg;
  struct env *env = worker->runner->env;
  bool is_ill = !is_ok(send_if_leading(worker));
  if (is_ill && !worker->is_ill) { /* once a change: storage fails, and the rows wait for the next round */
    log_fault(env->clock, "message.stopped");
  }
  worker->is_ill = is_ill;
}

static result worker_start(struct message_runner *runner, int number) {
  bool is_sms = number < LANES_A_CHANNEL;
  struct worker *worker = &runner->workers[number];
  worker->runner = runner;
  worker->lane = (struct message_lane){.channel = is_sms ? MESSAGE_SMS : MESSAGE_EMAIL,
                                       .sender = is_sms ? &runner->senders.sms : &runner->senders.email,
                                       .number = number % LANES_A_CHANNEL,
                                       .count = LANES_A_CHANNEL};
  return worker->lane.sender->send == NULL ? OK : rounds_add(runner->rounds, "messages", ROUND_MS, send_lane, worker);
}

result message_runner_open(struct env *env, const struct message_senders *senders, struct message_runner **ret_runner) {
  struct message_runner *runner = heap_alloc(sizeof *runner);
  *runner = (struct message_runner){.env = env, .senders = *senders, .rounds = rounds_open()};
  result outcome = OK;
  for (int i = 0; i < LANES && is_ok(outcome); i++) {
    outcome = worker_start(runner, i);
  }
  if (!is_ok(outcome)) {
    message_runner_close(&runner);
    return outcome;
  }
  *ret_runner = runner;
  return OK;
}

void message_runner_wake(struct message_runner *runner) {
  rounds_wake(runner->rounds);
}

void message_runner_close(struct message_runner **slot) {
  struct message_runner *runner = *slot;
  if (runner == NULL) {
    return;
  }
  rounds_close(&runner->rounds);
  free(runner);
  *slot = NULL;
}
