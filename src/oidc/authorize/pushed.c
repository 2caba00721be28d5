/* The PAR endpoint. */
#include "oidc/authorize/kept.h"
#include "oidc/parameters.h"

enum { PUSH_PARAMETERS_BYTES_MAX = 32 * 1024 }; /* P6: what one request may keep here for five minutes */

struct pushing {
  const struct oidc_caller *caller;
  const struct oidc_asking *asking;
  struct slice parameters;
  struct slice handle;
};

static result write_pushed(struct db_tx *tx, void *arg) {
  struct pushing *p = arg;
  TRY(oidc_caller_use(tx, p->caller));
  return oidc_kept_add(tx, p->asking, p->parameters, &p->handle);
}

/* What proved the client is no part of its request, and is not kept. */
static struct url_form without_credentials(const struct url_form *form, struct arena *arena) {
  struct url_form kept = {ARENA_ARRAY(arena, struct url_field, form->count + 1), 0};
  for (size_t i = 0; i < form->count; i++) {
    struct slice name = form->fields[i].name;
    if (!slice_is(name, "client_secret") && !slice_is(name, "client_assertion") && !slice_is(name, "client_assertion_type")) {
      kept.fields[kept.count++] = form->fields[i];
    }
  }
  return kept;
}

result oidc_push(struct env *env, struct arena *arena, const struct oidc_push *push, struct oidc_push_made *ret_made) {
  struct oidc_asking asking = {.env = env, .arena = arena, .endpoint = OIDC_AT_PAR, .parameters = without_credentials(push->form, arena),
                               .client = push->caller->client, .proof_thumbprint = push->proof_thumbprint};
  struct pushing pushing = {.caller = push->caller, .asking = &asking};
  TRY(oidc_asking_check(&asking));
  pushing.parameters = oidc_parameters_write(&asking.parameters, arena);
  if (pushing.parameters.len > PUSH_PARAMETERS_BYTES_MAX) {
    FAIL(OIDC_REQUEST, "too long a request");
  }
  TRY(db_write(env->db, write_pushed, &pushing));
  oidc_kept_hold(&asking, pushing.parameters, pushing.handle);
  *ret_made = (struct oidc_push_made){arena_printf(arena, OIDC_REQUEST_URI_PREFIX "%.*s", SLICE_ARG(pushing.handle)), OIDC_PUSHED_LIFETIME_S};
  return OK;
}
