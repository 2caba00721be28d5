/* Under which mandate somebody acts on a dossier about another. */
#include "dossier/dossier.h"

/* The scope the act needs. A parent or guardian has each of them; a delegate follows what they filed, and sees the rest only when that was given. */
static struct slice scope_of(struct arena *arena, const struct dossier_standing *standing) {
  struct slice own = arena_printf(arena, "dossier.%.*s", SLICE_ARG(standing->procedure));
  bool is_own_filing = standing->applicant_id == 0 || standing->applicant_id == standing->actor_id;
  if (is_own_filing && mandate_scope_find(own) != NULL) {
    return own;
  }
  return standing->power == ACCESS_DOSSIER_VIEW_OWN ? S("dossier.view") : S("dossier.manage");
}

/* Kin need not say for whom they act, the form asks them; whoever was given a mandate says so first, and sees it on every screen. */
static bool is_said(const struct dossier_standing *standing, const struct mandate *mandate) {
  bool is_kin = mandate->kind == MANDATE_SELF || mandate->kind == MANDATE_PARENT || mandate->kind == MANDATE_GUARDIAN;
  return is_kin || standing->is_at_counter || standing->acting_for_id == standing->person_id;
}

result dossier_standing_find(struct env *env, struct db_tx *tx, const struct dossier_standing *standing, struct arena *arena,
                             struct mandate *ret_mandate) {
  if (standing->acting_for_id != 0 && standing->acting_for_id != standing->person_id) {
    FAIL(MANDATE_SELF_ONLY, "the session acts for somebody else");
  }
  const struct mandate_question question = {.actor_id = standing->actor_id,
                                            .principal_id = standing->person_id,
                                            .scope = scope_of(arena, standing),
                                            .is_at_counter = standing->is_at_counter};
  struct mandate mandate;
  result found = mandate_check(env, tx, &question, arena, &mandate);
  bool is_none = is_code(found, MANDATE_NONE) || is_code(found, MANDATE_SCOPE);
  if (!is_none) {
    TRY(found);
  }
  *ret_mandate = is_none || !is_said(standing, &mandate) ? (struct mandate){.kind = MANDATE_SELF, .actor_id = standing->actor_id} : mandate;
  return OK;
}
