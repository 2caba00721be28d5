/* danh oidc: the OpenID Provider's own keys. They rotate by themselves every thirty days; an operator may do it at once. */
#include <stdio.h>

#include "cli/commands.h"
#include "oidc/oidc.h"

const struct cli_option cli_oidc_options[] = {{0}};

/* Row "oidc.rotate" of cli_writes: in the server, which has the signer. */
result cli_oidc_rotate(struct server_installation *installation, const struct jin *args, struct jout *out) {
  struct env *env = &installation->env;
  struct arena arena CLEANUP(arena_free);
  arena_init(&arena);
  struct slice keys = {0};
  TRY(jin_fields(args, (const char *const[]){NULL}));
  TRY(access_require(env, &(const struct access_request){.act = ACCESS_SIGNING_KEY_ROTATE, .is_system = true}));
  TRY(oidc_keys_rotate(env, 0));
  TRY(oidc_jwks(env, &arena, &keys));
  jout_object(out);
  jout_put_raw(out, "jwks", keys);
  jout_object_end(out);
  return OK;
}

int cli_oidc(const struct cli_context *context, int argc, char **argv) {
  struct slice answer = {0};
  if (argc != 1 || strcmp(argv[0], "rotate") != 0) {
    return cli_misuse(context, "rotate");
  }
  result rotated = cli_write(context, "oidc.rotate", S("{}"), &answer);
  if (!is_ok(rotated)) {
    return cli_fail(context, rotated);
  }
  if (context->json) {
    printf("%.*s\n", SLICE_ARG(answer));
  } else {
    printf("the next key signs from now on; the one before it is shown until nothing it signed is good any more\n");
  }
  return CLI_OK;
}
