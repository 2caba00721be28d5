/* The port to whoever compares. */
#include "evidence/evidence.h"

const char *evidence_verdict_name(enum evidence_verdict verdict) {
  static const char *const names[] = {
      [EVIDENCE_MATCH] = "match", [EVIDENCE_NO_MATCH] = "no_match", [EVIDENCE_UNSURE] = "unsure", [EVIDENCE_UNUSABLE] = "unusable"};
  return names[verdict];
}

result evidence_match(struct env *env, struct arena *arena, const struct evidence_question *question, struct evidence_opinion *ret_opinion) {
  struct evidence_question asked = *question;
  if (env->matcher == NULL) {
    FAIL(EVIDENCE_MATCHER_AWAY, "no matcher is configured");
  }
  TRY(evidence_picture_clean(question->sample, arena, &asked.sample));
  TRY(env->matcher->compare(env->matcher, arena, &asked, ret_opinion));
  ret_opinion->is_demonstration = env->matcher->is_demonstration;
  return OK;
}

result evidence_ask(struct env *env, struct arena *arena, const struct evidence_question *question, struct evidence_opinion *ret_opinion) {
  result asked = evidence_match(env, arena, question, ret_opinion);
  bool is_away = is_code(asked, EVIDENCE_MATCHER_AWAY);
  if (!is_away && !is_code(asked, EVIDENCE_NO_REFERENCE)) {
    return asked;
  }
  *ret_opinion = (struct evidence_opinion){.score = -1, .engine = S(""), .reason = is_away ? S("away") : S("no_reference")};
  return OK;
}

void evidence_opinion_put(struct jout *out, const struct evidence_opinion *opinion) {
  jout_put_object(out, "opinion");
  jout_put_str(out, "verdict", opinion->verdict == 0 ? "none" : evidence_verdict_name(opinion->verdict));
  jout_put_int(out, "score", opinion->score);
  jout_put_text(out, "engine", opinion->engine);
  jout_put_text(out, "reason", opinion->reason);
  jout_put_bool(out, "demonstration", opinion->is_demonstration);
  jout_object_end(out);
}
