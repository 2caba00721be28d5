/* sign/fixture.h: a small country for tests and bench: a CA, an officer, an agency, a signer in this process, and a paper to
 * sign. (private to sign/; never in the program)
 */
#pragma once
#include "crypto/key.h"
#include "sign/sign.h"

enum { FIXTURE_KEYS = 5 };

struct sign_fixture {
  struct arena arena;
  struct pdf_renderer *renderer;
  struct key *keys[FIXTURE_KEYS]; /* root, issuing, person, seal, stranger */
  struct slice root, issuing, person, seal, stranger;
  int64_t now_ms;
  struct signer signer; /* names "officer/1", "seal/H26", "officer/2" (the stranger) */
  struct env env;
};

enum { FIXTURE_ROOT, FIXTURE_ISSUING, FIXTURE_PERSON, FIXTURE_SEAL, FIXTURE_STRANGER };

void sign_fixture_open(struct sign_fixture *fixture);
void sign_fixture_close(struct sign_fixture *fixture);
struct pdf_certificate sign_fixture_paper(void);
struct sign_order sign_fixture_order(const struct sign_fixture *fixture, enum sign_field field, struct slice pdf);
/* Prepared and completed through the signer. */
MUST_USE result sign_fixture_sign(struct sign_fixture *fixture, struct arena *arena, const struct sign_order *order,
                                  struct slice *ret_pdf);
/* Both signatures. */
MUST_USE result sign_fixture_paper_signed(struct sign_fixture *fixture, struct arena *arena, struct slice *ret_pdf);
