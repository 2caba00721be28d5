/* The one function that moves a mandate, and what every step writes. */
#include "codec/utf8.h"
#include "mandate/act.h"

enum { REASON_CHARACTERS_MIN = 5, REASON_CHARACTERS_MAX = 300 };

/* What is being moved, by whom. */
struct moving {
  struct env *env;
  struct db_tx *tx;
  struct arena *arena;
  const struct mandate_step *step;
  struct mandate mandate;
  int64_t now_ms;
};

static bool is_officer(const struct moving *moving) { return moving->step->actor.role.len > 0; }

/* The person acted for, or who represents the organisation today. */
static result is_principal(const struct moving *moving, bool *ret_is) {
  const struct mandate *mandate = &moving->mandate;
  if (mandate->organisation_id == 0) {
    *ret_is = moving->step->actor.person_id == mandate->principal_id;
    return OK;
  }
  const struct mandate_principal principal = {moving->step->actor.person_id, mandate->organisation_id};
  return mandate_represents_organisation(moving->tx, moving->arena, &principal, clock_date_of(moving->now_ms), ret_is);
}

/* Whose step it is. To everybody else the mandate does not exist. */
static result check_whose(const struct moving *moving) {
  const struct mandate *mandate = &moving->mandate;
  bool by_principal = false;
  bool by_actor = moving->step->actor.person_id == mandate->actor_id;
  if (is_officer(moving)) {
    if (mandate->kind != MANDATE_NOTARISED || !slice_eq(mandate->agency, moving->step->agency)) {
      FAIL(MANDATE_UNKNOWN, "no paper of this agency");
    }
    return mandate_act_check_officer(mandate, moving->step->actor.person_id);
  }
  TRY(is_principal(moving, &by_principal));
  bool is_theirs = moving->step->to == MANDATE_REVOKED     ? by_actor || by_principal
                   : moving->step->to == MANDATE_WITHDRAWN ? by_principal
                                                           : by_actor && mandate->kind != MANDATE_NOTARISED;
  if (!is_theirs) {
    FAIL(MANDATE_UNKNOWN, "not a step of this person's");
  }
  return OK;
}

static result check_acceptance(const struct moving *moving) {
  const struct mandate *mandate = &moving->mandate;
  int32_t today = clock_date_of(moving->now_ms);
  if (mandate->kind != MANDATE_NOTARISED) {
    return mandate_act_check_fit(moving->tx, moving->arena, mandate, today);
  }
  if (moving->step->actor.person_id == mandate->given_by) {
    FAIL(MANDATE_SAME_OFFICER, "whoever entered it");
  }
  return mandate_act_check_paper(moving->tx, moving->arena, mandate, today);
}

static result check_reason(const struct moving *moving) {
  struct slice reason = moving->step->reason;
  size_t count = utf8_count(reason);
  bool is_needed = is_officer(moving) && moving->step->to != MANDATE_ACTIVE;
  if ((count > 0 || is_needed) && (!utf8_is_text(reason) || count < REASON_CHARACTERS_MIN || count > REASON_CHARACTERS_MAX)) {
    FAIL(MANDATE_REASON, "a reason of %zu characters", count);
  }
  return OK;
}

static result save(const struct moving *moving) {
  static const char accepted[] = "UPDATE mandate SET state = $3, accepted_at = $4, accepted_by = $5 WHERE person_id = $1 AND mandate_id = $2";
  static const char ended[] =
      "UPDATE mandate SET state = $3, ended_at = $4, ended_by = $5, end_reason = $6 WHERE person_id = $1 AND mandate_id = $2";
  const struct mandate *mandate = &moving->mandate;
  const struct mandate_step *step = moving->step;
  if (step->to == MANDATE_ACTIVE) {
    return db_run(moving->tx, accepted,
                  DB_ARGS(db_of_int(mandate->actor_id), db_of_int(mandate->mandate_id), db_of_int(step->to), db_of_int(moving->now_ms),
                          db_of_int(step->actor.person_id)),
                  NULL);
  }
  return db_run(moving->tx, ended,
                DB_ARGS(db_of_int(mandate->actor_id), db_of_int(mandate->mandate_id), db_of_int(step->to), db_of_int(moving->now_ms),
                        db_of_int(step->actor.person_id), db_of_text_or_null(step->reason)),
                NULL);
}

