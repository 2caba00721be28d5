#include "procedure/rule.h"

#include <stdlib.h>

#include "crypto/digest.h"

struct reading {
  struct arena *arena;
  struct procedure_declaration *declaration;
};

static void read_body(lua_State *lua, void *arg) {
  struct reading *reading = arg;
  procedure_declaration_read(lua, reading->arena, reading->declaration);
}

result procedure_rule_open(struct slice text, struct procedure_rule **ret_rule) {
  struct procedure_rule *rule CLEANUP(procedure_rule_close) = heap_alloc(sizeof *rule);
  *rule = (struct procedure_rule){.lock = PTHREAD_MUTEX_INITIALIZER, .returned = PTHREAD_COND_INITIALIZER};
  arena_init(&rule->arena);
  rule->text = arena_copy(&rule->arena, text);
  digest_sha256(text, rule->hash);
  struct procedure_sandbox *sandbox = NULL;
  TRY(procedure_sandbox_open(rule->text, "procedure.lua", &sandbox));
  rule->idle[rule->idle_count++] = sandbox;
  rule->open_count = 1;
  struct reading reading = {&rule->arena, &rule->declaration};
  TRY(procedure_sandbox_run(sandbox, read_body, &reading));
  *ret_rule = rule;
  rule = NULL;
  return OK;
}

void procedure_rule_close(struct procedure_rule **rule) {
  if (*rule) {
    while ((*rule)->idle_count > 0) {
      procedure_sandbox_close(&(*rule)->idle[--(*rule)->idle_count]);
    }
    (void)pthread_cond_destroy(&(*rule)->returned);
    (void)pthread_mutex_destroy(&(*rule)->lock);
    arena_free(&(*rule)->arena);
    free(*rule);
    *rule = NULL;
  }
}

/* NULL: one more may be opened, and is counted already. */
static struct procedure_sandbox *take(struct procedure_rule *rule) {
  struct procedure_sandbox *sandbox = NULL;
  (void)pthread_mutex_lock(&rule->lock);
  while (rule->idle_count == 0 && rule->open_count >= RULE_SANDBOXES_MAX) {
    (void)pthread_cond_wait(&rule->returned, &rule->lock);
  }
  if (rule->idle_count > 0) {
    sandbox = rule->idle[--rule->idle_count];
  } else {
    rule->open_count++;
  }
  (void)pthread_mutex_unlock(&rule->lock);
  return sandbox;
}

/* NULL: it could not be opened. */
static void give_back(struct procedure_rule *rule, struct procedure_sandbox *sandbox) {
  (void)pthread_mutex_lock(&rule->lock);
  if (sandbox) {
    rule->idle[rule->idle_count++] = sandbox;
  } else {
    rule->open_count--;
  }
  (void)pthread_cond_signal(&rule->returned);
  (void)pthread_mutex_unlock(&rule->lock);
}

result procedure_rule_run(struct procedure_rule *rule, procedure_sandbox_body body, void *arg) {
  struct procedure_sandbox *sandbox = take(rule);
  result r = sandbox ? OK : procedure_sandbox_open(rule->text, "procedure.lua", &sandbox);
  if (is_ok(r)) {
    r = procedure_sandbox_run(sandbox, body, arg);
  }
  give_back(rule, sandbox);
  return r;
}
