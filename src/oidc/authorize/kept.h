/* oidc/authorize/kept.h: requests kept here until they are answered: pushed by their client, or waiting for a person at a browser. (private to oidc/)
 *
 * One row is the request; a request_uri names it, and so does every interaction begun for it, whose id is the row's handle, the time it began and a MAC
 * over both and the browser's cookie: beginning one writes nothing. The row's one use is the answer to the client.
 *
 *   request_uri     urn:ietf:params:oauth:request_uri: and a handle (oidc/handle.h): good for 5 minutes
 *   interaction id  base64url of handle (40 bytes), Unix ms (8), MAC (16): good for 30 minutes, in one browser
 *
 * Standard   RFC 9126 2.2; FAPI 2.0 5.3.2.2-12 and its note: one use at authorization, not at page load.
 */
#pragma once
#include "oidc/authorize/pipeline.h"

enum { OIDC_PUSHED_LIFETIME_S = 300, OIDC_INTERACTION_LIFETIME_S = 30 * 60 }; /* [FAPI2-SP 5.3.2.2-12 SHALL] under 600 */
enum { OIDC_INTERACTION_ID_BYTES = 86 };
#define OIDC_REQUEST_URI_PREFIX "urn:ietf:params:oauth:request_uri:"

struct oidc_kept {
  int64_t request_id;
  struct slice handle; /* its text */
  struct slice client_id;
  struct slice parameters;
  struct slice dpop_jkt;
  bool was_signed;
  bool is_pushed;
};

/* Inside a write; the row of a request that has passed its checks, its parameters as they are stored. */
MUST_USE result oidc_kept_add(struct db_tx *tx, const struct oidc_asking *asking, struct slice parameters, struct slice *ret_handle);
/* After that write: who asks for it in a moment is not sent to its row. */
void oidc_kept_hold(const struct oidc_asking *asking, struct slice parameters, struct slice handle);
/* By its handle, unused, and not older than that. OIDC_REQUEST_URI. */
MUST_USE result oidc_kept_find(struct env *env, struct arena *arena, struct slice handle, int64_t age_max_s, struct oidc_kept *ret_kept);
/* The request is that row's: its parameters, and what was known when it was kept. */
MUST_USE result oidc_asking_take_up(struct oidc_asking *asking, const struct oidc_kept *kept);
/* Inside the write that answers it: of any number at once one succeeds. OIDC_REQUEST_URI if it was pushed, else OIDC_INTERACTION. */
MUST_USE result oidc_kept_use(struct db_tx *tx, const struct oidc_asking *asking);

/* An interaction begun now for the request of that handle, at that browser. */
MUST_USE result oidc_interaction_id_write(const struct oidc_asking *asking, struct slice handle, struct slice browser, struct slice *ret_id);
/* OIDC_INTERACTION: not one of ours, another browser's, or too old. */
MUST_USE result oidc_interaction_id_read(const struct oidc_asking *asking, struct slice id, struct slice browser, struct slice *ret_handle, int64_t *ret_began_at_ms);
