/* Level-2 enrolment at the desk: GET /api/desk/people, POST /api/desk/enrolments, POST /api/desk/enrolments/{code}/approve. */
#include "api/desk.h"
#include "api/resources.h"
#include "codec/utf8.h"

enum { PIN_DIGITS = 12, MOBILE_BYTES_MAX = 16, EMAIL_BYTES_MAX = 120, PURPOSE_BYTES_MAX = 1200, LEVEL = 2 };

/* Who stands at the desk, and their near kin: an officer among them serves somebody else. */
struct at_desk {
  int64_t person_id; /* 0: not known yet */
  int64_t *people;
  size_t count;
};

/* Only whoever collects may ask, and not about themselves or their own. */
static result require_collect(struct api_call *call, const struct at_desk *whom, struct slice purpose) {
  const struct access_case at_desk = {.agency = call->post.agency,
                                      .province = call->post.province,
                                      .people = whom->people,
                                      .people_count = whom->count};
  const struct access_request request = {.act = ACCESS_ENROL_COLLECT,
                                         .actor_id = call->session.person_id,
                                         .level = call->session.level,
                                         .post = &call->post,
                                         .subject_id = whom->person_id,
                                         .dossier = &at_desk,
                                         .purpose = purpose};
  return access_require(call->env, &request);
}

static result load_kin(struct api_call *call, struct db_tx *tx, struct at_desk *whom) {
  struct register_relation_list kin;
  TRY(register_relations_load(tx, call->arena, whom->person_id, api_today(call), &kin));
  whom->people = ARENA_ARRAY(call->arena, int64_t, kin.count + 1);
  whom->people[whom->count++] = whom->person_id;
  for (size_t i = 0; i < kin.count; i++) {
    if (kin.items[i].related_person_id != 0) {
      whom->people[whom->count++] = kin.items[i].related_person_id;
    }
  }
  return OK;
}

/* The role is asked first, so that a number tells nothing to whoever may not ask. */
static result find_person(struct api_call *call, struct slice pin, struct slice purpose, int64_t *ret_person_id) {
  struct at_desk whom = {0};
  TRY(require_collect(call, &whom, purpose));
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(call->env->db, &tx));
    TRY(register_person_find(tx, pin, &whom.person_id));
    TRY(load_kin(call, tx, &whom));
  }
  TRY(require_collect(call, &whom, purpose));
  *ret_person_id = whom.person_id;
  return OK;
}

static result check_purpose(struct slice purpose) {
  size_t count = utf8_count(slice_trim(purpose));
  if (count < ACCESS_PURPOSE_CHARACTERS_MIN || count > ACCESS_PURPOSE_CHARACTERS_MAX) {
    FAIL(ACCESS_PURPOSE, "a purpose of %zu characters", count);
  }
  return OK;
}

/* ---- one person, before anything is collected ---- */

static result put_residence(struct api_call *call, struct db_tx *tx, int64_t person_id) {
  struct register_residence residence;
  result found = register_residence_find(
      tx, call->arena, &(struct register_residence_key){person_id, REGISTER_PERMANENT, api_today(call)}, &residence);
  if (is_code(found, REGISTER_RESIDENCE_UNKNOWN)) {
    jout_put_null(&call->out, "permanent_residence");
    return OK;
  }
  TRY(found);
  jout_put_text(&call->out, "permanent_residence", register_residence_write(call->arena, &residence, api_today(call)));
  return OK;
}

static void put_card(struct jout *out, const struct register_person *p) {
  jout_put_text_or_null(out, "card_number", p->card_number);
  if (p->card_expires == 0 || p->card_expires == REGISTER_OPEN) {
    jout_put_null(out, "card_expires_on");
  } else {
    jout_put_date(out, "card_expires_on", p->card_expires);
  }
}

static void put_account(struct jout *out, const struct account *account) {
  if (account->state == ACCOUNT_NONE) {
    jout_put_null(out, "account");
    return;
  }
  jout_put_object(out, "account");
  jout_put_int(out, "level", account->level);
  jout_put_text(out, "state", account_state_name(account->state));
  jout_object_end(out);
}

static result put_eligible(struct api_call *call, struct db_tx *tx, const struct register_person *p,
                           const struct account *account) {
  struct jout *out = &call->out;
  bool needs_guardian = false;
  result eligible = account_eligible(tx, p->person_id, LEVEL, api_today(call), &needs_guardian);
  if (!is_ok(eligible) && !is_code(eligible, ACCOUNT_NOT_ELIGIBLE)) {
    return eligible;
  }
  bool has_level = account->level >= LEVEL;
  bool has_card = p->card_number.len > 0 && p->card_expires >= api_today(call);
  jout_put_object(out, "eligible");
  jout_put_bool(out, "level_2", is_ok(eligible) && !has_level && has_card);
  if (has_level) {
    api_put_text(out, "reason", S("Đã có tài khoản mức độ 2"), S("Has a level-2 account already"));
  } else if (!is_ok(eligible)) {
    api_put_text(out, "reason", account_sentence(eligible.code, false), account_sentence(eligible.code, true));
  } else if (!has_card) {
    api_put_text(out, "reason", S("Chưa có thẻ căn cước còn hạn"), S("Has no identity card in force"));
  } else if (needs_guardian) {
    api_put_text(out, "reason", S("Đủ điều kiện; cha, mẹ hoặc người giám hộ phải có mặt"),
                 S("Eligible; a parent or guardian must be present"));
  } else {
    api_put_text(out, "reason", S("Đủ điều kiện"), S("Eligible"));
  }
  jout_object_end(out);
  return OK;
}

