/* account/later.h: lines of people's own histories that wait for a database that takes writes. (private to account/) */
#pragma once
#include "account/account.h"

enum { ACCOUNT_LATER_MAX = 512 };
struct account_later;
struct account_later *account_later_open(void);
void account_later_close(struct account_later *later); /* NULL is fine */
/* False: there is no room, or nothing to keep it in. */
bool account_later_keep(struct env *env, const struct account_event *event);
/* Of the memory's. */
struct account_later *account_memory_later(struct account_memory *memory);
