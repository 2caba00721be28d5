/* Level-2 enrolment [Decree 69/2024 Art 10-13], decided: approved, or rejected field by field so that it can be mended. */
#include "account/code.h"
#include "account/enrol.h"
#include "codec/utf8.h"

static const char *basis(struct env *env) { return (const char *)account_enrol_basis(clock_date_of(clock_now_ms(env->clock))).ptr; }

struct decision {
  int level;
  int64_t collected_by;
  struct account_contact contact;
  bool face_matched;
};

/* The open enrolment the decision is about, checked: four eyes, and neither pair is the person's own. */
static result open_enrolment(struct db_tx *tx, struct arena *arena, const struct account_enrolment *asked,
                             struct decision *ret_decision) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT level, collected_by, state, phone, email, guardian_id, face_matched FROM account_enrolment"
               " WHERE person_id = $1 AND dossier_code = $2",
               DB_ARGS(db_of_int(asked->person_id), db_of_text(asked->dossier_code)), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(ACCOUNT_UNKNOWN, "no such enrolment");
  }
  struct decision decision = {(int)db_int(&rows, 0), db_int(&rows, 1),
                              {db_text_copy(&rows, 3, arena), db_text_copy(&rows, 4, arena), db_int(&rows, 5)},
                              db_int(&rows, 6) != 0};
  if (db_int(&rows, 2) != ACCOUNT_VERIFYING) {
    FAIL(ACCOUNT_MOVE, "the enrolment is decided already");
  }
  bool by_machine = asked->in_app && asked->officer.person_id == 0 && decision.level == 1 && decision.face_matched;
  if (asked->officer.person_id == asked->person_id || (asked->officer.person_id == 0 && !by_machine)) {
    FAIL(ACCOUNT_OWN_CASE, "an officer does not decide on themself");
  }
  if (asked->officer.person_id == decision.collected_by) {
    FAIL(ACCOUNT_SAME_OFFICER, "who collected does not decide");
  }
  *ret_decision = decision;
  return OK;
}

static result close_enrolment(struct env *env, struct db_tx *tx, const struct account_enrolment *decided, enum account_state state,
                              struct slice reason) {
  return db_run(tx,
                "UPDATE account_enrolment SET state = $3, decided_by = $4, decided_at = $5, reason = $6"
                " WHERE person_id = $1 AND dossier_code = $2",
                DB_ARGS(db_of_int(decided->person_id), db_of_text(decided->dossier_code), db_of_int(state),
                        db_of_int(decided->officer.person_id), db_of_int(clock_now_ms(env->clock)), db_of_text_or_null(reason)),
                NULL);
}

result account_level_raise(struct db_tx *tx, int64_t person_id, int level, int64_t at_ms) {
  int64_t changed = 0;
  db_mark(tx, person_id);
  TRY(db_run(tx, "UPDATE account SET level = $2, approved_at = COALESCE(approved_at, $3) WHERE person_id = $1 AND level < $2",
             DB_ARGS(db_of_int(person_id), db_of_int(level), db_of_int(at_ms)), &changed));
  if (changed == 0 || level < 1 || level > 2) {
    FAIL(ACCOUNT_LEVEL, "a level only rises, to 1 or 2");
  }
  return OK;
}

