#include "api/dossier_view.h"

#include "api/form_view.h"
#include "codec/hex.h"

bool api_dossier_view_is_closed(const struct dossier *d) {
  return d->status == DOSSIER_NOT_RECEIVED || d->status == DOSSIER_WITHDRAWN || d->status == DOSSIER_STOPPED;
}

const struct dossier_move *api_dossier_view_find_move(const struct dossier_view *view, const char *act) {
  for (size_t i = view->move_count; i > 0; i--) {
    if (slice_is(view->moves[i - 1].act, act)) {
      return &view->moves[i - 1];
    }
  }
  return NULL;
}

static result load_payment(struct api_call *call, struct dossier_view *view) {
  const struct dossier *d = view->dossier;
  result found = payment_request_load(view->tx, call->arena, d->person_id, d->code, &view->payment);
  if (is_code(found, PAYMENT_NOT_FOUND)) {
    view->payment = (struct payment_request){0};
    return OK;
  }
  TRY(found);
  return payment_refund_due(view->tx, d->person_id, d->code, &view->refund_due);
}

static result load_document(struct api_call *call, struct dossier_view *view) {
  struct wallet_document document = {0};
  if (view->dossier->finished_at_ms == 0) {
    return OK;
  }
  result found = wallet_document_of_dossier(view->tx, call->arena, view->dossier->person_id, view->dossier->code, &document);
  view->document_id = document.document_id; /* none before it has arrived */
  return is_code(found, WALLET_DOCUMENT_UNKNOWN) ? OK : found;
}

result api_dossier_view_load(struct api_call *call, struct db_tx *tx, const struct dossier *dossier,
                             struct dossier_view *ret_view) {
  struct dossier_view view = {.tx = tx, .dossier = dossier};
  TRY(register_person_load(tx, call->arena, dossier->person_id, &view.person));
  TRY(dossier_moves(tx, call->arena, dossier, &view.moves, &view.move_count));
  TRY(dossier_slips(tx, call->arena, dossier, &view.slips, &view.slip_count));
  TRY(load_payment(call, &view));
  TRY(load_document(call, &view));
  *ret_view = view;
  return OK;
}

/* ---- small members ---- */

void api_dossier_view_put_procedure(struct api_call *call, const struct dossier *d) {
  api_put_code_name(call, "procedure", api_procedures, d->procedure);
  if (d->certificate == 0) {
    jout_put_null(&call->out, "certificate");
  } else {
    jout_put_int(&call->out, "certificate", d->certificate);
  }
}

void api_dossier_view_put_status(struct api_call *call, enum dossier_status status) {
  const struct api_word *word = &api_statuses[status - DOSSIER_NEW];
  jout_put_object(&call->out, "status");
  jout_put_int(&call->out, "number", status);
  jout_put_str(&call->out, "code", word->code);
  api_put_text(&call->out, "label", slice_str(word->vi), slice_str(word->en));
  jout_object_end(&call->out);
}

static void put_late_words(struct jout *out, const char *state, int64_t days) {
  jout_put_str(out, "state", state);
  if (days < 0) {
    jout_put_null(out, "working_days");
  } else {
    jout_put_int(out, "working_days", days);
  }
}

void api_dossier_view_put_late(struct api_call *call, const struct dossier *d) {
  struct jout *out = &call->out;
  int32_t today = api_today(call);
  int32_t late_days = 0;
  enum dossier_lateness lateness = dossier_lateness(d, clock_now_ms(call->env->clock), &late_days);
  jout_put_object(out, "late");
  if (d->due_date == 0 || api_dossier_view_is_closed(d)) {
    put_late_words(out, "none", -1);
  } else if (lateness == DOSSIER_RUNNING) {
    bool is_soon = d->due_date <= calendar_add_working_days(today, 1);
    put_late_words(out, is_soon ? "due_soon" : "open", calendar_working_days_between(today, d->due_date));
  } else if (lateness == DOSSIER_OVERDUE || lateness == DOSSIER_LATE) {
    put_late_words(out, lateness == DOSSIER_LATE ? "late" : "overdue", late_days);
  } else {
    put_late_words(out, lateness == DOSSIER_EARLY ? "early" : "on_time", -1);
  }
  jout_object_end(out);
}

