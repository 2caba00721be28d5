/* calendar/holidays.h: the days off and the swapped Saturdays of one year, declared or computed. (private to calendar/)
 * Standard   Labour Code 2019 Art 112 (which days), 111(3) (a holiday on a rest day moves to the next working day);
 * Resolution 28/2026/QH16 (24 November from 2026, not made up). Does not   know swaps of undeclared years: they cannot
 * be computed.
 */
#pragma once
#include "calendar/calendar.h"

enum { HOLIDAYS_MAX = 24 };
struct calendar_holidays {
  int16_t year;
  enum calendar_certainty certainty;
  int off_count, worked_count;
  int32_t off[HOLIDAYS_MAX];    /* dates, Monday to Friday */
  int32_t worked[HOLIDAYS_MAX]; /* Saturdays and Sundays worked instead */
};

/* The declared year, else the computed one. */
void calendar_holidays_of_year(int16_t year, struct calendar_holidays *ret_holidays);
/* From law and moon alone, whatever was declared. */
void calendar_holidays_compute(int16_t year, struct calendar_holidays *ret_holidays);
bool calendar_holidays_is_working_day(const struct calendar_holidays *holidays, int32_t date);
