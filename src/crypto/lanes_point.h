/* crypto/lanes_point.h: k * G on P-256 for eight secret k at once.
 *
 * Standard   "Exponent recoding and regular exponentiation algorithms", Joye and Tunstall, 2009, algorithm 6: digits of six bits, all odd, so none is
 *            nought; the mixed addition of Jacobian and affine coordinates (Explicit-Formulas Database, madd-2004-hmv).
 * Does not   add a point to itself or to its negative, for which the formula is none: after i windows the sum is an odd multiple of G below 64^i either way, and
 *            what is added is at least 64^i. The order comes between in the last window, for k = 30 * 2^252 - n and its negative alone (2^-255): there
 *            Z becomes nought, which the caller must look for (lanes_field_on_curve does).
 * Shapes     k below n, not nought. X, Y, Z in Montgomery form; x = X/Z^2, y = Y/Z^3. For an even k it is the point of n - k: the same x, the other y.
 */
#pragma once
#include "crypto/lanes_table.h"

void lanes_point_multiply(const struct lanes_table *table, const struct lanes *k, struct lanes ret_point[static 3]);
