/* Recovery at the desk: GET /api/desk/recoveries/{number}, POST .../capture, .../approve, .../reject, and POST /api/desk/recovery-evidence. */
#include "api/desk.h"
#include "api/resources.h"
#include "card/card.h"
#include "codec/multipart.h"
#include "recovery/recovery.h"

enum { REASON_BYTES_MAX = 1200 };

/* What access must know, read anew for every act. */
struct at_desk {
  struct recovery_case of;
  struct access_case facts;
  struct access_request request;
};

/* Who has the power at all is asked before the number, so that a number tells nothing to whoever may not ask. */
static result require(struct api_call *call, enum access_act act, struct slice purpose, struct at_desk *desk) {
  if (!access_role_has(call->post.role, act)) {
    const struct access_request powerless = {.act = act, .actor_id = call->session.person_id, .level = call->session.level, .post = &call->post};
    return access_require(call->env, &powerless);
  }
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(call->env->db, &tx));
    TRY(recovery_of_number(call->env, tx, call->arena, http_param(call->http, "number"), &desk->of));
  }
  desk->facts = (struct access_case){.code = desk->of.number,
                                     .agency = call->post.agency,
                                     .province = call->post.province,
                                     .people = &desk->of.person_id,
                                     .people_count = 1,
                                     .applicant_id = desk->of.person_id,
                                     .collected_by = desk->of.collected_by};
  desk->request = (struct access_request){.act = act,
                                          .actor_id = call->session.person_id,
                                          .level = call->session.level,
                                          .post = &call->post,
                                          .subject_id = desk->of.person_id,
                                          .dossier = &desk->facts,
                                          .purpose = purpose};
  return access_require(call->env, &desk->request);
}

static struct account_actor officer_of(struct api_call *call) { return (struct account_actor){call->session.person_id, api_role(call)}; }

static void put_instant_or_null(struct jout *out, const char *name, int64_t at_ms) {
  if (at_ms == 0) {
    jout_put_null(out, name);
  } else {
    jout_put_instant(out, name, at_ms);
  }
}

void api_recovery_put(struct api_call *call, const struct recovery_case *of) {
  struct jout *out = &call->out;
  jout_put_text(out, "number", of->number);
  jout_put_text(out, "state", recovery_state_name(of->state));
  jout_put_text_or_null(out, "path", of->path == RECOVERY_PATH_NONE ? S("") : recovery_path_name(of->path));
  jout_put_list(out, "proofs");
  for (unsigned proof = 1; proof <= RECOVERY_PROOF_SECOND; proof <<= 1) {
    if (of->proofs & proof) {
      jout_text(out, recovery_proof_name((enum recovery_proof)proof));
    }
  }
  jout_list_end(out);
  jout_put_bool(out, "contested", of->is_contested);
  jout_put_instant(out, "opened_at", of->opened_at_ms);
  put_instant_or_null(out, "collected_at", of->collected_at_ms);
  put_instant_or_null(out, "waits_until", of->cool_until_ms);
  jout_put_instant(out, "expires_at", of->expires_at_ms);
  jout_put_text_or_null(out, "reason", of->reason);
}

static void put_findings(struct jout *out, const struct recovery_finding *findings, size_t count) {
  jout_put_list(out, "findings");
  for (size_t i = 0; i < count; i++) {
    jout_object(out);
    jout_put_str(out, "kind", evidence_kind_name(findings[i].kind));
    evidence_opinion_put(out, &findings[i].opinion);
    jout_put_bool(out, "seen", findings[i].is_seen);
    jout_object_end(out);
  }
  jout_list_end(out);
}

static result send_case(struct api_call *call, int status) {
  struct recovery_case of = {0};
  struct recovery_finding findings[RECOVERY_FINDINGS];
  size_t count = 0;
  struct register_person person;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(recovery_of_number(call->env, tx, call->arena, http_param(call->http, "number"), &of));
  TRY(register_person_load(tx, call->arena, of.person_id, &person));
  TRY(recovery_findings_load(tx, call->arena, &of, findings, &count));
  struct jout *out = api_begin(call);
  jout_object(out);
  api_recovery_put(call, &of);
  jout_put_object(out, "person");
  jout_put_text(out, "name", person.name);
  jout_put_text(out, "pin_masked", api_pin_masked(call->arena, person.pin));
  api_put_birth(out, "birth_date", person.birth);
  jout_put_bool(out, "has_card", person.card_number.len > 0);
  jout_object_end(out);
  put_findings(out, findings, count);
  jout_put_bool(out, "collected_by_me", of.collected_by == call->session.person_id);
  jout_object_end(out);
  api_send(call, status);
  return OK;
}

result api_desk_recovery_read(struct api_call *call) {
  struct at_desk desk = {0};
  struct url_form query;
  TRY(api_query(call, &query));
  struct slice purpose = url_form_get(&query, "purpose");
  TRY(api_desk_check_purpose(purpose));
  TRY(require(call, ACCESS_RECOVERY_VIEW, purpose, &desk));
  TRY(api_desk_read_record(call, &(const struct api_desk_read){"recovery.read", purpose, &desk.of.person_id, 1}));
  return send_case(call, 200);
}

