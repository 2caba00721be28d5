/* ledger/resource.h: names of tiles and bundles, and their bytes. (private to ledger/)
 * Standard   C2SP tlog-tiles. Errors LEDGER_NO_RESOURCE, LEDGER_TILE_MISSING, LEDGER_ALTERED. */
#pragma once
#include "ledger/ledger.h"
#include "ledger/tree.h"

struct ledger_resource_name {
  int level; /* -1: a bundle of entries */
  uint64_t number;
  size_t width; /* 1..255: partial; 256: full */
};
/* "tile/0/x001/067", "tile/entries/000.p/5" */
struct slice ledger_resource_path(struct arena *arena, const struct ledger_resource_name *name);
MUST_USE result ledger_resource_parse(struct slice path, struct ledger_resource_name *ret_name);
/* How wide that tile is in a tree of that size; 0: it has none. */
size_t ledger_resource_width(uint64_t size, int level, uint64_t number);
MUST_USE result ledger_resource_load(struct db_tx *tx, const struct ledger_resource_name *name, struct arena *arena, struct slice *ret_bytes);
