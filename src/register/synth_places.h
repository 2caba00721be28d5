/* register/synth_places.h: where invented people are born and live: provinces by their size, communes, peoples.
 * (private to register/)
 */
#pragma once
#include "register/register.h"

struct synth_place {
  const struct register_province *province;
  const struct register_commune *communes;
  size_t commune_count;
  uint32_t up_to;    /* running sum of inhabitants, thousands */
  uint8_t births[8]; /* former codes of the provinces it is made of: PIN codes of those born there */
  size_t birth_count;
  uint8_t minority; /* ethnic code of its largest minority */
  uint8_t minority_percent;
  bool border;
};
struct synth_places {
  struct synth_place *items;
  size_t count;
};
/* The provinces of the date. */
MUST_USE result register_synth_places_init(struct arena *arena, int32_t on, struct synth_places *ret_places);
/* Only these provinces are picked from now on, each as often as before beside the others. */
void register_synth_places_keep(struct synth_places *places, const struct slice *provinces, size_t count);
const struct synth_place *register_synth_place_pick(const struct synth_places *places, struct random *random);
const struct synth_place *register_synth_place_find(const struct synth_places *places, struct slice province);
/* Communes that are specially difficult, or border or safety-zone ones: the same ones for everybody who lives there. */
bool register_synth_commune_is_difficult(const struct synth_place *place, const struct register_commune *commune);
bool register_synth_commune_is_border(const struct synth_place *place, const struct register_commune *commune);
