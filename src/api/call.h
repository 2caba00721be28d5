/* api/call.h: one call on its way through the api. (private to api/)
 */
#pragma once
#include "api/api.h"
#include "base/trace.h"
#include "codec/jin.h"
#include "codec/jout.h"
#include "codec/url.h"
#include "mandate/mandate.h"


struct assets;
struct published;
struct metrics;
struct sandbox_events;
struct api_door;
struct api {
  struct api_options options;
  struct assets *assets;
  struct published *published; /* NULL in a sandbox, where every request is looked at */
  struct sandbox_events *events; /* NULL: no sandbox */
  struct metrics *metrics;
  struct api_door *door;
  struct http_header headers[12];
  size_t header_count;
  bool is_https;
};

struct api_call {
  struct api *api;
  const struct api_settings *settings; /* until it is answered */
  struct env *env;
  struct http_call *http;
  struct arena *arena;
  enum api_language language;
  bool has_session;
  struct account_session session;
  struct access_post post; /* of the session, held today; post_id 0: acts as a citizen */
  struct mandate mandate;  /* under which the session acts, read anew for this call; of kind SELF for oneself */
  bool has_mandate_ended;  /* it acts for another, and nothing lets it any more */
  struct slice browser;    /* this browser's lasting token, once api_browser has asked for it */
  int level_needed;        /* of a refused call: the level of authentication it takes; 0: the account's best */
  int64_t age_max_s;       /* and how old the proof may be; 0: as old as the session */
  struct slice detail;     /* of a problem: what its sentence cannot know; empty: nothing */
  struct url_form query;   /* once api_query has read it */
  bool has_query;
  struct jin_doc doc;      /* of the JSON body: its fault becomes errors[] */
  struct buf body;         /* the answer being written */
  struct jout out;
};

/* Fails with a domain code, or has answered. */
typedef result (*api_handler)(struct api_call *call);

enum api_requirement {
  API_PUBLIC = 0,
  API_SESSION = 1 << 0, /* somebody is signed in */
  API_POST = 1 << 1,    /* and acts in a post */
  API_PAGE = 1 << 2,    /* answers people: errors are pages */
  API_MACHINE = 1 << 3, /* a write that authenticates itself: no Origin */
  /* A route that needs a session and names neither of these two serves nobody who acts for another: the handler would take them for themself. */
  API_FOR_ANOTHER = 1 << 4,      /* knows for which person the session acts */
  API_FOR_ORGANISATION = 1 << 5, /* knows for which organisation it acts */
  API_MANDATE_ENDED = 1 << 6,    /* answers also when the mandate has ended: the way back to oneself */
  /* May run on the loop's own thread (http.h, stays): reads a few rows, checks and signs, and waits for the disk, the signer and passwords only. What lays
   * out pages, runs a procedure's rules or searches does not. */
  API_STAYS = 1 << 7,
  API_ANY_ORIGIN = 1 << 8, /* scripts of other origins may read what it answers: no cookie counts (any_origin.h) */
};
struct api_route {
  struct http_route route; /* first: see struct http_routes */
  api_handler handler;
  unsigned requires;
};
extern const struct http_routes api_routes;

/* JSON answers: jout calls on &call->out between begin and send. */
struct jout *api_begin(struct api_call *call);
void api_send(struct api_call *call, int status);
/* The whole body as an object. API_MEDIA_TYPE, CODEC_JSON_... */
MUST_USE result api_body(struct api_call *call, const struct jin **ret_root);
/* An HTML form's body, and the query. */
MUST_USE result api_form_text(struct api_call *call, struct slice *ret_text); /* not parsed yet */
MUST_USE result api_form(struct api_call *call, struct url_form *ret_form);
MUST_USE result api_query(struct api_call *call, struct url_form *ret_query);
/* The answer to a failed call: problem+json, or a page. */
void api_problem(struct api_call *call, result failure, bool is_page);
/* Sets or (empty value) clears a cookie of ours. */
void api_cookie(struct api_call *call, const char *name, struct slice value, int64_t lifetime_s);
/* danh_lang: the one cookie that is no secret, and the app reads and sets it too. */
void api_cookie_language(struct api_call *call, struct slice language, int64_t lifetime_s);
/* A page that says one sentence: pages.c. */
void api_error_page(struct api_call *call, int status, struct slice sentence);
/* What the proxy in front says of its client (X-Real-IP, the client's certificate). Only who comes over the Unix socket is that proxy; over TCP such a
 * header is anybody's word, and empty here. */
struct slice api_proxy_header(const struct api_call *call, const char *name);
/* Who asks, for limits and the holder's own history: whom the proxy names, or who connected. */
struct account_client api_client(const struct api_call *call);
/* When to try again, if the failure is one that passes: Retry-After. */
void api_retry_after(struct api_call *call, result failure);
/* By cookie, Accept-Language, and else Vietnamese. */
enum api_language api_language_of(const struct http_request *request);
/* Which of two texts the caller reads. */
const char *api_words(const struct api_call *call, const char *vi, const char *en);
void api_put_text(struct jout *out, const char *name, struct slice vi, struct slice en); /* {vi, en} */

/* Over https "__Host-danh_session": no neighbour below the same domain can set that one. */
const char *api_session_cookie(const struct api_call *call);
/* A resource that takes more than a session: level 1 to 4, and a proof no older than age_max_s (0: any age). AUTHENTICATOR_STEP_UP, answered as
 * RFC 9470 says: programs learn acr_values and max_age, people get the page that asks for it. */
MUST_USE result api_require_level(struct api_call *call, int level, int64_t age_max_s);
/* Where a signed-in person would go from a page: an address of ours that people use, and nowhere else. */
struct slice api_next(struct slice next);
/* The client with this browser's lasting token, made if it has none. */
struct account_client api_browser(struct api_call *call);
/* Hands the session's token, and the browser's, to the browser. */
void api_session_give(struct api_call *call, const struct account_token *token, const struct account_session *session);
/* session.c: who is calling. Leaves the call without a session when there is none. */
MUST_USE result api_session_load(struct api_call *call);
/* pages.c: signs this browser out, if it is signed in. */
MUST_USE result api_session_end(struct api_call *call);
/* The person whose affairs the call is about: the caller, or the person they act for. */
static inline int64_t api_principal(const struct api_call *call) {
  return call->session.acting_for_id != 0 ? call->session.acting_for_id : call->session.person_id;
}
/* The session's mandate covers that word, and which one does. Kind SELF, for oneself. MANDATE_SCOPE, MANDATE_ENDED. */
MUST_USE result api_mandate_require(struct api_call *call, struct db_tx *tx, const char *scope, struct mandate *ret_mandate);
/* call->mandate and call->has_mandate_ended, as things stand now. */
MUST_USE result api_session_mandate_load(struct api_call *call);
/* Whether the caller's account may do this now: one capability may be locked, by the holder, an authority, or for a while after a recovery.
 * ACCOUNT_CAPABILITY_LOCKED. */
MUST_USE result api_capability_check(struct api_call *call, enum account_capability capability);
/* "decider@H26.11": the acting post as the ledger names it; empty for a citizen. */
struct slice api_role(const struct api_call *call);

/* assets.c: the built web app. */
MUST_USE result api_assets_open(const char *folder, struct assets **ret_assets);
void api_assets_close(struct assets **assets);
