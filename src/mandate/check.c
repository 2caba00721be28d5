/* The one question: may this person do that for that one, today? Everything is read anew each time, nothing is kept. */
#include "mandate/row.h"

/* One question being answered. */
struct asked {
  struct env *env;
  struct db_tx *tx;
  struct arena *arena;
  const struct mandate_question *question;
  int64_t now_ms;
  int32_t today;
  bool has_any; /* some mandate was found, if not for this */
};

static bool is_covered(struct asked *asked, const struct mandate *mandate) {
  asked->has_any = true;
  return slice_empty(asked->question->scope) || mandate_scopes_have(mandate->scopes, asked->question->scope);
}

int32_t mandate_child_until(struct register_birth birth) {
  struct civil_date birthday = clock_civil(register_birth_date(birth));
  birthday.year = (int16_t)(birthday.year + MANDATE_ADULT_FROM);
  return clock_date_from(birthday) - 1;
}

/* What the register says of the two: no mandate, a parent's or a guardian's. */
static struct mandate family_mandate(struct arena *arena, const struct register_person *principal, const struct register_relation *relation,
                                     int32_t today) {
  int32_t age = register_person_age(principal, today);
  struct mandate mandate = {.kind = relation->kind == REGISTER_GUARDIAN ? MANDATE_GUARDIAN : MANDATE_PARENT,
                            .state = MANDATE_ACTIVE,
                            .actor_id = relation->related_person_id,
                            .principal_id = principal->person_id,
                            .from = relation->from,
                            .to = relation->to};
  if (mandate.kind == MANDATE_PARENT) {
    mandate.to = mandate_child_until(principal->birth);
  }
  mandate.scopes = mandate_scopes_of_kind(arena, mandate.kind, age);
  return mandate;
}

/* actor_id 0: whoever acts for the principal. */
static result family_load(struct db_tx *tx, struct arena *arena, const struct mandate_question *question, int32_t today, struct mandate_list *ret_list) {
  struct register_person principal;
  struct register_relation_list relations;
  TRY(register_person_load(tx, arena, question->principal_id, &principal));
  TRY(register_carers_load(tx, arena, question->principal_id, today, &relations));
  struct mandate *items = ARENA_ARRAY(arena, struct mandate, relations.count + 1);
  size_t count = 0;
  for (size_t i = 0; i < relations.count && principal.life == REGISTER_ALIVE; i++) {
    const struct register_relation *relation = &relations.items[i];
    bool is_fit = false;
    bool is_asked = question->actor_id == 0 || question->actor_id == relation->related_person_id;
    if (!is_asked || relation->related_person_id == 0) {
      continue;
    }
    struct mandate mandate = family_mandate(arena, &principal, relation, today);
    if (mandate.to < today) {
      continue;
    }
    TRY(mandate_is_fit(tx, arena, mandate.actor_id, today, &is_fit));
    if (is_fit) {
      items[count++] = mandate;
    }
  }
  *ret_list = (struct mandate_list){items, count};
  return OK;
}

result mandate_family_load(struct db_tx *tx, struct arena *arena, int64_t principal_id, int32_t today, struct mandate_list *ret_list) {
  return family_load(tx, arena, &(const struct mandate_question){.principal_id = principal_id}, today, ret_list);
}

static result find_in_register(struct asked *asked, bool *ret_found, struct mandate *ret_mandate) {
  struct mandate_list family;
  result found = family_load(asked->tx, asked->arena, asked->question, asked->today, &family);
  if (is_code(found, REGISTER_PERSON_UNKNOWN)) {
    return OK; /* a number that somebody tries tells nothing */
  }
  TRY(found);
  for (size_t i = 0; i < family.count && !*ret_found; i++) {
    if (is_covered(asked, &family.items[i])) {
      *ret_mandate = family.items[i];
      *ret_found = true;
    }
  }
  return OK;
}

static result find_in_organisation(struct asked *asked, bool *ret_found, struct mandate *ret_mandate) {
  struct organisation_representative_list list;
  bool works = false;
  TRY(mandate_organisation_works(asked->tx, asked->arena, asked->question->organisation_id, &works));
  TRY(organisation_representatives_load(asked->tx, asked->arena, asked->question->organisation_id, asked->today, &list));
  for (size_t i = 0; i < list.count && works && !*ret_found; i++) {
    const struct mandate mandate = mandate_of_representative(asked->arena, &list.items[i]);
    bool is_able = false;
    if (mandate.actor_id != asked->question->actor_id) {
      continue;
    }
    TRY(mandate_is_able(asked->tx, asked->arena, mandate.actor_id, asked->today, &is_able));
    if (is_able && is_covered(asked, &mandate)) {
      *ret_mandate = mandate;
      *ret_found = true;
    }
  }
  return OK;
}

