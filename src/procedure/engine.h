/* procedure/engine.h: the procedures a folder holds, and the old rules fetched back by hash. (private to procedure/)
 * Threads    what a folder gave never changes after opening; the list of replayed rules is behind its lock.
 */
#pragma once
#include "procedure/rule.h"

enum { ENGINE_PROCEDURES_MAX = 256, ENGINE_FILE_BYTES_MAX = SANDBOX_TEXT_BYTES_MAX };

struct procedure_loaded {
  struct slice name;
  struct slice folder; /* path, NUL-terminated */
  struct procedure_rule *rule;
  struct procedure_form form;
};
struct procedure_engine {
  struct arena arena;
  struct procedure_loaded *items; /* ordered by name */
  size_t count;
  pthread_mutex_t lock;
  struct procedure_rule *replayed; /* behind lock; kept until the engine closes */
};

/* PROCEDURE_UNKNOWN. */
MUST_USE result procedure_engine_find(struct procedure_engine *engine, struct slice name,
                                      const struct procedure_loaded **ret_loaded);
/* form.json checked (form.c). */
MUST_USE result procedure_form_parse(struct slice json, struct arena *arena, struct procedure_form *ret_form);
/* A whole file of at most ENGINE_FILE_BYTES_MAX. PROCEDURE_FOLDER. */
MUST_USE result procedure_file_read(const char *path, struct arena *arena, struct slice *ret_text);
