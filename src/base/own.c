#include "base/own.h"

#include <stddef.h>

/* Of the few mutable objects of the program outside structs: one a thread, so no lock and no sharing. */
static _Thread_local struct own of_thread;
static _Thread_local struct own *here;

struct own *own_here(void) { return here != NULL ? here : &of_thread; }

void own_set(struct own *own) { here = own; }
