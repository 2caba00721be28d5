/* access/table.h: the table itself, as data. (private to access/)
 * Shapes     a cell is 0 (this role never) or ALLOW with the scope rules that must hold besides.
 */
#pragma once
#include "access/access.h"

enum access_scope {
  ACCESS_MAY = 1 << 0,           /* the role has the act */
  ACCESS_HAS_LEVEL = 1 << 1,     /* session of level 2, or of the level the procedure names */
  ACCESS_SELF = 1 << 2,          /* for themself, or for a child or ward */
  ACCESS_AGENCY = 1 << 3,        /* the dossier is handled by the post's agency */
  ACCESS_PLACE = 1 << 4,         /* the dossier lies in the post's province */
  ACCESS_IN_DOSSIER = 1 << 5,    /* the subject is one of the people in the dossier */
  ACCESS_NOT_OWN = 1 << 6,       /* the actor is neither subject nor anybody in the dossier */
  ACCESS_NOT_DECIDER = 1 << 7,   /* the actor has neither decided nor signed it */
  ACCESS_NOT_COLLECTOR = 1 << 8, /* the actor has not collected it */
  ACCESS_WITH_PASSCODE = 1 << 9,
  ACCESS_WITH_PURPOSE = 1 << 10,
};

struct access_row {
  const char *name;
  bool sensitive; /* a refusal is a ledger entry */
  uint16_t cells[ACCESS_ROLE_COUNT];
};
extern const struct access_row access_table[ACCESS_ACT_COUNT];
/* The column of the request: system, the post's role, or citizen. */
enum access_role access_role_of(const struct access_request *request);
/* "other_agency" ...: NULL for a code that is not access's. */
const char *access_refusal_word(uint16_t code);
