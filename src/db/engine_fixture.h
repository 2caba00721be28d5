/* db/engine_fixture.h: which engine a test's database is on. (tests only)
 *
 * A test names a file of its own. With DANH_TEST_POSTGRES=postgresql://... in the environment it gets, in that server's database, a schema named
 * after the file instead: DB_CREATE makes it.
 */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/slice.h"

enum { DB_ENGINE_PLACE_BYTES = 512 };

static inline bool db_engine_is_postgres(void) {
  const char *url = getenv("DANH_TEST_POSTGRES");
  return url != NULL && url[0] != '\0';
}

/* What db_options.path is to be for a test's file. */
static inline const char *db_engine_place(const char *file, char place[static DB_ENGINE_PLACE_BYTES]) {
  if (!db_engine_is_postgres()) {
    (void)snprintf(place, DB_ENGINE_PLACE_BYTES, "%s", file);
    return place;
  }
  const char *url = getenv("DANH_TEST_POSTGRES");
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char *at = file; *at != '\0'; at++) {
    hash = (hash ^ (uint8_t)*at) * 0x100000001b3u;
  }
  (void)snprintf(place, DB_ENGINE_PLACE_BYTES, "%s%capplication_name=t%016llx&options=-csearch_path%%3Dt%016llx", url, strchr(url, '?') != NULL ? '&' : '?',
                 (unsigned long long)hash, (unsigned long long)hash);
  return place;
}
