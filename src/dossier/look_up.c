/* dossier/look_up.c: an officer reads a register about the person of a dossier. The read is a ledger entry, durable
 * before the answer is shown. */
#include "codec/jout.h"
#include "dossier/act.h"

struct answer {
  struct db_tx *tx;
  struct arena *arena;
  const struct dossier *dossier;
  int32_t today;
  struct jout out;
};

static result put_population(struct answer *a) {
  struct register_person p;
  TRY(register_person_load(a->tx, a->arena, a->dossier->person_id, &p));
  jout_put_text(&a->out, "name", p.name);
  jout_put_text_or_null(&a->out, "other_name", p.other_name);
  jout_put_text(&a->out, "pin", p.pin);
  jout_put_str(&a->out, "sex", p.sex == REGISTER_MALE ? "male" : "female");
  jout_put_text(&a->out, "birth_date", register_birth_write(a->arena, p.birth));
  jout_put_text(&a->out, "birth_place", p.birth_place);
  jout_put_text(&a->out, "home_town", p.home_town);
  jout_put_str(&a->out, "ethnicity", register_ethnic_name(p.ethnic));
  jout_put_text(&a->out, "nationality", p.nationality);
  jout_put_text_or_null(&a->out, "card_number", p.card_number);
  jout_put_bool(&a->out, "alive", p.life == REGISTER_ALIVE);
  return OK;
}

static result put_residence(struct answer *a) {
  struct register_residence_list list;
  TRY(register_residences_load(a->tx, a->arena, a->dossier->person_id, &list));
  jout_put_list(&a->out, "residences");
  for (size_t i = 0; i < list.count; i++) {
    const struct register_residence *r = &list.items[i];
    jout_object(&a->out);
    jout_put_str(&a->out, "kind", r->kind == REGISTER_PERMANENT ? "permanent" : "temporary");
    jout_put_text(&a->out, "address", register_residence_write(a->arena, r, a->today));
    jout_put_date(&a->out, "from", r->from);
    if (r->to != REGISTER_OPEN) {
      jout_put_date(&a->out, "to", r->to);
    }
    jout_object_end(&a->out);
  }
  jout_list_end(&a->out);
  return OK;
}

static result put_convictions(struct answer *a) {
  struct register_conviction_list list;
  struct register_ban_list bans;
  TRY(register_convictions_load(a->tx, a->arena, a->dossier->person_id, a->today, &list));
  TRY(register_bans_load(a->tx, a->arena, a->dossier->person_id, &bans));
  jout_put_list(&a->out, "convictions");
  for (size_t i = 0; i < list.count; i++) {
    const struct register_conviction *c = &list.items[i];
    jout_object(&a->out);
    jout_put_text(&a->out, "court", c->court);
    jout_put_text(&a->out, "judgment_number", c->judgment_number);
    jout_put_date(&a->out, "judgment_date", c->judgment_date);
    jout_put_text(&a->out, "crime", c->crime);
    jout_put_text(&a->out, "clause", c->clause);
    jout_put_text(&a->out, "sentence", c->sentence);
    jout_put_bool(&a->out, "expunged", c->status == REGISTER_CONVICTION_EXPUNGED);
    jout_object_end(&a->out);
  }
  jout_list_end(&a->out);
  jout_put_list(&a->out, "bans");
  for (size_t i = 0; i < bans.count; i++) {
    jout_object(&a->out);
    jout_put_text(&a->out, "position", bans.items[i].position);
    jout_put_text(&a->out, "court", bans.items[i].court);
    jout_put_text(&a->out, "decision_number", bans.items[i].decision_number);
    jout_put_date(&a->out, "from", bans.items[i].from);
    if (bans.items[i].to != REGISTER_OPEN) {
      jout_put_date(&a->out, "to", bans.items[i].to);
    }
    jout_object_end(&a->out);
  }
  jout_list_end(&a->out);
  return OK;
}

static result put_categories(struct answer *a) {
  struct register_category_list list;
  TRY(register_categories_load(a->tx, a->arena, a->dossier->person_id, a->today, &list));
  jout_put_list(&a->out, "categories");
  for (size_t i = 0; i < list.count; i++) {
    jout_object(&a->out);
    jout_put_str(&a->out, "category", register_category_name(list.items[i].category));
    jout_put_text_or_null(&a->out, "basis", list.items[i].basis);
    jout_object_end(&a->out);
  }
  jout_list_end(&a->out);
  return OK;
}

static result put_family(struct answer *a) {
  static const char *const words[] = {
      [REGISTER_FATHER] = "father", [REGISTER_MOTHER] = "mother",     [REGISTER_SPOUSE] = "spouse",
      [REGISTER_CHILD] = "child",   [REGISTER_GUARDIAN] = "guardian", [REGISTER_WARD] = "ward"};
  struct register_relation_list list;
  TRY(register_relations_load(a->tx, a->arena, a->dossier->person_id, a->today, &list));
  jout_put_list(&a->out, "family");
  for (size_t i = 0; i < list.count; i++) {
    jout_object(&a->out);
    jout_put_str(&a->out, "relation", words[list.items[i].kind]);
    jout_put_text(&a->out, "name", list.items[i].name);
    if (list.items[i].birth.year != 0) {
      jout_put_text(&a->out, "birth_date", register_birth_write(a->arena, list.items[i].birth));
    }
    jout_object_end(&a->out);
  }
  jout_list_end(&a->out);
  return OK;
}

