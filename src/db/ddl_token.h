/* db/ddl_token.h: the words and marks of a table definition. (private to db/)
 * Comments are skipped. A doubled quote within quotes reads as two tokens side by side, which copies just as well.
 */
#pragma once
#include "base/slice.h"

struct db_ddl_token {
  enum { T_END, T_WORD, T_QUOTED, T_MARK } type;
  struct slice text;
};

/* The token at or after *at; *at is then behind it. */
struct db_ddl_token db_ddl_token_next(struct slice text, size_t *at);
/* In any case. */
bool db_ddl_is_word(struct db_ddl_token token, const char *word);
bool db_ddl_is_mark(struct db_ddl_token token, char mark);
