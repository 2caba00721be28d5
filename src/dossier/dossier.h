/* dossier/dossier.h: one case moving through a procedure, from submission to a sealed result delivered.
 *
 *                    +--> NOT_RECEIVED (3)         +--> STOPPED (8)
 *                    |                             |
 *   NEW (1) ---------+--> RECEIVED (2) --> PROCESSING (4) --> DONE (9) --> RETURNED (10)
 *      |  ^               |    ^             |   ^
 *      |  |   supplement  |    |             |   |        inside PROCESSING: look-ups, decided, signed, sealed (enum
 * dossier_stage)
 *      +--+-> SUPPLEMENT (5) <-+-------------+   +------- FEE_DUE (6)
 *      +----> WITHDRAWN (7), from 1, 2, 4, 5, 6
 *
 * Numbers are the national ones. No act leads to FEE_DUE (act.c says why). Late is computed from dates, never a state. Every move is one row and
 * one ledger entry. Standard   Decree 61/2018, 118/2025; Circular 01/2018/TT-VPCP (slips 01-04); Decree 216/2026. Acts
 * take struct dossier_act: who, in which post; access/ is asked inside the same write that acts. Two people sign and
 * seal. A signature or layout never runs inside a write: read, make, write, and the write checks again. Shapes codes:
 * AGENCY-YYMMDD-NNNN. Times Unix ms, civil dates UTC+7, money VND.
 */
#pragma once
#include "access/access.h"
#include "account/account.h"
#include "base/pool.h"
#include "base/secret.h"
#include "calendar/calendar.h"
#include "evidence/evidence.h"
#include "mandate/mandate.h"
#include "payment/payment.h"
#include "pdf/pdf.h"
#include "procedure/procedure.h"
#include "register/register.h"
#include "wallet/wallet.h"

