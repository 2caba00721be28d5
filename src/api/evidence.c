/* Pictures at the desk: taken (POST /api/desk/evidence), listed and looked at (GET /api/desk/enrolments/{code}/evidence[/{id}]). Each look is in the
 * ledger before the picture leaves; {id} "register" is the identity database's own portrait, for the officer's eye. */
#include "evidence/evidence.h"

#include "api/desk.h"
#include "api/resources.h"
#include "base/number.h"
#include "codec/multipart.h"

/* [Decree 69/2024 Art 28] */
static const int64_t kept_ms = 5LL * 365 * CLOCK_DAY_MS;

struct taking {
  struct api_call *call;
  struct evidence_new what;
  struct evidence_sealed sealed;
  int64_t evidence_id;
};

static result keep(struct db_tx *tx, void *arg) {
  struct taking *t = arg;
  return evidence_keep(t->call->env, tx, &t->what, &t->sealed, &t->evidence_id);
}

result api_desk_evidence(struct api_call *call) {
  struct multipart_form form;
  struct taking t = {.call = call};
  TRY(multipart_parse(http_header(&call->http->request, "Content-Type"), call->http->request.body, &form));
  const struct api_desk_search search = {ACCESS_ENROL_COLLECT, multipart_text(&form, "pin"), multipart_text(&form, "purpose")};
  int kind = evidence_kind_find(multipart_text(&form, "kind"));
  if (kind == 0) {
    FAIL(API_INPUT, "no such kind of evidence");
  }
  TRY(api_desk_check_purpose(search.purpose));
  t.what = (struct evidence_new){.kind = (enum evidence_kind)kind,
                                 .bytes = multipart_file(&form, "picture"),
                                 .actor_id = call->session.person_id,
                                 .actor_role = api_role(call),
                                 .keep_until_ms = clock_now_ms(call->env->clock) + kept_ms};
  TRY(api_desk_person_find(call, &search, &t.what.person_id));
  const struct evidence_question question = {.pin = search.pin, .kind = t.what.kind, .sample = t.what.bytes};
  TRY(evidence_ask(call->env, call->arena, &question, &t.what.opinion));
  TRY(evidence_seal(call->env, call->arena, &t.what, &t.sealed));
  TRY(db_write(call->env->db, keep, &t));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_text(out, "id", arena_printf(call->arena, "%lld", (long long)t.evidence_id));
  evidence_opinion_put(out, &t.what.opinion);
  jout_object_end(out);
  api_send(call, 201);
  return OK;
}

/* ---- looking ---- */

static result find_enrolment(struct api_call *call, struct slice *ret_purpose, struct dossier *ret_dossier) {
  struct url_form query;
  TRY(api_query(call, &query));
  *ret_purpose = url_form_get(&query, "purpose");
  const struct dossier_act act = api_desk_act(call, *ret_purpose);
  TRY(api_desk_check_purpose(*ret_purpose));
  return dossier_evidence_require(call->env, call->arena, &act, ret_dossier);
}

result api_desk_evidence_list(struct api_call *call) {
  struct slice purpose;
  struct dossier d;
  struct evidence_list list;
  TRY(find_enrolment(call, &purpose, &d));
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(evidence_list(tx, call->arena, d.person_id, S(""), &list));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_list(out, "items");
  for (size_t i = 0; i < list.count; i++) {
    jout_object(out);
    jout_put_text(out, "id", arena_printf(call->arena, "%lld", (long long)list.items[i].evidence_id));
    jout_put_str(out, "kind", evidence_kind_name(list.items[i].kind));
    jout_put_text_or_null(out, "dossier", list.items[i].reference);
    jout_put_instant(out, "kept_at", list.items[i].kept_at_ms);
    evidence_opinion_put(out, &list.items[i].opinion);
    jout_object_end(out);
  }
  jout_list_end(out);
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}

static result find_pin(struct api_call *call, int64_t person_id, struct slice *ret_pin) {
  struct register_person person;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(register_person_load(tx, call->arena, person_id, &person));
  *ret_pin = person.pin;
  return OK;
}

result api_desk_evidence_picture(struct api_call *call) {
  struct slice purpose;
  struct dossier d;
  struct slice bytes;
  struct slice id = http_param(call->http, "id");
  TRY(find_enrolment(call, &purpose, &d));
  struct evidence_look look = {.person_id = d.person_id, .actor_id = call->session.person_id, .actor_role = api_role(call), .purpose = purpose};
  if (slice_is(id, "register")) {
    struct slice pin;
    struct evidence_picture picture;
    TRY(find_pin(call, d.person_id, &pin));
    TRY(evidence_reference(call->env, call->arena, &look, pin, &bytes));
    TRY(evidence_picture_read(bytes, &picture));
    http_reply(call->http, 200, picture.media_type, bytes);
    return OK;
  }
  struct evidence evidence;
  if (!is_ok(number_parse(id, &look.evidence_id))) {
    FAIL(EVIDENCE_UNKNOWN, "no number");
  }
  TRY(evidence_open(call->env, call->arena, &look, &evidence, &bytes));
  http_reply(call->http, 200, arena_cstr(call->arena, evidence.media_type), bytes);
  return OK;
}
