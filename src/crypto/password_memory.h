/* crypto/password_memory.h: the memory Argon2id computes in stays mapped from one hash to the next.
 *
 * Why        libsodium maps 19 MiB for each hash, has the system fill every page in that one call (MAP_POPULATE) and gives all of it back: half of what a
 *            hash takes, and nobody else gets the core meanwhile, whatever their priority. It has no door for a caller's memory (ADR-0025).
 * How        mmap(2) and munmap(2) of this program stand before the C library's. They differ from them only between begin and end, on that thread, for
 *            one mapping of exactly PASSWORD_MEMORY_BYTES. Where libsodium does not meet them (sanitizers, linked statically) everything is as without.
 * Secrets    what is kept has been wiped: from the first blocks a password could be guessed without Argon2's work.
 * Threads    any; each hash has a piece of its own, and as many are kept as ever ran at once.
 */
#pragma once
#include "base/slice.h"

/* Sanitizers have to see every mapping: nothing is kept. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define PASSWORD_MEMORY_IS_WATCHED
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define PASSWORD_MEMORY_IS_WATCHED
#endif
#endif

void password_memory_begin(void);
void password_memory_end(void);
/* What is kept goes back to the system. */
void password_memory_release(void);
/* The piece the next hash will get; empty: none is kept. For tests. */
struct slice password_memory_next(void);