enum dossier_error {
  DOSSIER_UNKNOWN = RESULT_CODE(RESULT_NOT_FOUND, MODULE_DOSSIER, 1), /* No such dossier, or not for this caller. */
  DOSSIER_MOVE_FORBIDDEN =
      RESULT_CODE(RESULT_CONFLICT, MODULE_DOSSIER, 2), /* The dossier is not in a state that allows this. */
  DOSSIER_FEE_UNPAID = RESULT_CODE(RESULT_CONFLICT, MODULE_DOSSIER, 3), /* The fee comes before acceptance. */
  DOSSIER_CHANNEL_CLOSED =
      RESULT_CODE(RESULT_REFUSED, MODULE_DOSSIER, 4), /* That channel is not open in the province on that day. */
  DOSSIER_FORM_KEY = RESULT_CODE(RESULT_INVALID, MODULE_DOSSIER, 5), /* No form key, or too long. */
  DOSSIER_FORM_KEY_DIFFERS =
      RESULT_CODE(RESULT_CONFLICT, MODULE_DOSSIER, 6), /* The same form was submitted before with other content. */
  DOSSIER_NOT_REPRESENTED =
      RESULT_CODE(RESULT_REFUSED, MODULE_DOSSIER, 7), /* The applicant does not represent that person. */
  DOSSIER_APPLICANT = RESULT_CODE(RESULT_REFUSED, MODULE_DOSSIER, 8), /* This person may not apply (age, level). */
  DOSSIER_SUPPLEMENT_ONCE =
      RESULT_CODE(RESULT_CONFLICT, MODULE_DOSSIER, 9), /* One complete supplement notice a dossier. */
  DOSSIER_APOLOGY_ONCE = RESULT_CODE(RESULT_CONFLICT, MODULE_DOSSIER, 10), /* Re-appointment only once. */
  DOSSIER_APOLOGY_LATE =
      RESULT_CODE(RESULT_CONFLICT, MODULE_DOSSIER, 11), /* At the latest one day before the deadline. */
  DOSSIER_APOLOGY_DATE =
      RESULT_CODE(RESULT_INVALID, MODULE_DOSSIER, 12), /* The new date must be a working day after the old one. */
  DOSSIER_REASON = RESULT_CODE(RESULT_INVALID, MODULE_DOSSIER, 13), /* A reason of 5 to 2,000 characters is needed. */
  DOSSIER_NOT_LOOKED_UP =
      RESULT_CODE(RESULT_CONFLICT, MODULE_DOSSIER, 14), /* The conviction register must be looked up first. */
  DOSSIER_DECISION_DIFFERS =
      RESULT_CODE(RESULT_CONFLICT, MODULE_DOSSIER, 15),             /* The decision contradicts the register. */
  DOSSIER_STAGE = RESULT_CODE(RESULT_CONFLICT, MODULE_DOSSIER, 16), /* Decide, sign and seal come in that order. */
  DOSSIER_COMPONENT_SUPPLIED =
      RESULT_CODE(RESULT_REFUSED, MODULE_DOSSIER, 17), /* A register supplies that paper; it may not be asked for. */
  DOSSIER_NO_AGENCY = RESULT_CODE(RESULT_REFUSED, MODULE_DOSSIER,
                                  18), /* No agency is competent: no residence in the country on that day. */
  DOSSIER_FORM = RESULT_CODE(RESULT_INVALID, MODULE_DOSSIER, 19), /* A field of the form is missing or wrong. */
  DOSSIER_ALREADY_OPEN =
      RESULT_CODE(RESULT_CONFLICT, MODULE_DOSSIER, 20), /* One dossier a request and type: another is open. */
  DOSSIER_LOOK_UP_UNKNOWN = RESULT_CODE(RESULT_INVALID, MODULE_DOSSIER, 21), /* No such register to look up. */
  DOSSIER_PAYABLE_CHANGED =
      RESULT_CODE(RESULT_CONFLICT, MODULE_DOSSIER, 22),           /* What was shown is no longer what the law asks. */
  DOSSIER_CODE = RESULT_CODE(RESULT_INVALID, MODULE_DOSSIER, 22), /* Not a dossier code. */
  DOSSIER_NO_OUTCOME =
      RESULT_CODE(RESULT_NOT_FOUND, MODULE_DOSSIER, 23), /* No rule's answer is kept with this dossier. */
  DOSSIER_COMPLEX_NO_PERIOD =
      RESULT_CODE(RESULT_REFUSED, MODULE_DOSSIER, 24), /* The law of the submission's day knows no longer time. */
  DOSSIER_COMPLEX_GROUND =
      RESULT_CODE(RESULT_INVALID, MODULE_DOSSIER, 25), /* Not a ground of the law of the submission's day. */
  DOSSIER_COMPLEX_ONCE = RESULT_CODE(RESULT_CONFLICT, MODULE_DOSSIER, 26), /* Found complex before. */
  DOSSIER_COMPLEX_LATE = RESULT_CODE(RESULT_CONFLICT, MODULE_DOSSIER, 27), /* Only before the due date. */
  DOSSIER_COMPLEX_REAPPOINTED =
      RESULT_CODE(RESULT_CONFLICT, MODULE_DOSSIER, 28), /* After an apology the deadline is no longer moved. */
  DOSSIER_OTHER_AGENCY =
      RESULT_CODE(RESULT_REFUSED, MODULE_DOSSIER, 29), /* The desk's agency is not the one competent for that person. */
};

extern const struct db_migration dossier_migrations[];

/* AGENCY-YYMMDD-NNNN; the serial has four digits or, past 9999, more. */
struct dossier_code {
  struct slice agency; /* "H26.11" or, in the older form, "000.00.11.H26" */
  int32_t date;
  int64_t serial;
};
struct slice dossier_code_write(struct arena *arena, const struct dossier_code *code);
MUST_USE result dossier_code_parse(struct arena *arena, struct slice text,
                                   struct dossier_code *ret_code); /* DOSSIER_CODE */

