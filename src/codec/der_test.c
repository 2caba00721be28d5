#include "codec/der.h"

#include "base/unit_test.h"
#include "codec/hex.h"

static struct slice unhex(struct arena *arena, const char *text) {
  struct slice bytes = {0};
  assert_ok(hex_parse(slice_str(text), arena, &bytes));
  return bytes;
}

static void assert_hex(struct arena *arena, const struct buf *buf, const char *expected) {
  struct slice text = hex_write(arena, buf_slice(buf));
  if (!slice_is(text, expected)) {
    fail_msg("%.*s instead of %s", SLICE_ARG(text), expected);
  }
}

static void integers_are_minimal_both_ways(void **state) {
  (void)state;
  static const struct {
    int64_t number;
    const char *der;
  } rows[] = {
      {0, "020100"},
      {127, "02017f"},
      {128, "02020080"},
      {256, "02020100"},
      {-1, "0201ff"},
      {-128, "020180"},
      {-129, "0202ff7f"},
      {65537, "0203010001"},
      {INT64_MAX, "02087fffffffffffffff"},
      {INT64_MIN, "02088000000000000000"},
  };
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct buf out;
    buf_init(&out, &arena, 16);
    der_put_int(&out, rows[i].number);
    assert_hex(&arena, &out, rows[i].der);
    struct slice rest = buf_slice(&out);
    int64_t back = 0;
    assert_ok(der_read_int(&rest, &back));
    assert_true(back == rows[i].number);
  }
}

static void identifiers_round_trip(void **state) {
  (void)state;
  static const struct {
    const char *dotted;
    const char *der;
  } rows[] = {
      {"1.2.840.10045.4.3.2", "06082a8648ce3d040302"},
      {"2.5.4.3", "0603550403"},
      {"2.999.3", "0603883703"},
      {"0.4.0.1862.1.1", "060604008e460101"},
  };
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct buf out;
    buf_init(&out, &arena, 16);
    der_put_oid(&out, rows[i].dotted);
    assert_hex(&arena, &out, rows[i].der);
    struct slice rest = buf_slice(&out);
    struct slice back = {0};
    assert_ok(der_read_oid(&rest, &arena, &back));
    assert_true(slice_is(back, rows[i].dotted));
  }
}

static void times_change_form_in_2050(void **state) {
  (void)state;
  static const struct {
    int64_t instant_ms;
    const char *text;
    uint8_t tag;
  } rows[] = {
      {0, "700101000000Z", DER_UTC_TIME},
      {1717549200000, "240605010000Z", DER_UTC_TIME},
      {2524607999000, "491231235959Z", DER_UTC_TIME},
      {2524608000000, "20500101000000Z", DER_GENERALIZED_TIME}, /* [RFC5280 4.1.2.5 MUST] */
      {-631152000000, "500101000000Z", DER_UTC_TIME},
      {-631152001000, "19491231235959Z", DER_GENERALIZED_TIME},
  };
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct buf out;
    struct der_item item;
    buf_init(&out, &arena, 16);
    der_put_time(&out, rows[i].instant_ms);
    struct slice rest = buf_slice(&out);
    assert_ok(der_next(&rest, &item));
    assert_int_equal(item.tag, rows[i].tag);
    assert_true(slice_is(item.content, rows[i].text));
    rest = buf_slice(&out);
    int64_t back = 0;
    assert_ok(der_read_time(&rest, &back));
    assert_true(back == rows[i].instant_ms);
  }
}

static void sets_are_ordered_and_long_lengths_fit(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct buf out;
  buf_init(&out, &arena, 4);
  size_t set = der_open(&out, DER_SET);
  der_put(&out, DER_OCTET_STRING, S("b"));
  der_put(&out, DER_OCTET_STRING, S("aa"));
  der_put_int(&out, 5);
  der_put(&out, DER_OCTET_STRING, S("a"));
  der_close_set_of(&out, set);
  assert_hex(&arena, &out,
             "310d020105040161040162"
             "04026161");
  static const size_t lengths[] = {0, 127, 128, 255, 256, 65535, 65536};
  static const char *const headers[] = {"0400", "047f", "048180", "0481ff", "04820100", "0482ffff", "0483010000"};
  for (size_t i = 0; i < 7; i++) {
    struct slice content = slice_of(arena_alloc(&arena, lengths[i] + 1), lengths[i]);
    struct buf put;
    struct buf nested;
    buf_init(&put, &arena, 16);
    buf_init(&nested, &arena, 16);
    der_put(&put, DER_OCTET_STRING, content);
    size_t mark = der_open(&nested, DER_OCTET_STRING);
    buf_append(&nested, content);
    der_close(&nested, mark);
    assert_true(slice_eq(buf_slice(&put), buf_slice(&nested)));
    assert_true(slice_starts(hex_write(&arena, buf_slice(&put)), slice_str(headers[i])));
  }
}