static const struct {
  const char *name;
  result (*put)(struct answer *answer);
} registers[] = {
    {"population", put_population}, {"residence", put_residence}, {"convictions", put_convictions},
    {"categories", put_categories}, {"family", put_family},
};

enum { REGISTERS = sizeof registers / sizeof *registers };

struct look_up {
  size_t count;
  size_t places[REGISTERS]; /* of the questions' registers */
};

/* Everybody the answer tells of: looking a family up reads its members too. */
static result find_kin(struct act_context *context, const struct look_up *look_up, struct act_step *step) {
  struct register_relation_list kin = {0};
  for (size_t i = 0; i < look_up->count; i++) {
    if (registers[look_up->places[i]].put == put_family) {
      int32_t today = clock_date_of(context->now_ms);
      TRY(register_relations_load(context->tx, context->arena, context->dossier.person_id, today, &kin));
    }
  }
  int64_t *also = ARENA_ARRAY(context->arena, int64_t, kin.count + 1);
  for (size_t i = 0; i < kin.count; i++) {
    also[step->also_count] = kin.items[i].related_person_id;
    step->also_count += also[step->also_count] != 0;
  }
  step->also = also;
  return OK;
}

/* "population,convictions" */
static struct slice names_of(struct arena *arena, const struct look_up *look_up) {
  struct slice names = S("");
  for (size_t i = 0; i < look_up->count; i++) {
    names = arena_printf(arena, "%.*s%s%s", SLICE_ARG(names), i ? "," : "", registers[look_up->places[i]].name);
  }
  return names;
}

static struct act_step step_of(struct act_context *context, size_t place) {
  return (struct act_step){.name = (const char *)arena_printf(context->arena, "look_up_%s", registers[place].name).ptr,
                           .to = DOSSIER_PROCESSING,
                           .legal_basis = context->act->purpose};
}

/* Taking the dossier up is the first look-up: RECEIVED becomes PROCESSING. A row a register; one entry a request. */
static result note_look_up(struct act_context *context) {
  const struct look_up *look_up = context->arg;
  struct act_step step = step_of(context, look_up->places[0]);
  step.kind = "register.read";
  if (look_up->count == 1) {
    step.kind = (const char *)arena_printf(context->arena, "register.%s.read", registers[look_up->places[0]].name).ptr;
  } else {
    step.registers = names_of(context->arena, look_up);
  }
  TRY(find_kin(context, look_up, &step));
  if (context->dossier.status == DOSSIER_RECEIVED) {
    TRY(dossier_act_move(context, &step));
  } else if (context->dossier.status == DOSSIER_PROCESSING) {
    TRY(dossier_act_note(context, &step));
  } else {
    FAIL(DOSSIER_MOVE_FORBIDDEN, "look-up in status %d", context->dossier.status);
  }
  for (size_t i = 1; i < look_up->count; i++) {
    step = step_of(context, look_up->places[i]);
    TRY(dossier_act_record_line(context, &step));
  }
  return OK;
}

static result write_answer(struct act_context *context, size_t index, struct slice *ret_json) {
  struct db_tx *tx CLEANUP(db_read_end) = NULL;
  TRY(db_read_begin(context->env->db, &tx));
  struct buf buf;
  buf_init(&buf, context->arena, 1024);
  struct answer answer = {tx, context->arena, &context->dossier, clock_date_of(context->now_ms), {0}};
  jout_init(&answer.out, &buf);
  jout_object(&answer.out);
  TRY(registers[index].put(&answer));
  jout_object_end(&answer.out);
  *ret_json = buf_slice(&buf);
  return OK;
}

static result find_register(struct slice name, size_t *ret_place) {
  for (size_t i = 0; i < REGISTERS; i++) {
    if (slice_is(name, registers[i].name)) {
      *ret_place = i;
      return OK;
    }
  }
  FAIL(DOSSIER_LOOK_UP_UNKNOWN, "no such register");
}

result dossier_look_up(struct env *env, struct arena *arena, const struct dossier_act *act,
                       struct dossier_question *questions, size_t count) {
  struct look_up look_up = {.count = count};
  struct act_context context = {
      .env = env, .arena = arena, .act = act, .power = ACCESS_DOSSIER_LOOK_UP, .arg = &look_up};
  if (count == 0 || count > REGISTERS) {
    FAIL(DOSSIER_LOOK_UP_UNKNOWN, "%zu registers in one request", count);
  }
  for (size_t i = 0; i < count; i++) {
    TRY(find_register(questions[i].register_name, &look_up.places[i]));
  }
  TRY(dossier_act_run(&context, note_look_up)); /* durable from here on: now it may be shown */
  for (size_t i = 0; i < count; i++) {
    TRY(write_answer(&context, look_up.places[i], &questions[i].json));
  }
  return OK;
}
