/* Authorities' requests to lock or unlock an account: entered and forwarded by one officer of the desk, decided by another. */
#include "api/desk.h"
#include "api/people.h"
#include "api/resources.h"
#include "base/number.h"
#include "calendar/calendar.h"
#include "lock_request/lock_request.h"

enum { PIN_DIGITS = 12, LINE_BYTES_MAX = 800, TEXT_BYTES_MAX = 4000 };

static const struct api_word states[] = {
    {"received", "Đã tiếp nhận", "Received"}, {"forwarded", "Đã chuyển", "Forwarded"},   {"granted", "Đã thực hiện", "Granted"},
    {"refused", "Đã từ chối", "Refused"},     {"withdrawn", "Đã rút", "Withdrawn"},      {"lifted", "Đã mở lại", "Lifted"},
    {0},
};

static result require(struct api_call *call, enum access_act act, const struct lock_request *request) {
  const struct access_case about = {.agency = request->agency,
                                    .province = call->post.province,
                                    .people = &request->person_id,
                                    .people_count = 1,
                                    .applicant_id = request->person_id,
                                    .collected_by = request->received_by};
  const struct access_request asked = {.act = act,
                                       .actor_id = call->session.person_id,
                                       .level = call->session.level,
                                       .post = &call->post,
                                       .subject_id = request->person_id,
                                       .dossier = &about};
  return access_require(call->env, &asked);
}

/* ---- showing ---- */

static void put_date_or_null(struct jout *out, const char *name, int32_t date) {
  if (date == 0) {
    jout_put_null(out, name);
  } else {
    jout_put_date(out, name, date);
  }
}

static void put_instant_or_null(struct jout *out, const char *name, int64_t at_ms) {
  if (at_ms == 0) {
    jout_put_null(out, name);
  } else {
    jout_put_instant(out, name, at_ms);
  }
}

static void put_times(struct api_call *call, const struct lock_request *request) {
  struct jout *out = &call->out;
  int32_t due = lock_request_due(request);
  int32_t late = due == 0 ? 0 : calendar_lateness(due, api_today(call));
  jout_put_instant(out, "received_at", request->received_at_ms);
  jout_put_date(out, "forward_due", request->forward_due);
  put_instant_or_null(out, "forwarded_at", request->forwarded_at_ms);
  put_date_or_null(out, "decide_due", request->decide_due);
  put_instant_or_null(out, "decided_at", request->decided_at_ms);
  jout_put_int(out, "late_days", late > 0 ? late : 0);
}

static result put(struct api_call *call, struct db_tx *tx, const struct lock_request *request) {
  struct jout *out = &call->out;
  struct register_person person;
  int64_t caller = call->session.person_id;
  bool is_mine = request->received_by == caller || request->forwarded_by == caller;
  bool is_open = request->state == LOCK_REQUEST_RECEIVED || request->state == LOCK_REQUEST_FORWARDED;
  TRY(register_person_load(tx, call->arena, request->person_id, &person));
  jout_object(out);
  jout_put_text(out, "id", arena_printf(call->arena, "%lld", (long long)request->request_id));
  jout_put_str(out, "kind", request->lifts == 0 ? "lock" : "unlock");
  api_put_code_name(call, "state", states, lock_request_state_name(request->state));
  jout_put_text_or_null(out, "lifts", request->lifts == 0 ? S("") : arena_printf(call->arena, "%lld", (long long)request->lifts));
  jout_put_text(out, "name", person.name);
  jout_put_text(out, "pin_masked", api_pin_masked(call->arena, person.pin));
  jout_put_text_or_null(out, "capability", account_capability_name((enum account_capability)request->capability));
  jout_put_text(out, "authority", request->authority);
  jout_put_text(out, "number", request->number);
  jout_put_date(out, "date", request->date);
  jout_put_text(out, "ground", request->ground);
  put_date_or_null(out, "until", request->until);
  put_times(call, request);
  jout_put_text_or_null(out, "answer", request->answer);
  jout_put_bool(out, "standing", lock_request_is_standing(call->env, request));
  jout_put_bool(out, "may_forward", request->state == LOCK_REQUEST_RECEIVED && access_role_has(call->post.role, ACCESS_LOCK_REQUEST_ENTER));
  jout_put_bool(out, "may_withdraw", is_open && access_role_has(call->post.role, ACCESS_LOCK_REQUEST_ENTER));
  jout_put_bool(out, "may_decide",
                request->state == LOCK_REQUEST_FORWARDED && !is_mine && access_role_has(call->post.role, ACCESS_LOCK_REQUEST_DECIDE));
  jout_object_end(out);
  return OK;
}

static result record_look(struct api_call *call, const struct lock_request_list *list) {
  int64_t *people = ARENA_ARRAY(call->arena, int64_t, list->count + 1);
  for (size_t i = 0; i < list->count; i++) {
    people[i] = list->items[i].person_id;
  }
  const struct api_desk_read read = {"lock_request.read", S("Xử lý yêu cầu khóa tài khoản của cơ quan có thẩm quyền"), people, list->count};
  return list->count > 0 ? api_desk_read_record(call, &read) : OK;
}

result api_desk_lock_requests_list(struct api_call *call) {
  struct lock_request_list list;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(require(call, ACCESS_LOCK_REQUEST_VIEW, &(const struct lock_request){.agency = call->post.agency}));
  TRY(db_read_begin(call->env->db, &tx));
  TRY(lock_request_list(tx, call->post.agency, call->session.person_id, call->arena, &list));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_list(out, "items");
  for (size_t i = 0; i < list.count; i++) {
    TRY(put(call, tx, &list.items[i]));
  }
  jout_list_end(out);
  jout_object_end(out);
  db_read_end(&tx);
  TRY(record_look(call, &list)); /* durable from here on: now it may be shown */
  api_send(call, 200);
  return OK;
}

