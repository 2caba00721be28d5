/* pki/issue.h: what issuing and revoking share. (private to pki/) */
#pragma once
#include "pki/store.h"

/* A CA's key behind x509_issuer_key: context is one of these. */
struct pki_ca {
  struct env *env;
  struct slice key;
};
MUST_USE result pki_issue_sign(void *context, const uint8_t digest[static DIGEST_BYTES], struct arena *arena,
                               struct slice *ret_signature);
/* The CA's own certificate in force; PKI_MISSING. */
MUST_USE result pki_issue_ca(struct env *env, struct slice ca_key, int64_t at_ms, struct arena *arena,
                             struct slice *ret_certificate);

struct pki_ledger_line {
  const char *kind;
  const struct pki_row *row;
  int64_t actor_person_id;
  struct slice actor_role;
};
MUST_USE result pki_issue_record(struct env *env, struct db_tx *tx, const struct pki_ledger_line *line);