struct slice api_dossier_view_desk(const struct dossier *d) {
  static const char *const stages[] = {"records", "decider", "sealer", "system"};
  switch (d->status) {
    case DOSSIER_NEW:
      return d->complete_at_ms == 0 ? S("citizen") : S("one_stop");
    case DOSSIER_RECEIVED:
      return S("records");
    case DOSSIER_PROCESSING:
      return slice_str(stages[d->stage]);
    case DOSSIER_SUPPLEMENT:
    case DOSSIER_FEE_DUE:
      return S("citizen");
    case DOSSIER_DONE:
      return S("system");
    default:
      return S("done");
  }
}

void api_dossier_view_put_due(struct api_call *call, const struct dossier *d) {
  int32_t due = dossier_appointment(d);
  if (due == 0) {
    jout_put_null(&call->out, "due_date");
  } else {
    jout_put_date(&call->out, "due_date", due);
  }
  if (due == d->due_date) {
    jout_put_null(&call->out, "first_due_date");
  } else {
    jout_put_date(&call->out, "first_due_date", d->due_date);
  }
}

/* ---- charge: what the citizen was told, kept with the dossier ---- */

static struct slice text_of(const struct jin *object, const char *name) {
  const struct jin *value = object == NULL ? NULL : jin_find(object, name);
  return value != NULL && value->type == JIN_TEXT ? value->text : S("");
}

static void put_money(struct api_call *call, const char *name, const struct jin *amount, const struct dossier *d) {
  struct jout *out = &call->out;
  bool is_fee = strcmp(name, "fee") == 0;
  int64_t value = is_fee ? d->fee : strcmp(name, "support") == 0 ? d->support : d->payable;
  jout_put_object(out, name);
  jout_put_int(out, "value", value);
  jout_put_text(out, "clause", text_of(amount, "clause"));
  api_put_text(out, "reason", text_of(amount, "reason_vi"), text_of(amount, "reason_en"));
  jout_put_text(out, "rule_hash", hex_write(call->arena, slice_of(d->rule_hash, sizeof d->rule_hash)));
  jout_object_end(out);
}

/* Why the case has more time than usual, since when, and what the date was before. */
static result put_complex(struct api_call *call, const struct dossier_view *view, const struct jin *complex) {
  struct jout *out = &call->out;
  const struct dossier_move *move = api_dossier_view_find_move(view, "complex");
  int32_t before = 0;
  int32_t after = 0;
  if (complex == NULL || move == NULL) {
    jout_put_null(out, "complex");
    return OK;
  }
  TRY(jin_date(complex, "due_before", &before));
  TRY(jin_date(complex, "due_after", &after));
  jout_put_object(out, "complex");
  jout_put_instant(out, "at", move->at_ms);
  api_put_text(out, "ground", text_of(complex, "reason_vi"), text_of(complex, "reason_en"));
  jout_put_text(out, "legal_basis", text_of(complex, "clause"));
  jout_put_date(out, "old_due_date", before);
  jout_put_date(out, "new_due_date", after);
  jout_object_end(out);
  return OK;
}

static result put_outcome(struct api_call *call, const struct dossier_view *view) {
  const struct dossier *d = view->dossier;
  struct jin_doc doc;
  const struct jin *outcome = NULL;
  jin_doc_init(&doc, call->arena, JIN_LIMITS_DEFAULT);
  TRY(jin_parse(&doc, d->outcome, &outcome));
  struct jout *out = &call->out;
  jout_put_text_or_null(out, "due_clause", text_of(jin_find(outcome, "due_date"), "clause"));
  jout_put_object(out, "charge");
  put_money(call, "fee", jin_find(outcome, "fee"), d);
  put_money(call, "support", jin_find(outcome, "support"), d);
  put_money(call, "payable", jin_find(outcome, "payable"), d);
  jout_object_end(out);
  return put_complex(call, view, jin_find(outcome, "complex"));
}

/* ---- payment ---- */