result account_enrol_approve(struct env *env, struct db_tx *tx, const struct account_enrolment *decision) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct decision open = {0};
  struct account account = {0};
  TRY(open_enrolment(tx, &arena, decision, &open));
  if (!open.face_matched && !decision->face_matched) { /* [Decree 69/2024 Art 11] a machine matched it, or the officer's eye did */
    FAIL(ACCOUNT_BIOMETRICS, "nobody has compared the portrait");
  }
  TRY(account_load(tx, decision->person_id, &account));
  bool upgrade = account.state == ACCOUNT_ACTIVE || account.state == ACCOUNT_STATE_LOCKED;
  struct account_step step = {.person_id = decision->person_id,
                              ACCOUNT_PATH(ACCOUNT_APPROVED),
                              .kind = upgrade ? "account.level_raised" : "account.approved",
                              .legal_basis = basis(env),
                              .actor = decision->officer,
                              .detail = arena_printf(&arena, "\"level\":%d", open.level)};
  step.path_count = upgrade ? 0 : 1;
  TRY(account_move(env, tx, &step));
  TRY(account_level_raise(tx, decision->person_id, open.level, clock_now_ms(env->clock)));
  TRY(close_enrolment(env, tx, decision, ACCOUNT_APPROVED, S("")));
  if (!upgrade) {
    return account_code_send(env, tx, decision->person_id);
  }
  TRY(account_contact_adopt(env, tx, decision->person_id, &open.contact));
  struct account_notice notice = {.person_id = decision->person_id, .purpose = S("level_raised"),
                                  .text = S("Tài khoản định danh điện tử của ông/bà đã được nâng lên mức độ 2."),
                                  .text_en = S("Your e-ID account is now at level 2.")};
  return account_notify(env, tx, &notice);
}

/* ---- rejection ---- */

enum { REASON_CHARACTERS_MIN = 5, REASON_CHARACTERS_MAX = 300, OBJECTIONS_MAX = 7 };

/* What an approver may object to, and how the message to the person calls it. */
static const struct {
  const char *field;
  const char *vi;
} fields[OBJECTIONS_MAX] = {
    {"card", "Thẻ căn cước"},     {"face", "Ảnh khuôn mặt"},          {"fingerprints", "Vân tay"}, {"phone", "Số điện thoại"},
    {"email", "Thư điện tử"},     {"guardian", "Người đại diện"}, {"other", "Nội dung khác"},
};

/* -1 for a word that is none of them. */
static int field_find(struct slice word) {
  for (int i = 0; i < OBJECTIONS_MAX; i++) {
    if (slice_is(word, fields[i].field)) {
      return i;
    }
  }
  return -1;
}

result account_rejection_check(const struct account_rejection *rejection) {
  unsigned seen = 0;
  for (size_t i = 0; i < rejection->count; i++) {
    const struct account_objection *objection = &rejection->objections[i];
    int field = field_find(objection->field);
    size_t length = utf8_count(slice_trim(objection->reason));
    if (field < 0 || (seen & 1u << field) != 0 || length < REASON_CHARACTERS_MIN || length > REASON_CHARACTERS_MAX) {
      FAIL(ACCOUNT_REJECTION, "objection %zu: unknown or repeated field, or a reason of %zu characters", i, length);
    }
    seen |= 1u << field;
  }
  if (seen == 0) {
    FAIL(ACCOUNT_REJECTION, "no objection");
  }
  return OK;
}

struct slice account_rejection_write(struct arena *arena, const struct account_rejection *rejection) {
  struct buf text;
  buf_init(&text, arena, 256);
  for (size_t i = 0; i < rejection->count; i++) {
    const struct account_objection *objection = &rejection->objections[i];
    int field = field_find(objection->field);
    buf_printf(&text, "%s%s: %.*s", i > 0 ? "; " : "", field < 0 ? "" : fields[field].vi, SLICE_ARG(slice_trim(objection->reason)));
  }
  return buf_slice(&text);
}

static result write_objections(struct db_tx *tx, const struct account_enrolment *decision, const struct account_rejection *rejection) {
  for (size_t i = 0; i < rejection->count; i++) {
    const struct account_objection *objection = &rejection->objections[i];
    TRY(db_run(tx, "INSERT INTO account_objection (person_id, dossier_code, number, field, reason) VALUES ($1, $2, $3, $4, $5)",
               DB_ARGS(db_of_int(decision->person_id), db_of_text(decision->dossier_code), db_of_int((int64_t)i + 1),
                       db_of_text(objection->field), db_of_text(slice_trim(objection->reason))),
               NULL));
  }
  return OK;
}