enum dossier_status {
  DOSSIER_NEW = 1,
  DOSSIER_RECEIVED,
  DOSSIER_NOT_RECEIVED,
  DOSSIER_PROCESSING,
  DOSSIER_SUPPLEMENT,
  DOSSIER_FEE_DUE,
  DOSSIER_WITHDRAWN,
  DOSSIER_STOPPED,
  DOSSIER_DONE,
  DOSSIER_RETURNED,
};
/* How far a PROCESSING dossier has come. */
enum dossier_stage { DOSSIER_STAGE_OPEN = 0, DOSSIER_STAGE_DECIDED, DOSSIER_STAGE_SIGNED, DOSSIER_STAGE_SEALED };
enum dossier_decision { DOSSIER_UNDECIDED = 0, DOSSIER_NO_CONVICTION, DOSSIER_HAS_CONVICTION };

/* What the engine's works need beside env: opened once by the edge. */
struct dossier_works {
  struct procedure_engine *procedures;
  struct pdf_renderer *renderer;
  struct pool *passwords;
  struct outbox_runner *outbox; /* woken after writes that add deliveries; may be NULL */
};

struct dossier {
  int64_t person_id; /* whom it is about */
  int64_t dossier_id;
  int64_t applicant_id; /* who asked: the person, or their representative */
  struct slice code;
  struct slice procedure;
  struct slice national_code;
  struct slice agency_code;
  struct slice province;
  enum procedure_channel channel;
  enum dossier_status status;
  enum dossier_stage stage;
  int64_t submitted_at_ms;
  int64_t complete_at_ms;      /* submitted and paid, supplement answered: the clock's start; 0 while incomplete */
  int64_t received_at_ms;      /* 0: not yet */
  int64_t finished_at_ms;      /* result sealed; 0: not yet */
  int64_t closed_at_ms;        /* withdrawn, refused, stopped; 0: not */
  struct calendar_limit limit; /* the rule's time limit, so that the clock can start again without the rule */
  int32_t due_date;            /* 0 until complete */
  int32_t reappointed_date;    /* 0: none */
  int32_t certificate;         /* 1 or 2; 0 for other procedures */
  int64_t copies;
  bool ban_information;
  bool complex;
  int64_t fee;
  int64_t support;
  int64_t payable;
  uint8_t rule_hash[32];
  struct slice outcome; /* JSON: the engine's answer with its clauses, as shown to the citizen */
  struct slice form;    /* JSON: what the citizen filled */
  enum dossier_decision decision;
  int64_t decider_id;
  int64_t sealer_id;
  uint8_t document_sha256[32]; /* the signed, later the sealed certificate */
  struct slice certificate_number;
};

/* An act on a dossier: by an officer in a post, or by the applicant (post NULL). access/ decides twice: before, so that
 * a refusal is recorded, and again inside the write. */
struct dossier_act {
  struct slice code;
  int64_t actor_id;
  int level; /* of the session's account */
  const struct access_post *post;
  struct slice purpose;  /* look-ups */
  int64_t acting_for_id; /* for whom the session acts; 0: for oneself */
};

/* Where a form was refused: for whoever wrote it. */
struct dossier_form_fault {
  uint16_t code;
  struct slice path; /* JSON Pointer into the form; in the arena */
  const char *reason;
};

struct dossier_application {
  int64_t applicant_id;
  int64_t person_id; /* = applicant_id, or whom they act for */
  int64_t acting_for_id; /* for whom the session acts; 0: for oneself */
  struct slice procedure;
  enum procedure_channel channel;
  struct slice form_key; /* idempotency key of the form instance, 8..64 bytes */
  int32_t certificate;
  int64_t copies;
  bool ban_information;
  struct slice form;            /* JSON object of what the citizen fills */
  int level;                    /* of the session's account: the helper's, when there is one */
  const int64_t *payable_shown; /* what the citizen was shown and agreed to pay; NULL: not asked */
  const struct access_post
      *helper;       /* the officer's post when the desk submits for the applicant; NULL: the applicant themself */
  int64_t helper_id; /* that officer */
  struct slice purpose; /* why that officer looks at the applicant's data; a preview only */
  struct dossier_form_fault *form_fault; /* written when the form is refused; NULL: not wanted */
};

struct dossier_preview {
  struct procedure_outcome outcome;
  struct slice agency_code;
  struct slice agency_name;
  bool channel_open;
  struct slice channel_reason;          /* why not, or since when; Vietnamese */
  struct procedure_admission admission; /* may this person apply, by which clause */
  uint16_t refusal;                     /* 0, or the code a submission would fail with */
};

