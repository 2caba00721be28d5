/* api/page.h: server-rendered pages: forms that work without script. (private to api/)
 * Templates and texts are src/api/pages/, embedded at build time; their language (no loops) is in src/api/pages/README.md.
 * Shapes     values are plain text; filling escapes them. A template names what it takes, and gets nothing else.
 */
#pragma once
#include "api/call.h"

struct page_text {
  const char *key;
  const char *vi;
  const char *en;
};
struct page_template {
  const char *name;
  const char *text;
  const char *names; /* all it mentions, a blank between */
};
/* Made by pages/embed.py: texts in the order of their keys, templates ended by {0}. */
extern const struct page_text api_page_texts[];
extern const size_t api_page_text_count;
extern const struct page_template api_page_templates[];

struct page_value {
  const char *name;
  struct slice value;
};
struct page {
  const char *name; /* "sign_in" */
  int status;
  const struct page_value *values;
  size_t count;
};
void api_page_send(struct api_call *call, const struct page *page);
/* The filled template alone: a row of a list, which the page around it then puts in with {{>name}}. status is not read. */
struct slice api_page_fill(const struct api_call *call, const struct page *page);
/* PAGE_VALUES({"pin", pin}, {"problem", problem}) sets values and count in an initialiser. */
#define PAGE_VALUES(...) \
  .values = (const struct page_value[]){__VA_ARGS__}, .count = sizeof((const struct page_value[]){__VA_ARGS__}) / sizeof(struct page_value)
/* The text of a key in the caller's language. */
struct slice api_page_text_find(const struct api_call *call, const char *key);
