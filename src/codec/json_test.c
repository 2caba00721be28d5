#include <string.h>

#include "base/unit_test.h"
#include "codec/jin.h"
#include "codec/jout.h"

static const char *const categories[] = {"child", "elderly", NULL};
static const char *const known[] = {"copies", "note", "when", "born", "flag", "applicant", "kind", NULL};

/* What an endpoint does with a body: the whole decoder, so that every refusal runs through the same code. */
static result decode(struct jin_doc *doc, struct slice text) {
  const struct jin *root = NULL;
  const struct jin *list = NULL;
  const struct jin *applicant = NULL;
  int64_t copies = 0;
  int64_t when_ms = 0;
  int32_t born = 0;
  bool flag = false;
  struct slice note = {0};
  size_t word = 0;
  TRY(jin_parse(doc, text, &root));
  TRY(jin_fields(root, known));
  TRY(jin_int(root, "copies", 1, 20, &copies));
  TRY(jin_text_optional(root, "note", 5, &note));
  TRY(jin_bool_optional(root, "flag", &flag));
  if (jin_has(root, "when")) {
    TRY(jin_instant(root, "when", &when_ms));
  }
  TRY(jin_date_optional(root, "born", &born));
  if (!jin_has(root, "applicant")) {
    return OK;
  }
  TRY(jin_object(root, "applicant", &applicant));
  TRY(jin_list(applicant, "categories", 2, &list));
  for (size_t i = 0; i < list->count; i++) {
    TRY(jin_as_word(&list->items[i], categories, &word));
  }
  return OK;
}

static void refuses_each_wrong_field_with_its_path(void **state) {
  (void)state;
  static const struct {
    const char *text;
    uint16_t code;
    const char *path;
  } rows[] = {
      {"{\"copies\":2}", 0, ""},
      {"{\"copies\":2,\"note\":null}", 0, ""},
      {"{\"copies\":2,\"note\":\"abcde\",\"flag\":true,\"when\":\"2024-06-05T08:00:00+07:00\",\"born\":\"2000-02-29\"}",
       0, ""},
      {"{\"copies\":1,\"applicant\":{\"categories\":[\"child\",\"elderly\"]}}", 0, ""},
      {"{}", CODEC_JSON_FIELD_MISSING, "/copies"},
      {"{\"copies\":null}", CODEC_JSON_FIELD_MISSING, "/copies"},
      {"{\"copies\":\"2\"}", CODEC_JSON_TYPE, "/copies"},
      {"{\"copies\":2.0}", CODEC_JSON_TYPE, "/copies"},
      {"{\"copies\":0}", CODEC_JSON_VALUE, "/copies"},
      {"{\"copies\":21}", CODEC_JSON_VALUE, "/copies"},
      {"{\"copies\":1,\"x/y~z\":1}", CODEC_JSON_FIELD_UNKNOWN, "/x~1y~0z"},
      {"{\"copies\":1,\"note\":\"abcdef\"}", CODEC_JSON_VALUE, "/note"},
      {"{\"copies\":1,\"note\":7}", CODEC_JSON_TYPE, "/note"},
      {"{\"copies\":1,\"flag\":1}", CODEC_JSON_TYPE, "/flag"},
      {"{\"copies\":1,\"when\":\"2024-06-05\"}", CODEC_JSON_VALUE, "/when"},
      {"{\"copies\":1,\"born\":\"2023-02-29\"}", CODEC_JSON_VALUE, "/born"},
      {"{\"copies\":1,\"applicant\":[]}", CODEC_JSON_TYPE, "/applicant"},
      {"{\"copies\":1,\"applicant\":{}}", CODEC_JSON_FIELD_MISSING, "/applicant/categories"},
      {"{\"copies\":1,\"applicant\":{\"categories\":[\"child\",\"student\"]}}", CODEC_JSON_VALUE,
       "/applicant/categories/1"},
      {"{\"copies\":1,\"applicant\":{\"categories\":[\"child\",\"child\",\"child\"]}}", CODEC_JSON_VALUE,
       "/applicant/categories"},
      {"[]", CODEC_JSON_TYPE, ""},
      {"{\"copies\":1,\"copies\":2}", CODEC_JSON_SYNTAX, ""},
      {"{\"copies\":99999999999999999999}", CODEC_JSON_LIMIT, ""},
      {"{\"copies\":1}x", CODEC_JSON_SYNTAX, ""},
      {"{\"copies\":1,}", CODEC_JSON_SYNTAX, ""},
      {"{\"copies\":1,\"note\":\"\\u0000\"}", CODEC_JSON_SYNTAX, ""},
      {"{\"copies\":1,\"note\":\"\xC3\"}", CODEC_JSON_SYNTAX, ""},
      {"{\"copies\":1,\"note\":\"\\ud800\"}", CODEC_JSON_SYNTAX, ""},
      {"\"text\"", CODEC_JSON_SYNTAX, ""},
      {"", CODEC_JSON_SYNTAX, ""},
  };
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct jin_doc doc;
    jin_doc_init(&doc, &arena, JIN_LIMITS_DEFAULT);
    result r = decode(&doc, slice_str(rows[i].text));
    if (r.code != rows[i].code || doc.fault.code != rows[i].code || !slice_is(doc.fault.path, rows[i].path)) {
      fail_msg("%s: code 0x%04x, path %.*s", rows[i].text, r.code, SLICE_ARG(doc.fault.path));
    }
  }
}