static const char *payment_word(const struct dossier_view *view) {
  const struct payment_request *p = &view->payment;
  if (p->payment_id == 0) {
    return "not_needed";
  }
  if (view->refund_due > 0 && p->paid == p->amount) {
    return "overpaid";
  }
  if (p->state == PAYMENT_SETTLED) {
    return "paid";
  }
  if (p->state == PAYMENT_CANCELLED) {
    return "not_needed";
  }
  return p->paid > 0 ? "part_paid" : "due";
}

static int64_t remaining(const struct dossier_view *view) {
  return view->payment.state == PAYMENT_DUE ? view->payment.amount - view->payment.paid : 0;
}

static void put_payment(struct api_call *call, const struct dossier_view *view) {
  struct jout *out = &call->out;
  jout_put_object(out, "payment");
  jout_put_str(out, "state", payment_word(view));
  jout_put_int(out, "paid", view->payment.paid);
  jout_put_int(out, "remaining", remaining(view));
  jout_put_int(out, "refund_due", view->refund_due);
  jout_object_end(out);
}

/* ---- timeline ---- */

static void put_who(struct api_call *call, struct db_tx *tx, const struct dossier_move *move, const char *name) {
  bool is_officer = move->role.len > 0;
  struct slice code = is_officer ? move->role : move->actor_id == 0 ? S("system") : S("citizen");
  struct api_word role = api_word_find(api_roles, code, call->arena);
  struct slice vi = slice_str(role.vi);
  struct slice en = slice_str(role.en);
  struct register_agency agency;
  if (is_officer && is_ok(register_agency_load(tx, call->arena, move->desk, clock_date_of(move->at_ms), &agency))) {
    vi = arena_printf(call->arena, "%s, %.*s", role.vi, SLICE_ARG(agency.name_vi));
    en = arena_printf(call->arena, "%s, %.*s", role.en, SLICE_ARG(agency.name_en));
  }
  api_put_text(&call->out, name, vi, en);
}

result api_dossier_view_put_by(struct api_call *call, struct db_tx *tx, const struct dossier_move *move) {
  put_who(call, tx, move, "by");
  return OK;
}

/* The submission was written down at the desk. */
static bool is_assisted(const struct dossier_move *move) { return slice_is(move->act, "submit") && move->role.len > 0; }

static void put_assistance(struct api_call *call, const struct dossier_view *view) {
  const struct dossier_move *move = api_dossier_view_find_move(view, "submit");
  if (move != NULL && is_assisted(move)) {
    put_who(call, view->tx, move, "helper");
  } else {
    jout_put_null(&call->out, "helper");
  }
}

/* The contract's words for acts that the ledger names otherwise. */
static struct slice act_word(struct slice act) {
  static const struct {
    const char *stored;
    const char *word;
  } words[] = {{"apologise", "apology"},     {"supplement_answer", "supplement"},
               {"acknowledged", "return"},   {"paper_refused", "component_request"},
               {"enrol_collect", "collect"}, {"enrol_approve", "approve"},
               {"enrol_reject", "reject"},   {"enrol_code", "send_code"}};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (slice_is(act, words[i].stored)) {
      return slice_str(words[i].word);
    }
  }
  return slice_starts(act, S("look_up")) ? S("look_up") : act;
}

static result put_moves(struct api_call *call, const struct dossier_view *view) {
  struct jout *out = &call->out;
  jout_put_list(out, "moves");
  for (size_t i = 0; i < view->move_count; i++) {
    const struct dossier_move *move = &view->moves[i];
    jout_object(out);
    jout_put_instant(out, "at", move->at_ms);
    jout_put_text(out, "act", is_assisted(move) ? S("submit_assisted") : act_word(move->act));
    api_dossier_view_put_status(call, move->to);
    struct slice desk = move->role.len > 0 ? move->role : move->actor_id == 0 ? S("system") : S("citizen");
    api_put_word(call, "desk", api_roles, desk);
    TRY(api_dossier_view_put_by(call, view->tx, move));
    jout_put_text_or_null(out, "legal_basis", move->legal_basis);
    jout_put_text_or_null(out, "note", move->note);
    jout_object_end(out);
  }
  jout_list_end(out);
  return OK;
}

/* ---- slips ---- */