/* May this helper write down an application of these people? Asked before their form is shown. Recorded when refused; ACCESS_OWN_CASE,
 * DOSSIER_OTHER_AGENCY. */
MUST_USE result dossier_assist(struct env *env, const struct dossier_works *works, struct arena *arena,
                               const struct dossier_application *application);
/* Under which mandate somebody acts on a dossier about another. */
struct dossier_standing {
  int64_t actor_id;
  int64_t acting_for_id; /* for whom the session acts; 0: for oneself. Parents and guardians need not say so, delegates do */
  int64_t person_id;     /* whom the dossier is about */
  struct slice procedure;
  int64_t applicant_id; /* who filed it; 0: it is about to be filed */
  enum access_act power;
  bool is_at_counter; /* an officer has the one who acts before them */
};
/* Of kind SELF for oneself, and where nothing covers the act: access/ then refuses it. MANDATE_SELF_ONLY when the session acts for another than it
 * is about. */
MUST_USE result dossier_standing_find(struct env *env, struct db_tx *tx, const struct dossier_standing *standing, struct arena *arena,
                                      struct mandate *ret_mandate);

/* What a submission would mean: nothing is stored. Refusals that the citizen can read are in the preview, not in the
 * result. */
MUST_USE result dossier_preview(struct env *env, const struct dossier_works *works, struct arena *arena,
                                const struct dossier_application *application, struct dossier_preview *ret_preview);
/* Submits once per (applicant, form key): the same form again gives the same dossier. */
MUST_USE result dossier_submit(struct env *env, const struct dossier_works *works, struct arena *arena,
                               const struct dossier_application *application, struct dossier *ret_dossier);

/* The rule's answer once more, from what it was told and its text as kept, whatever the procedures' folder holds now. */
struct dossier_replayed {
  struct procedure_input input; /* what the rule was told */
  struct procedure_outcome outcome;
  bool same; /* amounts with their clauses, due date and authority are what the citizen was told */
};
/* DOSSIER_NO_OUTCOME, PROCEDURE_RULE_UNKNOWN. Access is the caller's duty. */
MUST_USE result dossier_replay(struct env *env, const struct dossier_works *works, struct arena *arena,
                               const struct dossier *dossier, struct dossier_replayed *ret_replayed);

/* Reading. Access is the caller's duty (access_check, ledger_record_read). */
MUST_USE result dossier_load(struct db_tx *tx, struct arena *arena, struct slice code, struct dossier *ret_dossier);
/* Of one person or by one applicant, newest first. */
struct dossier_list_question {
  int64_t person_id;
  int64_t before_ms, before_id; /* submitted_at_ms and dossier_id of the last one seen; 0: from the newest */
  size_t limit;
};
MUST_USE result dossier_list(struct db_tx *tx, struct arena *arena, const struct dossier_list_question *question,
                             struct dossier **ret_dossiers, size_t *ret_count);
/* The newest of all, for operators. */
MUST_USE result dossier_latest(struct db_tx *tx, struct arena *arena, size_t limit, struct dossier **ret_dossiers,
                               size_t *ret_count);
enum { DOSSIER_QUEUE_KEYS = 3 };
struct dossier_queue_row {
  struct dossier dossier;
  struct slice person_name;
  int64_t place[DOSSIER_QUEUE_KEYS]; /* in the order of the queue */
};
/* Open dossiers of one agency by due date; or its closed ones, newest first. */
struct dossier_queue_question {
  struct slice agency_code;
  bool closed;
  struct slice code_part;  /* only codes that contain it; empty: all. A-Z, 0-9, dot and hyphen */
  const int64_t *after;    /* the place of the last row seen; NULL: from the beginning */
  size_t limit;
};
MUST_USE result dossier_queue(struct db_tx *tx, struct arena *arena, const struct dossier_queue_question *question,
                              struct dossier_queue_row **ret_rows, size_t *ret_count);
