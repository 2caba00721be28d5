/* A face before a camera now, compared by the platform's matcher with what the identity database holds of the session's person: the biometric of
 * levels 3 and 4 [Decree 69/2024 Art 20]. The matcher says whether it is the person and alive; what is not a plain yes is a failed try.
 *
 * Kept       no picture and nothing drawn from it but a digest: samples are gone with the request [SP800-63B-4 3.2.3 SHALL].
 * Tries      the ceremony is used up, and the try counted, on disk before the matcher is asked: five and half an hour, fifty in a row and this way is closed until a recovery, which has
 *            seen the person [SP800-63B-4 3.2.3 SHALL].
 * Deviates   the decree's level 3 is a face beside one other factor of any kind; [SP800-63B-4 3.2.3] wants a physical authenticator beside it, and a
 *            face compared centrally bound to a device. A service that wants that asks for level 4, which has both. */
#include "authenticator/kinds.h"
#include "codec/jout.h"
#include "crypto/token.h"
#include "evidence/evidence.h"
#include "ledger/ledger.h"

enum { CHALLENGE_BYTES = 16, FAILURES_IN_A_ROW_MAX = 50 };
static const int64_t shots_kept_ms = 5LL * 365 * CLOCK_DAY_MS; /* as long as the history of what they opened [Decree 69/2024 Art 28] */

struct looking {
  struct authenticator_proving *proving;
  struct account_try attempt;
  struct account_try_answer counted;
  struct slice pin;
  struct slice picture; /* and nothing beside it: the same one in another coat is the same one */
  struct evidence_opinion opinion;
};

result authenticator_face_begin(struct env *env, const struct authenticator_beginning *beginning, struct authenticator_pending *pending,
                                struct arena *arena, struct authenticator_ceremony *ret_ceremony) {
  (void)beginning;
  uint8_t bytes[CHALLENGE_BYTES];
  if (env->matcher == NULL) {
    FAIL(EVIDENCE_MATCHER_AWAY, "no matcher is configured");
  }
  random_fill(env->random, bytes, sizeof bytes);
  pending->challenge = arena_copy(arena, slice_of(bytes, sizeof bytes));
  ret_ceremony->json = S("{}");
  return OK;
}

/* ---- tries ---- */

static result failures_of(struct db_tx *tx, int64_t person_id, int64_t *ret_failures) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT failures FROM authenticator_face WHERE person_id = $1", DB_ARGS(db_of_int(person_id)), &rows));
  *ret_failures = db_rows_next(&rows) ? db_int(&rows, 0) : 0;
  return rows.status;
}

result authenticator_face_is_closed(struct db_tx *tx, int64_t person_id, bool *ret_is_closed) {
  int64_t failures = 0;
  TRY(failures_of(tx, person_id, &failures));
  *ret_is_closed = failures >= FAILURES_IN_A_ROW_MAX;
  return OK;
}

result authenticator_face_reset(struct db_tx *tx, int64_t person_id) {
  return db_run(tx, "DELETE FROM authenticator_face WHERE person_id = $1", DB_ARGS(db_of_int(person_id)), NULL);
}

result authenticator_face_sweep(struct env *env, struct db_tx *tx) {
  return db_run(tx,
                "DELETE FROM authenticator_face_shot WHERE shot_hash IN"
                " (SELECT shot_hash FROM authenticator_face_shot WHERE at <= $1 ORDER BY at LIMIT 1000)",
                DB_ARGS(db_of_int(clock_now_ms(env->clock) - shots_kept_ms)), NULL);
}

static result write_try(struct db_tx *tx, void *arg) {
  struct looking *it = arg;
  struct authenticator_proving *proving = it->proving;
  struct register_person person;
  bool is_closed = false;
  bool is_used = false;
  TRY(authenticator_ceremony_use(proving->env, tx, proving->answer->ceremony, &is_used));
  proving->is_spent = is_used;
  if (!is_used) {
    it->counted = (struct account_try_answer){.refused = AUTHENTICATOR_CEREMONY};
    return OK;
  }
  TRY(register_person_load(tx, proving->arena, proving->person_id, &person));
  it->pin = person.pin;
  it->attempt = (struct account_try){.kind = ACCOUNT_TRY_STEP_UP, .person_id = proving->person_id, .client = proving->answer->client};
  TRY(authenticator_face_is_closed(tx, proving->person_id, &is_closed));
  if (is_closed) {
    it->counted = (struct account_try_answer){.refused = AUTHENTICATOR_FACE_CLOSED};
    return OK;
  }
  return account_try_begin(proving->env, tx, &it->attempt, &it->counted);
}

static result write_give_back(struct db_tx *tx, void *arg) {
  const struct looking *it = arg;
  return account_try_give_back(tx, &it->attempt);
}