static const char *const slip_words[] = {[DOSSIER_SLIP_RECEIPT] = "receipt",
                                         [DOSSIER_SLIP_SUPPLEMENT] = "supplement",
                                         [DOSSIER_SLIP_REFUSAL] = "refusal",
                                         [DOSSIER_SLIP_APOLOGY] = "apology"};

static const struct dossier_slip *find_slip(const struct dossier_view *view, enum dossier_slip_kind kind) {
  for (size_t i = view->slip_count; i > 0; i--) {
    if (view->slips[i - 1].kind == kind) {
      return &view->slips[i - 1];
    }
  }
  return NULL;
}

static void put_slips(struct api_call *call, const struct dossier_view *view) {
  struct jout *out = &call->out;
  jout_put_list(out, "slips");
  for (size_t i = 0; i < view->slip_count; i++) {
    const struct dossier_slip *slip = &view->slips[i];
    jout_object(out);
    jout_put_str(out, "kind", slip_words[slip->kind]);
    jout_put_instant(out, "issued_at", slip->at_ms);
    jout_put_text_or_null(out, "text", slip->text);
    if (slip->date == 0) {
      jout_put_null(out, "date");
    } else {
      jout_put_date(out, "date", slip->date);
    }
    jout_object_end(out);
  }
  jout_list_end(out);
}

static void put_supplement(struct api_call *call, const struct dossier_view *view) {
  struct jout *out = &call->out;
  const struct dossier_slip *slip = find_slip(view, DOSSIER_SLIP_SUPPLEMENT);
  const struct dossier_move *answer = api_dossier_view_find_move(view, "supplement_answer");
  const struct dossier_move *request = api_dossier_view_find_move(view, "supplement_request");
  if (slip == NULL) {
    jout_put_null(out, "supplement");
    return;
  }
  jout_put_object(out, "supplement");
  jout_put_instant(out, "requested_at", slip->at_ms);
  jout_put_text(out, "text", slip->text);
  jout_put_text_or_null(out, "legal_basis", request != NULL ? request->legal_basis : S(""));
  jout_put_text_or_null(out, "answer", answer != NULL ? answer->note : S(""));
  if (answer != NULL) {
    jout_put_instant(out, "answered_at", answer->at_ms);
  } else {
    jout_put_null(out, "answered_at");
  }
  jout_object_end(out);
}

static void put_apologies(struct api_call *call, const struct dossier_view *view) {
  struct jout *out = &call->out;
  const struct dossier_slip *slip = find_slip(view, DOSSIER_SLIP_APOLOGY);
  jout_put_list(out, "apologies");
  if (slip != NULL) {
    jout_object(out);
    jout_put_instant(out, "at", slip->at_ms);
    jout_put_text(out, "reason", slip->text);
    jout_put_date(out, "old_due_date", dossier_slip_date_before(view->slips, slip));
    jout_put_date(out, "new_due_date", slip->date);
    jout_object_end(out);
  }
  jout_list_end(out);
}

/* ---- papers an officer asked for although a register has them ---- */

static result put_refused_request(struct api_call *call, const struct dossier_view *view,
                                  const struct procedure_components *components,
                                  const struct dossier_paper_request *request) {
  struct jout *out = &call->out;
  const struct procedure_component *component = NULL;
  TRY(procedure_component_find(components, request->component, &component));
  struct slice role = request->role;
  const struct dossier_move by = {.at_ms = request->at_ms, .actor_id = 1, .role = slice_cut(&role, '@'), .desk = role};
  jout_object(out);
  jout_put_instant(out, "at", request->at_ms);
  api_put_text(out, "component", component->name_vi, component->name_en);
  api_put_word(call, "register", api_registers, component->supplied_by);
  api_put_text(out, "reason", component->because.vi, component->because.en);
  jout_put_text(out, "legal_basis", component->because.clause);
  TRY(api_dossier_view_put_by(call, view->tx, &by));
  jout_object_end(out);
  return OK;
}