static result send_person(struct api_call *call, int64_t person_id) {
  struct register_person p;
  struct account account;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(register_person_load(tx, call->arena, person_id, &p));
  TRY(account_load(tx, person_id, &account));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_text(out, "name", p.name);
  jout_put_text(out, "pin", p.pin);
  api_put_birth(out, "birth_date", p.birth);
  jout_put_str(out, "sex", p.sex == REGISTER_MALE ? "male" : "female");
  TRY(put_residence(call, tx, person_id));
  put_card(out, &p);
  put_account(out, &account);
  TRY(put_eligible(call, tx, &p, &account));
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}

result api_desk_find_person(struct api_call *call) {
  struct url_form query;
  int64_t person_id = 0;
  TRY(api_query(call, &query));
  struct slice purpose = url_form_get(&query, "purpose");
  TRY(check_purpose(purpose));
  TRY(find_person(call, url_form_get(&query, "pin"), purpose, &person_id));
  const struct ledger_entry entry = {.kind = "register.person.read",
                                     .actor_person_id = call->session.person_id,
                                     .actor_role = api_role(call),
                                     .subjects = &person_id,
                                     .subject_count = 1,
                                     .legal_basis = slice_trim(purpose),
                                     .detail = S("{}")};
  TRY(ledger_record_read(call->env, &entry)); /* durable from here on: now it may be shown */
  return send_person(call, person_id);
}

/* ---- an enrolment ---- */

static const char *state_of(const struct dossier *d, const struct account *account) {
  if (api_dossier_view_is_closed(d)) {
    return "rejected";
  }
  if (d->finished_at_ms == 0) {
    return "collected";
  }
  return account->activated_at_ms != 0 ? "activated" : "approved";
}

static result send_enrolment(struct api_call *call, struct slice code, int status) {
  struct dossier d;
  struct register_person p;
  struct account account;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(dossier_load(tx, call->arena, code, &d));
  TRY(register_person_load(tx, call->arena, d.person_id, &p));
  TRY(account_load(tx, d.person_id, &account));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_text(out, "code", d.code);
  jout_put_str(out, "state", state_of(&d, &account));
  jout_put_text(out, "name", p.name);
  jout_put_text(out, "pin_masked", api_pin_masked(call->arena, p.pin));
  jout_put_instant(out, "collected_at", d.submitted_at_ms);
  jout_put_date(out, "due_date", d.due_date);
  if (d.finished_at_ms == 0) {
    jout_put_null(out, "approved_at");
  } else {
    jout_put_instant(out, "approved_at", d.finished_at_ms);
  }
  jout_object_end(out);
  api_send(call, status);
  return OK;
}

struct collected {
  struct slice pin;
  struct slice purpose;
  struct dossier_enrolment enrolment;
};

static result read_collected(struct api_call *call, struct collected *collected) {
  static const char *const fields[] = {
      "pin", "phone", "email", "card_presented", "face_checked", "fingerprints_checked", "purpose", NULL};
  const struct jin *root = NULL;
  struct dossier_enrolment *e = &collected->enrolment;
  TRY(api_body(call, &root));
  TRY(jin_fields(root, fields));
  TRY(jin_text(root, "pin", PIN_DIGITS, &collected->pin));
  TRY(jin_text(root, "phone", MOBILE_BYTES_MAX, &e->mobile));
  TRY(jin_text_optional(root, "email", EMAIL_BYTES_MAX, &e->email));
  TRY(jin_bool(root, "card_presented", &e->card_shown));
  TRY(jin_bool(root, "face_checked", &e->face_matches));
  TRY(jin_bool(root, "fingerprints_checked", &e->fingerprints_match));
  return jin_text(root, "purpose", PURPOSE_BYTES_MAX, &collected->purpose);
}

result api_desk_enrol(struct api_call *call) {
  struct collected collected = {0};
  struct dossier dossier;
  TRY(api_idempotency_key(call, &collected.enrolment.form_key));
  TRY(read_collected(call, &collected));
  TRY(check_purpose(collected.purpose));
  TRY(find_person(call, collected.pin, collected.purpose, &collected.enrolment.person_id));
  const struct dossier_act act = api_desk_act(call, collected.purpose);
  collected.enrolment.act = &act;
  TRY(dossier_enrol_collect(call->env, &call->api->options.works, call->arena, &collected.enrolment, &dossier));
  http_response_header(call->http, "Location",
                       arena_printf(call->arena, "/api/desk/dossiers/%.*s", SLICE_ARG(dossier.code)));
  return send_enrolment(call, dossier.code, 201);
}

result api_desk_enrolment_approve(struct api_call *call) {
  const struct jin *root = NULL;
  const struct dossier_act act = api_desk_act(call, S(""));
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){NULL}));
  result approved = dossier_enrol_approve(call->env, call->arena, &act);
  if (is_code(approved, ACCESS_SAME_PERSON)) {
    FAIL(ACCOUNT_SAME_OFFICER, "who collected does not approve");
  }
  TRY(approved);
  return send_enrolment(call, act.code, 200);
}
