/* A read taken out of the ledger: who, what, why, when, under which mandate. */
#include "api/reads.h"

#include "api/people.h"
#include "base/number.h"
#include "dossier/dossier.h"
#include "oidc/oidc.h"
#include "organisation/organisation.h"

enum { DETAIL_BYTES_MAX = 200, SCANNED_MAX = 2000 };

const char *api_reader_word(enum api_reader reader) {
  static const char *const words[] = {[API_READER_OFFICER] = "officer",
                                      [API_READER_SERVICE] = "service",
                                      [API_READER_REPRESENTATIVE] = "representative",
                                      [API_READER_OTHER] = "other"};
  return words[reader];
}

static enum api_reader reader_of(struct slice role, struct slice place) {
  static const char *const representatives[] = {"representative", "parent", "guardian", "delegate", "notarised",
                                               "organisation_representative", "organisation_staff"};
  if (slice_is(role, "relying_party")) {
    return API_READER_SERVICE;
  }
  for (size_t i = 0; i < sizeof representatives / sizeof *representatives; i++) {
    if (slice_is(role, representatives[i])) {
      return API_READER_REPRESENTATIVE;
    }
  }
  return place.len > 0 ? API_READER_OFFICER : API_READER_OTHER;
}

/* What the ledger's erasable detail says of a read: all empty once it was erased. */
struct read_detail {
  struct slice dossier, registers, client, client_id, mandate, organisation;
  const struct jin *attributes;
};
static struct read_detail detail_parse(struct arena *arena, struct slice text) {
  struct jin_doc *doc = ARENA_NEW(arena, struct jin_doc);
  const struct jin *root = NULL;
  struct read_detail detail = {0};
  jin_doc_init(doc, arena, JIN_LIMITS_DEFAULT);
  if (text.len == 0 || !is_ok(jin_parse(doc, text, &root)) || root->type != JIN_OBJECT) {
    return detail;
  }
  const struct {
    const char *name;
    struct slice *text;
  } members[] = {{"dossier", &detail.dossier}, {"registers", &detail.registers}, {"client", &detail.client}, {"client_id", &detail.client_id},
                 {"mandate", &detail.mandate}, {"organisation", &detail.organisation}};
  for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
    if (!is_ok(jin_text_optional(root, members[i].name, DETAIL_BYTES_MAX, members[i].text))) {
      return (struct read_detail){0};
    }
  }
  const struct jin *attributes = jin_find(root, "attributes");
  detail.attributes = attributes != NULL && attributes->type == JIN_LIST ? attributes : NULL;
  return detail;
}

/* The dossier a read belonged to, when it is one of the person's: looking a family up is a read of its members, who need not learn of the
 * dossier. */
static struct slice own_dossier(struct api_call *call, struct db_tx *tx, struct slice code) {
  struct dossier dossier;
  bool is_own = code.len > 0 && is_ok(dossier_load(tx, call->arena, code, &dossier)) &&
                (dossier.person_id == api_principal(call) || dossier.applicant_id == api_principal(call));
  return is_own ? code : S("");
}

/* "what", and of a look-up of several registers which ones. */
static void set_what(struct api_call *call, struct api_read_line *read, struct slice registers) {
  struct api_word what = api_word_find(api_acts, read->line->kind, call->arena);
  const char *before = ": ";
  read->what_vi = slice_str(what.vi);
  read->what_en = slice_str(what.en);
  while (registers.len > 0) {
    struct api_word name = api_word_find(api_registers, slice_cut(&registers, ','), call->arena);
    read->what_vi = arena_printf(call->arena, "%.*s%s%s", SLICE_ARG(read->what_vi), before, name.vi);
    read->what_en = arena_printf(call->arena, "%.*s%s%s", SLICE_ARG(read->what_en), before, name.en);
    before = ", ";
  }
}

