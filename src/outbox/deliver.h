/* outbox/deliver.h: one round to one destination, or to one member of a family. (private to outbox/) */
#pragma once
#include "outbox/outbox.h"

/* One receiver: `name` is the destination's own, or a member's of its family. */
struct outbox_receiver {
  const struct outbox_destination *destination;
  struct slice name;
};
/* Everything due there, one after the other; outcomes are stored some at a time, none of them later than FLUSH_MS. */
MUST_USE result outbox_deliver_to(struct env *env, const struct outbox_options *options, const struct outbox_receiver *receiver);

/* The receivers of a destination: itself, or the members of the family for whom something is due. */
struct outbox_receiver_list {
  struct outbox_receiver *items;
  size_t count;
};
MUST_USE result outbox_receivers_due(struct env *env, const struct outbox_destination *destination, struct arena *arena,
                                     struct outbox_receiver_list *ret_list);
