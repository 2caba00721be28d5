/* What officers do: pictures are taken now, the person is compared, another officer agrees, or somebody refuses. */
#include "codec/utf8.h"
#include "recovery/case.h"

enum { REASON_CHARACTERS_MIN = 5, REASON_CHARACTERS_MAX = 300 };

/* ---- a ticket for pictures taken now ---- */

struct capturing {
  struct env *env;
  struct slice number;
  const struct account_actor *officer;
  struct slice ticket;
};

static result write_capture(struct db_tx *tx, void *arg) {
  struct capturing *c = arg;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct recovery_limits limits = {0};
  struct recovery_case of = {0};
  uint8_t hash[DIGEST_BYTES];
  TRY(recovery_limits_load(tx, &limits));
  TRY(recovery_of_number(c->env, tx, &arena, c->number, &of));
  TRY(recovery_officer_check(&of, c->officer->person_id));
  if (of.state != RECOVERY_OPENED) {
    FAIL(RECOVERY_MOVE, "evidence is taken once");
  }
  token_stored_form(RECOVERY_LABEL_CAPTURE, c->ticket, hash);
  return db_run(tx, "INSERT INTO recovery_capture (ticket_hash, person_id, case_id, officer_id, expires_at) VALUES ($1, $2, $3, $4, $5)",
                DB_ARGS(db_of_bytes(slice_of(hash, sizeof hash)), db_of_int(of.person_id), db_of_int(of.case_id), db_of_int(c->officer->person_id),
                        db_of_int(clock_now_ms(c->env->clock) + limits.capture_lifetime_ms)),
                NULL);
}

result recovery_capture_begin(struct env *env, struct slice number, const struct account_actor *officer, struct account_token *ret_ticket) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct capturing c = {env, number, officer, token_make(env->random, &arena)};
  TRY(db_write(env->db, write_capture, &c));
  memcpy(ret_ticket->text, c.ticket.ptr, c.ticket.len);
  ret_ticket->text[c.ticket.len] = '\0';
  return OK;
}

/* Used up whatever comes of it: a second try is taken anew. */
static result take_ticket(struct env *env, struct db_tx *tx, const struct recovery_collection *in, const struct recovery_case *of) {
  uint8_t hash[DIGEST_BYTES];
  int64_t taken = 0;
  token_stored_form(RECOVERY_LABEL_CAPTURE, in->ticket, hash);
  TRY(db_run(tx, "DELETE FROM recovery_capture WHERE ticket_hash = $1 AND person_id = $2 AND case_id = $3 AND officer_id = $4 AND expires_at > $5",
             DB_ARGS(db_of_bytes(slice_of(hash, sizeof hash)), db_of_int(of->person_id), db_of_int(of->case_id), db_of_int(in->officer.person_id),
                     db_of_int(clock_now_ms(env->clock))),
             &taken));
  if (taken == 0) {
    FAIL(RECOVERY_EVIDENCE_STALE, "no live ticket of this officer for this case");
  }
  return OK;
}

static result use_picture(struct env *env, struct db_tx *tx, const struct recovery_case *of, struct slice picture) {
  uint8_t content[DIGEST_BYTES];
  if (slice_empty(picture)) {
    FAIL(RECOVERY_NO_MATCH, "both face and fingerprints are taken");
  }
  digest_sha256(picture, content);
  result kept = db_run(tx, "INSERT INTO recovery_evidence (content, person_id, case_id, brought_at) VALUES ($1, $2, $3, $4)",
                       DB_ARGS(db_of_bytes(slice_of(content, sizeof content)), db_of_int(of->person_id), db_of_int(of->case_id),
                               db_of_int(clock_now_ms(env->clock))),
                       NULL);
  if (is_code(kept, DB_DUPLICATE)) {
    FAIL(RECOVERY_EVIDENCE_USED, "this very picture was evidence before");
  }
  return kept;
}

/* ---- the card ---- */

/* A card the register no longer knows as this person's, or that has ended, proves the opposite: somebody holds a lost one. */
static result check_card(struct env *env, struct db_tx *tx, const struct recovery_collection *in, struct recovery_case *of) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct register_person person = {0};
  if (slice_empty(in->card_number)) {
    return OK;
  }
  TRY(register_person_load(tx, &arena, of->person_id, &person));
  bool is_known = slice_eq(in->card_number, person.card_number) && in->card_issued == person.card_issued;
  if (!is_known || clock_date_of(clock_now_ms(env->clock)) > person.card_expires) {
    FAIL(RECOVERY_CARD, "not the card of the register, or it has ended");
  }
  of->proofs |= RECOVERY_PROOF_CARD;
  return OK;
}

/* ---- the person ---- */

/* Where the machine cannot tell, or is away, what the officer saw; for that a second officer is asked later. */
static bool is_theirs(const struct recovery_finding *finding) {
  bool is_left_to_eye = finding->opinion.verdict == EVIDENCE_UNSURE || finding->opinion.verdict == 0;
  return finding->opinion.verdict == EVIDENCE_MATCH || (is_left_to_eye && finding->is_seen);
}

static result check_person(const struct recovery_collection *in, struct recovery_case *of) {
  bool is_matched = true;
  for (size_t i = 0; i < RECOVERY_FINDINGS; i++) {
    if (!is_theirs(&in->findings[i])) {
      FAIL(RECOVERY_NO_MATCH, "%s: the machine says %d", evidence_kind_name(in->findings[i].kind), (int)in->findings[i].opinion.verdict);
    }
    is_matched = is_matched && in->findings[i].opinion.verdict == EVIDENCE_MATCH;
  }
  of->proofs |= RECOVERY_PROOF_PERSON | (is_matched ? RECOVERY_PROOF_MATCHED : 0);
  return OK;
}