result account_enrol_reject(struct env *env, struct db_tx *tx, const struct account_enrolment *decision,
                            const struct account_rejection *rejection) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct decision open = {0};
  struct account account = {0};
  TRY(account_rejection_check(rejection));
  TRY(open_enrolment(tx, &arena, decision, &open));
  TRY(account_load(tx, decision->person_id, &account));
  bool upgrade = account.state == ACCOUNT_ACTIVE || account.state == ACCOUNT_STATE_LOCKED;
  struct account_step step = {.person_id = decision->person_id,
                              ACCOUNT_PATH(ACCOUNT_REJECTED),
                              .kind = "account.enrolment_rejected",
                              .legal_basis = basis(env),
                              .actor = decision->officer};
  step.path_count = upgrade ? 0 : 1;
  TRY(account_move(env, tx, &step));
  if (!upgrade) {
    TRY(db_run(tx, "DELETE FROM account_phone WHERE person_id = $1", DB_ARGS(db_of_int(decision->person_id)), NULL));
  }
  struct slice reason = account_rejection_write(&arena, rejection);
  TRY(write_objections(tx, decision, rejection));
  TRY(close_enrolment(env, tx, decision, ACCOUNT_REJECTED, reason));
  struct slice where = open.level == 1 ? arena_printf(&arena, "Đăng ký lại tại %.*s/sign-up hoặc đến công an xã bất kỳ cùng thẻ căn cước", SLICE_ARG(env->origin))
                                       : S("Đề nghị đến nơi đăng ký để bổ sung");
  struct account_notice notice = {
      .person_id = decision->person_id,
      .purpose = S("enrolment_rejected"),
      .text = arena_printf(&arena, "Hồ sơ định danh điện tử không được duyệt: %.*s. %.*s.", SLICE_ARG(reason), SLICE_ARG(where))};
  return account_notify(env, tx, &notice);
}

/* ---- what was collected and decided ---- */

static result load_objections(struct db_tx *tx, struct arena *arena, int64_t person_id, struct account_enrolled *enrolled) {
  struct account_objection *objections = ARENA_ARRAY(arena, struct account_objection, OBJECTIONS_MAX);
  struct account_rejection rejection = {objections, 0};
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT field, reason FROM account_objection WHERE person_id = $1 AND dossier_code = $2 ORDER BY number",
               DB_ARGS(db_of_int(person_id), db_of_text(enrolled->dossier_code)), &rows));
  while (rejection.count < OBJECTIONS_MAX && db_rows_next(&rows)) {
    objections[rejection.count++] = (struct account_objection){db_text_copy(&rows, 0, arena), db_text_copy(&rows, 1, arena)};
  }
  TRY(rows.status);
  enrolled->rejection = rejection;
  return OK;
}

result account_enrolled_load(struct db_tx *tx, struct arena *arena, const struct account_enrolment *key, struct account_enrolled *ret_enrolled) {
  struct account_enrolled enrolled;
  {
    struct db_rows rows CLEANUP(db_rows_close) = {0};
    TRY(db_query(tx,
                 "SELECT state, dossier_code, collected_at, decided_at, phone, email, guardian_id, face_matched, fingerprints_matched"
                 " FROM account_enrolment WHERE person_id = $1 AND ($2 = '' OR dossier_code = $2) ORDER BY collected_at DESC LIMIT 1",
                 DB_ARGS(db_of_int(key->person_id), db_of_text(key->dossier_code)), &rows));
    if (!db_rows_next(&rows)) {
      TRY(rows.status);
      FAIL(ACCOUNT_UNKNOWN, "no such enrolment");
    }
    enrolled = (struct account_enrolled){.state = (enum account_state)db_int(&rows, 0),
                                         .dossier_code = db_text_copy(&rows, 1, arena),
                                         .collected_at_ms = db_int(&rows, 2),
                                         .decided_at_ms = db_int(&rows, 3),
                                         .phone = db_text_copy(&rows, 4, arena),
                                         .email = db_text_copy(&rows, 5, arena),
                                         .guardian_id = db_int(&rows, 6),
                                         .face_matched = db_int(&rows, 7) != 0,
                                         .fingerprints_matched = db_int(&rows, 8) != 0};
  }
  TRY(load_objections(tx, arena, key->person_id, &enrolled));
  *ret_enrolled = enrolled;
  return OK;
}
