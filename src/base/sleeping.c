#include "base/sleeping.h"

#include <stddef.h>

static _Thread_local const struct sleeping_watch *watching;

void sleeping_watch_set(const struct sleeping_watch *watch) { watching = watch; }

bool sleeping_begin(void) { return watching != NULL && watching->begins(watching->arg); }

void sleeping_end(void) {
  if (watching != NULL) {
    watching->ends(watching->arg);
  }
}
