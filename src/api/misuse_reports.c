/* Reports of misuse: the person makes, sees and withdraws theirs; the supervisor of the province lists and answers them by their day. */
#include "api/desk.h"
#include "api/people.h"
#include "api/reads.h"
#include "api/resources.h"
#include "base/number.h"
#include "calendar/calendar.h"
#include "misuse/misuse.h"

enum { TEXT_BYTES_MAX = 4000 };

static const struct api_word states[] = {
    {"open", "Đang xem xét", "Being looked into"},
    {"misuse", "Có lạm dụng", "It was misuse"},
    {"lawful", "Đúng nhiệm vụ", "It was lawful"},
    {"withdrawn", "Đã rút", "Withdrawn"},
    {0},
};

static void put_state(struct api_call *call, const struct misuse_report *report) {
  struct jout *out = &call->out;
  int32_t late = report->state == MISUSE_OPEN ? calendar_lateness(report->due_date, api_today(call)) : 0;
  jout_put_text(out, "id", arena_printf(call->arena, "%lld", (long long)report->report_id));
  api_put_code_name(call, "state", states, misuse_state_name(report->state));
  jout_put_text(out, "reason", report->reason);
  jout_put_instant(out, "reported_at", report->reported_at_ms);
  jout_put_date(out, "due_date", report->due_date);
  jout_put_int(out, "late_days", late > 0 ? late : 0);
  if (report->answered_at_ms == 0) {
    jout_put_null(out, "answered_at");
  } else {
    jout_put_instant(out, "answered_at", report->answered_at_ms);
  }
  jout_put_text_or_null(out, "answer", report->answer);
}

/* The read it is about; erased since, it is null. */
static result put_read(struct api_call *call, struct db_tx *tx, const struct misuse_report *report) {
  struct jout *out = &call->out;
  struct ledger_line line;
  struct api_read_line read;
  int64_t actor = 0;
  result found = ledger_line_find(tx, &(const struct ledger_line_key){report->person_id, report->entry_id}, call->arena, &line, &actor);
  if (is_code(found, LEDGER_UNKNOWN)) {
    jout_put_null(out, "read");
    return OK;
  }
  TRY(found);
  TRY(api_read_line_load(call, tx, &line, &read));
  jout_put_object(out, "read");
  jout_put_text(out, "id", arena_printf(call->arena, "%lld", (long long)line.entry_id));
  jout_put_instant(out, "at", line.at_ms);
  TRY(api_read_line_put(call, tx, &read));
  jout_put_text(out, "report", misuse_state_name(report->state));
  jout_object_end(out);
  return OK;
}

/* ---- the person's own ---- */

struct written {
  struct env *env;
  struct misuse_order order;
  struct misuse_step step;
  int64_t report_id;
};

static result write_report(struct db_tx *tx, void *arg) {
  struct written *written = arg;
  return misuse_report_make(written->env, tx, &written->order, &written->report_id);
}
static result write_step(struct db_tx *tx, void *arg) {
  struct written *written = arg;
  return misuse_move(written->env, tx, &written->step);
}

static result send_own(struct api_call *call, int status) {
  struct misuse_report_list list;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(misuse_list_of_person(tx, call->session.person_id, call->arena, &list));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_list(out, "items");
  for (size_t i = 0; i < list.count; i++) {
    jout_object(out);
    put_state(call, &list.items[i]);
    TRY(put_read(call, tx, &list.items[i]));
    jout_object_end(out);
  }
  jout_list_end(out);
  jout_object_end(out);
  api_send(call, status);
  return OK;
}

static result require_own(struct api_call *call) {
  const struct access_request request = {
      .act = ACCESS_MISUSE_REPORT, .actor_id = call->session.person_id, .level = call->session.level, .subject_id = call->session.person_id};
  return access_require(call->env, &request);
}

result api_me_misuse_list(struct api_call *call) {
  TRY(require_own(call));
  return send_own(call, 200);
}

result api_me_misuse_report(struct api_call *call) {
  const struct jin *root = NULL;
  struct written written = {.env = call->env, .order = {.person_id = call->session.person_id, .actor_id = call->session.person_id}};
  TRY(require_own(call));
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"reason", NULL}));
  TRY(jin_text(root, "reason", TEXT_BYTES_MAX, &written.order.reason));
  if (!is_ok(number_parse(http_param(call->http, "id"), &written.order.entry_id))) {
    FAIL(MISUSE_ENTRY, "not an id");
  }
  TRY(db_write(call->env->db, write_report, &written));
  return send_own(call, 201);
}

