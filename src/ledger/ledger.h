/* ledger/ledger.h: the tamper-evident record of every act, and of every read of personal data by anyone but its holder.
 *
 * An act appends its entry, without a position, in its own transaction (ledger_append). One sequencer then gives
 * positions, hashes leaves into a Merkle tree [RFC9162 2.1, same hashes as RFC6962 2.1] and has a checkpoint signed at least each second.
 * A leaf (at most 65,535 bytes) holds time, kind, actor, on-behalf-of, pseudonymous subjects, legal basis and SHA-256(salt || detail);
 * salt and detail lie in an erasable table beside it.
 */
#pragma once
#include "env/env.h"

enum ledger_error {
  LEDGER_TOO_LONG = RESULT_CODE(RESULT_INVALID, MODULE_LEDGER, 1),   /* A leaf would exceed 65,535 bytes. */
  LEDGER_ALTERED = RESULT_CODE(RESULT_INTERNAL, MODULE_LEDGER, 2),   /* The stored ledger does not verify. */
};

struct ledger_entry {
  const char *kind;             /* "dossier.received", "register.read" ...: module.verb, past tense */
  int64_t actor_person_id;      /* 0: the system itself */
  struct slice actor_role;      /* "officer@H26.11"; empty for a citizen acting for themselves */
  int64_t on_behalf_of;         /* 0: for nobody else */
  const int64_t *subjects;      /* person ids it is about: one index row each */
  size_t subject_count;
  struct slice legal_basis;     /* the clause, in Vietnamese; for a read: the stated purpose */
  struct slice detail;          /* JSON; personal data belongs here and only here */
};

extern const struct db_migration ledger_migrations[]; /* ended by {0} */

/* Inside a write function. */
MUST_USE result ledger_append(struct env *env, struct db_tx *tx, const struct ledger_entry *entry);
/* A read of somebody's data by another: returns when the entry is durable; only then may the data be shown. Not inside a write. */
MUST_USE result ledger_record_read(struct env *env, const struct ledger_entry *entry);
