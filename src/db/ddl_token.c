#include "db/ddl_token.h"

#include <ctype.h>
#include <strings.h>

bool db_ddl_is_word(struct db_ddl_token token, const char *word) {
  return token.type == T_WORD && token.text.len == strlen(word) &&
         strncasecmp((const char *)token.text.ptr, word, token.text.len) == 0;
}

bool db_ddl_is_mark(struct db_ddl_token token, char mark) {
  return token.type == T_MARK && token.text.ptr[0] == (uint8_t)mark;
}

static size_t space_end(struct slice text, size_t at) {
  for (;;) {
    while (at < text.len && isspace(text.ptr[at])) {
      at++;
    }
    if (at + 1 >= text.len || text.ptr[at] != '-' || text.ptr[at + 1] != '-') {
      return at;
    }
    at = slice_find(text, '\n', at);
  }
}

struct db_ddl_token db_ddl_token_next(struct slice text, size_t *at) {
  struct db_ddl_token token = {0};
  size_t start = space_end(text, *at);
  size_t end = start;
  if (start < text.len) {
    uint8_t first = text.ptr[start];
    end = start + 1;
    if (isalnum(first) || first == '_') {
      token.type = T_WORD;
      while (end < text.len && (isalnum(text.ptr[end]) || text.ptr[end] == '_')) {
        end++;
      }
    } else if (first == '\'' || first == '"') {
      token.type = T_QUOTED;
      end = slice_find(text, first, end);
      end = end < text.len ? end + 1 : end;
    } else {
      token.type = T_MARK;
    }
  }
  token.text = slice_sub(text, start, end - start);
  *at = end;
  return token;
}
