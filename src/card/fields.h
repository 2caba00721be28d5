/* card/fields.h: what both texts of a card share: digits, dates, refusals. (private to card/) */
#pragma once
#include "base/clock.h"
#include "card/card.h"

/* Leaves the function with the code, and says at which field. */
#define CARD_REFUSE(fault, at, why, ...)             \
  do {                                               \
    *(fault) = (struct card_fault){(at), (why)};     \
    FAIL(why, __VA_ARGS__);                          \
  } while (0)

/* -1: something else than digits, or none, or too many for a number. */
int32_t card_number_of(struct slice digits);
/* Parts that are known make a day that can be; what is 0 is unknown. */
bool card_date_is_possible(struct card_date date);
