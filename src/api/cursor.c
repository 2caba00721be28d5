#include "api/cursor.h"

#include "base/number.h"

static result parse(struct slice text, size_t keys, int64_t *ret_keys) {
  for (size_t i = 0; i < keys; i++) {
    struct slice number = i + 1 < keys ? slice_cut(&text, '.') : text;
    if (!is_ok(number_parse(number, &ret_keys[i]))) {
      FAIL(API_INPUT, "not a cursor of this list");
    }
  }
  return OK;
}

result api_cursor_read(struct api_call *call, size_t keys, size_t page_max, struct api_cursor *ret_cursor) {
  struct api_cursor cursor = {.limit = page_max, .is_first = true};
  struct url_form query;
  struct slice text;
  TRY(api_query(call, &query));
  if (url_form_find(&query, "after", &text)) {
    cursor.is_first = false;
    TRY(parse(text, keys, cursor.keys));
  }
  if (url_form_find(&query, "limit", &text)) {
    int64_t limit = 0;
    if (!is_ok(number_parse(text, &limit)) || limit < 1 || limit > (int64_t)page_max) {
      FAIL(API_INPUT, "a page has 1 to %zu rows", page_max);
    }
    cursor.limit = (size_t)limit;
  }
  *ret_cursor = cursor;
  return OK;
}

void api_cursor_put(struct api_call *call, const int64_t *last, size_t keys) {
  if (last == NULL) {
    jout_put_null(&call->out, "next");
    return;
  }
  struct slice text = {0};
  for (size_t i = 0; i < keys; i++) {
    text = arena_printf(call->arena, "%.*s%s%lld", SLICE_ARG(text), i > 0 ? "." : "", (long long)last[i]);
  }
  jout_put_text(&call->out, "next", text);
}
