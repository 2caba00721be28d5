/* Signing where no server runs: while an installation is made. */
#include "server/server.h"
#include "signer/signer.h"

result server_signer_open(struct server_installation *installation) {
  struct slice socket = installation->config.signer_socket;
  if (socket.len > 0) {
    TRY(signer_client_open(arena_cstr(&installation->arena, socket), &installation->env.signer));
    return signer_client_health(installation->env.signer);
  }
  return signer_local_open(&(const struct signer_local_options){.data_dir = installation->data, .clock = installation->env.clock}, &installation->env.signer);
}

void server_signer_close(struct server_installation *installation) {
  if (installation->env.signer == NULL) {
    return;
  }
  if (installation->config.signer_socket.len > 0) {
    signer_client_close(&installation->env.signer);
  } else {
    signer_local_close(&installation->env.signer);
  }
}
