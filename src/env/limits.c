#include "env/env.h"

static const struct env_limit *find(struct env_limits table, struct slice name) {
  for (size_t i = 0; i < table.count; i++) {
    if (slice_is(name, table.members[i].name)) {
      return &table.members[i];
    }
  }
  return NULL;
}

result env_limits_read(struct env_limits table, struct db_rows *rows, void *limits) {
  while (db_rows_next(rows)) {
    const struct env_limit *member = find(table, db_text(rows, 0));
    int64_t value = db_int(rows, 1);
    if (member != NULL) {
      memcpy((uint8_t *)limits + member->at, &value, sizeof value);
    }
  }
  return rows->status;
}

bool env_limits_allow(struct env_limits table, struct slice name, int64_t value) {
  const struct env_limit *member = find(table, name);
  return member != NULL && value > 0 && value <= member->most;
}
