/* calendar/lunar.h: the moon and sun behind the Vietnamese lunar calendar. (private to calendar/)
 * Standard   Meeus, Astronomical Algorithms, ch. 25 and 49 (short series, under two minutes off between 1900 and 2100);
 * months begin on the UTC+7 date of the new moon, the 11th month holds the winter solstice. Does not   agree with the
 * Chinese calendar (UTC+8): tables copied from it are wrong in 2030, for one.
 */
#pragma once
#include "calendar/calendar.h"

/* The civil date on which new moon number k falls; k = 0 is that of 6 January 2000. */
int32_t calendar_lunar_new_moon(int32_t k);
/* Which twelfth of the year the sun stands in at the start of a civil date: 0 from the spring equinox .. 9 from the
 * winter solstice. */
int calendar_lunar_sun_sector(int32_t date);
/* The new moon that opens the 11th month whose solstice falls in this civil year. */
int32_t calendar_lunar_month_eleven(int16_t year);