/* Of all open dossiers of an agency, also those past the queue's limit. */
struct dossier_queue_counts {
  int64_t open, overdue, due_soon; /* due_soon: today or on the next working day */
};
MUST_USE result dossier_queue_count(struct db_tx *tx, struct slice agency_code, int32_t today,
                                    struct dossier_queue_counts *ret_counts);

struct dossier_move {
  int64_t at_ms;
  enum dossier_status from; /* 0: the submission itself */
  enum dossier_status to;
  int64_t actor_id; /* 0: the system */
  struct slice act; /* "submit", "receive", "decide" ...: also acts that change no status */
  struct slice role;
  struct slice desk;
  struct slice legal_basis;
  struct slice note;
};
MUST_USE result dossier_moves(struct db_tx *tx, struct arena *arena, const struct dossier *dossier,
                              struct dossier_move **ret_moves, size_t *ret_count);

/* Of everything received and not decided, by its last appointed day; what is done or waits for somebody else does not count. */
struct dossier_deadlines {
  int64_t overdue; /* before today */
  int64_t today;
  int64_t soon; /* the three days after today */
};
MUST_USE result dossier_deadlines(struct db_tx *tx, int32_t today, struct dossier_deadlines *ret_deadlines);

enum dossier_slip_kind {
  DOSSIER_SLIP_RECEIPT = 1,
  DOSSIER_SLIP_SUPPLEMENT,
  DOSSIER_SLIP_REFUSAL,
  DOSSIER_SLIP_APOLOGY
};
struct dossier_slip {
  enum dossier_slip_kind kind;
  int64_t at_ms;
  struct slice text; /* the reason or the list of what is missing */
  int32_t date;      /* appointment; 0: none */
};
MUST_USE result dossier_slips(struct db_tx *tx, struct arena *arena, const struct dossier *dossier,
                              struct dossier_slip **ret_slips, size_t *ret_count);
/* The appointment a slip replaced: what the newest receipt before it promised; 0: none. */
int32_t dossier_slip_date_before(const struct dossier_slip *slips, const struct dossier_slip *slip);
struct dossier_slip_order {
  const struct dossier *dossier;
  enum dossier_slip_kind kind;
};
/* The newest slip of a kind as a one-page PDF for printing. DOSSIER_UNKNOWN: there is none. */
MUST_USE result dossier_slip_write(struct env *env, const struct dossier_works *works, struct arena *arena,
                                   const struct dossier_slip_order *order, struct slice *ret_pdf);

/* Papers an officer tried to ask for although a register supplies them: shown to the citizen. */
struct dossier_paper_request {
  int64_t at_ms;
  struct slice component; /* id */
  struct slice reason;
  struct slice role; /* "records_officer@H26.11" */
};
MUST_USE result dossier_paper_requests(struct db_tx *tx, struct arena *arena, const struct dossier *dossier,
                                       struct dossier_paper_request **ret_requests, size_t *ret_count);

/* Lateness, computed: against due_date, in working days; a new appointment after an apology changes nothing. */
enum dossier_lateness {
  DOSSIER_RUNNING = 0, /* open, not past due */
  DOSSIER_OVERDUE,     /* open, past due: late_days so far */
  DOSSIER_EARLY,
  DOSSIER_ON_TIME,
  DOSSIER_LATE,
};
/* What the citizen is told: the new date after an apology, unless a restarted clock has overtaken it; 0 until complete. */
int32_t dossier_appointment(const struct dossier *dossier);
enum dossier_lateness dossier_lateness(const struct dossier *dossier, int64_t at_ms, int32_t *ret_late_days);

/* An officer opens a dossier: access asks for the purpose, and the read is durable before the dossier is returned. */
MUST_USE result dossier_open(struct env *env, struct arena *arena, const struct dossier_act *act,
                             struct dossier *ret_dossier);
/* For a menu: OK, or why access or the dossier's state would refuse that act now. Writes nothing; the act itself still
 * decides. */
MUST_USE result dossier_act_may(struct env *env, struct db_tx *tx, struct arena *arena, const struct dossier_act *act,
                                enum access_act power);

