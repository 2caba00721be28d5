/* api/mandates.h: a mandate as the screens show it. (private to api/) */
#pragma once
#include "api/words.h"

/* Schema Mandate, seen by the caller: as whom it concerns, as the organisation's representative, or as an officer of the paper's agency. */
MUST_USE result api_mandate_put(struct api_call *call, struct db_tx *tx, const struct mandate *mandate);
/* "scopes": [{word, name, client}] */
void api_mandate_put_scopes(struct api_call *call, struct slice scopes);
/* A list of words as one text, a space between. */
MUST_USE result api_mandate_read_scopes(struct api_call *call, const struct jin *root, struct slice *ret_scopes);
/* {id} of the address. MANDATE_UNKNOWN. */
MUST_USE result api_mandate_id(const struct api_call *call, int64_t *ret_mandate_id);
/* mandate_move in a write of its own, then the mandate as it is now. */
MUST_USE result api_mandate_move(struct api_call *call, const struct mandate_step *step);
