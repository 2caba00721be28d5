/* procedure/procedure.h: one administrative procedure as dated data: what it asks, costs, takes, who decides, what
 * comes of it.
 *
 * A procedure is a folder procedures/<name>/ with procedure.lua (the rules; ADR in doc/adr), form.json and *_test.lua
 * (legal examples). The rules run in a closed Lua 5.4 sandbox (sandbox.h): same input, same output, money in integers
 * only. The law is dated: the rule in force on the submission date (UTC+7) decides, and a rule's text is kept by its
 * SHA-256 so that an old decision can be replayed.
 *
 * Does not   store dossiers, know people or speak JSON to clients: dossier/ gathers the input from the registers, asks
 * here, and keeps the outcome with its rule_hash. Never call anything here inside a write function (Lua): ask first,
 * then write; only procedure_channel_is_open and procedure_store use the database. Threads    an engine is opened once
 * and used from any thread. Shapes     money int64 VND; dates civil (UTC+7); outputs live in the arena given, reasons
 * and names in them as long as the engine. Errors below. A rule that fails is never an answer.
 */
#pragma once
#include "calendar/calendar.h"
#include "env/env.h"

enum procedure_error {
  PROCEDURE_UNKNOWN = RESULT_CODE(RESULT_NOT_FOUND, MODULE_PROCEDURE, 1),      /* No procedure of that name. */
  PROCEDURE_RULE_UNKNOWN = RESULT_CODE(RESULT_NOT_FOUND, MODULE_PROCEDURE, 2), /* No rule with that hash is kept. */
  PROCEDURE_NO_RULE = RESULT_CODE(RESULT_INVALID, MODULE_PROCEDURE, 3),        /* No rule was in force on that date. */
  PROCEDURE_INPUT =
      RESULT_CODE(RESULT_INVALID, MODULE_PROCEDURE, 4), /* An input is missing, unknown or out of range. */
  PROCEDURE_FOLDER =
      RESULT_CODE(RESULT_INTERNAL, MODULE_PROCEDURE, 5), /* A procedure's folder cannot be read or is incomplete. */
  PROCEDURE_RULE_SYNTAX = RESULT_CODE(RESULT_INTERNAL, MODULE_PROCEDURE, 6), /* A rule is not Lua text. */
  PROCEDURE_RULE_FAILED = RESULT_CODE(RESULT_INTERNAL, MODULE_PROCEDURE, 7), /* A rule stopped with an error. */
  PROCEDURE_RULE_INSTRUCTIONS =
      RESULT_CODE(RESULT_INTERNAL, MODULE_PROCEDURE, 8),                     /* A rule spent its instruction budget. */
  PROCEDURE_RULE_MEMORY = RESULT_CODE(RESULT_INTERNAL, MODULE_PROCEDURE, 9), /* A rule spent its memory budget. */
  PROCEDURE_RULE_ANSWER =
      RESULT_CODE(RESULT_INTERNAL, MODULE_PROCEDURE, 10), /* A rule's declaration or answer has the wrong shape. */
  PROCEDURE_RULE_FLOAT =
      RESULT_CODE(RESULT_INTERNAL, MODULE_PROCEDURE, 11), /* A rule gave money that is not an integer. */
  PROCEDURE_COMPONENT_SUPPLIED =
      RESULT_CODE(RESULT_REFUSED, MODULE_PROCEDURE, 12), /* A register supplies this paper: it may not be asked for. */
  PROCEDURE_COMPONENT_UNKNOWN =
      RESULT_CODE(RESULT_NOT_FOUND, MODULE_PROCEDURE,
                  13), /* The procedure has no such component: it may not be asked for either. */
  PROCEDURE_CHANNEL_DATE =
      RESULT_CODE(RESULT_REFUSED, MODULE_PROCEDURE, 14), /* A channel may not start in a province on that date. */
  PROCEDURE_CHANNEL_READINESS = RESULT_CODE(
      RESULT_REFUSED, MODULE_PROCEDURE, 15), /* A start needs the chairman's decision and all four readiness heads. */
  PROCEDURE_CHANNEL_DECIDED =
      RESULT_CODE(RESULT_CONFLICT, MODULE_PROCEDURE, 16), /* The channel's start in that province is decided already. */
};

extern const struct db_migration procedure_migrations[]; /* ended by {0} */

/* ---- the engine ---- */
struct procedure_engine;
/* Reads every procedure under a folder; NULL: the source tree's, else the installed one. Any faulty procedure fails the
 * whole. */
MUST_USE result procedure_engine_open(const char *folder, struct procedure_engine **ret_engine);
void procedure_engine_close(struct procedure_engine **engine); /* for CLEANUP; NULL is fine */