static result put_refused_requests(struct api_call *call, const struct dossier_view *view) {
  const struct dossier *d = view->dossier;
  struct dossier_paper_request *requests = NULL;
  size_t count = 0;
  struct procedure_components components;
  TRY(dossier_paper_requests(view->tx, call->arena, d, &requests, &count));
  jout_put_list(&call->out, "refused_requests");
  if (count > 0) {
    TRY(procedure_components(call->api->options.works.procedures, d->procedure, clock_date_of(d->submitted_at_ms),
                             call->arena, &components));
  }
  for (size_t i = 0; i < count; i++) {
    TRY(put_refused_request(call, view, &components, &requests[i]));
  }
  jout_list_end(&call->out);
  return OK;
}

/* ---- deliveries ---- */

static void put_delivery(struct jout *out, const struct outbox_item *item) {
  bool is_done = item->state == OUTBOX_ACKNOWLEDGED;
  jout_object(out);
  jout_put_text(out, "destination", item->destination);
  jout_put_str(out, "state",
               is_done                    ? "acknowledged"
               : item->last_error.len > 0 ? "retrying"
               : item->attempts > 0       ? "sending"
                                          : "waiting");
  jout_put_int(out, "attempts", item->attempts);
  if (is_done) {
    jout_put_null(out, "next_attempt_at");
    jout_put_instant(out, "acknowledged_at", item->acknowledged_at_ms);
  } else {
    jout_put_instant(out, "next_attempt_at", item->next_attempt_at_ms);
    jout_put_null(out, "acknowledged_at");
  }
  jout_object_end(out);
}

static result put_deliveries(struct api_call *call, const struct dossier_view *view) {
  struct outbox_item_list list;
  TRY(outbox_of_reference(view->tx, call->arena, view->dossier->person_id, view->dossier->code, &list));
  jout_put_list(&call->out, "deliveries");
  for (size_t i = 0; i < list.count; i++) {
    put_delivery(&call->out, &list.items[i]);
  }
  jout_list_end(&call->out);
  return OK;
}

/* ---- what the citizen can do now ---- */

static bool may_withdraw(const struct dossier *d) {
  bool is_open = d->status == DOSSIER_NEW || d->status == DOSSIER_RECEIVED || d->status == DOSSIER_PROCESSING ||
                 d->status == DOSSIER_SUPPLEMENT || d->status == DOSSIER_FEE_DUE;
  return is_open && d->stage < DOSSIER_STAGE_SIGNED;
}

static const char *next_action(const struct dossier_view *view) {
  if (!api_dossier_view_is_closed(view->dossier) && remaining(view) > 0) {
    return "pay";
  }
  if (view->dossier->status == DOSSIER_SUPPLEMENT) {
    return "supplement";
  }
  return view->document_id != 0 ? "open_result" : "none";
}

static void put_may(struct api_call *call, const struct dossier_view *view) {
  struct jout *out = &call->out;
  const char *next = next_action(view);
  jout_put_list(out, "may");
  if (strcmp(next, "none") != 0) {
    jout_text(out, slice_str(next));
  }
  if (strcmp(next, "pay") == 0 && view->dossier->status == DOSSIER_SUPPLEMENT) {
    jout_text(out, S("supplement"));
  }
  if (may_withdraw(view->dossier)) {
    jout_text(out, S("withdraw"));
  }
  jout_list_end(out);
}

/* What a withdrawal now would mean for the fee that was paid, and why: said before it is done. */
static result put_withdrawal(struct api_call *call, const struct dossier_view *view) {
  const struct dossier *d = view->dossier;
  struct jout *out = &call->out;
  struct procedure_refund refund;
  if (!may_withdraw(d) || view->payment.paid == 0) {
    jout_put_null(out, "withdrawal");
    return OK;
  }
  TRY(procedure_refund(call->api->options.works.procedures, d->procedure, clock_date_of(d->submitted_at_ms), &refund));
  jout_put_object(out, "withdrawal");
  jout_put_int(out, "paid", view->payment.paid);
  jout_put_int(out, "refund", dossier_refunds(d, refund.until) ? view->payment.paid : 0);
  api_put_text(out, "reason", refund.because.vi, refund.because.en);
  jout_put_text(out, "clause", refund.because.clause);
  jout_object_end(out);
  return OK;
}

/* ---- the whole ---- */

