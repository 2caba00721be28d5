/* base/result.h: the one error type, and the fault record that keeps the detail for operators.
 *
 * A function that can fail returns `result`; code 0 is success. A code carries its kind, its module and a number, so a
 * caller branches on the kind and api/errors.c alone maps codes to HTTP status and sentences.
 * Outputs come last, are named ret_..., and are written only on success.
 * Does not   log: libraries never log, edges log once from the fault record.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_index, first_argument) __attribute__((format(printf, format_index, first_argument)))
/* Runs f(&variable) when the variable leaves its scope. */
#define CLEANUP(f) __attribute__((cleanup(f)))

typedef struct {
  uint16_t code;
} result;

enum result_kind {
  RESULT_OK = 0,
  RESULT_INVALID,     /* the input is wrong: the sender can mend it */
  RESULT_REFUSED,     /* understood, but not allowed */
  RESULT_NOT_FOUND,   /* no such thing, or not for this caller */
  RESULT_CONFLICT,    /* true a moment ago, or would be a second one */
  RESULT_UNAVAILABLE, /* try again later */
  RESULT_INTERNAL,    /* our defect, or a broken installation */
};

/* One number a module, never reused: codes are stored in logs. At most 63. */
enum result_module {
  MODULE_BASE = 1,
  MODULE_CODEC,
  MODULE_CRYPTO,
  MODULE_DB,
  MODULE_HTTP,
  MODULE_LEDGER,
  MODULE_CALENDAR,
  MODULE_REGISTER,
  MODULE_ACCESS,
  MODULE_ACCOUNT,
  MODULE_PROCEDURE,
  MODULE_PAYMENT,
  MODULE_PKI,
  MODULE_PDF,
  MODULE_SIGN,
  MODULE_EXCHANGE,
  MODULE_OUTBOX,
  MODULE_WALLET,
  MODULE_DOSSIER,
  MODULE_REPORT,
  MODULE_SIGNER,
  MODULE_API,
  MODULE_RECEIVER,
  MODULE_SERVER,
  MODULE_CLI,
  MODULE_REPLAY,
  MODULE_JOSE,
  MODULE_WEBAUTHN,
  MODULE_CARD,
  MODULE_MESSAGE,
  MODULE_EVIDENCE,
  MODULE_ORGANISATION,
  MODULE_AUTHENTICATOR,
  MODULE_MANDATE,
  MODULE_RECOVERY,
  MODULE_OIDC,
  MODULE_SANDBOX,
  MODULE_MISUSE,
  MODULE_LOCK_REQUEST,
  MODULE_NOTE,
  MODULE_BACKUP,
};

/* kind: 3 bits, module: 6 bits, number: 7 bits (1..127). */
#define RESULT_CODE(kind, module, number) ((uint16_t)(((kind) << 13) | ((module) << 7) | (number)))

enum base_error {
  BASE_IO = RESULT_CODE(RESULT_INTERNAL, MODULE_BASE, 1),           /* An operating-system call failed. */
  BASE_RANDOM = RESULT_CODE(RESULT_INTERNAL, MODULE_BASE, 2),       /* No randomness from the system. */
  BASE_TIME_SYNTAX = RESULT_CODE(RESULT_INVALID, MODULE_BASE, 3),   /* Not a date or time in the form asked for. */
  BASE_NUMBER_SYNTAX = RESULT_CODE(RESULT_INVALID, MODULE_BASE, 4), /* Not a whole number in range. */
  BASE_POOL_FULL = RESULT_CODE(RESULT_UNAVAILABLE, MODULE_BASE, 5), /* Too much work of this kind is waiting already. */
  BASE_LIBRARY = RESULT_CODE(RESULT_INTERNAL, MODULE_BASE, 6),      /* A library of the system is missing. */
};

static inline bool is_ok(result r) { return r.code == 0; }
static inline bool is_code(result r, uint16_t code) { return r.code == code; }
static inline enum result_kind result_kind(result r) { return (enum result_kind)(r.code >> 13); }
static inline enum result_module result_module(result r) { return (enum result_module)(r.code >> 7 & 0x3f); }
#define OK ((result){0})

/* The fault record: where and why the last failure of this thread began. Personal data never goes in. */
struct fault {
  const char *file;
  int line;
  uint16_t code;
  char detail[240];
};

/* Remembers a failure and returns it as a result. Use FAIL, not this. */
result fault_set(const char *file, int line, uint16_t code, const char *format, ...) PRINTF_LIKE(4, 5);
/* The last failure of this thread; an edge reads it right after the call that failed. */
const struct fault *fault_last(void);
void fault_clear(void);

/* FAIL(code, "why, for operators", ...): leaves the function with that code. */
#define FAIL(code, ...) return fault_set(__FILE__, __LINE__, (uint16_t)(code), __VA_ARGS__)
/* TRY(call): leaves the function with the call's failure, if it failed. */
#define TRY(call)                \
  do {                           \
    result try_result_ = (call); \
    if (!is_ok(try_result_)) {   \
      return try_result_;        \
    }                            \
  } while (0)
