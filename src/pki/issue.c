/* Issuing: the key, the certificate signed outside any write, one write that stores it. Doing it again after a crash
 * finds what was stored, or stores what was not. */
#include "pki/issue.h"

#include <stdio.h>

#include "codec/hex.h"
#include "codec/jout.h"
#include "ledger/ledger.h"

enum { SECOND_MS = 1000, RENEW_BEFORE_DAYS = 30 };

static const struct pki_profile {
  const char *key_prefix; /* as signer/policy.c has them */
  enum x509_profile profile;
  enum signer_profile signer_profile;
  const char *issuer_key;
  const char *crl_path; /* of the issuer's CRL */
  int16_t years;
} profiles[] = {
    {PKI_ROOT_KEY, X509_ROOT_CA, SIGNER_CERTIFICATE, PKI_ROOT_KEY, NULL, 20},
    {PKI_ISSUING_KEY, X509_ISSUING_CA, SIGNER_CERTIFICATE, PKI_ROOT_KEY, "/pki/root.crl", 10},
    {"officer/", X509_PERSON_SIGNING, SIGNER_PERSONAL, PKI_ISSUING_KEY, "/pki/issuing.crl", 5},
    {"seal/", X509_AGENCY_SEAL, SIGNER_SEAL, PKI_ISSUING_KEY, "/pki/issuing.crl", 5},
    {"message/", X509_SYSTEM, SIGNER_MESSAGE, PKI_ISSUING_KEY, "/pki/issuing.crl", 5},
};

/* A person's key bears the person's number: a certificate cannot put one person's name to another's key. */
static bool is_own_key(const struct pki_subject *subject) {
  char own[32] = "";
  int len = snprintf(own, sizeof own, "officer/%lld", (long long)subject->person_id);
  return slice_eq(subject->key, slice_of(own, (size_t)len));
}

static bool is_key_of(const struct pki_profile *profile, struct slice key) {
  struct slice prefix = slice_str(profile->key_prefix);
  return slice_ends(prefix, S("/")) ? slice_starts(key, prefix) : slice_eq(key, prefix);
}

static result find_profile(enum x509_profile wanted, const struct pki_subject *subject,
                           const struct pki_profile **ret_profile) {
  for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++) {
    if (is_key_of(&profiles[i], subject->key) && profiles[i].profile == wanted &&
        (wanted == X509_PERSON_SIGNING ? is_own_key(subject) : subject->person_id == 0)) {
      *ret_profile = &profiles[i];
      return OK;
    }
  }
  FAIL(PKI_KEY_REFUSED, "no such certificate for a key of this name");
}

result pki_issue_sign(void *context, const uint8_t digest[static DIGEST_BYTES], struct arena *arena,
                      struct slice *ret_signature) {
  const struct pki_ca *ca = context;
  struct signer_request request = {.key = ca->key, .profile = SIGNER_CERTIFICATE};
  memcpy(request.digest, digest, sizeof request.digest);
  return ca->env->signer->sign(ca->env->signer, &request, arena, ret_signature);
}

/* The Law on E-Transactions of that day: the new one holds from 1 July 2024. */
static struct slice legal_basis(int64_t at_ms) {
  static const struct civil_date new_law_from = {2024, 7, 1};
  return clock_date_of(at_ms) >= clock_date_from(new_law_from) ? S("Luật Giao dịch điện tử số 20/2023/QH15")
                                                               : S("Luật Giao dịch điện tử số 51/2005/QH11");
}

result pki_issue_record(struct env *env, struct db_tx *tx, const struct pki_ledger_line *line) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct buf detail;
  struct jout out;
  buf_init(&detail, &arena, 256);
  jout_init(&out, &detail);
  jout_object(&out);
  jout_put_text(&out, "key", line->row->key);
  jout_put_text(&out, "serial", hex_write(&arena, line->row->serial));
  jout_put_instant(&out, "not_before", line->row->not_before_ms);
  jout_put_instant(&out, "not_after", line->row->not_after_ms);
  if (line->row->revoked_at_ms != 0) {
    jout_put_int(&out, "reason", line->row->reason);
  }
  jout_object_end(&out);
  struct ledger_entry entry = {.kind = line->kind,
                               .actor_person_id = line->actor_person_id,
                               .actor_role = line->actor_role,
                               .subjects = &line->row->person_id,
                               .subject_count = line->row->person_id != 0,
                               .legal_basis = legal_basis(clock_now_ms(env->clock)),
                               .detail = buf_slice(&detail)};
  return ledger_append(env, tx, &entry);
}

