/* server/demonstration.h: what a demonstration country needs beside its people: the CA, the seals, and accounts, PINs and certificates of the
 * named identities (register_demo_list). Synthetic people only; the secrets are public on purpose, and never made outside a demonstration.
 */
#pragma once
#include "account/account.h"

/* Everybody's in a demonstration. They pass the rules for real ones. */
#define SERVER_DEMO_PASSWORD "hoa-sen-trang-ho-tay"
#define SERVER_DEMO_PASSCODE "730264"
#define SERVER_DEMO_SIGNING_PIN "582036"

struct server_demonstration {
  const struct slice *provinces; /* whose officers get accounts and whose agencies get seals */
  size_t province_count;
  bool with_passwords; /* false: accounts nobody can sign in to; replay */
};
/* Several writes; harmless when some of it is there already. Needs env->signer. */
MUST_USE result server_demonstration_create(struct env *env, const struct server_demonstration *demonstration);
