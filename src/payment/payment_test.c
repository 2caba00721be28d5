#include "db/engine_fixture.h"
#include "payment/payment.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/unit_test.h"

struct fixture {
  char path[64];
  struct arena arena;
  struct clock clock;
  struct random random;
  struct env env;
  struct payment_request request;
  struct payment_notification notification;
  struct payment_outcome outcome;
  struct slice refund_reasons[4]; /* newest first */
  size_t refund_count;
};

static result create(struct db_tx *tx, void *arg) {
  struct fixture *f = arg;
  return payment_request_create(&f->env, tx, &f->arena, &f->request);
}
static result apply(struct db_tx *tx, void *arg) {
  struct fixture *f = arg;
  return payment_apply(&f->env, tx, &f->arena, &f->notification, &f->outcome);
}
static result cancel(struct db_tx *tx, void *arg) {
  struct fixture *f = arg;
  TRY(payment_request_load(tx, &f->arena, 7, S("H26.11-240614-0001"), &f->request));
  return payment_request_cancel(&f->env, tx, &f->request, true);
}
static result list(struct db_tx *tx, void *arg) {
  struct fixture *f = arg;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT reason FROM payment_refund ORDER BY refund_id DESC LIMIT 4", DB_NO_ARGS, &rows));
  for (f->refund_count = 0; db_rows_next(&rows); f->refund_count++) {
    f->refund_reasons[f->refund_count] = db_text_copy(&rows, 0, &f->arena);
  }
  return rows.status;
}

static result notify(struct fixture *f, const char *transaction, struct slice reference, int64_t amount) {
  f->notification = (struct payment_notification){slice_str(transaction), reference, amount, 1718352000000};
  return db_write(f->env.db, apply, f);
}

static int set_up(void **state) {
  static struct db_migration migrations[8];
  size_t count = 0;
  for (const struct db_migration *m = ledger_migrations; m->module; m++) {
    migrations[count++] = *m;
  }
  for (const struct db_migration *m = payment_migrations; m->module; m++) {
    migrations[count++] = *m;
  }
  struct fixture *f = heap_alloc(sizeof *f);
  (void)snprintf(f->path, sizeof f->path, "/tmp/danh-payment-XXXXXX");
  assert_non_null(mkdtemp(f->path));
  arena_init(&f->arena);
  f->clock = clock_fixed(1718352000000);
  f->random = random_seeded(1);
  f->env = (struct env){.clock = &f->clock, .random = &f->random};
  struct slice path = arena_printf(&f->arena, "%s/t.db", f->path);
  struct db_options options = {
      .path = (const char *)path.ptr, .mode = DB_CREATE, .migrations = migrations, .readers = 2};
  assert_ok(db_engine_open(&options, &f->env.db));
  f->request = (struct payment_request){.person_id = 7, .dossier_code = S("H26.11-240614-0001"), .amount = 200000};
  assert_ok(db_write(f->env.db, create, f));
  *state = f;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  db_close(&f->env.db);
  struct slice command = arena_printf(&f->arena, "rm -rf '%s'", f->path);
  assert_int_equal(system((const char *)command.ptr), 0);
  arena_free(&f->arena);
  free(f);
  return 0;
}

static void whole_fee_settles_once(void **state) {
  struct fixture *f = *state;
  assert_ok(notify(f, "FT1", f->request.reference, 200000));
  assert_true(f->outcome.settled_now);
  assert_int_equal(f->outcome.request.state, PAYMENT_SETTLED);
  assert_ok(notify(f, "FT1", f->request.reference, 200000));
  assert_true(f->outcome.repeated);
  assert_false(f->outcome.settled_now);
  assert_ok(db_write(f->env.db, list, f));
  assert_int_equal(f->refund_count, 0);
}

static void underpaid_stays_due_for_the_rest(void **state) {
  struct fixture *f = *state;
  assert_ok(notify(f, "FT1", f->request.reference, 150000));
  assert_false(f->outcome.settled_now);
  assert_int_equal(f->outcome.request.amount - f->outcome.request.paid, 50000);
  assert_ok(notify(f, "FT2", f->request.reference, 60000));
  assert_true(f->outcome.settled_now);
  assert_int_equal(f->outcome.refund, 10000); /* the excess */
}

static void second_payment_is_refunded_whole(void **state) {
  struct fixture *f = *state;
  assert_ok(notify(f, "FT1", f->request.reference, 200000));
  assert_ok(notify(f, "FT2", f->request.reference, 200000));
  assert_int_equal(f->outcome.refund, 200000);
  assert_ok(db_write(f->env.db, list, f));
  assert_int_equal(f->refund_count, 1);
  assert_true(slice_is(f->refund_reasons[0], "second_payment"));
}

static void unknown_reference_keeps_the_money(void **state) {
  struct fixture *f = *state;
  assert_ok(notify(f, "FT9", S("LLTP0000000000"), 5000));
  assert_true(f->outcome.unknown);
  assert_ok(db_write(f->env.db, list, f));
  assert_int_equal(f->refund_count, 1);
  assert_true(slice_is(f->refund_reasons[0], "unknown_reference"));
}