result api_desk_recovery_capture(struct api_call *call) {
  struct at_desk desk = {0};
  const struct jin *root = NULL;
  struct account_token ticket;
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){NULL}));
  TRY(require(call, ACCESS_RECOVERY_COLLECT, S(""), &desk));
  const struct account_actor officer = officer_of(call);
  TRY(recovery_capture_begin(call->env, desk.of.number, &officer, &ticket));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_text(out, "ticket", slice_of(ticket.text, ACCOUNT_TOKEN_CHARACTERS));
  jout_object_end(out);
  api_send(call, 201);
  return OK;
}

/* ---- evidence ---- */

/* The card's own QR text, as a scanner reads it: number and day of issue must be the register's. */
static result read_card(struct api_call *call, struct slice text, struct recovery_collection *collection) {
  struct card_qr qr;
  struct card_fault fault;
  if (slice_empty(slice_trim(text))) {
    return OK;
  }
  TRY(card_qr_parse(call->arena, text, &qr, &fault));
  collection->card_number = qr.pin;
  collection->card_issued = qr.issued;
  return OK;
}

static result compare_both(struct api_call *call, const struct multipart_form *form, int64_t person_id, struct recovery_collection *collection) {
  struct register_person person;
  {
    struct db_tx *tx CLEANUP(db_read_end) = NULL;
    TRY(db_read_begin(call->env->db, &tx));
    TRY(register_person_load(tx, call->arena, person_id, &person));
  }
  const struct evidence_question questions[RECOVERY_FINDINGS] = {{.pin = person.pin, .kind = EVIDENCE_FACE, .sample = collection->face},
                                                                 {.pin = person.pin, .kind = EVIDENCE_FINGERPRINTS, .sample = collection->fingerprints}};
  static const char *const seen[RECOVERY_FINDINGS] = {"face_seen", "fingerprints_seen"};
  for (size_t i = 0; i < RECOVERY_FINDINGS; i++) {
    struct recovery_finding *finding = &collection->findings[i];
    *finding = (struct recovery_finding){.kind = questions[i].kind, .is_seen = slice_is(multipart_text(form, seen[i]), "1")};
    TRY(evidence_ask(call->env, call->arena, &questions[i], &finding->opinion));
  }
  return OK;
}

result api_desk_recovery_evidence(struct api_call *call) {
  struct at_desk desk = {0};
  struct multipart_form form;
  const struct http_request *request = &call->http->request;
  TRY(multipart_parse(http_header(request, "Content-Type"), request->body, &form));
  call->http->params[0] = (struct http_header){S("number"), multipart_text(&form, "number")};
  call->http->param_count = 1;
  TRY(require(call, ACCESS_RECOVERY_COLLECT, S(""), &desk));
  struct recovery_collection collection = {.number = desk.of.number,
                                           .officer = officer_of(call),
                                           .ticket = multipart_text(&form, "ticket"),
                                           .new_phone = multipart_text(&form, "new_phone"),
                                           .face = multipart_file(&form, "face"),
                                           .fingerprints = multipart_file(&form, "fingerprints")};
  TRY(read_card(call, multipart_text(&form, "card_qr"), &collection));
  TRY(compare_both(call, &form, desk.of.person_id, &collection));
  TRY(recovery_collect(call->env, &collection));
  return send_case(call, 200);
}

/* ---- deciding ---- */

struct deciding {
  struct api_call *call;
  struct recovery_decision decision;
};
static result write_approve(struct db_tx *tx, void *arg) {
  const struct deciding *d = arg;
  return recovery_approve(d->call->env, tx, &d->decision);
}
static result write_reject(struct db_tx *tx, void *arg) {
  const struct deciding *d = arg;
  return recovery_reject(d->call->env, tx, &d->decision);
}

result api_desk_recovery_approve(struct api_call *call) {
  struct at_desk desk = {0};
  const struct jin *root = NULL;
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){NULL}));
  TRY(require(call, ACCESS_RECOVERY_APPROVE, S(""), &desk));
  struct deciding d = {call, {.number = desk.of.number, .officer = officer_of(call)}};
  TRY(db_write(call->env->db, write_approve, &d));
  return send_case(call, 200);
}

result api_desk_recovery_reject(struct api_call *call) {
  struct at_desk desk = {0};
  const struct jin *root = NULL;
  struct deciding d = {.call = call};
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"reason", NULL}));
  TRY(jin_text(root, "reason", REASON_BYTES_MAX, &d.decision.reason));
  TRY(require(call, ACCESS_RECOVERY_REJECT, S(""), &desk));
  d.decision.number = desk.of.number;
  d.decision.officer = officer_of(call);
  TRY(db_write(call->env->db, write_reject, &d));
  return send_case(call, 200);
}
