/* server/witnesses.h: a thread that has each new checkpoint cosigned by the witnesses of danh.ini, every other second. (private to server/)
 * Does not   hold anything up: a witness that is away leaves the checkpoint without its line; a refusal is logged once, until it goes well again.
 */
#pragma once
#include "server/settings.h"

struct server_witnesses;
/* env and settings, which are asked each round, must outlive it. */
MUST_USE result server_witnesses_open(struct env *env, struct snapshot_slot *settings, struct server_witnesses **ret_witnesses);
void server_witnesses_close(struct server_witnesses **witnesses); /* NULL is fine */
