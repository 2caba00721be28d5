#include "replay/drive.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

/* An act happens at its own instant: the shared env under a clock of its own. */
static struct env env_at(const struct drive *drive, struct clock *clock, int64_t at_ms) {
  struct env env = *drive->env;
  *clock = clock_fixed(at_ms);
  env.clock = clock;
  return env;
}

static struct dossier_act act_of(const struct drive *drive, size_t index, const struct drive_officer *officer,
                                 struct slice purpose) {
  return (struct dossier_act){.code = slice_of(drive->codes[index].bytes, drive->codes[index].len),
                              .actor_id = officer->person_id,
                              .level = 2,
                              .post = &officer->post,
                              .purpose = purpose};
}

/* VNeID: two minutes after the submission, by transfer; at the counter: at once. */
static result pay(struct drive *drive, size_t index, const struct dossier *dossier, struct arena *scratch) {
  if (dossier->payable == 0) {
    return OK;
  }
  struct clock clock;
  bool online = drive->plan.dossiers[index].channel == PROCEDURE_VNEID;
  struct env env = env_at(drive, &clock, dossier->submitted_at_ms + (online ? 2 * MINUTE_MS : 0));
  struct payment_request request;
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(env.db, &tx));
    TRY(payment_request_load(tx, scratch, dossier->person_id, dossier->code, &request));
  }
  struct payment_notification notification = {.transaction_id = arena_printf(scratch, "REPLAY-%zu", index),
                                              .reference = request.reference,
                                              .amount = request.amount,
                                              .paid_at_ms = clock_now_ms(&clock)};
  struct payment_outcome outcome;
  return dossier_payment(&env, scratch, &notification, &outcome);
}

static const struct slice form = S_INIT(
    "{\"history\":[{\"from\":\"2018-06\",\"to\":null,\"place\":\"Nơi thường trú\",\"work\":\"Lao động tự do\"}],"
    "\"request\":{\"purpose\":\"Bổ sung hồ sơ xin việc\"}}");

result replay_drive_submit(struct drive *drive, size_t index, struct arena *scratch) {
  const struct plan_dossier *planned = &drive->plan.dossiers[index];
  const struct drive_desk *desk = &drive->desks[planned->province];
  struct clock clock;
  struct env env = env_at(drive, &clock, planned->submitted_at_ms);
  bool at_counter = planned->channel != PROCEDURE_VNEID;
  struct dossier_application application = {.applicant_id = drive->applicants[index],
                                            .person_id = drive->applicants[index],
                                            .procedure = S("lltp"),
                                            .channel = planned->channel,
                                            .form_key = arena_printf(scratch, "replay-2024-%zu", index),
                                            .certificate = planned->certificate,
                                            .copies = planned->copies,
                                            .form = form,
                                            .level = 2,
                                            .helper = at_counter ? &desk->one_stop.post : NULL,
                                            .helper_id = at_counter ? desk->one_stop.person_id : 0};
  struct dossier dossier;
  TRY(dossier_submit(&env, &drive->works, scratch, &application, &dossier));
  if (dossier.code.len > DRIVE_CODE_BYTES_MAX) {
    FAIL(REPLAY_PLAN, "a dossier code of %zu bytes", dossier.code.len);
  }
  memcpy(drive->codes[index].bytes, dossier.code.ptr, dossier.code.len);
  drive->codes[index].len = dossier.code.len;
  return pay(drive, index, &dossier, scratch);
}

/* The same afternoon, or the next working morning. */
result replay_drive_receive(struct drive *drive, size_t index, struct arena *scratch) {
  const struct plan_dossier *planned = &drive->plan.dossiers[index];
  int32_t day = calendar_received_date(planned->submitted_at_ms, CALENDAR_CUT_OFF_MS);
  bool same_day = clock_date_of(planned->submitted_at_ms) == day;
  struct clock clock;
  struct env env =
      env_at(drive, &clock, clock_date_start_ms(day) + (same_day ? 16 * HOUR_MS + 30 * MINUTE_MS : 8 * HOUR_MS));
  struct dossier_act act = act_of(drive, index, &drive->desks[planned->province].one_stop, S(""));
  return dossier_receive(&env, scratch, &act);
}

/* What the conviction register says, as the decider reads it. */
static result decision_of(struct env *env, const struct drive *drive, size_t index, struct arena *scratch,
                          enum dossier_decision *ret_decision) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct register_conviction_list list;
  TRY(db_read_begin(env->db, &tx));
  TRY(register_convictions_load(tx, scratch, drive->applicants[index], clock_date_of(clock_now_ms(env->clock)), &list));
  *ret_decision = DOSSIER_NO_CONVICTION;
  for (size_t i = 0; i < list.count; i++) {
    if (drive->plan.dossiers[index].certificate == 2 || list.items[i].status == REGISTER_CONVICTION_ACTIVE) {
      *ret_decision = DOSSIER_HAS_CONVICTION;
    }
  }
  return OK;
}

result replay_drive_return(struct drive *drive, size_t index, struct arena *scratch) {
  const struct plan_dossier *planned = &drive->plan.dossiers[index];
  const struct drive_desk *desk = &drive->desks[planned->province];
  struct clock clock;
  struct env env = env_at(drive, &clock, planned->returned_at_ms - 20 * MINUTE_MS);
  struct dossier_question question = {.register_name = S("convictions")};
  enum dossier_decision decision = DOSSIER_UNDECIDED;
  struct dossier_act look_up = act_of(drive, index, &desk->records, S("Tra cứu để cấp Phiếu lý lịch tư pháp"));
  struct dossier_act decide = act_of(drive, index, &desk->decider, S(""));
  struct dossier_act seal = act_of(drive, index, &desk->sealer, S(""));
  struct dossier_release release = {.pin_key = &desk->pin_key};
  TRY(dossier_look_up(&env, scratch, &look_up, &question, 1));
  TRY(decision_of(&env, drive, index, scratch, &decision));
  clock_fixed_set(&clock, planned->returned_at_ms - 10 * MINUTE_MS);
  TRY(dossier_decide(&env, scratch, &decide, decision, S("")));
  clock_fixed_set(&clock, planned->returned_at_ms - 5 * MINUTE_MS);
  TRY(dossier_sign(&env, &drive->works, scratch, &decide, &release));
  clock_fixed_set(&clock, planned->returned_at_ms);
  return dossier_seal(&env, &drive->works, scratch, &seal);
}
