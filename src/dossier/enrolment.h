/* dossier/enrolment.h: what the kinds of enrolment share. (private to dossier/) */
#pragma once
#include "dossier/act.h"

#define DOSSIER_ENROLMENT_LEVEL1 "enrolment_level1"
#define DOSSIER_ENROLMENT_ORGANISATION "enrolment_organisation"

/* [Decree 69/2024 Art 13] three working days or seven: a citizen's valid card; a foreigner's biometrics in the immigration database. */
MUST_USE result dossier_enrolment_is_in_database(struct db_tx *tx, const struct register_person *person, int32_t today, bool *ret_in_database);
/* The police who decide on somebody's enrolment: where they live; who lives nowhere in the country, the capital's. DOSSIER_NO_AGENCY. */
MUST_USE result dossier_enrolment_agency(struct db_tx *tx, struct arena *arena, int64_t person_id, int32_t today, struct register_agency *ret_agency);
/* DONE, then RETURNED by the system: the result is a message. context->dossier has its decider. */
MUST_USE result dossier_enrolment_finish(struct act_context *context);
/* organisation.c: the account's side of a decision. */
MUST_USE result dossier_enrolment_organisation_approve(struct act_context *context);
MUST_USE result dossier_enrolment_organisation_reject(struct act_context *context, const struct account_rejection *rejection, struct slice reason);
