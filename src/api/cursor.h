/* api/cursor.h: lists in pages. An answer's `next` names the last row it shows; `?after=` takes it and goes on behind that row, `?limit=` asks for
 * less than a whole page. (private to api/)
 * Shapes     a cursor is the row's sort key: whole numbers, a dot between. Callers must not look into it.
 * Promises   rows that were there when the first page was read are shown once each, whatever is added meanwhile.
 */
#pragma once
#include "api/call.h"

enum { API_CURSOR_KEYS_MAX = 3 };
struct api_cursor {
  size_t limit;
  bool is_first; /* from the beginning: keys hold nothing */
  int64_t keys[API_CURSOR_KEYS_MAX];
};
/* From the query. API_INPUT: not a cursor of `keys` numbers, or a limit outside 1 to page_max. */
MUST_USE result api_cursor_read(struct api_call *call, size_t keys, size_t page_max, struct api_cursor *ret_cursor);
/* "next": the key of the last row shown; last NULL: there is nothing behind it. */
void api_cursor_put(struct api_call *call, const int64_t *last, size_t keys);