/* ---- what a rule is told ---- */
enum procedure_channel { PROCEDURE_VNEID = 1, PROCEDURE_ONLINE, PROCEDURE_COUNTER, PROCEDURE_POST };
enum procedure_category { /* bits: what the category register holds of a person on that date */
                          PROCEDURE_CHILD = 1 << 0, /* also derived from the birth date, as is ELDERLY */
                          PROCEDURE_ELDERLY = 1 << 1,
                          PROCEDURE_DISABLED = 1 << 2,
                          PROCEDURE_POOR_HOUSEHOLD = 1 << 3,
                          PROCEDURE_DIFFICULT_COMMUNE = 1 << 4,
                          PROCEDURE_DIFFICULT_COMMUNE_MINORITY = 1 << 5,
                          PROCEDURE_BORDER_OR_ATK_COMMUNE = 1 << 6,
                          PROCEDURE_MERITORIOUS = 1 << 7,
                          PROCEDURE_MARTYR_RELATIVE = 1 << 8,
                          PROCEDURE_STUDENT = 1 << 9,
                          PROCEDURE_PUPIL = 1 << 10,
};
/* Who submits, seen from the person the result is about. */
enum procedure_relation {
  PROCEDURE_SELF = 0,
  PROCEDURE_PARENT,
  PROCEDURE_GUARDIAN,
  PROCEDURE_SPOUSE,
  PROCEDURE_ADULT_CHILD,
  PROCEDURE_AUTHORISED
};

struct procedure_applicant { /* the person the result is about */
  int32_t birth_date;
  bool citizen;
  bool digital_citizen;
  uint8_t level;                   /* of the submitter's account: 0..2 */
  struct slice permanent_province; /* two digits; empty: none in the country */
  uint32_t categories;             /* enum procedure_category */
};
/* What only this procedure asks, as its `facts` declare: lltp: certificate (1, 2), copies, complex (0, 1). */
struct procedure_fact {
  const char *name;
  int64_t value; /* booleans: 0, 1 */
};
struct procedure_input {
  int64_t submitted_at_ms;
  enum procedure_channel channel;
  struct procedure_applicant applicant;
  enum procedure_relation relation;
  const struct procedure_fact *facts; /* all that are declared, in any order */
  size_t fact_count;
  const uint8_t *rule_hash; /* procedure_replay: 32 bytes; NULL: the folder's rule */
};
/* input.facts = PROCEDURE_FACTS({"certificate", 1}, {"copies", 2}, {"complex", 0}) sets both members: use inside an
 * initialiser. */
#define PROCEDURE_FACTS(...)                             \
  .facts = (const struct procedure_fact[]){__VA_ARGS__}, \
  .fact_count = sizeof((const struct procedure_fact[]){__VA_ARGS__}) / sizeof(struct procedure_fact)

struct slice procedure_channel_name(enum procedure_channel channel); /* "vneid" ...; empty if unknown */
bool procedure_channel_parse(struct slice name, enum procedure_channel *ret_channel);
struct slice procedure_category_name(uint32_t bit); /* "poor_household" ... */
bool procedure_category_parse(struct slice name, uint32_t *ret_bit);
struct slice procedure_relation_name(enum procedure_relation relation); /* "self", "parent" ... */

/* ---- what a rule answers ---- */
struct procedure_reason {
  struct slice
      code; /* stable word for machines: "exempt_child", "reduced_student", "standard", "hanoi_resolution_11" ... */
  struct slice vi, en; /* one sentence for people */
  struct slice clause; /* the legal text it rests on, in Vietnamese; never empty */
};
enum procedure_authority { PROCEDURE_JUSTICE = 1, PROCEDURE_POLICE };
struct slice procedure_authority_name(enum procedure_authority authority); /* "justice", "police" */

struct procedure_amount {
  int64_t value;
  struct procedure_reason because;
};
struct procedure_outcome {
  uint8_t rule_hash[32];      /* SHA-256 of procedure.lua */
  struct slice national_code; /* in force that day: "2.000488" */
  struct procedure_amount fee, support, payable;
  struct calendar_limit limit; /* as the rule states it */
  struct calendar_due due;     /* due.due is the due date */
  struct procedure_reason due_because;
  enum procedure_authority authority;
  struct procedure_reason authority_because;
  bool has_answer_limit; /* a limit for accepting or refusing the dossier (8 working hours online ...) */
  struct calendar_due answer_due;
  struct procedure_reason answer_because;
};
/* PROCEDURE_UNKNOWN, _NO_RULE, _INPUT, _RULE_...: says nothing about whether the applicant may apply. */
MUST_USE result procedure_evaluate(struct procedure_engine *engine, struct slice name,
                                   const struct procedure_input *input, struct arena *arena,
                                   struct procedure_outcome *ret_outcome);

