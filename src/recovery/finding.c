/* What was found when the pictures were compared: kept with the case, and a line for whoever audits. */
#include "codec/jout.h"
#include "recovery/case.h"

static result save(struct db_tx *tx, const struct recovery_case *of, const struct recovery_finding *finding) {
  const struct evidence_opinion *opinion = &finding->opinion;
  return db_run(tx,
                "INSERT INTO recovery_finding (person_id, case_id, kind, verdict, score, engine, reason, demonstration, seen)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                DB_ARGS(db_of_int(of->person_id), db_of_int(of->case_id), db_of_int(finding->kind), db_of_int(opinion->verdict),
                        db_of_int(opinion->score), db_of_text(opinion->engine), db_of_text(opinion->reason), db_of_int(opinion->is_demonstration),
                        db_of_int(finding->is_seen)),
                NULL);
}

result recovery_findings_save(struct db_tx *tx, const struct recovery_case *of, const struct recovery_finding findings[static RECOVERY_FINDINGS]) {
  for (size_t i = 0; i < RECOVERY_FINDINGS; i++) {
    TRY(save(tx, of, &findings[i]));
  }
  return OK;
}

result recovery_findings_record(struct env *env, struct db_tx *tx, const struct recovery_case *of, const struct recovery_collection *collection) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct buf detail;
  struct jout out;
  buf_init(&detail, &arena, 512);
  jout_init(&out, &detail);
  jout_object(&out);
  jout_put_text(&out, "case", of->number);
  jout_put_list(&out, "findings");
  for (size_t i = 0; i < RECOVERY_FINDINGS; i++) {
    jout_object(&out);
    jout_put_str(&out, "kind", evidence_kind_name(collection->findings[i].kind));
    evidence_opinion_put(&out, &collection->findings[i].opinion);
    jout_put_bool(&out, "seen", collection->findings[i].is_seen);
    jout_object_end(&out);
  }
  jout_list_end(&out);
  jout_object_end(&out);
  const struct ledger_entry entry = {.kind = "recovery.compared",
                                     .actor_person_id = collection->officer.person_id,
                                     .actor_role = collection->officer.role,
                                     .subjects = &of->person_id,
                                     .subject_count = 1,
                                     .legal_basis = S("Nghị định 69/2024/NĐ-CP, Điều 15"),
                                     .detail = buf_slice(&detail)};
  return ledger_append(env, tx, &entry);
}

result recovery_findings_load(struct db_tx *tx, struct arena *arena, const struct recovery_case *of,
                              struct recovery_finding ret_findings[static RECOVERY_FINDINGS], size_t *ret_count) {
  size_t count = 0;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT kind, verdict, score, engine, reason, demonstration, seen FROM recovery_finding WHERE person_id = $1 AND case_id = $2 ORDER BY kind",
               DB_ARGS(db_of_int(of->person_id), db_of_int(of->case_id)), &rows));
  while (count < RECOVERY_FINDINGS && db_rows_next(&rows)) {
    ret_findings[count++] = (struct recovery_finding){.kind = (enum evidence_kind)db_int(&rows, 0),
                                                      .opinion = {.verdict = (enum evidence_verdict)db_int(&rows, 1),
                                                                  .score = (int)db_int(&rows, 2),
                                                                  .engine = db_text_copy(&rows, 3, arena),
                                                                  .reason = db_text_copy(&rows, 4, arena),
                                                                  .is_demonstration = db_int(&rows, 5) != 0},
                                                      .is_seen = db_int(&rows, 6) != 0};
  }
  TRY(rows.status);
  *ret_count = count;
  return OK;
}
