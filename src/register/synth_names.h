/* register/synth_names.h: invented Vietnamese names by sex, year of birth and people. (private to register/)
 *
 * Shapes     a name comes with its folded form, put together from folded pieces: folding a name costs more than storing
 *            it.
 * Does not   take any name from a list of real people: pieces are common syllables, weights are of the common
 *            distribution.
 */
#pragma once
#include "register/register.h"

struct synth_piece {
  struct slice text, fold;
  uint32_t up_to; /* running sum of weights */
};
struct synth_pool {
  struct synth_piece *pieces;
  size_t count;
};
enum { SYNTH_ERAS = 3, SYNTH_PEOPLES = 9 };
struct synth_names {
  struct synth_pool surnames[SYNTH_PEOPLES];
  struct synth_pool middle[2][SYNTH_ERAS]; /* [0] male, [1] female */
  struct synth_pool given[2][SYNTH_ERAS];
  struct synth_pool streets;
};
/* Parses and folds the tables into the arena. */
MUST_USE result register_synth_names_init(struct arena *arena, struct synth_names *ret_names);

struct synth_name {
  struct slice text, fold;
};
const struct synth_piece *register_synth_piece_pick(const struct synth_pool *pool, struct random *random);
const struct synth_piece *register_synth_surname_pick(const struct synth_names *names, int ethnic, struct random *random);
struct synth_bearer {
  const struct synth_piece *surname;
  enum register_sex sex;
  int16_t birth_year;
};
struct synth_name register_synth_name_make(const struct synth_names *names, struct arena *arena, struct random *random,
                                  const struct synth_bearer *bearer);
