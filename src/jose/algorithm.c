#include "jose/algorithm.h"

static const struct jose_algorithm_row rows[] = {
    {JOSE_ES256, "ES256", "EC", "P-256", "x", "y", 32},     /* [RFC7518 3.4, 6.2.1] */
    {JOSE_PS256, "PS256", "RSA", NULL, "n", "e", 0},        /* [RFC7518 3.5, 6.3.1] */
    {JOSE_EDDSA, "EdDSA", "OKP", "Ed25519", "x", NULL, 32}, /* [RFC8037 2, 3.1] */
};
enum { ROWS = sizeof rows / sizeof *rows };

const struct jose_algorithm_row *jose_algorithm_row(enum jose_algorithm algorithm) {
  for (size_t i = 0; i < ROWS; i++) {
    if (rows[i].algorithm == algorithm) {
      return &rows[i];
    }
  }
  return NULL;
}

const struct jose_algorithm_row *jose_algorithm_named(struct slice name) {
  for (size_t i = 0; i < ROWS; i++) {
    if (slice_is(name, rows[i].name)) {
      return &rows[i];
    }
  }
  return NULL;
}

const struct jose_algorithm_row *jose_algorithm_of_key(struct slice type, struct slice curve) {
  for (size_t i = 0; i < ROWS; i++) {
    if (slice_is(type, rows[i].type) && slice_eq(curve, slice_str(rows[i].curve))) {
      return &rows[i];
    }
  }
  return NULL;
}

const char *jose_algorithm_name(enum jose_algorithm algorithm) {
  const struct jose_algorithm_row *row = jose_algorithm_row(algorithm);
  return row == NULL ? NULL : row->name;
}
