/* The log as files. Tiles that are full never change, so each is written once; the checkpoint comes last, so that whoever reads it finds everything
 * it covers. */
#include <inttypes.h>

#include "ledger/ledger.h"
#include "ledger/proof.h"
#include "ledger/resource.h"

struct exporting {
  struct db_tx *tx;
  const struct ledger_export *to;
  uint64_t from; /* entries that lie there already */
  uint64_t size;
  int64_t files;
};

/* What lies there was made by this log, or nothing is written: two logs under one name are what everybody looks for. */
static result known_check(struct exporting *exporting, const struct ledger_checkpoint *checkpoint, struct arena *arena) {
  struct note note = {0};
  struct note_checkpoint known = {0};
  struct note_checkpoint now = {0};
  uint8_t root[DIGEST_BYTES];
  if (exporting->to->checkpoint.len == 0) {
    return OK;
  }
  TRY(note_parse(exporting->to->checkpoint, arena, &note));
  TRY(note_checkpoint_parse(note.text, &known));
  TRY(note_checkpoint_parse(checkpoint->text, &now));
  if (!slice_eq(known.origin, now.origin)) {
    FAIL(LEDGER_FORKED, "the checkpoint there is of %.*s, this ledger is %.*s", SLICE_ARG(known.origin), SLICE_ARG(now.origin));
  }
  if (known.size > now.size) {
    FAIL(LEDGER_FORKED, "the checkpoint there covers %" PRId64 " entries, this ledger's newest %" PRId64, known.size, now.size);
  }
  if (known.size > 0) {
    TRY(ledger_root_at(exporting->tx, (uint64_t)known.size, root));
  }
  if (known.size > 0 && memcmp(root, known.root, DIGEST_BYTES) != 0) {
    FAIL(LEDGER_FORKED, "the checkpoint there, at %" PRId64 " entries, is not of this ledger", known.size);
  }
  exporting->from = exporting->to->is_everything ? 0 : (uint64_t)known.size;
  return OK;
}

static result resource_export(struct exporting *exporting, const struct ledger_resource_name *name) {
  struct arena arena CLEANUP(arena_free) = {0};
  struct slice bytes = {0};
  TRY(ledger_resource_load(exporting->tx, name, &arena, &bytes));
  TRY(exporting->to->write(exporting->to->app, ledger_resource_path(&arena, name), bytes));
  exporting->files++;
  if (name->width == LEDGER_TILE_HASHES && exporting->to->drop != NULL) { /* [tlog-tiles MAY]: its partial forms are of no use any more */
    exporting->to->drop(exporting->to->app, arena_printf(&arena, "%.*s.p", SLICE_ARG(ledger_resource_path(&arena, name))));
  }
  return OK;
}

static result level_export(struct exporting *exporting, int level) {
  int shift = level < 0 ? 0 : 8 * level;
  for (uint64_t number = (exporting->from >> shift) / LEDGER_TILE_HASHES;; number++) {
    struct ledger_resource_name name = {level, number, ledger_resource_width(exporting->size, level, number)};
    if (name.width == 0) {
      return OK;
    }
    TRY(resource_export(exporting, &name));
  }
}

result ledger_export(struct env *env, struct db_tx *tx, const struct ledger_export *to, struct ledger_exported *ret_exported) {
  struct arena arena CLEANUP(arena_free) = {0};
  struct ledger_checkpoint checkpoint = {0};
  struct exporting exporting = {.tx = tx, .to = to};
  struct slice note = {0};
  TRY(ledger_checkpoint_latest(env, tx, &arena, &checkpoint));
  TRY(ledger_checkpoint_note(tx, &checkpoint, &arena, &note));
  exporting.size = (uint64_t)checkpoint.size;
  TRY(known_check(&exporting, &checkpoint, &arena));
  for (int level = -1; level < LEDGER_TREE_LEVELS && (level < 0 || exporting.size >> (8 * level) > 0); level++) {
    TRY(level_export(&exporting, level));
  }
  TRY(to->write(to->app, S("checkpoint"), note));
  *ret_exported = (struct ledger_exported){.size = checkpoint.size, .from = (int64_t)exporting.from, .files = exporting.files + 1};
  return OK;
}
