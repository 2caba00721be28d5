/* What is written down when access_check refuses a sensitive act. */
#include "access/table.h"
#include "codec/jout.h"
#include "ledger/ledger.h"

struct refusal {
  struct env *env;
  const struct ledger_entry *entry;
};

static result write_refusal(struct db_tx *tx, void *arg) {
  struct refusal *refusal = arg;
  return ledger_append(refusal->env, tx, refusal->entry);
}

static result record_refusal(struct env *env, const struct access_request *request, const char *reason) {
  struct arena arena CLEANUP(arena_free) = {0};
  arena_init(&arena);
  struct buf detail;
  buf_init(&detail, &arena, 128);
  struct jout out;
  jout_init(&out, &detail);
  jout_object(&out);
  jout_put_str(&out, "act", access_table[request->act].name);
  jout_put_str(&out, "reason", reason);
  jout_put_text_or_null(&out, "dossier", request->dossier ? request->dossier->code : S(""));
  jout_object_end(&out);
  struct slice purpose = slice_trim(request->purpose);
  struct slice role = access_role_name(access_role_of(request));
  struct ledger_entry entry = {
      .kind = "access.refused",
      .actor_person_id = request->actor_id,
      .actor_role = request->post ? arena_printf(&arena, "%.*s@%.*s", SLICE_ARG(role), SLICE_ARG(request->post->agency)) : S(""),
      .subjects = &request->subject_id,
      .subject_count = request->subject_id ? 1 : 0,
      .legal_basis = purpose.len <= 4 * ACCESS_PURPOSE_CHARACTERS_MAX ? purpose : S(""),
      .detail = buf_slice(&detail),
  };
  return db_write(env->db, write_refusal, &(struct refusal){env, &entry});
}

result access_refusal_record(struct env *env, const struct access_request *request, result refused) {
  const char *word = access_refusal_word(refused.code);
  if (word == NULL || !access_table[request->act].sensitive || is_code(refused, ACCESS_FACTS)) {
    return refused;
  }
  /* A refusal that cannot be recorded is still a refusal: the record's own failure is what the operator must see. */
  TRY(record_refusal(env, request, word));
  return refused;
}

result access_require(struct env *env, const struct access_request *request) {
  return access_refusal_record(env, request, access_check(env, request));
}
