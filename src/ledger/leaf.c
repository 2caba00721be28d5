#include "ledger/leaf.h"

enum { LEAF_VERSION = 2, CONTENT_VERSION = 1 };

void ledger_leaf_write(int64_t at_ms, struct slice salt, struct slice content, uint8_t ret_leaf[static LEDGER_LEAF_BYTES]) {
  ret_leaf[0] = LEAF_VERSION;
  for (int i = 0; i < 8; i++) {
    ret_leaf[1 + i] = (uint8_t)((uint64_t)at_ms >> (56 - 8 * i));
  }
  struct digest_stream stream CLEANUP(digest_free) = {0};
  digest_begin(&stream);
  digest_add(&stream, S("danh-ledger-entry\n")); /* the salt serves for the detail too: neither commitment can be taken for the other */
  digest_add(&stream, salt);
  digest_add(&stream, content);
  digest_end(&stream, ret_leaf + 9);
}

bool ledger_leaf_is_content(struct slice leaf) {
  return leaf.len > LEDGER_LEAF_BYTES && leaf.ptr[0] == CONTENT_VERSION;
}

int64_t ledger_leaf_time(struct slice leaf) {
  if (leaf.len != LEDGER_LEAF_BYTES || leaf.ptr[0] != LEAF_VERSION) {
    return -1;
  }
  uint64_t at_ms = 0;
  for (int i = 0; i < 8; i++) {
    at_ms = at_ms << 8 | leaf.ptr[1 + i];
  }
  return (int64_t)at_ms;
}
