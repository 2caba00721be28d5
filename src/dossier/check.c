/* dossier/check.c: the public check of a paper copy. It answers to five right fields together, and gives nothing away
 * to four. */
#include "codec/utf8.h"
#include "dossier/dossier.h"

static result names_equal(struct arena *arena, struct slice a, struct slice b, bool *ret_equal) {
  struct slice fa;
  struct slice fb;
  TRY(utf8_search_fold(a, arena, &fa));
  TRY(utf8_search_fold(b, arena, &fb));
  *ret_equal = slice_eq(fa, fb);
  return OK;
}

static result matches(struct db_tx *tx, struct arena *arena, const struct dossier_check *check, const struct dossier *d,
                      bool *ret_matches) {
  struct register_person p;
  bool same_name = false;
  TRY(register_person_load(tx, arena, d->person_id, &p));
  TRY(names_equal(arena, p.name, check->name, &same_name));
  bool same_sex = slice_is(check->sex, p.sex == REGISTER_MALE ? "male" : "female");
  bool same_number =
      slice_eq(check->id_number, p.pin) || (!slice_empty(p.card_number) && slice_eq(check->id_number, p.card_number));
  *ret_matches = same_name && same_sex && same_number && register_birth_date(p.birth) == check->birth_date;
  return OK;
}

/* A certificate on its way into the wallet is valid: only what lies there can have been revoked. */
static result is_revoked(struct db_tx *tx, struct arena *arena, const struct dossier *d, bool *ret_revoked) {
  struct wallet_document document = {.state = WALLET_VALID};
  result found = wallet_document_of_dossier(tx, arena, d->person_id, d->code, &document);
  *ret_revoked = document.state == WALLET_REVOKED;
  return is_code(found, WALLET_DOCUMENT_UNKNOWN) ? OK : found;
}

static result find_checked(struct env *env, struct arena *arena, const struct dossier_check *check,
                           struct dossier *ret_dossier, struct dossier_check_answer *ret_answer) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  struct slice typed;
  struct dossier_code code;
  TRY(utf8_upper(slice_trim(check->code), arena, &typed));
  TRY(dossier_code_parse(arena, typed, &code));
  TRY(db_read_begin(env->db, &tx));
  TRY(dossier_load(tx, arena, typed, ret_dossier));
  bool right = false;
  TRY(matches(tx, arena, check, ret_dossier, &right));
  if (!right || ret_dossier->finished_at_ms == 0 || ret_dossier->certificate == 0) {
    FAIL(DOSSIER_UNKNOWN, "the five fields do not belong together");
  }
  struct register_agency agency;
  int32_t issued_on = clock_date_of(ret_dossier->finished_at_ms);
  TRY(register_agency_load(tx, arena, ret_dossier->agency_code, issued_on, &agency));
  *ret_answer = (struct dossier_check_answer){.issued_on = issued_on,
                                              .authority_vi = agency.name_vi,
                                              .authority_en = agency.name_en,
                                              .certificate_number = ret_dossier->certificate_number,
                                              .certificate = ret_dossier->certificate};
  return is_revoked(tx, arena, ret_dossier, &ret_answer->revoked);
}

result dossier_check(struct env *env, struct arena *arena, const struct dossier_check *check,
                     struct dossier_check_answer *ret_answer) {
  struct dossier d;
  struct dossier_check_answer answer;
  TRY(find_checked(env, arena, check, &d, &answer));
  struct ledger_entry entry = {.kind = "dossier.checked",
                               .subjects = &d.person_id,
                               .subject_count = 1,
                               .legal_basis = S("Kiểm tra Phiếu lý lịch tư pháp bản giấy theo mã QR"),
                               .detail = arena_printf(arena, "{\"dossier\":\"%.*s\"}", SLICE_ARG(d.code))};
  TRY(ledger_record_read(env, &entry));
  *ret_answer = answer;
  return OK;
}