static result read_id(const struct api_call *call, int64_t *ret_report_id) {
  if (!is_ok(number_parse(http_param(call->http, "id"), ret_report_id))) {
    FAIL(MISUSE_UNKNOWN, "not an id");
  }
  return OK;
}

result api_me_misuse_withdraw(struct api_call *call) {
  const struct jin *root = NULL;
  struct written written = {.env = call->env, .step = {.to = MISUSE_WITHDRAWN, .actor = {.person_id = call->session.person_id}}};
  TRY(require_own(call));
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){NULL}));
  TRY(read_id(call, &written.step.report_id));
  TRY(db_write(call->env->db, write_step, &written));
  return send_own(call, 200);
}

/* ---- the supervisor ---- */

static result require(struct api_call *call, enum access_act act, const struct misuse_report *report) {
  const int64_t people[] = {report->person_id, report->reader_id};
  const struct access_case about = {.province = report->province, .people = people, .people_count = 2, .applicant_id = report->person_id};
  const struct access_request request = {.act = act,
                                         .actor_id = call->session.person_id,
                                         .level = call->session.level,
                                         .post = &call->post,
                                         .subject_id = report->person_id,
                                         .dossier = &about};
  return access_require(call->env, &request);
}

static result put_person(struct api_call *call, struct db_tx *tx, const char *name, int64_t person_id) {
  struct register_person person;
  if (person_id == 0) {
    jout_put_null(&call->out, name);
    return OK;
  }
  TRY(register_person_load(tx, call->arena, person_id, &person));
  jout_put_text(&call->out, name, person.name);
  return OK;
}

static result put_case(struct api_call *call, struct db_tx *tx, const struct misuse_report *report) {
  struct jout *out = &call->out;
  bool is_own = call->session.person_id == report->person_id || call->session.person_id == report->reader_id;
  jout_object(out);
  put_state(call, report);
  TRY(put_person(call, tx, "reporter", report->person_id));
  TRY(put_person(call, tx, "reader", report->reader_id));
  TRY(put_read(call, tx, report));
  jout_put_bool(out, "may_answer", report->state == MISUSE_OPEN && !is_own);
  jout_object_end(out);
  return OK;
}

/* Whoever reported is named on the list: a read of theirs that they see. */
static result record_look(struct api_call *call, const struct misuse_report_list *list) {
  int64_t *people = ARENA_ARRAY(call->arena, int64_t, list->count + 1);
  for (size_t i = 0; i < list->count; i++) {
    people[i] = list->items[i].person_id;
  }
  const struct api_desk_read read = {"misuse.read", S("Giải quyết phản ánh về việc xem dữ liệu"), people, list->count};
  return list->count > 0 ? api_desk_read_record(call, &read) : OK;
}

static result send_list(struct api_call *call) {
  struct misuse_report_list list;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(misuse_list_of_province(tx, call->post.province, call->arena, &list));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_list(out, "items");
  for (size_t i = 0; i < list.count; i++) {
    TRY(put_case(call, tx, &list.items[i]));
  }
  jout_list_end(out);
  jout_object_end(out);
  db_read_end(&tx);
  TRY(record_look(call, &list)); /* durable from here on: now it may be shown */
  api_send(call, 200);
  return OK;
}

result api_misuse_list(struct api_call *call) {
  bool is_national = call->post.province.len == 0;
  TRY(require(call, ACCESS_MISUSE_VIEW, &(const struct misuse_report){.province = is_national ? S("00") : call->post.province}));
  return send_list(call);
}

result api_misuse_answer(struct api_call *call) {
  static const char *const findings[] = {"misuse", "lawful", NULL};
  static const enum misuse_state found[] = {MISUSE_FOUND, MISUSE_LAWFUL};
  const struct jin *root = NULL;
  struct misuse_report report;
  size_t finding = 0;
  struct written written = {.env = call->env, .step = {.actor = {call->session.person_id, api_role(call)}}};
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"finding", "answer", NULL}));
  TRY(jin_word(root, "finding", findings, &finding));
  TRY(jin_text(root, "answer", TEXT_BYTES_MAX, &written.step.answer));
  TRY(read_id(call, &written.step.report_id));
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(call->env->db, &tx));
    TRY(misuse_load(tx, written.step.report_id, call->arena, &report));
  }
  if (report.province.len == 0) {
    report.province = S("00"); /* lives nowhere in the country: a national supervisor's */
  }
  result allowed = require(call, ACCESS_MISUSE_ANSWER, &report);
  if (is_code(allowed, ACCESS_OTHER_PLACE)) {
    FAIL(MISUSE_UNKNOWN, "of another province");
  }
  TRY(allowed);
  written.step.to = found[finding];
  TRY(db_write(call->env->db, write_step, &written));
  return send_list(call);
}
