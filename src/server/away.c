#include "server/away.h"

#include <unistd.h>

#include "base/log.h"

void server_away_note(struct server_away *away, const struct clock *clock, result outcome) {
  bool is_away = !is_ok(outcome);
  if (atomic_exchange(&away->is_away, is_away) == is_away) {
    return;
  }
  if (is_away) {
    log_fault(clock, away->failed);
  } else {
    LOG(clock, LOG_INFO, away->resumed, LOG_NUMBER("pid", getpid()));
  }
}
