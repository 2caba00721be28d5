#include "api/page.h"

#include <stdlib.h>

static const struct page_template *find_template(const char *name) {
  for (const struct page_template *at = api_page_templates; at->name != NULL; at++) {
    if (strcmp(at->name, name) == 0) {
      return at;
    }
  }
  return api_page_templates; /* a name is a literal of ours, and a test renders every one */
}

static int by_key(const void *key, const void *text) { return strcmp(key, ((const struct page_text *)text)->key); }

struct slice api_page_text_find(const struct api_call *call, const char *key) {
  const struct page_text *text = bsearch(key, api_page_texts, api_page_text_count, sizeof *text, by_key);
  return text != NULL ? slice_str(api_words(call, text->vi, text->en)) : (struct slice){0};
}

static const char *escape_of(uint8_t c) {
  switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
  }
}

static void append_escaped(struct buf *out, struct slice text) {
  size_t plain = 0; /* what stands before this is written */
  for (size_t i = 0; i < text.len; i++) {
    const char *escape = escape_of(text.ptr[i]);
    if (escape != NULL) {
      buf_append(out, slice_sub(text, plain, i - plain));
      buf_append_str(out, escape);
      plain = i + 1;
    }
  }
  buf_append(out, slice_from(text, plain));
}

struct filling {
  const struct api_call *call;
  const struct page *page;
  struct buf *out;
  int hidden; /* how many blocks around here are dropped */
};

static struct slice value_of(const struct filling *filling, struct slice name) {
  for (size_t i = 0; i < filling->page->count; i++) {
    if (slice_is(name, filling->page->values[i].name)) {
      return filling->page->values[i].value;
    }
  }
  return (struct slice){0};
}

/* One {{...}}. */
static void fill_mark(struct filling *filling, struct slice mark) {
  struct slice name = slice_from(mark, 1);
  if (slice_starts(mark, S("#"))) {
    filling->hidden += filling->hidden > 0 || value_of(filling, name).len == 0;
  } else if (slice_starts(mark, S("/"))) {
    filling->hidden -= filling->hidden > 0;
  } else if (filling->hidden > 0) {
    return;
  } else if (slice_starts(mark, S(">"))) {
    buf_append(filling->out, value_of(filling, name));
  } else if (slice_starts(mark, S("t."))) {
    append_escaped(filling->out, api_page_text_find(filling->call, arena_cstr(filling->call->arena, slice_from(mark, 2))));
  } else {
    append_escaped(filling->out, value_of(filling, mark));
  }
}

struct slice api_page_fill(const struct api_call *call, const struct page *page) {
  struct slice rest = slice_str(find_template(page->name)->text);
  struct buf out;
  buf_init(&out, call->arena, rest.len + 1024);
  struct filling filling = {call, page, &out, 0};
  while (rest.len > 0) {
    const uint8_t *open = memmem(rest.ptr, rest.len, "{{", 2);
    const uint8_t *close = open == NULL ? NULL : memmem(open, rest.len - (size_t)(open - rest.ptr), "}}", 2);
    struct slice plain = close == NULL ? rest : slice_of(rest.ptr, (size_t)(open - rest.ptr));
    if (filling.hidden == 0) {
      buf_append(&out, plain);
    }
    if (close == NULL) {
      break;
    }
    fill_mark(&filling, slice_of(open + 2, (size_t)(close - open - 2)));
    rest = slice_from(rest, (size_t)(close + 2 - rest.ptr));
  }
  return buf_slice(&out);
}

/* This page in the other language: the rest of the query stays, so that nobody loses where they were going. */
static struct slice other_href(struct api_call *call) {
  struct url_form query;
  struct buf href;
  buf_init(&href, call->arena, 64);
  buf_append_str(&href, "?");
  if (call->http->request.method == HTTP_GET && is_ok(api_query(call, &query))) {
    for (size_t i = 0; i < query.count; i++) {
      if (!slice_is(query.fields[i].name, "lang")) {
        buf_printf(&href, "%.*s=%.*s&", SLICE_ARG(url_encode(call->arena, query.fields[i].name)), SLICE_ARG(url_encode(call->arena, query.fields[i].value)));
      }
    }
  }
  buf_append_str(&href, api_words(call, "lang=en", "lang=vi"));
  return buf_slice(&href);
}

void api_page_send(struct api_call *call, const struct page *page) {
  struct slice inner = api_page_fill(call, page);
  const char *title = (const char *)arena_printf(call->arena, "%s.title", page->name).ptr;
  const struct page layout = {
      .name = "layout",
      PAGE_VALUES({"lang", slice_str(api_words(call, "vi", "en"))}, {"title", api_page_text_find(call, title)},
                  {"other_href", other_href(call)},
                  {"demo", call->api->options.is_demo ? S("1") : S("")}, {"page", inner})};
  http_reply(call->http, page->status, "text/html; charset=utf-8", api_page_fill(call, &layout));
}

void api_error_page(struct api_call *call, int status, struct slice sentence) {
  const char *key = (const char *)arena_printf(call->arena, "error.%d_detail", status).ptr;
  api_page_send(call, &(const struct page){.name = "error",
                                       .status = status,
                                       PAGE_VALUES({"status", arena_printf(call->arena, "%d", status)}, {"heading", sentence},
                                                   {"detail", api_page_text_find(call, key)})});
}
