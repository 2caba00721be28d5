#include "server/sweeper.h"

#include <stdlib.h>

#include "account/account.h"
#include "authenticator/authenticator.h"
#include "base/log.h"
#include "base/rounds.h"
#include "dossier/dossier.h"
#include "evidence/evidence.h"
#include "recovery/recovery.h"

enum { ROUND_MS = 3600 * 1000 };

struct server_sweeper {
  struct env *env;
  struct rounds *rounds;
};

/* Each drops what has ended in its own module. */
static result (*const sweeps[])(struct env *env) = {account_sweep,  authenticator_sweep, message_sweep,
                                                    evidence_sweep, recovery_sweep,      dossier_remind};

static void sweep(void *arg) {
  struct server_sweeper *sweeper = arg;
  bool leads = false;
  if (!is_ok(db_lead(sweeper->env->db, "sweep", &leads)) || !leads) {
    return; /* another node does, or the database is away: the requests say so */
  }
  for (size_t i = 0; i < sizeof sweeps / sizeof *sweeps; i++) {
    if (!is_ok(sweeps[i](sweeper->env))) {
      log_fault(sweeper->env->clock, "sweep.failed");
    }
  }
}

result server_sweeper_open(struct env *env, struct server_sweeper **ret_sweeper) {
  struct server_sweeper *sweeper = heap_alloc(sizeof *sweeper);
  *sweeper = (struct server_sweeper){.env = env, .rounds = rounds_open()};
  result outcome = rounds_add(sweeper->rounds, "sweeper", ROUND_MS, sweep, sweeper);
  if (!is_ok(outcome)) {
    server_sweeper_close(&sweeper);
    return outcome;
  }
  *ret_sweeper = sweeper;
  return OK;
}

void server_sweeper_close(struct server_sweeper **slot) {
  struct server_sweeper *sweeper = *slot;
  if (sweeper == NULL) {
    return;
  }
  rounds_close(&sweeper->rounds);
  free(sweeper);
  *slot = NULL;
}
