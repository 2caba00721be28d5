/* base/library.h: a library of the system that is loaded when it is first needed, and stays.
 *
 * For libraries that most runs never call and that bring many others: linked, libcurl and libpq would be two thirds of what every start of every
 * command has to map and relocate.
 * Does not   unload, or look for another version: the file is named as the linker would have named it.
 * Threads    from one thread at a time for each library: under a pthread_once.
 * Errors     BASE_LIBRARY: it is not installed, or lacks a function; the detail names file and package.
 */
#pragma once
#include <stddef.h>

#include "base/result.h"

struct library {
  const char *file;    /* "libcurl.so.4" */
  const char *package; /* that installs it, for whoever reads the message */
  const char *const *names; /* of its functions */
  size_t count;
};

/* Fills an array of `count` pointers to functions, or a struct of nothing else, in the order of the names. */
MUST_USE result library_load(const struct library *library, void *ret_functions);
