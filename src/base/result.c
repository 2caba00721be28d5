#include "base/result.h"

#include <stdarg.h>
#include <stdio.h>

/* One of two mutable objects of the program outside structs (trace.c has the other): one a thread, so no lock and no sharing. */
static _Thread_local struct fault last_fault;

result fault_set(const char *file, int line, uint16_t code, const char *format, ...) {
  last_fault.file = file;
  last_fault.line = line;
  last_fault.code = code;
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(last_fault.detail, sizeof last_fault.detail, format, arguments);
  va_end(arguments);
  return (result){code};
}

const struct fault *fault_last(void) { return &last_fault; }

void fault_clear(void) { last_fault = (struct fault){0}; }
