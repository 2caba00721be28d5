/* pki/pki.h: the demonstration certification authority: root, issuing CA, certificates of people, agencies and
 * systems, CRLs.
 *
 * Standard   RFC 5280 through crypto/x509.h; lifetimes: root 20 years, issuing 10, people, seals and systems 5.
 * Does not   hold keys (signer/) and does not prove who somebody is (account/, access/): whoever calls has checked
 *            that.
 * Shapes     certificates and CRLs are DER; keys go by their signer names; times Unix ms UTC under the installation's
 *            clock.
 * Durable    a certificate exists once the issuing function has returned; asking twice for one key gives the same
 *            certificate while it is in force. Signing happens outside write functions; what was signed but not
 *            stored was never given to anybody.
 * Errors     PKI_..., and those of the signer and the database.
 */
#pragma once
#include "crypto/crl.h"
#include "crypto/x509.h"
#include "env/env.h"

enum pki_error {
  /* The installation has no CA yet: pki_init. */
  PKI_MISSING = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_PKI, 1),
  /* No certificate in force for that key or serial number. */
  PKI_CERTIFICATE_UNKNOWN = RESULT_CODE(RESULT_NOT_FOUND, MODULE_PKI, 2),
  /* The certificate was revoked before. */
  PKI_REVOKED_ALREADY = RESULT_CODE(RESULT_CONFLICT, MODULE_PKI, 3),
  /* The key's name does not fit the kind of certificate. */
  PKI_KEY_REFUSED = RESULT_CODE(RESULT_REFUSED, MODULE_PKI, 4),
};

extern const struct db_migration pki_migrations[]; /* ended by {0} */

#define PKI_ROOT_KEY "ca/root"
#define PKI_ISSUING_KEY "ca/issuing"

/* Makes root and issuing CA and their first CRLs if they are absent. */
MUST_USE result pki_init(struct env *env);

struct pki_subject {
  struct slice key;      /* signer name: "officer/<person_id>", "seal/<agency code>" or "message/..." */
  struct slice pin_key;  /* people: makes the key with it (pin_proof.h); empty: the key exists */
  int64_t person_id;     /* people; else 0 */
  struct x509_name name; /* serial_number: the post's number; never the PIN */
  /* who had it issued, for the ledger; 0 and empty: the system itself */
  int64_t actor_person_id;
  struct slice actor_role;
};
/* The certificate; a key that is absent is made (for a person only with pin_key). One that ends within 30 days is
 * renewed. */
MUST_USE result pki_issue_person(struct env *env, const struct pki_subject *subject, struct arena *arena,
                                 struct slice *ret_certificate);
MUST_USE result pki_issue_seal(struct env *env, const struct pki_subject *subject, struct arena *arena,
                               struct slice *ret_certificate);
MUST_USE result pki_issue_system(struct env *env, const struct pki_subject *subject, struct arena *arena,
                                 struct slice *ret_certificate);

struct pki_renewal {
  struct slice key;
  int64_t actor_person_id;
  struct slice actor_role;
};
/* Another certificate for a key, in the name of its last one, which may have ended; one that does not end within 30 days is kept (*ret_is_new false).
 * PKI_CERTIFICATE_UNKNOWN; PKI_REVOKED_ALREADY: its last was revoked, so whoever has the key is asked for first; PKI_MISSING: the CA's own has ended. */
MUST_USE result pki_renew(struct env *env, const struct pki_renewal *renewal, int64_t *ret_not_after_ms, bool *ret_is_new);

struct pki_revocation {
  struct slice serial; /* magnitude, as x509_parse gives it */
  enum crl_reason reason;
  int64_t actor_person_id;
  struct slice actor_role;
};
/* Takes effect now; a CRL that has it is made at once. PKI_CERTIFICATE_UNKNOWN, PKI_REVOKED_ALREADY; PKI_KEY_REFUSED
 * for the root. */
MUST_USE result pki_revoke(struct env *env, const struct pki_revocation *revocation);

/* Leaf first, then issuing CA, then root. */
struct pki_chain {
  struct slice leaf;
  struct slice issuing;
  struct slice root;
};
/* The certificates of a key that was in force at an instant: the latest that was valid and not revoked then. CRYPTO_CERTIFICATE_EXPIRED: it has ended;
 * PKI_CERTIFICATE_UNKNOWN: there is none. */
MUST_USE result pki_chain_load(struct db_tx *tx, struct slice key, int64_t at_ms, struct arena *arena,
                               struct pki_chain *ret_chain);
MUST_USE result pki_chain_of(struct env *env, struct slice key, int64_t at_ms, struct arena *arena,
                             struct pki_chain *ret_chain);
MUST_USE result pki_root_der(struct env *env, struct arena *arena, struct slice *ret_root);

/* The newest CRL of a CA key; made anew, and signed, when it has less than half its life left. Served to anybody at
 * {origin}/pki/root.crl and {origin}/pki/issuing.crl, where certificates point. */
MUST_USE result pki_crl(struct env *env, struct slice ca_key, struct arena *arena, struct slice *ret_crl);
/* The newest stored one, as it is. */
MUST_USE result pki_crl_load(struct env *env, struct slice ca_key, struct arena *arena, struct slice *ret_crl);
/* Everything x509_verify wants, for an instant, from what is stored. */
MUST_USE result pki_trust_load(struct env *env, int64_t at_ms, struct arena *arena, struct x509_trust *ret_trust);

/* ---- for operators ---- */
enum { PKI_EXPIRING_MAX = 64 };
struct pki_expiring {
  struct slice key; /* "ca/issuing", "seal/H26.11", "officer/1234" */
  int64_t person_id; /* whose it is; 0: nobody's in person */
  int64_t not_after_ms;
};
/* Keys, of nobody in person, whose last certificate ends before that instant. */
MUST_USE result pki_expiring(struct db_tx *tx, int64_t before_ms, struct arena *arena, struct pki_expiring ret_expiring[PKI_EXPIRING_MAX], size_t *ret_count);
/* The same of people's, those that end last first: who has left long ago comes last. */
MUST_USE result pki_expiring_people(struct db_tx *tx, int64_t before_ms, struct arena *arena, struct pki_expiring ret_expiring[PKI_EXPIRING_MAX], size_t *ret_count);

enum { PKI_KEYS_MAX = 256 };
/* Keys, of nobody in person, that ever had a certificate. */
MUST_USE result pki_keys_list(struct db_tx *tx, struct arena *arena, struct slice ret_keys[PKI_KEYS_MAX], size_t *ret_count);
