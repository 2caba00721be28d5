#include <ctype.h>

#include "base/unit_test.h"
#include "codec/base64.h"
#include "codec/base64url.h"
#include "codec/hex.h"
#include "codec/qr.h"
#include "codec/url.h"
#include "codec/utf8.h"

static struct arena arena;

static int setup(void **state) {
  (void)state;
  arena_init(&arena);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  arena_free(&arena);
  return 0;
}

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

static void base64_round_trips_published_vectors(void **state) {
  (void)state;
  static const struct {
    const char *bytes;
    const char *standard;
    const char *for_urls;
  } rows[] = {
      /* [RFC4648 10] */
      {"", "", ""},
      {"f", "Zg==", "Zg"},
      {"fo", "Zm8=", "Zm8"},
      {"foo", "Zm9v", "Zm9v"},
      {"foob", "Zm9vYg==", "Zm9vYg"},
      {"fooba", "Zm9vYmE=", "Zm9vYmE"},
      {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
      {"\xFB\xFF\xFE", "+//+", "-__-"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct slice bytes = {0};
    assert_true(slice_is(base64_write(&arena, slice_str(rows[i].bytes)), rows[i].standard));
    assert_true(slice_is(base64url_write(&arena, slice_str(rows[i].bytes)), rows[i].for_urls));
    assert_ok(base64_parse(slice_str(rows[i].standard), &arena, &bytes));
    assert_true(slice_is(bytes, rows[i].bytes));
    assert_ok(base64url_parse(slice_str(rows[i].for_urls), &arena, &bytes));
    assert_true(slice_is(bytes, rows[i].bytes));
  }
}

static void refuses_base64_with_a_second_spelling(void **state) {
  (void)state;
  static const char *const standard[] = {
      "Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zm9v\n", "Zm 9", "-__-", "Zg==Zg=="};
  static const char *const for_urls[] = {"Zg==", "Zh", "Zm9", "Z", "+//+", "Zm9v ", "Zm9v\n", "Zm9vZ"};
  struct slice bytes = {0};
  for (size_t i = 0; i < COUNT(standard); i++) {
    assert_code(base64_parse(slice_str(standard[i]), &arena, &bytes), CODEC_BASE64_SYNTAX);
  }
  for (size_t i = 0; i < COUNT(for_urls); i++) {
    assert_code(base64url_parse(slice_str(for_urls[i]), &arena, &bytes), CODEC_BASE64_SYNTAX);
  }
}

static void hex_reads_both_cases_and_refuses_the_rest(void **state) {
  (void)state;
  struct slice bytes = {0};
  assert_ok(hex_parse(S("00fFA9"), &arena, &bytes));
  assert_true(slice_is(hex_write(&arena, bytes), "00ffa9"));
  static const char *const wrong[] = {"0", "0g", "g0", " 0", "0x", "@0", "`0"};
  for (size_t i = 0; i < COUNT(wrong); i++) {
    assert_code(hex_parse(slice_str(wrong[i]), &arena, &bytes), CODEC_HEX_SYNTAX);
  }
}

static void url_escapes_round_trip(void **state) {
  (void)state;
  struct slice decoded = {0};
  assert_true(slice_is(url_encode(&arena, S("Đ a+b/c?d=e&f~g")), "%C4%90%20a%2Bb%2Fc%3Fd%3De%26f~g"));
  for (int c = 0; c < 256; c++) { /* [RFC3986 2.3] */
    const uint8_t byte = (uint8_t)c;
    bool is_unreserved = c < 128 && (isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~');
    struct slice encoded = url_encode(&arena, slice_of(&byte, 1));
    assert_int_equal(encoded.len, is_unreserved ? 1 : 3);
    assert_ok(url_decode(encoded, &arena, &decoded));
    assert_true(slice_eq(decoded, slice_of(&byte, 1)));
  }
  assert_ok(url_decode(S("%C4%90%20a+b"), &arena, &decoded));
  assert_true(slice_is(decoded, "Đ a+b"));
  static const char *const wrong[] = {"%", "%4", "a%", "%zz", "%4g", "%-1", "ab%2"};
  for (size_t i = 0; i < COUNT(wrong); i++) {
    assert_code(url_decode(slice_str(wrong[i]), &arena, &decoded), CODEC_URL_SYNTAX);
  }
}

static void forms_are_read_and_refused(void **state) {
  (void)state;
  struct url_form form = {0};
  struct buf written;
  buf_init(&written, &arena, 16);
  url_form_put(&written, "name", S("Nguyễn Văn Đức"));
  url_form_put(&written, "a&b", S("1=2"));
  url_form_put(&written, "none", S(""));
  assert_ok(url_form_parse(buf_slice(&written), &arena, &form));
  assert_int_equal(form.count, 3);
  assert_true(slice_is(url_form_get(&form, "name"), "Nguyễn Văn Đức"));
  assert_true(slice_is(url_form_get(&form, "a&b"), "1=2"));
  struct slice value = S("untouched");
  assert_true(url_form_find(&form, "none", &value));
  assert_int_equal(value.len, 0);
  assert_false(url_form_find(&form, "other", &value));
  assert_ok(url_form_parse(S("q=a+b&&flag&x=1%3D"), &arena, &form));
  assert_int_equal(form.count, 3);
  assert_true(slice_is(url_form_get(&form, "q"), "a b"));
  static const struct {
    const char *text;
    uint16_t code;
  } wrong[] = {
      {"a=1&a=2", CODEC_FORM_DUPLICATE}, {"a=1&%61=2", CODEC_FORM_DUPLICATE}, {"a=%", CODEC_URL_SYNTAX},
      {"%zz=1", CODEC_URL_SYNTAX},       {"a=%00", CODEC_UTF8_INVALID},       {"a=%ff", CODEC_UTF8_INVALID},
  };
  for (size_t i = 0; i < COUNT(wrong); i++) {
    assert_code(url_form_parse(slice_str(wrong[i].text), &arena, &form), wrong[i].code);
  }
  struct buf many;
  buf_init(&many, &arena, 16);
  for (int i = 0; i <= URL_FORM_FIELDS_MAX; i++) {
    buf_printf(&many, "f%d=1&", i);
  }
  assert_code(url_form_parse(buf_slice(&many), &arena, &form), CODEC_FORM_LIMIT);
  struct slice longest = slice_of(arena_alloc(&arena, URL_FORM_VALUE_BYTES_MAX + 1), URL_FORM_VALUE_BYTES_MAX + 1);
  memset((void *)(uintptr_t)longest.ptr, 'x', longest.len);
  assert_code(url_form_parse(longest, &arena, &form), CODEC_FORM_LIMIT);
}

static void refuses_bytes_that_are_not_utf8(void **state) {
  (void)state;
  static const struct slice wrong[] = {
      S_INIT("\x80"),
      S_INIT("\xC3"),
      S_INIT("\xC0\x80"),
      S_INIT("\xE0\x80\x80"),
      S_INIT("\xF0\x80\x80\x80"),
      S_INIT("\xED\xA0\x80"),
      S_INIT("\xF4\x90\x80\x80"),
      S_INIT("\xF8\x88\x80\x80\x80"),
      S_INIT("\xE1\xBA"),
      S_INIT("a\xFF"),
  };
  struct slice out = {0};
  for (size_t i = 0; i < COUNT(wrong); i++) {
    assert_false(utf8_is_valid(wrong[i]));
    assert_false(utf8_is_line(wrong[i]));
    assert_code(utf8_nfc(wrong[i], &arena, &out), CODEC_UTF8_INVALID);
    assert_code(utf8_search_fold(wrong[i], &arena, &out), CODEC_UTF8_INVALID);
  }
  assert_true(utf8_is_valid(S("\xF4\x8F\xBF\xBD đ")));
  assert_false(utf8_is_line(S("a\nb")));
  assert_false(
      utf8_is_line(S("a\xE2\x80\xAE"
                     "b"))); /* right-to-left override */
  assert_false(utf8_is_line(S("a\xC2\x85")));
  assert_true(utf8_is_line(S("Nguyễn Văn Đức, 12/3 Lê Lợi")));
  assert_true(utf8_is_text(S("Lý do:\n\t1. thiếu\r\n")));
  assert_false(utf8_is_text(S("a\x07")));
  assert_false(utf8_is_text(S("a\xE2\x80\xAE" "b")));
  assert_false(utf8_is_text(S("a\xE2\x81\xA6" "b")));
  assert_false(utf8_is_text(S("a\xFF")));
}

static void composes_and_folds_vietnamese(void **state) {
  (void)state;
  struct slice out = {0};
  /* e + circumflex + tilde becomes one character */
  assert_ok(utf8_nfc(S("Nguye\xCC\x82\xCC\x83n"), &arena, &out));
  assert_true(slice_is(out, "Nguyễn"));
  assert_int_equal(utf8_count(out), 6);
  static const char *const folds[][2] = {
      {"NGUYỄN  Văn   Đức ", "nguyen van duc"},
      {"Nguye\xCC\x82\xCC\x83n", "nguyen"},
      {" đĐ ", "dd"},
      {"Ð\xC6\x89", "dd"},
      {"Thừa Thiên\xC2\xA0Huế", "thua thien hue"},
      {"ĂÂÊÔƠƯ ăâêôơư", "aaeoou aaeoou"},
      {"\tA\nB", "a b"},
      {"", ""},
      {"   ", ""},
  };
  for (size_t i = 0; i < COUNT(folds); i++) {
    assert_ok(utf8_search_fold(slice_str(folds[i][0]), &arena, &out));
    if (!slice_is(out, folds[i][1])) {
      fail_msg("%s folds to '%.*s'", folds[i][0], SLICE_ARG(out));
    }
  }
  assert_ok(utf8_upper(S("nguyễn văn đức"), &arena, &out));
  assert_true(slice_is(out, "NGUYỄN VĂN ĐỨC"));
}

static void masks_the_middle(void **state) {
  (void)state;
  assert_true(slice_is(utf8_mask_middle(&arena, S("001099012345"), 2, 2), "00********45"));
  assert_true(slice_is(utf8_mask_middle(&arena, S("Đức"), 1, 0), "Đ**"));
  assert_true(slice_is(utf8_mask_middle(&arena, S("0123"), 2, 2), "****"));
  assert_true(slice_is(utf8_mask_middle(&arena, S(""), 2, 2), ""));
}

static void qr_codes_have_finders_and_limits(void **state) {
  (void)state;
  struct qr qr = {0};
  assert_ok(qr_make(S("https://danh.example/check?c=H26.11-240614-0001"), QR_MEDIUM, &arena, &qr));
  assert_int_equal((qr.size - 17) % 4, 0);
  for (int i = 0; i < 7; i++) { /* the top side of the finder pattern */
    assert_true(qr_is_dark(&qr, 0, i));
    assert_true(qr_is_dark(&qr, 0, qr.size - 1 - i));
  }
  assert_false(qr_is_dark(&qr, 1, 1));
  struct slice svg = qr_svg(&arena, &qr, S("a<b&c"));
  assert_true(slice_starts(svg, S("<svg ")) && slice_ends(svg, S("</svg>")));
  assert_non_null(memmem(svg.ptr, svg.len, "a&lt;b&amp;c", 12));
  struct slice longest = slice_of(arena_alloc(&arena, 3000), 3000);
  assert_code(qr_make(longest, QR_LOW, &arena, &qr), CODEC_QR_TOO_LONG);
  assert_code(qr_make(slice_sub(longest, 0, 2332), QR_MEDIUM, &arena, &qr), CODEC_QR_TOO_LONG);
  assert_code(qr_make(S(""), QR_LOW, &arena, &qr), CODEC_QR_TOO_LONG);
  assert_ok(qr_make(slice_sub(longest, 0, 2953), QR_LOW, &arena, &qr));
  assert_int_equal(qr.size, 177);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(base64_round_trips_published_vectors),
      cmocka_unit_test(refuses_base64_with_a_second_spelling),
      cmocka_unit_test(hex_reads_both_cases_and_refuses_the_rest),
      cmocka_unit_test(url_escapes_round_trip),
      cmocka_unit_test(forms_are_read_and_refused),
      cmocka_unit_test(refuses_bytes_that_are_not_utf8),
      cmocka_unit_test(composes_and_folds_vietnamese),
      cmocka_unit_test(masks_the_middle),
      cmocka_unit_test(qr_codes_have_finders_and_limits),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
