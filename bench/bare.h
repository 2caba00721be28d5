/* bench/bare.h: what SQLite alone gives for the write statements of a submission. */
#pragma once
#include <stdint.h>

/* On a copy of DIR/danh.db that is made and removed: 64 submissions a transaction, for so long. Nobody else may write to
 * DIR meanwhile. Ends the program when a statement no longer fits the tables. */
double bench_bare_per_s(const char *data, int64_t seconds);
