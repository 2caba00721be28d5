/* Any bytes as the document of `danh procedure eval`: a refusal names what is wrong, and what is accepted is never too much for the rule. */
#include <stdlib.h>

#include "codec/jin.h"
#include "procedure/procedure.h"

static struct procedure_engine *engine; /* read once: a target lives for millions of inputs */

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerInitialize(int *argc, char ***argv) {
  (void)argc;
  (void)argv;
  if (!is_ok(procedure_engine_open(NULL, &engine))) {
    abort();
  }
  return 0;
}

static void check_outcome(const struct procedure_outcome *outcome, struct arena *arena) {
  struct jin_doc doc;
  const struct jin *root = NULL;
  jin_doc_init(&doc, arena, JIN_LIMITS_DEFAULT);
  bool adds_up = outcome->fee.value >= 0 && outcome->support.value >= 0 && outcome->payable.value == outcome->fee.value - outcome->support.value;
  if (!adds_up || outcome->payable.value < 0 || !is_ok(jin_parse(&doc, procedure_outcome_write(arena, outcome), &root))) {
    abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  const struct procedure_document document = {S("lltp"), slice_of(bytes, len)};
  struct procedure_input_fault fault = {0};
  struct procedure_input input;
  if (!is_ok(procedure_input_parse(engine, &document, &arena, &fault, &input))) {
    if (fault.reason.len == 0) {
      abort();
    }
    return 0;
  }
  struct procedure_outcome outcome;
  result evaluated = procedure_evaluate(engine, document.procedure, &input, &arena, &outcome);
  if (is_ok(evaluated)) {
    check_outcome(&outcome, &arena);
  } else if (result_kind(evaluated) == RESULT_INTERNAL) {
    abort();
  }
  return 0;
}
