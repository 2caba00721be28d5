#include "register/units.h"

/* Both tables are in force on one side of 2025-07-01 each: a date chooses the table, never a row. */
struct commune_table {
  const struct register_commune *items;
  size_t count;
  const uint16_t *by_code;
  size_t by_code_count;
};

static struct commune_table table_at(int32_t on) {
  if (on >= UNITS_REORGANISED) {
    return (struct commune_table){register_units_new, register_units_new_count, register_units_new_by_code, register_units_new_by_code_count};
  }
  return (struct commune_table){register_units_old, register_units_old_count, register_units_old_by_code, register_units_old_by_code_count};
}

const struct register_province *register_province_find(struct slice code, int32_t on) {
  for (size_t i = 0; i < register_units_provinces_count; i++) {
    const struct register_province *province = &register_units_provinces[i];
    if (province->from <= on && on <= province->to && slice_is(code, province->code)) {
      return province;
    }
  }
  return NULL;
}

result register_provinces(struct arena *arena, int32_t on, const struct register_province *const **ret_list,
                          size_t *ret_count) {
  const struct register_province **list = ARENA_ARRAY(arena, const struct register_province *, register_units_provinces_count);
  size_t count = 0;
  for (size_t i = 0; i < register_units_provinces_count; i++) {
    if (register_units_provinces[i].from <= on && on <= register_units_provinces[i].to) {
      list[count++] = &register_units_provinces[i];
    }
  }
  *ret_list = list;
  *ret_count = count;
  return OK;
}

const struct register_province *register_province_successor(struct slice code, int32_t on) {
  const struct register_province *same = register_province_find(code, on);
  if (same || on < UNITS_REORGANISED) {
    return same;
  }
  const struct register_province *former = register_province_find(code, UNITS_REORGANISED - 1);
  return former ? register_province_find(slice_str(former->successor), on) : NULL;
}

const struct register_commune *register_commune_find(struct slice code, int32_t on) {
  struct commune_table table = table_at(on);
  size_t low = 0;
  size_t high = table.by_code_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    const struct register_commune *commune = &table.items[table.by_code[middle]];
    int order = slice_cmp(slice_str(commune->code), code);
    if (order == 0) {
      return commune;
    }
    if (order < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return NULL;
}

const struct register_commune *register_commune_find_named(struct slice province, struct slice district_name,
                                                           struct slice name) {
  struct register_commune_list list = register_communes_of_province(province, UNITS_REORGANISED - 1);
  for (size_t i = 0; i < list.count; i++) {
    if (slice_is(name, list.items[i].name) && slice_is(district_name, list.items[i].district_name)) {
      return &list.items[i];
    }
  }
  return NULL;
}

static size_t first_of_province(struct commune_table table, struct slice province) {
  size_t low = 0;
  size_t high = table.count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (slice_cmp(slice_str(table.items[middle].province), province) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

struct register_commune_list register_communes_of_province(struct slice province, int32_t on) {
  struct commune_table table = table_at(on);
  size_t first = first_of_province(table, province);
  size_t end = first;
  while (end < table.count && slice_is(province, table.items[end].province)) {
    end++;
  }
  return (struct register_commune_list){table.items + first, end - first};
}

result register_commune_successors(struct arena *arena, const struct register_commune *commune,
                                   const struct register_commune *const **ret_list, size_t *ret_count) {
  if (commune->to == REGISTER_OPEN) {
    const struct register_commune **itself = ARENA_ARRAY(arena, const struct register_commune *, 1);
    itself[0] = commune;
    *ret_list = itself;
    *ret_count = 1;
    return OK;
  }
  size_t position = (size_t)(commune - register_units_old);
  size_t first = register_units_old_first_successor[position];
  size_t count = register_units_old_first_successor[position + 1] - first;
  const struct register_commune **list = ARENA_ARRAY(arena, const struct register_commune *, count);
  for (size_t i = 0; i < count; i++) {
    list[i] = &register_units_new[register_units_successors[first + i]];
  }
  *ret_list = list;
  *ret_count = count;
  return OK;
}
