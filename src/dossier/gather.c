#include "dossier/gather.h"

static uint32_t category_bits(const struct register_category_list *list) {
  uint32_t bits = 0;
  for (size_t i = 0; i < list->count; i++) {
    uint32_t bit = 0;
    const char *name = register_category_name(list->items[i].category);
    if (name != NULL && procedure_category_parse(slice_str(name), &bit)) {
      bits |= bit;
    }
  }
  return bits;
}

result dossier_relation_find(struct db_tx *tx, struct arena *arena, const struct dossier_pair *pair, int32_t on,
                             enum procedure_relation *ret_relation) {
  *ret_relation = PROCEDURE_SELF;
  if (pair->applicant_id == pair->person_id) {
    return OK;
  }
  struct register_relation_list list;
  TRY(register_relations_load(tx, arena, pair->person_id, on, &list));
  for (size_t i = 0; i < list.count; i++) {
    if (list.items[i].related_person_id != pair->applicant_id) {
      continue;
    }
    switch (list.items[i].kind) {
      case REGISTER_FATHER:
      case REGISTER_MOTHER:
        *ret_relation = PROCEDURE_PARENT;
        break;
      case REGISTER_GUARDIAN:
        *ret_relation = PROCEDURE_GUARDIAN;
        return OK;
      case REGISTER_SPOUSE:
        *ret_relation = PROCEDURE_SPOUSE;
        break;
      case REGISTER_CHILD:
        *ret_relation = PROCEDURE_ADULT_CHILD;
        break;
      default:
        break;
    }
  }
  if (*ret_relation == PROCEDURE_SELF && pair->is_authorised) {
    *ret_relation = PROCEDURE_AUTHORISED;
  }
  if (*ret_relation == PROCEDURE_SELF) {
    FAIL(DOSSIER_NOT_REPRESENTED, "the register knows no relation between applicant and person");
  }
  return OK;
}

struct provinces {
  struct slice permanent; /* empty: none in the country */
  struct slice any;       /* else of temporary residence */
};

static result find_province(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on,
                            struct provinces *ret_provinces) {
  struct register_residence temporary;
  *ret_provinces = (struct provinces){0};
  result found = register_residence_province(tx, arena, person_id, on, &ret_provinces->permanent);
  if (!is_code(found, REGISTER_RESIDENCE_UNKNOWN)) {
    ret_provinces->any = ret_provinces->permanent;
    return found;
  }
  found = register_residence_find(tx, arena, &(struct register_residence_key){person_id, REGISTER_TEMPORARY, on},
                                  &temporary);
  if (is_code(found, REGISTER_RESIDENCE_UNKNOWN)) {
    return OK;
  }
  TRY(found);
  const struct register_province *province = register_province_successor(temporary.province, on);
  ret_provinces->any = province ? slice_str(province->code) : S("");
  return OK;
}

static const struct procedure_fact *facts_of(struct arena *arena, const struct dossier_application *a,
                                             size_t *ret_count) {
  if (a->certificate == 0) {
    *ret_count = 0;
    return NULL;
  }
  struct procedure_fact *facts = ARENA_ARRAY(arena, struct procedure_fact, 3);
  facts[0] = (struct procedure_fact){"certificate", a->certificate};
  facts[1] = (struct procedure_fact){"copies", a->copies};
  facts[2] = (struct procedure_fact){"complex", 0}; /* found out while processing, not by the applicant */
  *ret_count = 3;
  return facts;
}

static result find_level(struct db_tx *tx, int64_t person_id, int *ret_level) {
  struct account account;
  TRY(account_load(tx, person_id, &account));
  *ret_level = account.state == ACCOUNT_ACTIVE ? account.level : 0;
  return OK;
}

result dossier_gather(struct db_tx *tx, struct arena *arena, const struct gathering *gathering, struct gathered *ret_gathered) {
  const struct dossier_application *a = gathering->application;
  int32_t today = clock_date_of(gathering->now_ms);
  struct register_person person;
  struct register_category_list categories;
  TRY(register_person_load(tx, arena, a->person_id, &person));
  TRY(register_categories_load(tx, arena, a->person_id, today, &categories));
  struct gathered g = {0};
  struct provinces provinces;
  int level = a->level;
  if (a->helper != NULL) { /* at the counter and by post one needs no account; the session's is the officer's */
    TRY(find_level(tx, a->applicant_id, &level));
  }
  TRY(find_province(tx, arena, a->person_id, today, &provinces));
  g.province = provinces.any;
  g.input.submitted_at_ms = gathering->now_ms;
  g.input.channel = a->channel;
  g.input.applicant = (struct procedure_applicant){
      .birth_date = register_birth_date(person.birth),
      .citizen = slice_is(person.nationality, "VN"),
      .digital_citizen = register_category_list_has(&categories, REGISTER_CATEGORY_DIGITAL_CITIZEN),
      .level = (uint8_t)level,
      .permanent_province = provinces.permanent,
      .categories = category_bits(&categories),
  };
  const struct dossier_pair pair = {a->applicant_id, a->person_id, gathering->is_authorised};
  TRY(dossier_relation_find(tx, arena, &pair, today, &g.input.relation));
  g.input.facts = facts_of(arena, a, &g.input.fact_count);
  if (!slice_empty(g.province)) {
    struct register_competence asked = {arena_cstr(arena, a->procedure), g.province, today};
    TRY(register_agency_competent(tx, arena, &asked, &g.agency));
  }
  *ret_gathered = g;
  return OK;
}
