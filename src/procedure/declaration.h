/* procedure/declaration.h: what a procedure.lua declares, read once into C. (private to procedure/)
 *
 * The shape of the table a rule file returns:
 *   name, names {vi, en}
 *   facts      {{name, type = "integer" | "boolean", min, max}, ...}   what only this procedure asks
 *   channels   {vneid = {starts {default, decision_from, decision_to, provinces {["01"] = date}}}, online = {}, ...}
 *   reasons    {code = {vi, en, clause}, ...}                          every code a rule may give
 *   components {{id, vi, en, from, to, supplied_by, reason}, ...}
 *   complex_grounds {{from, to, reason}, ...}                          why an officer may find a case complex
 *   refunds    {{from, to, until = "never" | "receipt" | "result", reason}, ...}   of the fee, when the applicant withdraws
 *   steps      {{from, to, act, desk, authority, vi, en}, ...}         national status numbers
 *   results    {{template, title_vi, title_en, convictions, bans, signed_by, sealed_by, deliver {...}, reason}, ...}  by variant
 *   national_code, may_apply, fee, support, time_limit, answer_limit, authority
 *              {{from, to, clause, answer = value, reason = code}, or {from, to, clause, decide = function(d) return value, code end}, ...}
 *              (national_code: `usual` is what lists show when a function decides)
 * `from` and `to` are inclusive submission dates (UTC+7); rows of one kind may leave gaps but not overlap.
 * Errors     PROCEDURE_RULE_ANSWER with the place in the declaration.
 */
#pragma once
#include "procedure/sandbox.h"

enum procedure_rule_kind {
  RULE_NATIONAL_CODE,
  RULE_MAY_APPLY,
  RULE_FEE,
  RULE_SUPPORT,
  RULE_TIME_LIMIT,
  RULE_ANSWER_LIMIT,
  RULE_AUTHORITY,
  RULE_KINDS,
};
extern const char *const procedure_rule_kind_names[RULE_KINDS];
/* What every procedure answers: a declaration without a row of these is refused. */
enum { RULE_KINDS_REQUIRED = 5 };
extern const enum procedure_rule_kind procedure_rule_kinds_required[RULE_KINDS_REQUIRED];

struct procedure_row {
  int32_t from, to; /* INT32_MIN, INT32_MAX: open */
  struct slice clause;
  struct slice code; /* a constant text answer, or `usual`; else empty */
};
struct procedure_rows {
  struct procedure_row *items;
  size_t count;
};
struct procedure_fact_type {
  struct slice name;
  bool is_boolean;
  int64_t min, max;
};
struct procedure_province_start {
  struct slice province;
  int32_t start;
};
struct procedure_channel_type {
  bool declared;
  int32_t starts;
  int32_t decision_from, decision_to; /* what a chairman may decide; 0, 0: nothing */
  struct procedure_province_start *provinces;
  size_t province_count;
};
struct procedure_dated_component {
  struct procedure_component component;
  int32_t from, to;
};
struct procedure_dated_ground {
  struct procedure_reason because;
  int32_t from, to;
};
struct procedure_dated_refund {
  struct procedure_refund refund;
  int32_t from, to;
};

struct procedure_declaration {
  struct slice name, name_vi, name_en;
  struct procedure_rows rows[RULE_KINDS];
  struct procedure_fact_type *facts;
  size_t fact_count;
  struct procedure_channel_type channels[PROCEDURE_POST + 1];
  struct procedure_reason *reasons; /* ordered by code */
  size_t reason_count;
  struct procedure_dated_component *components;
  size_t component_count;
  struct procedure_dated_ground *grounds;
  size_t ground_count;
  struct procedure_dated_refund *refunds;
  size_t refund_count;
  struct procedure_step *steps;
  size_t step_count;
  struct procedure_result *results; /* variant 1 first */
  size_t result_count;
};

/* In a sandbox body: the chunk's table is at index 1. */
void procedure_declaration_read(lua_State *lua, struct arena *arena, struct procedure_declaration *ret_declaration);
/* NULL: no such code. */
const struct procedure_reason *procedure_reason_find(const struct procedure_declaration *declaration,
                                                     struct slice code);

/* ---- reading a table at the top of the stack; `where` names it in errors. All throw PROCEDURE_RULE_ANSWER. ---- */
/* The field's text, copied; `required` refuses none and empty. */
struct slice procedure_read_text(lua_State *lua, struct arena *arena, const char *name, bool required,
                                 const char *where);
int64_t procedure_read_int(lua_State *lua, const char *name, int64_t absent, const char *where);
int32_t procedure_read_date(lua_State *lua, const char *name, int32_t absent, const char *where);
/* Index in `words` (ended by NULL). */
size_t procedure_read_word(lua_State *lua, const char *name, const char *const *words, const char *where);
/* Pushes the table in the field; false (and nothing pushed) when it is absent and not required. */
bool procedure_read_table(lua_State *lua, const char *name, bool required, const char *where);
