/* oidc/parameters.h: parameters in other forms, and values passed on as they came. Reading a form is in oidc.h. (private to oidc/)
 * Standard   RFC 6749 3.1 (no parameter twice), RFC 8707 2 (`resource` may come several times).
 * Limits     those of codec/url.h for one value; at most 10 resources.
 */
#pragma once
#include "codec/jin.h"
#include "codec/jout.h"
#include "codec/url.h"
#include "oidc/oidc.h"

/* Parameters as text again: what is stored. Parameters without a value are left out [RFC6749 3.1 MUST]. */
struct slice oidc_parameters_write(const struct url_form *form, struct arena *arena);
/* The members of a JSON object as parameters: texts as they are, numbers in digits, objects as their JSON. OIDC_REQUEST_OBJECT. */
MUST_USE result oidc_parameters_of_object(const struct jin *object, struct arena *arena, struct url_form *ret_form);
/* A word of a text with blanks between. */
bool oidc_words_have(struct slice words, struct slice word);
/* Any JSON value, written out again. */
void oidc_value_write(const struct jin *value, struct jout *out);
