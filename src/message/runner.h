/* message/runner.h: one round over one lane. (private to message/) */
#pragma once
#include "message/message.h"

/* A lane sends every message whose id leaves `number` when divided by `count`: a slow one holds up only its own lane. */
struct message_lane {
  enum message_channel channel;
  const struct message_sender *sender;
  int number;
  int count;
};
/* Everything due there, one after the other; each outcome is stored before the next is sent. */
MUST_USE result message_lane_send(struct env *env, const struct message_lane *lane);
