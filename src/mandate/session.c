/* For whom a session acts. */
#include "mandate/row.h"

struct choosing {
  struct env *env;
  struct account_session session; /* as it is to be */
  const struct mandate_principal *principal;
};

/* "delegate:4711", in the actor's own history; the name stands in nobody's but the ledger's pseudonym. */
static result record(struct choosing *choosing, struct db_tx *tx, struct arena *arena, const struct mandate *mandate) {
  struct buf text;
  struct jout out;
  buf_init(&text, arena, 96);
  jout_init(&out, &text);
  jout_object(&out);
  mandate_detail_put(&out, mandate);
  jout_object_end(&out);
  const struct account_event event = {.person_id = choosing->session.person_id,
                                      .session_id = choosing->session.session_id,
                                      .kind = S("mandate_chosen"),
                                      .detail = mandate_kind_name(mandate->kind)};
  TRY(account_history_append(choosing->env, tx, &event));
  const int64_t subjects[] = {mandate->actor_id, mandate->principal_id != 0 ? mandate->principal_id : mandate->organisation_id};
  struct ledger_entry entry = {.kind = "mandate.session_chosen",
                               .subjects = subjects,
                               .subject_count = subjects[1] != 0 ? 2 : 1,
                               .legal_basis = S("Điều 134 Bộ luật Dân sự số 91/2015/QH13"),
                               .detail = buf_slice(&text)};
  mandate_ledger_fill(mandate, &entry);
  return ledger_append(choosing->env, tx, &entry);
}

static result write_choice(struct db_tx *tx, void *arg) {
  struct choosing *choosing = arg;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct mandate mandate;
  bool is_self = choosing->principal->person_id == 0 && choosing->principal->organisation_id == 0;
  const struct mandate_question question = {.actor_id = choosing->session.person_id,
                                            .principal_id = is_self ? choosing->session.person_id : choosing->principal->person_id,
                                            .organisation_id = choosing->principal->organisation_id};
  TRY(mandate_check(choosing->env, tx, &question, &arena, &mandate));
  choosing->session.mandate_id = mandate.mandate_id;
  choosing->session.acting_for_id = mandate.kind == MANDATE_SELF ? 0 : mandate.principal_id;
  choosing->session.acting_organisation_id = mandate.organisation_id;
  choosing->session.post_id = 0;
  TRY(account_session_act_for(tx, &choosing->session));
  return record(choosing, tx, &arena, &mandate);
}

result mandate_choose(struct env *env, struct account_session *session, const struct mandate_principal *principal) {
  struct choosing choosing = {env, *session, principal};
  TRY(db_write(env->db, write_choice, &choosing));
  *session = choosing.session;
  return OK;
}

result mandate_of_session(struct env *env, struct db_tx *tx, const struct mandate_use *use, struct arena *arena, struct mandate *ret_mandate) {
  const struct account_session *session = use->session;
  const struct mandate_question question = {
      .actor_id = session->person_id,
      .principal_id = account_session_is_for_another(session) ? session->acting_for_id : session->person_id,
      .organisation_id = session->acting_organisation_id,
      .scope = use->scope};
  result checked = mandate_check(env, tx, &question, arena, ret_mandate);
  if (is_code(checked, MANDATE_NONE)) {
    FAIL(MANDATE_ENDED, "the mandate under which the session acts has ended");
  }
  return checked;
}
