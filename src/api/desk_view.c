/* What an officer sees: the queue, GET /api/desk/queue, and one dossier with what may be done with it, GET /api/desk/dossiers/{code}. */
#include "api/cursor.h"
#include "api/desk.h"
#include "api/resources.h"
#include "ledger/ledger.h"

enum { QUEUE_MAX = 100, REGISTERS = 5, CODE_BYTES_MAX = 60 };

struct dossier_act api_desk_act(const struct api_call *call, struct slice purpose) {
  return (struct dossier_act){.code = http_param(call->http, "code"),
                              .actor_id = call->session.person_id,
                              .level = call->session.level,
                              .post = &call->post,
                              .purpose = purpose};
}

/* ---- the queue ---- */

/* "N. T. Lan": enough to recognise a person at the desk, too little to know them. */
static struct slice short_name(struct arena *arena, struct slice name) {
  struct buf text;
  buf_init(&text, arena, name.len + 16);
  struct slice rest = name;
  while (rest.len > 0) {
    struct slice word = slice_cut(&rest, ' ');
    size_t first = 1;
    while (first < word.len && (word.ptr[first] & 0xc0) == 0x80) {
      first++; /* the bytes of one character stay together */
    }
    if (rest.len == 0) {
      buf_append(&text, word);
    } else if (word.len > 0) {
      buf_append(&text, slice_sub(word, 0, first));
      buf_append(&text, S(". "));
    }
  }
  return buf_slice(&text);
}

static void put_row(struct api_call *call, const struct dossier_queue_row *row) {
  struct jout *out = &call->out;
  const struct dossier *d = &row->dossier;
  jout_object(out);
  jout_put_text(out, "code", d->code);
  api_dossier_view_put_procedure(call, d);
  api_dossier_view_put_status(call, d->status);
  jout_put_instant(out, "submitted_at", d->submitted_at_ms);
  api_dossier_view_put_due(call, d);
  api_dossier_view_put_late(call, d);
  api_put_word(call, "desk", api_desks, api_dossier_view_desk(d));
  jout_put_text_or_null(out, "subject_short", short_name(call->arena, row->person_name));
  jout_object_end(out);
}

/* Names are shown, so it is a read of everybody in the list but the officer: one entry, a row a person. */
static result record_queue_read(struct api_call *call, const struct dossier_queue_row *rows, size_t count) {
  int64_t *people = ARENA_ARRAY(call->arena, int64_t, count + 1);
  size_t others = 0;
  for (size_t i = 0; i < count; i++) {
    people[others] = rows[i].dossier.person_id;
    others += people[others] != call->session.person_id;
  }
  const struct ledger_entry entry = {
      .kind = "queue.read",
      .actor_person_id = call->session.person_id,
      .actor_role = arena_printf(call->arena, "%.*s@%.*s", SLICE_ARG(access_role_name(call->post.role)), SLICE_ARG(call->post.agency)),
      .subjects = people,
      .subject_count = others,
      .legal_basis = S("Xem danh sách hồ sơ cần xử lý của cơ quan"),
      .detail = arena_printf(call->arena, "{\"dossiers\":%zu}", count),
  };
  return others == 0 ? OK : ledger_record_read(call->env, &entry);
}

static bool is_code_part(struct slice text) {
  for (size_t i = 0; i < text.len; i++) {
    uint8_t c = text.ptr[i];
    if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '.' && c != '-') {
      return false;
    }
  }
  return text.len <= CODE_BYTES_MAX;
}

static result read_question(struct api_call *call, struct dossier_queue_question *question) {
  struct url_form query;
  struct slice state = S("open");
  TRY(api_query(call, &query));
  (void)url_form_find(&query, "state", &state);
  question->code_part = url_form_get(&query, "code");
  if (!slice_is(state, "open") && !slice_is(state, "closed")) {
    FAIL(API_INPUT, "state is open or closed");
  }
  if (!is_code_part(question->code_part)) {
    FAIL(API_INPUT, "code is no part of a dossier code");
  }
  question->closed = slice_is(state, "closed");
  return OK;
}

