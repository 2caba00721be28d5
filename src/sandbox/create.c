/* Writes the fifty people: the register's part, then their families and posts, then what happened to each account. */
#include "sandbox/acting.h"

enum { ISSUED = 19967 /* 2024-09-01 */, VALID_DAYS = 15 * 365, EXPIRED_ON = 20454 /* 2026-01-01 */, EXPIRING_DAYS = 20, DIED_ON = 20515 /* 2026-03-03 */ };

struct creating {
  struct env *env;
  struct db_tx *tx;
  struct arena *arena;
  struct account_demo secrets; /* hashed */
  struct register_act act;
  int32_t today;
  int64_t ids[SANDBOX_PEOPLE];
};

static const struct {
  const char *person;
  enum register_relation_kind kind;
  const char *other;
} relations[] = {
    {"child_4", REGISTER_FATHER, "parent"},
    {"child_10", REGISTER_FATHER, "parent"},
    {"child_without_card", REGISTER_FATHER, "parent"},
    {"ward", REGISTER_GUARDIAN, "guardian"},
};

static const struct {
  const char *person;
  enum register_role role;
} posts[] = {
    {"officer_collector", REGISTER_COLLECTOR},
    {"officer_approver", REGISTER_APPROVER},
};

static int64_t id_of(const struct creating *c, const char *name) { return c->ids[sandbox_index_of(name)]; }

static struct slice mobile_of(struct arena *arena, const struct sandbox_person *person) {
  return *person->contact == '\0' ? S("") : arena_printf(arena, "09000000%s", person->contact);
}

/* Whose own number it is: the person on the row that the number's digits name. */
static int64_t guardian_of(const struct creating *c, size_t at) {
  const char *contact = sandbox_people[at].contact;
  size_t owner = *contact == '\0' ? at : (size_t)(contact[0] - '0') * 10 + (size_t)(contact[1] - '0') - 1;
  return owner == at ? 0 : c->ids[owner];
}

/* ---- the register ---- */

static void put_card(const struct creating *c, const struct sandbox_person *person, struct register_person *to) {
  if (person->card == SANDBOX_CARD_NONE) {
    return;
  }
  to->card_number = slice_str(person->pin);
  to->card_place = S("Bộ Công an");
  to->card_issued = person->card == SANDBOX_CARD_EXPIRED ? EXPIRED_ON - VALID_DAYS / 3 : ISSUED;
  switch (person->card) {
    case SANDBOX_CARD_EXPIRED: to->card_expires = EXPIRED_ON; break;
    case SANDBOX_CARD_EXPIRING: to->card_expires = c->today + EXPIRING_DAYS; break;
    case SANDBOX_CARD_UNLIMITED: to->card_expires = REGISTER_OPEN; break;
    default: to->card_expires = ISSUED + VALID_DAYS; break;
  }
}

static result add_residence(const struct creating *c, int64_t person_id, struct register_birth birth) {
  int32_t born = register_birth_date((struct register_birth){birth.year, birth.month ? birth.month : 1, birth.day ? birth.day : 1});
  const int32_t renumbered = clock_date_from((struct civil_date){2025, 7, 1});
  const struct register_residence residence = {.person_id = person_id,
                                               .kind = REGISTER_PERMANENT,
                                               .province = S("01"),
                                               .commune = S("00070"),
                                               .address = S("12 phố Hàng Thử"),
                                               .from = born > renumbered ? born : renumbered,
                                               .to = REGISTER_OPEN};
  return register_residence_move(c->env, c->tx, &c->act, &residence);
}

static result add_person(struct creating *c, size_t at) {
  const struct sandbox_person *person = &sandbox_people[at];
  bool is_national = strcmp(person->nationality, "VN") == 0;
  bool is_replaced = strcmp(person->name, "number_replaced") == 0;
  struct slice pin = slice_str(person->pin);
  struct register_person added = {.pin = is_replaced ? S("001094900096") : pin,
                                  .name = slice_str(person->full_name),
                                  .sex = (person->pin[3] - '0') % 2 == 0 ? REGISTER_MALE : REGISTER_FEMALE,
                                  .birth_province = is_national ? slice_of(person->pin + 1, 2) : S(""),
                                  .ethnic = 1,
                                  .nationality = slice_str(person->nationality),
                                  .life = REGISTER_ALIVE};
  TRY(register_birth_parse(slice_str(person->birth), &added.birth));
  put_card(c, person, &added);
  if (guardian_of(c, at) == 0) {
    added.mobile = mobile_of(c->arena, person);
  }
  if (person->account == SANDBOX_ACCOUNT_DECEASED) {
    added.life = REGISTER_DEAD;
    added.died_on = DIED_ON;
  }
  TRY(register_person_add(c->env, c->tx, &c->act, &added));
  c->ids[at] = added.person_id;
  if (is_replaced) {
    TRY(register_pin_replace(c->env, c->tx, &c->act, added.person_id, pin));
  }
  return add_residence(c, added.person_id, added.birth);
}

