#include "server/clock_watch.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/rounds.h"
#include "ledger/ledger.h"
#include "server/server.h"

enum { ROUND_MS = 1000, STEP_MS = 1000, LOOK_US_MAX = 100 * 1000 };

struct server_clock_watch {
  const struct clock *clock;
  struct rounds *rounds;
  int64_t machine_ms; /* at the last look */
  int64_t steady_us;
  bool was_ahead;
};

int64_t server_clock_ahead_ms(const struct clock *clock) {
  int64_t ahead_ms = clock_now_ms(clock) - clock_machine_ms(clock);
  return ahead_ms > 0 ? ahead_ms : 0;
}

/* Both clocks at one moment; false: this thread was held up between them. */
static bool look(const struct clock *clock, int64_t *ret_machine_ms, int64_t *ret_steady_us) {
  int64_t before_us = clock_monotonic_us();
  *ret_machine_ms = clock_machine_ms(clock);
  *ret_steady_us = clock_monotonic_us();
  return *ret_steady_us - before_us < LOOK_US_MAX;
}

static void watch_round(void *arg) {
  struct server_clock_watch *watch = arg;
  int64_t machine_ms = 0;
  int64_t steady_us = 0;
  if (!look(watch->clock, &machine_ms, &steady_us)) {
    return;
  }
  int64_t moved_ms = (machine_ms - watch->machine_ms) - (steady_us - watch->steady_us) / 1000;
  watch->machine_ms = machine_ms;
  watch->steady_us = steady_us;
  bool is_ahead = server_clock_ahead_ms(watch->clock) > 0;
  if (moved_ms >= STEP_MS) {
    LOG(watch->clock, LOG_WARNING, "clock.set_forward", LOG_NUMBER("by_ms", moved_ms));
  } else if (moved_ms <= -STEP_MS) {
    LOG(watch->clock, LOG_ERROR, "clock.set_back", LOG_NUMBER("by_ms", -moved_ms), LOG_NUMBER("ahead_ms", server_clock_ahead_ms(watch->clock)));
    watch->was_ahead = true;
  } else if (watch->was_ahead && !is_ahead) {
    LOG(watch->clock, LOG_INFO, "clock.caught_up", LOG_NUMBER("ahead_ms", 0));
    watch->was_ahead = false;
  }
}

result server_clock_watch_open(const struct clock *clock, struct server_clock_watch **ret_watch) {
  struct server_clock_watch *watch = heap_alloc(sizeof *watch);
  *watch = (struct server_clock_watch){.clock = clock, .rounds = rounds_open()};
  (void)look(clock, &watch->machine_ms, &watch->steady_us);
  result outcome = rounds_add(watch->rounds, "clock", ROUND_MS, watch_round, watch);
  if (!is_ok(outcome)) {
    server_clock_watch_close(&watch);
    return outcome;
  }
  *ret_watch = watch;
  return OK;
}

void server_clock_watch_close(struct server_clock_watch **slot) {
  struct server_clock_watch *watch = *slot;
  if (watch == NULL) {
    return;
  }
  rounds_close(&watch->rounds);
  free(watch);
  *slot = NULL;
}

result server_clock_behind(struct server_installation *installation, int64_t *ret_behind_ms) {
  struct arena arena CLEANUP(arena_free) = {0};
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct ledger_lines newest = {0};
  *ret_behind_ms = 0;
  TRY(db_read_begin(installation->env.db, &tx));
  TRY(ledger_latest(tx, 1, &arena, &newest));
  if (newest.count > 0) {
    int64_t behind_ms = newest.items[0].at_ms - clock_now_ms(&installation->clock);
    *ret_behind_ms = behind_ms > 0 ? behind_ms : 0;
  }
  return OK;
}

result server_clock_check(struct server_installation *installation) {
  int64_t behind_ms = 0;
  if (installation->config.clock_offset_ms != 0) {
    return OK;
  }
  TRY(server_clock_behind(installation, &behind_ms));
  if (behind_ms > LEDGER_CLOCKS_DIFFER_MS) {
    FAIL(SERVER_CLOCK, "by %lld seconds", (long long)(behind_ms / 1000));
  }
  return OK;
}
