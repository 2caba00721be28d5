/* How a mandate begins: a person or an organisation's representative gives it, or an officer enters a notarised paper. */
#include "codec/utf8.h"
#include "mandate/act.h"

enum { PAPER_TEXT_CHARACTERS_MAX = 120 };

static result check_days(int32_t to, int32_t today, int32_t days_max) {
  if (to < today || to > today + days_max - 1) {
    FAIL(MANDATE_DATES, "from day %d to day %d", today, to);
  }
  return OK;
}

/* An organisation's account works and this person represents it; a person is of age, no ward, and has an active level-2 account. */
static result check_giver(struct db_tx *tx, struct arena *arena, const struct mandate *mandate, int32_t today) {
  bool may = false;
  TRY(mandate_is_able(tx, arena, mandate->given_by, today, &may));
  if (!may) {
    FAIL(MANDATE_GIVER_UNFIT, "a minor, a ward, or no active level-2 account");
  }
  if (mandate->organisation_id != 0) {
    const struct mandate_principal principal = {mandate->given_by, mandate->organisation_id};
    TRY(mandate_represents_organisation(tx, arena, &principal, today, &may));
    if (!may) {
      FAIL(MANDATE_NONE, "does not represent that organisation");
    }
  }
  return OK;
}

result mandate_act_check_fit(struct db_tx *tx, struct arena *arena, const struct mandate *mandate, int32_t today) {
  bool may = false;
  TRY(check_giver(tx, arena, mandate, today));
  TRY(mandate_is_able(tx, arena, mandate->actor_id, today, &may));
  if (!may) {
    FAIL(MANDATE_DELEGATE_UNFIT, "a minor, a ward, or no active level-2 account");
  }
  return OK;
}

/* Number and name together, so that a number somebody tries tells them nothing and a slip of one digit empowers nobody. */
static result find_named(struct db_tx *tx, struct arena *arena, const struct mandate_offer *offer, int64_t *ret_person_id) {
  struct register_person person;
  struct slice given, own;
  result found = register_person_find(tx, offer->pin, ret_person_id);
  if (result_module(found) == MODULE_REGISTER) {
    FAIL(MANDATE_DELEGATE_UNFIT, "nobody has that number");
  }
  TRY(found);
  TRY(register_person_load(tx, arena, *ret_person_id, &person));
  TRY(utf8_search_fold(slice_trim(offer->name), arena, &given));
  TRY(utf8_search_fold(person.name, arena, &own));
  if (!slice_eq(given, own)) {
    FAIL(MANDATE_DELEGATE_UNFIT, "the name is another's");
  }
  return OK;
}

struct open_counts {
  int64_t given; /* by that person or organisation */
  int64_t same;  /* of those offered to the same person */
};

static result count_open(struct db_tx *tx, const struct mandate *mandate, int64_t now_ms, struct open_counts *ret_counts) {
  static const char of_person[] = "SELECT COUNT(*), COALESCE(SUM(CASE WHEN m.person_id = $2 AND m.state = 1 THEN 1 ELSE 0 END), 0) FROM mandate m"
                                  " WHERE m.principal_id = $1 AND m.to_date >= $3 AND (m.state = 2 OR (m.state = 1 AND m.given_at > $4))";
  static const char of_organisation[] =
      "SELECT COUNT(*), COALESCE(SUM(CASE WHEN m.person_id = $2 AND m.state = 1 THEN 1 ELSE 0 END), 0) FROM mandate m"
      " WHERE m.organisation_id = $1 AND m.to_date >= $3 AND (m.state = 2 OR (m.state = 1 AND m.given_at > $4))";
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  bool is_person = mandate->organisation_id == 0;
  TRY(db_row(tx, is_person ? of_person : of_organisation,
             DB_ARGS(db_of_int(is_person ? mandate->principal_id : mandate->organisation_id), db_of_int(mandate->actor_id),
                     db_of_int(clock_date_of(now_ms)), db_of_int(now_ms - MANDATE_OFFER_DAYS * CLOCK_DAY_MS)),
             &rows));
  *ret_counts = (struct open_counts){db_int(&rows, 0), db_int(&rows, 1)};
  return OK;
}

static result check_room(struct db_tx *tx, const struct mandate *mandate, int64_t now_ms) {
  struct open_counts open;
  TRY(count_open(tx, mandate, now_ms, &open));
  if (open.same > 0 || open.given >= (mandate->organisation_id ? MANDATE_OPEN_OF_ORGANISATION_MAX : MANDATE_OPEN_MAX)) {
    FAIL(MANDATE_TOO_MANY, "%lld open, %lld of them offered to the same person", (long long)open.given, (long long)open.same);
  }
  return OK;
}

static result insert(struct db_tx *tx, const struct mandate *mandate) {
  return db_run(
      tx,
      "INSERT INTO mandate (person_id, mandate_id, kind, state, principal_id, organisation_id, role, scopes, from_date, to_date, given_at,"
      " given_by, document_office, document_number, document_date, agency)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
      DB_ARGS(db_of_int(mandate->actor_id), db_of_int(mandate->mandate_id), db_of_int(mandate->kind), db_of_int(mandate->state),
              db_of_int_or_null(mandate->principal_id), db_of_int_or_null(mandate->organisation_id), db_of_text_or_null(mandate->role),
              db_of_text(mandate->scopes), db_of_int(mandate->from), db_of_int(mandate->to), db_of_int(mandate->given_at_ms),
              db_of_int(mandate->given_by), db_of_text_or_null(mandate->document_office), db_of_text_or_null(mandate->document_number),
              db_of_int_or_null(mandate->document_date), db_of_text_or_null(mandate->agency)),
      NULL);
}

