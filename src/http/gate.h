/* http/gate.h: how many requests of a class may be under way at once. (private to http/)
 *
 * What is let in has to be answered in time, so the number is learnt: in each window, as long as the class's target, it is looked at how long what was
 * answered took from its last byte to its answer. If more than half of the number was used: more than a quarter late, an eighth fewer; in time, a
 * sixteenth more. Never fewer than there are workers. What comes beyond it is refused at once, at the door, and has cost nothing.
 * Does not   lock, or read a clock: its caller holds the queue's lock, and says what time it is.
 */
#pragma once
#include "base/histogram.h"
#include "http/http.h"

struct job;
struct gate {
  struct http_class class;
  int inside;  /* waiting or being handled */
  int waiting; /* of them, for a worker */
  int least; /* limit never falls below */
  int limit;
  int64_t window_us; /* when it began; 0: none yet */
  int window_done;
  int window_late;
  int window_most; /* inside at once */
  uint64_t admitted;
  uint64_t shed; /* at the door, and of those that had waited too long */
  struct histogram waited; /* for a worker */
  struct job *first;
  struct job *last;
};

void http_gate_init(struct gate *gate, const struct http_class *class, int least);
/* false: too many are inside. */
bool http_gate_enter(struct gate *gate, int64_t now_us);
/* Whether those who have begun, and will soon be of the class of `next`, leave half of it free; one at a time always may. */
bool http_gate_leaves_room(const struct gate *next, const struct gate *beginning);
/* One that entered has its answer. */
void http_gate_leave(struct gate *gate, int64_t entered_us, int64_t now_us);
/* After that, one that still waits is refused after all: its client hardly waits any more, and those behind it still do. */
int64_t http_gate_stale_us(const struct gate *gate, int64_t entered_us);
