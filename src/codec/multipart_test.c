#include "codec/multipart.h"

/* keep behind the headers under test */
#include "base/unit_test.h"

#define TYPE "multipart/form-data; boundary=----x1"
#define TEXT(name, value) "------x1\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" value "\r\n"
#define FILE_PART(name, value) \
  "------x1\r\nContent-Disposition: form-data; name=\"" name "\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n" value "\r\n"
#define END "------x1--\r\n"

/* [RFC7578 4.2 MUST] */
static void reads_what_browsers_send(void **state) {
  (void)state;
  struct multipart_form form;
  assert_ok(multipart_parse(S(TYPE), S(TEXT("step", "portrait") TEXT("empty", "") FILE_PART("portrait", "\x89PNG\r\n--no end\0") END), &form));
  assert_int_equal(form.count, 3);
  assert_true(slice_is(multipart_text(&form, "step"), "portrait") && slice_empty(multipart_text(&form, "empty")));
  assert_true(slice_eq(multipart_file(&form, "portrait"), S("\x89PNG\r\n--no end\0")));
  assert_true(slice_empty(multipart_text(&form, "portrait")) && slice_empty(multipart_file(&form, "step")));
  assert_ok(multipart_parse(S("Multipart/Form-Data; boundary=\"----x1\""), S(TEXT("a", "b") "------x1--"), &form));
}

static void refuses_every_other_form(void **state) {
  (void)state;
  static const struct {
    const char *type;
    struct slice body;
    uint16_t code;
  } cases[] = {
      {"application/x-www-form-urlencoded", S_INIT("a=b"), CODEC_URL_SYNTAX},
      {"multipart/form-data", S_INIT(TEXT("a", "b") END), CODEC_URL_SYNTAX},
      {"multipart/mixed; boundary=----x1", S_INIT(TEXT("a", "b") END), CODEC_URL_SYNTAX},
      {"multipart/form-data; boundary=\"--\x01\"", S_INIT(TEXT("a", "b") END), CODEC_URL_SYNTAX},
      {TYPE, S_INIT("preamble\r\n" TEXT("a", "b") END), CODEC_URL_SYNTAX},
      {TYPE, S_INIT(TEXT("a", "b") END "epilogue"), CODEC_URL_SYNTAX},
      {TYPE, S_INIT(TEXT("a", "b")), CODEC_URL_SYNTAX},
      {TYPE, S_INIT("------x1\r\n\r\nb\r\n" END), CODEC_URL_SYNTAX},
      {TYPE, S_INIT("------x1\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nb\r\n" END), CODEC_URL_SYNTAX},
      {TYPE, S_INIT("------x1\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: base64\r\n\r\nb\r\n" END), CODEC_URL_SYNTAX},
      {TYPE, S_INIT("------x1\r\nContent-Disposition: form-data; name=\"a\""), CODEC_URL_SYNTAX},
      {TYPE, S_INIT(TEXT("a", "b") TEXT("a", "c") END), CODEC_FORM_DUPLICATE},
      {TYPE, S_INIT(TEXT("a", "\xff") END), CODEC_UTF8_INVALID},
      {TYPE, S_INIT(""), CODEC_URL_SYNTAX},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct multipart_form form;
    result parsed = multipart_parse(slice_str(cases[i].type), cases[i].body, &form);
    if (!is_code(parsed, cases[i].code)) {
      fail_msg("case %zu: %u", i, parsed.code);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(reads_what_browsers_send), cmocka_unit_test(refuses_every_other_form)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