static result find_in_force(struct env *env, struct slice key, int64_t at_ms, struct arena *arena,
                            struct pki_row *ret_row) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(env->db, &tx));
  return pki_store_find_key(tx, key, at_ms, arena, ret_row);
}

result pki_issue_ca(struct env *env, struct slice ca_key, int64_t at_ms, struct arena *arena,
                    struct slice *ret_certificate) {
  struct pki_row row;
  result found = find_in_force(env, ca_key, at_ms, arena, &row);
  if (is_code(found, PKI_CERTIFICATE_UNKNOWN)) {
    FAIL(PKI_MISSING, "no certificate of the CA in force");
  }
  TRY(found);
  *ret_certificate = row.certificate;
  return OK;
}

/* ---- storing ---- */

struct issue {
  struct env *env;
  struct arena *arena;
  const struct pki_subject *subject;
  const struct pki_profile *profile;
  int64_t now_ms; /* whole seconds */
  struct slice spki;
  struct pki_row row; /* what is to be stored; after store: what is in force */
};

static bool is_still_good(const struct issue *issue, const struct pki_row *row) {
  struct x509 x509;
  return row->not_after_ms - issue->now_ms > (int64_t)RENEW_BEFORE_DAYS * CLOCK_DAY_MS &&
         is_ok(x509_parse(row->certificate, &x509)) && slice_eq(x509.spki, issue->spki);
}

/* Two may have issued for one key at once: the first stored is the certificate, the other one was never given out. */
static result store(struct db_tx *tx, void *arg) {
  struct issue *issue = arg;
  struct pki_row present;
  result found = pki_store_find_key(tx, issue->subject->key, issue->now_ms, issue->arena, &present);
  if (is_ok(found) && is_still_good(issue, &present)) {
    issue->row = present;
    return OK;
  }
  if (!is_ok(found) && !is_code(found, PKI_CERTIFICATE_UNKNOWN)) {
    return found;
  }
  TRY(pki_store_add(tx, &issue->row));
  struct pki_ledger_line line = {"pki.certificate_issued", &issue->row, issue->subject->actor_person_id,
                                 issue->subject->actor_role};
  return pki_issue_record(issue->env, tx, &line);
}

/* ---- making ---- */

static result make_key(struct issue *issue) {
  struct signer *signer = issue->env->signer;
  const struct pki_subject *subject = issue->subject;
  if (issue->profile->signer_profile == SIGNER_PERSONAL && subject->pin_key.len == 0) {
    return signer->key_public(signer, subject->key, issue->arena, &issue->spki);
  }
  return signer->key_create(
      signer,
      &(struct signer_new_key){
          .name = subject->key, .profile = issue->profile->signer_profile, .pin_key = subject->pin_key},
      issue->arena, &issue->spki);
}

/* The same civil day some years on, but not beyond the issuer. */
static result end_of_life(const struct issue *issue, struct slice issuer, int64_t *ret_not_after_ms) {
  struct civil_date civil = clock_civil(clock_date_of(issue->now_ms));
  civil.year = (int16_t)(civil.year + issue->profile->years);
  int64_t end_ms = clock_date_start_ms(clock_date_from(civil)) - SECOND_MS;
  if (issuer.len > 0) {
    struct x509 ca;
    TRY(x509_parse(issuer, &ca));
    end_ms = end_ms < ca.not_after_ms ? end_ms : ca.not_after_ms;
  }
  *ret_not_after_ms = end_ms;
  return OK;
}

static result make_certificate(struct issue *issue) {
  const struct pki_profile *profile = issue->profile;
  struct pki_ca ca = {issue->env, slice_str(profile->issuer_key)};
  struct x509_issuer_key issuer_key = {pki_issue_sign, &ca};
  struct x509_request request = {.profile = profile->profile, .subject = issue->subject->name, .spki = issue->spki};
  if (profile->crl_path != NULL) {
    TRY(pki_issue_ca(issue->env, ca.key, issue->now_ms, issue->arena, &request.issuer));
    request.crl_url = arena_printf(issue->arena, "%.*s%s", SLICE_ARG(issue->env->origin), profile->crl_path);
  }
  random_fill(issue->env->random, request.serial, sizeof request.serial);
  x509_serial_from(request.serial);
  request.not_before_ms = issue->now_ms;
  TRY(end_of_life(issue, request.issuer, &request.not_after_ms));
  issue->row = (struct pki_row){.person_id = issue->subject->person_id,
                                .serial = arena_copy(issue->arena, slice_of(request.serial, sizeof request.serial)),
                                .key = issue->subject->key,
                                .issuer_key = ca.key,
                                .not_before_ms = request.not_before_ms,
                                .not_after_ms = request.not_after_ms};
  return x509_write(&request, &issuer_key, issue->arena, &issue->row.certificate);
}

