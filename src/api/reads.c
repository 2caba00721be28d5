/* Who knows what about me: GET /api/me/reads, its export, the consents that let services read, and the report of misuse. */
#include "api/reads.h"

#include "api/cursor.h"
#include "api/people.h"
#include "api/resources.h"
#include "misuse/misuse.h"
#include "oidc/oidc.h"

enum { READS_MAX = 100, EXPORTED_MAX = 10000, EXPORT_STEP = 200 };

static const struct misuse_report *report_of(const struct misuse_report_list *reports, int64_t entry_id) {
  for (size_t i = 0; i < reports->count; i++) {
    if (reports->items[i].entry_id == entry_id && reports->items[i].state != MISUSE_WITHDRAWN) {
      return &reports->items[i];
    }
  }
  return NULL;
}

static result put_read(struct api_call *call, struct db_tx *tx, const struct api_read_line *read, const struct misuse_report_list *reports) {
  struct jout *out = &call->out;
  const struct misuse_report *report = report_of(reports, read->line->entry_id);
  jout_object(out);
  jout_put_text(out, "id", arena_printf(call->arena, "%lld", (long long)read->line->entry_id));
  jout_put_instant(out, "at", read->line->at_ms);
  TRY(api_read_line_put(call, tx, read));
  jout_put_text_or_null(out, "report", report != NULL ? misuse_state_name(report->state) : S(""));
  jout_object_end(out);
  return OK;
}

/* A representative who looks at whose data was read has looked at that person's data. */
static result record_look(struct api_call *call, const struct api_read_filter *filter) {
  const int64_t people[] = {filter->person_id};
  return api_read_record(call, &(const struct api_read){.kind = "reads.read", .people = people, .count = 1, .mandate = &call->mandate});
}

result api_me_reads(struct api_call *call) {
  struct api_cursor cursor;
  struct api_read_filter filter;
  struct api_read_page page;
  struct misuse_report_list reports;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(api_cursor_read(call, 1, READS_MAX, &cursor));
  TRY(db_read_begin(call->env->db, &tx));
  TRY(api_read_filter_read(call, tx, &filter));
  const struct ledger_query query = {filter.person_id, cursor.keys[0], (int)cursor.limit};
  TRY(api_read_page_load(call, tx, &filter, &query, &page));
  TRY(misuse_list_of_person(tx, filter.person_id, call->arena, &reports));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_list(out, "items");
  for (size_t i = 0; i < page.count; i++) {
    TRY(put_read(call, tx, &page.items[i], &reports));
  }
  jout_list_end(out);
  api_cursor_put(call, page.next_before > 0 ? &page.next_before : NULL, 1);
  jout_object_end(out);
  db_read_end(&tx);
  TRY(record_look(call, &filter)); /* durable from here on: now it may be shown */
  api_send(call, 200);
  return OK;
}

/* ---- export ---- */

/* A cell of RFC 4180; what a spreadsheet would take for a formula is kept a text. */
static void put_cell(struct buf *csv, struct slice text, bool is_last) {
  bool is_formula = text.len > 0 && (text.ptr[0] == '=' || text.ptr[0] == '+' || text.ptr[0] == '-' || text.ptr[0] == '@' || text.ptr[0] == '\t');
  buf_append_str(csv, is_formula ? "\"'" : "\"");
  for (size_t i = 0; i < text.len; i++) {
    buf_append_str(csv, text.ptr[i] == '"' ? "\"" : "");
    buf_append_byte(csv, text.ptr[i]);
  }
  buf_append_str(csv, is_last ? "\"\r\n" : "\",");
}

static struct slice attribute_words(struct api_call *call, const struct jin *attributes) {
  struct slice words = S("");
  for (size_t i = 0; attributes != NULL && i < attributes->count; i++) {
    words = arena_printf(call->arena, "%.*s%s%.*s", SLICE_ARG(words), i > 0 ? " " : "", SLICE_ARG(attributes->items[i].text));
  }
  return words;
}

static void put_csv_row(struct api_call *call, struct buf *csv, const struct api_read_line *read) {
  bool english = call->language == API_ENGLISH;
  struct slice position = read->line->position < 0 ? S("") : arena_printf(call->arena, "%lld", (long long)read->line->position);
  put_cell(csv, clock_instant_write(call->arena, read->line->at_ms), false);
  put_cell(csv, slice_str(english ? read->role.en : read->role.vi), false);
  put_cell(csv, english && read->who_en.len > 0 ? read->who_en : read->who_vi, false);
  put_cell(csv, english ? read->what_en : read->what_vi, false);
  put_cell(csv, attribute_words(call, read->attributes), false);
  put_cell(csv, read->line->legal_basis, false);
  put_cell(csv, read->dossier_code, false);
  put_cell(csv, read->mandate, false);
  put_cell(csv, position, true);
}

/* Everything that passes the filter, newest first, in steps. */
struct exported {
  struct api_read_page page;
  bool is_complete;
};
static result load_all(struct api_call *call, struct db_tx *tx, const struct api_read_filter *filter, struct exported *ret_exported) {
  struct exported all = {.page.items = ARENA_ARRAY(call->arena, struct api_read_line, EXPORTED_MAX + EXPORT_STEP), .is_complete = true};
  int64_t before = 0;
  do {
    struct api_read_page page;
    const struct ledger_query query = {filter->person_id, before, EXPORT_STEP};
    TRY(api_read_page_load(call, tx, filter, &query, &page));
    memcpy(all.page.items + all.page.count, page.items, page.count * sizeof *page.items);
    all.page.count += page.count;
    before = page.next_before;
  } while (before > 0 && all.page.count < EXPORTED_MAX);
  all.is_complete = before == 0;
  *ret_exported = all;
  return OK;
}

