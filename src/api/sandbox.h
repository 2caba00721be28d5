/* api/sandbox.h: a sandbox's watch over protocol requests: it notes each for the inspector, and makes go wrong what a client's switches say. (private
 * to api/)
 * Does not   run anywhere but in a sandbox: handle.c asks before and after every call. What oidc/ decides it does not touch: it answers in its place, or
 *            spoils the answer afterwards.
 */
#pragma once
#include "api/call.h"
#include "oidc/oidc.h"

/* SANDBOX_ELSEWHERE where this is none. */
MUST_USE result api_sandbox_check(const struct api_call *call);
/* client_name out of a client's metadata; empty: none. */
struct slice api_sandbox_client_name(struct arena *arena, struct slice metadata);

/* sandbox_keys.c: the signing keys, filled sandbox_key. */
MUST_USE result api_sandbox_key_rows(const struct api_call *call, struct slice *ret_rows);

/* sandbox_request.c: what a request says of itself, believed by nobody. */
struct api_sandbox_request {
  struct slice client_id;  /* empty: it does not say */
  struct slice grant_type; /* of /oidc/token */
  struct slice parameters; /* for people: a line each, secrets cut */
};
struct api_sandbox_watch {
  bool is_watched; /* a request below /oidc/ or /interact/, or for metadata, in a sandbox */
  unsigned faults; /* set of enum sandbox_fault: the client's */
  const char *acted; /* the switch that did; NULL: none */
  struct api_sandbox_request request;
};
/* true: a switch has answered in the handler's place. */
bool api_sandbox_before(struct api_call *call, struct api_sandbox_watch *watch);
/* When the answer is written. */
void api_sandbox_after(struct api_call *call, struct api_sandbox_watch *watch);
struct api_sandbox_request api_sandbox_read(struct api_call *call);
/* An object of a compact token: 0 the header, 1 the claims; NULL: none. */
const struct jin *api_sandbox_token_part(struct arena *arena, struct slice token, int part);
/* For people: the same as text in lines; empty: none. */
struct slice api_sandbox_token_text(struct arena *arena, struct slice token, int part);

/* A JSON object of ours, in lines. */
struct slice api_sandbox_json_text(struct arena *arena, struct slice json);

/* sandbox_twist.c: spoils the ID token of a token answer. */
MUST_USE result api_sandbox_twist(struct api_call *call, unsigned faults);
