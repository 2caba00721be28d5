/* account/enrol.h: what collecting and deciding share. (private to account/) */
#pragma once
#include "account/life.h"

/* What the enrolment says about how to reach the person; guardian_id 0: themself. */
struct account_contact {
  struct slice phone;
  struct slice email;
  int64_t guardian_id;
};
/* Binds the number to the person, unless it is their guardian's. ACCOUNT_PHONE_TAKEN. */
MUST_USE result account_contact_adopt(struct env *env, struct db_tx *tx, int64_t person_id, const struct account_contact *contact);

/* Has somebody been made this person's guardian? */
MUST_USE result account_is_ward(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t on, bool *ret_ward);
/* [Decree 69/2024 Art 7] Who came along may act for a minor or ward, and `phone` is their own. ACCOUNT_GUARDIAN..., ACCOUNT_NOT_GUARDIAN. */
MUST_USE result account_guardian_check(struct db_tx *tx, const struct account_enrolment *enrolment, struct slice phone, int32_t on);