/* The acts. Each checks access, moves, and writes its ledger entry in one transaction. */
MUST_USE result dossier_receive(struct env *env, struct arena *arena, const struct dossier_act *act);
struct dossier_question {
  struct slice register_name; /* "population", "residence", "convictions", "categories", "family" */
  struct slice json;          /* out: an object of the register's own fields */
};
/* One read, recorded before it is returned: "register.convictions.read" or, of several registers, "register.read" with
 * their names as detail. Looking the family up is a read of its members too. */
MUST_USE result dossier_look_up(struct env *env, struct arena *arena, const struct dossier_act *act,
                                struct dossier_question *questions, size_t count);
MUST_USE result dossier_supplement_request(struct env *env, struct arena *arena, const struct dossier_act *act,
                                           struct slice reason);
MUST_USE result dossier_supplement_answer(struct env *env, struct arena *arena, const struct dossier_act *act,
                                          struct slice answer);
/* A paper an officer wants, and why. */
struct dossier_paper {
  struct slice component; /* id */
  struct slice reason;
  struct procedure_component found; /* set when the procedure has such a component, also on refusal */
};
/* DOSSIER_COMPONENT_SUPPLIED (recorded; paper->found says by which register and why) when a register supplies it; else
 * a supplement request for that paper. */
MUST_USE result dossier_component_request(struct env *env, const struct dossier_works *works, struct arena *arena,
                                          const struct dossier_act *act, struct dossier_paper *paper);
/* legal_basis empty: the one-stop decree. */
MUST_USE result dossier_refuse(struct env *env, struct arena *arena, const struct dossier_act *act, struct slice reason,
                               struct slice legal_basis);
/* The fee becomes a refund due when the rule of the submission's day says so: procedure_refund. */
MUST_USE result dossier_withdraw(struct env *env, const struct dossier_works *works, struct arena *arena,
                                 const struct dossier_act *act, struct slice reason);
/* Would a withdrawal now pay back what was paid? */
bool dossier_refunds(const struct dossier *dossier, enum procedure_refund_until until);
/* Why a case takes longer than the usual time. */
struct dossier_complexity {
  struct slice ground; /* code of one of procedure_complex_grounds on the day of submission */
  struct slice reason; /* the officer's own words: what makes this case one of those */
};
/* Once, while processing and before the due date: the same rule answers again for a complex case, and the clock runs on
 * from where it started to the later date. A new appointment slip says so. */
MUST_USE result dossier_complex(struct env *env, const struct dossier_works *works, struct arena *arena,
                                const struct dossier_act *act, const struct dossier_complexity *complexity);
/* note: the decider's own words, for the file; may be empty. */
MUST_USE result dossier_decide(struct env *env, struct arena *arena, const struct dossier_act *act,
                               enum dossier_decision decision, struct slice note);
/* What releases the decider's key: their signing PIN; or, where the same person signs thousands in a row and the PIN was entered once (replay,
 * bench), the key derived from it. */
struct dossier_release {
  struct slice signing_pin;
  const struct secret *pin_key; /* NULL: derived from the PIN in the bounded pool */
};
/* The decider's own signature, released for this document alone. */
MUST_USE result dossier_sign(struct env *env, const struct dossier_works *works, struct arena *arena,
                             const struct dossier_act *act, const struct dossier_release *release);
/* The agency's seal, by another person; makes the result, the wallet delivery and the two others. */
MUST_USE result dossier_seal(struct env *env, const struct dossier_works *works, struct arena *arena,
                             const struct dossier_act *act);
MUST_USE result dossier_apologise(struct env *env, struct arena *arena, const struct dossier_act *act,
                                  struct slice reason, int32_t new_date);
/* A finished dossier is RETURNED when its last delivery is acknowledged, by itself. This sends what is not acknowledged
 * yet at once, without waiting for the next attempt. */
MUST_USE result dossier_return(struct env *env, const struct dossier_works *works, struct arena *arena,
                               const struct dossier_act *act);

/* A bank's report: books it and, when the fee is complete, starts the clock, in one write. */
MUST_USE result dossier_payment(struct env *env, struct arena *arena, const struct payment_notification *notification,
                                struct payment_outcome *ret_outcome);
