#include "server/migrations.h"

#include "pki/pki.h"
#include "report/report.h"

/* layer order: layers.txt */
static const struct db_migration *const modules[] = {
    ledger_migrations, register_migrations, account_migrations, procedure_migrations, payment_migrations, pki_migrations,
    outbox_migrations, wallet_migrations,   dossier_migrations, report_migrations,
};
enum { MODULE_LISTS = sizeof modules / sizeof *modules };

const struct db_migration *server_migrations_all(struct arena *arena) {
  size_t count = 0;
  for (size_t i = 0; i < MODULE_LISTS; i++) {
    for (const struct db_migration *at = modules[i]; at->module != NULL; at++) {
      count++;
    }
  }
  struct db_migration *all = ARENA_ARRAY(arena, struct db_migration, count + 1);
  size_t used = 0;
  for (size_t i = 0; i < MODULE_LISTS; i++) {
    for (const struct db_migration *at = modules[i]; at->module != NULL; at++) {
      all[used++] = *at;
    }
  }
  return all;
}
