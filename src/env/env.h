/* env/env.h: what domain code reaches the world through. Built by the edges (server/, cli/, tests) and passed as the first argument.
 */
#pragma once
#include <stddef.h>

#include "base/clock.h"
#include "base/pool.h"
#include "base/random.h"
#include "base/secret.h"
#include "base/trace.h"
#include "db/db.h"

/* What a key may sign: the signer holds every key to the profiles it was made for. */
enum signer_profile {
  SIGNER_CERTIFICATE = 1, /* certificates and CRLs of the demonstration CA */
  SIGNER_CHECKPOINT,      /* checkpoints of a log and a witness's cosignatures on them: Ed25519, the message itself */
  SIGNER_PERSONAL,        /* a person's signature on a document: needs their signing PIN, bound to the digest */
  SIGNER_SEAL,            /* an agency's seal: only under a reference that a personal key has signed before */
  SIGNER_MESSAGE,         /* RFC 9421 signatures between systems */
  SIGNER_TOKEN,           /* JWTs of the OpenID Provider */
};

struct signer_request {
  struct slice key;             /* name, e.g. "officer/123", "seal/H26.11", "checkpoint/ledger" */
  enum signer_profile profile;
  uint8_t digest[32];           /* SHA-256 of what is signed; SIGNER_CHECKPOINT: noughts */
  struct slice message;         /* SIGNER_CHECKPOINT: what is signed; empty otherwise */
  struct slice reference;       /* what it is about (a dossier code); kept in the signer's own log */
  struct slice pin_proof;       /* SIGNER_PERSONAL: crypto/pin_proof.h; empty otherwise */
};

struct signer_new_key {
  struct slice name;
  enum signer_profile profile; /* fixed for good */
  struct slice pin_key;        /* 32 bytes for SIGNER_PERSONAL, else empty */
};

/* The port to the signer process, which alone holds private keys (P-256, ECDSA with SHA-256; of SIGNER_CHECKPOINT Ed25519).
 * Durable    a key exists once key_create has returned; a signature is in the signer's log before it is given out.
 * Retries    the port waits for a signer that is being restarted (up to 5 s) and sends again: no request is lost; a signature may then be
 *            counted twice and given once.
 * Threads    any. Errors SIGNER_... (signer/signer.h). */
struct signer {
  result (*sign)(struct signer *signer, const struct signer_request *request, struct arena *arena,
                 struct slice *ret_signature); /* DER ECDSA-Sig-Value; of SIGNER_CHECKPOINT 64 bytes */
  /* Makes the key if absent. */
  result (*key_create)(struct signer *signer, const struct signer_new_key *key, struct arena *arena,
                       struct slice *ret_public_key);
  result (*key_public)(struct signer *signer, struct slice key, struct arena *arena,
                       struct slice *ret_public_key); /* DER SubjectPublicKeyInfo */
  /* Several at once, all or none; NULL: one after the other costs no more. Asked through env_sign_all. */
  result (*sign_all)(struct signer *signer, const struct signer_request *requests, size_t count, struct arena *arena,
                     struct slice *ret_signatures);
};

struct account_memory;
struct oidc_memory;
struct evidence_store;   /* evidence/evidence.h */
struct evidence_matcher; /* evidence/evidence.h: a struct of functions; the comparing is another process's */

struct env {
  struct db *db;             /* storage: see db/db.h */
  const struct clock *clock; /* the installation's time; never the system's directly */
  struct random *random;     /* identifiers, salts, codes; never keys */
  struct signer *signer;     /* NULL where nothing is signed */
  struct pool *hashing;      /* password hashing runs here (pool_run), a few at a time; NULL: in place */
  struct account_memory *account; /* sessions in memory (account/account.h); NULL: each is looked up */
  struct oidc_memory *oidc;  /* what the OpenID Provider keeps in memory (oidc/oidc.h); NULL: it asks the database each time */
  struct evidence_store *evidence;   /* sealed pictures: a file is on disk before its row; NULL where none are taken or shown */
  const struct evidence_matcher *matcher; /* compares them with the identity database, may be away: then a person looks; NULL: none */
  const struct secret *sealing; /* 32 bytes that seal what must be read again (crypto/seal.h); kept outside the database, so that a copy of
                                 * that alone opens nothing; NULL where nothing is sealed */
  struct trace_sink *spans;  /* a collector of traces; NULL: none */
  struct slice origin;       /* "https://danh.example": issuer, links and cookies come from it, never from Host */
};

/* As many signatures as requests, at most ENV_SIGN_MAX. */
enum { ENV_SIGN_MAX = 4 };
MUST_USE result env_sign_all(struct signer *signer, const struct signer_request *requests, size_t count, struct arena *arena,
                             struct slice *ret_signatures);

/* A positive, time-ordered 64-bit id: ms since 2020 in the high bits, 22 random bits below. Unique within one person's rows for all
 * practical rates; where it must be unique across people, the table's key says so and the writer tries again on DB_DUPLICATE. */
int64_t env_id_new(struct env *env);
/* The smallest id of that instant: what is older has a smaller one. */
int64_t env_id_at(int64_t at_ms);
/* The smallest id of the millisecond in which that one was made. */
int64_t env_id_first(int64_t id);

/* Numbers of a module that an operator may change: a struct of int64_t whose members have names, and rows (name, value) that win over the
 * defaults. The table, its statements and its ledger line are the module's own. */
struct env_limit {
  const char *name;
  size_t at;    /* offset of an int64_t */
  int64_t most; /* the least is 1 */
};
#define ENV_LIMIT_UP_TO(type, member, most) \
  { #member, offsetof(struct type, member), most }
#define ENV_LIMIT(type, member) ENV_LIMIT_UP_TO(type, member, INT64_MAX)

struct env_limits {
  const struct env_limit *members;
  size_t count;
};
#define ENV_LIMITS(array) ((const struct env_limits){array, sizeof(array) / sizeof *(array)})

/* rows: of SELECT name, value. What they name is laid over *limits; other names are an older or newer program's. */
MUST_USE result env_limits_read(struct env_limits table, struct db_rows *rows, void *limits);
bool env_limits_allow(struct env_limits table, struct slice name, int64_t value);