static void set_who(struct api_call *call, struct db_tx *tx, struct api_read_line *read, struct slice place) {
  struct register_agency agency;
  int32_t on = clock_date_of(read->line->at_ms);
  read->who_vi = place.len > 0 ? place : S("Danh");
  if (read->reader == API_READER_OFFICER && is_ok(register_agency_load(tx, call->arena, place, on, &agency))) {
    read->who_vi = agency.name_vi;
    read->who_en = agency.name_en;
  }
}

/* In whose name it was. */
static struct slice organisation_name(struct api_call *call, struct db_tx *tx, struct slice id) {
  struct organisation organisation;
  int64_t organisation_id = 0;
  bool is_known = id.len > 0 && is_ok(number_parse(id, &organisation_id)) && is_ok(organisation_load(tx, call->arena, organisation_id, &organisation));
  return is_known ? organisation.name : S("");
}

result api_read_line_load(struct api_call *call, struct db_tx *tx, const struct ledger_line *line, struct api_read_line *ret_line) {
  struct slice place = line->actor_role;
  struct slice role = slice_cut(&place, '@');
  const struct read_detail detail = detail_parse(call->arena, line->detail);
  struct api_read_line read = {.line = line,
                               .reader = reader_of(role, place),
                               .role = api_word_find(api_roles, role.len > 0 ? role : S("anyone"), call->arena),
                               .attributes = detail.attributes,
                               .dossier_code = own_dossier(call, tx, detail.dossier),
                               .mandate = detail.mandate,
                               .organisation = organisation_name(call, tx, detail.organisation)};
  set_who(call, tx, &read, place);
  if (read.reader == API_READER_SERVICE) {
    read.client_id = place;
    read.who_vi = detail.client.len > 0 ? detail.client : place;
  }
  set_what(call, &read, detail.registers);
  *ret_line = read;
  return OK;
}

/* ---- filter and page ---- */

static result read_date(const struct url_form *query, const char *name, int32_t otherwise, int32_t *ret_date) {
  struct slice text;
  *ret_date = otherwise;
  if (url_form_find(query, name, &text) && !is_ok(clock_date_parse(text, ret_date))) {
    FAIL(API_INPUT, "%s is no date", name);
  }
  return OK;
}

result api_read_filter_read(struct api_call *call, struct db_tx *tx, struct api_read_filter *ret_filter) {
  struct url_form query;
  struct slice who;
  struct mandate mandate;
  struct api_read_filter filter = {0};
  TRY(api_mandate_require(call, tx, "reads.view", &mandate));
  int64_t subject_id = mandate.organisation_id != 0 ? mandate.organisation_id : mandate.principal_id;
  const struct access_request request = {.act = ACCESS_READS_VIEW,
                                         .actor_id = call->session.person_id,
                                         .level = call->session.level,
                                         .subject_id = subject_id,
                                         .represents = mandate.kind != MANDATE_SELF};
  TRY(access_check(call->env, &request));
  filter.person_id = subject_id;
  TRY(api_query(call, &query));
  TRY(read_date(&query, "from", INT32_MIN, &filter.from));
  TRY(read_date(&query, "to", INT32_MAX, &filter.to));
  (void)url_form_find(&query, "client", &filter.client_id);
  if (url_form_find(&query, "who", &who)) {
    for (int reader = API_READER_OFFICER; reader <= API_READER_OTHER; reader++) {
      filter.reader = slice_is(who, api_reader_word((enum api_reader)reader)) ? reader : filter.reader;
    }
    if (filter.reader == 0) {
      FAIL(API_INPUT, "nobody reads as that");
    }
  }
  *ret_filter = filter;
  return OK;
}

static bool passes(const struct api_read_filter *filter, const struct api_read_line *read) {
  int32_t day = clock_date_of(read->line->at_ms);
  return day >= filter->from && day <= filter->to && (filter->reader == 0 || filter->reader == (int)read->reader) &&
         (filter->client_id.len == 0 || slice_eq(filter->client_id, read->client_id));
}

