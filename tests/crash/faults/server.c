#include "server.h"

#define ORIGIN "http://localhost:8080"

static result open_parts(const char *folder, struct server *server) {
  TRY(server_installation_open(folder, SERVER_WRITE, &server->installation));
  server->env = &server->installation->env;
  server->env->origin = S(ORIGIN);
  TRY(signer_local_open(&(struct signer_local_options){.data_dir = folder, .clock = server->env->clock}, &server->env->signer));
  TRY(oidc_memory_open(server->env, &server->env->oidc));
  (void)!is_ok(oidc_keys_tend(server->env)); /* a server tries that again and again */
  TRY(procedure_engine_open(NULL, &server->procedures));
  TRY(pdf_renderer_open(&server->renderer));
  struct api_options options = {
      .env = server->env,
      .works = {.procedures = server->procedures, .renderer = server->renderer, .passwords = server->env->hashing},
      .is_demo = true,
  };
  return api_open(&options, &server->api);
}

result server_start(const char *folder, struct server *server) {
  *server = (struct server){0};
  arena_init(&server->arena);
  return open_parts(folder, server);
}

void server_stop(struct server *server) {
  api_close(&server->api);
  pdf_renderer_close(server->renderer);
  procedure_engine_close(&server->procedures);
  if (server->env != NULL) {
    oidc_memory_close(&server->env->oidc);
    signer_local_close(&server->env->signer);
  }
  server_installation_close(&server->installation);
  arena_free(&server->arena);
}

struct http_call server_ask(struct server *server, const struct ask *ask) {
  struct arena *arena = &server->arena;
  struct http_header headers[8];
  size_t count = 0;
  if (ask->method != HTTP_GET && ask->secret == NULL) {
    headers[count++] = (struct http_header){S("Origin"), S(ORIGIN)};
  }
  if (ask->type != NULL) {
    headers[count++] = (struct http_header){S("Content-Type"), slice_str(ask->type)};
  }
  if (ask->cookie != NULL) {
    headers[count++] = (struct http_header){S("Cookie"), slice_str(ask->cookie)};
  }
  if (ask->key != NULL) {
    headers[count++] = (struct http_header){S("Idempotency-Key"), slice_str(ask->key)};
  }
  if (ask->secret != NULL) {
    headers[count++] = (struct http_header){S("Authorization"), slice_str(ask->secret)};
  }
  struct http_header *kept = ARENA_ARRAY(arena, struct http_header, count + 1);
  memcpy(kept, headers, count * sizeof *kept);
  struct http_call call = {
      .arena = arena,
      .request = {.method = ask->method, .path = slice_str(ask->path), .headers = kept, .header_count = count, .body = ask->body, .peer_uid = -1,
                  .peer_address = S("127.0.0.1")},
  };
  api_handle(server->api, &call);
  return call;
}

struct slice server_header(const struct http_call *call, const char *name) {
  for (size_t i = 0; i < call->response.header_count; i++) {
    if (slice_is(call->response.headers[i].name, name)) {
      return call->response.headers[i].value;
    }
  }
  return (struct slice){0};
}
