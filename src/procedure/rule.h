/* procedure/rule.h: one version of a procedure's rules: text, hash, declaration, and warmed sandboxes to run it in. (private to procedure/)
 * Threads    any: each run takes a sandbox of its own from the pool and gives it back. A run is short and sleeps on nothing,
 *            so that few sandboxes serve many threads: who finds none free waits for one.
 */
#pragma once
#include <pthread.h>

#include "procedure/declaration.h"

enum { RULE_SANDBOXES_MAX = 8, RULE_HASH_BYTES = 32 };

struct procedure_rule {
  struct arena arena;
  struct slice text;
  uint8_t hash[RULE_HASH_BYTES];
  struct procedure_declaration declaration;
  pthread_mutex_t lock;
  pthread_cond_t returned;
  struct procedure_sandbox *idle[RULE_SANDBOXES_MAX]; /* behind lock */
  int idle_count;
  int open_count; /* idle or running */
  struct procedure_rule *next; /* in the engine's list of replayed rules */
};

/* Reads the text (copied), runs it once, checks its declaration. */
MUST_USE result procedure_rule_open(struct slice text, struct procedure_rule **ret_rule);
void procedure_rule_close(struct procedure_rule **rule);
/* procedure_sandbox_run in one of the rule's sandboxes. */
MUST_USE result procedure_rule_run(struct procedure_rule *rule, procedure_sandbox_body body, void *arg);

/* Evaluation with a given rule (evaluate.c). */
MUST_USE result procedure_rule_evaluate(struct procedure_rule *rule, const struct procedure_input *input,
                                        struct arena *arena, struct procedure_outcome *ret_outcome);
MUST_USE result procedure_rule_admit(struct procedure_rule *rule, const struct procedure_input *input,
                                     struct arena *arena, struct procedure_admission *ret_admission);
MUST_USE result procedure_rule_assess(struct procedure_rule *rule, const struct procedure_input *input,
                                      struct arena *arena, struct procedure_assessment *ret_assessment);