static void refuses_documents_beyond_their_limits(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct jin_limits limits = {40, 3, 6};
  static const struct {
    const char *text;
    uint16_t code;
  } rows[] = {
      {"[[[1]]]", 0},
      {"[[[[1]]]]", CODEC_JSON_LIMIT},
      {"[1,2,3,4,5,6]", CODEC_JSON_LIMIT},
      {"[1,2,3,4,5]", 0},
      {"[\"[[[[,,,,,,\\\"[[[[\"]", 0},
      {"[\"012345678901234567890123456789012345\"]", 0},
      {"[\"0123456789012345678901234567890123456\"]", CODEC_JSON_LIMIT},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct jin_doc doc;
    const struct jin *root = NULL;
    jin_doc_init(&doc, &arena, limits);
    assert_code(jin_parse(&doc, slice_str(rows[i].text), &root), rows[i].code);
  }
}

static void keeps_a_path_short_when_the_sender_s_name_is_long(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct buf text;
  buf_init(&text, &arena, 64);
  buf_append_str(&text, "{\"");
  for (int i = 0; i < 5000; i++) {
    buf_append_str(&text, "đ");
  }
  buf_append_str(&text, "\":1}");
  struct jin_doc doc;
  jin_doc_init(&doc, &arena, JIN_LIMITS_DEFAULT);
  assert_code(decode(&doc, buf_slice(&text)), CODEC_JSON_FIELD_UNKNOWN);
  assert_int_equal(doc.fault.path.len, 129);
}

static void escapes_what_json_demands_and_repairs_broken_utf8(void **state) {
  (void)state;
  static const struct {
    struct slice text;
    const char *json;
  } rows[] = {
      {S_INIT("Nguyễn Văn Đức"), "\"Nguyễn Văn Đức\""},
      {S_INIT("a\"b\\c\n\r\t\x01\x7F"), "\"a\\\"b\\\\c\\n\\r\\t\\u0001\x7F\""},
      {S_INIT("a\xC3"
              "b"),
       "\"a\xEF\xBF\xBD"
       "b\""},
      {S_INIT("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""}, /* a surrogate */
      {S_INIT("\xC0\xAF"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},                 /* overlong */
      {S_INIT("\xE0\x80\xAF"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""}, /* overlong in three */
      {S_INIT("ệ\xE1\xBB"), "\"ệ\xEF\xBF\xBD\xEF\xBF\xBD\""},       /* cut off */
      {S_INIT("ộ\"đ\nऄ한😀"), "\"ộ\\\"đ\\nऄ한😀\""},                   /* E0, ED and four bytes */
      {S_INIT("x\0y"), "\"x\\u0000y\""},
      {S_INIT(""), "\"\""},
  };
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct buf buf;
    struct jout out;
    buf_init(&buf, &arena, 16);
    jout_init(&out, &buf);
    jout_text(&out, rows[i].text);
    if (!slice_is(buf_slice(&buf), rows[i].json)) {
      fail_msg("row %zu: %.*s", i, (int)buf.len, (const char *)buf.ptr);
    }
  }
}

static void puts_commas_where_they_belong(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct buf buf;
  struct jout out;
  buf_init(&buf, &arena, 16);
  jout_init(&out, &buf);
  jout_object(&out);
  jout_put_int(&out, "least", INT64_MIN);
  jout_put_int(&out, "most", INT64_MAX);
  jout_put_list(&out, "list");
  jout_int(&out, 0);
  jout_list(&out);
  jout_list_end(&out);
  jout_object(&out);
  jout_object_end(&out);
  jout_bool(&out, true);
  jout_list_end(&out);
  jout_put_object(&out, "in");
  jout_put_null(&out, "a");
  jout_put_text_or_null(&out, "b", (struct slice){0});
  jout_put_str(&out, "c", "d");
  jout_object_end(&out);
  jout_put_raw(&out, "raw", S("[1,2]"));
  jout_put_date(&out, "on", 0);
  jout_put_bool(&out, "last", false);
  jout_object_end(&out);
  assert_true(
      slice_is(buf_slice(&buf),
               "{\"least\":-9223372036854775808,\"most\":9223372036854775807,\"list\":[0,[],{},true],"
               "\"in\":{\"a\":null,\"b\":null,\"c\":\"d\"},\"raw\":[1,2],\"on\":\"1970-01-01\",\"last\":false}"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(refuses_each_wrong_field_with_its_path),
      cmocka_unit_test(refuses_documents_beyond_their_limits),
      cmocka_unit_test(keeps_a_path_short_when_the_sender_s_name_is_long),
      cmocka_unit_test(escapes_what_json_demands_and_repairs_broken_utf8),
      cmocka_unit_test(puts_commas_where_they_belong),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