/* For outbox_options.acknowledged: DONE -> RETURNED when the last delivery is acknowledged. */
MUST_USE result dossier_delivery_acknowledged(struct env *env, struct db_tx *tx, struct arena *arena,
                                              const struct outbox_item *item);
/* For outbox_destination "wallet": keep. */
MUST_USE result dossier_keep_in_wallet(struct env *env, struct db_tx *tx, const struct outbox_item *item,
                                       struct arena *arena);

/* The public check of a paper copy [Decree 216/2026]: answers only to all five together. */
struct dossier_check {
  struct slice code;
  struct slice name; /* compared folded, as people type it */
  int32_t birth_date;
  struct slice sex;       /* "male" or "female" */
  struct slice id_number; /* PIN or card number */
};
struct dossier_check_answer {
  int32_t issued_on;
  struct slice authority_vi, authority_en;
  struct slice certificate_number;
  int32_t certificate;
  bool revoked;
};
MUST_USE result dossier_check(struct env *env, struct arena *arena, const struct dossier_check *check,
                              struct dossier_check_answer *ret_answer);

/* Enrolment as a dossier. At level 2: collected at the desk by one officer, approved by another. */
struct dossier_enrolment {
  const struct dossier_act *act; /* the collecting officer's */
  int64_t person_id;
  int64_t guardian_id; /* the parent or guardian who came along with a minor or ward; 0: nobody */
  struct slice form_key;
  struct slice mobile;
  struct slice email;     /* may be empty */
  struct slice documents; /* other papers to integrate, in the person's words; may be empty */
  bool card_shown;
  bool face_matches;
  bool fingerprints_match;
};
MUST_USE result dossier_enrol_collect(struct env *env, const struct dossier_works *works, struct arena *arena,
                                      const struct dossier_enrolment *enrolment, struct dossier *ret_dossier);
/* Of any level and of organisations. face_checked: the officer has compared the portrait by eye; needed where no machine has (level 1).
 * ACCOUNT_BIOMETRICS. */
MUST_USE result dossier_enrol_approve(struct env *env, struct arena *arena, const struct dossier_act *act, bool face_checked);
/* The dossier is stopped with a refusal slip; the person may be collected anew at once, in a new dossier. */
MUST_USE result dossier_enrol_reject(struct env *env, struct arena *arena, const struct dossier_act *act,
                                     const struct account_rejection *rejection);
/* Another one-time code for an account that was approved and not activated; the old one dies. ACCOUNT_MOVE. */
MUST_USE result dossier_enrol_code(struct env *env, struct arena *arena, const struct dossier_act *act);
bool dossier_is_enrolment(const struct dossier *dossier);
/* May the officer look at the pictures of this enrolment's person? Loads the dossier; the looks themselves are recorded by evidence/. */
MUST_USE result dossier_evidence_require(struct env *env, struct arena *arena, const struct dossier_act *act, struct dossier *ret_dossier);

/* Level 1 in the app: by the person themself, or by their parent or guardian. No officer when everything agrees. */
struct dossier_enrol_application {
  int64_t person_id;
  int64_t guardian_id; /* who applies for them, signed in at level 2; 0: themself */
  struct slice mobile;
  struct slice email;
  struct slice portrait; /* JPEG or PNG */
  const char *source;    /* what of the card agreed with the register: "typed", "qr", "mrz"; of a guardian "register" */
  bool needs_officer;    /* something differs that a person must look at, diacritics for one */
};
struct dossier_enrol_answer {
  struct dossier dossier;
  bool is_approved;
  struct account_token ticket;    /* approved and applied for by themself: activation goes on at once */
  struct evidence_opinion opinion; /* verdict 0: the matcher was away */
};
/* ACCOUNT_..., DOSSIER_ALREADY_OPEN, DOSSIER_NO_AGENCY, EVIDENCE_PICTURE ... */
MUST_USE result dossier_enrol_apply(struct env *env, const struct dossier_works *works, struct arena *arena,
                                    const struct dossier_enrol_application *application, struct dossier_enrol_answer *ret_answer);

