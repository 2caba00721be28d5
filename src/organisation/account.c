/* The organisation's one account: its states, and the enrolment that leads to it [Decree 69/2024 Art 7, 12]. */
#include "organisation/record.h"

static const char *const names[ORGANISATION_STATE_COUNT] = {
    [ORGANISATION_NONE] = "none",         [ORGANISATION_CONSENTING] = "consenting", [ORGANISATION_VERIFYING] = "verifying",
    [ORGANISATION_REJECTED] = "rejected", [ORGANISATION_ACTIVE] = "active",         [ORGANISATION_LOCKED] = "locked",
    [ORGANISATION_CLOSED] = "closed",
};

/* The picture stands above enum organisation_state. */
static const bool moves[ORGANISATION_STATE_COUNT][ORGANISATION_STATE_COUNT] = {
    [ORGANISATION_NONE] = {[ORGANISATION_CONSENTING] = true, [ORGANISATION_VERIFYING] = true},
    [ORGANISATION_CONSENTING] = {[ORGANISATION_VERIFYING] = true, [ORGANISATION_REJECTED] = true},
    [ORGANISATION_VERIFYING] = {[ORGANISATION_REJECTED] = true, [ORGANISATION_ACTIVE] = true},
    [ORGANISATION_REJECTED] = {[ORGANISATION_CONSENTING] = true, [ORGANISATION_VERIFYING] = true},
    [ORGANISATION_ACTIVE] = {[ORGANISATION_LOCKED] = true},
    [ORGANISATION_LOCKED] = {[ORGANISATION_ACTIVE] = true, [ORGANISATION_CLOSED] = true},
};

static const struct slice legal_basis = S_INIT("Nghị định 69/2024/NĐ-CP, Điều 12");

struct slice organisation_state_name(enum organisation_state state) { return slice_str(names[state]); }

bool organisation_move_is_allowed(enum organisation_state from, enum organisation_state to) {
  return from >= 0 && from < ORGANISATION_STATE_COUNT && to >= 0 && to < ORGANISATION_STATE_COUNT && moves[from][to];
}

result organisation_account_load(struct db_tx *tx, struct arena *arena, int64_t organisation_id, struct organisation_account *ret_account) {
  struct organisation_account account = {.organisation_id = organisation_id};
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT state, representative_id, dossier_code, since, approved_at FROM organisation_account WHERE organisation_id = $1",
               DB_ARGS(db_of_int(organisation_id)), &rows));
  if (db_rows_next(&rows)) {
    account.state = (enum organisation_state)db_int(&rows, 0);
    account.representative_id = db_int(&rows, 1);
    account.dossier_code = db_text_copy(&rows, 2, arena);
    account.since_ms = db_int(&rows, 3);
    account.approved_at_ms = db_int(&rows, 4);
  }
  TRY(rows.status);
  *ret_account = account;
  return OK;
}

/* The one function that moves it. */
struct step {
  const struct organisation_enrolment *enrolment;
  enum organisation_state to;
  const char *kind;
  struct slice reason;
};

static result move(struct env *env, struct db_tx *tx, const struct step *step) {
  const struct organisation_enrolment *e = step->enrolment;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct organisation_account account;
  int64_t now = clock_now_ms(env->clock);
  TRY(organisation_account_load(tx, &arena, e->organisation_id, &account));
  if (!organisation_move_is_allowed(account.state, step->to)) {
    FAIL(ORGANISATION_MOVE, "an account does not go from %s to %s", names[account.state], names[step->to]);
  }
  TRY(db_run(tx,
             account.state == ORGANISATION_NONE
                 ? "INSERT INTO organisation_account (organisation_id, state, representative_id, dossier_code, since, approved_at, reason)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7)"
                 : "UPDATE organisation_account SET state = $2, representative_id = $3, dossier_code = $4, since = $5,"
                   " approved_at = COALESCE($6, approved_at), reason = $7 WHERE organisation_id = $1",
             DB_ARGS(db_of_int(e->organisation_id), db_of_int(step->to),
                     db_of_int(e->representative_id != 0 ? e->representative_id : account.representative_id), db_of_text(e->dossier_code),
                     db_of_int(now), step->to == ORGANISATION_ACTIVE ? db_of_int(now) : db_of_null(), db_of_text_or_null(step->reason)),
             NULL));
  int64_t representative = e->representative_id != 0 ? e->representative_id : account.representative_id;
  return organisation_record(env, tx,
                             &(const struct organisation_note){.kind = step->kind,
                                                               .organisation_id = e->organisation_id,
                                                               .actor_id = e->actor_id,
                                                               .actor_role = e->actor_role,
                                                               .legal_basis = legal_basis,
                                                               .person_id = representative,
                                                               .detail = arena_printf(&arena, "\"from\":\"%s\",\"to\":\"%s\"", names[account.state],
                                                                                      names[step->to])});
}

