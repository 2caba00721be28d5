/* Who sends a protocol request and what it carries, for the inspector. Nothing here is verified: only who looks at the screen reads it. */
#include "api/sandbox.h"

#include <strings.h>

#include "codec/base64.h"
#include "codec/base64url.h"
#include "sandbox/sandbox.h"

enum { TOKEN_BYTES_MAX = 16 * 1024 };

const struct jin *api_sandbox_token_part(struct arena *arena, struct slice token, int part) {
  struct slice rest = token;
  struct slice text = slice_cut(&rest, '.');
  if (part == 1) {
    text = slice_cut(&rest, '.');
  }
  struct slice json;
  const struct jin *root = NULL;
  struct jin_doc *doc = ARENA_NEW(arena, struct jin_doc);
  jin_doc_init(doc, arena, JIN_LIMITS_DEFAULT);
  if (rest.len == 0 || text.len > TOKEN_BYTES_MAX || !is_ok(base64url_parse(text, arena, &json)) || !is_ok(jin_parse(doc, json, &root))) {
    return NULL;
  }
  return root->type == JIN_OBJECT ? root : NULL;
}

static void put_value(struct buf *out, const struct jin *value, int depth) {
  switch (value->type) {
    case JIN_TEXT: buf_printf(out, "\"%.*s\"", SLICE_ARG(value->text)); break;
    case JIN_INT: buf_printf(out, "%lld", (long long)value->number); break;
    case JIN_BOOL: buf_append_str(out, value->boolean ? "true" : "false"); break;
    case JIN_NULL: buf_append_str(out, "null"); break;
    case JIN_REAL: buf_append_str(out, "…"); break;
    default: {
      bool is_list = value->type == JIN_LIST;
      buf_append_str(out, is_list ? "[" : "{");
      for (size_t i = 0; i < value->count; i++) {
        buf_printf(out, "%s\n%*s", i > 0 ? "," : "", depth * 2 + 2, "");
        if (!is_list) {
          buf_printf(out, "\"%.*s\": ", SLICE_ARG(value->items[i].name));
        }
        put_value(out, &value->items[i], depth + 1);
      }
      buf_printf(out, "\n%*s%s", depth * 2, "", is_list ? "]" : "}");
    }
  }
}

struct slice api_sandbox_token_text(struct arena *arena, struct slice token, int part) {
  const struct jin *object = api_sandbox_token_part(arena, token, part);
  struct buf text;
  if (object == NULL) {
    return S("");
  }
  buf_init(&text, arena, 1024);
  put_value(&text, object, 0);
  return buf_slice(&text);
}

struct slice api_sandbox_json_text(struct arena *arena, struct slice json) {
  struct jin_doc doc;
  const struct jin *root = NULL;
  struct buf text;
  jin_doc_init(&doc, arena, JIN_LIMITS_DEFAULT);
  if (!is_ok(jin_parse(&doc, json, &root))) {
    return json;
  }
  buf_init(&text, arena, 1024);
  put_value(&text, root, 0);
  return buf_slice(&text);
}

static struct slice claim(struct arena *arena, struct slice token, const char *name) {
  const struct jin *claims = token.len == 0 ? NULL : api_sandbox_token_part(arena, token, 1);
  const struct jin *value = claims == NULL ? NULL : jin_find(claims, name);
  return value != NULL && value->type == JIN_TEXT ? value->text : S("");
}

/* "Scheme rest": the rest, if the scheme is that one. */
static struct slice credentials(const struct api_call *call, const char *scheme) {
  struct slice rest = http_header(&call->http->request, "Authorization");
  struct slice word = slice_cut(&rest, ' ');
  bool is_scheme = word.len == strlen(scheme) && strncasecmp((const char *)word.ptr, scheme, word.len) == 0;
  return is_scheme ? slice_trim(rest) : S("");
}

static struct slice client_of_header(struct api_call *call) {
  struct slice basic = credentials(call, "Basic");
  struct slice decoded;
  struct slice name = {0};
  if (basic.len > 0 && is_ok(base64_parse(basic, call->arena, &decoded)) && is_ok(url_decode(slice_cut(&decoded, ':'), call->arena, &name))) {
    return name;
  }
  struct slice token = credentials(call, "Bearer");
  return claim(call->arena, token.len > 0 ? token : credentials(call, "DPoP"), "client_id");
}

static void put_token(struct api_call *call, struct buf *out, const char *name, struct slice token) {
  const struct jin *claims = api_sandbox_token_part(call->arena, token, 1);
  if (claims != NULL) {
    struct slice text = api_sandbox_token_text(call->arena, token, 1);
    buf_printf(out, "%s: %.*s\n", name, SLICE_ARG(text));
  }
}

static void put_fields(struct api_call *call, struct buf *out, const struct url_form *form) {
  for (size_t i = 0; i < form->count; i++) {
    const struct url_field *field = &form->fields[i];
    struct slice value = sandbox_is_secret(field->name) ? sandbox_cut(call->arena, field->value) : field->value;
    buf_printf(out, "%.*s = %.*s\n", SLICE_ARG(field->name), SLICE_ARG(value));
  }
  put_token(call, out, "client_assertion claims", url_form_get(form, "client_assertion"));
  put_token(call, out, "request claims", url_form_get(form, "request"));
}

struct api_sandbox_request api_sandbox_read(struct api_call *call) {
  const struct http_request *request = &call->http->request;
  struct api_sandbox_request read = {.client_id = client_of_header(call)};
  struct url_form forms[2] = {0};
  struct buf text;
  buf_init(&text, call->arena, 1024);
  (void)(is_ok(url_form_parse(request->query, call->arena, &forms[0])) && is_ok(url_form_parse(request->body, call->arena, &forms[1])));
  for (size_t i = 0; i < 2; i++) {
    const struct slice named[] = {url_form_get(&forms[i], "client_id"), claim(call->arena, url_form_get(&forms[i], "client_assertion"), "sub"),
                                  claim(call->arena, url_form_get(&forms[i], "request"), "client_id"),
                                  claim(call->arena, url_form_get(&forms[i], "request"), "iss")};
    for (size_t at = 0; at < sizeof named / sizeof *named && read.client_id.len == 0; at++) {
      read.client_id = named[at];
    }
    read.grant_type = read.grant_type.len > 0 ? read.grant_type : url_form_get(&forms[i], "grant_type");
    put_fields(call, &text, &forms[i]);
  }
  put_token(call, &text, "DPoP claims", http_header(request, "DPoP"));
  read.parameters = buf_slice(&text);
  return read;
}
