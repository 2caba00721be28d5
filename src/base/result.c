#include "base/result.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/own.h"

result fault_set(const char *file, int line, uint16_t code, const char *format, ...) {
  struct fault *fault = &own_here()->fault;
  fault->file = file;
  fault->line = line;
  fault->code = code;
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(fault->detail, sizeof fault->detail, format, arguments);
  va_end(arguments);
  return (result){code};
}

const struct fault *fault_last(void) { return &own_here()->fault; }

void fault_clear(void) { own_here()->fault = (struct fault){0}; }
