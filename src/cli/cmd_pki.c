/* danh pki root | key NAME: what others need to trust this installation: the root certificate, and a system's public key. */
#include "cli/commands.h"
#include "codec/base64.h"
#include "pki/pki.h"

enum { PEM_LINE = 64 };

const struct cli_option cli_pki_options[] = {{0}};

static void print_pem(struct slice base64) {
  printf("-----BEGIN CERTIFICATE-----\n");
  for (size_t at = 0; at < base64.len; at += PEM_LINE) {
    printf("%.*s\n", SLICE_ARG(slice_sub(base64, at, PEM_LINE)));
  }
  printf("-----END CERTIFICATE-----\n");
}

static result find_key(struct env *env, struct arena *arena, const char *name, struct slice *ret_spki) {
  struct pki_chain chain;
  struct x509 certificate;
  TRY(pki_chain_of(env, slice_str(name), clock_now_ms(env->clock), arena, &chain));
  TRY(x509_parse(chain.leaf, &certificate));
  *ret_spki = certificate.spki;
  return OK;
}

static int run(const struct cli_context *context, const char *key) {
  struct server_installation *installation CLEANUP(server_installation_close) = NULL;
  struct slice bytes = {0};
  result outcome = cli_open(context, &installation);
  if (is_ok(outcome)) {
    outcome = key == NULL ? pki_root_der(&installation->env, context->arena, &bytes)
                          : find_key(&installation->env, context->arena, key, &bytes);
  }
  if (!is_ok(outcome)) {
    return cli_fail(context, outcome);
  }
  struct slice base64 = base64_write(context->arena, bytes);
  if (context->json) {
    printf("{\"%s\":\"%.*s\"}\n", key == NULL ? "root" : "key", SLICE_ARG(base64));
  } else if (key == NULL) {
    print_pem(base64);
  } else {
    printf("%.*s\n", SLICE_ARG(base64));
  }
  return CLI_OK;
}

int cli_pki(const struct cli_context *context, int argc, char **argv) {
  if (argc == 1 && strcmp(argv[0], "root") == 0) {
    return run(context, NULL);
  }
  if (argc == 2 && strcmp(argv[0], "key") == 0) {
    return run(context, argv[1]);
  }
  return cli_misuse(context, "what: root, or key NAME");
}
