/* api/new_secrets.h: the fields of a page where somebody chooses a password and a passcode, each typed twice. (private to api/) */
#pragma once
#include "account/account.h"
#include "api/page.h"

/* One sentence at its field each; empty: nothing is wrong. */
struct api_secrets_problems {
  struct slice password;
  struct slice password_again;
  struct slice passcode;
  struct slice passcode_again;
};

/* The filled fields, which the page puts in with {{>secrets}}. */
struct slice api_secrets_fields(const struct api_call *call, const struct api_secrets_problems *problems);
/* What was typed; false: the two of one kind differ, and its problem is set. */
bool api_secrets_read(const struct api_call *call, const struct url_form *form, struct account_secrets *ret_secrets, struct api_secrets_problems *ret_problems);
/* A refusal put at its field; false: it is none of theirs. */
bool api_secrets_refused(const struct api_call *call, result refused, struct api_secrets_problems *ret_problems);