static void cancelled_request_takes_no_more_and_returns_what_was_paid(void **state) {
  struct fixture *f = *state;
  assert_ok(notify(f, "FT1", f->request.reference, 120000));
  assert_ok(db_write(f->env.db, cancel, f));
  assert_ok(notify(f, "FT2", f->request.reference, 80000));
  assert_int_equal(f->outcome.refund, 80000);
  assert_ok(db_write(f->env.db, list, f));
  assert_int_equal(f->refund_count, 2);
}

static void rejects_the_same_transaction_with_other_content(void **state) {
  struct fixture *f = *state;
  assert_ok(notify(f, "FT1", f->request.reference, 100000));
  assert_code(notify(f, "FT1", f->request.reference, 100001), PAYMENT_TRANSACTION_DIFFERS);
}

static void rejects_amounts_and_ids_out_of_range(void **state) {
  struct fixture *f = *state;
  assert_code(notify(f, "FT1", f->request.reference, 0), PAYMENT_AMOUNT);
  assert_code(notify(f, "FT1", f->request.reference, -1), PAYMENT_AMOUNT);
  assert_code(notify(f, "", f->request.reference, 1), PAYMENT_TRANSACTION);
  assert_code(notify(f, "FT 1", f->request.reference, 1), PAYMENT_TRANSACTION);
}

static void reference_is_found_among_the_banks_words(void **state) {
  struct fixture *f = *state;
  struct slice memo = arena_printf(&f->arena, "MBVCB.123 %.*s thanh toan", SLICE_ARG(f->request.reference));
  uint8_t *bytes = (uint8_t *)(uintptr_t)memo.ptr;
  for (size_t i = 10; i < 24; i++) {
    bytes[i] = (uint8_t)(bytes[i] >= 'A' && bytes[i] <= 'Z' ? bytes[i] + 32 : bytes[i]);
  }
  assert_ok(notify(f, "FT1", memo, 200000));
  assert_true(f->outcome.settled_now);
}

/* Many at one instant are many references, and what comes later sorts behind. */
static void references_differ_and_ascend(void **state) {
  struct fixture *f = *state;
  for (int i = 0; i < 400; i++) { /* of 16,384 in one tick: some meet, and the next tick takes them */
    assert_ok(db_write(f->env.db, create, f));
  }
  struct slice first = f->request.reference;
  f->clock = clock_fixed(1718352000000 + 60000);
  assert_ok(db_write(f->env.db, create, f));
  assert_int_equal(f->request.reference.len, first.len);
  assert_true(memcmp(first.ptr, f->request.reference.ptr, first.len) < 0);
}

/* The published payload, byte for byte. */
static void vietqr_is_the_published_vector(void **state) {
  struct fixture *f = *state;
  struct payment_vietqr qr = {S("970436"), S("1017595600"), 180000, S("LLTP 000 00 01 G01")};
  struct slice text;
  assert_int_equal(payment_crc16(S("123456789")), 0x29B1);
  assert_ok(payment_vietqr_write(&f->arena, &qr, &text));
  struct slice published =
      S("00020101021238540010A00000072701240006970436011010175956000208QRIBFTTA530370454061800005802VN62220818LLTP 000 "
        "00 01 G0163048DA4");
  assert_true(slice_eq(text, published));
  qr.amount = 0;
  assert_code(payment_vietqr_write(&f->arena, &qr, &text), PAYMENT_AMOUNT);
  qr = (struct payment_vietqr){S("97043"), S("1"), 1, S("x")};
  assert_code(payment_vietqr_write(&f->arena, &qr, &text), PAYMENT_QR_FIELD);
  qr = (struct payment_vietqr){S("970436"), S("1"), 1, S("phí")};
  assert_code(payment_vietqr_write(&f->arena, &qr, &text), PAYMENT_QR_FIELD);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(whole_fee_settles_once, set_up, tear_down),
      cmocka_unit_test_setup_teardown(underpaid_stays_due_for_the_rest, set_up, tear_down),
      cmocka_unit_test_setup_teardown(second_payment_is_refunded_whole, set_up, tear_down),
      cmocka_unit_test_setup_teardown(unknown_reference_keeps_the_money, set_up, tear_down),
      cmocka_unit_test_setup_teardown(cancelled_request_takes_no_more_and_returns_what_was_paid, set_up, tear_down),
      cmocka_unit_test_setup_teardown(rejects_the_same_transaction_with_other_content, set_up, tear_down),
      cmocka_unit_test_setup_teardown(rejects_amounts_and_ids_out_of_range, set_up, tear_down),
      cmocka_unit_test_setup_teardown(reference_is_found_among_the_banks_words, set_up, tear_down),
      cmocka_unit_test_setup_teardown(references_differ_and_ascend, set_up, tear_down),
      cmocka_unit_test_setup_teardown(vietqr_is_the_published_vector, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
