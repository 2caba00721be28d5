/* Clients of a sandbox: anybody registers one, sees its last requests, and sets its fault switches. */
#include "sandbox/sandbox.h"

#include "api/page.h"
#include "api/resources.h"
#include "api/sandbox.h"

enum { EVENTS_SHOWN = 50, METADATA_BYTES_MAX = 64 * 1024, URIS_MAX = 10, TEXT_BYTES_MAX = 2000 };

struct choice {
  const char *value;
  const char *words;
};
static const struct choice profiles[] = {{"baseline", "baseline"}, {"fapi2", "fapi2: PAR, DPoP / mTLS"}, {"fapi2-message-signing", "fapi2-message-signing"}};
static const struct choice methods[] = {{"client_secret_basic", "client_secret_basic"},
                                        {"private_key_jwt", "private_key_jwt"},
                                        {"client_secret_post", "client_secret_post"},
                                        {"none", "none (PKCE)"}};
enum { PROFILES = sizeof profiles / sizeof *profiles, METHODS = sizeof methods / sizeof *methods };

struct slice api_sandbox_client_name(struct arena *arena, struct slice metadata) {
  struct jin_doc doc;
  const struct jin *root = NULL;
  struct slice name = S("");
  jin_doc_init(&doc, arena, JIN_LIMITS_DEFAULT);
  (void)(is_ok(jin_parse(&doc, metadata, &root)) && is_ok(jin_text_optional(root, "client_name", TEXT_BYTES_MAX, &name)));
  return name;
}

/* ---- registration ---- */

static result save_client(struct api_call *call, struct slice metadata, struct oidc_client_made *ret_made) {
  const struct jin *root = NULL;
  jin_doc_init(&call->doc, call->arena, JIN_LIMITS_DEFAULT);
  TRY(jin_parse(&call->doc, metadata, &root));
  const struct oidc_client_order order = {.actor = {0, S("integrator@sandbox")}, .metadata = root, .metadata_text = metadata, .is_dynamic = true};
  return oidc_client_save(call->env, call->arena, &order, ret_made);
}

result api_sandbox_client_create(struct api_call *call) {
  struct oidc_client_made made;
  const struct jin *root = NULL;
  TRY(api_sandbox_check(call));
  TRY(api_body(call, &root));
  TRY(save_client(call, call->http->request.body, &made));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_text(out, "client_id", made.client_id);
  jout_put_text_or_null(out, "client_secret", made.secret);
  jout_put_text(out, "issuer", call->env->origin);
  jout_put_text(out, "inspector", arena_printf(call->arena, "%.*s/sandbox/clients/%.*s", SLICE_ARG(call->env->origin), SLICE_ARG(made.client_id)));
  jout_object_end(out);
  api_send(call, 201);
  return OK;
}

static struct slice choices(const struct api_call *call, const struct choice *items, size_t count, struct slice chosen) {
  struct buf rows;
  buf_init(&rows, call->arena, 512);
  for (size_t i = 0; i < count; i++) {
    const struct page row = {.name = "sandbox_choice",
                             PAGE_VALUES({"value", slice_str(items[i].value)}, {"words", slice_str(items[i].words)},
                                         {"chosen", slice_is(chosen, items[i].value) ? S("1") : S("")})};
    buf_append(&rows, api_page_fill(call, &row));
  }
  return buf_slice(&rows);
}

/* "attribute_name" of a form: the box is ticked. */
static bool is_ticked(const struct api_call *call, const struct url_form *form, const char *group, const char *value) {
  return url_form_get(form, (const char *)arena_printf(call->arena, "%s_%s", group, value).ptr).len > 0;
}

