/* sign/fields.h: the two signature fields of a paper, as a table. (private to sign/) */
#pragma once
#include "sign/sign.h"

struct sign_field_row {
  const char *name;
  const char *policy;
  enum signer_profile profile;
  enum pdf_appearance_kind picture;
  size_t revisions_before; /* the paper itself is one, each signature adds one */
  bool certifies;
};
extern const struct sign_field_row sign_fields[2];
