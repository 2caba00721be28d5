/* api/desk.h: what the officers' screens share. (private to api/) */
#pragma once
#include "api/dossier_view.h"

/* The caller's act, in the acting post, on the dossier the address names. */
struct dossier_act api_desk_act(const struct api_call *call, struct slice purpose);
/* Opens the dossier for act->purpose (a recorded read) and answers with it: schema DeskDossier. */
MUST_USE result api_desk_send(struct api_call *call, const struct dossier_act *act);
