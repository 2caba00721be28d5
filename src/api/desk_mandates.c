/* Notarised authorisations at the counter: one officer enters the paper, another of the agency confirms it. */
#include "api/desk.h"
#include "api/mandates.h"
#include "api/resources.h"

enum { PIN_DIGITS = 12, OFFICE_BYTES_MAX = 400, NUMBER_BYTES_MAX = 200, PURPOSE_BYTES_MAX = 1200, REASON_BYTES_MAX = 1200 };
enum { NOBODY = -1 }; /* a list was entered by no one officer */

/* The question for access/: the case is the paper, in the officer's own agency. */
static result require(const struct api_call *call, enum access_act act, const struct mandate *mandate) {
  const int64_t people[] = {mandate->principal_id, mandate->actor_id};
  const struct access_case paper = {.agency = mandate->agency,
                                    .province = call->post.province,
                                    .people = people,
                                    .people_count = 2,
                                    .applicant_id = mandate->actor_id,
                                    .collected_by = mandate->given_by};
  const struct access_request request = {.act = act,
                                         .actor_id = call->session.person_id,
                                         .level = call->session.level,
                                         .post = &call->post,
                                         .subject_id = mandate->principal_id,
                                         .dossier = &paper};
  return access_require(call->env, &request);
}

/* Whoever enters may not confirm, but may take their own entry back or end it: asked as the other of the two acts. */
static enum access_act act_of(const struct api_call *call, const struct mandate *mandate, enum mandate_state to) {
  bool is_own_entry = to != MANDATE_ACTIVE && mandate->given_by == call->session.person_id;
  return is_own_entry ? ACCESS_MANDATE_ENTER : ACCESS_MANDATE_CONFIRM;
}

static result record_look(struct api_call *call, const struct mandate_list *list) {
  int64_t *people = ARENA_ARRAY(call->arena, int64_t, 2 * list->count + 1);
  for (size_t i = 0; i < list->count; i++) {
    people[2 * i] = list->items[i].principal_id;
    people[2 * i + 1] = list->items[i].actor_id;
  }
  const struct api_desk_read read = {"mandate.read", S("Kiểm tra văn bản ủy quyền chờ xác nhận"), people, 2 * list->count};
  return list->count > 0 ? api_desk_read_record(call, &read) : OK;
}

result api_desk_mandates_list(struct api_call *call) {
  struct mandate_list list;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(require(call, ACCESS_MANDATE_CONFIRM, &(const struct mandate){.agency = call->post.agency, .given_by = NOBODY}));
  TRY(db_read_begin(call->env->db, &tx));
  TRY(mandate_list_entered(call->env, tx, call->post.agency, call->arena, &list));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_list(out, "items");
  for (size_t i = 0; i < list.count; i++) {
    TRY(api_mandate_put(call, tx, &list.items[i]));
  }
  jout_list_end(out);
  jout_object_end(out);
  db_read_end(&tx);
  TRY(record_look(call, &list)); /* durable from here on: now it may be shown */
  api_send(call, 200);
  return OK;
}

struct entering {
  struct env *env;
  struct mandate_paper paper;
  int64_t mandate_id;
};

static result write_paper(struct db_tx *tx, void *arg) {
  struct entering *entering = arg;
  return mandate_enter(entering->env, tx, &entering->paper, &entering->mandate_id);
}

static result find_people(struct api_call *call, const struct jin *root, struct mandate_paper *paper) {
  struct api_desk_search search = {.power = ACCESS_MANDATE_ENTER};
  TRY(jin_text(root, "purpose", PURPOSE_BYTES_MAX, &search.purpose));
  TRY(api_desk_check_purpose(search.purpose));
  TRY(jin_text(root, "principal_pin", PIN_DIGITS, &search.pin));
  TRY(api_desk_person_find(call, &search, &paper->principal_id));
  TRY(jin_text(root, "actor_pin", PIN_DIGITS, &search.pin));
  TRY(api_desk_person_find(call, &search, &paper->actor_id));
  const int64_t people[] = {paper->principal_id, paper->actor_id};
  return api_desk_read_record(call, &(const struct api_desk_read){"mandate.read", search.purpose, people, 2});
}

result api_desk_mandate_enter(struct api_call *call) {
  static const char *const fields[] = {"principal_pin", "actor_pin", "scopes", "to", "office", "number", "date", "purpose", NULL};
  const struct jin *root = NULL;
  struct mandate mandate;
  struct entering entering = {.env = call->env,
                              .paper = {.officer = {call->session.person_id, api_role(call)}, .agency = call->post.agency}};
  struct mandate_paper *paper = &entering.paper;
  TRY(api_body(call, &root));
  TRY(jin_fields(root, fields));
  TRY(api_mandate_read_scopes(call, root, &paper->scopes));
  TRY(jin_date(root, "to", &paper->to));
  TRY(jin_text(root, "office", OFFICE_BYTES_MAX, &paper->office));
  TRY(jin_text(root, "number", NUMBER_BYTES_MAX, &paper->number));
  TRY(jin_date(root, "date", &paper->date));
  TRY(find_people(call, root, paper));
  TRY(db_write(call->env->db, write_paper, &entering));
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(mandate_load(call->env, tx, entering.mandate_id, call->arena, &mandate));
  (void)api_begin(call);
  TRY(api_mandate_put(call, tx, &mandate));
  api_send(call, 201);
  return OK;
}

static result move(struct api_call *call, enum mandate_state to) {
  const struct jin *root = NULL;
  struct mandate mandate;
  struct mandate_step step = {.to = to, .actor = {call->session.person_id, api_role(call)}, .agency = call->post.agency};
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"reason", NULL}));
  TRY(jin_text_optional(root, "reason", REASON_BYTES_MAX, &step.reason));
  TRY(api_mandate_id(call, &step.mandate_id));
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(call->env->db, &tx));
    TRY(mandate_load(call->env, tx, step.mandate_id, call->arena, &mandate));
  }
  if (!slice_eq(mandate.agency, call->post.agency)) {
    FAIL(MANDATE_UNKNOWN, "no paper of this agency");
  }
  TRY(require(call, act_of(call, &mandate, to), &mandate));
  return api_mandate_move(call, &step);
}

result api_desk_mandate_confirm(struct api_call *call) { return move(call, MANDATE_ACTIVE); }
result api_desk_mandate_reject(struct api_call *call) { return move(call, MANDATE_DECLINED); }
result api_desk_mandate_revoke(struct api_call *call) { return move(call, MANDATE_REVOKED); }
