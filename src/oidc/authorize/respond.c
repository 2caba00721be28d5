#include "oidc/authorize/respond.h"

#include "oidc/parameters.h"
#include "oidc/uri.h"

enum { FIELDS_MAX = 6, RESPONSE_LIFETIME_S = 600 }; /* [JARM 2.1 RECOMMENDED] at most ten minutes */

static void put(struct url_form *form, const char *name, struct slice value) {
  if (value.len > 0) {
    form->fields[form->count++] = (struct url_field){slice_str(name), value};
  }
}

static struct url_form fields_of(const struct oidc_asking *asking, const struct oidc_outcome *outcome) {
  struct url_form form = {ARENA_ARRAY(asking->arena, struct url_field, FIELDS_MAX), 0};
  if (outcome->code.len > 0) {
    put(&form, "code", outcome->code);
  } else {
    const struct oidc_error_row *row = oidc_error_find(outcome->failure.code);
    put(&form, "error", slice_str(row->name));
    put(&form, "error_description", slice_str(row->description));
  }
  put(&form, "state", asking->state);
  put(&form, "iss", asking->env->origin); /* [RFC9207 2 MUST] F24, B4: in every answer, errors too */
  return form;
}

static struct slice with_query(const struct oidc_asking *asking, const struct url_form *fields) {
  struct buf location;
  bool has_query = slice_find(asking->redirect_uri, '?', 0) < asking->redirect_uri.len;
  buf_init(&location, asking->arena, asking->redirect_uri.len + 256);
  buf_append(&location, asking->redirect_uri);
  buf_append_byte(&location, has_query ? '&' : '?');
  buf_append(&location, oidc_parameters_write(fields, asking->arena));
  return buf_slice(&location);
}

/* The same as a signed JWT, the one field `response` [JARM 2.1 MUST]: iss, aud and exp beside it. */
static result seal(const struct oidc_asking *asking, struct url_form *fields) {
  struct buf claims;
  struct jout out;
  struct slice jwt = {0};
  buf_init(&claims, asking->arena, 512);
  jout_init(&out, &claims);
  jout_object(&out);
  for (size_t i = 0; i < fields->count; i++) { /* iss is among them */
    jout_name_slice(&out, fields->fields[i].name);
    jout_text(&out, fields->fields[i].value);
  }
  jout_put_text(&out, "aud", asking->client->client_id);
  jout_put_int(&out, "exp", clock_now_ms(asking->env->clock) / 1000 + RESPONSE_LIFETIME_S);
  jout_object_end(&out);
  TRY(oidc_jwt_write(asking->env, "JWT", buf_slice(&claims), asking->arena, &jwt));
  fields->count = 0;
  put(fields, "response", jwt);
  return OK;
}

result oidc_respond(const struct oidc_asking *asking, const struct oidc_outcome *outcome, struct oidc_next *ret_next) {
  struct url_form fields = fields_of(asking, outcome);
  struct oidc_next next = {.client_origin = oidc_uri_origin(asking->arena, asking->redirect_uri)};
  if (asking->mode == OIDC_MODE_QUERY_JWT || asking->mode == OIDC_MODE_FORM_POST_JWT) {
    TRY(seal(asking, &fields));
  }
  if (asking->mode == OIDC_MODE_FORM_POST || asking->mode == OIDC_MODE_FORM_POST_JWT) {
    next.step = OIDC_STEP_FORM;
    next.location = asking->redirect_uri;
    next.fields = fields;
  } else {
    next.step = OIDC_STEP_REDIRECT;
    next.location = with_query(asking, &fields);
  }
  *ret_next = next;
  return OK;
}
