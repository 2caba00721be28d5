/* dossier/sign_up_finish.c: the third step: card data, register and portrait are held against each other [NIST SP 800-63A N1-N4]. Whoever the register
 * does not know, or knows otherwise, is led to a desk in the same words and after the same work. */
#include "card/card.h"
#include "dossier/sign_up.h"
#include "ledger/ledger.h"

enum { PICTURES_MAX = 5 };

struct finishing {
  struct env *env;
  struct arena *arena;
  struct slice ticket;
  struct sign_up_row row;
  struct dossier_sign_up claim;
  struct register_person person; /* person_id 0: nobody, or not as was said */
  int64_t claimed_id;            /* whose number was used; 0: nobody's */
  bool name_differs;             /* in diacritics, or cut: an officer looks */
};

/* Each picture is counted before it is looked at: a ticket is no way to try portraits through. */
static result take_picture(struct db_tx *tx, void *arg) {
  struct finishing *f = arg;
  TRY(dossier_sign_up_load(f->env, tx, f->arena, f->ticket, &f->row));
  if (f->row.state != DOSSIER_SIGN_UP_CONFIRMED || f->row.pictures >= PICTURES_MAX) {
    FAIL(ACCOUNT_CODE, "the number is not confirmed, or the picture was taken often enough");
  }
  return db_run(tx, "UPDATE dossier_sign_up SET pictures = pictures + 1 WHERE ticket_hash = $1",
                DB_ARGS(db_of_bytes(slice_of(f->row.ticket_hash, sizeof f->row.ticket_hash))), NULL);
}

static result finish_row(struct db_tx *tx, void *arg) {
  struct finishing *f = arg;
  TRY(dossier_sign_up_load(f->env, tx, f->arena, f->ticket, &f->row));
  return dossier_sign_up_move(tx, &f->row, DOSSIER_SIGN_UP_FINISHED);
}

static bool name_agrees(struct finishing *f, const struct register_person *person) {
  const struct card_mrz zone = {.surname = f->claim.name, .given = S(""), .name_may_be_cut = f->claim.name_may_be_cut};
  bool is_zone = slice_is(f->claim.source, "mrz");
  enum card_likeness likeness = is_zone ? card_mrz_name_compare(f->arena, &zone, person->name) : card_name_compare(f->arena, f->claim.name, person->name);
  f->name_differs = likeness == CARD_SAME_AS_FAR || (likeness == CARD_SAME_LETTERS && slice_is(f->claim.source, "qr"));
  return likeness != CARD_DIFFERENT;
}

/* [N2] number, name, birth date and a date printed on the card, against the register that issued them. */
static bool card_agrees(struct finishing *f, const struct register_person *person) {
  const struct dossier_sign_up *claim = &f->claim;
  bool birth = claim->birth.year == person->birth.year && claim->birth.month == person->birth.month && claim->birth.day == person->birth.day;
  bool issued = claim->card_issued != 0 && claim->card_issued == person->card_issued;
  bool expires = claim->card_expires != 0 && claim->card_expires == person->card_expires;
  bool contradicts = (claim->card_issued != 0 && !issued) || (claim->card_expires != 0 && !expires);
  return birth && (issued || expires) && !contradicts && !slice_empty(person->card_number) && person->life == REGISTER_ALIVE &&
         name_agrees(f, person);
}

static result identify(struct finishing *f) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct register_person person;
  TRY(db_read_begin(f->env->db, &tx));
  TRY(dossier_sign_up_claim_read(f->row.claim, f->arena, &f->claim));
  result found = register_person_find(tx, f->claim.pin, &f->claimed_id);
  if (result_kind(found) == RESULT_INTERNAL || result_kind(found) == RESULT_UNAVAILABLE) {
    return found;
  }
  if (!is_ok(found)) {
    f->claimed_id = 0;
    return OK;
  }
  TRY(register_person_load(tx, f->arena, f->claimed_id, &person));
  if (card_agrees(f, &person)) {
    f->person = person;
  }
  return OK;
}

/* [N4, N5] whoever holds that number sees that somebody tried. */
static result record_mismatch(struct db_tx *tx, void *arg) {
  struct finishing *f = arg;
  TRY(finish_row(tx, f));
  if (f->claimed_id == 0) {
    return OK;
  }
  return ledger_append(f->env, tx,
                       &(const struct ledger_entry){.kind = "enrolment.not_confirmed",
                                                    .actor_role = S("system"),
                                                    .subjects = &f->claimed_id,
                                                    .subject_count = 1,
                                                    .legal_basis = S("Nghị định 69/2024/NĐ-CP, Điều 11"),
                                                    .detail = S("{}")});
}

