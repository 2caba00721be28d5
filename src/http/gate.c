#include "http/gate.h"

enum { FIRST_TIMES = 4 /* as many as the least */, LATE_PART = 4, CUT_PART = 8, GROWTH_PART = 16, STALE_TARGETS = 4, ENOUGH = 4 /* answers to judge a window by */ };

void http_gate_init(struct gate *gate, const struct http_class *class, int least) {
  *gate = (struct gate){.class = *class};
  gate->least = least < class->inside_max ? least : class->inside_max;
  gate->limit = least * FIRST_TIMES < class->inside_max ? least * FIRST_TIMES : class->inside_max;
}

bool http_gate_enter(struct gate *gate, int64_t now_us) {
  int most = gate->class.target_ms > 0 ? gate->limit : gate->class.inside_max;
  if (gate->inside >= most) {
    gate->shed++;
    return false;
  }
  gate->window_us = gate->window_us == 0 ? now_us : gate->window_us;
  gate->inside++;
  gate->admitted++;
  gate->window_most = gate->inside > gate->window_most ? gate->inside : gate->window_most;
  return true;
}

bool http_gate_leaves_room(const struct gate *next, const struct gate *beginning) {
  return next->class.target_ms == 0 || beginning->inside == 0 || (next->inside + beginning->inside) * 2 < next->limit;
}

static void end_window(struct gate *gate, int64_t now_us) {
  int most = gate->class.inside_max;
  bool is_crowded = gate->window_most * 2 > gate->limit; /* what is slow by itself is no reason to let fewer in */
  if (is_crowded && gate->window_late * LATE_PART > gate->window_done) {
    int fewer = gate->limit - gate->limit / CUT_PART - 1;
    gate->limit = fewer > gate->least ? fewer : gate->least;
  } else if (is_crowded) {
    int more = gate->limit + gate->limit / GROWTH_PART + 1;
    gate->limit = more < most ? more : most;
  }
  gate->window_us = now_us;
  gate->window_done = gate->window_late = 0;
  gate->window_most = gate->inside;
}

void http_gate_leave(struct gate *gate, int64_t entered_us, int64_t now_us) {
  int64_t target_us = (int64_t)gate->class.target_ms * 1000;
  gate->inside--;
  if (target_us == 0) {
    return;
  }
  gate->window_done++;
  gate->window_late += now_us - entered_us > target_us;
  if (now_us - gate->window_us >= target_us && gate->window_done >= ENOUGH) {
    end_window(gate, now_us);
  }
}

int64_t http_gate_stale_us(const struct gate *gate, int64_t entered_us) {
  return gate->class.target_ms > 0 ? entered_us + (int64_t)gate->class.target_ms * 1000 * STALE_TARGETS : INT64_MAX;
}