enum reader { NEXT, INTEGER, UNSIGNED, BOOLEAN, BITS, OID, TIME };

static result read_as(enum reader reader, struct slice *rest, struct arena *arena) {
  struct der_item item;
  struct slice s;
  int64_t n = 0;
  bool b = false;
  switch (reader) {
    case NEXT:
      return der_next(rest, &item);
    case INTEGER:
      return der_read_int(rest, &n);
    case UNSIGNED:
      return der_read_unsigned(rest, &s);
    case BOOLEAN:
      return der_read_bool(rest, &b);
    case BITS:
      return der_read_bits(rest, &s);
    case OID:
      return der_read_oid(rest, arena, &s);
    case TIME:
      return der_read_time(rest, &n);
  }
  return OK;
}

static void refuses_what_is_ber_but_not_der(void **state) {
  (void)state;
  static const struct {
    enum reader reader;
    const char *der;
  } rows[] = {
      {NEXT, ""},
      {NEXT, "30"},
      {NEXT, "3080"}, /* indefinite [X690 10.1] */
      {NEXT, "30800000"},
      {NEXT, "308100"}, /* length not minimal */
      {NEXT, "30817f"},
      {NEXT, "3082007f"},
      {NEXT, "308500000000ff"},
      {NEXT, "30030201"},
      {NEXT, "1f8101"}, /* tag number above 30 */
      {INTEGER, "0200"},
      {INTEGER, "02020001"}, /* [X690 8.3.2] */
      {INTEGER, "0202ff80"},
      {INTEGER, "0209010000000000000000"},
      {INTEGER, "040101"},
      {UNSIGNED, "0201ff"},
      {BOOLEAN, "010101"}, /* [X690 11.1] */
      {BOOLEAN, "01020000"},
      {BITS, "0300"},
      {BITS, "03020780"},
      {OID, "0600"},
      {OID, "06022a86"},
      {OID, "06032a8001"},
      {OID, "060b2affffffffffffffffff7f"},
      {TIME, "170b323430363035303130305a"},     /* no seconds [RFC5280 4.1.2.5.1 MUST] */
      {TIME, "170d3234303630353031303030302b"}, /* no Z */
      {TIME, "170d3234313330353031303030305a"}, /* month 13 */
      {TIME, "1813323032343036303530313030302e30305a5a5a"},
      {TIME, "0400"},
  };
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct slice rest = unhex(&arena, rows[i].der);
    struct slice before = rest;
    result r = read_as(rows[i].reader, &rest, &arena);
    if (r.code != CODEC_DER_SYNTAX || rest.ptr != before.ptr) {
      fail_msg("accepts %s", rows[i].der);
    }
  }
}

static void reads_optional_fields_and_refuses_a_tail(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice rest = unhex(&arena,
                            "0101ff02020080"
                            "0302000a");
  bool b = false;
  struct slice s = {0};
  assert_true(der_is_next(rest, DER_BOOLEAN));
  assert_false(der_is_next(rest, DER_INTEGER));
  assert_ok(der_read_bool(&rest, &b));
  assert_true(b);
  assert_ok(der_read_unsigned(&rest, &s));
  assert_int_equal(s.len, 1);
  assert_code(der_end(rest), CODEC_DER_SYNTAX);
  assert_ok(der_read_bits(&rest, &s));
  assert_int_equal(s.ptr[0], 10);
  assert_ok(der_end(rest));
  assert_false(der_is_next(rest, DER_BOOLEAN));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(integers_are_minimal_both_ways),  cmocka_unit_test(identifiers_round_trip),
      cmocka_unit_test(times_change_form_in_2050),       cmocka_unit_test(sets_are_ordered_and_long_lengths_fit),
      cmocka_unit_test(refuses_what_is_ber_but_not_der), cmocka_unit_test(reads_optional_fields_and_refuses_a_tail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
