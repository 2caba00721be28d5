/* pki/store.h: rows of certificates and CRLs. (private to pki/)
 *
 *   pki_certificate   a certificate, by the person it is about (0: a CA, an agency, a system) and its serial number
 *   pki_serial        whose a serial number is: unique across people
 *   pki_key           certificates by the key's name, for who signs
 *   pki_crl           every CRL ever made, by CA key and number
 */
#pragma once
#include "pki/pki.h"

struct pki_row {
  int64_t person_id;
  struct slice serial;
  struct slice key;
  struct slice issuer_key;
  struct slice certificate;
  int64_t not_before_ms;
  int64_t not_after_ms;
  int64_t revoked_at_ms; /* 0: not revoked */
  enum crl_reason reason;
};

MUST_USE result pki_store_add(struct db_tx *tx, const struct pki_row *row);
/* The newest that was valid at an instant and not revoked by then. PKI_CERTIFICATE_UNKNOWN. */
MUST_USE result pki_store_find_key(struct db_tx *tx, struct slice key, int64_t at_ms, struct arena *arena,
                                   struct pki_row *ret_row);
/* The newest, in force or not; revoked_at_ms 0: it was not revoked. PKI_CERTIFICATE_UNKNOWN */
MUST_USE result pki_store_find_last(struct db_tx *tx, struct slice key, struct arena *arena, struct pki_row *ret_row);
/* When the last one that was not revoked ended before that instant; 0: there was none. */
MUST_USE result pki_store_find_end(struct db_tx *tx, struct slice key, int64_t at_ms, int64_t *ret_ended_ms);
MUST_USE result pki_store_find_serial(struct db_tx *tx, struct slice serial, struct arena *arena,
                                      struct pki_row *ret_row);
MUST_USE result pki_store_revoke(struct db_tx *tx, const struct pki_row *row);

struct pki_crl_row {
  struct slice ca_key;
  int64_t number;
  int64_t this_update_ms;
  int64_t next_update_ms;
  int64_t revoked_count; /* certificates on it */
  struct slice crl;
};
/* The newest; number 0 when there is none yet. */
MUST_USE result pki_store_crl_latest(struct db_tx *tx, struct slice ca_key, struct arena *arena,
                                     struct pki_crl_row *ret_row);
/* DB_DUPLICATE when the number is taken. */
MUST_USE result pki_store_crl_add(struct db_tx *tx, const struct pki_crl_row *row);
MUST_USE result pki_store_revoked_count(struct db_tx *tx, struct slice ca_key, int64_t *ret_count);
/* Everything a CA has revoked, by time. */
MUST_USE result pki_store_revoked(struct db_tx *tx, struct slice ca_key, struct arena *arena,
                                  struct crl_entry **ret_entries, size_t *ret_count);
