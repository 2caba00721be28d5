/* crypto/key_table.h: verification with a P-256 point itself. A key that verifies often has multiples of its point computed beforehand, as OpenSSL has
 * them for the generator: a verification then takes half as long. One that is met once, a passkey, is not made an object of OpenSSL's first.
 *
 * Standard   FIPS 186-5 6.4.2, SEC 1 4.1.4. Everything in it is public, so nothing here takes the same time for all.
 * Does not   decode keys: key.c has checked the point of a table. Curve arithmetic is OpenSSL's.
 * Shapes     150 KiB each, and tens of milliseconds to make: for keys that have come hundreds of times, and not for many of them.
 * Threads    one may be used by any number of threads at once.
 */
#pragma once
#include "base/slice.h"
#include "crypto/digest.h"

struct key_table;
/* NULL: this OpenSSL has no such tables. */
struct key_table *key_table_new(struct slice point);
void key_table_free(struct key_table **table);
/* raw: r || s, 64 bytes. */
bool key_table_verify(const struct key_table *table, const uint8_t digest[static DIGEST_BYTES], const uint8_t raw[static 64]);

/* An uncompressed point, 65 bytes, and on the curve. */
bool key_table_is_point(struct slice point);
/* Without a table; false too for what is no point. */
bool key_table_verify_once(struct slice point, const uint8_t digest[static DIGEST_BYTES], const uint8_t raw[static 64]);
