#include "dossier/dossier.h"
/* last */
#include "base/unit_test.h"

/* [Circular 01/2018 Art 9; Decision 20/2020] both forms of agency code are in use. */
static void both_national_forms_parse(void **state) {
  (void)state;
  static const struct {
    const char *text, *agency;
    int64_t serial;
  } rows[] = {{"000.00.11.H26-240614-0001", "000.00.11.H26", 1},
              {"H26.11-240614-0001", "H26.11", 1},
              {"G01.26-261122-12345", "G01.26", 12345}};
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct dossier_code code;
    assert_ok(dossier_code_parse(&arena, slice_str(rows[i].text), &code));
    assert_true(slice_is(code.agency, rows[i].agency));
    assert_int_equal(code.serial, rows[i].serial);
    assert_true(slice_is(dossier_code_write(&arena, &code), rows[i].text));
  }
}

static void rejects_what_is_no_code(void **state) {
  (void)state;
  static const char *const wrong[] = {"",
                                      "H26.11",
                                      "H26.11-240614",
                                      "H26.11-240614-001",
                                      "H26.11-240631-0001",
                                      "H26.11-24061-0001",
                                      "h26.11-240614-0001",
                                      "H26..11-240614-0001",
                                      ".H26-240614-0001",
                                      "H26.-240614-0001",
                                      "H26.11-240614-0000",
                                      "H26.11-240614-0001-1",
                                      "H26.11-240614-00O1",
                                      "H26'--240614-0001",
                                      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-240614-0001"};
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct dossier_code code;
    assert_code(dossier_code_parse(&arena, slice_str(wrong[i]), &code), DOSSIER_CODE);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(both_national_forms_parse),
      cmocka_unit_test(rejects_what_is_no_code),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