static void send_csv(struct api_call *call, const struct exported *all) {
  struct buf csv;
  buf_init(&csv, call->arena, 4096);
  buf_append_str(&csv, "\xEF\xBB\xBF"); /* or a spreadsheet takes Vietnamese for something else */
  buf_append_str(&csv, "\"at\",\"role\",\"who\",\"what\",\"attributes\",\"purpose\",\"dossier\",\"mandate\",\"ledger_position\"\r\n");
  for (size_t i = 0; i < all->page.count; i++) {
    put_csv_row(call, &csv, &all->page.items[i]);
  }
  http_response_header(call->http, "Content-Disposition", S("attachment; filename=\"danh-reads.csv\""));
  http_reply(call->http, 200, "text/csv; charset=utf-8", buf_slice(&csv));
}

static result put_json(struct api_call *call, struct db_tx *tx, const struct exported *all) {
  const struct misuse_report_list none = {0};
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_instant(out, "exported_at", clock_now_ms(call->env->clock));
  jout_put_bool(out, "complete", all->is_complete);
  jout_put_list(out, "items");
  for (size_t i = 0; i < all->page.count; i++) {
    TRY(put_read(call, tx, &all->page.items[i], &none));
  }
  jout_list_end(out);
  jout_object_end(out);
  return OK;
}

static void send_json(struct api_call *call) {
  http_response_header(call->http, "Content-Disposition", S("attachment; filename=\"danh-reads.json\""));
  api_send(call, 200);
}

result api_me_reads_export(struct api_call *call) {
  struct api_read_filter filter;
  struct exported all;
  struct url_form query;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(api_query(call, &query));
  struct slice format = url_form_get(&query, "format");
  bool is_csv = slice_is(format, "csv");
  if (!is_csv && !slice_is(format, "json")) {
    FAIL(API_INPUT, "json or csv");
  }
  TRY(db_read_begin(call->env->db, &tx));
  TRY(api_read_filter_read(call, tx, &filter));
  TRY(load_all(call, tx, &filter, &all));
  TRY(is_csv ? OK : put_json(call, tx, &all));
  db_read_end(&tx);
  TRY(record_look(call, &filter)); /* durable from here on: now it may be shown */
  const struct account_event event = {
      .person_id = call->session.person_id, .session_id = call->session.session_id, .kind = S("reads_exported"), .detail = format};
  TRY(account_history_record(call->env, &event));
  if (is_csv) {
    send_csv(call, &all);
  } else {
    send_json(call);
  }
  return OK;
}

/* ---- the services that may read ---- */

/* In an organisation's list: which of its people gave it. */
static result put_giver(struct api_call *call, struct db_tx *tx, const struct oidc_consent *consent) {
  struct register_person giver = {0};
  if (call->session.acting_organisation_id != 0) {
    TRY(register_person_load(tx, call->arena, consent->given_by, &giver));
  }
  jout_put_text_or_null(&call->out, "given_by", giver.name);
  return OK;
}

static result send_consents(struct api_call *call) {
  struct oidc_consent_list list;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  const struct oidc_consent_holder holder = {call->session.person_id, call->session.acting_organisation_id};
  TRY(db_read_begin(call->env->db, &tx));
  if (holder.organisation_id != 0) {
    struct mandate mandate;
    TRY(api_mandate_require(call, tx, "reads.view", &mandate));
  }
  TRY(oidc_consent_list(tx, call->arena, &holder, &list));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_list(out, "items");
  for (size_t i = 0; i < list.count; i++) {
    const struct oidc_consent *consent = &list.items[i];
    jout_object(out);
    jout_put_text(out, "client", consent->client_id);
    api_put_text(out, "name", consent->client_name.vi, consent->client_name.en);
    api_put_text(out, "owner", consent->owner.vi, consent->owner.en);
    api_put_text(out, "purpose", consent->purpose.vi, consent->purpose.en);
    jout_put_list(out, "attributes");
    for (int attribute = 0; attribute < OIDC_ATTRIBUTE_COUNT; attribute++) {
      if (consent->attributes & OIDC_ATTRIBUTE_BIT(attribute)) {
        jout_object(out);
        jout_put_str(out, "code", oidc_attribute_name((enum oidc_attribute)attribute));
        api_put_text(out, "name", oidc_attribute_label((enum oidc_attribute)attribute, false), oidc_attribute_label((enum oidc_attribute)attribute, true));
        jout_object_end(out);
      }
    }
    jout_list_end(out);
    jout_put_bool(out, "for_another", consent->acting_for_id != 0);
    jout_put_text_or_null(out, "organisation", consent->organisation);
    TRY(put_giver(call, tx, consent));
    jout_put_instant(out, "given_at", consent->given_at_ms);
    jout_put_instant(out, "until", consent->until_ms);
    jout_put_instant(out, "used_at", consent->used_at_ms);
    jout_object_end(out);
  }
  jout_list_end(out);
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}

result api_me_consents(struct api_call *call) { return send_consents(call); }

/* What ends for everybody who signs in for the organisation is for whoever gives its roles. */
static result require_representative(struct api_call *call) {
  struct mandate mandate;
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(call->env->db, &tx));
  return api_mandate_require(call, tx, "organisation.staff", &mandate);
}

result api_me_consent_revoke(struct api_call *call) {
  const struct jin *root = NULL;
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){NULL}));
  const struct oidc_consent_holder holder = {call->session.person_id, call->session.acting_organisation_id};
  if (holder.organisation_id != 0) {
    TRY(require_representative(call));
  }
  TRY(oidc_consent_revoke(call->env, &holder, http_param(call->http, "client")));
  return send_consents(call);
}