static void put_counts(struct jout *out, const struct dossier_queue_counts *counts) {
  jout_put_object(out, "counts");
  jout_put_int(out, "open", counts->open);
  jout_put_int(out, "overdue", counts->overdue);
  jout_put_int(out, "due_soon", counts->due_soon);
  jout_object_end(out);
}

result api_desk_queue(struct api_call *call) {
  const struct access_request request = {
      .act = ACCESS_QUEUE_VIEW, .actor_id = call->session.person_id, .level = call->session.level, .post = &call->post};
  struct dossier_queue_question question = {.agency_code = call->post.agency};
  struct dossier_queue_row *rows = NULL;
  struct dossier_queue_counts counts;
  struct api_cursor cursor;
  size_t count = 0;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(access_require(call->env, &request));
  TRY(api_cursor_read(call, DOSSIER_QUEUE_KEYS, QUEUE_MAX, &cursor));
  TRY(read_question(call, &question));
  question.after = cursor.is_first ? NULL : cursor.keys;
  question.limit = cursor.limit + 1;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(dossier_queue(tx, call->arena, &question, &rows, &count));
  TRY(dossier_queue_count(tx, call->post.agency, api_today(call), &counts));
  db_read_end(&tx);
  bool has_more = count > cursor.limit;
  count -= has_more;
  TRY(record_queue_read(call, rows, count)); /* durable from here on: now it may be shown */
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_instant(out, "as_of", clock_now_ms(call->env->clock));
  put_counts(out, &counts);
  jout_put_list(out, "items");
  for (size_t i = 0; i < count; i++) {
    put_row(call, &rows[i]);
  }
  jout_list_end(out);
  api_cursor_put(call, has_more ? rows[count - 1].place : NULL, DOSSIER_QUEUE_KEYS);
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}

/* ---- one dossier ---- */

static void put_fact(struct jout *out, const char *vi, const char *en, struct slice value) {
  jout_object(out);
  api_put_text(out, "label", slice_str(vi), slice_str(en));
  jout_put_text_or_null(out, "value", value);
  jout_object_end(out);
}

static result put_person(struct api_call *call, const struct dossier_view *view) {
  struct jout *out = &call->out;
  const struct register_person *p = &view->person;
  struct register_residence residence;
  struct slice address = S("");
  result found = register_residence_find(
      view->tx, call->arena, &(struct register_residence_key){p->person_id, REGISTER_PERMANENT, api_today(call)},
      &residence);
  if (is_ok(found)) {
    address = register_residence_write(call->arena, &residence, api_today(call));
  } else if (!is_code(found, REGISTER_RESIDENCE_UNKNOWN)) {
    return found;
  }
  jout_put_list(out, "person");
  put_fact(out, "Họ và tên", "Full name", p->name);
  put_fact(out, "Số định danh cá nhân", "Personal number", p->pin);
  put_fact(out, "Ngày sinh", "Date of birth", register_birth_write_vi(call->arena, p->birth));
  put_fact(out, "Giới tính", "Sex",
           slice_str(p->sex == REGISTER_MALE ? api_words(call, "Nam", "Male") : api_words(call, "Nữ", "Female")));
  put_fact(out, "Nơi thường trú", "Permanent residence", address);
  put_fact(out, "Số thẻ căn cước", "Identity card", p->card_number);
  jout_list_end(out);
  return OK;
}

/* When each register was last read for this dossier. */
static void put_looked_up(struct api_call *call, const struct dossier_view *view) {
  static const char *const registers[REGISTERS] = {"population", "residence", "family", "convictions", "categories"};
  struct jout *out = &call->out;
  jout_put_list(out, "looked_up");
  for (size_t i = 0; i < REGISTERS; i++) {
    const char *act = (const char *)arena_printf(call->arena, "look_up_%s", registers[i]).ptr;
    const struct dossier_move *move = api_dossier_view_find_move(view, act);
    if (move != NULL) {
      jout_object(out);
      jout_put_str(out, "register", registers[i]);
      jout_put_instant(out, "at", move->at_ms);
      jout_object_end(out);
    }
  }
  jout_list_end(out);
}

