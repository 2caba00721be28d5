/* admission/ticket.h: the bytes of tickets and admissions. (private to admission/)
 *
 *   OFFSET  SIZE  MEANING, big-endian
 *        0     8  number
 *        8     4  seconds since 2020: of a ticket when it was given, of an admission when it ends
 *       12     4  node
 *       16    16  HMAC-SHA-256 of the label of its kind and all before, cut
 */
#pragma once
#include "admission/admission.h"

enum ticket_kind { TICKET_PLACE, TICKET_ADMISSION };
struct ticket {
  uint64_t number;
  int64_t at_s; /* Unix */
  uint32_t node;
};
void admission_ticket_write(const struct admission_key *key, enum ticket_kind kind, const struct ticket *ticket, char ret_text[static ADMISSION_TEXT_BYTES + 1]);
/* false: not one of that kind, or not ours. */
bool admission_ticket_read(const struct admission_key *key, enum ticket_kind kind, struct slice text, struct ticket *ret_ticket);