result api_read_page_load(struct api_call *call, struct db_tx *tx, const struct api_read_filter *filter, const struct ledger_query *from,
                          struct api_read_page *ret_page) {
  struct api_read_page page = {.items = ARENA_ARRAY(call->arena, struct api_read_line, (size_t)from->limit), .next_before = from->before_entry_id};
  for (size_t scanned = 0; scanned < SCANNED_MAX && page.count < (size_t)from->limit;) {
    const struct ledger_query query = {filter->person_id, page.next_before, from->limit - (int)page.count};
    struct ledger_lines lines;
    TRY(ledger_reads_of_person(call->env, tx, &query, call->arena, &lines));
    for (size_t i = 0; i < lines.count; i++) {
      TRY(api_read_line_load(call, tx, &lines.items[i], &page.items[page.count]));
      page.count += passes(filter, &page.items[page.count]);
    }
    scanned += lines.count;
    page.next_before = lines.next_before;
    if (lines.next_before == 0 || (lines.count > 0 && clock_date_of(lines.items[lines.count - 1].at_ms) < filter->from)) {
      page.next_before = 0;
      break;
    }
  }
  *ret_page = page;
  return OK;
}

/* ---- writing ---- */

static void put_attributes(struct api_call *call, const struct jin *attributes) {
  struct jout *out = &call->out;
  jout_put_list(out, "attributes");
  for (size_t i = 0; attributes != NULL && i < attributes->count; i++) {
    struct slice word = attributes->items[i].text;
    enum oidc_attribute attribute = oidc_attribute_find(word);
    bool is_known = attribute != OIDC_ATTRIBUTE_COUNT;
    jout_object(out);
    jout_put_text(out, "code", word);
    api_put_text(out, "name", is_known ? oidc_attribute_label(attribute, false) : word, is_known ? oidc_attribute_label(attribute, true) : word);
    jout_object_end(out);
  }
  jout_list_end(out);
}

/* Under which mandate, and, where a row says it, who it is. */
static result put_mandate(struct api_call *call, struct db_tx *tx, struct slice text) {
  struct jout *out = &call->out;
  struct slice id = text;
  struct slice kind = slice_cut(&id, ':');
  struct mandate mandate;
  struct register_person actor;
  int64_t mandate_id = 0;
  if (kind.len == 0) {
    jout_put_null(out, "mandate");
    return OK;
  }
  jout_put_object(out, "mandate");
  api_put_code_name(call, "kind", api_roles, kind);
  jout_put_text_or_null(out, "id", id);
  if (id.len > 0 && is_ok(number_parse(id, &mandate_id)) && is_ok(mandate_load(call->env, tx, mandate_id, call->arena, &mandate))) {
    TRY(register_person_load(tx, call->arena, mandate.actor_id, &actor));
    jout_put_text(out, "name", actor.name);
  } else {
    jout_put_null(out, "name");
  }
  jout_object_end(out);
  return OK;
}

result api_read_line_put(struct api_call *call, struct db_tx *tx, const struct api_read_line *read) {
  struct jout *out = &call->out;
  jout_put_object(out, "who");
  jout_put_str(out, "kind", api_reader_word(read->reader));
  api_put_text(out, "role", slice_str(read->role.vi), slice_str(read->role.en));
  api_put_text(out, "agency", read->who_vi, read->who_en);
  jout_put_text_or_null(out, "client", read->client_id);
  jout_object_end(out);
  api_put_text(out, "what", read->what_vi, read->what_en);
  put_attributes(call, read->attributes);
  jout_put_text(out, "purpose", read->line->legal_basis);
  jout_put_text_or_null(out, "dossier_code", read->dossier_code);
  TRY(put_mandate(call, tx, read->mandate));
  jout_put_text_or_null(out, "organisation", read->organisation);
  if (read->line->position < 0) {
    jout_put_null(out, "ledger_position");
  } else {
    jout_put_int(out, "ledger_position", read->line->position);
  }
  return OK;
}