struct procedure_admission {
  bool admitted;
  struct procedure_reason because; /* when refused: why; when admitted: by which clause */
  struct slice form;               /* when admitted: "03/2013/TT-LLTP", "04/2013/TT-LLTP" ... */
};
MUST_USE result procedure_may_apply(struct procedure_engine *engine, struct slice name,
                                    const struct procedure_input *input, struct arena *arena,
                                    struct procedure_admission *ret_admission);

/* Both questions in one run of the rule. */
struct procedure_assessment {
  struct procedure_admission admission;
  struct procedure_outcome outcome;
};
MUST_USE result procedure_assess(struct procedure_engine *engine, struct slice name, const struct procedure_input *input,
                                 struct arena *arena, struct procedure_assessment *ret_assessment);

/* ---- rules kept by hash ---- */
/* Keeps every loaded rule's text (a write; nothing happens for those kept already). Call when a server or replay
 * starts. */
MUST_USE result procedure_store(struct env *env, struct procedure_engine *engine);
/* The same answer an old decision had: input->rule_hash names the rule, in the folder or in the database. */
MUST_USE result procedure_replay(struct env *env, struct procedure_engine *engine, const struct procedure_input *input,
                                 struct arena *arena, struct procedure_outcome *ret_outcome);

/* ---- what a procedure declares ---- */
/* The first submission date that every question has a rule for; INT32_MIN: there always was one. */
MUST_USE result procedure_first_date(struct procedure_engine *engine, struct slice name, int32_t *ret_first);
struct procedure_summary {
  struct slice name, name_vi, name_en;
  struct slice national_code; /* on the date asked for; empty: none */
  uint8_t rule_hash[32];
};
struct procedure_summaries {
  const struct procedure_summary *items;
  size_t count;
};
MUST_USE result procedure_list(struct procedure_engine *engine, int32_t on, struct arena *arena,
                               struct procedure_summaries *ret_list);

/* Each paper once asked for, and the register that replaces it. */
struct procedure_component {
  struct slice id, name_vi, name_en;
  struct slice
      supplied_by; /* register: "population", "judicial_records", "categories" ...; empty: the applicant brings it */
  struct procedure_reason because; /* why it may (not) be asked for: show it to officer and citizen */
};
struct procedure_components {
  const struct procedure_component *items;
  size_t count;
};
MUST_USE result procedure_components(struct procedure_engine *engine, struct slice name, int32_t on,
                                     struct arena *arena, struct procedure_components *ret_components);
/* PROCEDURE_COMPONENT_UNKNOWN. */
MUST_USE result procedure_component_find(const struct procedure_components *components, struct slice id,
                                         const struct procedure_component **ret_component);
/* May an officer ask for it? OK, PROCEDURE_COMPONENT_SUPPLIED (record it with component->because),
 * PROCEDURE_COMPONENT_UNKNOWN. */
MUST_USE result procedure_component_check(const struct procedure_components *components, struct slice id);

/* Why an officer may find a case complex, which gives it more time: none where the law of that day knows no such period. */
struct procedure_grounds {
  const struct procedure_reason *items;
  size_t count;
};
MUST_USE result procedure_complex_grounds(struct procedure_engine *engine, struct slice name, int32_t on,
                                          struct arena *arena, struct procedure_grounds *ret_grounds);

/* Until when an applicant who withdraws gets the fee back: until the dossier is received, until there is a result. */
enum procedure_refund_until { PROCEDURE_REFUND_NEVER = 0, PROCEDURE_REFUND_RECEIPT, PROCEDURE_REFUND_RESULT };
struct procedure_refund {
  enum procedure_refund_until until;
  struct procedure_reason because; /* for the citizen, before they withdraw */
};
/* PROCEDURE_NO_RULE: the procedure says nothing of refunds, for it has no fee. */
MUST_USE result procedure_refund(struct procedure_engine *engine, struct slice name, int32_t on,
                                 struct procedure_refund *ret_refund);

/* Status numbers of a dossier in the national numbering. */
enum procedure_status {
  PROCEDURE_STATUS_NEW = 1,
  PROCEDURE_STATUS_RECEIVED,
  PROCEDURE_STATUS_NOT_RECEIVED,
  PROCEDURE_STATUS_PROCESSING,
  PROCEDURE_STATUS_SUPPLEMENT,
  PROCEDURE_STATUS_FEE_DUE,
  PROCEDURE_STATUS_WITHDRAWN,
  PROCEDURE_STATUS_STOPPED,
  PROCEDURE_STATUS_DONE,
  PROCEDURE_STATUS_RETURNED,
};
struct procedure_step {
  enum procedure_status from, to;
  struct slice act;       /* "receive", "request_supplement" ... */
  struct slice desk;      /* who makes the move: "citizen", "one_stop", "records", "decider", "system" */
  struct slice authority; /* "agency": the deciding agency of that date; "citizen"; "system" */
  struct slice name_vi, name_en;
};
struct procedure_steps {
  const struct procedure_step *items;
  size_t count;
};
/* The table of moves. It belongs to the engine and lives as long. */
MUST_USE result procedure_steps(struct procedure_engine *engine, struct slice name, struct procedure_steps *ret_steps);
bool procedure_move_allowed(const struct procedure_steps *steps, enum procedure_status from, enum procedure_status to);