/* The number is bound when the case ends; whether it can be is asked now, while the person is there. */
static result check_phone(struct db_tx *tx, const struct recovery_collection *in, struct arena *arena, struct recovery_case *of) {
  if (slice_empty(slice_trim(in->new_phone))) {
    return OK;
  }
  TRY(account_phone_check(tx, arena, of->person_id, in->new_phone, &of->new_phone));
  return OK;
}

struct collecting {
  struct env *env;
  const struct recovery_collection *in;
  uint16_t refused; /* after the evidence was used up: what was wrong with it */
};

static result judge(struct collecting *c, struct db_tx *tx, struct arena *arena, struct recovery_case *of) {
  TRY(check_person(c->in, of));
  TRY(check_card(c->env, tx, c->in, of));
  return check_phone(tx, c->in, arena, of);
}

static result write_collect(struct db_tx *tx, void *arg) {
  struct collecting *c = arg;
  const struct recovery_collection *in = c->in;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct recovery_case of = {0};
  c->refused = 0;
  TRY(recovery_of_number(c->env, tx, &arena, in->number, &of));
  TRY(recovery_officer_check(&of, in->officer.person_id));
  if (of.state != RECOVERY_OPENED) {
    FAIL(RECOVERY_MOVE, "collected already, or over");
  }
  TRY(take_ticket(c->env, tx, in, &of));
  TRY(use_picture(c->env, tx, &of, in->face));
  TRY(use_picture(c->env, tx, &of, in->fingerprints));
  TRY(recovery_findings_record(c->env, tx, &of, in));
  struct recovery_case before = of;
  result judged = judge(c, tx, &arena, &of);
  if (!is_ok(judged)) { /* stored, not rolled back: the ticket is gone, and that somebody else's face was brought is an entry */
    c->refused = judged.code;
    struct recovery_step step = {.of = &before, .to = before.state, .kind = "recovery.evidence_refused", .actor = in->officer};
    return recovery_move(c->env, tx, &step);
  }
  TRY(recovery_findings_save(tx, &of, in->findings));
  of.collected_by = in->officer.person_id;
  of.collected_at_ms = clock_now_ms(c->env->clock);
  return recovery_advance(c->env, tx, &of, &in->officer);
}

/* Nothing beside the picture: the same one in another coat is still the same one. None is refused later, in its own words. */
static result clean(struct slice *picture, struct arena *arena) {
  return slice_empty(*picture) ? OK : evidence_picture_clean(*picture, arena, picture);
}

result recovery_collect(struct env *env, const struct recovery_collection *collection) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct recovery_collection cleaned = *collection;
  struct collecting c = {env, &cleaned, 0};
  TRY(clean(&cleaned.face, &arena));
  TRY(clean(&cleaned.fingerprints, &arena));
  TRY(db_write(env->db, write_collect, &c));
  if (c.refused != 0) {
    FAIL(c.refused, "evidence refused");
  }
  return OK;
}

/* ---- deciding ---- */

result recovery_approve(struct env *env, struct db_tx *tx, const struct recovery_decision *decision) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct recovery_case of = {0};
  TRY(recovery_of_number(env, tx, &arena, decision->number, &of));
  TRY(recovery_officer_check(&of, decision->officer.person_id));
  if (of.state != RECOVERY_COLLECTED) {
    FAIL(RECOVERY_MOVE, "nothing waits for a second officer");
  }
  if (of.collected_by == decision->officer.person_id) {
    FAIL(RECOVERY_SAME_OFFICER, "two officers are two people");
  }
  of.approved_by = decision->officer.person_id;
  of.proofs |= RECOVERY_PROOF_SECOND;
  return recovery_advance(env, tx, &of, &decision->officer);
}

result recovery_reject(struct env *env, struct db_tx *tx, const struct recovery_decision *decision) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct recovery_case of = {0};
  size_t characters = utf8_count(slice_trim(decision->reason));
  if (characters < REASON_CHARACTERS_MIN || characters > REASON_CHARACTERS_MAX || !utf8_is_line(decision->reason)) {
    FAIL(RECOVERY_REASON, "a reason of %zu characters", characters);
  }
  TRY(recovery_of_number(env, tx, &arena, decision->number, &of));
  TRY(recovery_officer_check(&of, decision->officer.person_id));
  of.reason = slice_trim(decision->reason);
  TRY(recovery_proofs_save(tx, &of));
  struct recovery_step step = {.of = &of, .to = RECOVERY_REJECTED, .kind = "recovery.rejected", .actor = decision->officer};
  TRY(recovery_move(env, tx, &step));
  struct account_notice notice = {
      .person_id = of.person_id,
      .purpose = S("recovery"),
      .text = arena_printf(&arena, "Yêu cầu lấy lại tài khoản định danh (vụ việc %.*s) không được chấp nhận: %.*s.", SLICE_ARG(of.number),
                           SLICE_ARG(of.reason)),
      .text_en = arena_printf(&arena, "The recovery of your e-ID account (case %.*s) was refused.", SLICE_ARG(of.number))};
  return account_notify(env, tx, &notice);
}