static result send_one(struct api_call *call, int64_t request_id, int status) {
  struct lock_request request;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(lock_request_load(tx, request_id, call->arena, &request));
  (void)api_begin(call);
  TRY(put(call, tx, &request));
  api_send(call, status);
  return OK;
}

/* ---- entering ---- */

struct entering {
  struct env *env;
  struct lock_request request;
  struct account_actor officer;
  int64_t request_id;
};

static result write_request(struct db_tx *tx, void *arg) {
  struct entering *entering = arg;
  return lock_request_enter(entering->env, tx, &entering->request, &entering->officer, &entering->request_id);
}

static result read_what(const struct jin *root, struct lock_request *request) {
  static const char *const capabilities[] = {"sign", "share", "submit", "pay", NULL};
  struct slice lifts = S("");
  size_t at = 0;
  TRY(jin_text_optional(root, "lifts", LINE_BYTES_MAX, &lifts));
  if (lifts.len > 0 && (!is_ok(number_parse(lifts, &request->lifts)) || request->lifts <= 0)) {
    FAIL(LOCK_REQUEST_NOT_STANDING, "not an id");
  }
  if (jin_has(root, "capability")) {
    TRY(jin_word(root, "capability", capabilities, &at));
    request->capability = account_capability_find(slice_str(capabilities[at]));
  }
  TRY(jin_text(root, "authority", LINE_BYTES_MAX, &request->authority));
  TRY(jin_text(root, "number", LINE_BYTES_MAX, &request->number));
  TRY(jin_date(root, "date", &request->date));
  TRY(jin_text(root, "ground", TEXT_BYTES_MAX, &request->ground));
  return jin_date_optional(root, "until", &request->until);
}

result api_desk_lock_request_enter(struct api_call *call) {
  static const char *const fields[] = {"pin", "lifts", "capability", "authority", "number", "date", "ground", "until", NULL};
  const struct jin *root = NULL;
  struct entering entering = {.env = call->env, .request = {.agency = call->post.agency}, .officer = {call->session.person_id, api_role(call)}};
  struct api_desk_search search = {.power = ACCESS_LOCK_REQUEST_ENTER, .purpose = S("Nhập yêu cầu khóa tài khoản của cơ quan có thẩm quyền")};
  TRY(api_body(call, &root));
  TRY(jin_fields(root, fields));
  TRY(jin_text(root, "pin", PIN_DIGITS, &search.pin));
  TRY(read_what(root, &entering.request));
  TRY(api_desk_person_find(call, &search, &entering.request.person_id));
  TRY(api_desk_read_record(call, &(const struct api_desk_read){"lock_request.read", search.purpose, &entering.request.person_id, 1}));
  TRY(db_write(call->env->db, write_request, &entering));
  return send_one(call, entering.request_id, 201);
}

/* ---- moving ---- */

struct moving {
  struct env *env;
  struct lock_request_step step;
};

static result write_step(struct db_tx *tx, void *arg) {
  const struct moving *moving = arg;
  return lock_request_move(moving->env, tx, &moving->step);
}

/* Who has the power at all is asked before the id, so that an id tells nothing to whoever may not ask. */
static result move(struct api_call *call, enum access_act act, struct moving *moving) {
  struct lock_request request = {.agency = call->post.agency};
  if (!access_role_has(call->post.role, act)) {
    return require(call, act, &request);
  }
  if (!is_ok(number_parse(http_param(call->http, "id"), &moving->step.request_id))) {
    FAIL(LOCK_REQUEST_UNKNOWN, "not an id");
  }
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(call->env->db, &tx));
    TRY(lock_request_load(tx, moving->step.request_id, call->arena, &request));
  }
  if (!slice_eq(request.agency, call->post.agency)) {
    FAIL(LOCK_REQUEST_UNKNOWN, "of another agency");
  }
  TRY(require(call, act, &request));
  moving->env = call->env;
  moving->step.officer = (struct account_actor){call->session.person_id, api_role(call)};
  moving->step.agency = call->post.agency;
  TRY(db_write(call->env->db, write_step, moving));
  return send_one(call, moving->step.request_id, 200);
}

static result move_to(struct api_call *call, enum lock_request_state to) {
  const struct jin *root = NULL;
  struct moving moving = {.step = {.to = to}};
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){NULL}));
  return move(call, ACCESS_LOCK_REQUEST_ENTER, &moving);
}

result api_desk_lock_request_forward(struct api_call *call) { return move_to(call, LOCK_REQUEST_FORWARDED); }
result api_desk_lock_request_withdraw(struct api_call *call) { return move_to(call, LOCK_REQUEST_WITHDRAWN); }

result api_desk_lock_request_decide(struct api_call *call) {
  static const char *const decisions[] = {"grant", "refuse", NULL};
  static const enum lock_request_state decided[] = {LOCK_REQUEST_GRANTED, LOCK_REQUEST_REFUSED};
  const struct jin *root = NULL;
  struct moving moving = {0};
  size_t decision = 0;
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"decision", "reason", NULL}));
  TRY(jin_word(root, "decision", decisions, &decision));
  TRY(jin_text_optional(root, "reason", TEXT_BYTES_MAX, &moving.step.reason));
  moving.step.to = decided[decision];
  return move(call, ACCESS_LOCK_REQUEST_DECIDE, &moving);
}