static result add_relations(const struct creating *c) {
  for (size_t i = 0; i < sizeof relations / sizeof *relations; i++) {
    const struct register_relation relation = {.person_id = id_of(c, relations[i].person),
                                               .kind = relations[i].kind,
                                               .related_person_id = id_of(c, relations[i].other),
                                               .from = relations[i].kind == REGISTER_GUARDIAN ? ISSUED : 0,
                                               .to = REGISTER_OPEN};
    TRY(register_relation_add(c->env, c->tx, &c->act, &relation));
  }
  return OK;
}

static result add_posts(const struct creating *c) {
  struct register_agency police;
  struct register_post_list list;
  TRY(register_agency_competent(c->tx, c->arena, &(const struct register_competence){"eid", S("01"), c->today}, &police));
  TRY(register_posts_of_agency(c->tx, c->arena, police.code, c->today, &list));
  for (size_t i = 0; i < sizeof posts / sizeof *posts; i++) {
    for (size_t at = 0; at < list.count; at++) {
      if (list.items[at].role == posts[i].role) {
        const struct register_holding holding = {id_of(c, posts[i].person), list.items[at].post_id, ISSUED, REGISTER_OPEN};
        TRY(register_post_assign(c->env, c->tx, &c->act, &holding));
      }
    }
  }
  return OK;
}

/* ---- accounts ---- */

static result make_active(const struct creating *c, size_t at) {
  struct account_demo demo = c->secrets;
  demo.person_id = c->ids[at];
  demo.level = sandbox_people[at].level;
  demo.phone = mobile_of(c->arena, &sandbox_people[at]);
  demo.guardian_id = guardian_of(c, at);
  return account_demo_append(c->env, c->tx, &demo);
}

static result lock(const struct creating *c, int64_t person_id, enum account_ground ground) {
  struct account_lock order = {.person_id = person_id, .ground = ground, .reason = S("Dữ liệu mẫu của môi trường thử nghiệm")};
  if (ground == ACCOUNT_GROUND_WRONG_PASSWORD) {
    struct account_limits limits;
    TRY(account_limits_load(c->tx, &limits));
    order.until_ms = clock_now_ms(c->env->clock) + limits.wrong_password_lock_ms;
  }
  return account_lock(c->env, c->tx, &order);
}

/* Level 2 asked for at the desk; what the desk then did is the row's account. */
static result enrol(const struct creating *c, size_t at) {
  const struct sandbox_person *person = &sandbox_people[at];
  struct account_enrolment enrolment = {.person_id = c->ids[at],
                                        .level = 2,
                                        .dossier_code = arena_printf(c->arena, "SANDBOX-%s", person->contact),
                                        .officer = {id_of(c, "officer_collector"), S("collector@sandbox")},
                                        .phone = mobile_of(c->arena, person),
                                        .face_matched = true,
                                        .fingerprints_matched = true};
  TRY(account_enrol_collect(c->env, c->tx, &enrolment));
  enrolment.officer = (struct account_actor){id_of(c, "officer_approver"), S("approver@sandbox")};
  if (person->account == SANDBOX_ACCOUNT_APPROVED) {
    return account_enrol_approve(c->env, c->tx, &enrolment);
  }
  if (person->account == SANDBOX_ACCOUNT_REJECTED) {
    static const struct account_objection objections[] = {{S_INIT("phone"), S_INIT("Số điện thoại không chính chủ")},
                                                          {S_INIT("face"), S_INIT("Ảnh chụp quá mờ để so sánh")}};
    return account_enrol_reject(c->env, c->tx, &enrolment, &(const struct account_rejection){objections, 2});
  }
  return OK;
}

