#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

result library_load(const struct library *library, void *ret_functions) {
  void *handle = dlopen(library->file, RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) {
    FAIL(BASE_LIBRARY, "%s of the package %s: %s", library->file, library->package, dlerror());
  }
  for (size_t i = 0; i < library->count; i++) {
    void *function = dlsym(handle, library->names[i]);
    if (function == NULL) {
      FAIL(BASE_LIBRARY, "%s of the package %s has no %s", library->file, library->package, library->names[i]);
    }
    memcpy((char *)ret_functions + i * sizeof function, &function, sizeof function);
  }
  return OK;
}