static struct slice attribute_boxes(const struct api_call *call, const struct url_form *form) {
  struct buf rows;
  buf_init(&rows, call->arena, 2048);
  for (int i = 0; i < OIDC_ATTRIBUTE_COUNT; i++) {
    const char *name = oidc_attribute_name((enum oidc_attribute)i);
    bool is_chosen = form->count == 0 ? i == OIDC_NAME : is_ticked(call, form, "attribute", name);
    const struct page row = {.name = "sandbox_check",
                             PAGE_VALUES({"name", S("attribute")}, {"value", slice_str(name)}, {"chosen", is_chosen ? S("1") : S("")},
                                         {"words", oidc_attribute_label((enum oidc_attribute)i, call->language == API_ENGLISH)})};
    buf_append(&rows, api_page_fill(call, &row));
  }
  return buf_slice(&rows);
}

static void send_form(struct api_call *call, int status, const struct url_form *form, struct slice problem) {
  struct slice redirect = url_form_get(form, "redirect_uris");
  api_page_send(call, &(const struct page){
                      .name = "sandbox_client_new",
                      .status = status,
                      PAGE_VALUES({"problem", problem}, {"where", call->doc.fault.path}, {"name", url_form_get(form, "name")},
                                  {"redirect_uris", redirect.len > 0 ? redirect : S("http://127.0.0.1:3000/callback")},
                                  {"logout_uri", url_form_get(form, "logout_uri")}, {"jwks", url_form_get(form, "jwks")},
                                  {"profiles", choices(call, profiles, PROFILES, url_form_get(form, "profile"))},
                                  {"methods", choices(call, methods, METHODS, url_form_get(form, "method"))},
                                  {"attributes", attribute_boxes(call, form)})});
}

result api_sandbox_client_new_page(struct api_call *call) {
  const struct url_form empty = {0};
  TRY(api_sandbox_check(call));
  send_form(call, 200, &empty, S(""));
  return OK;
}

/* One address a line. */
static void put_lines(struct jout *out, const char *name, struct slice lines) {
  jout_put_list(out, name);
  for (int i = 0; lines.len > 0 && i < URIS_MAX; i++) {
    struct slice line = slice_trim(slice_cut(&lines, '\n'));
    if (line.len > 0) {
      jout_text(out, line);
    }
  }
  jout_list_end(out);
}

static void put_attributes(const struct api_call *call, struct jout *out, const struct url_form *form) {
  jout_put_list(out, "danh_attributes");
  for (int i = 0; i < OIDC_ATTRIBUTE_COUNT; i++) {
    const char *name = oidc_attribute_name((enum oidc_attribute)i);
    if (is_ticked(call, form, "attribute", name)) {
      jout_object(out);
      jout_put_str(out, "name", name);
      jout_put_text(out, "purpose", api_page_text_find(call, "sandbox_client_new.purpose"));
      jout_object_end(out);
    }
  }
  jout_list_end(out);
}

/* The form as the metadata it stands for; a loopback redirect makes it a native client, which alone may have one. */
static struct slice metadata_of(const struct api_call *call, const struct url_form *form) {
  struct slice redirect = url_form_get(form, "redirect_uris");
  struct slice profile = url_form_get(form, "profile");
  bool is_fapi = slice_starts(profile, S("fapi2"));
  struct buf text;
  struct jout out;
  buf_init(&text, call->arena, 2048);
  jout_init(&out, &text);
  jout_object(&out);
  jout_put_text(&out, "client_name", url_form_get(form, "name"));
  jout_put_text(&out, "danh_purpose", api_page_text_find(call, "sandbox_client_new.purpose"));
  jout_put_text(&out, "danh_owner", url_form_get(form, "name"));
  jout_put_text(&out, "danh_profile", profile);
  jout_put_str(&out, "application_type", slice_starts(redirect, S("http://")) ? "native" : "web");
  put_lines(&out, "redirect_uris", redirect);
  if (url_form_get(form, "logout_uri").len > 0) {
    put_lines(&out, "post_logout_redirect_uris", url_form_get(form, "logout_uri"));
  }
  jout_put_text(&out, "token_endpoint_auth_method", url_form_get(form, "method"));
  jout_put_raw(&out, "grant_types", S("[\"authorization_code\",\"refresh_token\"]"));
  if (url_form_get(form, "jwks").len > 0) {
    jout_put_raw(&out, "jwks", url_form_get(form, "jwks"));
  }
  if (is_fapi) {
    jout_put_bool(&out, "dpop_bound_access_tokens", true);
  }
  put_attributes(call, &out, form);
  jout_object_end(&out);
  return buf_slice(&text);
}

