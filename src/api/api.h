/* api/api.h: HTTP <-> domain. One file a resource; routes.c is the route table, errors.c the one table of errors.
 *
 * A call     goes: route (404, 405) -> origin of a write (403) -> session and post the route requires (401, 403) -> handler. A handler turns bytes
 *            into a typed struct once, asks access/, calls domain code, and writes the answer. Any failure becomes an RFC 9457 problem in the
 *            caller's language, or a page for pages.
 * Contract   doc/api/openapi.yaml.
 * Does not   hold state: sessions, keys of repeated requests and everything else lie in the database.
 * Threads    api_handle from many at once.
 */
#pragma once
#include "admission/admission.h"
#include "base/snapshot.h"
#include "dossier/dossier.h"
#include "http/http.h"

enum api_error {
  API_INPUT = RESULT_CODE(RESULT_INVALID, MODULE_API, 1),          /* A field of the request is missing, unknown or wrong. */
  API_ORIGIN = RESULT_CODE(RESULT_REFUSED, MODULE_API, 2),         /* A write came from another site. */
  API_SIGNED_OUT = RESULT_CODE(RESULT_REFUSED, MODULE_API, 3),     /* Nobody is signed in. */
  API_NO_POST = RESULT_CODE(RESULT_REFUSED, MODULE_API, 4),        /* The act needs a post, and the session acts as a citizen. */
  API_MEDIA_TYPE = RESULT_CODE(RESULT_INVALID, MODULE_API, 5),     /* The body is not of the type the address takes. */
  API_DEMO_ONLY = RESULT_CODE(RESULT_NOT_FOUND, MODULE_API, 6),    /* There is no such thing outside a demonstration. */
  API_GATEWAY = RESULT_CODE(RESULT_REFUSED, MODULE_API, 13),      /* The receipt is not the SMS gateway's. */
  API_BANK = RESULT_CODE(RESULT_REFUSED, MODULE_API, 7),           /* The notification is not the bank's. */
  API_KEY = RESULT_CODE(RESULT_INVALID, MODULE_API, 8),            /* Idempotency-Key is missing or not 16 to 64 of [A-Za-z0-9_-]. */
  API_CHECK_NO_MATCH = RESULT_CODE(RESULT_NOT_FOUND, MODULE_API, 10), /* No certificate fits the five fields together. */
  API_PASSCODE_NEEDED = RESULT_CODE(RESULT_REFUSED, MODULE_API, 11),  /* The document opens only after the passcode. */
};

enum api_language { API_VIETNAMESE, API_ENGLISH };

/* The row of errors.c for a code; a code without a row answers as an internal error. */
struct api_error_row {
  uint16_t code;
  int status;
  const char *name; /* stable, for programs: "purpose_required" */
  const char *vi;   /* one sentence each, for people; NULL: its module has them */
  const char *en;
};
const struct api_error_row *api_error_find(uint16_t code);
/* Where pictures are taken: longer bodies than elsewhere. Ended by NULL. */
extern const char *const api_large_paths[];
struct slice api_error_sentence(uint16_t code, enum api_language language);

/* What only the edge knows. Any function may be NULL. */
struct api_readiness {
  bool is_draining; /* asked to stop: send nobody new */
  bool has_signer;
  bool has_ledger; /* the last round of the sequencer went well */
};
struct api_edge {
  void *app;
  void (*figures)(void *app, struct buf *out); /* more families for /metrics */
  void (*readiness)(void *app, struct api_readiness *ret_readiness);
};

/* What happens when more come than can be served (door.h). */
struct api_surge {
  struct admission_room *room; /* NULL: nobody waits, newcomers are refused */
  void *app;
  int (*fullness)(void *app);  /* of what may be under way for people inside, thousandths; NULL: unknown */
};
/* Of requests, the most urgent first. */
enum { API_CLASS_ALWAYS, API_CLASS_SESSION, API_CLASS_ADMITTED, API_CLASS_MACHINE, API_CLASS_ARRIVAL, API_CLASSES };
/* For http_server_options; target_ms 0: as is usual. */
const struct http_class *api_classes(int target_ms, struct http_class ret_classes[static API_CLASSES]);

/* Which requests become a line of the log: method, route, status, time, size and trace; no address, no query, nobody's id. */
enum api_logging { API_LOG_FAILED, API_LOG_ALL, API_LOG_NONE }; /* FAILED: answered 5xx, or after more than a second */
/* What may be replaced while requests run: each goes by the one that stood when it came. */
struct api_settings {
  enum api_logging log_requests;
  int traced_per_mille; /* of requests that come without a trace, while env->spans is open */
  struct slice registration_token; /* initial access token of clients that register themselves; empty: none may */
  struct slice bank_secret; /* empty: notifications are refused */
  struct slice receipt_secret; /* of the SMS gateway; empty: its receipts are refused */
  struct slice bank_bin;
  struct slice bank_account;
};
struct api_options {
  struct env *env;
  struct snapshot_slot *settings; /* values that begin with a struct api_settings; NULL: nothing is set */
  struct dossier_works works;
  const char *web;          /* folder of the built web app; NULL or absent: no app, pages still work */
  bool is_demo;
  bool is_sandbox;          /* published secrets: /sandbox and its switches are there */
  struct api_edge edge;
  struct api_surge surge;
};
struct api;
MUST_USE result api_open(const struct api_options *options, struct api **ret_api);
void api_close(struct api **api);

/* For http_server_options. */
void api_handle(void *api, struct http_call *call);
void api_refuse(void *api, struct http_call *call, uint16_t code);
bool api_answer_at_once(void *api, struct http_call *call);
int api_classify(void *api, struct http_call *call);
bool api_stays(void *api, struct http_call *call);
/* The headers every reply carries. */
const struct http_header *api_headers(const struct api *api, size_t *ret_count);
/* Everything counted so far, in the format of Prometheus. */
void api_metrics_write(struct api *api, struct buf *out);