/* The same question to the matcher as for somebody known, so that neither answer nor work tells them apart. */
static result lead_to_desk(struct finishing *f, struct slice picture, struct dossier_sign_up_answer *answer) {
  struct evidence_opinion opinion;
  const struct evidence_question question = {.pin = f->claim.pin, .kind = EVIDENCE_PORTRAIT, .sample = picture};
  result compared = evidence_match(f->env, f->arena, &question, &opinion);
  if (result_kind(compared) == RESULT_INVALID) {
    return compared; /* no picture at all: as for anybody */
  }
  if (is_ok(compared) && opinion.verdict == EVIDENCE_UNUSABLE) {
    FAIL(EVIDENCE_RETAKE, "the engine says: %.*s", SLICE_ARG(opinion.reason));
  }
  *answer = (struct dossier_sign_up_answer){.outcome = DOSSIER_SIGN_UP_DESK};
  return db_write(f->env->db, record_mismatch, f);
}

/* What a refusal means to whoever stands behind a matching card; 0: it is none of these. */
static enum dossier_sign_up_outcome outcome_of(result applied) {
  static const struct {
    uint16_t code;
    enum dossier_sign_up_outcome outcome;
  } outcomes[] = {
      {ACCOUNT_LEVEL, DOSSIER_SIGN_UP_HAS_ACCOUNT},   {ACCOUNT_MOVE, DOSSIER_SIGN_UP_HAS_ACCOUNT},
      {DOSSIER_ALREADY_OPEN, DOSSIER_SIGN_UP_REVIEW}, {ACCOUNT_GUARDIAN, DOSSIER_SIGN_UP_GUARDIAN},
      {ACCOUNT_PHONE_TAKEN, DOSSIER_SIGN_UP_PHONE_TAKEN}, {ACCOUNT_NOT_ELIGIBLE, DOSSIER_SIGN_UP_DESK},
      {ACCOUNT_NO_CARD, DOSSIER_SIGN_UP_DESK},        {DOSSIER_APPLICANT, DOSSIER_SIGN_UP_GUARDIAN},
      {DOSSIER_NO_AGENCY, DOSSIER_SIGN_UP_DESK},
  };
  for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++) {
    if (is_code(applied, outcomes[i].code)) {
      return outcomes[i].outcome;
    }
  }
  return 0;
}

/* Only to a face that matches is said what the register or the accounts know. */
static result tell_refusal(struct finishing *f, struct slice picture, enum dossier_sign_up_outcome outcome, struct dossier_sign_up_answer *answer) {
  struct evidence_opinion opinion = {0};
  const struct evidence_question question = {.pin = f->person.pin, .kind = EVIDENCE_PORTRAIT, .sample = picture};
  result compared = evidence_match(f->env, f->arena, &question, &opinion);
  if (result_kind(compared) == RESULT_INVALID) {
    return compared;
  }
  bool is_them = is_ok(compared) && opinion.verdict == EVIDENCE_MATCH;
  bool is_theirs_to_know = is_them || outcome == DOSSIER_SIGN_UP_PHONE_TAKEN; /* the number is, for they have its code */
  *answer = (struct dossier_sign_up_answer){.outcome = is_theirs_to_know ? outcome : DOSSIER_SIGN_UP_DESK};
  return db_write(f->env->db, is_theirs_to_know ? finish_row : record_mismatch, f);
}

result dossier_sign_up_finish(struct env *env, const struct dossier_works *works, struct arena *arena,
                              const struct dossier_sign_up_portrait *portrait, struct dossier_sign_up_answer *ret_answer) {
  struct finishing f = {.env = env, .arena = arena, .ticket = portrait->ticket};
  struct dossier_sign_up_answer answer = {0};
  struct slice picture;
  TRY(evidence_picture_clean(portrait->picture, arena, &picture));
  TRY(db_write(env->db, take_picture, &f));
  TRY(identify(&f));
  if (f.person.person_id == 0) {
    TRY(lead_to_desk(&f, picture, &answer));
    *ret_answer = answer;
    return OK;
  }
  const struct dossier_enrol_application application = {.person_id = f.person.person_id,
                                                        .mobile = f.row.phone,
                                                        .email = f.claim.email,
                                                        .portrait = picture,
                                                        .source = arena_cstr(arena, f.claim.source),
                                                        .needs_officer = f.name_differs};
  result applied = dossier_enrol_apply(env, works, arena, &application, &answer.enrolment);
  enum dossier_sign_up_outcome refused = outcome_of(applied);
  if (!is_ok(applied) && refused == 0) {
    return applied;
  }
  if (!is_ok(applied)) {
    TRY(tell_refusal(&f, picture, refused, &answer));
  } else {
    answer.outcome = answer.enrolment.is_approved ? DOSSIER_SIGN_UP_APPROVED : DOSSIER_SIGN_UP_REVIEW;
    TRY(db_write(env->db, finish_row, &f));
  }
  *ret_answer = answer;
  return OK;
}