/* ---- a client's page ---- */

static struct slice fault_boxes(const struct api_call *call, unsigned faults) {
  struct buf rows;
  buf_init(&rows, call->arena, 2048);
  for (size_t i = 0; i < SANDBOX_FAULT_COUNT; i++) {
    const struct sandbox_fault_row *fault = &sandbox_faults[i];
    const struct page row = {.name = "sandbox_check",
                             PAGE_VALUES({"name", S("fault")}, {"value", slice_str(fault->name)},
                                         {"words", slice_str(api_words(call, fault->words_vi, fault->words_en))},
                                         {"chosen", (faults & (unsigned)fault->fault) != 0 ? S("1") : S("")})};
    buf_append(&rows, api_page_fill(call, &row));
  }
  return buf_slice(&rows);
}

static struct slice event_rows(const struct api_call *call, struct slice client_id) {
  struct sandbox_event *events = ARENA_ARRAY(call->arena, struct sandbox_event, EVENTS_SHOWN);
  size_t count = sandbox_event_list(call->api->events, client_id, call->arena, events, EVENTS_SHOWN);
  struct buf rows;
  buf_init(&rows, call->arena, 8192);
  for (size_t i = 0; i < count; i++) {
    const struct sandbox_event *event = &events[i];
    const struct page row = {.name = "sandbox_event",
                             PAGE_VALUES({"at", clock_instant_write(call->arena, event->at_ms)}, {"request", event->request},
                                         {"status", arena_printf(call->arena, "%d", event->status)}, {"error", event->error},
                                         {"answer", event->answer}, {"checks", event->checks}, {"fault", event->fault},
                                         {"parameters", event->parameters}, {"bad", event->error})};
    buf_append(&rows, api_page_fill(call, &row));
  }
  return buf_slice(&rows);
}

struct client_page {
  struct slice client_id;
  struct slice secret;
  bool is_saved;
  bool is_live;
};

static result send_client(struct api_call *call, int status, const struct client_page *shown) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct oidc_client_row row;
  unsigned faults = 0;
  TRY(db_read_begin(call->env->db, &tx));
  TRY(oidc_client_row_load(tx, call->arena, shown->client_id, &row));
  TRY(sandbox_faults_load(tx, shown->client_id, &faults));
  api_page_send(call, &(const struct page){.name = "sandbox_client",
                                       .status = status,
                                       PAGE_VALUES({"id", row.client_id}, {"secret", shown->secret}, {"metadata", row.metadata},
                                                   {"saved", shown->is_saved ? S("1") : S("")}, {"live", shown->is_live ? S("1") : S("")},
                                                   {"faults", fault_boxes(call, faults)}, {"events", event_rows(call, row.client_id)})});
  return OK;
}

result api_sandbox_client_new(struct api_call *call) {
  struct url_form form;
  struct oidc_client_made made;
  TRY(api_sandbox_check(call));
  TRY(api_form(call, &form));
  result saved = save_client(call, metadata_of(call, &form), &made);
  if (!is_ok(saved) && result_kind(saved) == RESULT_INVALID) {
    send_form(call, 422, &form, api_error_sentence(saved.code, call->language));
    return OK;
  }
  TRY(saved);
  return send_client(call, 201, &(const struct client_page){.client_id = made.client_id, .secret = made.secret});
}

result api_sandbox_client_page(struct api_call *call) {
  struct url_form query;
  TRY(api_sandbox_check(call));
  TRY(api_query(call, &query));
  bool is_live = url_form_get(&query, "live").len > 0;
  if (is_live) {
    http_response_header(call->http, "Refresh", S("5"));
  }
  return send_client(call, 200, &(const struct client_page){.client_id = http_param(call->http, "client_id"), .is_live = is_live});
}

