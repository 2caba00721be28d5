#include "server/migrations.h"

#include "authenticator/authenticator.h"
#include "evidence/evidence.h"
#include "lock_request/lock_request.h"
#include "mandate/mandate.h"
#include "message/message.h"
#include "misuse/misuse.h"
#include "oidc/oidc.h"
#include "organisation/organisation.h"
#include "pki/pki.h"
#include "recovery/recovery.h"
#include "report/report.h"
#include "sandbox/sandbox.h"

/* layer order: layers.txt */
static const struct db_migration *const modules[] = {
    ledger_migrations,  outbox_migrations,  message_migrations,       evidence_migrations, register_migrations, organisation_migrations,
    account_migrations, authenticator_migrations, mandate_migrations, misuse_migrations, lock_request_migrations, recovery_migrations, oidc_migrations,     sandbox_migrations,
    procedure_migrations, payment_migrations, pki_migrations,         wallet_migrations,   dossier_migrations,  report_migrations,
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
