#include "ledger/resource.h"

#include "base/buf.h"
#include "ledger/fixture_test.h"

/* The examples of C2SP tlog-tiles, and what is not a name in its one form. */
static void names_have_one_form(void **state) {
  (void)state;
  struct arena arena CLEANUP(arena_free) = {0};
  static const struct {
    const char *path;
    int level;
    uint64_t number;
    size_t width;
  } rows[] = {
      {"tile/0/x001/x234/067", 0, 1234067, 256}, {"tile/0/000", 0, 0, 256},          {"tile/1/000.p/17", 1, 0, 17},
      {"tile/0/273.p/112", 0, 273, 112},         {"tile/entries/000.p/5", -1, 0, 5}, {"tile/entries/x999/999", -1, 999999, 256},
      {"tile/63/001", 63, 1, 256},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct ledger_resource_name name;
    assert_ok(ledger_resource_parse(slice_str(rows[i].path), &name));
    assert_int_equal(name.level, rows[i].level);
    assert_int_equal(name.number, rows[i].number);
    assert_int_equal(name.width, rows[i].width);
    assert_true(slice_is(ledger_resource_path(&arena, &name), rows[i].path));
  }
  static const char *const refused[] = {
      "",           "tile",          "tile/",           "tile/0",          "tile/0/",          "tile/0/0",         "tile/0/0000",     "tile/00/000",
      "tile/64/000", "tile/-1/000",   "tile/0/x000/001", "tile/0/x001",     "tile/0/x001/",     "tile/0/001/002",   "tile/0/x001/x02", "tile/0/000.p",
      "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/1/", "tile/0/000.q/1", "tile/data/000",   "tiles/0/000",
      "tile/0/%30%30%30", "tile/0/00a", "tile/entries/x001/x002/x003/x004/x005/006",
  };
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    struct ledger_resource_name name;
    if (!is_code(ledger_resource_parse(slice_str(refused[i]), &name), LEDGER_NO_RESOURCE)) {
      fail_msg("taken for a name: %s", refused[i]);
    }
  }
}

/* "a tree of size 70,000 will be represented by 273 full level 0 tiles, one partial level 0 tile of width 112, one full level 1 tile, one partial level 1
 * tile of width 17, and one partial level 2 tile of width 1" */
static void a_tree_has_the_tiles_the_standard_says(void **state) {
  (void)state;
  assert_int_equal(ledger_resource_width(70000, 0, 272), 256);
  assert_int_equal(ledger_resource_width(70000, 0, 273), 112);
  assert_int_equal(ledger_resource_width(70000, 0, 274), 0);
  assert_int_equal(ledger_resource_width(70000, 1, 0), 256);
  assert_int_equal(ledger_resource_width(70000, 1, 1), 17);
  assert_int_equal(ledger_resource_width(70000, 1, 2), 0);
  assert_int_equal(ledger_resource_width(70000, 2, 0), 1);
  assert_int_equal(ledger_resource_width(70000, 3, 0), 0);
  assert_int_equal(ledger_resource_width(70000, 63, 0), 0);
  assert_int_equal(ledger_resource_width(256, 0, 0), 256);
  assert_int_equal(ledger_resource_width(256, 1, 0), 1);
  assert_int_equal(ledger_resource_width(0, 0, 0), 0);
}

static result resource(struct fixture *fixture, const char *path, struct ledger_resource *ret_resource) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  assert_ok(db_read_begin(fixture->env.db, &tx));
  return ledger_resource_read(&fixture->env, tx, slice_str(path), &fixture->arena, ret_resource);
}

static void only_what_a_checkpoint_covers_is_given_out(void **state) {
  struct fixture *fixture = *state;
  struct ledger_resource found;
  assert_code(resource(fixture, "checkpoint", &found), LEDGER_NO_CHECKPOINT);
  acts_write(fixture, 300);
  assert_code(resource(fixture, "tile/0/000.p/1", &found), LEDGER_NO_CHECKPOINT);
  assert_ok(ledger_sequence(&fixture->env));
  fixture->env.signer = NULL;
  acts_write(fixture, 10);
  assert_ok(ledger_sequence(&fixture->env)); /* ordered, not signed */
  static const struct {
    const char *path;
    size_t bytes; /* 0: none */
  } rows[] = {
      {"tile/0/000", 8192},          {"tile/0/001.p/44", 44 * 32},           {"tile/0/001.p/45", 0},  {"tile/0/001", 0},        {"tile/0/002.p/1", 0},
      {"tile/1/000.p/1", 32},        {"tile/1/000.p/2", 0},                  {"tile/2/000.p/1", 0},   {"tile/9/000.p/1", 0},    {"tile/0/000.p/7", 7 * 32},
      {"tile/entries/000", 43 * 256}, {"tile/entries/001.p/44", 43 * 44}, {"tile/entries/001", 0}, {"tile/entries/001.p/45", 0}, {"other", 0},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_code(resource(fixture, rows[i].path, &found), rows[i].bytes > 0 ? 0 : LEDGER_NO_RESOURCE);
    if (rows[i].bytes > 0) {
      assert_int_equal(found.bytes.len, rows[i].bytes);
      assert_true(found.is_immutable);
    }
  }
  assert_ok(resource(fixture, "checkpoint", &found));
  assert_false(found.is_immutable);
  assert_true(slice_starts(found.bytes, S("danh.example/ledger\n300\n")));
}