result mandate_give(struct env *env, struct db_tx *tx, const struct mandate_offer *offer, int64_t *ret_mandate_id) {
  int64_t now_ms = clock_now_ms(env->clock);
  int32_t today = clock_date_of(now_ms);
  bool is_staff = offer->organisation_id != 0;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct mandate mandate = {.kind = is_staff ? MANDATE_STAFF : MANDATE_DELEGATE,
                            .state = MANDATE_OFFERED,
                            .mandate_id = env_id_new(env),
                            .principal_id = is_staff ? 0 : offer->giver_id,
                            .organisation_id = offer->organisation_id,
                            .role = is_staff ? offer->role : S(""),
                            .scopes = offer->scopes,
                            .from = today,
                            .to = offer->to,
                            .given_at_ms = now_ms,
                            .given_by = offer->giver_id};
  TRY(mandate_scopes_check(offer->scopes, mandate.kind));
  TRY(check_days(offer->to, today, MANDATE_DAYS_MAX));
  if (is_staff != mandate_role_is_known(offer->role)) {
    FAIL(MANDATE_SCOPES, "a role that staff cannot have, or a delegate with one");
  }
  TRY(check_giver(tx, &arena, &mandate, today));
  TRY(find_named(tx, &arena, offer, &mandate.actor_id));
  if (mandate.actor_id == offer->giver_id) {
    FAIL(MANDATE_DELEGATE_UNFIT, "to themself");
  }
  TRY(mandate_act_check_fit(tx, &arena, &mandate, today));
  TRY(check_room(tx, &mandate, now_ms));
  TRY(insert(tx, &mandate));
  TRY(mandate_act_record(env, tx, &(const struct mandate_record){"mandate.offered", &mandate, {offer->giver_id, S("")}, S("")}));
  *ret_mandate_id = mandate.mandate_id;
  return OK;
}

static result check_document(const struct mandate_paper *paper, int32_t today) {
  size_t office = utf8_count(slice_trim(paper->office));
  size_t number = utf8_count(slice_trim(paper->number));
  bool is_written = utf8_is_line(paper->office) && utf8_is_line(paper->number) && office >= 3 && office <= PAPER_TEXT_CHARACTERS_MAX && number >= 1 &&
                    number <= PAPER_TEXT_CHARACTERS_MAX;
  if (!is_written || paper->date > today || paper->date < today - MANDATE_NOTARISED_DAYS_MAX) {
    FAIL(MANDATE_DOCUMENT, "office, number or day of the paper");
  }
  return OK;
}

result mandate_act_check_officer(const struct mandate *mandate, int64_t officer_id) {
  if (officer_id == mandate->actor_id || officer_id == mandate->principal_id) {
    FAIL(MANDATE_OWN_CASE, "the officer is one of the two");
  }
  return OK;
}

/* Both alive and of age; a guardian's ward signs nothing before a notary. Neither needs an account. */
result mandate_act_check_paper(struct db_tx *tx, struct arena *arena, const struct mandate *mandate, int32_t today) {
  bool may = false;
  TRY(mandate_is_fit(tx, arena, mandate->principal_id, today, &may));
  if (!may) {
    FAIL(MANDATE_GIVER_UNFIT, "dead, a minor or a ward");
  }
  TRY(mandate_is_fit(tx, arena, mandate->actor_id, today, &may));
  if (!may || mandate->actor_id == mandate->principal_id) {
    FAIL(MANDATE_DELEGATE_UNFIT, "dead, a minor, a ward, or themself");
  }
  return OK;
}

result mandate_enter(struct env *env, struct db_tx *tx, const struct mandate_paper *paper, int64_t *ret_mandate_id) {
  int64_t now_ms = clock_now_ms(env->clock);
  int32_t today = clock_date_of(now_ms);
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct mandate mandate = {.kind = MANDATE_NOTARISED,
                            .state = MANDATE_OFFERED,
                            .mandate_id = env_id_new(env),
                            .actor_id = paper->actor_id,
                            .principal_id = paper->principal_id,
                            .scopes = paper->scopes,
                            .from = today,
                            .to = paper->to,
                            .given_at_ms = now_ms,
                            .given_by = paper->officer.person_id,
                            .document_office = slice_trim(paper->office),
                            .document_number = slice_trim(paper->number),
                            .document_date = paper->date,
                            .agency = paper->agency};
  TRY(mandate_scopes_check(paper->scopes, MANDATE_NOTARISED));
  TRY(check_days(paper->to, today, MANDATE_NOTARISED_DAYS_MAX));
  TRY(check_document(paper, today));
  TRY(mandate_act_check_officer(&mandate, paper->officer.person_id));
  TRY(mandate_act_check_paper(tx, &arena, &mandate, today));
  TRY(check_room(tx, &mandate, now_ms));
  TRY(insert(tx, &mandate));
  TRY(mandate_act_record(env, tx, &(const struct mandate_record){"mandate.entered", &mandate, paper->officer, S("")}));
  *ret_mandate_id = mandate.mandate_id;
  return OK;
}

result mandate_list_entered(struct env *env, struct db_tx *tx, struct slice agency, struct arena *arena, struct mandate_list *ret_list) {
  int64_t now_ms = clock_now_ms(env->clock);
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT " MANDATE_COLUMNS " FROM mandate m WHERE m.agency = $1 AND m.state = $2 AND m.given_at > $3 AND m.to_date >= $4"
               " ORDER BY m.mandate_id",
               DB_ARGS(db_of_text(agency), db_of_int(MANDATE_OFFERED), db_of_int(now_ms - MANDATE_OFFER_DAYS * CLOCK_DAY_MS),
                       db_of_int(clock_date_of(now_ms))),
               &rows));
  return mandate_rows_take(&rows, arena, now_ms, ret_list);
}
