/* register/synth_country.h: the parts of the synthetic country: what lasts from batch to batch, a batch, a household.
 * (private to register/)
 *
 * Made in    synth_household.c (who lives together), synth_member.c (one person's record and standing), synth_store.c
 *            (the write), synth.c (the order).
 * Repeats    every draw comes from one seeded stream, in one order: the same options make the same rows.
 */
#pragma once
#include <pthread.h>

#include "register/people.h"
#include "register/synth_names.h"
#include "register/synth_places.h"

struct synth_writing;

struct synth_country {
  struct synth_writing *writings; /* two, by turns: one is made while the other is written */
  size_t turn;
  const struct register_synth_options *options;
  struct random random;
  struct arena lasting;
  struct synth_names names;
  struct synth_places places;
  uint32_t *pin_serials; /* how many PINs each (province, sex, year of birth) has given */
  int64_t next_person_id;
  int64_t made;
  int32_t date;
  struct register_synth_counts counts;
};

struct synth_row {
  struct register_person person;
  struct people_words words;
  const struct synth_piece *surname;
  int32_t born;
};

/* What one write stores. Every pointer is into its arena or the country's. */
struct synth_batch {
  struct arena arena;
  struct synth_row **rows;
  size_t row_count;
  struct register_relation *relations;
  size_t relation_count;
  struct register_residence *residences;
  size_t residence_count;
  struct register_category_row *categories;
  size_t category_count;
  struct register_conviction *convictions;
  size_t conviction_count;
  struct register_ban *bans;
  size_t ban_count;
  struct register_holding *holdings;
  size_t holding_count;
  struct register_demo *demos;
  size_t demo_count;
  int32_t date;
};
/* A batch, and the thread that writes it. Everything it reads stays as it is meanwhile: the making only adds to the country's arena. */
struct synth_writing {
  struct env *env;
  struct synth_batch batch;
  pthread_t thread;
  bool is_running;
  result written;
  struct fault fault; /* the thread's */
};

enum {
  SYNTH_BATCH_PEOPLE = 16000, /* 25 MB, twice: every page of an index that a write touches is written again by the next */
  SYNTH_HOUSEHOLD_MAX = 16,
  SYNTH_ROWS_PER_PERSON = 6, /* most relations or categories of one person */
};

struct synth_household {
  struct synth_country *country;
  struct synth_batch *batch;
  const struct synth_place *place;
  const struct register_commune *commune;
  struct slice address;
  struct slice religion;
  int64_t head_id;
  int32_t since; /* lives there */
  int ethnic;
  bool poor;
  bool plain; /* demonstration people: no standing but what is given to them */
};

/* Between 0 and bound - 1; true with a probability in ten thousand. */
uint64_t register_synth_draw(struct synth_country *country, uint64_t bound);
bool register_synth_chance(struct synth_country *country, uint64_t of_ten_thousand);
/* A birth date of somebody who is that old on the country's date. */
int32_t register_synth_born(struct synth_country *country, int32_t age);
/* A date `years` after, never one that does not exist. */
int32_t register_synth_years_after(int32_t date, int32_t years);

/* ---- synth_member.c ---- */
struct synth_form {
  enum register_sex sex;
  int32_t born;
  const struct synth_piece *surname; /* NULL: any */
  int32_t died_on;                   /* 0: alive */
};
/* A person with number, PIN, name, card, residence, categories and perhaps convictions. */
MUST_USE result register_synth_member(struct synth_household *household, const struct synth_form *form,
                             struct synth_row **ret_row);
void register_synth_category(struct synth_batch *batch, const struct register_category_row *row);
/* The first, and here the only one, of its kind that the person has. */
void register_synth_relation(struct synth_batch *batch, const struct register_relation *relation);
/* [Law 26/2023 Art 19] Below 14 on request: a card for a child of six or over who has none; before that law nothing. */
void register_synth_card_of_child(const struct synth_country *country, struct synth_row *child);
void register_synth_convict(struct synth_country *country, struct synth_batch *batch, const struct synth_row *row,
                   bool expunged);
/* Banned for three years from founding and managing enterprises, and never convicted. */
void register_synth_bankrupt(struct synth_country *country, struct synth_batch *batch, const struct synth_row *row);

/* ---- synth_household.c ---- */
/* A random household: one to about ten people. */
MUST_USE result register_synth_household_any(struct synth_country *country, struct synth_batch *batch);
/* In that province, plain, for demonstrations. */
void register_synth_household_plain(struct synth_country *country, struct synth_batch *batch, const struct synth_place *place,
                           struct synth_household *ret_household);
struct register_synth_single {
  enum register_sex sex;
  int32_t age;
};
MUST_USE result register_synth_single(struct synth_household *household, const struct register_synth_single *form,
                             struct synth_row **ret_row);
struct register_synth_family {
  int32_t husband_age, wife_age;
  int32_t child_age;                        /* one child of that age; -1: as it comes */
  struct synth_row *husband, *wife, *child; /* filled in */
};
MUST_USE result register_synth_family(struct synth_household *household, struct register_synth_family *family);
MUST_USE result register_synth_guarded(struct synth_household *household, struct synth_row **ret_guardian,
                              struct synth_row **ret_ward);

/* ---- synth_store.c ---- */
void register_synth_batch_init(struct synth_batch *batch, int32_t date);
/* In a thread of its own, until register_synth_batch_wait; harmless when none runs. Frees the batch. */
MUST_USE result register_synth_batch_write(struct synth_writing *writing);
MUST_USE result register_synth_batch_wait(struct synth_writing *writing);

/* ---- synth_load.c ---- */
/* REGISTER_NOT_EMPTY. Between the two nobody can be found by name or PIN. */
MUST_USE result register_synth_load_begin(struct env *env);
MUST_USE result register_synth_load_end(struct env *env);
