#include "register/synth_places.h"

#include "register/units.h"

/* Inhabitants in thousands, rounded, and the largest minority: what an invented country is shaped by, not a statistic.
 * */
struct former {
  uint8_t code;
  uint16_t thousands;
  uint8_t minority, percent;
  bool border;
};
static const struct former FORMER[] = {
    {1, 8500, 6, 1, false},   {2, 890, 8, 55, true},     {4, 540, 2, 70, true},    {6, 320, 2, 60, false},
    {8, 800, 2, 40, false},   {10, 760, 8, 45, true},    {11, 630, 3, 65, true},   {12, 480, 3, 60, true},
    {14, 1290, 3, 62, true},  {15, 840, 2, 35, false},   {17, 870, 6, 62, false},  {19, 1320, 2, 18, false},
    {20, 800, 7, 60, true},   {22, 1360, 9, 6, true},    {24, 1880, 7, 8, false},  {25, 1510, 6, 12, false},
    {26, 1190, 7, 2, false},  {27, 1470, 1, 0, false},   {30, 1940, 1, 0, false},  {31, 2080, 1, 0, false},
    {33, 1290, 1, 0, false},  {34, 1870, 1, 0, false},   {35, 870, 1, 0, false},   {36, 1830, 1, 0, false},
    {37, 1000, 6, 3, false},  {38, 3720, 6, 12, true},   {40, 3440, 3, 12, true},  {42, 1320, 1, 0, true},
    {44, 910, 23, 2, true},   {45, 650, 23, 12, true},   {46, 1160, 31, 3, true},  {48, 1220, 26, 1, false},
    {49, 1520, 26, 8, true},  {51, 1240, 19, 12, false}, {52, 1500, 13, 2, false}, {54, 880, 12, 4, false},
    {56, 1250, 21, 4, false}, {58, 600, 17, 18, false},  {60, 1250, 17, 5, false}, {62, 580, 14, 45, true},
    {64, 1590, 10, 38, true}, {66, 1920, 12, 24, true},  {67, 670, 20, 22, true},  {68, 1330, 16, 18, false},
    {70, 1030, 22, 14, true}, {72, 1190, 5, 2, true},    {74, 2760, 1, 0, false},  {75, 3250, 32, 4, false},
    {77, 1180, 32, 2, false}, {79, 9400, 4, 4, false},   {80, 1730, 1, 0, true},   {82, 1790, 1, 0, false},
    {83, 1300, 1, 0, false},  {84, 1020, 5, 31, false},  {86, 1030, 5, 3, false},  {87, 1600, 1, 0, true},
    {89, 1900, 5, 5, true},   {91, 1750, 5, 13, true},   {92, 1250, 5, 3, false},  {93, 730, 5, 3, false},
    {94, 1200, 5, 30, false}, {95, 920, 5, 8, false},    {96, 1200, 5, 3, false},
};

static void place_add_former(struct synth_place *place, const struct former *former, uint32_t *sum,
                             uint32_t *minority_thousands) {
  *sum += former->thousands;
  if (place->birth_count < sizeof place->births) {
    place->births[place->birth_count++] = former->code;
  }
  uint32_t minority = (uint32_t)former->thousands * former->percent / 100;
  if (minority > *minority_thousands) {
    *minority_thousands = minority;
    place->minority = former->minority;
  }
  place->border = place->border || former->border;
}

static bool belongs(const struct former *former, const struct register_province *province, int32_t on) {
  const char code[] = {(char)('0' + former->code / 10), (char)('0' + former->code % 10)};
  const struct register_province *then = register_province_find(slice_of(code, 2), UNITS_REORGANISED - 1);
  return then && strcmp(on < UNITS_REORGANISED ? then->code : then->successor, province->code) == 0;
}

result register_synth_places_init(struct arena *arena, int32_t on, struct synth_places *ret_places) {
  const struct register_province *const *provinces = NULL;
  size_t count = 0;
  TRY(register_provinces(arena, on, &provinces, &count));
  struct synth_places places = {ARENA_ARRAY(arena, struct synth_place, count), count};
  uint32_t sum = 0;
  for (size_t i = 0; i < count; i++) {
    struct synth_place *place = &places.items[i];
    place->province = provinces[i];
    uint32_t before = sum;
    uint32_t minority = 0;
    for (size_t j = 0; j < sizeof FORMER / sizeof *FORMER; j++) {
      if (belongs(&FORMER[j], provinces[i], on)) {
        place_add_former(place, &FORMER[j], &sum, &minority);
      }
    }
    place->minority_percent = (uint8_t)(minority * 100 / (sum - before));
    struct register_commune_list communes = register_communes_of_province(slice_str(provinces[i]->code), on);
    place->communes = communes.items;
    /* Former communes known by name only were merged before the date anyway: people are given the coded ones. */
    while (place->commune_count < communes.count && communes.items[place->commune_count].code[0] != '\0') {
      place->commune_count++;
    }
    place->up_to = sum;
  }
  *ret_places = places;
  return OK;
}

void register_synth_places_keep(struct synth_places *places, const struct slice *provinces, size_t count) {
  uint32_t before = 0;
  uint32_t kept = 0;
  for (size_t i = 0; i < places->count; i++) {
    struct synth_place *place = &places->items[i];
    uint32_t inhabitants = place->up_to - before;
    before = place->up_to;
    for (size_t j = 0; j < count; j++) {
      kept += slice_is(provinces[j], place->province->code) ? inhabitants : 0;
    }
    place->up_to = kept;
  }
}

const struct synth_place *register_synth_place_pick(const struct synth_places *places, struct random *random) {
  uint64_t at = random_below(random, places->items[places->count - 1].up_to);
  size_t i = 0;
  while (places->items[i].up_to <= at) {
    i++;
  }
  return &places->items[i];
}

const struct synth_place *register_synth_place_find(const struct synth_places *places, struct slice province) {
  for (size_t i = 0; i < places->count; i++) {
    if (slice_is(province, places->items[i].province->code)) {
      return &places->items[i];
    }
  }
  return NULL;
}

static uint32_t mixed(const struct register_commune *commune, uint32_t salt) {
  uint32_t hash = 2166136261u ^ salt;
  for (const char *c = commune->code; *c; c++) {
    hash = (hash ^ (uint8_t)*c) * 16777619u;
  }
  return hash >> 8;
}

static bool is_rural(const struct register_commune *commune) {
  return slice_starts(slice_str(commune->name), S("Xã"));
}

bool register_synth_commune_is_difficult(const struct synth_place *place, const struct register_commune *commune) {
  return is_rural(commune) && mixed(commune, 1) % 100 < place->minority_percent;
}

bool register_synth_commune_is_border(const struct synth_place *place, const struct register_commune *commune) {
  return place->border && is_rural(commune) && mixed(commune, 2) % 100 < 8;
}