static result unlock(const struct creating *c, int64_t person_id) {
  const struct account_lock order = {.person_id = person_id, .ground = ACCOUNT_GROUND_HOLDER, .reason = S("Chủ tài khoản yêu cầu mở lại")};
  return account_unlock(c->env, c->tx, &order);
}

static result close_account(const struct creating *c, int64_t person_id) {
  return account_close(c->env, c->tx, person_id, &(const struct account_actor){0});
}

static bool is_opened(enum sandbox_account account) {
  return account >= SANDBOX_ACCOUNT_ACTIVE;
}

/* What happened after the account was opened, or instead of that. */
static result tell_story(const struct creating *c, size_t at) {
  int64_t person_id = c->ids[at];
  switch (sandbox_people[at].account) {
    case SANDBOX_ACCOUNT_APPROVED:
    case SANDBOX_ACCOUNT_VERIFYING:
    case SANDBOX_ACCOUNT_REJECTED:
    case SANDBOX_ACCOUNT_UPGRADING: return enrol(c, at);
    case SANDBOX_ACCOUNT_LOCKED_HOLDER: return lock(c, person_id, ACCOUNT_GROUND_HOLDER);
    case SANDBOX_ACCOUNT_LOCKED_TERMS: return lock(c, person_id, ACCOUNT_GROUND_TERMS);
    case SANDBOX_ACCOUNT_LOCKED_AUTHORITY: return lock(c, person_id, ACCOUNT_GROUND_AUTHORITY);
    case SANDBOX_ACCOUNT_LOCKED_PASSWORD: return lock(c, person_id, ACCOUNT_GROUND_WRONG_PASSWORD);
    case SANDBOX_ACCOUNT_LOCKED_BY_REGISTER:
    case SANDBOX_ACCOUNT_DECEASED: return account_refresh(c->env, c->tx, person_id);
    case SANDBOX_ACCOUNT_LOCKED_TWICE: TRY(lock(c, person_id, ACCOUNT_GROUND_HOLDER)); return lock(c, person_id, ACCOUNT_GROUND_AUTHORITY);
    case SANDBOX_ACCOUNT_UNLOCKED: TRY(lock(c, person_id, ACCOUNT_GROUND_HOLDER)); return unlock(c, person_id);
    case SANDBOX_ACCOUNT_CLOSED: TRY(lock(c, person_id, ACCOUNT_GROUND_HOLDER)); return close_account(c, person_id);
    default: return OK;
  }
}

static result write_people(struct db_tx *tx, void *arg) {
  struct creating *c = arg;
  c->tx = tx;
  memset(c->ids, 0, sizeof c->ids);
  TRY(register_agencies_found(c->env, tx, &c->act));
  /* from the last to the first: a child's contact is the guardian's, who stands further down */
  for (size_t at = SANDBOX_PEOPLE; at-- > 0;) {
    TRY(add_person(c, at));
  }
  TRY(add_relations(c));
  TRY(add_posts(c));
  for (size_t at = SANDBOX_PEOPLE; at-- > 0;) {
    if (is_opened(sandbox_people[at].account)) {
      TRY(make_active(c, at));
    }
  }
  for (size_t at = 0; at < SANDBOX_PEOPLE; at++) {
    TRY(tell_story(c, at));
  }
  return sandbox_acting_write(&(const struct sandbox_acting){c->env, tx, c->arena, &c->act, c->ids});
}

static result is_there(struct env *env, bool *ret_is_there) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  int64_t people = 0;
  TRY(db_read_begin(env->db, &tx));
  TRY(register_person_count(tx, &people));
  *ret_is_there = people > 0;
  return OK;
}

result sandbox_create(struct env *env) {
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct creating creating = {.env = env,
                              .arena = &arena,
                              .secrets = {.password = S(SANDBOX_PASSWORD), .passcode = S(SANDBOX_PASSCODE)},
                              .act = {.legal_basis = S("Dữ liệu mẫu")},
                              .today = clock_date_of(clock_now_ms(env->clock))};
  bool has_people = false;
  TRY(is_there(env, &has_people));
  if (has_people) {
    return OK;
  }
  TRY(account_demo_hash(env->hashing, &arena, &creating.secrets));
  return db_write(env->db, write_people, &creating);
}
