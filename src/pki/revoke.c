/* Revocation, CRLs, and what a verifier is given. */
#include "pki/issue.h"

/* A list is made anew when half its life is over, so that whoever fetched the old one has time to fetch the next. */
static const struct {
  const char *ca_key;
  int64_t life_days;
} crl_lives[] = {{PKI_ROOT_KEY, 365}, {PKI_ISSUING_KEY, 30}};

static result find_life(struct slice ca_key, int64_t *ret_life_ms) {
  for (size_t i = 0; i < sizeof crl_lives / sizeof *crl_lives; i++) {
    if (slice_is(ca_key, crl_lives[i].ca_key)) {
      *ret_life_ms = crl_lives[i].life_days * CLOCK_DAY_MS;
      return OK;
    }
  }
  FAIL(PKI_KEY_REFUSED, "not a CA's key");
}

/* ---- CRLs ---- */

struct listing {
  struct slice ca_key;
  int64_t now_ms;
  struct pki_crl_row latest;
  struct crl_entry *entries;
  size_t count;
  struct pki_crl_row next;
};

static result gather(struct env *env, struct listing *listing, struct arena *arena) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(env->db, &tx));
  TRY(pki_store_crl_latest(tx, listing->ca_key, arena, &listing->latest));
  return pki_store_revoked(tx, listing->ca_key, arena, &listing->entries, &listing->count);
}

static bool is_fresh(const struct listing *listing) {
  const struct pki_crl_row *latest = &listing->latest;
  int64_t half_ms = latest->this_update_ms + (latest->next_update_ms - latest->this_update_ms) / 2;
  return latest->number > 0 && listing->now_ms < half_ms && latest->revoked_count == (int64_t)listing->count;
}

static result make_crl(struct env *env, struct listing *listing, struct arena *arena) {
  int64_t life_ms = 0;
  struct pki_ca ca = {env, listing->ca_key};
  struct x509_issuer_key issuer_key = {pki_issue_sign, &ca};
  TRY(find_life(listing->ca_key, &life_ms));
  struct crl_request request = {.number = listing->latest.number + 1,
                                .this_update_ms = listing->now_ms / 1000 * 1000,
                                .entries = listing->entries,
                                .count = listing->count};
  request.next_update_ms = request.this_update_ms + life_ms;
  TRY(pki_issue_ca(env, listing->ca_key, listing->now_ms, arena, &request.issuer));
  listing->next = (struct pki_crl_row){.ca_key = listing->ca_key,
                                       .number = request.number,
                                       .this_update_ms = request.this_update_ms,
                                       .next_update_ms = request.next_update_ms,
                                       .revoked_count = (int64_t)listing->count};
  return crl_write(&request, &issuer_key, arena, &listing->next.crl);
}

static result store_crl(struct db_tx *tx, void *arg) {
  return pki_store_crl_add(tx, &((struct listing *)arg)->next);
}

result pki_crl(struct env *env, struct slice ca_key, struct arena *arena, struct slice *ret_crl) {
  enum { TRIES = 3 }; /* another thread may take the number meanwhile: then its list is read */
  int64_t life_ms = 0;
  TRY(find_life(ca_key, &life_ms));
  for (int i = 0; i < TRIES; i++) {
    struct listing listing = {.ca_key = ca_key, .now_ms = clock_now_ms(env->clock)};
    TRY(gather(env, &listing, arena));
    if (is_fresh(&listing)) {
      *ret_crl = listing.latest.crl;
      return OK;
    }
    TRY(make_crl(env, &listing, arena));
    result stored = db_write(env->db, store_crl, &listing);
    if (is_ok(stored)) {
      *ret_crl = listing.next.crl;
      return OK;
    }
    if (!is_code(stored, DB_DUPLICATE)) {
      return stored;
    }
  }
  FAIL(DB_UNAVAILABLE, "others keep making CRLs");
}

static result load_crl(struct db_tx *tx, struct slice ca_key, struct arena *arena, struct slice *ret_crl) {
  struct pki_crl_row row;
  TRY(pki_store_crl_latest(tx, ca_key, arena, &row));
  if (row.number == 0) {
    FAIL(PKI_MISSING, "no CRL yet");
  }
  *ret_crl = row.crl;
  return OK;
}

result pki_crl_load(struct env *env, struct slice ca_key, struct arena *arena, struct slice *ret_crl) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(env->db, &tx));
  return load_crl(tx, ca_key, arena, ret_crl);
}

/* ---- revocation ---- */

struct revoking {
  struct env *env;
  struct arena *arena;
  const struct pki_revocation *revocation;
  struct pki_row row;
};