static result issue_as(struct env *env, enum x509_profile wanted, const struct pki_subject *subject,
                       struct arena *arena, struct slice *ret_certificate) {
  struct issue issue = {.env = env, .arena = arena, .subject = subject};
  struct pki_row present;
  TRY(find_profile(wanted, subject, &issue.profile));
  issue.now_ms = clock_now_ms(env->clock) / SECOND_MS * SECOND_MS;
  TRY(make_key(&issue));
  result found = find_in_force(env, subject->key, issue.now_ms, arena, &present);
  if (is_ok(found) && is_still_good(&issue, &present)) {
    *ret_certificate = present.certificate;
    return OK;
  }
  if (!is_ok(found) && !is_code(found, PKI_CERTIFICATE_UNKNOWN)) {
    return found;
  }
  TRY(make_certificate(&issue));
  TRY(db_write(env->db, store, &issue));
  *ret_certificate = issue.row.certificate;
  return OK;
}

result pki_issue_person(struct env *env, const struct pki_subject *subject, struct arena *arena,
                        struct slice *ret_certificate) {
  return issue_as(env, X509_PERSON_SIGNING, subject, arena, ret_certificate);
}

result pki_issue_seal(struct env *env, const struct pki_subject *subject, struct arena *arena,
                      struct slice *ret_certificate) {
  return issue_as(env, X509_AGENCY_SEAL, subject, arena, ret_certificate);
}

result pki_issue_system(struct env *env, const struct pki_subject *subject, struct arena *arena,
                        struct slice *ret_certificate) {
  return issue_as(env, X509_SYSTEM, subject, arena, ret_certificate);
}

result pki_init(struct env *env) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  static const struct {
    enum x509_profile profile;
    struct slice key;
    struct slice name;
  } authorities[] = {
      {X509_ROOT_CA, S_INIT(PKI_ROOT_KEY), S_INIT("Danh Demonstration Root CA")},
      {X509_ISSUING_CA, S_INIT(PKI_ISSUING_KEY), S_INIT("Danh Demonstration Issuing CA")},
  };
  for (size_t i = 0; i < sizeof authorities / sizeof *authorities; i++) {
    struct pki_subject subject = {.key = authorities[i].key,
                                  .name = {.organization = S("Danh"), .common_name = authorities[i].name}};
    struct slice made = {0};
    TRY(issue_as(env, authorities[i].profile, &subject, &arena, &made));
    TRY(pki_crl(env, authorities[i].key, &arena, &made));
  }
  return OK;
}

static result find_last(struct env *env, struct slice key, struct arena *arena, struct pki_row *ret_row) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(env->db, &tx));
  return pki_store_find_last(tx, key, arena, ret_row);
}

result pki_renew(struct env *env, const struct pki_renewal *renewal, int64_t *ret_not_after_ms, bool *ret_is_new) {
  struct arena arena CLEANUP(arena_free);
  struct pki_row last;
  struct x509 x509;
  struct slice renewed;
  size_t which = 0;
  arena_init(&arena);
  while (which < sizeof profiles / sizeof *profiles && !is_key_of(&profiles[which], renewal->key)) {
    which++;
  }
  if (which == sizeof profiles / sizeof *profiles) {
    FAIL(PKI_CERTIFICATE_UNKNOWN, "no certificate for a key of this name");
  }
  TRY(find_last(env, renewal->key, &arena, &last));
  if (last.revoked_at_ms != 0) {
    FAIL(PKI_REVOKED_ALREADY, "the last certificate of the key was revoked");
  }
  TRY(x509_parse(last.certificate, &x509));
  struct pki_subject subject = {.key = renewal->key,
                                .person_id = last.person_id,
                                .name = x509.subject_name,
                                .actor_person_id = renewal->actor_person_id,
                                .actor_role = renewal->actor_role};
  TRY(issue_as(env, profiles[which].profile, &subject, &arena, &renewed));
  TRY(x509_parse(renewed, &x509));
  *ret_not_after_ms = x509.not_after_ms;
  *ret_is_new = !slice_eq(renewed, last.certificate);
  return OK;
}