/* ---- enrolment ---- */

static result check_eligible(struct env *env, struct db_tx *tx, struct arena *arena, const struct organisation_enrolment *e) {
  struct organisation organisation;
  struct organisation_account account;
  bool represents = false;
  TRY(organisation_load(tx, arena, e->organisation_id, &organisation));
  TRY(organisation_is_representative(tx, e->organisation_id, e->representative_id, clock_date_of(clock_now_ms(env->clock)), &represents));
  if (!represents) {
    FAIL(ORGANISATION_NOT_REPRESENTATIVE, "not a legal representative today");
  }
  if (organisation.status != ORGANISATION_WORKING) {
    FAIL(ORGANISATION_ENDED, "its business is %s", organisation_status_name(organisation.status));
  }
  TRY(organisation_account_load(tx, arena, e->organisation_id, &account));
  if (!organisation_move_is_allowed(account.state, ORGANISATION_VERIFYING) || account.state == ORGANISATION_CONSENTING) {
    FAIL(ORGANISATION_MOVE, "an organisation has one account"); /* [Decree 69/2024 Art 7] */
  }
  return OK;
}

result organisation_enrol_check(struct env *env, struct db_tx *tx, const struct organisation_enrolment *enrolment) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  return check_eligible(env, tx, &arena, enrolment);
}

result organisation_enrol_collect(struct env *env, struct db_tx *tx, const struct organisation_enrolment *enrolment,
                                  enum organisation_state *ret_state) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct organisation_representative_list all;
  enum organisation_state to = ORGANISATION_VERIFYING;
  TRY(check_eligible(env, tx, &arena, enrolment));
  TRY(organisation_representatives_load(tx, &arena, enrolment->organisation_id, clock_date_of(clock_now_ms(env->clock)), &all));
  for (size_t i = 0; i < all.count; i++) {
    if (all.items[i].person_id != enrolment->representative_id) {
      TRY(db_run(tx, "INSERT INTO organisation_consent (organisation_id, dossier_code, person_id) VALUES ($1, $2, $3)",
                 DB_ARGS(db_of_int(enrolment->organisation_id), db_of_text(enrolment->dossier_code), db_of_int(all.items[i].person_id)), NULL));
      to = ORGANISATION_CONSENTING;
    }
  }
  TRY(move(env, tx, &(const struct step){enrolment, to, "organisation.enrolment_collected", S("")}));
  *ret_state = to;
  return OK;
}

static result check_still_waits(struct db_tx *tx, struct arena *arena, const struct organisation_enrolment *e, enum organisation_state state) {
  struct organisation_account account;
  TRY(organisation_account_load(tx, arena, e->organisation_id, &account));
  if (account.state != state || !slice_eq(account.dossier_code, e->dossier_code)) {
    FAIL(ORGANISATION_MOVE, "that enrolment does not wait for this");
  }
  return OK;
}

