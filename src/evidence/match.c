/* The port to whoever compares. */
#include "evidence/evidence.h"

const char *evidence_verdict_name(enum evidence_verdict verdict) {
  static const char *const names[] = {
      [EVIDENCE_MATCH] = "match", [EVIDENCE_NO_MATCH] = "no_match", [EVIDENCE_UNSURE] = "unsure", [EVIDENCE_UNUSABLE] = "unusable"};
  return names[verdict];
}

result evidence_match(struct env *env, struct arena *arena, const struct evidence_question *question, struct evidence_opinion *ret_opinion) {
  struct evidence_picture picture;
  if (env->matcher == NULL) {
    FAIL(EVIDENCE_MATCHER_AWAY, "no matcher is configured");
  }
  TRY(evidence_picture_read(question->sample, &picture));
  return env->matcher->compare(env->matcher, arena, question, ret_opinion);
}