static const char *const kinds[MANDATE_STATE_COUNT] = {
    [MANDATE_ACTIVE] = "mandate.accepted",
    [MANDATE_DECLINED] = "mandate.declined",
    [MANDATE_WITHDRAWN] = "mandate.withdrawn",
    [MANDATE_REVOKED] = "mandate.revoked",
};

result mandate_move(struct env *env, struct db_tx *tx, const struct mandate_step *step) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct moving moving = {.env = env, .tx = tx, .arena = &arena, .step = step, .now_ms = clock_now_ms(env->clock)};
  TRY(mandate_row_load(tx, step->mandate_id, &arena, moving.now_ms, &moving.mandate));
  TRY(check_whose(&moving));
  if (!mandate_move_is_allowed(moving.mandate.state, step->to)) {
    FAIL(MANDATE_MOVE, "from %.*s", SLICE_ARG(mandate_state_name(moving.mandate.state)));
  }
  if (step->to == MANDATE_ACTIVE) {
    TRY(check_acceptance(&moving));
  }
  TRY(check_reason(&moving));
  TRY(save(&moving));
  moving.mandate.state = step->to;
  return mandate_act_record(env, tx, &(const struct mandate_record){kinds[step->to], &moving.mandate, step->actor, step->reason});
}

/* ---- what each step writes ---- */

static struct slice detail_write(struct arena *arena, const struct mandate_record *record) {
  struct buf text;
  struct jout out;
  buf_init(&text, arena, 256);
  jout_init(&out, &text);
  jout_object(&out);
  mandate_detail_put(&out, record->mandate);
  jout_put_text(&out, "state", mandate_state_name(record->mandate->state));
  jout_put_text(&out, "scopes", record->mandate->scopes);
  jout_put_date(&out, "to", record->mandate->to);
  if (record->mandate->role.len > 0) {
    jout_put_text(&out, "role", record->mandate->role);
  }
  if (record->mandate->document_number.len > 0) {
    jout_put_text(&out, "document", record->mandate->document_number);
    jout_put_text(&out, "office", record->mandate->document_office);
  }
  if (record->reason.len > 0) {
    jout_put_text(&out, "reason", record->reason);
  }
  jout_object_end(&out);
  return buf_slice(&text);
}

/* What whoever has not done it is told, on the number of their own account: nobody becomes a delegate, or loses one, unawares. */
static const char *notice_of(const struct mandate *mandate) {
  switch (mandate->state) {
    case MANDATE_OFFERED:
      return mandate->kind == MANDATE_NOTARISED ? "Một văn bản ủy quyền công chứng có tên ông/bà vừa được nhập tại bộ phận một cửa, chờ cán bộ thứ hai xác nhận."
                                                : "Có người vừa đề nghị ủy quyền cho ông/bà.";
    case MANDATE_ACTIVE:
      return "Một ủy quyền có tên ông/bà vừa bắt đầu có hiệu lực.";
    case MANDATE_DECLINED:
      return "Một ủy quyền có tên ông/bà đã bị từ chối.";
    default:
      return "Một ủy quyền có tên ông/bà vừa chấm dứt.";
  }
}

static result tell(struct env *env, struct db_tx *tx, const struct mandate_record *record, int64_t person_id) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  if (person_id == record->actor.person_id) {
    return OK;
  }
  struct slice text = arena_printf(&arena, "Danh: %s Xem mục Ủy quyền; nếu không phải ý của ông/bà, hãy chấm dứt ngay tại đó.", notice_of(record->mandate));
  return account_notice_send(env, tx, person_id, text);
}

result mandate_act_record(struct env *env, struct db_tx *tx, const struct mandate_record *record) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  const struct mandate *mandate = record->mandate;
  const int64_t subjects[] = {mandate->actor_id, mandate->principal_id != 0 ? mandate->principal_id : mandate->given_by};
  const struct ledger_entry entry = {
      .kind = record->kind,
      .actor_person_id = record->actor.person_id,
      .actor_role = record->actor.role,
      .subjects = subjects,
      .subject_count = 2,
      /* authority by agreement, an organisation's by its representative; its end by either side at any time */
      .legal_basis = mandate->organisation_id != 0 ? S("Điều 137, 138 Bộ luật Dân sự số 91/2015/QH13") : S("Điều 138, 140, 562 Bộ luật Dân sự số 91/2015/QH13"),
      .detail = detail_write(&arena, record),
  };
  TRY(ledger_append(env, tx, &entry));
  TRY(tell(env, tx, record, subjects[0]));
  return tell(env, tx, record, subjects[1]);
}