static result put_components(struct api_call *call, const struct dossier_view *view) {
  struct jout *out = &call->out;
  const struct dossier *d = view->dossier;
  struct procedure_components components;
  TRY(procedure_components(call->api->options.works.procedures, d->procedure, clock_date_of(d->submitted_at_ms),
                           call->arena, &components));
  jout_put_list(out, "components");
  for (size_t i = 0; i < components.count; i++) {
    const struct procedure_component *component = &components.items[i];
    jout_object(out);
    jout_put_text(out, "id", component->id);
    api_put_text(out, "name", component->name_vi, component->name_en);
    if (slice_empty(component->supplied_by)) {
      jout_put_null(out, "register");
    } else {
      api_put_word(call, "register", api_registers, component->supplied_by);
    }
    jout_object_end(out);
  }
  jout_list_end(out);
  return OK;
}

/* What an officer may state, by the law of the day the dossier was submitted. */
static void put_complex_grounds(struct api_call *call, const struct procedure_grounds *grounds) {
  struct jout *out = &call->out;
  jout_put_list(out, "complex_grounds");
  for (size_t i = 0; i < grounds->count; i++) {
    const struct procedure_reason *ground = &grounds->items[i];
    jout_object(out);
    jout_put_text(out, "code", ground->code);
    api_put_text(out, "name", ground->vi, ground->en);
    jout_put_text(out, "clause", ground->clause);
    jout_object_end(out);
  }
  jout_list_end(out);
}

static result put_decision(struct api_call *call, const struct dossier_view *view) {
  struct jout *out = &call->out;
  const struct dossier_move *move = api_dossier_view_find_move(view, "decide");
  if (view->dossier->decision == DOSSIER_UNDECIDED || move == NULL) {
    jout_put_null(out, "decision");
    return OK;
  }
  jout_put_object(out, "decision");
  jout_put_str(out, "outcome", view->dossier->decision == DOSSIER_HAS_CONVICTION ? "has_conviction" : "no_conviction");
  jout_put_instant(out, "at", move->at_ms);
  TRY(api_dossier_view_put_by(call, view->tx, move));
  jout_put_text_or_null(out, "note", move->note);
  jout_object_end(out);
  return OK;
}

static result put_signatures(struct api_call *call, const struct dossier_view *view) {
  static const struct { const char *act, *kind; } kinds[] = {{"sign", "personal"}, {"seal", "seal"}};
  struct jout *out = &call->out;
  jout_put_list(out, "signatures");
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    const struct dossier_move *move = api_dossier_view_find_move(view, kinds[i].act);
    if (move != NULL) {
      jout_object(out);
      jout_put_str(out, "kind", kinds[i].kind);
      jout_put_instant(out, "at", move->at_ms);
      TRY(api_dossier_view_put_by(call, view->tx, move));
      jout_object_end(out);
    }
  }
  jout_list_end(out);
  return OK;
}

static result put_enrolment(struct api_call *call, const struct dossier_view *view) {
  bool is_organisation = slice_is(view->dossier->procedure, "enrolment_organisation");
  if (!dossier_is_enrolment(view->dossier)) {
    jout_put_null(&call->out, "enrolment");
    jout_put_null(&call->out, "organisation");
    return OK;
  }
  jout_put_null(&call->out, is_organisation ? "enrolment" : "organisation");
  jout_name(&call->out, is_organisation ? "organisation" : "enrolment");
  return api_enrolment_put(call, view->tx, view->dossier);
}

