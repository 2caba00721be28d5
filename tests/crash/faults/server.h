/* tests/crash/faults/server.h: a server without sockets: an installation, its signer and its API in this process. */
#pragma once
#include "api/api.h"
#include "ledger/ledger.h"
#include "oidc/oidc.h"
#include "server/server.h"
#include "signer/signer.h"

struct server {
  struct arena arena; /* of the answers */
  struct server_installation *installation;
  struct env *env;
  struct procedure_engine *procedures;
  struct pdf_renderer *renderer;
  struct api *api;
};

struct ask {
  enum http_method method;
  const char *path;
  const char *type;   /* of the body */
  struct slice body;
  const char *cookie; /* NULL: none */
  const char *key;    /* Idempotency-Key; NULL: none */
  const char *secret; /* "Basic ..." of a relying party; NULL: a browser asks */
};

MUST_USE result server_start(const char *folder, struct server *server);
void server_stop(struct server *server);
/* The answer lives until the server stops. */
struct http_call server_ask(struct server *server, const struct ask *ask);
struct slice server_header(const struct http_call *call, const char *name);