/* Signing up without an account: card data, then a code to the mobile number, then a portrait. Every stranger is answered alike until all three
 * agree, so the register cannot be tried through.
 *
 *   CODE_SENT -> CONFIRMED -> FINISHED            each ticket goes its way once; 30 minutes
 */
enum dossier_sign_up_state { DOSSIER_SIGN_UP_CODE_SENT = 1, DOSSIER_SIGN_UP_CONFIRMED, DOSSIER_SIGN_UP_FINISHED, DOSSIER_SIGN_UP_STATES };
bool dossier_sign_up_move_is_allowed(enum dossier_sign_up_state from, enum dossier_sign_up_state to);
struct dossier_sign_up {
  struct slice pin;
  struct slice name;
  struct register_birth birth;
  int32_t card_issued;   /* 0: not said */
  int32_t card_expires;  /* 0: not said; REGISTER_OPEN: no limit */
  struct slice source;   /* "typed", "qr", "mrz" */
  bool name_may_be_cut;  /* of the zone */
  struct slice phone;
  struct slice email;    /* may be empty */
  struct slice network;  /* who asks: account_client.network */
  bool english;
};
/* The code goes to the number, whoever has that PIN or nobody. MESSAGE_TOO_MANY, ACCOUNT_PHONE. */
MUST_USE result dossier_sign_up_begin(struct env *env, const struct dossier_sign_up *sign_up, struct account_token *ret_ticket);
/* ACCOUNT_CODE: wrong, used, too often, or the ticket has run out. */
MUST_USE result dossier_sign_up_confirm(struct env *env, struct slice ticket, struct slice code);
enum dossier_sign_up_outcome {
  DOSSIER_SIGN_UP_APPROVED = 1, /* answer.ticket activates */
  DOSSIER_SIGN_UP_REVIEW,       /* an officer looks: answer.dossier */
  DOSSIER_SIGN_UP_DESK,         /* could not be confirmed online: to a desk, with the card */
  DOSSIER_SIGN_UP_HAS_ACCOUNT,  /* portrait and card agree, and the account is there already */
  DOSSIER_SIGN_UP_GUARDIAN,     /* under 14 or a ward: a parent or guardian applies */
  DOSSIER_SIGN_UP_PHONE_TAKEN,
};
struct dossier_sign_up_portrait {
  struct slice ticket;
  struct slice picture;
};
struct dossier_sign_up_answer {
  enum dossier_sign_up_outcome outcome;
  struct dossier_enrol_answer enrolment; /* of APPROVED and REVIEW */
};
/* ACCOUNT_CODE for a ticket that is not confirmed; EVIDENCE_... for a picture that is none: the ticket stays. */
MUST_USE result dossier_sign_up_finish(struct env *env, const struct dossier_works *works, struct arena *arena,
                                       const struct dossier_sign_up_portrait *portrait, struct dossier_sign_up_answer *ret_answer);

/* An organisation's account [Decree 69/2024 Art 12, form TK02]: applied for by a legal representative; the clock starts when the others have consented. */
struct dossier_enrol_organisation {
  int64_t representative_id; /* signed in at level 2 */
  int64_t organisation_id;
  struct slice form_key;
};
MUST_USE result dossier_enrol_organisation_apply(struct env *env, const struct dossier_works *works, struct arena *arena,
                                                 const struct dossier_enrol_organisation *application, struct dossier *ret_dossier);
/* Another legal representative answers, signed in at level 2. ORGANISATION_CONSENT_GIVEN, _MOVE. */
struct dossier_enrol_consent {
  int64_t representative_id;
  int64_t organisation_id;
  bool consents;
};
MUST_USE result dossier_enrol_organisation_consent(struct env *env, struct arena *arena, const struct dossier_enrol_consent *consent,
                                                   struct dossier *ret_dossier);
/* 0: the dossier is about a person. */
MUST_USE result dossier_organisation_id(const struct dossier *dossier, struct arena *arena, int64_t *ret_organisation_id);

/* Enrolments that come due: the desk and the applicant are reminded once on the working day before, and once on the day itself. Run by the sweeper. */
MUST_USE result dossier_remind(struct env *env);