/* Every act of the desk, in the order of the work, and why one is not possible now. */
static result put_acts(struct api_call *call, const struct dossier_view *view, const struct dossier_act *act,
                       bool law_knows_complex) {
  static const enum access_act powers[] = {ACCESS_DOSSIER_RECEIVE,
                                           ACCESS_DOSSIER_LOOK_UP,
                                           ACCESS_DOSSIER_SUPPLEMENT_REQUEST,
                                           ACCESS_DOSSIER_COMPONENT_REQUEST,
                                           ACCESS_DOSSIER_DECIDE,
                                           ACCESS_DOSSIER_SIGN,
                                           ACCESS_DOSSIER_SEAL,
                                           ACCESS_DOSSIER_RETURN,
                                           ACCESS_DOSSIER_COMPLEX,
                                           ACCESS_DOSSIER_APOLOGY,
                                           ACCESS_DOSSIER_REFUSE,
                                           ACCESS_DOSSIER_SUPPLEMENT,
                                           ACCESS_DOSSIER_WITHDRAW,
                                           ACCESS_ENROL_APPROVE,
                                           ACCESS_ENROL_REJECT,
                                           ACCESS_ENROL_CODE};
  struct jout *out = &call->out;
  jout_put_list(out, "acts");
  for (size_t i = 0; i < sizeof powers / sizeof *powers; i++) {
    result may = access_role_has(call->post.role, powers[i])
                     ? dossier_act_may(call->env, view->tx, call->arena, act, powers[i])
                     : (result){ACCESS_ROLE};
    if (is_ok(may) && powers[i] == ACCESS_DOSSIER_COMPLEX && !law_knows_complex) {
      may = (result){DOSSIER_COMPLEX_NO_PERIOD};
    }
    if (result_kind(may) == RESULT_INTERNAL || result_kind(may) == RESULT_UNAVAILABLE) {
      return may;
    }
    jout_object(out);
    jout_put_text(out, "act", access_act_name(powers[i]));
    jout_put_bool(out, "allowed", is_ok(may));
    if (is_ok(may)) {
      jout_put_null(out, "reason");
    } else {
      api_put_text(out, "reason", api_error_sentence(may.code, API_VIETNAMESE),
                   api_error_sentence(may.code, API_ENGLISH));
    }
    jout_object_end(out);
  }
  jout_list_end(out);
  return OK;
}

static result put_desk_dossier(struct api_call *call, const struct dossier_view *view, const struct dossier_act *act) {
  static const char *const stages[] = {"open", "decided", "signed", "sealed"};
  const struct dossier *d = view->dossier;
  struct procedure_grounds grounds;
  TRY(procedure_complex_grounds(call->api->options.works.procedures, d->procedure, clock_date_of(d->submitted_at_ms),
                                call->arena, &grounds));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_name(out, "dossier");
  TRY(api_dossier_view_put(call, view));
  jout_put_str(out, "stage", stages[d->stage]);
  TRY(put_person(call, view));
  put_looked_up(call, view);
  TRY(put_components(call, view));
  TRY(put_decision(call, view));
  TRY(put_signatures(call, view));
  TRY(put_enrolment(call, view));
  put_complex_grounds(call, &grounds);
  TRY(put_acts(call, view, act, grounds.count > 0));
  jout_object_end(out);
  return OK;
}

result api_desk_send(struct api_call *call, const struct dossier_act *act) {
  struct dossier dossier;
  struct dossier_view view;
  TRY(dossier_open(call->env, call->arena, act, &dossier));
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(dossier_load(tx, call->arena, act->code, &dossier));
  TRY(api_dossier_view_load(call, tx, &dossier, &view));
  TRY(put_desk_dossier(call, &view, act));
  api_send(call, 200);
  return OK;
}

result api_desk_dossier_read(struct api_call *call) {
  struct url_form query;
  TRY(api_query(call, &query));
  const struct dossier_act act = api_desk_act(call, url_form_get(&query, "purpose"));
  return api_desk_send(call, &act);
}
