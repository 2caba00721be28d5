/* api/sign_in.h: the sign-in pages: number, then how; and step-up. (private to api/)
 *
 *   /sign-in  --number-->  how (password, passkey, recovery code)  --level reached-->  next
 *                                   |
 *                                   +--below the level asked-->  step-up (face, passkey, app code, passcode, recovery code)  -->  next
 *
 * Query      next (api_next), level 1 to 4, fresh=1: prove again although signed in, passkey=1: with a passkey the service takes. A form carries them along; /interact/ and resources check for
 *            themselves, so that tampering leads nowhere.
 * Face       asked for where the level needs a biometric (3 and 4) and nowhere else; its form carries a picture, so it has an address of its own.
 * Alike      a number nobody has gets the same pages, the same work and the same words as any other.
 */
#pragma once
#include "api/page.h"
#include "authenticator/authenticator.h"

struct sign_in_form {
  struct slice next;
  int level;
  bool is_fresh;    /* the session there is does not count */
  bool is_passkey_asked; /* the service takes certain passkeys alone: the level there is does not do */
  struct slice way; /* "password", "face", "passkey", "totp", "passcode", "recovery"; empty: the first that fits */
  struct slice pin;
  struct slice problem;
  int status;
};
/* Of a query or a form body. */
struct sign_in_form api_sign_in_form_of(const struct url_form *fields);

/* sign_in_page.c */
void api_sign_in_send_number(struct api_call *call, const struct sign_in_form *form, struct slice activated);
void api_sign_in_send_how(struct api_call *call, const struct sign_in_form *form);
MUST_USE result api_sign_in_send_step_up(struct api_call *call, const struct sign_in_form *form);