static result count_missing(struct db_tx *tx, const struct organisation_enrolment *e, int64_t *ret_missing) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_row(tx, "SELECT COUNT(*) FROM organisation_consent WHERE organisation_id = $1 AND dossier_code = $2 AND answered_at IS NULL",
             DB_ARGS(db_of_int(e->organisation_id), db_of_text(e->dossier_code)), &rows));
  *ret_missing = db_int(&rows, 0);
  return OK;
}

/* enrolment->actor_id is who answers; the enrolment stays the first representative's. */
result organisation_enrol_consent(struct env *env, struct db_tx *tx, const struct organisation_enrolment *enrolment, bool consents,
                                  enum organisation_state *ret_state) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  int64_t changed = 0;
  int64_t missing = 0;
  TRY(check_still_waits(tx, &arena, enrolment, ORGANISATION_CONSENTING));
  TRY(db_run(tx,
             "UPDATE organisation_consent SET answered_at = $4, consents = $5"
             " WHERE organisation_id = $1 AND dossier_code = $2 AND person_id = $3 AND answered_at IS NULL",
             DB_ARGS(db_of_int(enrolment->organisation_id), db_of_text(enrolment->dossier_code), db_of_int(enrolment->actor_id),
                     db_of_int(clock_now_ms(env->clock)), db_of_int(consents)),
             &changed));
  if (changed != 1) {
    FAIL(ORGANISATION_CONSENT_GIVEN, "nobody waits for their answer");
  }
  TRY(count_missing(tx, enrolment, &missing));
  struct organisation_enrolment kept = *enrolment;
  kept.representative_id = 0;
  enum organisation_state to = !consents ? ORGANISATION_REJECTED : missing == 0 ? ORGANISATION_VERIFYING : ORGANISATION_CONSENTING;
  if (to != ORGANISATION_CONSENTING) {
    TRY(move(env, tx, &(const struct step){&kept, to, consents ? "organisation.consented" : "organisation.consent_refused",
                                           consents ? S("") : S("Người đại diện theo pháp luật khác không đồng ý")}));
  } else {
    TRY(organisation_record(env, tx, &(const struct organisation_note){.kind = "organisation.consented",
                                                                       .organisation_id = enrolment->organisation_id,
                                                                       .actor_id = enrolment->actor_id,
                                                                       .legal_basis = legal_basis,
                                                                       .person_id = enrolment->actor_id}));
  }
  *ret_state = to;
  return OK;
}

result organisation_enrol_approve(struct env *env, struct db_tx *tx, const struct organisation_enrolment *decision) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  TRY(check_still_waits(tx, &arena, decision, ORGANISATION_VERIFYING));
  return move(env, tx, &(const struct step){decision, ORGANISATION_ACTIVE, "organisation.approved", S("")});
}

result organisation_enrol_reject(struct env *env, struct db_tx *tx, const struct organisation_enrolment *decision, struct slice reason) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  TRY(check_still_waits(tx, &arena, decision, ORGANISATION_VERIFYING));
  return move(env, tx, &(const struct step){decision, ORGANISATION_REJECTED, "organisation.rejected", reason});
}

result organisation_consents_load(struct db_tx *tx, struct arena *arena, int64_t organisation_id, struct organisation_consent **ret_consents,
                                  size_t *ret_count) {
  enum { CONSENTS_MAX = 50 };
  struct organisation_consent *consents = ARENA_ARRAY(arena, struct organisation_consent, CONSENTS_MAX);
  size_t count = 0;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT c.person_id, c.answered_at, c.consents FROM organisation_consent c JOIN organisation_account a"
               " ON a.organisation_id = c.organisation_id AND a.dossier_code = c.dossier_code WHERE c.organisation_id = $1 ORDER BY c.person_id",
               DB_ARGS(db_of_int(organisation_id)), &rows));
  while (count < CONSENTS_MAX && db_rows_next(&rows)) {
    consents[count++] = (struct organisation_consent){db_int(&rows, 0), db_int(&rows, 1), db_int(&rows, 2) != 0};
  }
  TRY(rows.status);
  *ret_consents = consents;
  *ret_count = count;
  return OK;
}
