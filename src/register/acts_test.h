/* register/acts_test.h: every writing function as one call, each in a write of its own. (tests only) */
#pragma once
#include "register/fixture_test.h"

static inline struct register_person person_of(const char *pin, const char *name, const char *birth) {
  struct register_pin_parts parts;
  struct register_person person = {
      .pin = slice_str(pin), .name = slice_str(name), .ethnic = 1, .nationality = S("VN"), .life = REGISTER_ALIVE};
  assert_ok(register_birth_parse(slice_str(birth), &person.birth));
  assert_ok(register_pin_parse(person.pin, &parts));
  person.sex = parts.sex;
  return person;
}

/* Each act in a write of its own: what fails must leave nothing. */
#define WRITE(name, type, call)                                                                    \
  struct name##_args {                                                                             \
    struct fixture *fixture;                                                                       \
    type *value;                                                                                   \
    int32_t on;                                                                                    \
    struct slice text;                                                                             \
  };                                                                                               \
  static inline result name##_fn(struct db_tx *tx, void *arg) {                                    \
    struct name##_args *args = arg;                                                                \
    struct env *env = &args->fixture->env;                                                         \
    const struct register_act *act = &args->fixture->act;                                          \
    return call;                                                                                   \
  }                                                                                                \
  static inline result name(struct fixture *fixture, type *value, int32_t on, struct slice text) { \
    struct name##_args args = {fixture, value, on, text};                                          \
    return db_write(fixture->db, name##_fn, &args);                                                \
  }
WRITE(add, struct register_person, register_person_add(env, tx, act, args->value))
WRITE(save, struct register_person, register_person_save(env, tx, act, args->value))
WRITE(replace, struct register_person, register_pin_replace(env, tx, act, args->value->person_id, args->text))
WRITE(relate, struct register_relation, register_relation_add(env, tx, act, args->value))
WRITE(part, struct register_relation, register_relation_end(env, tx, act, args->value, args->on))
WRITE(move, struct register_residence, register_residence_move(env, tx, act, args->value))
WRITE(convict, struct register_conviction, register_conviction_add(env, tx, act, args->value))
WRITE(expunge, struct register_conviction, register_conviction_expunge(env, tx, act, args->value, args->on))
WRITE(ban, struct register_ban, register_ban_add(env, tx, act, args->value))
WRITE(grant, struct register_category_row, register_category_grant(env, tx, act, args->value))
WRITE(withdraw, struct register_category_row, register_category_end(env, tx, act, args->value, args->on))
WRITE(found, struct fixture, register_agencies_found(env, tx, act))
WRITE(assign, struct register_holding, register_post_assign(env, tx, act, args->value))
WRITE(leave, struct register_holding, register_post_leave(env, tx, act, args->value, args->on))
#define NONE       \
  (struct slice) { \
    0              \
  }

static inline int64_t added(struct fixture *fixture, const char *pin, const char *name, const char *birth) {
  struct register_person person = person_of(pin, name, birth);
  assert_ok(add(fixture, &person, 0, NONE));
  return person.person_id;
}

static inline struct db_tx *reading(struct fixture *fixture) {
  struct db_tx *tx = NULL;
  assert_ok(db_read_begin(fixture->db, &tx));
  return tx;
}
