/* Who stands at the desk: GET /api/desk/people, for whoever collects enrolments; and how every desk finds a person by number. */
#include "api/desk.h"
#include "api/resources.h"
#include "codec/utf8.h"
#include "ledger/ledger.h"

enum { LEVEL = 2 };

/* Somebody, and their near kin: an officer among them serves somebody else. */
struct at_desk {
  int64_t person_id; /* 0: not known yet */
  int64_t *people;
  size_t count;
};

static result require_power(struct api_call *call, const struct api_desk_search *search, const struct at_desk *whom) {
  const struct access_case at_desk = {.agency = call->post.agency,
                                      .province = call->post.province,
                                      .people = whom->people,
                                      .people_count = whom->count};
  const struct access_request request = {.act = search->power,
                                         .actor_id = call->session.person_id,
                                         .level = call->session.level,
                                         .post = &call->post,
                                         .subject_id = whom->person_id,
                                         .dossier = &at_desk,
                                         .purpose = search->purpose};
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

result api_desk_person_find(struct api_call *call, const struct api_desk_search *search, int64_t *ret_person_id) {
  struct at_desk whom = {0};
  TRY(require_power(call, search, &whom));
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(call->env->db, &tx));
    TRY(register_person_find(tx, search->pin, &whom.person_id));
    TRY(load_kin(call, tx, &whom));
  }
  TRY(require_power(call, search, &whom));
  *ret_person_id = whom.person_id;
  return OK;
}

result api_desk_check_purpose(struct slice purpose) {
  size_t count = utf8_count(slice_trim(purpose));
  if (count < ACCESS_PURPOSE_CHARACTERS_MIN || count > ACCESS_PURPOSE_CHARACTERS_MAX) {
    FAIL(ACCESS_PURPOSE, "a purpose of %zu characters", count);
  }
  return OK;
}

result api_desk_read_record(struct api_call *call, const struct api_desk_read *read) {
  const struct ledger_entry entry = {.kind = read->kind,
                                     .actor_person_id = call->session.person_id,
                                     .actor_role = api_role(call),
                                     .subjects = read->people,
                                     .subject_count = read->count,
                                     .legal_basis = slice_trim(read->purpose),
                                     .detail = S("{}")};
  return ledger_record_read(call->env, &entry);
}

/* ---- what the enrolment desk sees of a person before anything is collected ---- */

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
  if (!is_ok(eligible) && !is_code(eligible, ACCOUNT_NOT_ELIGIBLE) && !is_code(eligible, ACCOUNT_NO_CARD)) {
    return eligible;
  }
  bool has_level = account->level >= LEVEL;
  jout_put_object(out, "eligible");
  jout_put_bool(out, "level_2", is_ok(eligible) && !has_level);
  jout_put_bool(out, "guardian_needed", is_ok(eligible) && needs_guardian);
  if (has_level) {
    api_put_text(out, "reason", S("Đã có tài khoản mức độ 2"), S("Has a level-2 account already"));
  } else if (!is_ok(eligible)) {
    api_put_text(out, "reason", account_sentence(eligible.code, false), account_sentence(eligible.code, true));
  } else if (needs_guardian) {
    api_put_text(out, "reason", S("Đủ điều kiện; cha, mẹ hoặc người giám hộ phải có mặt"),
                 S("Eligible; a parent or guardian must be present"));
  } else {
    api_put_text(out, "reason", S("Đủ điều kiện"), S("Eligible"));
  }
  jout_object_end(out);
  return OK;
}

/* What the last enrolment was rejected for, and what it held: the collector mends it. */
static result put_rejected(struct api_call *call, struct db_tx *tx, int64_t person_id) {
  struct jout *out = &call->out;
  struct account_enrolled last = {0};
  const struct account_enrolment newest = {.person_id = person_id, .dossier_code = S("")};
  result found = account_enrolled_load(tx, call->arena, &newest, &last);
  if (!is_ok(found) && !is_code(found, ACCOUNT_UNKNOWN)) {
    return found;
  }
  if (last.state != ACCOUNT_REJECTED) {
    jout_put_null(out, "rejected");
    return OK;
  }
  jout_put_object(out, "rejected");
  jout_put_text(out, "code", last.dossier_code);
  jout_put_instant(out, "at", last.decided_at_ms);
  jout_put_text(out, "phone", last.phone);
  jout_put_text_or_null(out, "email", last.email);
  api_enrolment_put_objections(out, &last.rejection);
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
  TRY(put_rejected(call, tx, person_id));
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}

result api_desk_find_person(struct api_call *call) {
  struct url_form query;
  int64_t person_id = 0;
  TRY(api_query(call, &query));
  const struct api_desk_search search = {ACCESS_ENROL_COLLECT, url_form_get(&query, "pin"), url_form_get(&query, "purpose")};
  TRY(api_desk_check_purpose(search.purpose));
  TRY(api_desk_person_find(call, &search, &person_id));
  TRY(api_desk_read_record(call, &(const struct api_desk_read){"register.person.read", search.purpose, &person_id, 1}));
  return send_person(call, person_id);
}