/* What the matcher said, whichever way, and which engine it was. */
static result record(struct db_tx *tx, const struct looking *it, const char *kind) {
  struct authenticator_proving *proving = it->proving;
  struct buf body;
  struct jout out;
  buf_init(&body, proving->arena, 128);
  jout_init(&out, &body);
  jout_object(&out);
  jout_put_str(&out, "verdict", evidence_verdict_name(it->opinion.verdict));
  jout_put_text(&out, "engine", it->opinion.engine);
  jout_put_text(&out, "reason", it->opinion.reason);
  jout_object_end(&out);
  struct ledger_entry entry = {.kind = kind, .actor_person_id = proving->person_id, .subjects = &proving->person_id, .subject_count = 1,
                               .detail = buf_slice(&body)};
  return ledger_append(proving->env, tx, &entry);
}

static result count_failure(struct db_tx *tx, const struct looking *it) {
  int64_t failures = 0;
  struct env *env = it->proving->env;
  int64_t person_id = it->proving->person_id;
  TRY(account_try_wrong(env, tx, &it->attempt, it->counted.is_last));
  TRY(record(tx, it, "authenticator.face_refused"));
  TRY(db_run(tx,
             "INSERT INTO authenticator_face (person_id, failures) VALUES ($1, 1)"
             " ON CONFLICT (person_id) DO UPDATE SET failures = authenticator_face.failures + 1",
             DB_ARGS(db_of_int(person_id)), NULL));
  TRY(failures_of(tx, person_id, &failures));
  if (failures != FAILURES_IN_A_ROW_MAX) {
    return OK;
  }
  return account_notice_send(env, tx, person_id,
                             S("Xác thực bằng khuôn mặt của tài khoản định danh điện tử đã bị đóng sau 50 lần liên tiếp không khớp."
                               " Nếu không phải ông/bà đã thử, hãy đổi mật khẩu ngay."));
}

static result write_failure(struct db_tx *tx, void *arg) { return count_failure(tx, arg); }

/* ---- comparing ---- */

static uint16_t refusal_of(const struct evidence_opinion *opinion) {
  bool is_quality = opinion->verdict == EVIDENCE_UNUSABLE && !slice_is(opinion->reason, "not_alive");
  return opinion->verdict == EVIDENCE_NO_MATCH ? AUTHENTICATOR_FACE_OTHER : is_quality ? EVIDENCE_RETAKE : AUTHENTICATOR_FACE_UNSURE;
}

result authenticator_face_check(struct authenticator_proving *proving, const struct authenticator_pending *pending) {
  struct looking *it = ARENA_NEW(proving->arena, struct looking);
  (void)pending; /* of this session, as prove.c has seen; a session is one person's */
  *it = (struct looking){.proving = proving};
  proving->person_id = proving->answer->session->person_id;
  TRY(evidence_picture_clean(proving->answer->answer, proving->arena, &it->picture));
  TRY(db_write(proving->env->db, write_try, it));
  if (it->counted.refused != 0) {
    FAIL(it->counted.refused, "not compared");
  }
  const struct evidence_question question = {.pin = it->pin, .kind = EVIDENCE_FACE, .sample = it->picture, .is_live = true};
  result asked = evidence_match(proving->env, proving->arena, &question, &it->opinion);
  if (!is_ok(asked)) {
    struct fault why = *fault_last();
    TRY(db_write(proving->env->db, write_give_back, it));
    return fault_set(why.file, why.line, asked.code, "%s", why.detail);
  }
  if (it->opinion.verdict != EVIDENCE_MATCH) {
    TRY(db_write(proving->env->db, write_failure, it));
    FAIL(it->counted.is_last ? ACCOUNT_LOCKED_FOR_NOW : refusal_of(&it->opinion), "the matcher says %s", evidence_verdict_name(it->opinion.verdict));
  }
  proving->means = ACCOUNT_MEANS_FACE;
  proving->found = it;
  return OK;
}

/* Two cameras never take the same bytes: a picture that was taken before is a copy. */
static result use_shot(struct db_tx *tx, const struct looking *it, bool *ret_is_new) {
  const struct authenticator_proving *proving = it->proving;
  uint8_t stored[DIGEST_BYTES];
  int64_t added = 0;
  token_stored_form("danh-authenticator-face", it->picture, stored);
  TRY(db_run(tx, "INSERT INTO authenticator_face_shot (person_id, shot_hash, at) VALUES ($1, $2, $3) ON CONFLICT (person_id, shot_hash) DO NOTHING",
             DB_ARGS(db_of_int(proving->person_id), db_of_bytes(slice_of(stored, sizeof stored)), db_of_int(clock_now_ms(proving->env->clock))),
             &added));
  *ret_is_new = added == 1;
  return OK;
}

result authenticator_face_use(struct db_tx *tx, struct authenticator_proving *proving) {
  const struct looking *it = proving->found;
  bool is_new = false;
  bool is_live = false;
  TRY(account_session_is_live(tx, proving->answer->session, &is_live));
  if (!is_live) {
    FAIL(ACCOUNT_SESSION, "the session has ended meanwhile");
  }
  TRY(use_shot(tx, it, &is_new));
  if (!is_new) {
    proving->outcome = it->counted.is_last ? ACCOUNT_LOCKED_FOR_NOW : AUTHENTICATOR_FACE_USED;
    return count_failure(tx, it);
  }
  TRY(account_try_right(tx, &it->attempt));
  TRY(authenticator_face_reset(tx, proving->person_id));
  return record(tx, it, "authenticator.face_matched");
}
