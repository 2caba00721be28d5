/* Foreigners of the demonstration [Decree 69/2024 Art 7]: with and without biometrics in the immigration database, one whose residence has ended, a
 * child with its father. Their numbers begin with 999: no province and no country. */
#include "register/people.h"

struct sample {
  const char *demo;
  const char *pin;
  const char *name;
  const char *nationality;
  const char *passport;
  const char *card;
  const char *mobile;
  const char *province;
  struct register_birth birth;
  enum register_sex sex;
  enum register_residence_kind residence;
  int32_t residence_days; /* left from the country's day on; negative: it has ended */
  bool has_biometrics;
  const char *father; /* demo name; NULL: none */
};

static const struct sample samples[] = {
    {"foreigner.hanoi", "999085000017", "Schmidt Jonas", "DE", "C01X00T47", "990000017", "0900000017", "01", {1985, 4, 12}, REGISTER_MALE,
     REGISTER_PERMANENT, 2000, true, NULL},
    {"foreigner.hanoi.child", "999217000031", "Schmidt Leon", "DE", "C01X00T48", "990000031", "", "01", {2017, 9, 3}, REGISTER_MALE,
     REGISTER_PERMANENT, 2000, true, "foreigner.hanoi"},
    {"foreigner.hue", "999190000024", "Tanaka Yui", "JP", "TZ1234567", "990000024", "0900000024", "46", {1990, 12, 30}, REGISTER_FEMALE,
     REGISTER_TEMPORARY, 400, false, NULL},
    {"foreigner.left", "999078000038", "Moreau Luc", "FR", "19FV01234", "990000038", "0900000038", "79", {1978, 2, 1}, REGISTER_MALE,
     REGISTER_TEMPORARY, -20, true, NULL},
};
enum { SAMPLES = sizeof samples / sizeof *samples, CARD_DAYS = 3650, ETHNIC_FOREIGNER = 55 };

static const struct register_act by_system = {.actor_role = S_INIT("system"), .legal_basis = S_INIT("Dữ liệu giả lập để trình diễn")};

struct making {
  struct env *env;
  int32_t today;
};

static result add_father(const struct making *m, struct db_tx *tx, const struct sample *sample, int64_t person_id) {
  struct register_relation father = {.person_id = person_id, .kind = REGISTER_FATHER, .to = REGISTER_OPEN};
  if (sample->father == NULL) {
    return OK;
  }
  TRY(register_demo_find(tx, slice_str(sample->father), &father.related_person_id));
  return register_relation_add(m->env, tx, &by_system, &father);
}

static result add_sample(const struct making *m, struct db_tx *tx, const struct sample *s) {
  int32_t end = m->today + s->residence_days;
  struct register_person person = {.pin = slice_str(s->pin),
                                   .name = slice_str(s->name),
                                   .sex = s->sex,
                                   .birth = s->birth,
                                   .ethnic = ETHNIC_FOREIGNER,
                                   .nationality = slice_str(s->nationality),
                                   .card_number = slice_str(s->card),
                                   .card_issued = m->today - 700,
                                   .card_expires = end > m->today - 700 ? end : m->today,
                                   .mobile = slice_str(s->mobile),
                                   .life = REGISTER_ALIVE};
  TRY(register_person_add(m->env, tx, &by_system, &person));
  TRY(register_demo_add(tx, slice_str(s->demo), person.person_id));
  const struct register_foreigner foreigner = {.person_id = person.person_id,
                                               .passport_number = slice_str(s->passport),
                                               .passport_expires = m->today + CARD_DAYS,
                                               .residence = s->residence,
                                               .residence_from = m->today - 700,
                                               .residence_expires = end,
                                               .has_biometrics = s->has_biometrics};
  TRY(register_foreigner_save(m->env, tx, &by_system, &foreigner));
  return add_father(m, tx, s, person.person_id);
}

static result make(struct db_tx *tx, void *arg) {
  const struct making *m = arg;
  for (size_t i = 0; i < SAMPLES; i++) {
    int64_t person_id = 0;
    result found = register_demo_find(tx, slice_str(samples[i].demo), &person_id);
    TRY(is_code(found, REGISTER_DEMO_UNKNOWN) ? add_sample(m, tx, &samples[i]) : found);
  }
  return OK;
}

result register_synth_foreigners(struct env *env) {
  struct making m = {env, clock_date_of(clock_now_ms(env->clock))};
  return db_write(env->db, make, &m);
}
