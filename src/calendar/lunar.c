#include "calendar/lunar.h"

#include <math.h>

static const double days_2000 = 10957.5; /* noon UT of 2000-01-01, in days since 1970-01-01 */
static const double synodic_month = 29.530588861;
static const double local_day = 7.0 / 24.0; /* UTC+7 */

static double radians(double degrees) {
  return degrees * M_PI / 180.0;
}

/* Instant (days since 1970, UT) of new moon k: mean phase plus the largest periodic terms. [Meeus 49.1-49.3] */
static double new_moon_instant(double k) {
  double t = k / 1236.85;
  double mean = days_2000 + 5.09766 + synodic_month * k + 0.00015437 * t * t - 0.00000015 * t * t * t;
  double sun = radians(2.5534 + 29.10535670 * k - 0.0000014 * t * t);
  double moon = radians(201.5643 + 385.81693528 * k + 0.0107582 * t * t);
  double latitude = radians(160.7108 + 390.67050284 * k - 0.0016118 * t * t);
  double node = radians(124.7746 - 1.56375588 * k + 0.0020672 * t * t);
  double e = 1.0 - 0.002516 * t - 0.0000074 * t * t;
  double periodic = -0.40720 * sin(moon) + 0.17241 * e * sin(sun) + 0.01608 * sin(2 * moon) +
                    0.01039 * sin(2 * latitude) + 0.00739 * e * sin(moon - sun) - 0.00514 * e * sin(moon + sun) +
                    0.00208 * e * e * sin(2 * sun) - 0.00111 * sin(moon - 2 * latitude) -
                    0.00057 * sin(moon + 2 * latitude) + 0.00056 * e * sin(2 * moon + sun) - 0.00042 * sin(3 * moon) +
                    0.00042 * e * sin(sun + 2 * latitude) + 0.00038 * e * sin(sun - 2 * latitude) -
                    0.00024 * e * sin(2 * moon - sun) - 0.00017 * sin(node);
  double planets = 0.000325 * sin(radians(299.77 + 0.107408 * k - 0.009173 * t * t)) +
                   0.000165 * sin(radians(251.88 + 0.016321 * k)) + 0.000164 * sin(radians(251.83 + 26.651886 * k));
  /* dynamical time runs ahead of UT by about a minute in these centuries */
  double years = t * 100.0;
  double delta_t_s = 62.92 + 0.32217 * years + 0.005589 * years * years;
  return mean + periodic + planets - delta_t_s / 86400.0;
}

int32_t calendar_lunar_new_moon(int32_t k) {
  return (int32_t)floor(new_moon_instant(k) + local_day);
}

/* Apparent longitude of the sun. [Meeus 25.2-25.8] */
static double sun_longitude(double instant) {
  double t = (instant - days_2000) / 36525.0;
  double mean = 280.46646 + 36000.76983 * t + 0.0003032 * t * t;
  double anomaly = radians(357.52911 + 35999.05029 * t - 0.0001537 * t * t);
  double centre = (1.914602 - 0.004817 * t) * sin(anomaly) + (0.019993 - 0.000101 * t) * sin(2 * anomaly) +
                  0.000289 * sin(3 * anomaly);
  double apparent = mean + centre - 0.00569 - 0.00478 * sin(radians(125.04 - 1934.136 * t));
  return apparent - 360.0 * floor(apparent / 360.0);
}

int calendar_lunar_sun_sector(int32_t date) {
  return (int)(sun_longitude(date - local_day) / 30.0);
}

static int32_t new_moon_number_near(int32_t date) {
  return (int32_t)floor((date + 0.5 - days_2000 - 5.09766) / synodic_month);
}

int32_t calendar_lunar_month_eleven(int16_t year) {
  int32_t year_end = clock_date_from((struct civil_date){year, 12, 31});
  int32_t k = new_moon_number_near(year_end) + 1;
  while (calendar_lunar_new_moon(k) > year_end) {
    k--;
  }
  /* if the sun passed the solstice before this new moon, the solstice lies in the month before */
  return calendar_lunar_sun_sector(calendar_lunar_new_moon(k)) >= 9 ? k - 1 : k;
}

/* How many months after the 11th month the leap month stands (1..12), in a lunar year of 13 months; 0 when it has 12.
 * The leap month is the first in which the sun enters no new sector. */
static int leap_offset(int32_t eleven, int32_t next_eleven) {
  if (next_eleven - eleven == 12) {
    return 0;
  }
  for (int i = 1; i < 13; i++) {
    if (calendar_lunar_sun_sector(calendar_lunar_new_moon(eleven + i)) == calendar_lunar_sun_sector(calendar_lunar_new_moon(eleven + i + 1))) {
      return i;
    }
  }
  return 0;
}

struct calendar_lunar_date calendar_lunar(int32_t date) {
  int16_t year = clock_civil(date).year;
  int32_t k = new_moon_number_near(date) + 1;
  while (calendar_lunar_new_moon(k) > date) {
    k--;
  }
  int32_t eleven = calendar_lunar_month_eleven(year);
  if (k < eleven) {
    year = (int16_t)(year - 1);
    eleven = calendar_lunar_month_eleven(year);
  }
  int offset = (int)(k - eleven);
  int leap = leap_offset(eleven, calendar_lunar_month_eleven((int16_t)(year + 1)));
  int number = offset + 11 - (leap != 0 && offset >= leap ? 1 : 0);
  return (struct calendar_lunar_date){
      .year = (int16_t)(number > 12 ? year + 1 : year),
      .month = (uint8_t)(number > 12 ? number - 12 : number),
      .day = (uint8_t)(date - calendar_lunar_new_moon(k) + 1),
      .leap = leap != 0 && offset == leap,
  };
}

/* The new moon that opens the given (not leap) month 1..10 of the lunar year that begins in this civil year. */
static int32_t month_start(int16_t year, int month) {
  int32_t eleven = calendar_lunar_month_eleven((int16_t)(year - 1));
  int leap = leap_offset(eleven, calendar_lunar_month_eleven(year));
  int offset = month + 1;
  return calendar_lunar_new_moon(eleven + offset + (leap != 0 && offset >= leap ? 1 : 0));
}

int32_t calendar_tet(int16_t year) {
  return month_start(year, 1);
}
int32_t calendar_hung_kings(int16_t year) {
  return month_start(year, 3) + 9;
}
