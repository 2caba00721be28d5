/* dossier/form.h: what a citizen filled, held against the procedure's form. (private to dossier/)
 * Only what the citizen fills may come in, and all of it that is required of somebody of that age; the registers fill the rest.
 */
#pragma once
#include "dossier/dossier.h"

/* CODEC_JSON_..., with the application's form_fault written when there is one. */
MUST_USE result dossier_form_check(struct procedure_engine *engine, struct arena *arena,
                                   const struct dossier_application *application, int32_t age);