static result is_alive(struct asked *asked, int64_t person_id, bool *ret_alive) {
  struct register_person person;
  TRY(register_person_load(asked->tx, asked->arena, person_id, &person));
  *ret_alive = person.life == REGISTER_ALIVE;
  return OK;
}

/* A row says that it was given; whether both are still such as may give and act is asked now. An authority ends with either's death [Civil Code 2015
 * Art 140]. Who comes to the counter with a notarised paper, and who signed it before a notary, need no account. */
static result both_may(struct asked *asked, const struct mandate *mandate, bool *ret_may) {
  bool is_paper = mandate->kind == MANDATE_NOTARISED;
  if (mandate->kind == MANDATE_DELEGATE) {
    TRY(mandate_is_able(asked->tx, asked->arena, mandate->principal_id, asked->today, ret_may));
  } else if (is_paper) {
    TRY(is_alive(asked, mandate->principal_id, ret_may));
  } else {
    TRY(mandate_organisation_works(asked->tx, asked->arena, mandate->organisation_id, ret_may));
  }
  if (!*ret_may) {
    return OK;
  }
  return is_paper && asked->question->is_at_counter ? mandate_is_fit(asked->tx, asked->arena, mandate->actor_id, asked->today, ret_may)
                                                    : mandate_is_able(asked->tx, asked->arena, mandate->actor_id, asked->today, ret_may);
}

static result rows_load(struct asked *asked, struct mandate_list *ret_list) {
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(asked->tx,
               "SELECT " MANDATE_COLUMNS " FROM mandate m WHERE m.person_id = $1 AND m.state = $2 AND COALESCE(m.principal_id, 0) = $3"
               " AND COALESCE(m.organisation_id, 0) = $4 AND m.from_date <= $5 AND m.to_date >= $5 ORDER BY m.mandate_id DESC",
               DB_ARGS(db_of_int(asked->question->actor_id), db_of_int(MANDATE_ACTIVE), db_of_int(asked->question->principal_id),
                       db_of_int(asked->question->organisation_id), db_of_int(asked->today)),
               &rows));
  return mandate_rows_take(&rows, asked->arena, asked->now_ms, ret_list);
}

static result find_in_rows(struct asked *asked, bool *ret_found, struct mandate *ret_mandate) {
  struct mandate_list list;
  TRY(rows_load(asked, &list));
  for (size_t i = 0; i < list.count && !*ret_found; i++) {
    bool may = false;
    TRY(both_may(asked, &list.items[i], &may));
    if (may && is_covered(asked, &list.items[i])) {
      *ret_mandate = list.items[i];
      *ret_found = true;
    }
  }
  return OK;
}

result mandate_check(struct env *env, struct db_tx *tx, const struct mandate_question *question, struct arena *arena,
                     struct mandate *ret_mandate) {
  if (question->organisation_id == 0 && question->principal_id == question->actor_id) {
    *ret_mandate = (struct mandate){.kind = MANDATE_SELF, .state = MANDATE_ACTIVE, .actor_id = question->actor_id, .principal_id = question->actor_id};
    return OK;
  }
  int64_t now_ms = clock_now_ms(env->clock);
  struct asked asked = {env, tx, arena, question, now_ms, clock_date_of(now_ms), false};
  bool is_found = false;
  TRY(question->organisation_id == 0 ? find_in_register(&asked, &is_found, ret_mandate) : find_in_organisation(&asked, &is_found, ret_mandate));
  if (!is_found) {
    TRY(find_in_rows(&asked, &is_found, ret_mandate));
  }
  if (!is_found) {
    FAIL(asked.has_any ? MANDATE_SCOPE : MANDATE_NONE, "nothing that covers this");
  }
  return OK;
}

result mandate_covers(struct env *env, struct db_tx *tx, const struct mandate_question *question, bool *ret_covers) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct mandate mandate;
  result checked = mandate_check(env, tx, question, &arena, &mandate);
  if (is_code(checked, MANDATE_NONE) || is_code(checked, MANDATE_SCOPE)) {
    *ret_covers = false;
    return OK;
  }
  TRY(checked);
  *ret_covers = true;
  return OK;
}

/* ---- lists ---- */

struct gathered {
  struct mandate *items;
  size_t count;
};

static result add_rows(struct gathered *gathered, struct db_rows *rows, struct arena *arena, int64_t now_ms) {
  struct mandate_list list;
  TRY(mandate_rows_take(rows, arena, now_ms, &list));
  for (size_t i = 0; i < list.count; i++) {
    gathered->items[gathered->count++] = list.items[i];
  }
  return OK;
}