/* Whose dossier it is, seen by the caller. An officer sees the person themself. */
static result subject_of(struct api_call *call, const struct dossier_view *view, struct api_subject *ret_subject) {
  struct api_subjects subjects = {0};
  const int64_t person_id = view->dossier->person_id;
  *ret_subject = (struct api_subject){.person_id = person_id, .relation = "self", .person = view->person};
  if (!call->has_session || call->session.person_id == person_id || call->post.post_id != 0) {
    return OK;
  }
  ret_subject->relation = "child"; /* grown up since */
  const struct api_applicant self = api_applicant_self(call, "");
  TRY(api_subjects_load(call, view->tx, &self, &subjects));
  for (size_t i = 0; i < subjects.count; i++) {
    if (subjects.items[i].person_id == person_id) {
      ret_subject->relation = subjects.items[i].relation;
    }
  }
  return OK;
}

static struct slice purpose_of(struct api_call *call, const struct dossier *d) {
  struct jin_doc doc;
  const struct jin *form = NULL;
  jin_doc_init(&doc, call->arena, JIN_LIMITS_DEFAULT);
  if (!is_ok(jin_parse(&doc, d->form, &form))) {
    return S("");
  }
  return text_of(jin_find(form, "request"), "purpose");
}

static result put_head(struct api_call *call, const struct dossier_view *view) {
  const struct dossier *d = view->dossier;
  struct jout *out = &call->out;
  struct api_subject subject;
  TRY(subject_of(call, view, &subject));
  jout_put_text(out, "code", d->code);
  api_dossier_view_put_procedure(call, d);
  api_dossier_view_put_status(call, d->status);
  jout_put_instant(out, "submitted_at", d->submitted_at_ms);
  api_dossier_view_put_due(call, d);
  api_dossier_view_put_late(call, d);
  api_put_subject(call, "subject", &subject);
  jout_put_int(out, "copies", d->copies);
  jout_put_text(out, "purpose", purpose_of(call, d));
  jout_put_bool(out, "ban_information", d->ban_information);
  jout_put_text(out, "channel", procedure_channel_name(d->channel));
  put_assistance(call, view);
  TRY(api_put_agency(call, view->tx, "agency", d->agency_code));
  api_put_word(call, "desk", api_desks, api_dossier_view_desk(d));
  return put_outcome(call, view);
}

result api_dossier_view_put(struct api_call *call, const struct dossier_view *view) {
  const struct dossier *d = view->dossier;
  struct jout *out = &call->out;
  const struct dossier_slip *refusal = find_slip(view, DOSSIER_SLIP_REFUSAL);
  bool is_enrolment = d->certificate == 0; /* its form is the officer's */
  jout_object(out);
  TRY(put_head(call, view));
  put_payment(call, view);
  TRY(put_moves(call, view));
  put_supplement(call, view);
  jout_put_text_or_null(out, "refusal_reason", refusal != NULL ? refusal->text : S(""));
  TRY(put_refused_requests(call, view));
  put_apologies(call, view);
  put_slips(call, view);
  TRY(put_deliveries(call, view));
  jout_put_text_or_null(out, "document_id",
                        view->document_id ? arena_printf(call->arena, "%lld", (long long)view->document_id) : S(""));
  if (is_enrolment) {
    jout_put_list(out, "categories");
    jout_list_end(out);
  } else {
    TRY(api_form_view_put(call, view->tx, &(const struct form_view){d->procedure, &view->person, d->form}));
  }
  put_may(call, view);
  TRY(put_withdrawal(call, view));
  jout_object_end(out);
  return OK;
}

void api_dossier_view_put_summary(struct api_call *call, const struct dossier_view *view) {
  const struct dossier *d = view->dossier;
  struct jout *out = &call->out;
  jout_object(out);
  jout_put_text(out, "code", d->code);
  api_dossier_view_put_procedure(call, d);
  api_dossier_view_put_status(call, d->status);
  jout_put_instant(out, "submitted_at", d->submitted_at_ms);
  api_dossier_view_put_due(call, d);
  api_dossier_view_put_late(call, d);
  jout_put_text(out, "subject_name", view->person.name);
  jout_put_str(out, "next_action", next_action(view));
  jout_object_end(out);
}