static void what_was_altered_is_not_given_out(void **state) {
  struct fixture *fixture = *state;
  struct ledger_resource found;
  acts_write(fixture, 300);
  assert_ok(ledger_sequence(&fixture->env));
  static const struct {
    const char *damage;
    const char *path;
    uint16_t code;
  } rows[] = {
      {"UPDATE ledger_entry SET leaf = (SELECT leaf FROM ledger_entry WHERE id = 8) WHERE id = 7", "tile/entries/000", LEDGER_ALTERED},
      {"DELETE FROM ledger_order WHERE position = 299", "tile/entries/001.p/44", LEDGER_ALTERED},
      {"UPDATE ledger_tile SET hashes = zeroblob(8192) WHERE level = 0 AND number = 0", "tile/0/000", LEDGER_ALTERED},
      {"DELETE FROM ledger_tile WHERE level = 0 AND number = 0", "tile/0/000", LEDGER_TILE_MISSING},
      {"DELETE FROM ledger_tile WHERE level = 0 AND number = 0", "tile/entries/000", LEDGER_TILE_MISSING},
      {"UPDATE ledger_tile SET hashes = x'00' WHERE level = 1 AND number = 0", "tile/1/000.p/1", LEDGER_TILE_MISSING},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    run(fixture, rows[i].damage);
    assert_code(resource(fixture, rows[i].path, &found), rows[i].code);
  }
}

/* --- files --- */

struct files {
  struct arena arena;
  struct {
    struct slice path;
    struct slice bytes;
  } items[64];
  size_t count;
  size_t dropped;
};

static result files_write(void *app, struct slice path, struct slice bytes) {
  struct files *files = app;
  assert_true(files->count < 64);
  files->items[files->count].path = arena_copy(&files->arena, path);
  files->items[files->count++].bytes = arena_copy(&files->arena, bytes);
  return OK;
}

static void files_drop(void *app, struct slice folder) {
  struct files *files = app;
  assert_true(slice_ends(folder, S(".p")));
  files->dropped++;
}

static result export_to(struct fixture *fixture, struct files *files, struct slice checkpoint, struct ledger_exported *ret_exported) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct ledger_export to = {.app = files, .checkpoint = checkpoint, .write = files_write, .drop = files_drop};
  assert_ok(db_read_begin(fixture->env.db, &tx));
  files->count = 0;
  return ledger_export(&fixture->env, tx, &to, ret_exported);
}

static void an_export_writes_what_is_new_and_the_checkpoint_last(void **state) {
  struct fixture *fixture = *state;
  struct files *files = calloc(1, sizeof *files);
  struct ledger_exported exported;
  assert_code(export_to(fixture, files, S(""), &exported), LEDGER_NO_CHECKPOINT);
  acts_write(fixture, 600);
  assert_ok(ledger_sequence(&fixture->env));
  assert_ok(export_to(fixture, files, S(""), &exported));
  static const char *const first[] = {"tile/entries/000", "tile/entries/001", "tile/entries/002.p/88", "tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2", "checkpoint"};
  assert_int_equal(files->count, sizeof first / sizeof *first);
  for (size_t i = 0; i < files->count; i++) {
    assert_true(slice_is(files->items[i].path, first[i]));
  }
  assert_int_equal(files->dropped, 4);
  struct slice checkpoint = files->items[files->count - 1].bytes;
  acts_write(fixture, 200);
  assert_ok(ledger_sequence(&fixture->env));
  assert_ok(export_to(fixture, files, checkpoint, &exported));
  static const char *const second[] = {"tile/entries/002", "tile/entries/003.p/32", "tile/0/002", "tile/0/003.p/32", "tile/1/000.p/3", "checkpoint"};
  assert_int_equal(exported.from, 600);
  assert_int_equal(files->count, sizeof second / sizeof *second);
  for (size_t i = 0; i < files->count; i++) {
    assert_true(slice_is(files->items[i].path, second[i]));
  }
  struct slice newer = files->items[files->count - 1].bytes;
  assert_ok(export_to(fixture, files, newer, &exported)); /* nothing new: partial ones and the checkpoint again */
  assert_int_equal(files->count, 4);
  arena_free(&files->arena);
  free(files);
}

/* Put back from a copy, the ledger goes on otherwise than the world has seen it: that is not published. */
static void a_fork_is_not_exported(void **state) {
  struct fixture *fixture = *state;
  struct files *files = calloc(1, sizeof *files);
  struct ledger_exported exported;
  acts_write(fixture, 100);
  assert_ok(ledger_sequence(&fixture->env));
  rows_keep(fixture);
  acts_write(fixture, 50);
  assert_ok(ledger_sequence(&fixture->env));
  assert_ok(export_to(fixture, files, S(""), &exported));
  struct slice published = files->items[files->count - 1].bytes;
  rows_return(fixture);
  assert_code(export_to(fixture, files, published, &exported), LEDGER_FORKED); /* it has lost entries */
  acts_write(fixture, 60);
  assert_ok(ledger_sequence(&fixture->env));
  assert_code(export_to(fixture, files, published, &exported), LEDGER_FORKED); /* and put others in their place */
  assert_int_equal(files->count, 0);
  arena_free(&files->arena);
  free(files);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_have_one_form),
      cmocka_unit_test(a_tree_has_the_tiles_the_standard_says),
      cmocka_unit_test_setup_teardown(only_what_a_checkpoint_covers_is_given_out, set_up, tear_down),
      cmocka_unit_test_setup_teardown(what_was_altered_is_not_given_out, set_up, tear_down),
      cmocka_unit_test_setup_teardown(an_export_writes_what_is_new_and_the_checkpoint_last, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_fork_is_not_exported, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
