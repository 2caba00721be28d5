/* outbox/deliver.h: one round to one destination. (private to outbox/) */
#pragma once
#include "outbox/outbox.h"

/* Everything due there, one after the other; outcomes are stored some at a time, none of them later than FLUSH_MS. */
MUST_USE result outbox_deliver_to(struct env *env, const struct outbox_options *options,
                                  const struct outbox_destination *destination);