static result revoke(struct db_tx *tx, void *arg) {
  struct revoking *revoking = arg;
  const struct pki_revocation *revocation = revoking->revocation;
  TRY(pki_store_find_serial(tx, revocation->serial, revoking->arena, &revoking->row));
  if (slice_is(revoking->row.key, PKI_ROOT_KEY)) {
    FAIL(PKI_KEY_REFUSED, "nobody stands above the root to revoke it"); /* it is taken out of trust stores */
  }
  if (revoking->row.revoked_at_ms != 0) {
    FAIL(PKI_REVOKED_ALREADY, "revoked before");
  }
  revoking->row.revoked_at_ms = clock_now_ms(revoking->env->clock) / 1000 * 1000; /* as the CRL says it */
  revoking->row.reason = revocation->reason;
  TRY(pki_store_revoke(tx, &revoking->row));
  struct pki_ledger_line line = {"pki.certificate_revoked", &revoking->row, revocation->actor_person_id,
                                 revocation->actor_role};
  return pki_issue_record(revoking->env, tx, &line);
}

result pki_revoke(struct env *env, const struct pki_revocation *revocation) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct revoking revoking = {.env = env, .arena = &arena, .revocation = revocation};
  struct slice crl = {0};
  TRY(db_write(env->db, revoke, &revoking));
  return pki_crl(env, revoking.row.issuer_key, &arena, &crl);
}

/* ---- for verifiers ---- */

static result find_ca(struct db_tx *tx, struct slice key, int64_t at_ms, struct arena *arena,
                      struct slice *ret_certificate) {
  struct pki_row row;
  result found = pki_store_find_key(tx, key, at_ms, arena, &row);
  if (is_code(found, PKI_CERTIFICATE_UNKNOWN)) {
    FAIL(PKI_MISSING, "no certificate of a CA at that time");
  }
  TRY(found);
  *ret_certificate = row.certificate;
  return OK;
}

/* There was one, and it has ended; or there was none. */
static result why_unknown(struct db_tx *tx, struct slice key, int64_t at_ms) {
  struct arena arena CLEANUP(arena_free) = {0};
  int64_t ended_ms = 0;
  TRY(pki_store_find_end(tx, key, at_ms, &ended_ms));
  if (ended_ms > 0) {
    FAIL(CRYPTO_CERTIFICATE_EXPIRED, "the certificate of %.*s has ended on %.*s", SLICE_ARG(key), SLICE_ARG(clock_date_write(&arena, clock_date_of(ended_ms))));
  }
  FAIL(PKI_CERTIFICATE_UNKNOWN, "%.*s has no certificate", SLICE_ARG(key));
}

result pki_chain_load(struct db_tx *tx, struct slice key, int64_t at_ms, struct arena *arena,
                      struct pki_chain *ret_chain) {
  struct pki_row row;
  struct pki_chain chain;
  result found = pki_store_find_key(tx, key, at_ms, arena, &row);
  TRY(is_code(found, PKI_CERTIFICATE_UNKNOWN) ? why_unknown(tx, key, at_ms) : found);
  chain.leaf = row.certificate;
  TRY(find_ca(tx, S(PKI_ISSUING_KEY), at_ms, arena, &chain.issuing));
  TRY(find_ca(tx, S(PKI_ROOT_KEY), at_ms, arena, &chain.root));
  *ret_chain = chain;
  return OK;
}

result pki_chain_of(struct env *env, struct slice key, int64_t at_ms, struct arena *arena,
                    struct pki_chain *ret_chain) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(env->db, &tx));
  return pki_chain_load(tx, key, at_ms, arena, ret_chain);
}

result pki_root_der(struct env *env, struct arena *arena, struct slice *ret_root) {
  return pki_issue_ca(env, S(PKI_ROOT_KEY), clock_now_ms(env->clock), arena, ret_root);
}

result pki_trust_load(struct env *env, int64_t at_ms, struct arena *arena, struct x509_trust *ret_trust) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct slice *intermediates = ARENA_ARRAY(arena, struct slice, 1);
  struct slice *crls = ARENA_ARRAY(arena, struct slice, 2);
  struct slice root = {0};
  TRY(db_read_begin(env->db, &tx));
  TRY(find_ca(tx, S(PKI_ROOT_KEY), at_ms, arena, &root));
  TRY(find_ca(tx, S(PKI_ISSUING_KEY), at_ms, arena, &intermediates[0]));
  TRY(load_crl(tx, S(PKI_ROOT_KEY), arena, &crls[0]));
  TRY(load_crl(tx, S(PKI_ISSUING_KEY), arena, &crls[1]));
  *ret_trust = (struct x509_trust){root, intermediates, 1, crls, 2, at_ms};
  return OK;
}