/* form.json: the form's categories, and who fills each. */
struct procedure_form_field {
  struct slice id, name_vi, name_en;
  struct slice source; /* "citizen", or the register that supplies it */
  struct slice type;   /* "text", "long_text", "email", "phone", "date", "history", "request" */
  struct slice help_vi, help_en;
  bool required;
  int64_t max_length; /* characters a citizen may write; 0: the limit of the type */
  int64_t from_age;   /* years of age from which it is asked; 0: of everybody */
};
struct procedure_form {
  struct slice json; /* the file, checked */
  const struct procedure_form_field *fields;
  size_t count;
};
/* It belongs to the engine and lives as long. */
MUST_USE result procedure_form(struct procedure_engine *engine, struct slice name, struct procedure_form *ret_form);

/* What a result may show, who signs and where it goes. */
struct procedure_result {
  struct slice template_name;        /* "lltp_certificate" */
  struct slice signed_by, sealed_by; /* powers: "decider", "sealer" */
  const struct slice *deliveries;    /* "wallet", "national_portal", "provincial_system" */
  size_t delivery_count;
  struct slice title_vi, title_en;
  bool expunged_shown; /* certificate No. 2: all convictions; No. 1: the unexpunged */
  bool bans_shown_always, bans_shown_on_request;
  struct procedure_reason because;
};
/* variant: lltp: 1 or 2; procedures with one kind of result: 1. PROCEDURE_INPUT. */
MUST_USE result procedure_result(struct procedure_engine *engine, struct slice name, int64_t variant,
                                 struct procedure_result *ret_result);

/* ---- channels open province by province ---- */
struct procedure_channel_place {
  struct slice procedure;
  enum procedure_channel channel;
  struct slice province; /* two digits, of the agency that receives */
};
/* The provincial chairman's decision on when a channel starts there. */
struct procedure_channel_decision {
  struct procedure_channel_place place;
  int32_t start;                                                 /* lltp by VNeID: 2024-07-01 .. 2024-12-31 */
  struct slice decision_number;                                  /* "1234/QĐ-UBND" */
  bool infrastructure, technology, security, information_safety; /* the four readiness heads */
  int64_t actor_person_id;                                       /* who records it */
};
/* Checks and keeps a decision. PROCEDURE_CHANNEL_DATE, _READINESS, _DECIDED. */
MUST_USE result procedure_channel_decide(struct env *env, struct procedure_engine *engine,
                                         const struct procedure_channel_decision *decision);
/* The first day of a channel in a province: the decision kept, else the declared default. PROCEDURE_INPUT: no such
 * channel. */
MUST_USE result procedure_channel_start(struct procedure_engine *engine, struct db_tx *tx,
                                        const struct procedure_channel_place *place, int32_t *ret_start);
MUST_USE result procedure_channel_is_open(struct procedure_engine *engine, struct db_tx *tx,
                                          const struct procedure_channel_place *place, int32_t on, bool *ret_open);

/* ---- edges: danh procedure ... ---- */
/* A refused member: its JSON Pointer and what is wrong with it, in our own words. For the sender of the document. */
struct procedure_input_fault {
  struct slice path; /* "/applicant/categories/2"; empty: the document itself */
  struct slice reason;
};
struct procedure_document {
  struct slice procedure;
  struct slice json; /* {submitted_at, channel, applicant {...}, and what the procedure's facts declare} */
};
/* Typed, whole and nothing else: unknown and missing members are refused. PROCEDURE_UNKNOWN, CODEC_JSON_... with the fault written. */
MUST_USE result procedure_input_parse(struct procedure_engine *engine, const struct procedure_document *document,
                                      struct arena *arena, struct procedure_input_fault *fault,
                                      struct procedure_input *ret_input);
/* {fee, support, payable, due_date, authority}, each {value, clause, rule_hash}. */
struct slice procedure_outcome_write(struct arena *arena, const struct procedure_outcome *outcome);

struct procedure_check_report {
  int passed, failed;
  struct slice text; /* a line an example */
};
/* Runs every procedure's own legal examples (*_test.lua). OK even when examples fail: look at `failed`. */
MUST_USE result procedure_check(struct procedure_engine *engine, struct arena *arena,
                                struct procedure_check_report *ret_report);
