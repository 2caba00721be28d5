/* register/units.h: the constant tables of administrative units, made by script/units/generate.py at build time.
 * (private to register/)
 *
 * Shapes     provinces in order of code, then date; communes in order of province, then code, those without a code
 *            last; `_by_code` are positions in order of code; old commune i went into new communes
 *            register_units_successors[register_units_old_first_successor[i] .. register_units_old_first_successor[i + 1] - 1].
 */
#pragma once
#include "register/register.h"

extern const struct register_province register_units_provinces[];
extern const size_t register_units_provinces_count;
extern const struct register_commune register_units_new[];
extern const size_t register_units_new_count;
extern const uint16_t register_units_new_by_code[];
extern const size_t register_units_new_by_code_count;
extern const struct register_commune register_units_old[];
extern const size_t register_units_old_count;
extern const uint16_t register_units_old_by_code[];
extern const size_t register_units_old_by_code_count;
extern const uint16_t register_units_old_first_successor[];
extern const uint16_t register_units_successors[];

/* The first day of the 34 provinces: 2025-07-01. */
enum { UNITS_REORGANISED = 20270 };
