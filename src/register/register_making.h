/* register/register_making.h: the synthetic country, and import. (a part of register/register.h, which includes it; include that) */
#pragma once
#include "register/register.h"

/* ---- synthetic country ------------------------------------------------------------------------------------------ */

struct register_synth_options {
  int64_t people; /* at least what the demonstration's officers and families need (REGISTER_SYNTH_PEOPLE_MIN) */
  uint64_t seed;
  int32_t date;                  /* the country as of this day */
  const struct slice *provinces; /* where its people live, officers apart; none: everywhere */
  size_t province_count;
  void (*progress)(void *context, int64_t done, int64_t total); /* may be NULL */
  void *context;
};
enum { REGISTER_SYNTH_PEOPLE_MIN = 1000, REGISTER_SYNTH_PEOPLE_MAX = 120000000 };
struct register_synth_counts {
  int64_t people, households, marriages, convictions, bans, categories, posts_held;
};
/* Same options, same rows, byte for byte. Several writes; not inside one. REGISTER_NOT_EMPTY. */
MUST_USE result register_synth(struct env *env, const struct register_synth_options *options,
                               struct register_synth_counts *ret_counts);
/* Named people of the synthetic country for demonstrations: "citizen.hanoi" (man of 30 to 50, married, one child at
 * school), ".wife", ".child", "citizen.hue", "student.hanoi", "elderly.hanoi", "convicted.hanoi", "expunged.hanoi",
 * "poor.hanoi", "digital.hanoi", "banned.hanoi" (from managing enterprises); and in every province by its code "01.one_stop_officer", "01.records_officer",
 * "01.decider", "01.sealer", "01.supervisor", "01.collector", "01.approver"; and "operator", of the ministry. */
struct register_demo {
  struct slice name;
  int64_t person_id;
};
struct register_demo_list {
  const struct register_demo *items;
  size_t count;
};
/* "foreigner.hanoi" and others, into a synthetic country that stands; harmless when they are there already. */
MUST_USE result register_synth_foreigners(struct env *env);
/* A person added after the country was made gets a name too. */
MUST_USE result register_demo_add(struct db_tx *tx, struct slice name, int64_t person_id);
/* REGISTER_DEMO_UNKNOWN */
MUST_USE result register_demo_find(struct db_tx *tx, struct slice name, int64_t *ret_person_id);
MUST_USE result register_demo_list(struct db_tx *tx, struct arena *arena, struct register_demo_list *ret_list);

/* ---- import ----------------------------------------------------------------------------------------------------- */

enum register_import_format { REGISTER_NDJSON = 1, REGISTER_CSV = 2 };
struct register_refused_row {
  int64_t line; /* of the file, from 1 (the CSV header is line 1); of several lines the first */
  const char *field;  /* "" for the row as a whole */
  const char *reason; /* stable word: register_error_name, or "register.unknown_field" ... */
};
/* Of a file that can be gone on with after its import was broken off. */
struct register_import_file {
  struct slice path;  /* in order to say that another file lies there now */
  uint8_t digest[32]; /* SHA-256 of all of it */
  bool is_anew;       /* whatever was broken off is forgotten: from the first line */
  /* What is read next begins there. REGISTER_SOURCE_FAILED. */
  result (*seek)(void *context, int64_t at_byte);
};
struct register_import_options {
  enum register_import_format format;
  const struct register_import_file *file; /* NULL: a stream */
  /* Reads at most len bytes; 0 at the end; REGISTER_SOURCE_FAILED is the caller's to return. */
  result (*read)(void *context, uint8_t *bytes, size_t len, size_t *ret_len);
  void (*refused)(void *context, const struct register_refused_row *row); /* may be NULL */
  void (*progress)(void *context, int64_t bytes_done, int64_t rows_done); /* may be NULL */
  void (*resumed)(void *context, int64_t line, int64_t rows_done); /* may be NULL; once, when it goes on where it was broken off */
  bool (*stops)(void *context);     /* may be NULL; asked before each batch */
  result (*settle)(void *context);  /* may be NULL; everything was told: what the caller keeps of it has to last now */
  void *context;
  const struct register_act *act;
};
/* Of the whole file, also when it went on where it was broken off. */
struct register_import_counts {
  int64_t rows, added, refused, batches;
  int64_t resumed_line, resumed_rows; /* where it went on, after how many rows; 0: it was not broken off */
};
/* Fields (CSV columns, JSON names): pin, name, sex (male, female), birth_date are required; other_name, birth_province,
 * birth_place, home_town, ethnic (absent: 56), nationality (VN), religion, card_number, card_issued, card_expires (a
 * date or "none"), card_place, mobile, died_on; permanent_commune (code of today) or permanent_province,
 * permanent_district_name, permanent_commune_name (as they were to 2025-06-30), permanent_address, permanent_from
 * (absent: today); temporary_commune, temporary_address, temporary_from; father_pin or father_name, mother_pin or
 * mother_name, spouse_pin or spouse_name, married_on, parents_birth_years ("1960,1963"). A relative named by PIN stands
 * in the register or above in the file.
 *
 * Streams: bounded memory whatever the file's size. Each batch is one write with one ledger entry; a row that is
 * refused does not hold up the others. Idempotent: a PIN that is there already is refused with register.pin_taken. With
 * a file it may be broken off at any moment: the same call again goes on behind the last batch, tells of every refused row again and ends with the same
 * rows and counts as if nothing had been. Not inside a write.
 * REGISTER_IMPORT_STOPPED; REGISTER_IMPORT_CHANGED: the import of another file at that path was broken off; REGISTER_IMPORT_ELSEWHERE. */
MUST_USE result
register_import(struct env *env, const struct register_import_options *options,
                struct register_import_counts *ret_counts); /* written on failure too: what was added stands */
