#include "codec/cin.h"

#include "base/unit_test.h"
#include "codec/hex.h"

static result parse_hex(struct arena *arena, const char *text, const struct cin **ret_value) {
  struct slice bytes = {0};
  assert_ok(hex_parse(slice_str(text), arena, &bytes));
  return cin_parse(arena, bytes, ret_value);
}

/* [W19 accepts] values in their canonical form */
static void reads_canonical_values(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  const struct cin *value = NULL;
  assert_ok(parse_hex(&arena, "a401020326200121820a43010203", &value)); /* {1: 2, 3: -7, -1: 1, -2: [10, h'010203']} */
  assert_int_equal(value->type, CIN_MAP);
  assert_int_equal(value->count, 4);
  assert_int_equal(cin_find_int(value, 3)->number, -7);
  const struct cin *list = NULL;
  assert_ok(cin_expect_int(value, -2, CIN_LIST, &list));
  assert_int_equal(list->count, 2);
  assert_int_equal(list->items[0].number, 10);
  assert_int_equal(list->items[1].bytes.len, 3);
  assert_code(cin_expect_int(value, -2, CIN_MAP, &list), CODEC_CBOR_SYNTAX);
  assert_null(cin_find(value, "fmt"));

  assert_ok(parse_hex(&arena, "a26161f563666d74646e6f6e65", &value)); /* {"a": true, "fmt": "none"} */
  assert_true(cin_find(value, "a")->boolean);
  assert_true(slice_is(cin_find(value, "fmt")->bytes, "none"));
  assert_ok(parse_hex(&arena, "1b7fffffffffffffff", &value));
  assert_true(value->number == INT64_MAX);
  assert_ok(parse_hex(&arena, "3b7fffffffffffffff", &value));
  assert_true(value->number == INT64_MIN);
  assert_ok(parse_hex(&arena, "f6", &value));
  assert_int_equal(value->type, CIN_NULL);
}

/* [W19 refuses] every other form of a value [FIDO CTAP 2.1 8 MUST] */
static void refuses_other_forms(void **state) {
  (void)state;
  static const char *const broken[] = {
      "",                   /* nothing */
      "0101",               /* a second value */
      "1817",               /* 23 in two bytes */
      "1900ff",             /* 255 in three */
      "1a0000ffff",         /* 65,535 in five */
      "1b00000000ffffffff", /* in nine */
      "18",                 /* cut short */
      "1bffffffffffffffff", /* beyond int64 */
      "3b8000000000000000", /* beyond int64 */
      "4301",               /* bytes cut short */
      "5803010203",         /* length 3 in two bytes */
      "62c328",             /* text that is not UTF-8 */
      "5f4101ff",           /* indefinite bytes */
      "9f01ff",             /* indefinite list */
      "bf0101ff",           /* indefinite map */
      "a201020103",         /* a name twice */
      "a202020101",         /* names out of order */
      "a261620161610f",     /* text names out of order */
      "a2616101006101",     /* types out of order */
      "a2626161016162",     /* longer before shorter */
      "a1400a",             /* a name of bytes */
      "c001",               /* a tag */
      "f93c00",             /* floating point */
      "f7",                 /* undefined */
      "f818",               /* a simple value in two bytes */
      "f4f4",               /* two values */
      "1c",                 /* reserved */
      "818181818101",       /* five levels */
      "9affffffff",         /* more items than bytes */
      "bb7fffffffffffffff", /* more pairs than bytes */
      "a101",               /* a name without a value */
  };
  for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
    struct arena arena CLEANUP(arena_free);
    arena_init(&arena);
    const struct cin *value = NULL;
    if (!is_code(parse_hex(&arena, broken[i], &value), CODEC_CBOR_SYNTAX)) {
      fail_msg("accepted %s", broken[i]);
    }
  }
}

static void bounds_the_tree(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  uint8_t many[3 + CIN_VALUES_MAX] = {0x99, CIN_VALUES_MAX >> 8, CIN_VALUES_MAX & 0xFF};
  const struct cin *value = NULL;
  assert_code(cin_parse(&arena, slice_of(many, sizeof many), &value), CODEC_CBOR_SYNTAX);
  many[0] = 0x98;
  many[1] = CIN_VALUES_MAX - 1;
  assert_ok(cin_parse(&arena, slice_of(many, 2 + CIN_VALUES_MAX - 1), &value));
}

static void cuts_one_value_off(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice rest = S("\x01\x61\x61");
  const struct cin *value = NULL;
  assert_ok(cin_next(&arena, &rest, &value));
  assert_int_equal(value->number, 1);
  assert_ok(cin_next(&arena, &rest, &value));
  assert_true(slice_is(value->bytes, "a"));
  assert_code(cin_next(&arena, &rest, &value), CODEC_CBOR_SYNTAX);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_canonical_values),
      cmocka_unit_test(refuses_other_forms),
      cmocka_unit_test(bounds_the_tree),
      cmocka_unit_test(cuts_one_value_off),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
