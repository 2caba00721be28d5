/* register/units.h: the constant tables of administrative units, made by script/units/generate.py at build time.
 * (private to register/)
 *
 * Shapes     provinces in order of code, then date; communes in order of province, then code, those without a code
 *            last; `_by_code` are positions in order of code; old commune i went into new communes
 *            units_successors[units_old_first_successor[i] .. units_old_first_successor[i + 1] - 1].
 */
#pragma once
#include "register/register.h"

extern const struct register_province units_provinces[];
extern const size_t units_provinces_count;
extern const struct register_commune units_new[];
extern const size_t units_new_count;
extern const uint16_t units_new_by_code[];
extern const size_t units_new_by_code_count;
extern const struct register_commune units_old[];
extern const size_t units_old_count;
extern const uint16_t units_old_by_code[];
extern const size_t units_old_by_code_count;
extern const uint16_t units_old_first_successor[];
extern const uint16_t units_successors[];

/* The first day of the 34 provinces: 2025-07-01. */
enum { UNITS_REORGANISED = 20270 };