/* A client of that id, disabled ones too. */
static result check_client(struct api_call *call, struct slice client_id) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct oidc_client_row row;
  TRY(db_read_begin(call->env->db, &tx));
  return oidc_client_row_load(tx, call->arena, client_id, &row);
}

result api_sandbox_faults(struct api_call *call) {
  struct url_form form;
  struct slice client_id = http_param(call->http, "client_id");
  unsigned faults = 0;
  TRY(api_sandbox_check(call));
  TRY(api_form(call, &form));
  TRY(check_client(call, client_id));
  for (size_t i = 0; i < SANDBOX_FAULT_COUNT; i++) {
    faults |= is_ticked(call, &form, "fault", sandbox_faults[i].name) ? (unsigned)sandbox_faults[i].fault : 0;
  }
  TRY(sandbox_faults_save(call->env, client_id, faults));
  return send_client(call, 200, &(const struct client_page){.client_id = client_id, .is_saved = true});
}

/* ---- the same for programs ---- */

result api_sandbox_faults_put(struct api_call *call) {
  const struct jin *root = NULL;
  const struct jin *list = NULL;
  struct slice client_id = http_param(call->http, "client_id");
  unsigned faults = 0;
  TRY(api_sandbox_check(call));
  TRY(api_body(call, &root));
  TRY(jin_fields(root, (const char *const[]){"faults", NULL}));
  TRY(jin_list(root, "faults", SANDBOX_FAULT_COUNT, &list));
  TRY(check_client(call, client_id));
  for (size_t i = 0; i < list->count; i++) {
    struct slice name;
    TRY(jin_as_text(&list->items[i], TEXT_BYTES_MAX, &name));
    if (sandbox_fault_find(name) == 0) {
      return jin_refuse(&list->items[i], "is no fault switch");
    }
    faults |= sandbox_fault_find(name);
  }
  TRY(sandbox_faults_save(call->env, client_id, faults));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_list(out, "faults");
  for (size_t i = 0; i < SANDBOX_FAULT_COUNT; i++) {
    if ((faults & (unsigned)sandbox_faults[i].fault) != 0) {
      jout_text(out, slice_str(sandbox_faults[i].name));
    }
  }
  jout_list_end(out);
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}

result api_sandbox_events(struct api_call *call) {
  struct slice client_id = http_param(call->http, "client_id");
  TRY(api_sandbox_check(call));
  TRY(check_client(call, client_id));
  struct sandbox_event *events = ARENA_ARRAY(call->arena, struct sandbox_event, EVENTS_SHOWN);
  size_t count = sandbox_event_list(call->api->events, client_id, call->arena, events, EVENTS_SHOWN);
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_list(out, "items");
  for (size_t i = 0; i < count; i++) {
    jout_object(out);
    jout_put_int(out, "number", events[i].number);
    jout_put_instant(out, "at", events[i].at_ms);
    jout_put_text(out, "request", events[i].request);
    jout_put_int(out, "status", events[i].status);
    jout_put_text_or_null(out, "error", events[i].error);
    jout_put_text_or_null(out, "answer", events[i].answer);
    jout_put_text_or_null(out, "checks", events[i].checks);
    jout_put_text_or_null(out, "fault", events[i].fault);
    jout_put_text_or_null(out, "parameters", events[i].parameters);
    jout_object_end(out);
  }
  jout_list_end(out);
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}

result api_sandbox_people(struct api_call *call) {
  TRY(api_sandbox_check(call));
  struct jout *out = api_begin(call);
  jout_object(out);
  jout_put_str(out, "password", SANDBOX_PASSWORD);
  jout_put_str(out, "passcode", SANDBOX_PASSCODE);
  jout_put_list(out, "people");
  for (size_t i = 0; i < SANDBOX_PEOPLE; i++) {
    sandbox_person_put(out, call->arena, &sandbox_people[i]);
  }
  jout_list_end(out);
  jout_object_end(out);
  api_send(call, 200);
  return OK;
}
