/* http/allowance.h: how many may be refused politely, a door. (private to http/)
 *
 * An answer to somebody who cannot be let in costs 15 to 30 us of a core, nearly all of it the system's: accepting, sending, closing. A crowd of twenty times what
 * can be served would fill the machine with answers, and nobody would be served. So a door gives only so many a second, on the average; for the rest it
 * is shut, and the system refuses them (port.c), which costs this process nothing.
 * Does not   lock, or read a clock.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct allowance {
  int64_t each_us; /* between two, when they come for ever */
  int64_t spent_us; /* until then all is spent */
};

enum { ALLOWANCE_BURST_US = 20000, ALLOWANCE_DEBT_MAX_US = 100000 /* what open connections ask for meanwhile is not held against others for long */ };

static inline int64_t allowance_each_us(int64_t per_s) { return per_s > 0 && per_s < 1000000 ? 1000000 / per_s : 1; }

/* One more is given. false: that is as many as may be for now; the next when allowance_wait_us is over. */
static inline bool allowance_take(struct allowance *allowance, int64_t now_us) {
  int64_t from_us = allowance->spent_us > now_us ? allowance->spent_us : now_us;
  int64_t latest_us = now_us + (allowance->each_us > ALLOWANCE_DEBT_MAX_US ? allowance->each_us : ALLOWANCE_DEBT_MAX_US);
  int64_t spent_us = from_us + allowance->each_us;
  allowance->spent_us = spent_us < latest_us ? spent_us : latest_us;
  return allowance->spent_us - now_us <= ALLOWANCE_BURST_US;
}

static inline int64_t allowance_wait_us(const struct allowance *allowance, int64_t now_us) {
  return allowance->spent_us > now_us ? allowance->spent_us - now_us : 0;
}
