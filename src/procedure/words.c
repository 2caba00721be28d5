#include "procedure/procedure.h"

static const char *const channel_names[] = {"", "vneid", "online", "counter", "post"};
static const char *const category_names[] = {
    "child",
    "elderly",
    "disabled",
    "poor_household",
    "difficult_commune",
    "difficult_commune_minority",
    "border_or_atk_commune",
    "meritorious",
    "martyr_relative",
    "student",
    "pupil",
};
static const char *const authority_names[] = {"", "justice", "police"};
static const char *const relation_names[] = {"self", "parent", "guardian", "spouse", "adult_child", "authorised"};

enum {
  CHANNELS = sizeof channel_names / sizeof *channel_names,
  CATEGORIES = sizeof category_names / sizeof *category_names,
  AUTHORITIES = sizeof authority_names / sizeof *authority_names,
  RELATIONS = sizeof relation_names / sizeof *relation_names,
};

struct slice procedure_channel_name(enum procedure_channel channel) {
  return (unsigned)channel < CHANNELS ? slice_str(channel_names[channel]) : S("");
}

bool procedure_channel_parse(struct slice name, enum procedure_channel *ret_channel) {
  for (unsigned i = 1; i < CHANNELS; i++) {
    if (slice_is(name, channel_names[i])) {
      *ret_channel = (enum procedure_channel)i;
      return true;
    }
  }
  return false;
}

struct slice procedure_category_name(uint32_t bit) {
  for (unsigned i = 0; i < CATEGORIES; i++) {
    if (bit == 1U << i) {
      return slice_str(category_names[i]);
    }
  }
  return S("");
}

bool procedure_category_parse(struct slice name, uint32_t *ret_bit) {
  for (unsigned i = 0; i < CATEGORIES; i++) {
    if (slice_is(name, category_names[i])) {
      *ret_bit = 1U << i;
      return true;
    }
  }
  return false;
}

struct slice procedure_authority_name(enum procedure_authority authority) {
  return (unsigned)authority < AUTHORITIES ? slice_str(authority_names[authority]) : S("");
}

struct slice procedure_relation_name(enum procedure_relation relation) {
  return (unsigned)relation < RELATIONS ? slice_str(relation_names[relation]) : S("");
}