/* Children and wards the register still lets this person act for. */
static result add_kin(struct gathered *gathered, struct db_tx *tx, struct arena *arena, int64_t actor_id, int32_t today) {
  struct register_relation_list relations;
  TRY(register_dependants_load(tx, arena, actor_id, today, &relations));
  gathered->items = ARENA_ARRAY(arena, struct mandate, relations.count + 2 * MANDATE_LISTED_MAX); /* kin, organisations, rows */
  for (size_t i = 0; i < relations.count; i++) {
    const struct register_relation *relation = &relations.items[i];
    struct mandate_list family;
    if (relation->kind == REGISTER_CHILD && mandate_child_until(relation->birth) < today) {
      continue;
    }
    const struct mandate_question question = {.actor_id = actor_id, .principal_id = relation->related_person_id};
    TRY(family_load(tx, arena, &question, today, &family));
    enum mandate_kind kind = relation->kind == REGISTER_WARD ? MANDATE_GUARDIAN : MANDATE_PARENT;
    for (size_t j = 0; j < family.count; j++) {
      if (family.items[j].kind == kind) {
        gathered->items[gathered->count++] = family.items[j];
      }
    }
  }
  return OK;
}

static result add_represented(struct gathered *gathered, struct db_tx *tx, struct arena *arena, int64_t actor_id, int32_t today) {
  struct organisation_representative_list list;
  TRY(organisation_represented_load(tx, arena, actor_id, today, &list));
  for (size_t i = 0; i < list.count && i < MANDATE_LISTED_MAX; i++) {
    bool works = false;
    TRY(mandate_organisation_works(tx, arena, list.items[i].organisation_id, &works));
    if (works) {
      gathered->items[gathered->count++] = mandate_of_representative(arena, &list.items[i]);
    }
  }
  return OK;
}

result mandate_list_for(struct env *env, struct db_tx *tx, int64_t actor_id, struct arena *arena, struct mandate_list *ret_list) {
  int64_t now_ms = clock_now_ms(env->clock);
  int32_t today = clock_date_of(now_ms);
  struct gathered gathered = {0};
  TRY(add_kin(&gathered, tx, arena, actor_id, today));
  TRY(add_represented(&gathered, tx, arena, actor_id, today));
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx,
               "SELECT " MANDATE_COLUMNS " FROM mandate m WHERE m.person_id = $1 AND m.to_date >= $2 AND (m.state = $3 OR"
               " (m.state = $4 AND m.kind <> $5 AND m.given_at > $6)) ORDER BY m.mandate_id DESC",
               DB_ARGS(db_of_int(actor_id), db_of_int(today), db_of_int(MANDATE_ACTIVE), db_of_int(MANDATE_OFFERED), db_of_int(MANDATE_NOTARISED),
                       db_of_int(now_ms - MANDATE_OFFER_DAYS * CLOCK_DAY_MS)),
               &rows));
  TRY(add_rows(&gathered, &rows, arena, now_ms));
  *ret_list = (struct mandate_list){gathered.items, gathered.count};
  return OK;
}

/* Those of the register, and room for the rows behind them. */
static result add_family(struct gathered *gathered, struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t today) {
  struct mandate_list family;
  TRY(mandate_family_load(tx, arena, person_id, today, &family));
  gathered->items = ARENA_ARRAY(arena, struct mandate, family.count + MANDATE_LISTED_MAX);
  for (size_t i = 0; i < family.count; i++) {
    gathered->items[gathered->count++] = family.items[i];
  }
  return OK;
}

static result add_representatives(struct gathered *gathered, struct db_tx *tx, struct arena *arena, int64_t organisation_id, int32_t today) {
  struct organisation_representative_list list;
  TRY(organisation_representatives_load(tx, arena, organisation_id, today, &list));
  gathered->items = ARENA_ARRAY(arena, struct mandate, list.count + MANDATE_LISTED_MAX);
  for (size_t i = 0; i < list.count; i++) {
    gathered->items[gathered->count++] = mandate_of_representative(arena, &list.items[i]);
  }
  return OK;
}

result mandate_list_of(struct env *env, struct db_tx *tx, const struct mandate_principal *principal, struct arena *arena,
                       struct mandate_list *ret_list) {
  static const char of_person[] = "SELECT " MANDATE_COLUMNS " FROM mandate m WHERE m.principal_id = $1 ORDER BY m.mandate_id DESC";
  static const char of_organisation[] = "SELECT " MANDATE_COLUMNS " FROM mandate m WHERE m.organisation_id = $1 ORDER BY m.mandate_id DESC";
  int64_t now_ms = clock_now_ms(env->clock);
  bool is_person = principal->organisation_id == 0;
  struct gathered gathered = {0};
  TRY(is_person ? add_family(&gathered, tx, arena, principal->person_id, clock_date_of(now_ms))
                : add_representatives(&gathered, tx, arena, principal->organisation_id, clock_date_of(now_ms)));
  struct db_rows rows CLEANUP(db_rows_close) = {0};
  TRY(db_query(tx, is_person ? of_person : of_organisation, DB_ARGS(db_of_int(is_person ? principal->person_id : principal->organisation_id)), &rows));
  TRY(add_rows(&gathered, &rows, arena, now_ms));
  *ret_list = (struct mandate_list){gathered.items, gathered.count};
  return OK;
}
