#include "db/engine_fixture.h"
#include "wallet/wallet.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/unit_test.h"

struct fixture {
  char folder[64];
  struct arena arena;
  struct db *db;
};

static int set_up(void **state) {
  struct fixture *f = heap_alloc(sizeof *f);
  (void)snprintf(f->folder, sizeof f->folder, "/tmp/danh-wallet-XXXXXX");
  assert_non_null(mkdtemp(f->folder));
  struct slice path = arena_printf(&f->arena, "%s/t.db", f->folder);
  struct db_options options = {
      .path = (const char *)path.ptr, .mode = DB_CREATE, .migrations = wallet_migrations, .readers = 2};
  assert_ok(db_engine_open(&options, &f->db));
  *state = f;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  char command[96];
  db_close(&f->db);
  (void)snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
  assert_int_equal(system(command), 0);
  arena_free(&f->arena);
  free(f);
  return 0;
}

static result put(struct db_tx *tx, void *arg) {
  return wallet_bytes_put(tx, arg);
}

/* Returns the key. */
static struct wallet_bytes stored(struct fixture *f, const char *text, size_t base_length) {
  struct wallet_bytes bytes;
  wallet_bytes_prepare(slice_str(text), base_length, &bytes);
  assert_ok(db_write(f->db, put, &bytes));
  return bytes;
}

static result load(struct fixture *f, const uint8_t sha256[32], struct slice *ret_bytes) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(f->db, &tx));
  return wallet_bytes_get(tx, &f->arena, sha256, ret_bytes);
}

static void expect(struct fixture *f, const uint8_t sha256[32], const char *text) {
  struct slice bytes;
  assert_ok(load(f, sha256, &bytes));
  assert_true(slice_is(bytes, text));
}

static int64_t bytes_kept(struct fixture *f) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  assert_ok(db_read_begin(f->db, &tx));
  assert_ok(db_row(tx, "SELECT sum(length(bytes)) FROM document_bytes", DB_NO_ARGS, &rows));
  return db_int(&rows, 0);
}

static void keeps_what_documents_share_once(void **state) {
  struct fixture *f = *state;
  struct wallet_bytes signed_one = stored(f, "front, one", 7);
  struct wallet_bytes sealed_one = stored(f, "front, one, sealed", 10);
  struct wallet_bytes signed_two = stored(f, "front, two", 7);
  assert_memory_equal(sealed_one.base_sha256, signed_one.sha256, 32);
  assert_int_equal(bytes_kept(f), 7 + 3 + 8 + 3);
  expect(f, signed_one.sha256, "front, one");
  expect(f, sealed_one.sha256, "front, one, sealed");
  expect(f, signed_two.sha256, "front, two");
  expect(f, signed_two.base_sha256, "front, ");
  (void)stored(f, "front, one", 0); /* the same content again, however cut */
  assert_int_equal(bytes_kept(f), 7 + 3 + 8 + 3);
  struct slice bytes;
  struct wallet_bytes absent;
  wallet_bytes_prepare(S("front, three"), 7, &absent);
  assert_code(load(f, absent.sha256, &bytes), WALLET_DOCUMENT_UNKNOWN);
}

static void keeps_a_document_without_a_base(void **state) {
  struct fixture *f = *state;
  struct wallet_bytes whole = stored(f, "whole", 0);
  expect(f, whole.sha256, "whole");
}

static result alter(struct db_tx *tx, void *arg) {
  return db_run(tx, "UPDATE document_bytes SET bytes = $2 WHERE sha256 = $1",
                DB_ARGS(db_of_bytes(slice_of(arg, 32)), db_of_bytes(S("frond, "))), NULL);
}

static result drop(struct db_tx *tx, void *arg) {
  return db_run(tx, "DELETE FROM document_bytes WHERE sha256 = $1", DB_ARGS(db_of_bytes(slice_of(arg, 32))), NULL);
}

/* Whoever can write the table can spoil a document, but not give out another one. */
static void rejects_parts_that_were_altered_or_are_gone(void **state) {
  struct fixture *f = *state;
  struct slice bytes;
  struct wallet_bytes one = stored(f, "front, one", 7);
  assert_ok(db_write(f->db, alter, one.base_sha256));
  assert_code(load(f, one.sha256, &bytes), WALLET_BYTES_ALTERED);
  assert_ok(db_write(f->db, drop, one.base_sha256));
  assert_code(load(f, one.sha256, &bytes), WALLET_BYTES_ALTERED);
}

static result make_a_ring(struct db_tx *tx, void *arg) {
  struct wallet_bytes *one = arg;
  return db_run(tx, "UPDATE document_bytes SET base = $2 WHERE sha256 = $1",
                DB_ARGS(db_of_bytes(slice_of(one->base_sha256, 32)), db_of_bytes(slice_of(one->sha256, 32))), NULL);
}

static void rejects_parts_without_end(void **state) {
  struct fixture *f = *state;
  struct slice bytes;
  struct wallet_bytes one = stored(f, "front, one", 7);
  assert_ok(db_write(f->db, make_a_ring, &one));
  assert_code(load(f, one.sha256, &bytes), WALLET_BYTES_ALTERED);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(keeps_what_documents_share_once, set_up, tear_down),
      cmocka_unit_test_setup_teardown(keeps_a_document_without_a_base, set_up, tear_down),
      cmocka_unit_test_setup_teardown(rejects_parts_that_were_altered_or_are_gone, set_up, tear_down),
      cmocka_unit_test_setup_teardown(rejects_parts_without_end, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
