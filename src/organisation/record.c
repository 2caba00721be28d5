/* The record of an organisation, and finding it by any of its numbers. */
#include "organisation/record.h"

#include "codec/utf8.h"
#include "ledger/ledger.h"

enum { NAME_BYTES_MAX = 400, ADDRESS_BYTES_MAX = 500, CODE_DIGITS = 10, BRANCH_BYTES = 14 };

result organisation_record(struct env *env, struct db_tx *tx, const struct organisation_note *note) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  const struct ledger_entry entry = {
      .kind = note->kind,
      .actor_person_id = note->actor_id,
      .actor_role = note->actor_role,
      .subjects = &note->person_id,
      .subject_count = note->person_id != 0,
      .legal_basis = note->legal_basis,
      .detail = arena_printf(&arena, "{\"organisation\":%lld%s%.*s}", (long long)note->organisation_id, slice_empty(note->detail) ? "" : ",",
                             SLICE_ARG(note->detail)),
  };
  return ledger_append(env, tx, &entry);
}

const char *organisation_status_name(enum organisation_status status) {
  static const char *const names[] = {[ORGANISATION_WORKING] = "working", [ORGANISATION_SUSPENDED] = "suspended", [ORGANISATION_DISSOLVED] = "dissolved"};
  return names[status];
}

/* "0101234567", a branch "0101234567-001". */
static bool is_code_syntax(struct slice code) {
  bool good = code.len == CODE_DIGITS || (code.len == BRANCH_BYTES && code.ptr[CODE_DIGITS] == '-');
  for (size_t i = 0; i < code.len && good; i++) {
    good = i == CODE_DIGITS || (code.ptr[i] >= '0' && code.ptr[i] <= '9');
  }
  return good;
}

static bool is_line(struct slice text, size_t least, size_t most) { return text.len >= least && text.len <= most && utf8_is_line(text); }

static result check(const struct organisation *o, int32_t today) {
  if (!is_code_syntax(o->code) || !is_code_syntax(o->tax_code) || (!slice_empty(o->enterprise_code) && !is_code_syntax(o->enterprise_code))) {
    FAIL(ORGANISATION_CODE, "ten digits, of a branch a hyphen and three more");
  }
  bool names = is_line(o->name, 2, NAME_BYTES_MAX) && is_line(o->short_name, 0, NAME_BYTES_MAX) && is_line(o->foreign_name, 0, NAME_BYTES_MAX);
  bool place = is_line(o->head_office, 2, ADDRESS_BYTES_MAX) && register_province_find(o->province, today) != NULL;
  if (!names || !place || o->founded_on > today || o->status < ORGANISATION_WORKING || o->status > ORGANISATION_DISSOLVED) {
    FAIL(ORGANISATION_FIELD, "a name, the head office, its province, the founding date or the status");
  }
  return OK;
}

/* Enterprise and tax code are the same number for most. */
static result add_codes(struct db_tx *tx, const struct organisation *o) {
  const struct slice codes[] = {o->code, o->tax_code, o->enterprise_code};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    bool again = slice_empty(codes[i]) || (i > 0 && slice_eq(codes[i], codes[0])) || (i > 1 && slice_eq(codes[i], codes[1]));
    result added = again ? OK : db_run(tx, "INSERT INTO organisation_code (code, organisation_id) VALUES ($1, $2)",
                                       DB_ARGS(db_of_text(codes[i]), db_of_int(o->organisation_id)), NULL);
    if (is_code(added, DB_DUPLICATE)) {
      FAIL(ORGANISATION_TAKEN, "the code belongs to another");
    }
    TRY(added);
  }
  return OK;
}

result organisation_add(struct env *env, struct db_tx *tx, const struct register_act *act, struct organisation *organisation) {
  struct organisation o = *organisation;
  TRY(check(&o, clock_date_of(clock_now_ms(env->clock))));
  o.organisation_id = o.organisation_id != 0 ? o.organisation_id : env_id_new(env);
  TRY(add_codes(tx, &o));
  TRY(db_run(tx,
             "INSERT INTO organisation (organisation_id, code, tax_code, enterprise_code, name, short_name, foreign_name, founded_on, head_office,"
             " province, status, in_database) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
             DB_ARGS(db_of_int(o.organisation_id), db_of_text(o.code), db_of_text(o.tax_code), db_of_text_or_null(o.enterprise_code),
                     db_of_text(o.name), db_of_text_or_null(o.short_name), db_of_text_or_null(o.foreign_name), db_of_int(o.founded_on),
                     db_of_text(o.head_office), db_of_text(o.province), db_of_int(o.status), db_of_int(o.is_in_database)),
             NULL));
  organisation->organisation_id = o.organisation_id;
  return organisation_record(env, tx, &(const struct organisation_note){.kind = "organisation.added",
                                                                        .organisation_id = o.organisation_id,
                                                                        .actor_id = act->actor_person_id,
                                                                        .actor_role = act->actor_role,
                                                                        .legal_basis = act->legal_basis});
}

result organisation_load(struct db_tx *tx, struct arena *arena, int64_t organisation_id, struct organisation *ret_organisation) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT code, tax_code, enterprise_code, name, short_name, foreign_name, founded_on, head_office, province, status, in_database"
               " FROM organisation WHERE organisation_id = $1",
               DB_ARGS(db_of_int(organisation_id)), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(ORGANISATION_UNKNOWN, "no organisation has that id");
  }
  *ret_organisation = (struct organisation){
      .organisation_id = organisation_id,
      .code = db_text_copy(&rows, 0, arena),
      .tax_code = db_text_copy(&rows, 1, arena),
      .enterprise_code = db_text_copy(&rows, 2, arena),
      .name = db_text_copy(&rows, 3, arena),
      .short_name = db_text_copy(&rows, 4, arena),
      .foreign_name = db_text_copy(&rows, 5, arena),
      .founded_on = (int32_t)db_int(&rows, 6),
      .head_office = db_text_copy(&rows, 7, arena),
      .province = db_text_copy(&rows, 8, arena),
      .status = (enum organisation_status)db_int(&rows, 9),
      .is_in_database = db_int(&rows, 10) != 0,
  };
  return OK;
}

result organisation_find(struct db_tx *tx, struct slice code, int64_t *ret_organisation_id) {
  if (!is_code_syntax(code)) {
    FAIL(ORGANISATION_CODE, "ten digits, of a branch a hyphen and three more");
  }
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, "SELECT organisation_id FROM organisation_code WHERE code = $1", DB_ARGS(db_of_text(code)), &rows));
  if (!db_rows_next(&rows)) {
    TRY(rows.status);
    FAIL(ORGANISATION_UNKNOWN, "no organisation has that number");
  }
  *ret_organisation_id = db_int(&rows, 0);
  return OK;
}
